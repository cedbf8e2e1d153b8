// What this file knows: the names under which users call the table. Numbers get only the functions
// that the system's library lacks; its own `exp` and `sin` for `Double` stay what they are.

/// The exponential function.
@inlinable @inline(__always)
public func exp<A: RecordedAlgebra>(_ x: A) -> A { A._exp(x) }

/// `exp(x) - 1`, accurate near zero.
@inlinable @inline(__always)
public func expMinusOne<A: RecordedAlgebra>(_ x: A) -> A { A._expMinusOne(x) }

/// The natural logarithm.
@inlinable @inline(__always)
public func log<A: RecordedAlgebra>(_ x: A) -> A { A._log(x) }

/// The square root.
@inlinable @inline(__always)
public func sqrt<A: RecordedAlgebra>(_ x: A) -> A { A._sqrt(x) }

/// The reciprocal of the square root.
@inlinable @inline(__always)
public func rsqrt<A: RecordedAlgebra>(_ x: A) -> A { A._rsqrt(x) }

/// The sine of an angle in radians.
@inlinable @inline(__always)
public func sin<A: RecordedAlgebra>(_ x: A) -> A { A._sin(x) }

/// The cosine of an angle in radians.
@inlinable @inline(__always)
public func cos<A: RecordedAlgebra>(_ x: A) -> A { A._cos(x) }

/// The tangent of an angle in radians.
@inlinable @inline(__always)
public func tan<A: RecordedAlgebra>(_ x: A) -> A { A._tan(x) }

/// The inverse sine, in `[-π/2, π/2]`.
@inlinable @inline(__always)
public func asin<A: RecordedAlgebra>(_ x: A) -> A { A._asin(x) }

/// The inverse cosine, in `[0, π]`.
@inlinable @inline(__always)
public func acos<A: RecordedAlgebra>(_ x: A) -> A { A._acos(x) }

/// The inverse tangent, in `(-π/2, π/2)`.
@inlinable @inline(__always)
public func atan<A: RecordedAlgebra>(_ x: A) -> A { A._atan(x) }

/// The hyperbolic sine.
@inlinable @inline(__always)
public func sinh<A: RecordedAlgebra>(_ x: A) -> A { A._sinh(x) }

/// The hyperbolic cosine.
@inlinable @inline(__always)
public func cosh<A: RecordedAlgebra>(_ x: A) -> A { A._cosh(x) }

/// The hyperbolic tangent.
@inlinable @inline(__always)
public func tanh<A: RecordedAlgebra>(_ x: A) -> A { A._tanh(x) }

/// The inverse hyperbolic sine.
@inlinable @inline(__always)
public func asinh<A: RecordedAlgebra>(_ x: A) -> A { A._asinh(x) }

/// The inverse hyperbolic cosine.
@inlinable @inline(__always)
public func acosh<A: RecordedAlgebra>(_ x: A) -> A { A._acosh(x) }

/// The inverse hyperbolic tangent.
@inlinable @inline(__always)
public func atanh<A: RecordedAlgebra>(_ x: A) -> A { A._atanh(x) }

/// The error function `2/√π ∫ exp(-t²) dt` from 0 to `x`.
@inlinable @inline(__always)
public func erf<A: RecordedAlgebra>(_ x: A) -> A { A._erf(x) }

/// The absolute value; its derivative at zero is zero.
@inlinable @inline(__always)
public func abs<A: RecordedAlgebra>(_ x: A) -> A { A._abs(x) }

/// The largest whole number not above `x`; derivative zero.
@inlinable @inline(__always)
public func floor<A: RecordedAlgebra>(_ x: A) -> A { A._floor(x) }

/// The smallest whole number not below `x`; derivative zero.
@inlinable @inline(__always)
public func ceil<A: RecordedAlgebra>(_ x: A) -> A { A._ceil(x) }

/// The nearest whole number, ties to even; derivative zero.
@inlinable @inline(__always)
public func round<A: RecordedAlgebra>(_ x: A) -> A { A._round(x) }

/// -1, 0 or 1; derivative zero.
@inlinable @inline(__always)
public func sign<A: RecordedAlgebra>(_ x: A) -> A { A._sign(x) }

/// The logistic function `1 / (1 + exp(-x))`.
@inlinable @inline(__always)
public func sigmoid<A: RecordedAlgebra>(_ x: A) -> A { A._sigmoid(x) }

/// `log(1 + exp(x))` without overflow.
@inlinable @inline(__always)
public func softplus<A: RecordedAlgebra>(_ x: A) -> A { A._softplus(x) }

/// `max(x, 0)`; its derivative at zero is zero.
@inlinable @inline(__always)
public func relu<A: RecordedAlgebra>(_ x: A) -> A { A._relu(x) }

/// `log(1 + x)`, accurate near zero.
@inlinable @inline(__always)
public func log<A: RecordedAlgebra>(onePlus x: A) -> A { A._logOnePlus(x) }

/// `x` to the power `exponent`.
@inlinable @inline(__always)
public func pow<A: RecordedAlgebra>(_ x: A, _ exponent: A) -> A { A._pow(x, exponent) }

/// The angle of the point `(x, y)`, in `[-π, π]`.
@inlinable @inline(__always)
public func atan2<A: RecordedAlgebra>(_ y: A, _ x: A) -> A { A._atan2(y, x) }

/// The logistic function `1 / (1 + exp(-x))`.
@inlinable @inline(__always)
public func sigmoid(_ x: Double) -> Double { Double._sigmoid(x) }

/// `log(1 + exp(x))` without overflow.
@inlinable @inline(__always)
public func softplus(_ x: Double) -> Double { Double._softplus(x) }

/// `max(x, 0)`.
@inlinable @inline(__always)
public func relu(_ x: Double) -> Double { Double._relu(x) }

/// `exp(x) - 1`, accurate near zero.
@inlinable @inline(__always)
public func expMinusOne(_ x: Double) -> Double { Double._expMinusOne(x) }

/// `log(1 + x)`, accurate near zero.
@inlinable @inline(__always)
public func log(onePlus x: Double) -> Double { Double._logOnePlus(x) }
