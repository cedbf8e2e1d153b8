// The activation functions as values, which can be stored in a model, compared, saved, and put
// between the layers of a sequence.

import AdjointDifferentiation
import AdjointElementary

/// An activation function as a layer.
///
/// Where nothing has to be stored, the functions themselves do as well: `relu(x)`.
public enum Activation: Layer, ParameterFree, Hashable {
  /// `x`.
  case identity
  /// `max(x, 0)`.
  case relu
  /// `1 / (1 + exp(-x))`.
  case sigmoid
  /// The hyperbolic tangent.
  case tanh
  /// `log(1 + exp(x))`.
  case softplus
  /// `x Φ(x)`, with the error function.
  case gelu
  /// `x Φ(x)`, approximated with the hyperbolic tangent.
  case geluTanh
  /// `x sigmoid(x)`.
  case silu
  /// `x tanh(softplus(x))`.
  case mish
  /// `x` for positive `x`, else `slope x`.
  case leakyRelu(slope: Double)
  /// `x` for positive `x`, else `scale (exp(x) - 1)`.
  case elu(scale: Double)
  /// The scaled exponential linear unit.
  case selu
  /// `x`, cut off at -1 and 1.
  case hardTanh
  /// `x / (1 + |x|)`.
  case softsign
  /// `log(sigmoid(x))`.
  case logSigmoid
  /// `exp(x_i) / Σ exp(x_j)` along the last axis.
  case softmax
  /// The logarithm of softmax along the last axis.
  case logSoftmax

  /// The function's value.
  public func callAsFunction(_ x: Tensor) -> Tensor { value(of: self, at: x) }

  /// The name of the function, with its setting if it has one.
  public var description: String {
    switch self {
    case .identity: "identity"
    case .relu: "relu"
    case .sigmoid: "sigmoid"
    case .tanh: "tanh"
    case .softplus: "softplus"
    case .gelu: "gelu"
    case .geluTanh: "geluTanh"
    case .silu: "silu"
    case .mish: "mish"
    case .leakyRelu(let slope): "leakyRelu(slope: \(slope))"
    case .elu(let scale): "elu(scale: \(scale))"
    case .selu: "selu"
    case .hardTanh: "hardTanh"
    case .softsign: "softsign"
    case .logSigmoid: "logSigmoid"
    case .softmax: "softmax"
    case .logSoftmax: "logSoftmax"
    }
  }
}

// Outside the type, where `relu` is the function and not the case of that name.
private func value(of activation: Activation, at x: Tensor) -> Tensor {
  switch activation {
  case .identity: x
  case .relu: relu(x)
  case .sigmoid: sigmoid(x)
  case .tanh: tanh(x)
  case .softplus: softplus(x)
  case .gelu: gelu(x)
  case .geluTanh: geluTanh(x)
  case .silu: silu(x)
  case .mish: mish(x)
  case .leakyRelu(let slope): leakyRelu(x, slope: slope)
  case .elu(let scale): elu(x, scale: scale)
  case .selu: selu(x)
  case .hardTanh: hardTanh(x)
  case .softsign: softsign(x)
  case .logSigmoid: logSigmoid(x)
  case .softmax: softmax(x)
  case .logSoftmax: logSoftmax(x)
  }
}
