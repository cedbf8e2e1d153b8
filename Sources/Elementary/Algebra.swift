// What this file knows: the operations a number must offer so that every elementary function and
// every derivative rule can be written once. It has never heard of loops, arrays or tapes.

/// A kind of number that the table of elementary functions can compute with.
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

  static func _exp(_ x: Self) -> Self
  static func _expMinusOne(_ x: Self) -> Self
  static func _log(_ x: Self) -> Self
  static func _logOnePlus(_ x: Self) -> Self
  static func _sqrt(_ x: Self) -> Self
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
  static func _floor(_ x: Self) -> Self
  static func _ceil(_ x: Self) -> Self
  static func _round(_ x: Self) -> Self
  static func _pow(_ x: Self, _ exponent: Self) -> Self
  static func _atan2(_ y: Self, _ x: Self) -> Self

  // These have a formula over the operations above; numbers take it from the table, recorded
  // algebras record the function as one operation.
  static func _rsqrt(_ x: Self) -> Self
  static func _square(_ x: Self) -> Self
  static func _abs(_ x: Self) -> Self
  static func _sign(_ x: Self) -> Self
  static func _sigmoid(_ x: Self) -> Self
  static func _softplus(_ x: Self) -> Self
  static func _relu(_ x: Self) -> Self
  static func _minimum(_ a: Self, _ b: Self) -> Self
  static func _maximum(_ a: Self, _ b: Self) -> Self
  static func _scaled(_ seed: Self, _ factor: Self) -> Self
}

/// An algebra whose operations compute numbers at once.
public protocol NumericAlgebra: Algebra {}

extension NumericAlgebra {
  @inlinable @inline(__always)
  public static func _rsqrt(_ x: Self) -> Self { Elementary.ReciprocalSquareRoot.value(x) }
  @inlinable @inline(__always)
  public static func _square(_ x: Self) -> Self { Elementary.Square.value(x) }
  @inlinable @inline(__always)
  public static func _abs(_ x: Self) -> Self { Elementary.AbsoluteValue.value(x) }
  @inlinable @inline(__always)
  public static func _sign(_ x: Self) -> Self { Elementary.Sign.value(x) }
  @inlinable @inline(__always)
  public static func _sigmoid(_ x: Self) -> Self { Elementary.Sigmoid.value(x) }
  @inlinable @inline(__always)
  public static func _softplus(_ x: Self) -> Self { Elementary.Softplus.value(x) }
  @inlinable @inline(__always)
  public static func _relu(_ x: Self) -> Self { Elementary.Relu.value(x) }
  @inlinable @inline(__always)
  public static func _minimum(_ a: Self, _ b: Self) -> Self { Elementary.Minimum.value(a, b) }
  @inlinable @inline(__always)
  public static func _maximum(_ a: Self, _ b: Self) -> Self { Elementary.Maximum.value(a, b) }
  @inlinable @inline(__always)
  public static func _scaled(_ seed: Self, _ factor: Self) -> Self {
    Elementary.Scaled.value(seed, factor)
  }
}

/// An algebra that writes down each elementary function as one operation.
///
/// Such a type supplies `_recorded` for one and two operands; the whole table follows.
public protocol RecordedAlgebra: Algebra {
  /// Applies the function `F` as a single recorded operation.
  static func _recorded<F: UnaryFunction>(_ function: F.Type, _ x: Self) -> Self
  /// Applies the function `F` as a single recorded operation.
  static func _recorded<F: BinaryFunction>(_ function: F.Type, _ a: Self, _ b: Self) -> Self
}
