// How axes of an array are summed, multiplied, minimized away, and stretched axes summed back.
// Which element is added to which is the driver's business.

extension NDArray {
  /// Reduces the array over axes.
  ///
  /// Of nothing the sum is 0 and the product 1. Minimum and maximum are NaN if an element is NaN;
  /// of booleans they are `all` and `any`. The order of additions depends on the shape alone, and
  /// the error of a sum grows with the logarithm of the count. A sum or product of whole numbers
  /// that `int32` does not hold stops the program; see ``reducedWhole(_:over:keepsDimensions:)``.
  ///
  /// - Precondition: the axes are non-negative, rising and exist, as from `Shape.axes(_:)`; minimum
  ///   and maximum need at least one element.
  package func reduced(
    _ kind: ReductionKind, over axes: [Int], keepsDimensions: Bool = false
  ) -> NDArray {
    precondition(
      axes.allSatisfy { $0 >= 0 && $0 < rank } && zip(axes, axes.dropFirst()).allSatisfy(<),
      "\(axes) are not rising axes of \(shape); normalize them with Shape.axes")
    if !dtype.isFloatingPoint, kind == .sum || kind == .product {
      return orStop("\(kind)") { () throws(ShapeError) in
        try reducedWhole(kind, over: axes, keepsDimensions: keepsDimensions)
      }
    }
    let target = shape.removing(axes, keepsDimensions: keepsDimensions)
    if dtype == .bool {
      return converted(to: .int32).reduced(kind, over: axes, keepsDimensions: keepsDimensions)
        .converted(to: .bool)
    }
    let isEmpty = axes.contains { shape[$0] == 0 }
    precondition(
      !isEmpty || kind == .sum || kind == .product || target.elementCount == 0,
      "the \(kind) of no elements is undefined: axes \(axes) of \(shape)")
    if isEmpty { return NDArray(repeating: kind == .sum ? 0 : 1, shape: target, dtype: dtype) }
    if target.elementCount == elementCount { return reshaped(to: target) }
    if target.elementCount == 0 { return NDArray(uninitialized: target, dtype: dtype) }

    if target.elementCount == 1, let expression = pendingExpression(in: layout) {
      return DeferredExpression.deferring(kind, self, expression, shape: target)
    }

    // From the innermost group of neighboring reduced axes outward, one group at a time.
    var sizes = shape.extents
    var current = contiguous()
    var remaining = axes
    while let last = remaining.last {
      var first = last
      remaining.removeLast()
      while let next = remaining.last,
        next == first - 1 || (next + 1..<first).allSatisfy({ sizes[$0] == 1 })
      {
        first = next
        remaining.removeLast()
      }
      var (outer, count, inner) = (1, 1, 1)
      for axis in 0..<first { outer *= sizes[axis] }
      for axis in first...last { count *= sizes[axis] }
      for axis in (last + 1)..<max(last + 1, rank) { inner *= sizes[axis] }
      for axis in first...last { sizes[axis] = 1 }
      guard count > 1 else { continue }
      let reduced = NDArray(uninitialized: Shape(unchecked: sizes), dtype: dtype)
      ReductionDriver(kind: kind, dtype: dtype).run(
        outer: outer, count: count, inner: inner, from: current.address,
        to: reduced.storage.bytes)
      withExtendedLifetime(current) {}
      current = reduced
    }
    return current.reshaped(to: target)
  }

  /// The transpose of broadcasting: sums over the axes along which `shape` was stretched to this
  /// one.
  ///
  /// - Precondition: `shape.isBroadcastable(to: self.shape)`.
  package func summed(to shape: Shape) -> NDArray {
    if shape == self.shape { return self }
    precondition(
      shape.isBroadcastable(to: self.shape),
      "\(shape) does not broadcast to \(self.shape), so there is no sum back to it")
    let shift = rank - shape.rank
    var axes: [Int] = []
    for axis in 0..<rank {
      if axis < shift || (shape[axis - shift] == 1 && self.shape[axis] != 1) { axes.append(axis) }
    }
    return reduced(.sum, over: axes, keepsDimensions: true).reshaped(to: shape)
  }

  /// The sum of the rows of a matrix, laid out as a vector of its type and width is.
  ///
  /// The same bits as `reduced(.sum, over: [0])`, without lists of axes.
  package func sumOfRows(like model: NDArray) -> NDArray {
    let (own, target) = (fields, model.fields)
    precondition(
      own.pointee.shape.rank == 2 && target.pointee.shape.rank == 1
        && own.pointee.shape[1] == target.pointee.shape[0]
        && own.pointee.dtype == target.pointee.dtype && own.pointee.dtype != .bool,
      "the rows of a \(dtype) array of shape \(shape) do not add up to a \(model.dtype) \(model.shape)"
    )
    let result = model.uninitializedLike()
    let (count, inner) = (own.pointee.shape[0], own.pointee.shape[1])
    if count == 0 { return .zeros(target.pointee.shape, dtype: target.pointee.dtype) }
    let rows = contiguous()
    ReductionDriver(kind: .sum, dtype: own.pointee.dtype).run(
      outer: 1, count: count, inner: inner, from: rows.address, to: result.storage.bytes)
    withExtendedLifetime(rows) {}
    return result
  }

  /// True where any element along the axis is not zero; of nothing, false.
  package func any(over axis: Int) -> NDArray { combined(over: axis, .maximum, ofNothing: 0) }

  /// True where no element along the axis is zero; of nothing, true.
  package func all(over axis: Int) -> NDArray { combined(over: axis, .minimum, ofNothing: 1) }

  private func combined(
    over axis: Int, _ kind: ReductionKind, ofNothing value: Double
  ) -> NDArray {
    precondition(axis >= 0 && axis < rank, "\(shape) has no axis \(axis)")
    if shape[axis] == 0 {
      return NDArray(
        repeating: value, shape: shape.removing([axis], keepsDimensions: false), dtype: .bool)
    }
    return converted(to: .bool).reduced(kind, over: [axis])
  }
}
