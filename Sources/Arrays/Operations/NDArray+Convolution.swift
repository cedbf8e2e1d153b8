// How a convolution and its two derivatives are cut into blocks of positions, and each block into a
// gather (or scatter) of patches and a product of matrices.
//
// The patches of all positions together would be a matrix as large as the image times the taps of
// the window. Only a block of it exists at a time, in a workspace that fits the second-level cache,
// so memory does not grow with the image. All cuts depend on shapes alone, and no piece writes what
// another touches: the bits are the same for any number of threads.

import AdjointKernels

extension NDArray {
  /// `y[n, i, j, o] = Σ x[n, i s + a d - p, j s + b d - p, c] f[a, b, c, o]`, for dense images.
  ///
  /// - Precondition: the operands have the shapes of the geometry and one floating-point type.
  package static func convolution(
    _ x: NDArray, _ filter: NDArray, _ geometry: ConvolutionGeometry
  ) -> NDArray {
    geometry.check(x, geometry.imageShape, filter, geometry.filterShape)
    if geometry.isPointwise {
      return matmul(x.asMatrix(geometry.inputs), filter.asMatrix(geometry.outputs))
        .reshaped(to: geometry.outputShape)
    }
    let (x, filter) = (x.contiguous(), filter.contiguous())
    let y = NDArray(uninitialized: geometry.outputShape, dtype: x.dtype)
    let driver = ConvolutionDriver(geometry, x.dtype)
    driver.output(x.address, filter.address, y.mutableAddress)
    withExtendedLifetime((x, filter)) {}
    return y
  }

  /// The derivative of ``convolution(_:_:_:)`` with respect to the image, applied to `y`; this is
  /// the transposed convolution.
  package static func convolutionImage(
    _ y: NDArray, _ filter: NDArray, _ geometry: ConvolutionGeometry
  ) -> NDArray {
    geometry.check(y, geometry.outputShape, filter, geometry.filterShape)
    if geometry.isPointwise {
      let transposed = filter.asMatrix(geometry.outputs).swappingLastTwoAxes()
      return matmul(y.asMatrix(geometry.outputs), transposed).reshaped(to: geometry.imageShape)
    }
    let (y, filter) = (y.contiguous(), filter.contiguous())
    let x = NDArray.zeros(geometry.imageShape, dtype: y.dtype)
    let driver = ConvolutionDriver(geometry, y.dtype)
    driver.image(y.address, filter.address, x.mutableAddress)
    withExtendedLifetime((y, filter)) {}
    return x
  }

  /// The derivative of ``convolution(_:_:_:)`` with respect to the filter, applied to `y`.
  package static func convolutionFilter(
    _ x: NDArray, _ y: NDArray, _ geometry: ConvolutionGeometry
  ) -> NDArray {
    geometry.check(x, geometry.imageShape, y, geometry.outputShape)
    if geometry.isPointwise {
      let transposed = x.asMatrix(geometry.inputs).swappingLastTwoAxes()
      return matmul(transposed, y.asMatrix(geometry.outputs)).reshaped(to: geometry.filterShape)
    }
    let (x, y) = (x.contiguous(), y.contiguous())
    let filter = NDArray.zeros(geometry.filterShape, dtype: x.dtype)
    let driver = ConvolutionDriver(geometry, x.dtype)
    driver.filter(x.address, y.address, filter.mutableAddress)
    withExtendedLifetime((x, y)) {}
    return filter
  }

  /// Rows of `columns` elements.
  private func asMatrix(_ columns: Int) -> NDArray {
    reshaped(to: [elementCount / columns, columns])
  }
}

extension ConvolutionGeometry {
  /// A window of one tap that looks at every pixel once: a product of matrices.
  fileprivate var isPointwise: Bool {
    let once = [window.rows, window.columns].allSatisfy {
      $0.taps == 1 && $0.stride == 1 && $0.positions == $0.size && $0.before == 0
    }
    return once && groups == 1
  }

  /// Every channel on its own.
  fileprivate var isDepthwise: Bool { groups > 1 && inputs == groups && outputs == groups }

  fileprivate func check(_ a: NDArray, _ aShape: Shape, _ b: NDArray, _ bShape: Shape) {
    precondition(
      a.shape == aShape && b.shape == bShape,
      "a convolution of \(aShape) and \(bShape) was given \(a.shape) and \(b.shape)")
    precondition(
      a.dtype == b.dtype && a.dtype.isFloatingPoint,
      "a convolution of \(a.dtype) and \(b.dtype); convert to one floating-point type")
  }
}

/// The blocks of a convolution.
private struct ConvolutionDriver {
  let geometry: ConvolutionGeometry
  let window: SlidingWindow
  let element: KernelElement
  let size: Int
  /// All positions of all images.
  let positions: Int
  /// Input and output channels of a group.
  let inputs: Int
  let outputs: Int

  /// The most elements of a patch that are gathered at a time: one block along the summation of the
  /// matrix product.
  private static let longestPart = 384
  /// The bytes of a workspace.
  ///
  /// Blocks of fewer positions pack the filter more often for the same work, larger ones leave the
  /// second-level cache.
  private static let workspace = 512 << 10
  /// The most positions of a block.
  private static let longestBlock = 1024
  /// The multiply-adds for which a thread is woken.
  private static let worthAThread = 1 << 20

  init(_ geometry: ConvolutionGeometry, _ dtype: DType) {
    self.geometry = geometry
    window = geometry.window
    element = dtype == .float32 ? .float32 : .float64
    size = dtype.byteCount
    positions = geometry.images * geometry.window.positions
    inputs = geometry.inputs / geometry.groups
    outputs = geometry.outputs / geometry.groups
  }

  // MARK: Parts of a patch

  /// Some elements of the patch of one group, and the rows of the filter that belong to them.
  struct Part {
    var patch: PatchPart
    var group: Int
    var filterRow: Int
    var isFirst: Bool
  }

  /// The patch of a group in parts, of the given channels only.
  ///
  /// A part is a run of taps, or where there are many channels, some channels of one tap.
  private func parts(group: Int, channels: Range<Int>) -> [Part] {
    let longest = ConvolutionDriver.longestPart
    var parts: [Part] = []
    func append(_ taps: Range<Int>, _ range: Range<Int>) {
      let patch = PatchPart(
        channels: geometry.inputs, firstChannel: group * inputs + range.lowerBound,
        channelCount: range.count, firstTap: taps.lowerBound, tapCount: taps.count,
        tapsAreRows: geometry.inputs == 1)
      parts.append(
        Part(
          patch: patch, group: group, filterRow: taps.lowerBound * inputs + range.lowerBound,
          isFirst: parts.isEmpty))
    }
    // The filter's rows run on from tap to tap only if all channels are meant.
    let tapsAtOnce = channels.count == inputs ? max(1, longest / inputs) : 1
    for taps in evenRanges(0..<window.taps, atMost: tapsAtOnce) {
      for range in evenRanges(channels, atMost: longest) { append(taps, range) }
    }
    return parts
  }

  /// The positions of a block: as many as the workspace holds, and no more than `limit`.
  private func block(_ parts: [Part], limit: Int) -> Int {
    let longest = parts.reduce(1) { max($0, $1.patch.count) }
    let fitting = ConvolutionDriver.workspace / (longest * size)
    // Whole register tiles, for all instruction sets.
    return max(24, min(fitting, limit, ConvolutionDriver.longestBlock) / 24 * 24)
  }

  private func withWorkspace(_ elements: Int, _ body: (UnsafeMutableRawPointer) -> Void) {
    let storage = Scratch(byteCount: elements * size)
    body(storage.bytes)
    withExtendedLifetime(storage) {}
  }

  // MARK: Output: gather, then multiply

  func output(_ x: UnsafeRawPointer, _ f: UnsafeRawPointer, _ y: UnsafeMutableRawPointer) {
    if geometry.isDepthwise {
      return ChannelLoops(geometry).overPositions { channels, first, count in
        slide(.filter, channels, first, count, x, f, y)
      }
    }
    let groups = (0..<geometry.groups).map { parts(group: $0, channels: 0..<inputs) }
    // A few pieces even for a small image.
    let block = self.block(groups[0], limit: ceilingQuotient(positions, 4) + 23)
    let longest = groups[0].reduce(1) { max($0, $1.patch.count) }
    parallelFor(pieces: ceilingQuotient(positions, block)) { piece in
      let first = piece * block
      let count = min(block, positions - first)
      withWorkspace(block * longest) { patches in
        for part in groups.joined() {
          let length = part.patch.count
          Kernels.active.gatherPatches(element, window, part.patch, first, count, x, patches)
          let column = part.group * outputs
          let strides = part.patch.strides(count)
          Kernels.active.multiply(
            element, count, outputs, length, patches, strides.position, strides.element,
            f + (part.filterRow * geometry.outputs + column) * size, geometry.outputs, 1,
            y + (first * geometry.outputs + column) * size, geometry.outputs, !part.isFirst,
            Epilogue())
        }
      }
    }
  }

  // MARK: Image: multiply, then scatter

  func image(_ y: UnsafeRawPointer, _ f: UnsafeRawPointer, _ x: UnsafeMutableRawPointer) {
    if geometry.isDepthwise {
      return ChannelLoops(geometry).overImages { channels, first, count in
        slide(.filterToImage, channels, first, count, f, y, x)
      }
    }
    // Neighboring positions add to the same pixels, so a piece owns whole images, and where there
    // are few of those, only some channels.
    let work = positions * window.taps * inputs * geometry.outputs
    let wanted = min(16, max(1, work / ConvolutionDriver.worthAThread))
    let imagesPerPiece = max(1, geometry.images / wanted)
    let pieces = ceilingQuotient(geometry.images, imagesPerPiece)
    let cuts = max(1, min(wanted / max(1, pieces * geometry.groups), inputs / 32))
    let units = (0..<geometry.groups).flatMap { group in
      evenRanges(0..<inputs, atMost: ceilingQuotient(inputs, cuts)).map {
        parts(group: group, channels: $0)
      }
    }
    parallelFor(pieces: pieces * units.count) { piece in
      let unit = units[piece % units.count]
      let firstImage = piece / units.count * imagesPerPiece
      let end = min(geometry.images, firstImage + imagesPerPiece) * window.positions
      let block = self.block(unit, limit: .max)
      let longest = unit.reduce(1) { max($0, $1.patch.count) }
      withWorkspace(block * longest) { patches in
        for first in stride(from: firstImage * window.positions, to: end, by: block) {
          let count = min(block, end - first)
          for part in unit {
            let length = part.patch.count
            let column = part.group * outputs
            let seeds = y + (first * geometry.outputs + column) * size
            let weights = f + (part.filterRow * geometry.outputs + column) * size
            if part.patch.tapsAreRows {
              Kernels.active.multiply(
                element, length, count, outputs, weights, geometry.outputs, 1, seeds, 1,
                geometry.outputs, patches, count, false, Epilogue())
            } else {
              Kernels.active.multiply(
                element, count, length, outputs, seeds, geometry.outputs, 1, weights, 1,
                geometry.outputs, patches, length, false, Epilogue())
            }
            Kernels.active.scatterPatches(element, window, part.patch, first, count, patches, x)
          }
        }
      }
    }
  }

  // MARK: Filter: gather, then multiply transposed

  func filter(_ x: UnsafeRawPointer, _ y: UnsafeRawPointer, _ f: UnsafeMutableRawPointer) {
    if positions == 0 { return }
    if geometry.isDepthwise {
      let loops = ChannelLoops(geometry)
      return inSections(loops.positionsPerPiece, 1, f) { range, _, f in
        slide(.filterToTaps, 0..<geometry.inputs, range.lowerBound, range.count, x, y, f)
      }
    }
    let parts = (0..<geometry.groups).flatMap { self.parts(group: $0, channels: 0..<inputs) }
    let block = self.block(parts, limit: .max)
    let longest = parts.reduce(1) { max($0, $1.patch.count) }
    inSections(block, parts.count, f) { range, index, f in
      let part = parts[index]
      let length = part.patch.count
      let column = part.group * outputs
      withWorkspace(block * longest) { patches in
        for first in stride(from: range.lowerBound, to: range.upperBound, by: block) {
          let count = min(block, range.upperBound - first)
          Kernels.active.gatherPatches(element, window, part.patch, first, count, x, patches)
          let strides = part.patch.strides(count)
          Kernels.active.multiply(
            element, length, outputs, count, patches, strides.element, strides.position,
            y + (first * geometry.outputs + column) * size, geometry.outputs, 1,
            f + (part.filterRow * geometry.outputs + column) * size, geometry.outputs, true,
            Epilogue())
        }
      }
    }
  }

  /// Sums over all positions: at most eight sections of them add up on their own, in filters that
  /// are zero at first, and the sections are added in their order.
  ///
  /// `parts` pieces of a section write different rows of the filter. The more of those there are,
  /// the fewer sections it takes to keep threads busy, and the less memory.
  private func inSections(
    _ block: Int, _ parts: Int, _ f: UnsafeMutableRawPointer,
    _ body: (_ positions: Range<Int>, _ part: Int, _ f: UnsafeMutableRawPointer) -> Void
  ) {
    let blocks = ceilingQuotient(positions, block)
    let wanted = min(blocks, max(1, 8 / parts))
    let length = ceilingQuotient(blocks, wanted) * block
    let sections = ceilingQuotient(positions, length)
    let count = geometry.filterShape.elementCount
    withWorkspace(max(1, (sections - 1) * count)) { sums in
      sums.initializeMemory(as: UInt8.self, repeating: 0, count: (sections - 1) * count * size)
      parallelFor(pieces: sections * parts) { piece in
        let (section, part) = piece.quotientAndRemainder(dividingBy: parts)
        let first = section * length
        body(
          first..<min(positions, first + length), part,
          section == 0 ? f : sums + (section - 1) * count * size)
      }
      for section in 1..<max(1, sections) {
        Kernels.active.accumulate(.sum, element, count, sums + (section - 1) * count * size, f)
      }
    }
  }

  // MARK: Depthwise

  private func slide(
    _ loop: WindowLoop, _ channels: Range<Int>, _ first: Int, _ count: Int,
    _ a: UnsafeRawPointer, _ b: UnsafeRawPointer, _ destination: UnsafeMutableRawPointer
  ) {
    let offset = channels.lowerBound * size
    Kernels.active.slide(
      loop, element, window, geometry.inputs, channels.count, first, count, a + offset, b + offset,
      nil, destination + offset)
  }
}

extension PatchPart {
  /// The strides of a matrix of patches.
  fileprivate func strides(_ positions: Int) -> (position: Int, element: Int) {
    tapsAreRows ? (1, positions) : (count, 1)
  }
}

/// The ranges that a range falls into, as few as possible and nearly equal.
func evenRanges(_ range: Range<Int>, atMost length: Int) -> [Range<Int>] {
  let count = ceilingQuotient(range.count, length)
  return (0..<count).map { index in
    let first = range.lowerBound + range.count * index / count
    return first..<(range.lowerBound + range.count * (index + 1) / count)
  }
}
