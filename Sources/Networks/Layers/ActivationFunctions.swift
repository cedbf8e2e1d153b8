// The activation functions that are made of elementary ones. `relu`, `sigmoid`, `tanh`, `softplus`
// and `erf` are elementary themselves; softmax has a derivative rule of its own.
//
// All are written once for numbers on a tape and for tensors. At a kink the derivative is the one
// of smallest magnitude that is right on one side, as for `relu`, whose derivative at zero is zero.

import AdjointElementary
import AdjointSupport

/// The Gaussian error linear unit `x Φ(x) = x/2 (1 + erf(x/√2))`.
public func gelu<A: RecordedAlgebra>(_ x: A) -> A {
  0.5 * x * (1 + erf(0.7071067811865476 * x))
}

/// The approximation of ``gelu(_:)`` by `x/2 (1 + tanh(√(2/π) (x + 0.044715 x³)))`.
///
/// Hendrycks and Gimpel (2016); at most 0.0005 away from the function. Models trained with it need
/// it.
public func geluTanh<A: RecordedAlgebra>(_ x: A) -> A {
  let inner = 0.7978845608028654 * (x + 0.044715 * (x * x * x))
  return 0.5 * x * (1 + AdjointElementary.tanh(inner))
}

/// The sigmoid linear unit, also called swish: `x / (1 + exp(-x))`.
public func silu<A: RecordedAlgebra>(_ x: A) -> A { x * sigmoid(x) }

/// `x` for positive `x`, else `slope x`; the derivative at zero is the slope.
public func leakyRelu<A: RecordedAlgebra>(_ x: A, slope: Double = 0.01) -> A {
  require(slope.isFinite, "leakyRelu: the slope is \(slope). Pass a finite number.")
  return A._select(A._isLess(0, x), x, A(floatLiteral: slope) * x)
}

/// The exponential linear unit: `x` for positive `x`, else `α (exp(x) - 1)`.
///
/// With `scale` α = 1, the default, its derivative is continuous.
public func elu<A: RecordedAlgebra>(_ x: A, scale: Double = 1) -> A {
  require(scale.isFinite, "elu: the scale is \(scale). Pass a finite number.")
  let isPositive = A._isLess(0, x)
  // The exponential of a large positive number would be infinite in the branch not chosen.
  let negative = A._select(isPositive, 0, x)
  return A._select(isPositive, x, A(floatLiteral: scale) * expMinusOne(negative))
}

/// The scaled exponential linear unit, `1.0507 elu(x, scale: 1.6733)`.
///
/// Klambauer and others (2017): it keeps mean 0 and variance 1 from layer to layer.
public func selu<A: RecordedAlgebra>(_ x: A) -> A {
  1.0507009873554805 * elu(x, scale: 1.6732632423543772)
}

/// `x tanh(softplus(x))`.
public func mish<A: RecordedAlgebra>(_ x: A) -> A { x * AdjointElementary.tanh(softplus(x)) }

/// `x` within -1 … 1, the nearer end outside; the derivative at the ends is zero.
public func hardTanh<A: RecordedAlgebra>(_ x: A) -> A {
  A._select(
    A._isLess(AdjointElementary.abs(x), 1), x,
    A._select(A._isLess(0, x), 1, A._select(A._isLess(x, 0), -1, x)))
}

/// `x / (1 + |x|)`.
public func softsign<A: RecordedAlgebra>(_ x: A) -> A { x / (1 + AdjointElementary.abs(x)) }

/// `log(1 / (1 + exp(-x)))` without overflow; its derivative is `sigmoid(-x)`, 0.5 at zero.
public func logSigmoid<A: RecordedAlgebra>(_ x: A) -> A { -softplus(-x) }
