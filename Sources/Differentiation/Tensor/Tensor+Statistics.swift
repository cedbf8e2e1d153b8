// What a sample is described by: spread, middle, norms of any order. All are made of sums, choices
// and order. Mean and variance are in Tensor+Reductions.swift.

import AdjointArrays
import AdjointElementary

extension Tensor {
  /// The standard deviation over the given axes, or over all: the root of the variance.
  ///
  /// `√(Σ (x - mean)² / (n - correction))`: that of the population by default, with `correction: 1`
  /// the root of the unbiased estimate. For equal numbers the value and the derivative are exactly
  /// 0. Whole numbers, axes that do not exist, and a correction that is negative or exceeds the
  /// count are refused as a ``TensorError``.
  ///
  /// ```swift
  /// Tensor([1, 2, 3, 4]).standardDeviation()               // 1.1180
  /// Tensor([1, 2, 3, 4]).standardDeviation(correction: 1)  // 1.2910
  /// ```
  public func standardDeviation(
    over axes: [Int]? = nil, correction: Int = 0, keepsDimensions: Bool = false
  ) -> Tensor {
    reduced("standardDeviation", axes, keepsDimensions: keepsDimensions) {
      axes throws(ShapeError) in
      try requireFloatingPoint("standardDeviation")
      let x = settled, count = count(axes)
      try requireCorrection(correction, of: count, "standardDeviation")
      guard count > 0 else { return x.mean(over: axes, keepsDimensions: keepsDimensions) }
      // Relative to one of the elements, equal numbers are zeros and so is their mean, which is
      // rounded otherwise. The shift cancels, so no derivative passes through it.
      var first = [IndexItem](repeating: .all, count: x.rank)
      for axis in axes { first[axis] = .range(from: 0, to: 1, step: 1) }
      let shifted = x - x.detached().sliced(first)
      let centered = shifted - shifted.mean(over: axes, keepsDimensions: true)
      return centered.norm(over: axes, keepsDimensions: keepsDimensions)
        / Double(count - correction).squareRoot()
    }
  }

  /// The standard deviation over one axis.
  public func standardDeviation(
    over axis: Int, correction: Int = 0, keepsDimensions: Bool = false
  ) -> Tensor {
    standardDeviation(over: [axis], correction: correction, keepsDimensions: keepsDimensions)
  }

  /// The median over the given axes, or over all: the element in the middle of the order, or the
  /// mean of the two in the middle; NaN if any is NaN.
  ///
  /// The derivative is that of the elements in the middle, and no other. Of equal elements those
  /// count as the middle ones that ``sorted(along:descending:)`` puts there. Whole numbers, axes
  /// without elements, and axes that do not exist, are refused as a ``TensorError``.
  ///
  /// ```swift
  /// Tensor([5, 1, 4]).median()     // 4
  /// Tensor([5, 1, 4, 2]).median()  // 3
  /// ```
  ///
  /// - Complexity: that of sorting.
  public func median(over axes: [Int]? = nil, keepsDimensions: Bool = false) -> Tensor {
    reduced("median", axes, keepsDimensions: keepsDimensions) { axes throws(ShapeError) in
      try requireFloatingPoint("median")
      let x = settled, count = count(axes)
      guard count > 0 else {
        throw ShapeError(
          problem: "the median over an axis without elements is undefined (shape \(shape))",
          remedy: "Reduce over axes that have elements.")
      }
      let others = (0..<x.rank).filter { !axes.contains($0) }
      let lines = x.transposed(others + axes)
        .reshaped(to: Shape(others.map { x.shape[$0] } + [count]))
      let order = lines.argsorted()
      // NaN comes last in the order, where it stands for the middle as well.
      let last = order.slice(along: others.count, from: count - 1, count: 1)
      let largest = lines.detached().gatheredElements(last, along: -1)
      let middle = order.slice(
        along: others.count, from: (count - 1) / 2, count: count % 2 == 0 ? 2 : 1)
      return lines.gatheredElements(`where`(largest .!= largest, last, middle), along: -1)
        .mean(over: -1)
        .reshaped(to: try x.shape.reduced(over: axes, keepsDimensions: keepsDimensions))
    }
  }

  /// The median over one axis.
  public func median(over axis: Int, keepsDimensions: Bool = false) -> Tensor {
    median(over: [axis], keepsDimensions: keepsDimensions)
  }

  /// The norm of the given order, `(Σ |x|ᵖ)^(1/p)`, over the given axes, or over all.
  ///
  /// Order 1 is the sum of the magnitudes, 2 the Euclidean norm, `.infinity` the largest magnitude.
  /// The derivative at zero is zero, and equal largest magnitudes share theirs. An order below 1,
  /// which is no norm, whole numbers, and axes that do not exist, are refused as a ``TensorError``.
  ///
  /// ```swift
  /// Tensor([3, -4]).norm(order: 1)          // 7
  /// Tensor([3, -4]).norm(order: .infinity)  // 4
  /// ```
  public func norm(order: Double, over axes: [Int]? = nil, keepsDimensions: Bool = false) -> Tensor
  {
    reduced("norm", axes, keepsDimensions: keepsDimensions) { axes throws(ShapeError) in
      try requireFloatingPoint("norm")
      guard order >= 1 else {
        throw ShapeError(
          problem: "there is no norm of order \(order)",
          remedy: "Give an order from 1 to .infinity.")
      }
      let x = settled
      if order == 1 { return abs(x).sum(over: axes, keepsDimensions: keepsDimensions) }
      if order == 2 { return x.norm(over: axes, keepsDimensions: keepsDimensions) }
      let shape = try x.shape.reduced(over: axes, keepsDimensions: keepsDimensions)
      guard count(axes) > 0 else { return .zeros(shape, dtype: x.dtype) }
      let magnitudes = abs(x)
      if order == .infinity {
        return magnitudes.maximum(over: axes, keepsDimensions: keepsDimensions)
      }
      // Relative to the largest magnitude no power overflows; it cancels, so no derivative passes
      // through it. The root has an infinite slope at zero, where the least subgradient is 0.
      let largest = magnitudes.detached().maximum(over: axes, keepsDimensions: true)
      let scale = `where`((largest .== 0) .|| !largest.isFinite(), 1, largest)
      let sum = pow(magnitudes / scale, order).sum(over: axes, keepsDimensions: true)
      let isZero = largest .== 0
      let root = `where`(isZero, 0, pow(`where`(isZero, 1, sum), 1 / order))
      return (root * scale).reshaped(to: shape)
    }
  }

  /// The norm of the given order over one axis.
  public func norm(order: Double, over axis: Int, keepsDimensions: Bool = false) -> Tensor {
    norm(order: order, over: [axis], keepsDimensions: keepsDimensions)
  }
}
