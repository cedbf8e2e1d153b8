// The complement of the error function and the remainder of a division on vectors, written once for
// both precisions. The numbers they need are in Float32Polynomials.swift and
// Float64Polynomials.swift.

import AdjointElementary

extension Lanes {
  // erfc(x) = exp(-x²) K(t) / (1 + 2x) with t = (x - c) / (x + c): K is a flat function of t from x
  // = 0 to ∞ (M. M. Shepherd and J. G. Laframboise, Chebyshev approximation of (1 + 2x) exp(x²)
  // erfc x in 0 ≤ x < ∞, 1981). The square, its exponential and the quotient are pairs: what the
  // square loses is multiplied by 700 in the exponential. Next to zero the difference 1 - erf(x)
  // loses nothing.
  @inlinable @inline(__always)
  public static func _erfc(_ x: Self) -> Self {
    let a = limited(magnitude(x), 0, complementLimit)
    let t = (a - complementCenter) / (a + complementCenter)
    let quotient = complementFactor(t) / LanePair.sum(1, a + a)
    let square = LanePair.product(a, a)
    let (_, n, r) = reduced(-square.high)
    let rest = exponentialOfRest(LanePair.sum(r.high, r.low - square.low))
    var power = LanePair.orderedSum(1, rest.high)
    power.low = power.low + rest.low
    let product = power * quotient
    let right = scaled(product.high + product.low, by: n)
    let far = _select(_isLess(x, 0), 2 - right, right)
    return _select(_isLess(magnitude(x), 0.5), 1 - _erf(x), far)
  }
}

// MARK: - Remainder

extension Lanes {
  // The quotient may have been rounded up to a whole number, and only then the difference has the
  // sign that is not the divisor's: one more divisor puts that right, with the rounding that Python
  // has. Where the quotient has no digits after the point left, or a product may be subnormal, the
  // system's library computes those lanes.
  @inlinable @inline(__always)
  public static func _remainder(_ a: Self, _ b: Self) -> Self {
    let quotient = a / b
    let whole = _floor(quotient)
    let product = LanePair.product(whole, b)
    let difference = (a - product.high) - product.low
    let inside = withSignOfDivisor(difference, b)
    let (size, divisor) = (magnitude(a), magnitude(b))
    let isFine = _select(
      _isLess(magnitude(quotient), 0x1p20),
      _select(
        _isLess(scalingRange.below, _select(_isLess(size, divisor), size, divisor)),
        _select(_isLess(divisor, scalingRange.above), Self(1), 0), 0), 0)
    let isFar = _isLess(isFine, 1)
    return _isAnyTrue(isFar) ? _select(isFar, libraryRemainder(a, b), inside) : inside
  }

  @inlinable @inline(__always)
  static func withSignOfDivisor(_ difference: Self, _ b: Self) -> Self {
    // A zero has no sign of its own, and takes that of the divisor.
    let isZero = _isEqual(difference, 0)
    let other = _select(_isLess(difference, 0), Self(-1), 1)
    let isOther = _isLess(signed(1, like: b) * other, 0)
    return _select(
      isZero, signed(0, like: b), _select(isOther, difference + b, difference))
  }

  // Out of line: the call of a C function spills every register anyway.
  @inlinable @inline(never)
  static func libraryRemainder(_ a: Self, _ b: Self) -> Self {
    var (lanes, divisors) = (a, b)
    withUnsafeMutableBytes(of: &lanes) { lanes in
      withUnsafeBytes(of: &divisors) { divisors in
        for lane in 0..<width {
          let x = lanes.load(fromByteOffset: lane &* size, as: Scalar.self)
          let y = divisors.load(fromByteOffset: lane &* size, as: Scalar.self)
          lanes.storeBytes(
            of: x.truncatingRemainder(dividingBy: y), toByteOffset: lane &* size, as: Scalar.self)
        }
      }
    }
    return withSignOfDivisor(lanes, b)
  }
}
