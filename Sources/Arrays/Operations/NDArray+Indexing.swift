// Reading and adding at positions that are themselves data. Each gather stands beside the scatter
// that is its transpose.

import AdjointKernels

extension NDArray {
  // MARK: Whole slices along an axis

  /// The slices along an axis whose positions the index array names.
  ///
  /// The axis gives way to the axes of the indices:
  /// `result[i, j…, k] = self[i, indices[j…], k]`.
  ///
  /// - Precondition: the indices are `int32` and inside the axis.
  package func gathered(_ indices: NDArray, along axis: Int) -> NDArray {
    precondition(axis >= 0 && axis < rank, "\(shape) has no axis \(axis)")
    let places = NDArray.checkedIndices(indices, size: shape[axis])
    let target = NDArray.gatheredShape(shape, indices.shape, axis)
    let result = NDArray(uninitialized: target, dtype: dtype)
    let dense = contiguous()
    let outer = shape.elementCount(of: 0..<axis)
    let bytes = shape.elementCount(of: (axis + 1)..<rank) * dtype.byteCount
    let rows = RowGather(
      places: places.address, count: places.elementCount, length: shape[axis],
      source: dense.address, destination: result.storage.bytes, bytes: bytes)
    let perPiece = max(1, (1 << 18) / max(1, bytes))
    let total = outer * rows.count
    guard bytes > 0 else { return result }
    parallelFor(pieces: ceilingQuotient(total, perPiece)) { piece in
      rows.move((piece * perPiece)..<min(total, (piece + 1) * perPiece))
    }
    withExtendedLifetime((dense, places)) {}
    return result
  }

  /// The transpose of ``gathered(_:along:)``: zeros of `shape` to which each slice of `updates` is
  /// added at the position its index names.
  ///
  /// Slices with equal indices add up in index order, so the result is the same bits every time.
  ///
  /// - Precondition: `updates` has the shape and type of a gather from `shape` with these indices.
  package static func scatterAdd(
    into shape: Shape, _ updates: NDArray, _ indices: NDArray, along axis: Int
  ) throws(ShapeError) -> NDArray {
    precondition(axis >= 0 && axis < shape.rank, "\(shape) has no axis \(axis)")
    precondition(updates.dtype != .bool, "booleans do not add; convert them first")
    guard updates.dtype == .int32 else {
      let result = NDArray.zeros(shape, dtype: updates.dtype)
      result.scatterAdd(updates, indices, along: axis)
      return result
    }
    let places = checkedIndices(indices, size: shape[axis])
    let expected = gatheredShape(shape, indices.shape, axis)
    precondition(
      updates.shape == expected,
      "updates of shape \(updates.shape) do not scatter into \(shape); expected \(expected)")
    let dense = updates.contiguous()
    let count = places.elementCount
    let outer = shape.elementCount(of: 0..<axis)
    let inner = shape.elementCount(of: (axis + 1)..<shape.rank)
    defer { withExtendedLifetime((dense, places)) {} }
    return try wholeSums(into: shape) { add in
      for row in 0..<(outer * count) {
        let (group, number) = row.quotientAndRemainder(dividingBy: count)
        let place = group * shape[axis] + Int(places.address.element(number, as: Int32.self))
        for i in 0..<inner {
          add(place * inner + i, dense.address.element(row * inner + i, as: Int32.self))
        }
      }
    }
  }

  /// Adds slices to those of this array that the indices name.
  ///
  /// - Precondition: as there, for floating-point elements; the caller has made this array and not
  ///   shared it.
  package func scatterAdd(_ updates: NDArray, _ indices: NDArray, along axis: Int) {
    precondition(axis >= 0 && axis < rank, "\(shape) has no axis \(axis)")
    precondition(updates.dtype == dtype && dtype.isFloatingPoint, "updates of another type")
    let places = NDArray.checkedIndices(indices, size: shape[axis])
    let expected = NDArray.gatheredShape(shape, indices.shape, axis)
    precondition(
      updates.shape == expected,
      "updates of shape \(updates.shape) do not scatter into \(shape); expected \(expected)")
    let dense = updates.contiguous()
    let count = places.elementCount
    let outer = shape.elementCount(of: 0..<axis)
    let inner = shape.elementCount(of: (axis + 1)..<shape.rank)
    let bytes = inner * dtype.byteCount
    // Threads take different groups or different columns, so each sum is made by one thread in
    // order.
    let width = max(256, inner / 16)
    let parts = count * inner < 1 << 15 ? 1 : max(1, ceilingQuotient(inner, width))
    let columns = parts == 1 ? inner : width
    parallelFor(pieces: outer * parts) { piece in
      let (group, part) = piece.quotientAndRemainder(dividingBy: parts)
      let first = part * columns
      let skip = first * updates.dtype.byteCount
      let rows = RowScatter(
        places: places.address, count: count,
        source: dense.address + (group &* count &* bytes &+ skip),
        target: storage.bytes + (group &* shape[axis] &* bytes &+ skip), bytes: bytes)
      rows.add(min(columns, inner - first), dtype)
    }
    withExtendedLifetime((dense, places)) {}
  }

  // MARK: Single elements along an axis

  /// The elements along an axis whose positions the index array names, line by line.
  ///
  /// `result[i, j, k] = self[i, indices[i, j, k], k]`.
  ///
  /// - Precondition: the indices are `int32`, inside the axis, and their shape differs from this
  ///   one at most along the axis.
  package func gatheredAlong(_ indices: NDArray, axis: Int) -> NDArray {
    let chosen = NDArray.checkedLines(shape, indices, axis)
    let places = chosen.address
    let result = NDArray(uninitialized: indices.shape, dtype: dtype)
    let dense = contiguous()
    let (source, destination) = (dense.address, result.storage.bytes)
    let size = dtype.byteCount
    let lines = AxisLines(indices.shape, axis)
    let length = shape[axis]
    lines.forEach { line, start in
      let (group, column) = line.quotientAndRemainder(dividingBy: lines.inner)
      let base = group &* length &* lines.inner &+ column
      for j in 0..<lines.count {
        let number = start &+ j &* lines.inner
        let place = base &+ Int(places.element(number, as: Int32.self)) &* lines.inner
        switch size {
        case 1: destination.element(number, source.element(place, as: UInt8.self))
        case 4: destination.element(number, source.element(place, as: UInt32.self))
        default: destination.element(number, source.element(place, as: UInt64.self))
        }
      }
    }
    withExtendedLifetime((dense, chosen)) {}
    return result
  }

  /// The transpose of ``gatheredAlong(_:axis:)``: zeros of `shape` to which each element of
  /// `updates` is added at the position its index names, in index order.
  ///
  /// - Precondition: `updates` has the shape of the indices.
  package static func scatterAddAlong(
    into shape: Shape, _ updates: NDArray, _ indices: NDArray, axis: Int
  ) throws(ShapeError) -> NDArray {
    precondition(updates.dtype != .bool, "booleans do not add; convert them first")
    guard updates.dtype == .int32 else {
      let result = NDArray.zeros(shape, dtype: updates.dtype)
      result.scatterAddAlong(updates, indices, axis: axis)
      return result
    }
    precondition(
      updates.shape == indices.shape,
      "updates of shape \(updates.shape) come with indices of shape \(indices.shape)")
    let chosen = checkedLines(shape, indices, axis)
    let places = chosen.address
    let dense = updates.contiguous()
    let lines = AxisLines(indices.shape, axis)
    defer { withExtendedLifetime((dense, chosen)) {} }
    return try wholeSums(into: shape) { add in
      for number in 0..<indices.elementCount {
        let (group, rest) = number.quotientAndRemainder(dividingBy: lines.count * lines.inner)
        let place = Int(places.element(number, as: Int32.self))
        add(
          (group * shape[axis] + place) * lines.inner + rest % lines.inner,
          dense.address.element(number, as: Int32.self))
      }
    }
  }

  /// Adds elements to those of this array that the indices name.
  ///
  /// - Precondition: as there, for floating-point elements; the caller has made this array and not
  ///   shared it.
  package func scatterAddAlong(_ updates: NDArray, _ indices: NDArray, axis: Int) {
    precondition(updates.dtype == dtype && dtype.isFloatingPoint, "updates of another type")
    precondition(
      updates.shape == indices.shape,
      "updates of shape \(updates.shape) come with indices of shape \(indices.shape)")
    let chosen = NDArray.checkedLines(shape, indices, axis)
    let places = chosen.address
    let dense = updates.contiguous()
    let (source, destination) = (dense.address, storage.bytes)
    let size = dtype.byteCount
    let lines = AxisLines(indices.shape, axis)
    let length = shape[axis]
    lines.forEach { line, start in
      let (group, column) = line.quotientAndRemainder(dividingBy: lines.inner)
      let base = group &* length &* lines.inner &+ column
      for j in 0..<lines.count {
        let number = start &+ j &* lines.inner
        let place = base &+ Int(places.element(number, as: Int32.self)) &* lines.inner
        let (from, to) = (source + number &* size, destination + place &* size)
        if dtype == .float64 {
          to.element(0, to.element(0, as: Double.self) + from.element(0, as: Double.self))
        } else {
          to.element(0, to.element(0, as: Float.self) + from.element(0, as: Float.self))
        }
      }
    }
    withExtendedLifetime((dense, chosen)) {}
  }

  // MARK: Checks

  /// The position, in row-major order, of the first element outside the range, or nil.
  ///
  /// The layers above check index arrays with it before they gather or scatter.
  ///
  /// - Precondition: the array holds `int32`.
  package func firstIndex(outside range: Range<Int>) -> Int? {
    precondition(dtype == .int32, "indices are int32, not \(dtype)")
    return withUnsafeContiguousBytes { bytes in
      let places = bytes.bindMemory(to: Int32.self)
      // The extremes are found by vectors; a search is due only where they are outside.
      var (lowest, highest) = (Int32.max, Int32.min)
      for place in places {
        lowest = min(lowest, place)
        highest = max(highest, place)
      }
      if Int(lowest) >= range.lowerBound && Int(highest) < range.upperBound { return nil }
      return places.firstIndex { !range.contains(Int($0)) }
    }
  }

  /// The indices, dense, when all are inside an axis of the given size.
  private static func checkedIndices(_ indices: NDArray, size: Int) -> NDArray {
    precondition(indices.dtype == .int32, "indices are int32, not \(indices.dtype)")
    let dense = indices.contiguous()
    if let first = dense.firstIndex(outside: 0..<size) {
      preconditionFailure(
        "the index \(Int(dense.item(at: first))) is outside an axis of size \(size)")
    }
    return dense
  }

  private static func checkedLines(_ shape: Shape, _ indices: NDArray, _ axis: Int) -> NDArray {
    precondition(axis >= 0 && axis < shape.rank, "\(shape) has no axis \(axis)")
    var expected = indices.shape
    if indices.rank == shape.rank { expected.extents[axis] = shape[axis] }
    precondition(
      expected == shape,
      "indices of shape \(indices.shape) do not follow the lines of \(shape) along axis \(axis)")
    return checkedIndices(indices, size: shape[axis])
  }

  private static func gatheredShape(_ shape: Shape, _ indices: Shape, _ axis: Int) -> Shape {
    Shape(shape.prefix(axis) + Array(indices) + shape.dropFirst(axis + 1))
  }
}

// MARK: - Rows

/// Dense rows picked by index, for each of some groups of `length` rows.
private struct RowGather {
  let places: UnsafeRawPointer
  let count: Int
  let length: Int
  let source: UnsafeRawPointer
  let destination: UnsafeMutableRawPointer
  /// The size of a row.
  let bytes: Int

  /// Moves a range of the rows of the result.
  func move(_ range: Range<Int>) {
    withRowMove(bytes) { move in each(range, move) }
  }

  @inline(__always)
  private func each(
    _ range: Range<Int>, _ body: (UnsafeRawPointer, UnsafeMutableRawPointer) -> Void
  ) {
    var (group, number) = range.lowerBound.quotientAndRemainder(dividingBy: count)
    group &*= length
    for row in range {
      let place = group &+ Int(places.element(number, as: Int32.self))
      body(source + place &* bytes, destination + row &* bytes)
      number &+= 1
      if number == count {
        number = 0
        group &+= length
      }
    }
  }
}

/// Rows that are added to others picked by index, in index order; `bytes` apart on both sides.
private struct RowScatter {
  let places: UnsafeRawPointer
  let count: Int
  let source: UnsafeRawPointer
  let target: UnsafeMutableRawPointer
  let bytes: Int

  /// Adds the first `columns` elements of every row.
  func add(_ columns: Int, _ dtype: DType) {
    switch dtype {
    case .float32:
      Kernels.active.scatterRows(
        .float32, count, columns, places, source, bytes, target, bytes)
    case .float64:
      Kernels.active.scatterRows(
        .float64, count, columns, places, source, bytes, target, bytes)
    case .int32, .bool: preconditionFailure("whole numbers are added up elsewhere")
    }
  }
}
