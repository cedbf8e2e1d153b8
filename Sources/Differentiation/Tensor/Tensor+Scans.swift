// The running results that users call: what a reduction would give for the elements so far. The
// order of the elements is that of the axis, and the last result is that of the reduction.

import AdjointArrays
import AdjointElementary

extension Tensor {
  /// The running sum along an axis; the shape stays.
  ///
  /// An axis that does not exist, and a sum of whole numbers that `int32` does not hold, are
  /// refused as a ``TensorError``.
  public func cumulativeSum(along axis: Int) -> Tensor {
    let own = shape
    return attempting("cumulativeSum") { () throws(ShapeError) in
      CumulativeSum(axis: try own.axis(axis), isReversed: false)
    }
  }

  /// The running product along an axis, `y[k] = x[0] x[1] … x[k]`; the shape stays.
  ///
  /// The derivative divides by no element, so it is right where elements are zero. Whole numbers,
  /// and an axis that does not exist, are refused as a ``TensorError``.
  ///
  /// ```swift
  /// Tensor([2, 3, 0, 5]).cumulativeProduct(along: 0)  // [2.0, 6.0, 0.0, 0.0]
  /// ```
  ///
  /// - Complexity: linear, in both directions.
  public func cumulativeProduct(along axis: Int) -> Tensor {
    scanned("cumulativeProduct(along:)", axis) { x, axis throws(ShapeError) in
      try x.requireFloatingPoint("cumulativeProduct")
      // -0 is the number to which a product is added without a change, its sign included.
      var border = [Int](repeating: 0, count: x.rank)
      border[axis] = Swift.max(x.shape[axis] - 1, 0)
      let first = x.slice(along: axis, from: 0, count: Swift.min(1, x.shape[axis]))
        .padded(before: [Int](repeating: 0, count: x.rank), after: border, value: -0.0)
      return Tensor.applying(
        LinearRecurrence(axis: axis, isReversed: false, zeroWins: false), x, first)
    }
  }

  /// The largest of the elements so far along an axis; the shape stays, and from the first NaN on
  /// all are NaN.
  ///
  /// Equal largest elements share the adjoint equally, as in ``maximum(over:keepsDimensions:)``.
  /// Truth values, and an axis that does not exist, are refused as a ``TensorError``.
  ///
  /// ```swift
  /// Tensor([1, 3, 2, 5]).cumulativeMaximum(along: 0)  // [1.0, 3.0, 3.0, 5.0]
  /// ```
  ///
  /// - Complexity: linear, in both directions.
  public func cumulativeMaximum(along axis: Int) -> Tensor {
    let own = shape
    return attempting("cumulativeMaximum(along:)") { () throws(ShapeError) in
      CumulativeExtremum(kind: .maximum, axis: try own.axis(axis))
    }
  }

  /// The smallest of the elements so far along an axis; the shape stays, and from the first NaN on
  /// all are NaN.
  ///
  /// Equal smallest elements share the adjoint equally, as in ``minimum(over:keepsDimensions:)``.
  /// Truth values, and an axis that does not exist, are refused as a ``TensorError``.
  ///
  /// - Complexity: linear, in both directions.
  public func cumulativeMinimum(along axis: Int) -> Tensor {
    let own = shape
    return attempting("cumulativeMinimum(along:)") { () throws(ShapeError) in
      CumulativeExtremum(kind: .minimum, axis: try own.axis(axis))
    }
  }

  /// `y[k] = log(exp(x[0]) + … + exp(x[k]))` along an axis, without overflow; the shape stays.
  ///
  /// The sum is carried relative to the largest element so far, which cancels, so no derivative
  /// passes through it. Whole numbers, and an axis that does not exist, are refused as a
  /// ``TensorError``.
  ///
  /// - Complexity: linear, in both directions.
  public func logCumulativeSumExp(along axis: Int) -> Tensor {
    scanned("logCumulativeSumExp(along:)", axis) { x, axis throws(ShapeError) in
      try x.requireFloatingPoint("logCumulativeSumExp")
      let length = x.shape[axis]
      guard length > 0 else { return x }
      let largest = x.detached().cumulativeMaximum(along: axis)
      // Where all elements so far are -∞ (or one is +∞) a difference would be NaN.
      let shift = `where`(largest.isFinite(), largest, 0)
      let before = Tensor.concatenated(
        [
          largest.slice(along: axis, from: 0, count: 1),
          largest.slice(along: axis, from: 0, count: length - 1),
        ], along: axis)
      let rescaling = `where`(largest .== before, 1, exp(before - largest))
      let sum = Tensor.applying(
        LinearRecurrence(axis: axis, isReversed: false, zeroWins: false), rescaling, exp(x - shift))
      let result = log(sum) + shift
      // From +∞ on the result is the running maximum, with the shares of that.
      let isInfinite = largest .== Double.infinity
      guard isInfinite.flattened().any(over: 0).array.item() != 0 else { return result }
      return `where`(isInfinite, x.cumulativeMaximum(along: axis), result)
    }
  }

  /// Checks an axis, then goes along it; a refusal gives a placeholder of this tensor's shape.
  private func scanned(
    _ operation: String, _ axis: Int, _ body: (Tensor, Int) throws(ShapeError) -> Tensor
  ) -> Tensor {
    let x = settled
    do throws(ShapeError) {
      return try body(x, try x.shape.axis(axis))
    } catch {
      return Tensor.failing(.shape, operation, [x], error)
    }
  }
}
