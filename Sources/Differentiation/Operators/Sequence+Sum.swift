// The sum over the elements of a sequence, `Σ f(x)`: what a loss over data is when it is written in
// numbers. It has never heard of tapes.
//
// `map` and `reduce` say the same and compile as well, but their closure is solved together with
// the formula around it, for which a long body takes the type checker too long. The body of `sum`
// is solved by itself; see ClosureBody.

extension Sequence {
  /// The sum of a function over the elements, `Σ f(x)`, 0 for no element.
  ///
  /// ```swift
  /// let points = [(1.0, 2.0), (2.0, 3.0), (3.0, 5.0)]
  /// let (da, db) = gradient(at: 0.5, 0.1) { a, b in
  ///   points.sum { (x, y) in (a * x + b - y).squared() } / 3
  /// }
  /// ```
  ///
  /// - Complexity: one addition on the tape for each element.
  @inlinable
  public func sum(@ClosureBody<Scalar> _ f: (Element) throws -> Scalar) rethrows -> Scalar {
    try reduce(0) { $0 + (try f($1)) }
  }

  /// The sum of a function over the elements, `Σ f(x)`, 0 for no element.
  @inlinable
  public func sum(@ClosureBody<Tensor> _ f: (Element) throws -> Tensor) rethrows -> Tensor {
    try reduce(0) { $0 + (try f($1)) }
  }
}
