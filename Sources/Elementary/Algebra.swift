// The operations a number must offer so that every elementary function and every derivative rule
// can be written once. It has never heard of loops, arrays or tapes.

/// A kind of number that derivative rules can compute with.
///
/// Conforming types are `Double` (the numeric scalar walk), SIMD lanes (the fused tensor kernels),
/// recorded scalars and tensors (nested derivatives) and ``Formula`` (derivatives as text). One
/// entry of the table serves all of them.
///
/// The requirements carry an underscore because they are not meant to be called by name: a static
/// member called `exp` would hide the free function `exp` inside every extension of a conforming
/// type.
public protocol Algebra: ExpressibleByFloatLiteral, ExpressibleByIntegerLiteral
where FloatLiteralType == Double {
  /// The result of a comparison, one truth value per lane.
  associatedtype Mask

  static func + (a: Self, b: Self) -> Self
  static func - (a: Self, b: Self) -> Self
  static func * (a: Self, b: Self) -> Self
  static func / (a: Self, b: Self) -> Self
  static prefix func - (a: Self) -> Self

  /// `a < b`, false when either is NaN.
  static func _isLess(_ a: Self, _ b: Self) -> Mask
  /// `a == b`, false when either is NaN.
  static func _isEqual(_ a: Self, _ b: Self) -> Mask
  /// `a` where the mask is true, `b` elsewhere; the value not chosen has no influence.
  static func _select(_ mask: Mask, _ a: Self, _ b: Self) -> Self

  /// `F` of a number: computed at once, or recorded as one operation.
  static func _apply<F: UnaryFunction>(_ function: F.Type, _ x: Self) -> Self
  /// `F` of two numbers: computed at once, or recorded as one operation.
  static func _apply<F: BinaryFunction>(_ function: F.Type, _ a: Self, _ b: Self) -> Self
}

extension Algebra {
  /// The product in which a zero seed wins; see ``Elementary/Scaled``.
  @inlinable @inline(__always)
  public static func _scaled(_ seed: Self, _ factor: Self) -> Self {
    _apply(Elementary.Scaled.self, seed, factor)
  }

  /// The product in which a zero of either factor wins; see ``Elementary/Absorbed``.
  @inlinable @inline(__always)
  public static func _absorbed(_ a: Self, _ b: Self) -> Self {
    _apply(Elementary.Absorbed.self, a, b)
  }

  /// The slope at `x` of a function that grows without bound but ever more slowly: NaN at infinity.
  ///
  /// There the limit is zero, but an infinite argument is as a rule one that has grown too large
  /// for a number, as in `log(1 + exp(1000))`: how fast it grew is lost, and 0 · ∞ may be anything.
  /// A function with a bound, such as `tanh`, has the slope zero there whatever its argument does.
  @inlinable @inline(__always)
  public static func _slope(_ slope: Self, at x: Self) -> Self {
    _select(
      _isEqual(x, Self(floatLiteral: .infinity)), Self(floatLiteral: .nan), slope)
  }

  /// What an operand receives that was not chosen: nothing, however large the seed; NaN if it is
  /// NaN, because then it was neither chosen nor passed over.
  @inlinable @inline(__always)
  public static func _passedOver(_ seed: Self, _ x: Self) -> Self {
    _select(_isEqual(x, x), 0, _scaled(seed, x))
  }
}

/// An algebra that writes down each elementary function as one operation.
///
/// The free functions of the table are generic over it. Numbers are left out, so that the system's
/// own `exp` and `sin` of a `Double` stay what they are.
public protocol RecordedAlgebra: Algebra {}

/// An algebra whose operations compute numbers at once.
///
/// The requirements are the functions for which each type of number has a method of its own; all
/// others are formulas over these, in the `value` of their entry.
public protocol NumericAlgebra: Algebra {
  static func _abs(_ x: Self) -> Self
  static func _exp(_ x: Self) -> Self
  static func _expMinusOne(_ x: Self) -> Self
  static func _exp2(_ x: Self) -> Self
  static func _log(_ x: Self) -> Self
  static func _logOnePlus(_ x: Self) -> Self
  static func _log2(_ x: Self) -> Self
  static func _log10(_ x: Self) -> Self
  static func _sqrt(_ x: Self) -> Self
  static func _cbrt(_ x: Self) -> Self
  static func _sin(_ x: Self) -> Self
  static func _cos(_ x: Self) -> Self
  static func _tan(_ x: Self) -> Self
  static func _asin(_ x: Self) -> Self
  static func _acos(_ x: Self) -> Self
  static func _atan(_ x: Self) -> Self
  static func _sinh(_ x: Self) -> Self
  static func _cosh(_ x: Self) -> Self
  static func _tanh(_ x: Self) -> Self
  static func _asinh(_ x: Self) -> Self
  static func _acosh(_ x: Self) -> Self
  static func _atanh(_ x: Self) -> Self
  static func _erf(_ x: Self) -> Self
  static func _erfc(_ x: Self) -> Self
  static func _logGamma(_ x: Self) -> Self
  static func _floor(_ x: Self) -> Self
  static func _ceil(_ x: Self) -> Self
  static func _round(_ x: Self) -> Self
  static func _pow(_ x: Self, _ exponent: Self) -> Self
  static func _atan2(_ y: Self, _ x: Self) -> Self
  static func _hypot(_ a: Self, _ b: Self) -> Self
  static func _remainder(_ a: Self, _ b: Self) -> Self
}

extension NumericAlgebra {
  @inlinable @inline(__always)
  public static func _logGamma(_ x: Self) -> Self { Elementary.LogGamma.formula(x) }
  @inlinable @inline(__always)
  public static func _hypot(_ a: Self, _ b: Self) -> Self { Elementary.Hypot.formula(a, b) }

  @inlinable @inline(__always)
  public static func _apply<F: UnaryFunction>(_ function: F.Type, _ x: Self) -> Self {
    F.value(x)
  }
  @inlinable @inline(__always)
  public static func _apply<F: BinaryFunction>(
    _ function: F.Type, _ a: Self, _ b: Self
  ) -> Self {
    F.value(a, b)
  }
}
