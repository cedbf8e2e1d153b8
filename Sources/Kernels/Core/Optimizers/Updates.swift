// What this file knows: the three linear updates that optimizers and gradient sums are made of, as rules
// for the elementwise loop.

import AdjointElementary

/// `α a + β b`.
@frozen public struct Combination<Element: Lanes>: Rule {
  @usableFromInline let alpha, beta: Element
  /// Rounds the factors to the element type.
  @inlinable @inline(__always)
  public init(_ alpha: Double, _ beta: Double) {
    self.alpha = Element(nearest: alpha)
    self.beta = Element(nearest: beta)
  }
  @inlinable @inline(__always) public static var operandCount: Int { 2 }
  @inlinable @inline(__always)
  public func evaluate(_ a: Element, _ b: Element, _ c: Element, _ d: Element) -> Element {
    Element.multiplyAdd(alpha, a, beta * b)
  }
}

/// `α a + β b²`.
@frozen public struct SquareCombination<Element: Lanes>: Rule {
  @usableFromInline let alpha, beta: Element
  /// Rounds the factors to the element type.
  @inlinable @inline(__always)
  public init(_ alpha: Double, _ beta: Double) {
    self.alpha = Element(nearest: alpha)
    self.beta = Element(nearest: beta)
  }
  @inlinable @inline(__always) public static var operandCount: Int { 2 }
  @inlinable @inline(__always)
  public func evaluate(_ a: Element, _ b: Element, _ c: Element, _ d: Element) -> Element {
    Element.multiplyAdd(alpha, a, beta * (b * b))
  }
}

/// `α a / (√(β b) + ε)`.
@frozen public struct RootQuotient<Element: Lanes>: Rule {
  @usableFromInline let alpha, beta, epsilon: Element
  /// Rounds the factors to the element type.
  @inlinable @inline(__always)
  public init(_ alpha: Double, _ beta: Double, _ epsilon: Double) {
    self.alpha = Element(nearest: alpha)
    self.beta = Element(nearest: beta)
    self.epsilon = Element(nearest: epsilon)
  }
  @inlinable @inline(__always) public static var operandCount: Int { 2 }
  @inlinable @inline(__always)
  public func evaluate(_ a: Element, _ b: Element, _ c: Element, _ d: Element) -> Element {
    alpha * a / (Element._sqrt(beta * b) + epsilon)
  }
}
