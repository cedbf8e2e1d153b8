// Sums of two vectors that stand for one number of twice the precision, and the few exact
// operations that they are made of. It has never heard of functions.
//
// A function that is to be right within one unit in the last place must know its large intermediate
// results (a logarithm times an exponent, the rest of an angle) better than that. Twice the
// precision where it matters costs a few operations; computing in wider lanes would halve the
// number of lanes.

import AdjointElementary

/// The unevaluated sum of a vector and a much smaller one.
@frozen
public struct LanePair<Element: Lanes> {
  /// The sum, rounded.
  public var high: Element
  /// What the rounding lost.
  public var low: Element

  /// The sum of both, of which the second is much smaller.
  @export(implementation) @inline(__always)
  public init(_ high: Element, _ low: Element) {
    self.high = high
    self.low = low
  }
}

extension LanePair {
  /// `a + b` without error (Knuth).
  @export(implementation) @inline(__always)
  static func sum(_ a: Element, _ b: Element) -> Self {
    let high = a + b
    let other = high - a
    return Self(high, (a - (high - other)) + (b - other))
  }

  /// `a + b` without error, for `|a| ≥ |b|` or `a = 0` (Dekker).
  @export(implementation) @inline(__always)
  static func orderedSum(_ a: Element, _ b: Element) -> Self {
    let high = a + b
    return Self(high, b - (high - a))
  }

  /// `a b` without error; without a fused instruction with an error of the last bit of `low`.
  @export(implementation) @inline(__always)
  static func product(_ a: Element, _ b: Element) -> Self {
    let high = a * b
    if Element.fusesMultiplyAdd { return Self(high, Element.multiplyAdd(a, b, -high)) }
    let (aHead, bHead) = (Element.head(a), Element.head(b))
    let (aTail, bTail) = (a - aHead, b - bHead)
    let low = ((aHead * bHead - high) + aHead * bTail + aTail * bHead) + aTail * bTail
    return Self(high, low)
  }

  /// The product of two pairs.
  @export(implementation) @inline(__always)
  static func * (a: Self, b: Self) -> Self {
    var result = product(a.high, b.high)
    result.low = Element.multiplyAdd(
      a.high, b.low, Element.multiplyAdd(a.low, b.high, result.low))
    return result
  }

  // The reciprocal serves twice: one division is dearer than all the rest.
  /// The quotient of two pairs, for divisors whose reciprocal is an ordinary number.
  @export(implementation) @inline(__always)
  static func / (a: Self, b: Self) -> Self {
    let inverse = 1 / b.high
    let quotient = a.high * inverse
    let rest = Element.multiplyAdd(-quotient, b.low, a.low) + remainder(a.high, quotient, b.high)
    return orderedSum(quotient, rest * inverse)
  }

  /// `a - q b` for a `q` so near to `a / b` that the difference is a number.
  @export(implementation) @inline(__always)
  static func remainder(_ a: Element, _ q: Element, _ b: Element) -> Element {
    if Element.fusesMultiplyAdd { return Element.multiplyAdd(-q, b, a) }
    let product = product(q, b)
    let rest = (a - product.high) - product.low
    // Halves of a tiny number underflow, and say nothing about the rest.
    return Element._select(
      Element._isLess(Element.magnitude(a), Element.scalingRange.below), 0, rest)
  }

  /// The root of a positive pair.
  @export(implementation) @inline(__always)
  static func root(_ a: Self) -> Self {
    let root = Element._sqrt(a.high)
    return orderedSum(root, (remainder(a.high, root, root) + a.low) / (root + root))
  }
}
