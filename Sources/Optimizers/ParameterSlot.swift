// What this file knows: what is kept for one parameter between steps, and the loop that takes one
// parameter through a stretch of the chain, tile by tile and, at the end of the chain, on several
// threads. It has never heard of models.
//
// A chain that is Adam, or gradient descent, and nothing else skips the tiles: one kernel does the whole
// step in registers. Both ways give the same bits for finite gradients, so whoever adds a link to the
// chain changes nothing else.

import AdjointArrays
import AdjointDifferentiation
import AdjointKernels

/// One parameter of the model that an optimizer was made for, with its states.
///
/// All states of a parameter are rows of one array, so that one address leads to all of them. Rows
/// begin at multiples of a cache line: vectors that straddle two lines take twice as long.
struct ParameterSlot: Sendable {
  /// A link that the parameter passes through, and where its states are.
  struct Link: Sendable {
    let index: Int
    let firstRow: Int
    let rowCount: Int
  }

  /// What never changes, behind one reference: slots are handed around in every step.
  private final class Course: Sendable {
    let name: String
    let layout: ArrayLayout
    let isFrozen: Bool
    /// For each stretch of the chain, the links whose filter chooses the parameter; none for a frozen
    /// one.
    let paths: [[Link]]
    let element: KernelElement
    let rowLength: Int
    /// The row for the update between two stretches of the chain, if there is more than one.
    let updateRow: Int
    let rowCount: Int

    init(
      name: String, layout: ArrayLayout, chain: [TransformChain.Link], segments: [Range<Int>],
      isFrozen: Bool
    ) {
      // Integers have no gradient, so there is nothing to train.
      let isFrozen = isFrozen || !layout.dtype.isFloatingPoint
      self.name = name
      self.layout = layout
      self.isFrozen = isFrozen
      element = layout.dtype == .float64 ? .float64 : .float32
      let perLine = 64 / element.byteCount
      rowLength = (layout.elementCount + perLine - 1) / perLine * perLine
      var row = 0
      var paths: [[Link]] = []
      for segment in segments {
        var path: [Link] = []
        for index in segment where !isFrozen && chain[index].filter.matches(name) {
          let count = chain[index].transform.stateNames.count
          path.append(Link(index: index, firstRow: row, rowCount: count))
          row += count
        }
        paths.append(path)
      }
      self.paths = paths
      updateRow = row
      rowCount = segments.count > 1 && !isFrozen ? row + 1 : row
    }
  }

  private let course: Course
  private var rows: NDArray
  /// How often the parameter has been updated.
  var updateCount = 0
  /// Of the update where it is now; only meaningful within a step.
  var sumOfSquares = 0.0

  var name: String { course.name }
  var layout: ArrayLayout { course.layout }
  /// Shape and element type, valid while the slot is held.
  var fields: UnsafePointer<LayoutFields> { course.layout.fields }
  var isFrozen: Bool { course.isFrozen }
  var type: TensorType { TensorType(layout.shape, layout.dtype) }
  private var element: KernelElement { course.element }
  private var rowLength: Int { course.rowLength }

  init(
    name: String, layout: ArrayLayout, chain: [TransformChain.Link], segments: [Range<Int>],
    isFrozen: Bool
  ) {
    course = Course(
      name: name, layout: layout, chain: chain, segments: segments, isFrozen: isFrozen)
    rows = .zeros(
      [course.rowCount, course.rowLength],
      dtype: course.element == .float64 ? .float64 : .float32)
  }

  /// Whether the parameter passes through a link of the chain.
  func passes(_ link: Int) -> Bool { course.paths.contains { $0.contains { $0.index == link } } }

  // MARK: The loop

  /// Takes the parameter through a stretch of the chain.
  ///
  /// The first stretch starts from the gradient, the others from where the one before it stopped; the
  /// last one ends with `w ← w − u`.
  mutating func run(
    _ chain: inout [TransformChain.Link], segment: Int, of segmentCount: Int, gradient: Tensor,
    parameter: inout Tensor, step: Int, norm: Double
  ) {
    let current = ParameterStep(
      name: name, shape: layout.shape, step: step, updateCount: updateCount, norm: norm)
    let path = course.paths[segment]
    for link in path { chain[link.index].transform.prepare(for: current) }
    let (element, count) = (element, layout.elementCount)
    let stride = rowLength * element.byteCount
    let (isFirst, isLast) = (segment == 0, segment == segmentCount - 1)
    let keptAt = course.updateRow * stride
    sumOfSquares = rows.withUnsafeMutableContiguousBytes { rows in
      gradient.withUnsafeBytes { gradient in
        parameter.withUnsafeMutableBytes { parameter in
          guard let rows = rows.baseAddress, let gradient = gradient.baseAddress,
            let parameter = parameter.baseAddress
          else { return 0 }
          let kept = rows + keptAt
          return Passage(
            element: element, count: count, rows: rows, stride: stride, parameter: parameter,
            source: isFirst ? gradient : UnsafeRawPointer(kept), destination: isLast ? nil : kept
          ).run(chain, path)
        }
      }
    }
  }

  /// The sum of squares of a gradient of this parameter.
  func sumOfSquares(of gradient: Tensor) -> SumOfSquares {
    var squares = SumOfSquares()
    gradient.withUnsafeBytes { bytes in
      withScratch(of: min(Tile.capacity, layout.elementCount)) { scratch, _ in
        guard let bytes = bytes.baseAddress else { return }
        squares.add(bytes, count: layout.elementCount, element: element, scratch: scratch)
      }
    }
    return squares
  }

  // MARK: States by name

  /// The states with their names, copied out of the rows.
  func stateEntries(_ chain: [TransformChain.Link]) -> [OptimizerState.Entry] {
    states(chain).map { row, name in
      let start = row * rowLength * element.byteCount
      let value = rows.withUnsafeContiguousBytes { rows in
        NDArray(uninitialized: layout.shape, dtype: layout.dtype) { target in
          target.copyMemory(from: .init(rebasing: rows[start..<(start + target.count)]))
        }
      }
      return OptimizerState.Entry(name: name, value: value)
    }
  }

  /// Copies states into the rows, those whose names are this parameter's.
  ///
  /// The caller has checked shapes and types.
  mutating func setStates(_ chain: [TransformChain.Link], _ entries: [String: NDArray]) {
    let (rowSize, states) = (rowLength * element.byteCount, states(chain))
    rows.withUnsafeMutableContiguousBytes { rows in
      for (row, name) in states {
        entries[name]?.withUnsafeContiguousBytes { source in
          UnsafeMutableRawBufferPointer(rebasing: rows[(row * rowSize)...])
            .copyMemory(from: source)
        }
      }
    }
  }

  /// The rows that are states, with the names they are saved under.
  func states(_ chain: [TransformChain.Link]) -> [(row: Int, name: String)] {
    course.paths.joined().flatMap { link in
      let transform = chain[link.index].transform
      return transform.stateNames.enumerated().map { number, state in
        (link.firstRow + number, "\(link.index).\(transform.name).\(state).\(name)")
      }
    }
  }
}

/// The addresses of one parameter on its way through a stretch of the chain.
private struct Passage {
  let element: KernelElement
  let count: Int
  let rows: UnsafeMutableRawPointer
  /// The bytes from one row to the next.
  let stride: Int
  let parameter: UnsafeMutableRawPointer
  /// Where the update comes from.
  let source: UnsafeRawPointer
  /// Where the update waits for the next stretch; nil at the end of the chain.
  let destination: UnsafeMutableRawPointer?

  /// The elements that one thread takes at a time, a whole number of tiles.
  private static let piece = 16 * Tile.capacity

  /// Takes all elements through the links, and returns the sum of the squares of what waits.
  func run(_ chain: [TransformChain.Link], _ path: [ParameterSlot.Link]) -> Double {
    // The squares are added up in the order of the tiles, so one thread does it.
    if let destination { return run(0..<count, chain, path, keepingAt: destination).value }
    let pieces = (count + Passage.piece - 1) / Passage.piece
    if path.count == 1, let scale = chain[path[0].index].transform as? ScaleBySchedule {
      return descend(at: scale.rate)
    }
    let adam = adamFactors(chain, path)
    parallelFor(pieces: pieces) { piece in
      let start = piece &* Passage.piece
      let range = start..<min(count, start &+ Passage.piece)
      if let adam {
        runAdam(range, adam, firstRow: path[0].firstRow)
      } else {
        _ = run(range, chain, path, keepingAt: nil)
      }
    }
    return 0
  }

  /// The numbers of the step if the links are those of Adam or AdamW from the gradient to the end.
  private func adamFactors(
    _ chain: [TransformChain.Link], _ path: [ParameterSlot.Link]
  ) -> AdamFactors? {
    guard path.count == 2 || path.count == 3,
      let adam = chain[path[0].index].transform as? ScaleByAdam,
      let scale = chain[path[path.count - 1].index].transform as? ScaleBySchedule
    else { return nil }
    if path.count == 2 { return adam.factors(weightDecay: nil, rate: scale.rate) }
    guard let weights = chain[path[1].index].transform as? AddDecayedWeights else { return nil }
    return adam.factors(weightDecay: weights.decay, rate: scale.rate)
  }

  /// `w ← w − η g`: gradient descent and nothing else, without the tile that `η g` would wait in.
  private func descend(at rate: Double) -> Double {
    parallelFor(pieces: (count + Passage.piece - 1) / Passage.piece) { piece in
      let start = piece &* Passage.piece
      let offset = start &* element.byteCount
      MutableTileRow(
        address: parameter + offset, count: min(Passage.piece, count &- start), element: element
      ).combine(
        1, adding: -rate,
        times: TileRow(
          address: source + offset, count: min(Passage.piece, count &- start), element: element))
    }
    return 0
  }

  private func runAdam(_ range: Range<Int>, _ factors: AdamFactors, firstRow: Int) {
    let offset = range.lowerBound &* element.byteCount
    let first = rows + (firstRow &* stride &+ offset)
    Kernels.active.adam(
      element, range.count, factors, source + offset, first, first + stride, parameter + offset)
  }

  /// Takes some elements through the links, tile by tile.
  private func run(
    _ range: Range<Int>, _ chain: [TransformChain.Link], _ path: [ParameterSlot.Link],
    keepingAt destination: UnsafeMutableRawPointer?
  ) -> SumOfSquares {
    var squares = SumOfSquares()
    withScratch(of: min(Tile.capacity, range.count)) { scratch, secondScratch in
      var start = range.lowerBound
      while start < range.upperBound {
        let length = min(Tile.capacity, range.upperBound &- start)
        let offset = start &* element.byteCount
        scratch.copyMemory(from: source + offset, byteCount: length &* element.byteCount)
        for link in path {
          chain[link.index].transform.apply(
            to: Tile(
              count: length, element: element, updateAddress: scratch,
              parameterAddress: UnsafeRawPointer(parameter + offset),
              stateAddress: rows + (link.firstRow &* stride &+ offset),
              stateCount: link.rowCount, stateStride: stride))
        }
        let update = MutableTileRow(address: scratch, count: length, element: element)
        if let destination {
          MutableTileRow(address: destination + offset, count: length, element: element)
            .assign(update)
          squares.add(scratch, count: length, element: element, scratch: secondScratch)
        } else {
          // Here is the sign.
          MutableTileRow(address: parameter + offset, count: length, element: element)
            .combine(1, adding: -1, times: update)
        }
        start &+= length
      }
    }
    return squares
  }
}

/// Lends memory for two tiles of so many elements.
private func withScratch(
  of count: Int, _ body: (UnsafeMutableRawPointer, UnsafeMutableRawPointer) -> Void
) {
  let size = (count * 8 + 63) & ~63
  withScratchBytes(2 * size) { body($0, $0 + size) }
}
