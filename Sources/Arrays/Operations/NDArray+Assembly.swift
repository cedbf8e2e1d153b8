// Building an array out of parts: laying parts end to end, surrounding one with a constant, writing
// one into zeros, adding one where it belongs. Each is one strided copy per part.

extension NDArray {
  /// The arrays laid end to end along an axis.
  ///
  /// - Precondition: the arrays have one type and `Shape.concatenation` of their shapes exists.
  package static func concatenated(_ arrays: [NDArray], along axis: Int) -> NDArray {
    let target: Shape
    do {
      target = try Shape.concatenation(arrays.map(\.shape), axis: axis)
    } catch {
      preconditionFailure(error.description)
    }
    precondition(axis >= 0, "axis \(axis) is not normalized")
    let dtype = arrays[0].dtype
    let result = NDArray(uninitialized: target, dtype: dtype)
    var position = 0
    for array in arrays {
      precondition(
        array.dtype == dtype, "concatenation of \(dtype) and \(array.dtype); convert one of them")
      result.write(array, atOffset: position * result.strides[axis], result.strides)
      position += array.shape[axis]
    }
    return result
  }

  /// The arrays side by side along a new axis of the result.
  ///
  /// - Precondition: there is at least one array, and all have one shape and one type.
  package static func stacked(_ arrays: [NDArray], along axis: Int) -> NDArray {
    precondition(!arrays.isEmpty, "there is nothing to stack")
    let shape = arrays[0].shape
    for array in arrays {
      precondition(array.shape == shape, "an array of \(array.shape) does not stack on \(shape)")
    }
    return concatenated(arrays.map { $0.expanded(at: axis) }, along: axis)
  }

  /// The array with `before[i]` and `after[i]` more positions on axis `i`, filled with a value.
  package func padded(before: [Int], after: [Int], value: Double = 0) -> NDArray {
    precondition(
      before.count == rank && after.count == rank,
      "padding \(before), \(after) does not name the \(rank) axes of \(shape)")
    precondition(
      before.allSatisfy { $0 >= 0 } && after.allSatisfy { $0 >= 0 },
      "padding \(before), \(after) is negative; slice instead")
    let target = Shape((0..<rank).map { before[$0] + shape[$0] + after[$0] })
    let result = NDArray(repeating: value, shape: target, dtype: dtype)
    var offset = 0
    for axis in 0..<rank { offset += before[axis] * result.strides[axis] }
    result.write(self, atOffset: offset, result.strides)
    return result
  }

  /// Zeros of `shape` with this array written into a slice: the transpose of ``sliced(_:)``.
  ///
  /// - Precondition: this array has the shape of the slice.
  package func embedded(into shape: Shape, at slice: [IndexItem]) -> NDArray {
    let result = NDArray.zeros(shape, dtype: dtype)
    let place = result.sliced(slice)
    precondition(
      place.shape == self.shape,
      "an array of shape \(self.shape) does not fill a slice of shape \(place.shape)")
    result.write(self, atOffset: place.offset, place.strides)
    return result
  }

  /// Adds an array to a slice of this one.
  ///
  /// - Precondition: the other array has the shape of the slice, and the caller has made this one
  ///   and not shared it.
  package func add(_ part: NDArray, at slice: [IndexItem]) {
    let place = sliced(slice)
    precondition(
      place.shape == part.shape && dtype == part.dtype,
      "an array of shape \(part.shape) does not fill a slice of shape \(place.shape)")
    write(.binary(.add, place, part), atOffset: place.offset, place.strides)
  }

  /// Writes an array into a slice, in place if nothing else holds the elements of this one.
  ///
  /// - Precondition: the array has the type of this one and broadcasts to the shape of the slice.
  package mutating func replace(_ slice: [IndexItem], with part: NDArray) {
    precondition(part.dtype == dtype, "a part of \(part.dtype) does not go into \(dtype)")
    if !isOverwritable { self = copied() }
    // The view is let go of before the array is written to: it only tells where the slice lies.
    let (shape, offset, strides) = {
      let place = sliced(slice)
      return (place.shape, place.offset, place.strides)
    }()
    write(part.broadcast(to: shape), atOffset: offset, strides)
  }

  /// Copies an array into part of this one, which the caller has just made and not shared.
  private func write(_ array: NDArray, atOffset offset: Int, _ strides: AxisVector) {
    guard array.elementCount > 0 else { return }
    copyElements(
      from: array.address, array.strides, to: storage.bytes + offset * dtype.byteCount, strides,
      shape: array.shape, elementSize: dtype.byteCount)
    withExtendedLifetime(array) {}
  }
}
