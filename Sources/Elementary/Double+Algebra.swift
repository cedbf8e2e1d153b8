// `Double` as an algebra, by way of the system's mathematical library.

import AdjointSupport

extension Double: NumericAlgebra {
  /// A comparison of two numbers is true or false.
  public typealias Mask = Bool

  @inlinable @inline(__always)
  public static func _isLess(_ a: Double, _ b: Double) -> Bool { a < b }
  @inlinable @inline(__always)
  public static func _isEqual(_ a: Double, _ b: Double) -> Bool { a == b }
  @inlinable @inline(__always)
  public static func _select(_ mask: Bool, _ a: Double, _ b: Double) -> Double { mask ? a : b }

  @inlinable @inline(__always) public static func _abs(_ x: Double) -> Double { x.magnitude }
  @inlinable @inline(__always) public static func _exp(_ x: Double) -> Double { exp(x) }
  @inlinable @inline(__always) public static func _expMinusOne(_ x: Double) -> Double { expm1(x) }
  @inlinable @inline(__always) public static func _exp2(_ x: Double) -> Double { exp2(x) }
  @inlinable @inline(__always) public static func _log(_ x: Double) -> Double { log(x) }
  @inlinable @inline(__always) public static func _logOnePlus(_ x: Double) -> Double { log1p(x) }
  @inlinable @inline(__always) public static func _log2(_ x: Double) -> Double { log2(x) }
  @inlinable @inline(__always) public static func _log10(_ x: Double) -> Double { log10(x) }
  @inlinable @inline(__always) public static func _sqrt(_ x: Double) -> Double { x.squareRoot() }
  @inlinable @inline(__always) public static func _cbrt(_ x: Double) -> Double { cbrt(x) }
  @inlinable @inline(__always) public static func _sin(_ x: Double) -> Double { sin(x) }
  @inlinable @inline(__always) public static func _cos(_ x: Double) -> Double { cos(x) }
  @inlinable @inline(__always) public static func _tan(_ x: Double) -> Double { tan(x) }
  @inlinable @inline(__always) public static func _asin(_ x: Double) -> Double { asin(x) }
  @inlinable @inline(__always) public static func _acos(_ x: Double) -> Double { acos(x) }
  @inlinable @inline(__always) public static func _atan(_ x: Double) -> Double { atan(x) }
  @inlinable @inline(__always) public static func _sinh(_ x: Double) -> Double { sinh(x) }
  @inlinable @inline(__always) public static func _cosh(_ x: Double) -> Double { cosh(x) }
  @inlinable @inline(__always) public static func _tanh(_ x: Double) -> Double { tanh(x) }
  @inlinable @inline(__always) public static func _asinh(_ x: Double) -> Double { asinh(x) }
  @inlinable @inline(__always) public static func _acosh(_ x: Double) -> Double { acosh(x) }
  @inlinable @inline(__always) public static func _atanh(_ x: Double) -> Double { atanh(x) }
  @inlinable @inline(__always) public static func _erf(_ x: Double) -> Double { erf(x) }
  @inlinable @inline(__always) public static func _erfc(_ x: Double) -> Double { erfc(x) }
  // The overlay calls the variant that keeps the sign to itself; `lgamma` proper writes to a
  // global.
  #if !canImport(ucrt)
    @inlinable @inline(never)
    public static func _logGamma(_ x: Double) -> Double { lgamma(x).0 }
  #endif
  @inlinable @inline(__always)
  public static func _floor(_ x: Double) -> Double { x.rounded(.down) }
  @inlinable @inline(__always)
  public static func _ceil(_ x: Double) -> Double { x.rounded(.up) }
  @inlinable @inline(__always)
  public static func _round(_ x: Double) -> Double { x.rounded(.toNearestOrEven) }
  @inlinable @inline(__always)
  public static func _pow(_ x: Double, _ exponent: Double) -> Double { pow(x, exponent) }
  @inlinable @inline(__always)
  public static func _atan2(_ y: Double, _ x: Double) -> Double { atan2(y, x) }
  @inlinable @inline(__always)
  public static func _hypot(_ a: Double, _ b: Double) -> Double { hypot(a, b) }
  @inlinable @inline(__always)
  public static func _remainder(_ a: Double, _ b: Double) -> Double {
    let remainder = a.truncatingRemainder(dividingBy: b)
    if remainder == 0 { return Double(signOf: b, magnitudeOf: remainder) }
    return (remainder < 0) == (b < 0) ? remainder : remainder + b
  }
}
