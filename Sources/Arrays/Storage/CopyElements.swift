// How elements travel between two strided layouts of the same shape. It looks at element sizes, not
// at element types.

import AdjointKernels

/// Copies every element of one strided layout to the same place of another.
///
/// Strides count elements and may be zero or negative in the source. The layouts must not overlap.
func copyElements(
  from source: UnsafeRawPointer, _ sourceStrides: AxisVector,
  to destination: UnsafeMutableRawPointer, _ destinationStrides: AxisVector,
  shape: Shape, elementSize: Int
) {
  guard shape.elementCount > 0 else { return }
  let plan = CopyPlan(shape, sourceStrides, destinationStrides)
  plan.run(from: source, to: destination, elementSize)
}

/// A copy with its axes merged where both layouts allow it, innermost first.
private struct CopyPlan {
  var sizes = AxisVector()
  var source = AxisVector()
  var destination = AxisVector()
  /// The axis along which the source is dense, if it is not the innermost one.
  var crossing: Int?

  init(_ shape: Shape, _ sourceStrides: AxisVector, _ destinationStrides: AxisVector) {
    var axis = shape.rank - 1
    while axis >= 0 {
      let size = shape[axis]
      let last = sizes.count - 1
      if size == 1 {
        // Nothing moves along an axis of size 1.
      } else if last >= 0, sourceStrides[axis] == source[last] * sizes[last],
        destinationStrides[axis] == destination[last] * sizes[last]
      {
        sizes[last] *= size
      } else {
        sizes.append(size)
        source.append(sourceStrides[axis])
        destination.append(destinationStrides[axis])
      }
      axis -= 1
    }
    if sizes.count == 0 {
      sizes.append(1)
      source.append(1)
      destination.append(1)
    }
    if source[0] != 1 && source[0] != 0 {
      for axis in 1..<max(1, sizes.count) where source[axis] == 1 { crossing = axis }
    }
  }

  func run(from: UnsafeRawPointer, to: UnsafeMutableRawPointer, _ elementSize: Int) {
    let (axis, length) = cut()
    parallelFor(pieces: ceilingQuotient(sizes[axis], length)) { piece in
      var part = self
      let first = piece * length
      part.sizes[axis] = min(length, sizes[axis] - first)
      let from = from + first * source[axis] * elementSize
      let to = to + first * destination[axis] * elementSize
      switch elementSize {
      case 1: part.copy(from, to, UInt8.self)
      case 4: part.copy(from, to, UInt32.self)
      default: part.copy(from, to, UInt64.self)
      }
    }
  }

  /// The axis that is cut into pieces of about 2^18 elements, and the length of a piece: the
  /// outermost axis where it is long enough to keep some threads busy, else the longest of those
  /// that no row is broken for.
  private func cut() -> (axis: Int, length: Int) {
    var total = 1
    for axis in 0..<sizes.count { total *= sizes[axis] }
    let pieces = ceilingQuotient(total, 1 << 18)
    var axis = sizes.count - 1
    if sizes[axis] < min(pieces, 8) {
      for other in 1..<max(1, sizes.count) where sizes[other] > sizes[axis] { axis = other }
    }
    let length = ceilingQuotient(sizes[axis], pieces)
    // Whole blocks of a transpose.
    return (axis, axis == crossing ? ceilingQuotient(length, 128) * 128 : length)
  }

  /// True if rows are dense on both sides, and too short to be worth a loop, or a call, each.
  private var hasShortRows: Bool {
    crossing == nil && sizes.count > 1 && source[0] == 1 && destination[0] == 1 && sizes[0] <= 32
  }

  /// Copies the rows along the second axis.
  @inline(__always)
  private func copyShortRows(
    _ from: UnsafeRawPointer, _ to: UnsafeMutableRawPointer, _ size: Int
  ) {
    let (fromStep, toStep) = (source[1] &* size, destination[1] &* size)
    let count = sizes[1]
    withRowMove(sizes[0] &* size) { move in
      for row in 0..<count { move(from + row &* fromStep, to + row &* toStep) }
    }
  }

  /// Walks the axes that the inner loop does not take.
  private func copy<E: BitwiseCopyable>(
    _ from: UnsafeRawPointer, _ to: UnsafeMutableRawPointer, _ type: E.Type
  ) {
    var index = AxisVector(repeating: 0, count: sizes.count)
    var from = from
    var to = to
    while true {
      if let crossing {
        copyCrossing(from, to, crossing, type)
      } else if hasShortRows {
        copyShortRows(from, to, MemoryLayout<E>.stride)
      } else {
        copyRow(from, to, type)
      }
      var axis = hasShortRows ? 2 : 1
      while true {
        if axis == crossing { axis += 1 }
        if axis >= sizes.count { return }
        index[axis] += 1
        from += source[axis] &* MemoryLayout<E>.stride
        to += destination[axis] &* MemoryLayout<E>.stride
        if index[axis] < sizes[axis] { break }
        from -= sizes[axis] &* source[axis] &* MemoryLayout<E>.stride
        to -= sizes[axis] &* destination[axis] &* MemoryLayout<E>.stride
        index[axis] = 0
        axis += 1
      }
    }
  }

  @inline(__always)
  private func copyRow<E: BitwiseCopyable>(
    _ from: UnsafeRawPointer, _ to: UnsafeMutableRawPointer, _ type: E.Type
  ) {
    let count = sizes[0]
    let (step, stride) = (source[0], destination[0])
    if step == 1, stride == 1 {
      if count &* MemoryLayout<E>.stride >= 128 {
        to.copyMemory(from: from, byteCount: count &* MemoryLayout<E>.stride)
      } else {
        for i in 0..<count { to.element(i, from.element(i, as: E.self)) }
      }
    } else if step == 0, stride == 1 {
      let value = from.element(0, as: E.self)
      for i in 0..<count { to.element(i, value) }
    } else {
      for i in 0..<count { to.element(i &* stride, from.element(i &* step, as: E.self)) }
    }
  }

  /// Swaps the innermost axis with the one along which the source is dense.
  ///
  /// By the kernel, where the destination is dense and its elements are as large as a number.
  /// Otherwise blocks of 16 rows by 8 columns are moved element by element, so that every cache
  /// line fetched from the source is used whole, and eight lines a power of two apart still fit the
  /// ways of a first-level cache.
  @inline(__always)
  private func copyCrossing<E: BitwiseCopyable>(
    _ from: UnsafeRawPointer, _ to: UnsafeMutableRawPointer, _ crossing: Int, _ type: E.Type
  ) {
    let (columns, rows) = (sizes[0], sizes[crossing])
    let (step, stride) = (source[0], destination[0])
    let across = destination[crossing]
    let size = MemoryLayout<E>.stride
    if stride == 1, size >= 4 {
      return Kernels.active.transpose(
        size == 4 ? .float32 : .float64, columns, rows, from, step &* size, to, across &* size)
    }
    for firstRow in steps(0, rows, 16) {
      let lastRow = min(firstRow &+ 16, rows)
      for firstColumn in steps(0, columns, 8) {
        let lastColumn = min(firstColumn &+ 8, columns)
        for row in firstRow..<lastRow {
          for column in firstColumn..<lastColumn {
            to.element(
              row &* across &+ column &* stride,
              from.element(row &+ column &* step, as: E.self))
          }
        }
      }
    }
  }
}

/// Runs a loop over rows of the given size with the quickest way to move one.
///
/// Short rows go through registers, by two moves that may overlap: to call the system for each
/// takes longer than to wait for its elements.
@inline(__always)
func withRowMove(
  _ bytes: Int,
  _ loop: (_ move: (_ from: UnsafeRawPointer, _ to: UnsafeMutableRawPointer) -> Void) -> Void
) {
  switch bytes {
  case 1: loop { movePair(UInt8.self, $0, $1, 0) }
  case 4: loop { movePair(UInt32.self, $0, $1, 0) }
  case 8: loop { movePair(UInt64.self, $0, $1, 0) }
  case 5...7: loop { movePair(UInt32.self, $0, $1, bytes &- 4) }
  case 9...16: loop { movePair(UInt64.self, $0, $1, bytes &- 8) }
  case 17...32: loop { movePair(SIMD16<UInt8>.self, $0, $1, bytes &- 16) }
  case 33...64: loop { movePair(SIMD32<UInt8>.self, $0, $1, bytes &- 32) }
  case 65...128: loop { movePair(SIMD64<UInt8>.self, $0, $1, bytes &- 64) }
  default: loop { $1.copyMemory(from: $0, byteCount: bytes) }
  }
}

/// The standard library's `stride`, under a name that no local stride hides.
@inline(__always)
private func steps(_ first: Int, _ end: Int, _ step: Int) -> StrideTo<Int> {
  stride(from: first, to: end, by: step)
}
