// Softmax and its logarithm along any axis: primitives over the last one, to which another is moved
// by a view.

import AdjointArrays
import AdjointElementary

/// `exp(x_i) / Σ_j exp(x_j)` along an axis: positive numbers whose sum is 1.
///
/// The shape stays. The largest element is subtracted first, so nothing overflows; elements of +∞
/// share the whole weight equally. An axis that does not exist, and whole numbers, are refused as a
/// ``TensorError``.
public func softmax(_ x: Tensor, along axis: Int = -1) -> Tensor {
  x.byRows("softmax", along: axis) { Tensor.applying(Softmax(), $0) }
}

/// `x_i - log Σ_j exp(x_j)` along an axis: the logarithm of ``softmax(_:along:)`` without the loss
/// of digits that taking the logarithm afterwards would bring.
///
/// The shape stays. An axis that does not exist, and whole numbers, are refused as a
/// ``TensorError``.
public func logSoftmax(_ x: Tensor, along axis: Int = -1) -> Tensor {
  x.byRows("logSoftmax", along: axis) { Tensor.applying(LogSoftmax(), $0) }
}

extension Tensor {
  /// Applies a function of rows to the lines along an axis; a number is a row of one element, and
  /// without elements there is nothing to do.
  fileprivate func byRows(
    _ operation: String, along axis: Int, _ f: (Tensor) -> Tensor
  ) -> Tensor {
    do throws(ShapeError) {
      guard dtype.isFloatingPoint else {
        throw ShapeError(
          problem: "`\(operation)` of \(dtype) elements",
          remedy: "Convert first, as in x.converted(to: .float32).")
      }
      guard rank > 0 else { return f(expanded(at: 0)).reshaped(to: shape) }
      let axis = try shape.axis(axis)
      if elementCount == 0 { return settled }
      if axis == rank - 1 { return f(self) }
      var permutation = Array(0..<rank)
      permutation.swapAt(axis, rank - 1)
      return f(transposed(permutation)).transposed(permutation)
    } catch {
      return Tensor.failing(dtype.isFloatingPoint ? .shape : .dtype, operation, [self], error)
    }
  }
}
