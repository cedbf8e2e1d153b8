// How the losses of single examples become one number, and what all losses require of their
// arguments. It has never heard of any particular loss.

import AdjointArrays
import AdjointDifferentiation

/// What a loss does with its values for the single elements or examples.
public enum LossReduction: String, Sendable, Codable, CaseIterable {
  /// Nothing: the result has one value for each.
  case none
  /// Their mean: the default. The mean of nothing is NaN.
  case mean
  /// Their sum.
  case sum

  func callAsFunction(_ losses: Tensor) -> Tensor {
    switch self {
    case .none: losses
    case .mean: losses.mean()
    case .sum: losses.sum()
    }
  }
}

/// The refusal of a mistake in the arguments of a loss.
func refused(_ loss: String, _ operands: [Tensor], _ problem: String, _ remedy: String) -> Tensor {
  Tensor.failing(
    .shape, loss, operands, ShapeError(problem: problem, remedy: remedy),
    placeholder: TensorType(.scalar, operands.first?.dtype ?? .float32))
}

/// Applies a loss to two tensors of one shape and one floating-point type.
///
/// Broadcasting would turn `[n, 1]` and `[n]` into `[n, n]`, and the loss of n² pairs trains
/// something, only not what was meant.
func compared(
  _ loss: String, _ names: (String, String), _ a: Tensor, _ b: Tensor,
  _ body: (Tensor, Tensor) -> Tensor
) -> Tensor {
  let (a, b) = Tensor.adopted(a, b)
  guard a.shape == b.shape else {
    return refused(
      loss, [a, b],
      "the \(names.0) have shape \(a.shape) and the \(names.1) \(b.shape), and a loss does not "
        + "broadcast",
      a.elementCount == b.elementCount
        ? "Reshape one of them, as in \(names.1).reshaped(to: \(a.shape))."
        : "Give both one shape.")
  }
  guard a.dtype == b.dtype, a.dtype.isFloatingPoint else {
    return Tensor.failing(
      .dtype, loss, [a, b],
      ShapeError(
        problem: "the \(names.0) are \(a.dtype) and the \(names.1) \(b.dtype)",
        remedy: a.dtype.isFloatingPoint
          ? "Convert the \(names.1), as in \(names.1).converted(to: .\(a.dtype))."
          : "Convert both to float32 or float64 with .converted(to:)."),
      placeholder: TensorType(.scalar, a.dtype))
  }
  return body(a, b)
}
