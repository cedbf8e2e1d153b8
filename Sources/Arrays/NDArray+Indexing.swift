// What this file knows: reading and adding at positions that are themselves data. Each gather stands
// beside the scatter that is its transpose.

import AdjointKernelCore
import AdjointKernels

extension NDArray {
  // MARK: Whole slices along an axis

  /// The slices along an axis whose positions the index array names.
  ///
  /// The axis gives way to the axes of the indices:
  /// `result[i, j…, k] = self[i, indices[j…], k]`.
  ///
  /// - Precondition: the indices are `int32` and inside the axis.
  public func gathered(_ indices: NDArray, along axis: Int) -> NDArray {
    precondition(axis >= 0 && axis < rank, "\(shape) has no axis \(axis)")
    let places = checkedIndices(indices, size: shape[axis])
    let target = NDArray.gatheredShape(shape, indices.shape, axis)
    let result = NDArray(uninitialized: target, dtype: dtype)
    let dense = contiguous()
    let size = dtype.byteCount
    let outer = shape.elementCount(of: 0..<axis)
    let inner = shape.elementCount(of: (axis + 1)..<rank)
    let (source, destination) = (dense.address, result.storage.bytes)
    let bytes = inner * size
    let perPiece = max(1, (1 << 18) / max(1, bytes))
    let rows = outer * places.count
    guard bytes > 0 else { return result }
    parallelFor(pieces: ceilingQuotient(rows, perPiece)) { piece in
      for row in (piece * perPiece)..<min(rows, (piece + 1) * perPiece) {
        let (group, place) = row.quotientAndRemainder(dividingBy: places.count)
        let target = destination + row &* bytes
        target.copyMemory(
          from: source + (group &* shape[axis] &+ Int(places[place])) &* bytes, byteCount: bytes)
      }
    }
    withExtendedLifetime(dense) {}
    return result
  }

  /// The transpose of ``gathered(_:along:)``: zeros of `shape` to which each slice of `updates` is
  /// added at the position its index names.
  ///
  /// Slices with equal indices add up in index order, so the result is the same bits every time.
  ///
  /// - Precondition: `updates` has the shape and type of a gather from `shape` with these indices.
  public static func scatterAdd(
    into shape: Shape, _ updates: NDArray, _ indices: NDArray, along axis: Int
  ) -> NDArray {
    precondition(axis >= 0 && axis < shape.rank, "\(shape) has no axis \(axis)")
    precondition(updates.dtype != .bool, "booleans do not add; convert them first")
    let places = checkedIndices(indices, size: shape[axis])
    let expected = gatheredShape(shape, indices.shape, axis)
    precondition(
      updates.shape == expected,
      "updates of shape \(updates.shape) do not scatter into \(shape); expected \(expected)")
    let result = NDArray.zeros(shape, dtype: updates.dtype)
    let dense = updates.contiguous()
    let outer = shape.elementCount(of: 0..<axis)
    let inner = shape.elementCount(of: (axis + 1)..<shape.rank)
    let bytes = inner * updates.dtype.byteCount
    // Threads take different groups or different columns, so each sum is made by one thread in order.
    let width = max(256, inner / 16)
    let parts = places.count * inner < 1 << 15 ? 1 : max(1, ceilingQuotient(inner, width))
    let columns = parts == 1 ? inner : width
    parallelFor(pieces: outer * parts) { piece in
      let (group, part) = piece.quotientAndRemainder(dividingBy: parts)
      let first = part * columns
      let count = min(columns, inner - first)
      let skip = first * updates.dtype.byteCount
      let source = dense.address + (group &* places.count &* bytes &+ skip)
      let target = result.storage.bytes + (group &* shape[axis] &* bytes &+ skip)
      for (number, place) in places.enumerated() {
        add(count, updates.dtype, source + number &* bytes, target + Int(place) &* bytes)
      }
    }
    withExtendedLifetime(dense) {}
    return result
  }

  // MARK: Single elements along an axis

  /// The elements along an axis whose positions the index array names, line by line.
  ///
  /// `result[i, j, k] = self[i, indices[i, j, k], k]`.
  ///
  /// - Precondition: the indices are `int32`, inside the axis, and their shape differs from this one
  ///   at most along the axis.
  public func gatheredAlong(_ indices: NDArray, axis: Int) -> NDArray {
    let places = NDArray.checkedLines(shape, indices, axis)
    let result = NDArray(uninitialized: indices.shape, dtype: dtype)
    let dense = contiguous()
    let (source, destination) = (dense.address, result.storage.bytes)
    let size = dtype.byteCount
    let lanes = Lanes(indices.shape, axis)
    let length = shape[axis]
    lanes.forEach { line, start in
      let (group, column) = line.quotientAndRemainder(dividingBy: lanes.inner)
      let base = group &* length &* lanes.inner &+ column
      for j in 0..<lanes.count {
        let number = start &+ j &* lanes.inner
        let place = base &+ Int(places[number]) &* lanes.inner
        switch size {
        case 1: destination.element(number, source.element(place, as: UInt8.self))
        case 4: destination.element(number, source.element(place, as: UInt32.self))
        default: destination.element(number, source.element(place, as: UInt64.self))
        }
      }
    }
    withExtendedLifetime(dense) {}
    return result
  }

  /// The transpose of ``gatheredAlong(_:axis:)``: zeros of `shape` to which each element of `updates`
  /// is added at the position its index names, in index order.
  ///
  /// - Precondition: `updates` has the shape of the indices.
  public static func scatterAddAlong(
    into shape: Shape, _ updates: NDArray, _ indices: NDArray, axis: Int
  ) -> NDArray {
    precondition(updates.dtype != .bool, "booleans do not add; convert them first")
    precondition(
      updates.shape == indices.shape,
      "updates of shape \(updates.shape) come with indices of shape \(indices.shape)")
    let places = checkedLines(shape, indices, axis)
    let result = NDArray.zeros(shape, dtype: updates.dtype)
    let dense = updates.contiguous()
    let (source, destination) = (dense.address, result.storage.bytes)
    let size = updates.dtype.byteCount
    let lanes = Lanes(indices.shape, axis)
    let length = shape[axis]
    lanes.forEach { line, start in
      let (group, column) = line.quotientAndRemainder(dividingBy: lanes.inner)
      let base = group &* length &* lanes.inner &+ column
      for j in 0..<lanes.count {
        let number = start &+ j &* lanes.inner
        let place = base &+ Int(places[number]) &* lanes.inner
        add(1, updates.dtype, source + number &* size, destination + place &* size)
      }
    }
    withExtendedLifetime(dense) {}
    return result
  }

  // MARK: Checks

  /// The position, in row-major order, of the first element outside the range, or nil.
  ///
  /// The layers above check index arrays with it before they gather or scatter.
  ///
  /// - Precondition: the array holds `int32`.
  public func firstIndex(outside range: Range<Int>) -> Int? {
    precondition(dtype == .int32, "indices are int32, not \(dtype)")
    return withUnsafeContiguousBytes { bytes in
      bytes.bindMemory(to: Int32.self).firstIndex { !range.contains(Int($0)) }
    }
  }

  private func checkedIndices(_ indices: NDArray, size: Int) -> [Int32] {
    NDArray.checkedIndices(indices, size: size)
  }

  private static func checkedIndices(_ indices: NDArray, size: Int) -> [Int32] {
    precondition(indices.dtype == .int32, "indices are int32, not \(indices.dtype)")
    let places = indices.values(as: Int32.self)
    for place in places where place < 0 || Int(place) >= size {
      preconditionFailure("the index \(place) is outside an axis of size \(size)")
    }
    return places
  }

  private static func checkedLines(_ shape: Shape, _ indices: NDArray, _ axis: Int) -> [Int32] {
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

/// Adds `count` dense elements to others.
@inline(__always)
private func add(
  _ count: Int, _ dtype: DType, _ source: UnsafeRawPointer, _ destination: UnsafeMutableRawPointer
) {
  switch dtype {
  case .float32:
    if count >= 16 {
      Kernels.active.accumulate(.sum, .float32, count, source, destination)
    } else {
      for i in 0..<count {
        destination.element(
          i, destination.element(i, as: Float.self) + source.element(i, as: Float.self))
      }
    }
  case .float64:
    if count >= 16 {
      Kernels.active.accumulate(.sum, .float64, count, source, destination)
    } else {
      for i in 0..<count {
        destination.element(
          i, destination.element(i, as: Double.self) + source.element(i, as: Double.self))
      }
    }
  case .int32, .bool:
    for i in 0..<count {
      destination.element(
        i, destination.element(i, as: Int32.self) &+ source.element(i, as: Int32.self))
    }
  }
}
