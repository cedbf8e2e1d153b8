// What happens to a shape when axes are named, removed, permuted or regrouped. It touches no
// element.

extension Shape {
  /// The axis, counted from the outermost; a negative one counts from the last.
  package func axis(_ axis: Int) throws(ShapeError) -> Int {
    guard axis >= -rank, axis < rank else {
      throw ShapeError(
        problem: "\(self) has no axis \(axis)",
        remedy: rank == 0
          ? "A scalar has no axes." : "Axes run from \(-rank) to \(rank - 1).")
    }
    return axis < 0 ? axis + rank : axis
  }

  /// The axes, counted from the outermost, in rising order.
  ///
  /// - Throws: ``ShapeError`` for an axis that does not exist or is named twice.
  package func axes(_ axes: [Int]) throws(ShapeError) -> [Int] {
    var named = [Bool](repeating: false, count: rank)
    for candidate in axes {
      let axis = try axis(candidate)
      guard !named[axis] else {
        throw ShapeError(
          problem: "axis \(axis) of \(self) is named twice in \(axes)",
          remedy: "Name each axis once.")
      }
      named[axis] = true
    }
    return named.indices.filter { named[$0] }
  }

  /// The shape that is left when axes are summed away, or become 1 if dimensions are kept.
  package func reduced(over axes: [Int], keepsDimensions: Bool) throws(ShapeError) -> Shape {
    let axes = try self.axes(axes)
    return removing(axes, keepsDimensions: keepsDimensions)
  }

  /// ``reduced(over:keepsDimensions:)`` for axes that are already normalized.
  func removing(_ axes: [Int], keepsDimensions: Bool) -> Shape {
    var extents = AxisVector()
    for axis in 0..<rank {
      if !axes.contains(axis) {
        extents.append(self[axis])
      } else if keepsDimensions {
        extents.append(1)
      }
    }
    return Shape(unchecked: extents)
  }

  /// The shape whose axis `i` is axis `permutation[i]` of this one.
  package func permuted(by permutation: [Int]) throws(ShapeError) -> Shape {
    guard permutation.count == rank else {
      throw ShapeError(
        problem: "\(permutation) does not permute the \(rank) axes of \(self)",
        remedy: "Name every axis once.")
    }
    _ = try axes(permutation)
    var extents = AxisVector()
    for candidate in permutation { extents.append(self[try axis(candidate)]) }
    return Shape(unchecked: extents)
  }

  /// The shape with the same elements and other sizes; one size may be -1 and follows from the
  /// rest.
  package func reshaped(to dimensions: [Int]) throws(ShapeError) -> Shape {
    let unknown = dimensions.indices.filter { dimensions[$0] == -1 }
    guard unknown.count <= 1 else {
      throw ShapeError(
        problem: "\(dimensions) leaves \(unknown.count) sizes open", remedy: "Use -1 at most once.")
    }
    guard let open = unknown.first else {
      let shape = try Shape(validating: dimensions)
      guard shape.elementCount == elementCount else {
        throw ShapeError(
          problem: "\(self) has \(elementCount) elements and \(shape) has \(shape.elementCount)",
          remedy: "Reshaping keeps the number of elements.")
      }
      return shape
    }
    var known = dimensions
    known[open] = 1
    let count = try Shape(validating: known).elementCount
    guard count > 0, elementCount % count == 0 else {
      throw ShapeError(
        problem: "\(elementCount) elements of \(self) do not divide into \(dimensions)",
        remedy: count == 0
          ? "Give every size when one of them is 0."
          : "The known sizes must divide the number of elements.")
    }
    known[open] = elementCount / count
    return try Shape(validating: known)
  }

  /// The shape with a new axis of size 1 at the given position of the result; -1 is the last.
  package func expanded(at axis: Int) throws(ShapeError) -> Shape {
    guard axis >= -rank - 1, axis <= rank else {
      throw ShapeError(
        problem: "\(self) cannot take a new axis at \(axis)",
        remedy: "Positions run from \(-rank - 1) to \(rank).")
    }
    var dimensions = self.dimensions
    dimensions.insert(1, at: axis < 0 ? axis + rank + 1 : axis)
    return try Shape(validating: dimensions)
  }

  /// The shape without an axis of size 1.
  package func squeezed(_ axis: Int) throws(ShapeError) -> Shape {
    let axis = try self.axis(axis)
    guard self[axis] == 1 else {
      throw ShapeError(
        problem: "axis \(axis) of \(self) has size \(self[axis]) and cannot be dropped",
        remedy: "Only axes of size 1 can; reduce or index the axis instead.")
    }
    return removing([axis], keepsDimensions: false)
  }

  /// The shape with an axis replaced by the axes of an index array, as a gather gives it.
  package func gathered(_ indices: Shape, along axis: Int) throws(ShapeError) -> Shape {
    let axis = try self.axis(axis)
    return try Shape(validating: prefix(axis) + Array(indices) + dropFirst(axis + 1))
  }

  /// The shape with more positions at both ends of each axis.
  package func padded(before: [Int], after: [Int]) throws(ShapeError) -> Shape {
    guard before.count == rank, after.count == rank else {
      throw ShapeError(
        problem: "padding \(before), \(after) does not name the \(rank) axes of \(self)",
        remedy: "Give one number per axis, 0 for none.")
    }
    var dimensions = self.dimensions
    for axis in 0..<rank {
      guard before[axis] >= 0, after[axis] >= 0 else {
        throw ShapeError(
          problem: "padding \(before), \(after) of \(self) is negative on axis \(axis)",
          remedy: "Slice to make an array smaller.")
      }
      for more in [before[axis], after[axis]] {
        let (sum, overflows) = dimensions[axis].addingReportingOverflow(more)
        guard !overflows else {
          throw ShapeError(
            problem: "padding \(before), \(after) of \(self) overflows on axis \(axis)",
            remedy: "Use smaller sizes.")
        }
        dimensions[axis] = sum
      }
    }
    return try Shape(validating: dimensions)
  }
}
