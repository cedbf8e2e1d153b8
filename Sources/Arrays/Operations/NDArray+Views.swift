// The ways to look at the same elements under another shape. Nothing is copied except where a
// reshape cuts across strides.

extension NDArray {
  /// The same elements as a dense array; itself if it is dense already.
  package func contiguous() -> NDArray { isContiguous ? self : copied() }

  /// A dense copy in storage of its own.
  func copied() -> NDArray {
    let copy = NDArray(uninitialized: layout.dense)
    copyElements(
      from: address, strides, to: copy.storage.bytes, copy.strides, shape: shape,
      elementSize: dtype.byteCount)
    withExtendedLifetime(self) {}
    return copy
  }

  /// The same elements, in row-major order, under another shape.
  ///
  /// A view if the strides allow it, a copy otherwise.
  ///
  /// - Precondition: the number of elements is the same.
  package func reshaped(to shape: Shape) -> NDArray {
    precondition(
      shape.elementCount == elementCount,
      "an array of shape \(self.shape) cannot take the shape \(shape)")
    if shape == self.shape { return self }
    if isContiguous { return view(shape, shape.denseStrides) }
    if let strides = stridesOfReshape(to: shape) { return view(shape, strides) }
    return copied().reshaped(to: shape)
  }

  /// The array whose axis `i` is axis `permutation[i]` of this one; a view.
  package func transposed(_ permutation: [Int]) -> NDArray {
    precondition(
      permutation.count == rank, "\(permutation) does not permute the axes of \(shape)")
    var extents = AxisVector()
    var strides = AxisVector()
    var seen = 0
    for axis in permutation {
      extents.append(shape[axis])
      strides.append(self.strides[axis])
      seen |= 1 << axis
    }
    precondition(
      seen == (1 << rank) - 1, "\(permutation) does not permute the axes of \(shape)")
    return view(Shape(unchecked: extents), strides)
  }

  /// The transpose of every matrix in the last two axes; a view.
  package func swappingLastTwoAxes() -> NDArray {
    precondition(rank >= 2, "an array of shape \(shape) has no two axes to swap")
    var extents = shape.extents
    var strides = self.strides
    extents[rank - 1] = shape[rank - 2]
    extents[rank - 2] = shape[rank - 1]
    strides[rank - 1] = self.strides[rank - 2]
    strides[rank - 2] = self.strides[rank - 1]
    return view(Shape(unchecked: extents), strides)
  }

  /// The array stretched to a shape by repeating it along new axes and along axes of size 1; a
  /// view.
  ///
  /// - Precondition: `self.shape.isBroadcastable(to: shape)`.
  package func broadcast(to shape: Shape) -> NDArray {
    if shape == self.shape { return self }
    precondition(
      self.shape.isBroadcastable(to: shape),
      "an array of shape \(self.shape) does not broadcast to \(shape)")
    return view(shape, strides(broadcastTo: shape))
  }

  /// Strides for reading this array as one of a larger shape; stretched axes stand still.
  func strides(broadcastTo target: Shape) -> AxisVector {
    if target == shape { return strides }
    let shift = target.rank - rank
    var result = AxisVector(repeating: 0, count: target.rank)
    for axis in 0..<rank where shape[axis] != 1 { result[axis + shift] = strides[axis] }
    return result
  }

  /// The part that a subscript names; a view.
  ///
  /// - Precondition: `shape.sliced(items)` does not throw.
  package func sliced(_ items: [IndexItem]) -> NDArray {
    do {
      let (shape, layout) = try self.shape.sliced(items)
      return sliced(shape, layout)
    } catch {
      preconditionFailure(error.description)
    }
  }

  /// The part that an interpreted subscript names; a view.
  func sliced(_ shape: Shape, _ layout: SliceLayout) -> NDArray {
    var strides = AxisVector()
    var offset = self.offset
    // An empty slice may start at the very end of an axis, where there is no element to point to.
    if shape.elementCount > 0 {
      for axis in 0..<rank { offset += layout.starts[axis] * self.strides[axis] }
    }
    for axis in 0..<shape.rank {
      let source = layout.sources[axis]
      // A huge step names a single position; its stride is never used and must not overflow.
      let isUsed = source >= 0 && shape[axis] > 1
      strides.append(isUsed ? layout.steps[axis] * self.strides[source] : 0)
    }
    return view(shape, strides, offset: offset)
  }

  /// The array with a new axis of size 1 at the given position of the result; a view.
  package func expanded(at axis: Int) -> NDArray {
    precondition(axis >= 0 && axis <= rank, "\(shape) cannot take a new axis at \(axis)")
    var extents = shape.extents
    var strides = self.strides
    extents.insert(1, at: axis)
    strides.insert(0, at: axis)
    return view(Shape(unchecked: extents), strides)
  }

  /// The array without an axis of size 1; a view.
  package func squeezed(_ axis: Int) -> NDArray {
    precondition(
      axis >= 0 && axis < rank && shape[axis] == 1, "axis \(axis) of \(shape) is not of size 1")
    var extents = shape.extents
    var strides = self.strides
    extents.remove(at: axis)
    strides.remove(at: axis)
    return view(Shape(unchecked: extents), strides)
  }

  /// The array read backward along an axis; a view.
  package func reversed(along axis: Int) -> NDArray {
    precondition(axis >= 0 && axis < rank, "\(shape) has no axis \(axis)")
    guard shape[axis] > 1, elementCount > 0 else { return self }
    var strides = self.strides
    strides[axis] = -strides[axis]
    return view(
      shape, strides, offset: offset + (shape[axis] - 1) * self.strides[axis])
  }

  private func view(_ shape: Shape, _ strides: AxisVector) -> NDArray {
    view(shape, strides, offset: offset)
  }

  /// Strides that make a reshape a view, or nil if only a copy can do it.
  ///
  /// Old and new axes are matched in groups of equal element count; inside a group the old axes
  /// must be dense relative to each other, and the new ones are laid out densely over the innermost
  /// step.
  private func stridesOfReshape(to target: Shape) -> AxisVector? {
    if elementCount == 0 { return target.denseStrides }
    var result = target.denseStrides
    var old = rank - 1
    var new = target.rank - 1
    while old >= 0 || new >= 0 {
      while old >= 0, shape[old] == 1 { old -= 1 }
      guard old >= 0 else {
        // What remains of the new shape has one element; its strides are never used.
        return result
      }
      let step = strides[old]
      var count = shape[old]
      old -= 1
      while old >= 0, shape[old] == 1 || strides[old] == step * count {
        count *= shape[old]
        old -= 1
      }
      var filled = 1
      while new >= 0, filled * target[new] <= count {
        result[new] = filled * step
        filled *= target[new]
        new -= 1
      }
      guard filled == count else { return nil }
    }
    return result
  }
}
