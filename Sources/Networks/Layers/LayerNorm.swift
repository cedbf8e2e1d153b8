// The layer that normalizes its argument row by row.

import AdjointArrays
import AdjointDifferentiation
import AdjointSupport

/// A layer that gives each example mean 0 and variance 1 over the last axis, then a gain and a
/// bias.
///
/// `y = γ (x - μ) / √(σ² + ε) + β`; see ``layerNorm(_:gain:bias:epsilon:)``. It treats each row
/// alone, so it does the same in training and afterwards, for batches of any size (Ba, Kiros and
/// Hinton, 2016).
public struct LayerNorm: Layer {
  /// The factors `γ`, of shape `[count]`.
  public var gain: Tensor
  /// The terms `β`, of shape `[count]`.
  public var bias: Tensor
  /// The number `ε` that is added to the variance.
  public var epsilon: Double

  /// A layer with a given gain and bias.
  ///
  /// - Precondition: `epsilon` is finite and not negative.
  public init(gain: Tensor, bias: Tensor, epsilon: Double = 1e-5) {
    requireEpsilon(epsilon, "LayerNorm")
    self.gain = gain
    self.bias = bias
    self.epsilon = epsilon
  }

  /// A layer with a gain of ones and a bias of zeros.
  ///
  /// - Parameter count: the length of the last axis, at least 1.
  public init(_ count: Int, epsilon: Double = 1e-5, dtype: DType = .float32) {
    requireSizes("LayerNorm", ("count", count))
    self.init(
      gain: .ones([count], dtype: dtype), bias: .zeros([count], dtype: dtype), epsilon: epsilon)
  }

  /// The normalized argument.
  public func callAsFunction(_ x: Tensor) -> Tensor {
    layerNorm(x, gain: gain, bias: bias, epsilon: epsilon)
  }
}
