// Which shapes meet in one operation: broadcasting, matrix products and concatenation, by the rules
// of NumPy. It computes shapes and touches no element.

extension Shape {
  /// The common shape of two operands of an elementwise operation.
  ///
  /// Axes are matched from the last one; a missing axis counts as size 1, and a size of 1 stretches
  /// to the other size: `[4, 1, 3]` and `[5, 1]` meet in `[4, 5, 3]`.
  package func broadcast(with other: Shape) throws(ShapeError) -> Shape {
    if self == other { return self }
    var dimensions = [Int](repeating: 1, count: Swift.max(rank, other.rank))
    for position in stride(from: 1, through: dimensions.count, by: 1) {
      let a = position <= rank ? self[rank - position] : 1
      let b = position <= other.rank ? other[other.rank - position] : 1
      guard a == b || a == 1 || b == 1 else {
        throw ShapeError(
          problem: "\(self) and \(other) do not broadcast: axis -\(position) has \(a) against \(b)",
          remedy:
            "Sizes must be equal or 1, counted from the last axis; reshape or expand one side."
        )
      }
      dimensions[dimensions.count - position] = a == 1 ? b : a
    }
    return try Shape(validating: dimensions)
  }

  /// True if an array of this shape can be stretched to `target` without changing `target`.
  package func isBroadcastable(to target: Shape) -> Bool {
    guard rank <= target.rank else { return false }
    let shift = target.rank - rank
    for axis in 0..<rank where self[axis] != 1 && self[axis] != target[axis + shift] {
      return false
    }
    return true
  }

  /// The shape of the matrix product of arrays of these shapes.
  ///
  /// The last two axes are matrices, the axes before them are batches and broadcast. A vector on
  /// the left is a row and one on the right a column, and the result has no axis for it: `[k]` by
  /// `[k, n]` gives `[n]`, `[k]` by `[k]` gives a scalar.
  package func matmul(_ other: Shape) throws(ShapeError) -> Shape {
    guard rank >= 1, other.rank >= 1 else {
      throw ShapeError(
        problem: "the matrix product of \(self) and \(other) has a scalar operand",
        remedy: "Multiply by a scalar with *.")
    }
    let inner = self[rank - 1]
    let otherInner = other.rank == 1 ? other[0] : other[other.rank - 2]
    guard inner == otherInner else {
      throw ShapeError(
        problem:
          "the matrix product of \(self) and \(other) does not fit: "
          + "\(inner) columns on the left meet \(otherInner) rows on the right",
        remedy: "Make the last axis of the left operand equal the rows of the right one, "
          + "perhaps by transposing.")
    }
    // The usual case, without the arrays below.
    if rank == 2 && other.rank == 2 {
      let (count, overflows) = self[0].multipliedReportingOverflow(by: other[1])
      if !overflows && count <= Shape.maximumElementCount {
        var extents = extents
        extents[1] = other[1]
        return Shape(unchecked: extents)
      }
    }
    let batch: Shape
    do {
      batch = try Shape(validating: Array(dimensions.dropLast(2)))
        .broadcast(with: Shape(validating: Array(other.dimensions.dropLast(2))))
    } catch {
      throw ShapeError(
        problem: "the batch axes of the matrix product of \(self) and \(other) do not broadcast",
        remedy: error.remedy)
    }
    var dimensions = batch.dimensions
    if rank >= 2 { dimensions.append(self[rank - 2]) }
    if other.rank >= 2 { dimensions.append(other[other.rank - 1]) }
    return try Shape(validating: dimensions)
  }

  /// The shape of arrays laid end to end along an axis; all other sizes must agree.
  package static func concatenation(_ shapes: [Shape], axis: Int) throws(ShapeError) -> Shape {
    guard let first = shapes.first else {
      throw ShapeError(
        problem: "there is nothing to concatenate", remedy: "Give at least one array.")
    }
    guard first.rank > 0 else {
      throw ShapeError(
        problem: "scalars cannot be concatenated", remedy: "Stack them along a new axis.")
    }
    let axis = try first.axis(axis)
    var dimensions = first.dimensions
    dimensions[axis] = 0
    for (position, shape) in shapes.enumerated() {
      var others = shape.dimensions
      if others.count == dimensions.count { others[axis] = dimensions[axis] }
      guard others == dimensions else {
        throw ShapeError(
          problem: "\(shape) at position \(position) cannot follow \(first) along axis \(axis)",
          remedy: "All sizes but that of axis \(axis) must be equal.")
      }
      let (sum, overflows) = dimensions[axis].addingReportingOverflow(shape[axis])
      guard !overflows else {
        throw ShapeError(
          problem: "the sizes along axis \(axis) add up to more than an Int holds",
          remedy: "Use smaller sizes.")
      }
      dimensions[axis] = sum
    }
    return try Shape(validating: dimensions)
  }

  /// The common shape of operands that the caller has checked.
  static func checkedBroadcast(_ a: Shape, _ b: Shape) -> Shape {
    if a == b { return a }
    do {
      return try a.broadcast(with: b)
    } catch {
      preconditionFailure(error.description)
    }
  }
}
