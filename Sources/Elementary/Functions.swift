// The names under which users call the table. Numbers get only the functions that the system's
// library lacks; its own `exp` and `sin` for `Double` stay what they are.

import AdjointSupport

/// The exponential function.
@inlinable @inline(__always)
public func exp<A: RecordedAlgebra>(_ x: A) -> A { Elementary.Exp.at(x) }

/// `exp(x) - 1`, accurate near zero.
@inlinable @inline(__always)
public func expMinusOne<A: RecordedAlgebra>(_ x: A) -> A { Elementary.ExpMinusOne.at(x) }

/// The natural logarithm.
@inlinable @inline(__always)
public func log<A: RecordedAlgebra>(_ x: A) -> A { Elementary.Log.at(x) }

/// The square root.
@inlinable @inline(__always)
public func sqrt<A: RecordedAlgebra>(_ x: A) -> A { Elementary.Sqrt.at(x) }

/// The reciprocal of the square root.
@inlinable @inline(__always)
public func rsqrt<A: RecordedAlgebra>(_ x: A) -> A { Elementary.Rsqrt.at(x) }

/// The sine of an angle in radians.
@inlinable @inline(__always)
public func sin<A: RecordedAlgebra>(_ x: A) -> A { Elementary.Sin.at(x) }

/// The cosine of an angle in radians.
@inlinable @inline(__always)
public func cos<A: RecordedAlgebra>(_ x: A) -> A { Elementary.Cos.at(x) }

/// The tangent of an angle in radians.
@inlinable @inline(__always)
public func tan<A: RecordedAlgebra>(_ x: A) -> A { Elementary.Tan.at(x) }

/// The inverse sine, in `[-π/2, π/2]`.
@inlinable @inline(__always)
public func asin<A: RecordedAlgebra>(_ x: A) -> A { Elementary.Asin.at(x) }

/// The inverse cosine, in `[0, π]`.
@inlinable @inline(__always)
public func acos<A: RecordedAlgebra>(_ x: A) -> A { Elementary.Acos.at(x) }

/// The inverse tangent, in `(-π/2, π/2)`.
@inlinable @inline(__always)
public func atan<A: RecordedAlgebra>(_ x: A) -> A { Elementary.Atan.at(x) }

/// The hyperbolic sine.
@inlinable @inline(__always)
public func sinh<A: RecordedAlgebra>(_ x: A) -> A { Elementary.Sinh.at(x) }

/// The hyperbolic cosine.
@inlinable @inline(__always)
public func cosh<A: RecordedAlgebra>(_ x: A) -> A { Elementary.Cosh.at(x) }

/// The hyperbolic tangent.
@inlinable @inline(__always)
public func tanh<A: RecordedAlgebra>(_ x: A) -> A { Elementary.Tanh.at(x) }

/// The inverse hyperbolic sine.
@inlinable @inline(__always)
public func asinh<A: RecordedAlgebra>(_ x: A) -> A { Elementary.Asinh.at(x) }

/// The inverse hyperbolic cosine.
@inlinable @inline(__always)
public func acosh<A: RecordedAlgebra>(_ x: A) -> A { Elementary.Acosh.at(x) }

/// The inverse hyperbolic tangent.
@inlinable @inline(__always)
public func atanh<A: RecordedAlgebra>(_ x: A) -> A { Elementary.Atanh.at(x) }

/// The error function `2/√π ∫ exp(-t²) dt` from 0 to `x`.
@inlinable @inline(__always)
public func erf<A: RecordedAlgebra>(_ x: A) -> A { Elementary.Erf.at(x) }

/// The absolute value; its derivative at zero is zero.
@inlinable @inline(__always)
public func abs<A: RecordedAlgebra>(_ x: A) -> A { Elementary.Abs.at(x) }

/// The largest whole number not above `x`; derivative zero.
@inlinable @inline(__always)
public func floor<A: RecordedAlgebra>(_ x: A) -> A { Elementary.Floor.at(x) }

/// The smallest whole number not below `x`; derivative zero.
@inlinable @inline(__always)
public func ceil<A: RecordedAlgebra>(_ x: A) -> A { Elementary.Ceil.at(x) }

/// The nearest whole number, ties to even; derivative zero.
@inlinable @inline(__always)
public func round<A: RecordedAlgebra>(_ x: A) -> A { Elementary.Round.at(x) }

/// -1, 0 or 1; derivative zero.
@inlinable @inline(__always)
public func sign<A: RecordedAlgebra>(_ x: A) -> A { Elementary.Sign.at(x) }

/// The logistic function `1 / (1 + exp(-x))`.
@inlinable @inline(__always)
public func sigmoid<A: RecordedAlgebra>(_ x: A) -> A { Elementary.Sigmoid.at(x) }

/// `log(1 + exp(x))` without overflow.
@inlinable @inline(__always)
public func softplus<A: RecordedAlgebra>(_ x: A) -> A { Elementary.Softplus.at(x) }

/// `max(x, 0)`; its derivative at zero is zero.
@inlinable @inline(__always)
public func relu<A: RecordedAlgebra>(_ x: A) -> A { Elementary.Relu.at(x) }

/// `log(1 + x)`, accurate near zero.
@_disfavoredOverload @inlinable @inline(__always)
public func log<A: RecordedAlgebra>(onePlus x: A) -> A { Elementary.LogOnePlus.at(x) }

/// `x` to the power `exponent`.
@inlinable @inline(__always)
public func pow<A: RecordedAlgebra>(_ x: A, _ exponent: A) -> A { Elementary.Pow.at(x, exponent) }

/// The angle of the point `(x, y)`, in `[-π, π]`.
@inlinable @inline(__always)
public func atan2<A: RecordedAlgebra>(_ y: A, _ x: A) -> A { Elementary.Atan2.at(y, x) }

/// Two to the power `x`; derivative `log(2) 2ˣ`.
@inlinable @inline(__always)
public func exp2<A: RecordedAlgebra>(_ x: A) -> A { Elementary.Exp2.at(x) }

/// The logarithm to the base 2, for `x ≥ 0`; derivative `1 / (x log 2)`, `+∞` at zero.
@inlinable @inline(__always)
public func log2<A: RecordedAlgebra>(_ x: A) -> A { Elementary.Log2.at(x) }

/// The logarithm to the base 10, for `x ≥ 0`; derivative `1 / (x log 10)`, `+∞` at zero.
@inlinable @inline(__always)
public func log10<A: RecordedAlgebra>(_ x: A) -> A { Elementary.Log10.at(x) }

/// The cube root, also of negative numbers; derivative `1 / (3 cbrt(x)²)`, `+∞` at zero.
@inlinable @inline(__always)
public func cbrt<A: RecordedAlgebra>(_ x: A) -> A { Elementary.Cbrt.at(x) }

/// The complement `1 - erf(x)`, without cancellation for large `x`; derivative `-2/√π exp(-x²)`.
@inlinable @inline(__always)
public func erfc<A: RecordedAlgebra>(_ x: A) -> A { Elementary.Erfc.at(x) }

/// The number whose `erf` is `x`, for `-1 ≤ x ≤ 1`.
///
/// Its derivative is `√π/2 exp(y²)` for a result of `y`; at ±1 both are infinite.
@inlinable @inline(__always)
public func erfInverse<A: RecordedAlgebra>(_ x: A) -> A { Elementary.ErfInverse.at(x) }

/// The logarithm of the magnitude of the gamma function; for whole numbers `log (x - 1)!`.
///
/// Its derivative is ``digamma(_:)-(A)``. At zero and at the negative whole numbers it is `+∞`.
@inlinable @inline(__always)
public func logGamma<A: RecordedAlgebra>(_ x: A) -> A { Elementary.LogGamma.at(x) }

/// The derivative `ψ` of the logarithm of the gamma function; its derivative is `polygamma(1, x)`.
///
/// At the negative whole numbers, where it goes to `-∞` on one side and to `+∞` on the other, it is
/// NaN. Zero has a sign: at 0 the value is `-∞`, at -0 it is `+∞`.
@inlinable @inline(__always)
public func digamma<A: RecordedAlgebra>(_ x: A) -> A { Elementary.Digamma.at(x) }

/// The derivative of ``digamma(_:)-(A)`` of an order from 0 on, `ψ⁽ⁿ⁾(x)`; its derivative has the
/// next one.
///
/// For negative `x` orders up to 4 are known; beyond, the result is NaN.
@inlinable @inline(__always)
public func polygamma<A: RecordedAlgebra>(_ order: Int, _ x: A) -> A {
  Elementary.Polygamma.at(A(floatLiteral: checkedOrder(order)), x)
}

/// `log(exp(a) + exp(b))` without overflow.
///
/// The derivatives are the shares of the two exponentials in their sum, `sigmoid(a - b)` and
/// `sigmoid(b - a)`: one half each for equal operands, two infinities of one sign included.
@inlinable @inline(__always)
public func logAddExp<A: RecordedAlgebra>(_ a: A, _ b: A) -> A { Elementary.LogAddExp.at(a, b) }

/// `x log y`, and 0 where `x` is zero, whatever number `y` is: the terms of an entropy.
///
/// The derivatives are `log y`, so `-∞` at `y = 0`, and `x / y`, 0 where `x` is zero.
@inlinable @inline(__always)
public func xLogY<A: RecordedAlgebra>(_ x: A, _ y: A) -> A { Elementary.XLogY.at(x, y) }

/// `√(a² + b²)`, without overflow or underflow on the way.
///
/// The derivatives are `a / y` and `b / y` for a result of `y`, and zero at the origin.
@inlinable @inline(__always)
public func hypot<A: RecordedAlgebra>(_ a: A, _ b: A) -> A { Elementary.Hypot.at(a, b) }

/// `a - ⌊a/b⌋ b`: the remainder with the sign of the divisor, as `%` in Python.
///
/// The derivatives are 1 and `-⌊a/b⌋`, also where the remainder jumps. (Of two `Double`s
/// `remainder` is a function of C, which takes the nearest whole quotient instead of the floor.)
@inlinable @inline(__always)
public func remainder<A: RecordedAlgebra>(_ a: A, _ b: A) -> A { Elementary.Remainder.at(a, b) }

/// The logistic function `1 / (1 + exp(-x))`.
@inlinable @inline(__always)
public func sigmoid(_ x: Double) -> Double { Elementary.Sigmoid.value(x) }

/// `log(1 + exp(x))` without overflow.
@inlinable @inline(__always)
public func softplus(_ x: Double) -> Double { Elementary.Softplus.value(x) }

/// `max(x, 0)`.
@inlinable @inline(__always)
public func relu(_ x: Double) -> Double { Elementary.Relu.value(x) }

/// `exp(x) - 1`, accurate near zero.
@inlinable @inline(__always)
public func expMinusOne(_ x: Double) -> Double { Elementary.ExpMinusOne.value(x) }

/// `log(1 + x)`, accurate near zero.
@_disfavoredOverload @inlinable @inline(__always)
public func log(onePlus x: Double) -> Double { Elementary.LogOnePlus.value(x) }

/// The number whose `erf` is `x`, for `-1 ≤ x ≤ 1`.
///
/// Its derivative is `√π/2 exp(y²)` for a result of `y`; at ±1 both are infinite.
@inlinable @inline(__always)
public func erfInverse(_ x: Double) -> Double { Elementary.ErfInverse.value(x) }

/// The logarithm of the magnitude of the gamma function; for whole numbers `log (x - 1)!`.
///
/// Its derivative is ``digamma(_:)-(A)``. At zero and at the negative whole numbers it is `+∞`.
@inlinable @inline(__always)
public func logGamma(_ x: Double) -> Double { Elementary.LogGamma.value(x) }

/// The derivative `ψ` of the logarithm of the gamma function; its derivative is `polygamma(1, x)`.
///
/// At the negative whole numbers, where it goes to `-∞` on one side and to `+∞` on the other, it is
/// NaN. Zero has a sign: at 0 the value is `-∞`, at -0 it is `+∞`.
@inlinable @inline(__always)
public func digamma(_ x: Double) -> Double { Elementary.Digamma.value(x) }

/// The derivative of ``digamma(_:)-(Double)`` of an order from 0 on, `ψ⁽ⁿ⁾(x)`.
///
/// For negative `x` orders up to 4 are known; beyond, the result is NaN.
@inlinable @inline(__always)
public func polygamma(_ order: Int, _ x: Double) -> Double {
  Elementary.Polygamma.value(checkedOrder(order), x)
}

/// The order of a derivative as a number; a negative one traps.
@usableFromInline
func checkedOrder(_ order: Int) -> Double {
  require(order >= 0, "polygamma: the order is \(order). Ask for an order of 0 or more.")
  return Double(order)
}

/// `log(exp(a) + exp(b))` without overflow.
///
/// The derivatives are the shares of the two exponentials in their sum, `sigmoid(a - b)` and
/// `sigmoid(b - a)`: one half each for equal operands, two infinities of one sign included.
@inlinable @inline(__always)
public func logAddExp(_ a: Double, _ b: Double) -> Double { Elementary.LogAddExp.value(a, b) }

/// `x log y`, and 0 where `x` is zero, whatever number `y` is: the terms of an entropy.
///
/// The derivatives are `log y`, so `-∞` at `y = 0`, and `x / y`, 0 where `x` is zero.
@inlinable @inline(__always)
public func xLogY(_ x: Double, _ y: Double) -> Double { Elementary.XLogY.value(x, y) }

extension RecordedAlgebra {
  /// The nearest number of the range: `x` inside it, an end outside; NaN stays NaN.
  ///
  /// The derivative is 1 inside and 0 outside and at both ends, as that of ``relu(_:)-(A)`` at
  /// zero.
  @inlinable
  public func clamped(to range: ClosedRange<Double>) -> Self {
    let lower = Self(floatLiteral: range.lowerBound)
    let upper = Self(floatLiteral: range.upperBound)
    let limited = Self._select(Self._isLess(self, upper), self, upper)
    let isNumber = Self._isEqual(self, self)
    let end = Self._select(isNumber, lower, self)
    return Self._select(Self._isLess(lower, self), limited, end)
  }
}

extension Double {
  /// The nearest number of the range: `x` inside it, an end outside; NaN stays NaN.
  @inlinable
  public func clamped(to range: ClosedRange<Double>) -> Double {
    isNaN ? self : Swift.min(Swift.max(self, range.lowerBound), range.upperBound)
  }
}
