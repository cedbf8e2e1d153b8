// Circular functions and their inverses on vectors, written once for both
// precisions. The numbers they need are in Float32Polynomials.swift and Float64Polynomials.swift.

import AdjointElementary

// MARK: - Circular functions

extension Lanes {
  /// `x = n π/2 + r` with `|r| ≤ π/4`; returns `n + roundingShift` and `r`.
  ///
  /// After W. J. Cody and W. Waite: the first three parts of π/2 have so few bits that their
  /// products with `n` are exact for `|x| ≤ circularRange`. The differences are kept as pairs,
  /// because next to a multiple of π/2 the leading bits cancel.
  @inlinable @inline(__always)
  static func quarterTurns(_ x: Self) -> (shifted: Self, r: LanePair<Self>) {
    let shifted = multiplyAdd(x, 0.636_619_772_367_581_34, roundingShift)
    let n = shifted - roundingShift
    let first = multiplyAdd(n, -partsOfHalfPi.0, x)
    let second = LanePair.sum(first, n * -partsOfHalfPi.1)
    let third = LanePair.sum(second.high, n * -partsOfHalfPi.2)
    let low = multiplyAdd(n, -partsOfHalfPi.3, second.low + third.low)
    return (shifted, .orderedSum(third.high, low))
  }

  @inlinable @inline(__always)
  static func sineOfRest(_ r: LanePair<Self>) -> LanePair<Self> {
    let z = r.high * r.high
    let low = multiplyAdd(r.high * z, sineTail(z), r.low * multiplyAdd(z, -0.5, 1))
    return LanePair(r.high, low)
  }

  @inlinable @inline(__always)
  static func cosineOfRest(_ r: LanePair<Self>) -> LanePair<Self> {
    let z = r.high * r.high
    let half = 0.5 * z
    let high = 1 - half
    let low = multiplyAdd(z * z, cosineTail(z), multiplyAdd(-r.high, r.low, (1 - high) - half))
    return LanePair(high, low)
  }

  /// `sin(n π/2 + r)`, given `n + roundingShift`.
  @inlinable @inline(__always)
  static func sine(_ shifted: Self, _ r: LanePair<Self>) -> Self {
    let (sine, cosine) = (sineOfRest(r), cosineOfRest(r))
    let isOdd = isNegative(bit(0, of: shifted))
    let y = _select(isOdd, cosine.high, sine.high) + _select(isOdd, cosine.low, sine.low)
    return flipped(y, by: bit(1, of: shifted))
  }

  // Beyond the range of the reduction (hardly ever) the system's library computes those lanes. The
  // others keep what they have, so that a lane does not depend on its neighbors.
  @inlinable @inline(__always)
  static func withinCircularRange(
    _ x: Self, _ inside: Self, _ function: (Self) -> Self
  ) -> Self {
    let isFar = _isLess(circularRange, magnitude(x))
    return _isAnyTrue(isFar) ? _select(isFar, function(x), inside) : inside
  }

  @inlinable @inline(__always)
  public static func _sin(_ x: Self) -> Self {
    let (shifted, r) = quarterTurns(x)
    let y = _select(_isLess(magnitude(x), linear), x, sine(shifted, r))
    return withinCircularRange(x, y, librarySine)
  }

  @inlinable @inline(__always)
  public static func _cos(_ x: Self) -> Self {
    let (shifted, r) = quarterTurns(x)
    return withinCircularRange(x, sine(shifted + 1, r), libraryCosine)
  }

  @inlinable @inline(__always)
  public static func _tan(_ x: Self) -> Self {
    let (shifted, r) = quarterTurns(x)
    let (sine, cosine) = (sineOfRest(r), cosineOfRest(r))
    let s = LanePair.orderedSum(sine.high, sine.low)
    let c = LanePair.orderedSum(cosine.high, cosine.low)
    let sign = bit(0, of: shifted)
    let isOdd = isNegative(sign)
    let quotient =
      LanePair(_select(isOdd, c.high, s.high), _select(isOdd, c.low, s.low))
      / LanePair(_select(isOdd, s.high, c.high), _select(isOdd, s.low, c.low))
    let y = _select(_isLess(magnitude(x), linear), x, flipped(quotient.high, by: sign))
    return withinCircularRange(x, y, libraryTangent)
  }
}

// MARK: - Inverse circular functions

/// Whether the slope `a / b` is nearest to that of the upright axis, the diagonal or the level
/// axis.
@frozen @usableFromInline
struct Sector<Element: Lanes> {
  @usableFromInline let isUpright, isAboveLevel: Element.Mask

  @inlinable @inline(__always)
  init(_ a: Element, _ b: Element) {
    isUpright = Element._isLess(2.414_213_562 * b, a)
    isAboveLevel = Element._isLess(0.414_213_562 * b, a)
  }

  @inlinable @inline(__always)
  func choose(_ upright: Element, _ diagonal: Element, _ level: Element) -> Element {
    Element._select(isUpright, upright, Element._select(isAboveLevel, diagonal, level))
  }
}

extension Lanes {
  @inlinable @inline(__always)
  static var halfPi: LanePair<Self> { LanePair(0.5 * pi.high, 0.5 * pi.low) }
  @inlinable @inline(__always)
  static var quarterPi: LanePair<Self> { LanePair(0.25 * pi.high, 0.25 * pi.low) }
}

extension Lanes {
  // asin(x) = x + x³ tail(x²) up to ½. Beyond, asin(x) = π/2 - 2 asin(s) with s² = (1 - x)/2, a
  // difference without rounding.
  @inlinable @inline(__always)
  static func arcSineParts(
    _ x: Self
  ) -> (isNear: Mask, s: Self, tail: Self) {
    let size = magnitude(x)
    let isNear = _isLess(size, 0.5)
    let z = _select(isNear, size * size, 0.5 * (1 - size))
    let s = _select(isNear, size, _sqrt(z))
    return (isNear, s, s * z * arcSineTail(z))
  }

  @inlinable @inline(__always)
  public static func _asin(_ x: Self) -> Self {
    let (isNear, s, tail) = arcSineParts(x)
    let difference = LanePair.orderedSum(halfPi.high, -(s + s))
    let far = difference.high + (difference.low + (halfPi.low - (tail + tail)))
    return signed(magnitude(_select(isNear, s + tail, far)), like: x)
  }

  // Three sums of an angle and a multiple of (s, tail): π/2 - asin(x), 2 asin(s), π - 2 asin(s).
  @inlinable @inline(__always)
  public static func _acos(_ x: Self) -> Self {
    let (isNear, s, tail) = arcSineParts(x)
    let isLeft = isNegative(x)
    let high = _select(isNear, halfPi.high, _select(isLeft, pi.high, 0))
    let low = _select(isNear, halfPi.low, _select(isLeft, pi.low, 0))
    let factor: Self = _select(isNear, -1, 2)
    let signedFactor = flipped(factor, by: x)
    let sum = LanePair.orderedSum(high, signedFactor * s)
    return sum.high + multiplyAdd(signedFactor, tail, low + sum.low)
  }

  /// `offset + atan(t)` for `|t| ≤ tan(π/8)`.
  @inlinable @inline(__always)
  static func arcTangent(_ t: LanePair<Self>, plus offset: LanePair<Self>) -> Self {
    let z = t.high * t.high
    let tail = multiplyAdd(t.high * z, arcTangentTail(z), t.low + offset.low)
    let sum = LanePair.orderedSum(offset.high, t.high)
    return sum.high + (sum.low + tail)
  }

  // The angle is taken from the nearest of 0, π/4 and π/2: the tangent of the rest is a, (a - 1)/(a
  // + 1) or -1/a, and one division serves all three.
  @inlinable @inline(__always)
  public static func _atan(_ x: Self) -> Self {
    let a = limited(magnitude(x), 0, 0x1p60)
    let sector = Sector(a, 1)
    let sum = LanePair.sum(a, 1)
    let difference = LanePair.sum(a, -1)
    let t =
      LanePair(sector.choose(-1, difference.high, a), sector.choose(0, difference.low, 0))
      / LanePair(sector.choose(a, sum.high, 1), sector.choose(0, sum.low, 0))
    let offset = LanePair(
      sector.choose(halfPi.high, quarterPi.high, 0), sector.choose(halfPi.low, quarterPi.low, 0))
    return signed(magnitude(arcTangent(t, plus: offset)), like: x)
  }

  // As above with the quotient of the magnitudes; on the left the angle is measured back from π.
  // Very large and very small points are moved towards one, where sums and reciprocals stay in
  // range.
  @inlinable @inline(__always)
  public static func _atan2(_ y: Self, _ x: Self) -> Self {
    let infinity = Self(Scalar.infinity)
    let (height, breadth) = (magnitude(y), magnitude(x))
    let isEqual = _isEqual(height, breadth)
    let isHigher = _isLess(breadth, height)
    let larger = _select(isHigher, height, breadth)
    let scale = _select(
      _isLess(scalingRange.above, larger), scalingRange.factorAbove,
      _select(_isLess(larger, scalingRange.below), scalingRange.factorBelow, 1))
    // The origin has the angle of the axis; equal magnitudes, even infinite ones, that of the
    // diagonal.
    let onDiagonal = _select(_isEqual(larger, 0), Self(0), 1)
    let isInfinite = _isEqual(larger, infinity)
    let upright: Self = _select(isHigher, 1, 0)
    let a = _select(
      isEqual, onDiagonal, _select(isInfinite, upright, height * scale))
    let b = _select(isEqual, 1, _select(isInfinite, 1 - upright, breadth * scale))

    let sector = Sector(a, b)
    let sum = LanePair.sum(a, b)
    let difference = LanePair.sum(a, -b)
    let t =
      LanePair(sector.choose(-b, difference.high, a), sector.choose(0, difference.low, 0))
      / LanePair(sector.choose(a, sum.high, b), sector.choose(0, sum.low, 0))
    let isLeft = isNegative(x)
    let middle = (right: quarterPi, left: threeQuarterPi)
    let offset = LanePair(
      sector.choose(
        halfPi.high, _select(isLeft, middle.left.high, middle.right.high),
        _select(isLeft, pi.high, 0)),
      sector.choose(
        halfPi.low, _select(isLeft, middle.left.low, middle.right.low),
        _select(isLeft, pi.low, 0)))
    let turned = LanePair(flipped(t.high, by: x), flipped(t.low, by: x))
    let angle = signed(magnitude(arcTangent(turned, plus: offset)), like: y)
    return _select(_isEqual(y, y), _select(_isEqual(x, x), angle, x), y)
  }
}
