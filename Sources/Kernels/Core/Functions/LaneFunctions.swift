// Exponentials, logarithms and roots on vectors, written once for both precisions. The numbers they
// need are in Float32Polynomials.swift and Float64Polynomials.swift.
//
// Goals, in order: right at every special value (signed zeros, infinities, NaN, subnormal arguments
// and results); an error of at most 2 units in the last place; no branch, so that a lane never
// depends on its neighbors and a partly filled vector gives the bits of a full one; then speed.

import AdjointElementary

extension Lanes {
  /// `x = n log 2 + r` with `|r| ≤ ½ log 2`; returns `n + roundingShift`, `n` and `r`.
  @inlinable @inline(__always)
  static func reduced(_ x: Self) -> (shifted: Self, n: Self, r: LanePair<Self>) {
    let shifted = multiplyAdd(x, 1.442_695_040_888_963_4, roundingShift)
    let n = shifted - roundingShift
    let difference = multiplyAdd(n, -logarithmOfTwo.high, x)
    let high = multiplyAdd(n, -logarithmOfTwo.low, difference)
    return (shifted, n, LanePair(high, multiplyAdd(n, -logarithmOfTwo.low, difference - high)))
  }

  // The selections keep a NaN, unlike the vector minimum and maximum.
  @inlinable @inline(__always)
  static func limited(_ x: Self, _ lowest: Self, _ highest: Self) -> Self {
    let bounded = _select(_isLess(x, lowest), lowest, x)
    return _select(_isLess(highest, bounded), highest, bounded)
  }

  /// `exp(r) - 1` for `|r| ≤ ½ log 2`.
  @inlinable @inline(__always)
  static func exponentialOfRest(_ r: LanePair<Self>) -> LanePair<Self> {
    .orderedSum(r.high, multiplyAdd(r.high * r.high, exponentialTail(r.high), r.low))
  }

  // The power is applied in two halves, because 2^n alone may be out of range where the product is
  // not; only the last multiplication can round to a subnormal.
  /// `y 2^n`.
  @inlinable @inline(__always)
  static func scaled(_ y: Self, by n: Self) -> Self {
    let half = multiplyAdd(n, 0.5, roundingShift)
    let rest = (n - (half - roundingShift)) + roundingShift
    return y * powerOfTwo(shifted: half) * powerOfTwo(shifted: rest)
  }

  @inlinable @inline(__always)
  public static func _exp(_ x: Self) -> Self {
    let (_, n, r) = reduced(limited(x, exponentialRange.lowest, exponentialRange.highest))
    return scaled(1 + exponentialOfRest(r).high, by: n)
  }

  // exp(x) - 1 = 2 (2^(n-1) q + (2^(n-1) - ½)) with q = exp(r) - 1; the factor 2 is kept outside
  // because 2^n overflows before the result does. Around log 2 / 2 most of q cancels; therefore
  // what the sums r and q have lost is added at the end.
  @inlinable @inline(__always)
  public static func _expMinusOne(_ x: Self) -> Self {
    let (shifted, _, r) = reduced(limited(x, -40, exponentialRange.highest))
    let q = exponentialOfRest(r)
    let power = powerOfTwo(shifted: shifted - 1)
    let half = multiplyAdd(power, q.low, multiplyAdd(power, q.high, power - 0.5))
    return _select(_isLess(magnitude(x), negligible), x, half + half)
  }

  // log(2^k (1 + f)) = k log 2 + f - (½f² - s (½f² + tail(s²))) with s = f / (2 + f).
  @inlinable @inline(__always)
  static func logarithm(exponent k: Self, fraction f: Self, correction: Self) -> Self {
    let s = f / (2 + f)
    let halfSquare = 0.5 * (f * f)
    let small = multiplyAdd(
      s, halfSquare + logarithmTail(s * s), multiplyAdd(k, logarithmOfTwo.low, correction))
    return multiplyAdd(k, logarithmOfTwo.high, f - (halfSquare - small))
  }

  // The value at the ends of the domain: -∞ at `zero`, NaN below it, and `x` itself for +∞ and NaN.
  @inlinable @inline(__always)
  static func logarithmDomain(_ x: Self, zero: Self, _ inside: Self) -> Self {
    let atEnd = _select(
      _isEqual(x, zero), Self(-Scalar.infinity), _select(_isLess(x, zero), Self(Scalar.nan), x))
    let finite = _select(_isLess(x, Self(Scalar.infinity)), inside, atEnd)
    return _select(_isLess(zero, x), finite, atEnd)
  }

  @inlinable @inline(__always)
  public static func _log(_ x: Self) -> Self {
    let (k, significand) = exponentAndSignificand(x)
    let y = logarithm(exponent: k, fraction: significand - 1, correction: 0)
    return logarithmDomain(x, zero: 0, y)
  }

  // u = 1 + x is rounded; what the rounding lost, divided by u, is the correction. Where u stays
  // within [√½, √2) nothing is taken from u at all, and the fraction is x itself.
  @inlinable @inline(__always)
  public static func _logOnePlus(_ x: Self) -> Self {
    let u = 1 + x
    let (k, significand) = exponentAndSignificand(u)
    let isNear = _isEqual(k, 0)
    let lost = _select(_isLess(x, 1), x - (u - 1), 1 - (u - x))
    let y = logarithm(
      exponent: k, fraction: _select(isNear, x, significand - 1),
      correction: _select(isNear, 0, lost / u))
    let bounded = logarithmDomain(x, zero: -1, y)
    return _select(_isLess(magnitude(x), negligible), x, bounded)
  }
}

// MARK: - Other bases

extension Lanes {
  // 2^x = 2^n exp(r log 2) with x = n + r, a difference without rounding; so powers of two are
  // exact.
  @inlinable @inline(__always)
  public static func _exp2(_ x: Self) -> Self {
    let bounded = limited(
      x, 1.442_695_1 * exponentialRange.lowest, 1.442_695_1 * exponentialRange.highest)
    let n = (bounded + roundingShift) - roundingShift
    let r = bounded - n
    let product = LanePair.product(r, logarithmOfTwo.high)
    let rest = LanePair.orderedSum(
      product.high, multiplyAdd(r, logarithmOfTwo.low, product.low))
    return scaled(1 + exponentialOfRest(rest).high, by: n)
  }

  // The exponent is added after the logarithm of the significand has been multiplied: it is exact,
  // and so are the logarithms of powers of two.
  @inlinable @inline(__always)
  public static func _log2(_ x: Self) -> Self {
    let (k, significand) = exponentAndSignificand(x)
    let fraction = logarithm(exponent: 0, fraction: LanePair(significand - 1, 0))
    let product = fraction * binaryLogarithmOfE
    let sum = LanePair.orderedSum(k, product.high)
    return logarithmDomain(x, zero: 0, sum.high + (sum.low + product.low))
  }

  @inlinable @inline(__always)
  public static func _log10(_ x: Self) -> Self {
    let (k, significand) = exponentAndSignificand(x)
    let log = logarithm(exponent: k, fraction: LanePair(significand - 1, 0))
    let product = log * decimalLogarithmOfE
    return logarithmDomain(x, zero: 0, product.high + product.low)
  }
}

// MARK: - Cube root

extension Lanes {
  // x = 2^(3q + r) s with r of -1, 0 or 1. A polynomial for the root of s is right to 2^-16.7, a
  // step of Halley's method triples the digits, and one of Newton's with an exact remainder leaves
  // little more than the last rounding: roots of cubes are exact.
  @inlinable @inline(__always)
  public static func _cbrt(_ x: Self) -> Self {
    let size = magnitude(x)
    let (k, s) = exponentAndSignificand(size)
    let third = multiplyAdd(k, 0.333_333_333_333_333_3, roundingShift)
    let r = multiplyAdd(third - roundingShift, -3, k)
    let (isBelow, isAbove) = (_isLess(r, 0), _isLess(0, r))
    let z = s * _select(isBelow, 0.5, _select(isAbove, 2, 1))
    var p: Self = -3.778_781_763e-2
    p = multiplyAdd(p, s, 2.169_359_863e-1)
    p = multiplyAdd(p, s, -5.356_281_399e-1)
    p = multiplyAdd(p, s, 9.048_168_734e-1)
    p = multiplyAdd(p, s, 4.516_673_436e-1)
    let guess =
      p * _select(isBelow, 0.793_700_525_984_1, _select(isAbove, 1.259_921_049_894_9, 1))
    let cube = guess * guess * guess
    let y = guess * (multiplyAdd(2, z, cube) / multiplyAdd(2, cube, z))
    let square = LanePair.product(y, y)
    let product = LanePair.product(square.high, y)
    let rest = (product.high - z) + multiplyAdd(square.low, y, product.low)
    let root = y - rest / (3 * square.high)
    let isOrdinary = _isLess(size, Self(Scalar.infinity))
    let result = signed(root * powerOfTwo(shifted: third), like: x)
    return _select(isOrdinary, _select(_isEqual(x, 0), x, result), x)
  }
}
