// Softmax and its logarithm: a primitive over the last axis, elementary operations and reductions
// over any other.

import AdjointArrays
import AdjointElementary

/// `exp(x_i) / Σ_j exp(x_j)` along an axis: positive numbers whose sum is 1.
///
/// The shape stays. The largest element is subtracted first, so nothing overflows; it cancels, so
/// no derivative passes through it. An axis that does not exist is refused as a ``TensorError``.
public func softmax(_ x: Tensor, along axis: Int = -1) -> Tensor {
  guard x.rank > 0, x.elementCount > 0 else { return exp(x.settled) }
  if x.hasRows(along: axis) { return Tensor.applying(Softmax(), x) }
  return x.shifted("softmax", along: axis) { shifted in
    let powers = exp(shifted)
    return powers / powers.sum(over: axis, keepsDimensions: true)
  }
}

/// `x_i - log Σ_j exp(x_j)` along an axis: the logarithm of ``softmax(_:along:)`` without the loss
/// of digits that taking the logarithm afterwards would bring.
///
/// The shape stays. An axis that does not exist is refused as a ``TensorError``.
public func logSoftmax(_ x: Tensor, along axis: Int = -1) -> Tensor {
  guard x.rank > 0, x.elementCount > 0 else { return x - x.detached() }
  if x.hasRows(along: axis) { return Tensor.applying(LogSoftmax(), x) }
  return x.shifted("logSoftmax", along: axis) { shifted in
    shifted - log(exp(shifted).sum(over: axis, keepsDimensions: true))
  }
}

extension Tensor {
  /// True if the axis is the last one, of numbers: then its elements are neighbors, row by row.
  fileprivate func hasRows(along axis: Int) -> Bool {
    dtype.isFloatingPoint && (axis == -1 || axis == rank - 1)
  }

  /// A function of this tensor less the largest element along an axis, which is a constant there,
  /// and zero where it is not finite.
  fileprivate func shifted(
    _ operation: String, along axis: Int, _ body: (Tensor) -> Tensor
  ) -> Tensor {
    do throws(ShapeError) {
      _ = try shape.axis(axis)
    } catch {
      return Tensor.failing(.shape, operation, [self], error)
    }
    let largest = detached().maximum(over: axis, keepsDimensions: true)
    return body(self - `where`(largest.isFinite(), largest, 0))
  }
}
