// The reductions that users call; all but the sum and the extrema are made of other operations.
//
// The shape of a reduction is this tensor's without the axes that are reduced over, or with length
// 1 there if dimensions are kept. An axis that does not exist or is named twice, and element types
// that a reduction does not take, are refused as a ``TensorError``.

import AdjointArrays
import AdjointElementary

extension Tensor {
  /// Checks axes, then reduces.
  ///
  /// An empty list of axes means none; nil means all. A refusal gives a placeholder of the shape
  /// that the result would have had, of this element type or the given one.
  func reduced(
    _ operation: String, _ axes: [Int]?, keepsDimensions: Bool = false, to dtype: DType? = nil,
    _ body: ([Int]) throws(ShapeError) -> Tensor
  ) -> Tensor {
    do throws(ShapeError) {
      return try body(
        axes.map { axes throws(ShapeError) in try shape.axes(axes) } ?? Array(0..<rank))
    } catch {
      let result = shape.expectedReduction(
        over: axes ?? Array(0..<rank), keepsDimensions: keepsDimensions)
      return Tensor.failing(
        .shape, operation, [self], error, placeholder: TensorType(result, dtype ?? self.dtype))
    }
  }

  /// The sum over the given axes, or over all.
  ///
  /// The sum of no elements is 0; truth values count in `int32`. Axes that do not exist, and a sum
  /// of whole numbers that `int32` does not hold, are refused as a ``TensorError``; the shape is
  /// that of this tensor without the axes, or with length 1 there if dimensions are kept.
  public func sum(over axes: [Int]? = nil, keepsDimensions: Bool = false) -> Tensor {
    reduced("sum", axes, keepsDimensions: keepsDimensions, to: dtype == .bool ? .int32 : nil) {
      axes in sum(overChecked: axes, keepsDimensions)
    }
  }

  /// The sum over axes that exist.
  private func sum(overChecked axes: [Int], _ keepsDimensions: Bool) -> Tensor {
    let x = settled
    guard x.dtype.isFloatingPoint else {
      return Tensor.applying(
        Sum(axes: axes, keepsDimensions: keepsDimensions), to: [x], as: "sum", giving: x.shape)
    }
    return Tensor.recording(
      Sum(axes: axes, keepsDimensions: keepsDimensions), x,
      value: x.array.reduced(.sum, over: axes, keepsDimensions: keepsDimensions))
  }

  /// The sum over one axis.
  public func sum(over axis: Int, keepsDimensions: Bool = false) -> Tensor {
    sum(over: [axis], keepsDimensions: keepsDimensions)
  }

  /// The mean over the given axes, or over all.
  ///
  /// The mean of no elements is NaN. Whole numbers, and axes that do not exist, are refused as a
  /// ``TensorError``.
  public func mean(over axes: [Int]? = nil, keepsDimensions: Bool = false) -> Tensor {
    reduced("mean", axes, keepsDimensions: keepsDimensions) { axes throws(ShapeError) in
      try requireFloatingPoint("mean")
      return sum(overChecked: axes, keepsDimensions) / Double(count(axes))
    }
  }

  /// The mean over one axis.
  public func mean(over axis: Int, keepsDimensions: Bool = false) -> Tensor {
    mean(over: [axis], keepsDimensions: keepsDimensions)
  }

  /// The variance over the given axes, or over all.
  ///
  /// `Σ (x - mean)² / (n - correction)`: the population variance by default, the unbiased estimate
  /// with `correction: 1`, which is NaN for one element. Whole numbers, axes that do not exist, and
  /// a correction that is negative or exceeds the count are refused as a ``TensorError``.
  public func variance(
    over axes: [Int]? = nil, correction: Int = 0, keepsDimensions: Bool = false
  ) -> Tensor {
    reduced("variance", axes, keepsDimensions: keepsDimensions) { axes throws(ShapeError) in
      try requireFloatingPoint("variance")
      let count = count(axes)
      try requireCorrection(correction, of: count, "variance")
      let centered = self - mean(over: axes, keepsDimensions: true)
      return centered.squared().sum(over: axes, keepsDimensions: keepsDimensions)
        / Double(count - correction)
    }
  }

  /// The variance over one axis.
  public func variance(over axis: Int, correction: Int = 0, keepsDimensions: Bool = false)
    -> Tensor
  { variance(over: [axis], correction: correction, keepsDimensions: keepsDimensions) }

  /// The largest element over the given axes, or over all; NaN if any is NaN.
  ///
  /// Equal largest elements share the adjoint equally. Axes without elements, and axes that do not
  /// exist, are refused as a ``TensorError``.
  public func maximum(over axes: [Int]? = nil, keepsDimensions: Bool = false) -> Tensor {
    reduced("maximum", axes, keepsDimensions: keepsDimensions) { axes in
      Tensor.applying(Extremum(kind: .maximum, axes: axes, keepsDimensions: keepsDimensions), self)
    }
  }

  /// The largest element over one axis.
  public func maximum(over axis: Int, keepsDimensions: Bool = false) -> Tensor {
    maximum(over: [axis], keepsDimensions: keepsDimensions)
  }

  /// The smallest element over the given axes, or over all; NaN if any is NaN.
  ///
  /// Equal smallest elements share the adjoint equally. Axes without elements, and axes that do not
  /// exist, are refused as a ``TensorError``.
  public func minimum(over axes: [Int]? = nil, keepsDimensions: Bool = false) -> Tensor {
    reduced("minimum", axes, keepsDimensions: keepsDimensions) { axes in
      Tensor.applying(Extremum(kind: .minimum, axes: axes, keepsDimensions: keepsDimensions), self)
    }
  }

  /// The smallest element over one axis.
  public func minimum(over axis: Int, keepsDimensions: Bool = false) -> Tensor {
    minimum(over: [axis], keepsDimensions: keepsDimensions)
  }

  /// The product over the given axes, or over all.
  ///
  /// The product of no elements is 1. Elements are multiplied pairwise, so the derivative needs no
  /// division and is right where elements are zero. Axes that do not exist, and a product of whole
  /// numbers that `int32` does not hold, are refused as a ``TensorError``.
  public func product(over axes: [Int]? = nil, keepsDimensions: Bool = false) -> Tensor {
    reduced("product", axes, keepsDimensions: keepsDimensions) { axes throws(ShapeError) in
      if dtype == .int32 {
        return Tensor(
          try array.reducedWhole(.product, over: axes, keepsDimensions: keepsDimensions))
      }
      var result = self
      for axis in axes { result = result.pairwiseProduct(along: axis) }
      return keepsDimensions ? result : result.reshaped(to: shape.without(axes))
    }
  }

  /// The product over one axis.
  public func product(over axis: Int, keepsDimensions: Bool = false) -> Tensor {
    product(over: [axis], keepsDimensions: keepsDimensions)
  }

  /// `log Σ exp(x)` over the given axes, or over all, without overflow.
  ///
  /// The derivative is the ``softmax(_:along:)`` of the elements: equal shares for infinite ones.
  /// The result of no elements is -∞. Whole numbers, and axes that do not exist, are refused as a
  /// ``TensorError``.
  public func logSumExp(over axes: [Int]? = nil, keepsDimensions: Bool = false) -> Tensor {
    reduced("logSumExp", axes, keepsDimensions: keepsDimensions) { axes throws(ShapeError) in
      try requireFloatingPoint("logSumExp")
      let result = try shape.reduced(over: axes, keepsDimensions: keepsDimensions)
      // Minus infinity, from the tensor, so that the derivative is empty rather than none.
      guard count(axes) > 0 else {
        return sum(over: axes, keepsDimensions: keepsDimensions) - Double.infinity
      }
      let others = (0..<rank).filter { !axes.contains($0) }
      let order = others + axes
      let rows = order == Array(0..<rank) ? self : transposed(order)
      let lines = Shape(others.map { shape[$0] } + [count(axes)])
      return Tensor.applying(LogSumExp(), rows.reshaped(to: lines)).reshaped(to: result)
    }
  }

  /// `log Σ exp(x)` over one axis.
  public func logSumExp(over axis: Int, keepsDimensions: Bool = false) -> Tensor {
    logSumExp(over: [axis], keepsDimensions: keepsDimensions)
  }

  /// The Euclidean norm `√(Σ x²)` over the given axes, or over all; its derivative at zero is zero.
  ///
  /// Squares that leave the range of the element type do no harm. Whole numbers, and axes that do
  /// not exist, are refused as a ``TensorError``.
  public func norm(over axes: [Int]? = nil, keepsDimensions: Bool = false) -> Tensor {
    reduced("norm", axes, keepsDimensions: keepsDimensions) { axes throws(ShapeError) in
      try requireFloatingPoint("norm")
      return Tensor.applying(Norm(axes: axes, keepsDimensions: keepsDimensions), self)
    }
  }

  /// The Euclidean norm over one axis.
  public func norm(over axis: Int, keepsDimensions: Bool = false) -> Tensor {
    norm(over: [axis], keepsDimensions: keepsDimensions)
  }

  // MARK: Positions and truth values, which have no derivative

  /// The position of the largest element along an axis, as `int32`; the first if there are several.
  ///
  /// The axis is missing from the result. One without elements, and one that does not exist, is
  /// refused as a ``TensorError``.
  public func argmax(over axis: Int) -> Tensor {
    position("argmax", axis) { settled.array.argmax(over: $0) }
  }

  /// The position of the smallest element along an axis, as `int32`; the first if there are
  /// several.
  ///
  /// The axis is missing from the result. One without elements, and one that does not exist, is
  /// refused as a ``TensorError``.
  public func argmin(over axis: Int) -> Tensor {
    position("argmin", axis) { settled.array.argmin(over: $0) }
  }

  private func position(_ operation: String, _ axis: Int, _ body: (Int) -> NDArray) -> Tensor {
    reduced(operation, [axis], to: .int32) { axes throws(ShapeError) in
      guard shape[axes[0]] > 0 else {
        throw ShapeError(
          problem: "axis \(axes[0]) of shape \(shape) has no elements",
          remedy: "Ask along an axis that has elements.")
      }
      guard shape[axes[0]] <= Int(Int32.max) else { throw .beyondInt32("a position") }
      return Tensor(body(axes[0]))
    }
  }

  /// True where any element along the axis is true (not zero); the axis is missing from the result.
  ///
  /// An axis that does not exist is refused as a ``TensorError``.
  public func any(over axis: Int) -> Tensor {
    reduced("any", [axis], to: .bool) { axes in Tensor(settled.array.any(over: axes[0])) }
  }

  /// True where all elements along the axis are true (not zero); the axis is missing from the
  /// result.
  ///
  /// An axis that does not exist is refused as a ``TensorError``.
  public func all(over axis: Int) -> Tensor {
    reduced("all", [axis], to: .bool) { axes in Tensor(settled.array.all(over: axes[0])) }
  }

  func count(_ axes: [Int]) -> Int { axes.reduce(1) { $0 * shape[$1] } }

  func requireCorrection(
    _ correction: Int, of count: Int, _ operation: String
  ) throws(ShapeError) {
    guard correction >= 0, correction <= Swift.max(count, 1) else {
      throw ShapeError(
        problem: "the \(operation) of \(count) elements with a correction of \(correction)",
        remedy: "Use 0 for the \(operation) of all there is, or 1 for an estimate from a sample.")
    }
  }

  func requireFloatingPoint(_ operation: String) throws(ShapeError) {
    guard dtype.isFloatingPoint else {
      throw ShapeError(
        problem: "`\(operation)` of \(dtype) elements",
        remedy: "Convert first, as in x.converted(to: .float32).")
    }
  }

  private func pairwiseProduct(along axis: Int) -> Tensor {
    var x = self
    // One, from the tensor, so that the derivative is empty rather than none.
    if x.shape[axis] == 0 { return x.sum(over: [axis], keepsDimensions: true) + 1 }
    while x.shape[axis] > 1 {
      let length = x.shape[axis], half = length / 2
      let pairs =
        x.slice(along: axis, from: 0, count: half) * x.slice(along: axis, from: half, count: half)
      x =
        length % 2 == 0
        ? pairs
        : Tensor.concatenated(
          [pairs, x.slice(along: axis, from: 2 * half, count: 1)], along: axis)
    }
    return x
  }
}

extension Shape {
  fileprivate func without(_ axes: [Int]) -> Shape {
    Shape((0..<rank).filter { !axes.contains($0) }.map { self[$0] })
  }
}
