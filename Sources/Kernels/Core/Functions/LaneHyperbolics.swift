// Hyperbolic functions, their inverses and powers on vectors, written once for both
// precisions. The numbers they need are in Float32Polynomials.swift and Float64Polynomials.swift.

import AdjointElementary

// MARK: - Hyperbolic functions

extension Lanes {
  /// `½ exp(a)`, finite wherever the result is, for `a ≥ 0`.
  @inlinable @inline(__always)
  static func halfExponential(_ a: Self) -> Self {
    let (_, n, r) = reduced(limited(a, 0, exponentialRange.highest + 1))
    return scaled(1 + exponentialOfRest(r).high, by: n - 1)
  }

  @inlinable @inline(__always)
  public static func _sinh(_ x: Self) -> Self {
    let size = magnitude(x)
    let z = size * size
    let near = multiplyAdd(size * z, hyperbolicSineTail(z), size)
    let grown = halfExponential(size)
    let far = grown - 0.25 / grown
    return signed(magnitude(_select(_isLess(size, 1), near, far)), like: x)
  }

  @inlinable @inline(__always)
  public static func _cosh(_ x: Self) -> Self {
    let grown = halfExponential(magnitude(x))
    return grown + 0.25 / grown
  }

  // 1 - 2 / (exp(2|x|) + 1), well conditioned where the quotient is less than a half; below a
  // polynomial.
  @inlinable @inline(__always)
  public static func _tanh(_ x: Self) -> Self {
    let size = magnitude(x)
    let z = size * size
    let near = multiplyAdd(size * z, hyperbolicTangentTail(z), size)
    let (shifted, _, r) = reduced(limited(size + size, 0, 44))
    let far = 1 - 2 / multiplyAdd(1 + exponentialOfRest(r).high, powerOfTwo(shifted: shifted), 1)
    return signed(magnitude(_select(_isLess(size, 0.625), near, far)), like: x)
  }
}

// MARK: - Logarithms of pairs

extension Lanes {
  // log(2^k (1 + f)) = k log 2 + 2s + s z (2/3 + z remainder(z)) with s = f / (2 + f) and z = s².
  // All but the last term are pairs; what that one loses is 2^-12 of a unit in the last place.
  /// The logarithm in about one and a half times the precision, for `1 + f` in `[√½, √2)`.
  @inlinable @inline(__always)
  static func logarithm(exponent k: Self, fraction f: LanePair<Self>) -> LanePair<Self> {
    var divisor = LanePair.orderedSum(2, f.high)
    divisor.low = divisor.low + f.low
    let s = f / divisor
    let z = s * s
    let cube = s * z
    let third = cube * twoThirds
    let small = cube.high * z.high * logarithmRemainder(z.high)
    let first = LanePair.orderedSum(k * logarithmOfTwo.high, s.high + s.high)
    let second = LanePair.orderedSum(first.high, third.high)
    let low = (second.low + first.low) + (s.low + s.low) + third.low
    return .orderedSum(second.high, low + multiplyAdd(k, logarithmOfTwo.low, small))
  }

  /// The logarithm of a positive pair, whose exponent has a normal reciprocal, times a power of
  /// two.
  @inlinable @inline(__always)
  static func logarithm(_ x: LanePair<Self>, exponent: Self) -> Self {
    let (k, significand) = exponentAndSignificand(x.high)
    let low = x.low * powerOfTwo(shifted: roundingShift - k)
    let fraction = LanePair.orderedSum(significand - 1, low)
    return logarithm(exponent: k + exponent, fraction: fraction).high
  }
}

// MARK: - Inverse hyperbolic functions

extension Lanes {
  // asinh(x) = log(x + √(x² + 1)); beyond 2^30 that is log(2x) to the last bit, and x² may
  // overflow.
  @inlinable @inline(__always)
  public static func _asinh(_ x: Self) -> Self {
    let size = magnitude(x)
    let z = size * size
    let near = multiplyAdd(size * z, areaHyperbolicSineTail(z), size)
    let isHuge = _isLess(0x1p30, size)
    let a = _select(isHuge, 1, size)
    let square = LanePair.product(a, a)
    var sum = LanePair.sum(square.high, 1)
    sum.low = sum.low + square.low
    let root = LanePair.root(sum)
    var grown = LanePair.sum(a, root.high)
    grown.low = grown.low + root.low
    let far = logarithm(
      LanePair(_select(isHuge, 0.5 * size, grown.high), _select(isHuge, 0, grown.low)),
      exponent: _select(isHuge, 2, 0))
    let finite = _select(_isLess(size, 0.125), near, far)
    return signed(magnitude(_select(_isLess(size, Self(Scalar.infinity)), finite, size)), like: x)
  }

  // acosh(x) = log(x + √(x² - 1)); x² - 1 is a pair, because next to one nearly all of it cancels.
  @inlinable @inline(__always)
  public static func _acosh(_ x: Self) -> Self {
    let isHuge = _isLess(0x1p30, x)
    let a = _select(isHuge, 2, x)
    let square = LanePair.product(a, a)
    var difference = LanePair.sum(square.high, -1)
    difference.low = difference.low + square.low
    let root = LanePair.root(.orderedSum(difference.high, difference.low))
    var grown = LanePair.sum(a, root.high)
    grown.low = grown.low + root.low
    let y = logarithm(
      LanePair(_select(isHuge, 0.5 * x, grown.high), _select(isHuge, 0, grown.low)),
      exponent: _select(isHuge, 2, 0))
    let bounded = _select(_isLess(x, Self(Scalar.infinity)), y, x)
    return _select(
      _isLess(1, x), bounded,
      _select(_isEqual(x, 1), 0, _select(_isEqual(x, x), Self(Scalar.nan), x)))
  }

  // atanh(x) = ½ log((1 + x)/(1 - x)); for small x the series of that logarithm itself.
  @inlinable @inline(__always)
  public static func _atanh(_ x: Self) -> Self {
    let size = magnitude(x)
    let near = multiplyAdd(0.5 * size, logarithmTail(size * size), size)
    let quotient = LanePair.orderedSum(1, size) / LanePair.orderedSum(1, -size)
    let far = 0.5 * logarithm(quotient, exponent: 0)
    let inside = _select(_isLess(size, 0.125), near, far)
    let atEnd = _select(
      _isEqual(size, 1), Self(Scalar.infinity), _select(_isEqual(x, x), Self(Scalar.nan), x))
    return signed(magnitude(_select(_isLess(size, 1), inside, atEnd)), like: x)
  }
}

// MARK: - Powers

extension Lanes {
  // |x|^y = exp(y log|x|) with the logarithm and its product as pairs: the exponential turns an
  // absolute error of its argument, which may be 745, into a relative one. Then the special cases
  // of IEEE 754.
  @inlinable @inline(__always)
  public static func _pow(_ x: Self, _ y: Self) -> Self {
    let size = magnitude(x)
    let (k, significand) = exponentAndSignificand(size)
    let log = logarithm(exponent: k, fraction: LanePair(significand - 1, 0))
    let product = LanePair.product(y, logarithmDomain(size, zero: 0, log.high))
    let low = _select(
      _isLess(magnitude(product.high), 2048), multiplyAdd(y, log.low, product.low), 0)
    let (_, n, r) = reduced(
      limited(product.high, exponentialRange.lowest, exponentialRange.highest))
    let rest = LanePair.sum(r.high, r.low + low)
    let power = scaled(1 + exponentialOfRest(rest).high, by: n)
    let unsigned = _select(_isEqual(y, 0), 1, _select(_isEqual(size, 1), 1, power))

    let half = 0.5 * y
    let isWhole = _isEqual(_round(y), y)
    // Nothing has a sign unless y is odd: a whole number whose half is none.
    let odd = _select(isWhole, _select(_isEqual(_round(half), half), Self(0), x), 0)
    let result = signed(unsigned, like: odd)
    let undefined = _select(
      _isEqual(size, Self(Scalar.infinity)), unsigned, Self(Scalar.nan))
    return _select(_isLess(x, 0), _select(isWhole, result, undefined), result)
  }
}
