// In which order the kernels' reductions are composed. It does not know where the axes came from.
//
// The order depends on the sizes alone, never on threads or strides: rows longer than a block are
// cut into blocks whose results are reduced again, columns are added up in blocks of rows that are
// merged pairwise. So the rounding error of a sum grows with the logarithm of the count.

import AdjointKernels

/// Reduces the middle axis of a dense array of shape `[outer, count, inner]`.
///
/// Of whole numbers it finds the smallest and the largest; their sums and products are in
/// WholeNumbers.swift.
struct ReductionDriver {
  let kind: ReductionKind
  let dtype: DType

  /// The elements that one call of a kernel takes in; a thread is worth waking for two of them.
  static let block = 1 << 15
  /// The most rows that are added one after the other; partial sums are merged pairwise.
  private static let rowsPerBlock = 16
  /// The columns whose partial sums stay in the first-level cache; so many, because memory is fast
  /// only where a row is read for some pages on end.
  private static let columns = 4096
  /// The same for narrow rows: as many as a lane adds up in a block of a long row (see
  /// `Reductions.swift`), since merging takes longer than adding a few elements.
  private static let narrowRowsPerBlock = 64
  /// Rows up to this length are narrow; more of them are folded.
  private static let narrowRow = 128

  private var elementSize: Int { dtype.byteCount }

  /// Reduces to `outer · inner` elements; `count` is at least 1.
  func run(
    outer: Int, count: Int, inner: Int, from source: UnsafeRawPointer,
    to destination: UnsafeMutableRawPointer
  ) {
    if outer == 0 || inner == 0 { return }
    if inner == 1 {
      reduceRows(outer, count, source, destination)
    } else {
      reduceColumns(outer, count, inner, source, destination)
    }
  }

  /// Reduces all elements of an array to one; those of a deferred result without ever having them
  /// all in memory.
  ///
  /// The order is that of ``run(outer:count:inner:from:to:)``, so the bits are those of the
  /// elements computed first and reduced then.
  func runAll(_ array: NDArray, to destination: UnsafeMutableRawPointer) {
    let layout = array.layout
    if let expression = array.pendingExpression(in: layout),
      let (operation, isDue) = expression.pendingInPassing(), !isDue,
      case .elementwise(let function, let role, let operands) = operation
    {
      var program = ElementwiseProgram(expression, function, role, operands)
      return program.reduce(kind, to: destination)
    }
    let dense = array.contiguous()
    run(
      outer: 1, count: layout.elementCount, inner: 1, from: dense.address, to: destination)
    withExtendedLifetime(dense) {}
  }

  // MARK: Rows: the elements to be combined are neighbors

  private func reduceRows(
    _ rows: Int, _ count: Int, _ source: UnsafeRawPointer, _ destination: UnsafeMutableRawPointer
  ) {
    let block = ReductionDriver.block
    guard count > 2 * block else {
      let rowsPerPiece = max(1, 2 * block / count)
      parallelFor(pieces: ceilingQuotient(rows, rowsPerPiece)) { piece in
        let first = piece * rowsPerPiece
        reduceShortRows(
          min(rowsPerPiece, rows - first), count, source + first * count * elementSize,
          destination + first * elementSize)
      }
      return
    }
    let blocks = ceilingQuotient(count, block)
    withScratch(rows * blocks) { partial in
      parallelFor(pieces: rows * blocks) { piece in
        let (row, part) = piece.quotientAndRemainder(dividingBy: blocks)
        let first = part * block
        reduceRow(
          min(block, count - first), source + (row * count + first) * elementSize,
          partial + piece * elementSize)
      }
      reduceRows(rows, blocks, partial, destination)
    }
  }

  /// Reduces one row of at most two blocks.
  func reduceRow(
    _ count: Int, _ source: UnsafeRawPointer, _ destination: UnsafeMutableRawPointer
  ) {
    reduceShortRows(1, count, source, destination)
  }

  /// Reduces dense rows of at most two blocks each.
  private func reduceShortRows(
    _ rows: Int, _ count: Int, _ source: UnsafeRawPointer, _ destination: UnsafeMutableRawPointer
  ) {
    switch dtype {
    case .float32: Kernels.active.reduce(kind, .float32, rows, count, source, destination)
    case .float64: Kernels.active.reduce(kind, .float64, rows, count, source, destination)
    case .int32, .bool:
      for row in 0..<rows {
        integerReduce(
          kind, count, source + row &* count &* elementSize, destination + row &* elementSize)
      }
    }
  }

  // MARK: Columns: the elements to be combined are a row apart

  private func reduceColumns(
    _ outer: Int, _ count: Int, _ inner: Int, _ source: UnsafeRawPointer,
    _ destination: UnsafeMutableRawPointer
  ) {
    let block = ReductionDriver.block
    // Long columns are first reduced in segments: pieces for threads, and one more level of the
    // tree.
    let segment = max(ReductionDriver.rowsPerBlock, block / inner)
    if count >= 4 * segment {
      let segments = ceilingQuotient(count, segment)
      withScratch(outer * segments * inner) { partial in
        parallelFor(pieces: outer * segments) { piece in
          let (group, part) = piece.quotientAndRemainder(dividingBy: segments)
          let first = part * segment
          reduceSegment(
            min(segment, count - first), inner, 0..<inner,
            source + (group * count + first) * inner * elementSize,
            partial + piece * inner * elementSize)
        }
        reduceColumns(outer, segments, inner, partial, destination)
      }
      return
    }
    // Short columns: a piece is a few groups or, where one group is large, a part of its columns.
    let width = max(ReductionDriver.columns, block / count)
    let parts = ceilingQuotient(inner, width)
    let groupsPerPiece = parts > 1 ? 1 : max(1, block / (count * inner))
    let groupPieces = ceilingQuotient(outer, groupsPerPiece)
    let isNarrow = inner <= ReductionDriver.narrowRow
    let limit = isNarrow ? ReductionDriver.narrowRowsPerBlock : ReductionDriver.rowsPerBlock
    parallelFor(pieces: groupPieces * parts) { piece in
      let (groupPiece, part) = piece.quotientAndRemainder(dividingBy: parts)
      let first = groupPiece * groupsPerPiece
      if parts == 1, count <= limit {
        return addRows(
          groups: min(groupsPerPiece, outer - first), count, inner, inner * elementSize,
          source + first * count * inner * elementSize, destination + first * inner * elementSize)
      }
      for group in first..<min(outer, first + groupsPerPiece) {
        reduceSegment(
          count, inner, (part * width)..<min(inner, (part + 1) * width),
          source + group * count * inner * elementSize,
          destination + group * inner * elementSize)
      }
    }
  }

  /// Reduces `count` rows to one, in the given range of columns.
  private func reduceSegment(
    _ count: Int, _ inner: Int, _ range: Range<Int>, _ source: UnsafeRawPointer,
    _ destination: UnsafeMutableRawPointer
  ) {
    let rowBytes = inner &* elementSize
    if inner <= ReductionDriver.narrowRow { return fold(count, inner, source, destination) }
    var first = range.lowerBound
    while first < range.upperBound {
      let width = min(ReductionDriver.columns, range.upperBound - first)
      pairwise(
        count, width, rowBytes, source + first * elementSize, destination + first * elementSize)
      first += width
    }
  }

  /// Adds the second half of the rows to the first half, again and again: few long calls of a
  /// kernel for narrow rows, and a tree of additions like ``pairwise``.
  private func fold(
    _ count: Int, _ inner: Int, _ source: UnsafeRawPointer, _ destination: UnsafeMutableRawPointer
  ) {
    let rowBytes = inner &* elementSize
    if count == 1 { return destination.copyMemory(from: source, byteCount: rowBytes) }
    var rows = (count &+ 1) / 2
    withScratchBytes(rows &* rowBytes) { partial in
      partial.copyMemory(from: source, byteCount: rows &* rowBytes)
      accumulate((count &- rows) &* inner, source + rows &* rowBytes, partial)
      while rows > 1 {
        let half = (rows &+ 1) / 2
        accumulate((rows &- half) &* inner, partial + half &* rowBytes, partial)
        rows = half
      }
      destination.copyMemory(from: partial, byteCount: rowBytes)
    }
  }

  /// Adds up blocks of rows, merging equal-sized partial results as a binary counter carries.
  private func pairwise(
    _ count: Int, _ width: Int, _ rowBytes: Int, _ source: UnsafeRawPointer,
    _ destination: UnsafeMutableRawPointer
  ) {
    let rows = ReductionDriver.rowsPerBlock
    let blocks = ceilingQuotient(count, rows)
    let bytes = width &* elementSize
    if blocks == 1 { return addRows(count, width, rowBytes, source, destination) }
    let levels = Int.bitWidth - blocks.leadingZeroBitCount + 1
    withScratchBytes(levels * bytes) { partial in
      var depth = 0
      for block in 0..<blocks {
        let first = block * rows
        addRows(
          min(rows, count - first), width, rowBytes, source + first * rowBytes,
          partial + depth * bytes)
        depth += 1
        // As many merges as the number of finished blocks has trailing zero bits.
        var finished = block + 1
        while finished & 1 == 0 {
          depth -= 1
          accumulate(width, partial + depth * bytes, partial + (depth - 1) * bytes)
          finished >>= 1
        }
      }
      while depth > 1 {
        depth -= 1
        accumulate(width, partial + depth * bytes, partial + (depth - 1) * bytes)
      }
      destination.copyMemory(from: partial, byteCount: bytes)
    }
  }

  /// Adds up `count` rows of each of some groups, one after the other.
  private func addRows(
    groups: Int = 1, _ count: Int, _ width: Int, _ rowBytes: Int, _ source: UnsafeRawPointer,
    _ destination: UnsafeMutableRawPointer
  ) {
    switch dtype {
    case .float32:
      Kernels.active.reduceColumns(
        kind, .float32, groups, count, width, source, rowBytes, destination)
    case .float64:
      Kernels.active.reduceColumns(
        kind, .float64, groups, count, width, source, rowBytes, destination)
    case .int32, .bool:
      for group in 0..<groups {
        let source = source + group &* count &* rowBytes
        let destination = destination + group &* width &* elementSize
        destination.copyMemory(from: source, byteCount: width &* elementSize)
        for row in 1..<max(1, count) {
          integerAccumulate(kind, width, source + row &* rowBytes, destination)
        }
      }
    }
  }

  @inline(__always)
  private func accumulate(
    _ count: Int, _ source: UnsafeRawPointer, _ destination: UnsafeMutableRawPointer
  ) {
    switch dtype {
    case .float32: Kernels.active.accumulate(kind, .float32, count, source, destination)
    case .float64: Kernels.active.accumulate(kind, .float64, count, source, destination)
    case .int32, .bool: integerAccumulate(kind, count, source, destination)
    }
  }

  private func withScratch(_ count: Int, _ body: (UnsafeMutableRawPointer) -> Void) {
    withScratchBytes(count * elementSize, body)
  }
}

// MARK: - Extremes of integers: any order gives the same bits, so plain loops will do

private func integerReduce(
  _ kind: ReductionKind, _ count: Int, _ source: UnsafeRawPointer,
  _ destination: UnsafeMutableRawPointer
) {
  @inline(__always) func loop(_ f: (Int32, Int32) -> Int32) {
    var result = source.element(0, as: Int32.self)
    for i in 1..<max(1, count) { result = f(result, source.element(i, as: Int32.self)) }
    destination.element(0, result)
  }
  kind == .minimum ? loop { min($0, $1) } : loop { max($0, $1) }
}

private func integerAccumulate(
  _ kind: ReductionKind, _ count: Int, _ source: UnsafeRawPointer,
  _ destination: UnsafeMutableRawPointer
) {
  @inline(__always) func loop(_ f: (Int32, Int32) -> Int32) {
    for i in 0..<count {
      destination.element(
        i, f(destination.element(i, as: Int32.self), source.element(i, as: Int32.self)))
    }
  }
  kind == .minimum ? loop { min($0, $1) } : loop { max($0, $1) }
}
