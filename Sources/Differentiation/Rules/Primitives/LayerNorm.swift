// The normalization of the last axis as one primitive, with gain and bias. Its rule is one walk
// over the rows where a number is wanted, and tensor operations where an outer derivative is.

import AdjointArrays
import AdjointElementary
import AdjointSupport

/// `y = γ x̂ + β` with `x̂ = (x - μ) r` and `r = 1 / √(σ² + ε)`, for the mean `μ` and the variance
/// `σ²` of each row.
///
/// `μ` and `σ` move with `x`. With `⟨·⟩` for the mean of a row,
///
///     ẋ̂ = r (ẋ - ⟨ẋ⟩ - x̂ ⟨x̂ ẋ⟩),
///
/// a symmetric matrix for each row. So `x̄ = r (ȳγ - ⟨ȳγ⟩ - x̂ ⟨x̂ ȳγ⟩)`, `γ̄ = Σ ȳ x̂` and `β̄ = Σ
/// ȳ`.
struct LayerNorm: Primitive {
  let epsilon: Double

  var name: String { "layer norm" }
  var reads: Reads { [.operands] }

  func resultType(of operands: [TensorType]) throws(ShapeError) -> TensorType {
    let (x, gain, bias) = (operands[0], operands[1], operands[2])
    guard let count = x.shape.last, x.dtype.isFloatingPoint else {
      throw ShapeError(
        problem: "\(x) has no rows of numbers to normalize",
        remedy: "Pass a floating-point tensor with at least one axis.")
    }
    let column = TensorType([count], x.dtype)
    guard gain == column, bias == column else {
      throw ShapeError(
        problem: "\(x) with a gain \(gain) and a bias \(bias)",
        remedy: "Pass a gain and a bias of type \(column), one element for each of the last axis.")
    }
    return x
  }

  func evaluate(_ operands: [NDArray]) -> NDArray {
    operands[0].layerNorm(operands[1], operands[2], epsilon: epsilon)
  }

  func pullback(_ adjoint: Tensor, at use: borrowing PrimitiveUse) {
    let (x, gain) = (use[0], use[1])
    guard use.isRecorded else {
      // One walk over the rows for all three.
      let adjoints = x.ndArray.layerNormPullback(
        gain.ndArray, adjoint.ndArray, epsilon: epsilon, needsOperand: use.isAsked(0))
      if let ofX = adjoints.operand { use.give(0) { Tensor(ofX) } }
      use.give(1) { Tensor(adjoints.gain) }
      use.give(2) { Tensor(adjoints.bias) }
      return
    }
    let normal = Normal(x, epsilon)
    use.give(0) { normal.derivative(adjoint * gain) }
    use.give(1) { adjoint * normal.value }
    use.give(2) { adjoint }
  }

  func pushforward(_ tangents: PrimitiveTangents, at use: borrowing PrimitiveUse) -> Tensor {
    let normal = Normal(use[0], epsilon)
    return tangents.sum { position, tangent in
      switch position {
      case 0: normal.derivative(tangent) * use[1]
      case 1: normal.value * tangent
      default: tangent.broadcast(to: use.resultType.shape)
      }
    }
  }

  /// `x̂` and its derivative in tensor operations, which can be recorded.
  private struct Normal {
    let value: Tensor
    let scale: Tensor

    init(_ x: Tensor, _ epsilon: Double) {
      var centered = x - x.mean(over: -1, keepsDimensions: true)
      let variance = (centered * centered).mean(over: -1, keepsDimensions: true) + epsilon
      // The rule of the inverse root has its third power, which leaves the range of the numbers at
      // the cube root of its ends. Elsewhere the rows are divided by a constant of their own.
      let (least, largest) = x.dtype == .float64 ? (0x1p-600, 0x1p600) : (0x1p-75, 0x1p75)
      let value = variance.detached()
      let isPlain = (value .> least) .&& (value .< largest)
      guard x.elementCount > 0, isPlain.flattened().all(over: 0).array.item() == 0 else {
        scale = rsqrt(variance)
        self.value = centered * scale
        return
      }
      let mean = x.detached().mean(over: -1, keepsDimensions: true)
      let spread = abs(x.detached() - mean).maximum(over: -1, keepsDimensions: true)
      let size = `where`(isPlain .|| (spread .== 0) .|| !spread.isFinite(), 1, spread)
      centered = centered / size
      let own = Tensor(epsilon, dtype: x.dtype) / size / size
      let ownVariance: Tensor = (centered * centered).mean(over: -1, keepsDimensions: true) + own
      let inverse: Tensor = rsqrt(ownVariance)
      self.value = centered * inverse
      scale = inverse / size
    }

    func derivative(_ t: Tensor) -> Tensor {
      let along = value * (value * t).mean(over: -1, keepsDimensions: true)
      return scale * (t - t.mean(over: -1, keepsDimensions: true) - along)
    }
  }
}

/// The last axis with mean 0 and variance 1, times a gain, plus a bias.
///
///     y = γ (x - μ) / √(σ² + ε) + β
///
/// `μ` and `σ²` are the mean and the variance of each row, the mean square of `x - μ`; derivatives
/// go through both. Ba, Kiros and Hinton, *Layer Normalization* (2016), equations 3 and 4.
///
/// ```swift
/// let x = Tensor([[1, 3], [10, 30]])
/// let y = layerNorm(x, gain: Tensor([1, 1]), bias: Tensor([0, 5]), epsilon: 0)
/// print(y.floats)  // [-1.0, 6.0, -1.0, 6.0]
/// ```
///
/// - Parameters:
///   - x: rows of any length, `[…, count]`.
///   - gain: `γ`, of shape `[count]`.
///   - bias: `β`, of shape `[count]`.
///   - epsilon: `ε`, which keeps the quotient finite where all elements of a row are equal.
/// - Returns: a tensor of the shape of `x`.
/// - Precondition: `epsilon` is finite and not negative.
/// - Note: Shapes and element types that do not fit are refused as a ``TensorError``.
/// - Complexity: one walk over `x`, and one over `x` and the adjoint for all three derivatives;
///   only the operands are kept for it.
public func layerNorm(_ x: Tensor, gain: Tensor, bias: Tensor, epsilon: Double = 1e-5) -> Tensor {
  requireEpsilon(epsilon, "layerNorm")
  return Tensor.applying(LayerNorm(epsilon: epsilon), x, gain, bias)
}

/// Checks the number that is added to a variance.
package func requireEpsilon(_ epsilon: Double, _ operation: String) {
  require(
    epsilon >= 0 && epsilon.isFinite,
    "\(operation): the epsilon, which is added to a variance, is \(epsilon). "
      + "Pass a small number of 0 or more, such as 1e-5.")
}
