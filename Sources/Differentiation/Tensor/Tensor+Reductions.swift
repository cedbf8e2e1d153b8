// What this file knows: the reductions that users call; all but the sum and the extrema are made of
// other operations.

import AdjointArrays
import AdjointElementary

extension Tensor {
  /// Checks axes, then reduces.
  ///
  /// An empty list of axes means none; nil means all.
  private func reduced(
    _ operation: String, _ axes: [Int]?,
    _ body: ([Int]) throws(ShapeError) -> Tensor
  ) -> Tensor {
    do throws(ShapeError) {
      return try body(
        axes.map { axes throws(ShapeError) in try shape.axes(axes) } ?? Array(0..<rank))
    } catch {
      return Tensor.failing(.shape, operation, [self], error)
    }
  }

  /// The sum over the given axes, or over all.
  ///
  /// The sum of no elements is 0.
  public func sum(over axes: [Int]? = nil, keepsDimensions: Bool = false) -> Tensor {
    reduced("sum", axes) { axes in sum(overChecked: axes, keepsDimensions) }
  }

  /// The sum over axes that exist.
  private func sum(overChecked axes: [Int], _ keepsDimensions: Bool) -> Tensor {
    let x = settled
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
  /// The mean of no elements is NaN.
  public func mean(over axes: [Int]? = nil, keepsDimensions: Bool = false) -> Tensor {
    reduced("mean", axes) { axes throws(ShapeError) in
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
  /// with `correction: 1`.
  public func variance(
    over axes: [Int]? = nil, correction: Int = 0, keepsDimensions: Bool = false
  ) -> Tensor {
    reduced("variance", axes) { axes throws(ShapeError) in
      try requireFloatingPoint("variance")
      let centered = self - mean(over: axes, keepsDimensions: true)
      return centered.squared().sum(over: axes, keepsDimensions: keepsDimensions)
        / Double(count(axes) - correction)
    }
  }

  /// The variance over one axis.
  public func variance(over axis: Int, correction: Int = 0, keepsDimensions: Bool = false)
    -> Tensor
  { variance(over: [axis], correction: correction, keepsDimensions: keepsDimensions) }

  /// The largest element over the given axes, or over all; NaN if any is NaN.
  ///
  /// Equal largest elements share the adjoint equally.
  public func maximum(over axes: [Int]? = nil, keepsDimensions: Bool = false) -> Tensor {
    reduced("maximum", axes) { axes in
      Tensor.applying(Extremum(kind: .maximum, axes: axes, keepsDimensions: keepsDimensions), self)
    }
  }

  /// The largest element over one axis.
  public func maximum(over axis: Int, keepsDimensions: Bool = false) -> Tensor {
    maximum(over: [axis], keepsDimensions: keepsDimensions)
  }

  /// The smallest element over the given axes, or over all; NaN if any is NaN.
  public func minimum(over axes: [Int]? = nil, keepsDimensions: Bool = false) -> Tensor {
    reduced("minimum", axes) { axes in
      Tensor.applying(Extremum(kind: .minimum, axes: axes, keepsDimensions: keepsDimensions), self)
    }
  }

  /// The smallest element over one axis.
  public func minimum(over axis: Int, keepsDimensions: Bool = false) -> Tensor {
    minimum(over: [axis], keepsDimensions: keepsDimensions)
  }

  /// The product over the given axes, or over all.
  ///
  /// The product of no elements is 1.
  ///
  /// Multiplied pairwise, so the derivative needs no division and is right where elements are zero.
  public func product(over axes: [Int]? = nil, keepsDimensions: Bool = false) -> Tensor {
    reduced("product", axes) { axes in
      var result = self
      for axis in axes { result = result.pairwiseProduct(along: axis) }
      return keepsDimensions ? result : result.reshaped(shape.without(axes))
    }
  }

  /// The product over one axis.
  public func product(over axis: Int, keepsDimensions: Bool = false) -> Tensor {
    product(over: [axis], keepsDimensions: keepsDimensions)
  }

  /// `log Σ exp(x)` over the given axes, or over all, without overflow.
  ///
  /// The largest element is taken out of the sum first; it cancels, so no derivative passes
  /// through it. The result of no elements is -∞.
  public func logSumExp(over axes: [Int]? = nil, keepsDimensions: Bool = false) -> Tensor {
    reduced("logSumExp", axes) { axes throws(ShapeError) in
      try requireFloatingPoint("logSumExp")
      let shape = try shape.reduced(over: axes, keepsDimensions: keepsDimensions)
      guard count(axes) > 0 else { return .full(shape, -.infinity, dtype: dtype) }
      let largest = detached().maximum(over: axes, keepsDimensions: true)
      // Where all elements are -∞ (or one is +∞) a difference would be NaN.
      let shift = `where`(largest.isFinite(), largest, 0)
      let sum = exp(self - shift).sum(over: axes, keepsDimensions: true)
      return (log(sum) + shift).reshaped(shape)
    }
  }

  /// `log Σ exp(x)` over one axis.
  public func logSumExp(over axis: Int, keepsDimensions: Bool = false) -> Tensor {
    logSumExp(over: [axis], keepsDimensions: keepsDimensions)
  }

  /// The running sum along an axis.
  public func cumulativeSum(along axis: Int) -> Tensor {
    let own = shape
    return attempting("cumulativeSum") { () throws(ShapeError) in
      CumulativeSum(axis: try own.axis(axis), isReversed: false)
    }
  }

  /// The Euclidean norm `√(Σ x²)` over the given axes, or over all; its derivative at zero is zero.
  public func norm(over axes: [Int]? = nil, keepsDimensions: Bool = false) -> Tensor {
    let squares = squared().sum(over: axes, keepsDimensions: keepsDimensions)
    // √ has an infinite slope at zero; choosing it away gives the least-norm subgradient, 0.
    let isZero = squares.detached() .== 0
    return `where`(isZero, 0, sqrt(`where`(isZero, 1, squares)))
  }

  // MARK: Positions and truth values, which have no derivative

  /// The position of the largest element along an axis; the first if there are several.
  public func argmax(over axis: Int) -> Tensor {
    position("argmax", axis) { settled.array.argmax(over: $0) }
  }

  /// The position of the smallest element along an axis; the first if there are several.
  public func argmin(over axis: Int) -> Tensor {
    position("argmin", axis) { settled.array.argmin(over: $0) }
  }

  private func position(_ operation: String, _ axis: Int, _ body: (Int) -> NDArray) -> Tensor {
    reduced(operation, [axis]) { axes throws(ShapeError) in
      guard shape[axes[0]] > 0 else {
        throw ShapeError(
          problem: "axis \(axes[0]) of shape \(shape) has no elements",
          remedy: "Ask along an axis that has elements.")
      }
      return Tensor(body(axes[0]))
    }
  }

  /// True where any element along the axis is true (not zero).
  public func any(over axis: Int) -> Tensor {
    reduced("any", [axis]) { axes in Tensor(settled.array.any(over: axes[0])) }
  }

  /// True where all elements along the axis are true (not zero).
  public func all(over axis: Int) -> Tensor {
    reduced("all", [axis]) { axes in Tensor(settled.array.all(over: axes[0])) }
  }

  private func count(_ axes: [Int]) -> Int { axes.reduce(1) { $0 * shape[$1] } }

  private func requireFloatingPoint(_ operation: String) throws(ShapeError) {
    guard dtype.isFloatingPoint else {
      throw ShapeError(
        problem: "`\(operation)` of \(dtype) elements",
        remedy: "Convert first, as in x.converted(to: .float32).")
    }
  }

  private func pairwiseProduct(along axis: Int) -> Tensor {
    var x = self
    if x.shape[axis] == 0 {
      var lengths = x.shape.dimensions
      lengths[axis] = 1
      return .ones(Shape(lengths), dtype: dtype)
    }
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
