// The three linear updates that optimizers and gradient sums are made of, as rules for the
// elementwise loop.

import AdjointElementary
import AdjointKernels

/// `α a + β b`.
@frozen public struct Combination<Element: Lanes>: Rule {
  @usableFromInline let alpha, beta: Element
  /// Rounds the factors to the element type.
  @export(implementation) @inline(__always)
  public init(_ alpha: Double, _ beta: Double) {
    self.alpha = Element(nearest: alpha)
    self.beta = Element(nearest: beta)
  }
  @export(implementation) @inline(__always) public static var operandCount: Int { 2 }
  @export(implementation) @inline(__always)
  public func evaluate(_ a: Element, _ b: Element, _ c: Element, _ d: Element) -> Element {
    Element.multiplyAdd(alpha, a, beta * b)
  }
}

/// `α a + β b²`.
@frozen public struct SquareCombination<Element: Lanes>: Rule {
  @usableFromInline let alpha, beta: Element
  /// Rounds the factors to the element type.
  @export(implementation) @inline(__always)
  public init(_ alpha: Double, _ beta: Double) {
    self.alpha = Element(nearest: alpha)
    self.beta = Element(nearest: beta)
  }
  @export(implementation) @inline(__always) public static var operandCount: Int { 2 }
  @export(implementation) @inline(__always)
  public func evaluate(_ a: Element, _ b: Element, _ c: Element, _ d: Element) -> Element {
    Element.multiplyAdd(alpha, a, beta * (b * b))
  }
}

/// `α a / (√(β b) + ε)`.
@frozen public struct RootQuotient<Element: Lanes>: Rule {
  @usableFromInline let alpha, beta, epsilon: Element
  /// Rounds the factors to the element type.
  @export(implementation) @inline(__always)
  public init(_ alpha: Double, _ beta: Double, _ epsilon: Double) {
    self.alpha = Element(nearest: alpha)
    self.beta = Element(nearest: beta)
    self.epsilon = Element(nearest: epsilon)
  }
  @export(implementation) @inline(__always) public static var operandCount: Int { 2 }
  @export(implementation) @inline(__always)
  public func evaluate(_ a: Element, _ b: Element, _ c: Element, _ d: Element) -> Element {
    alpha * a / (Element._sqrt(beta * b) + epsilon)
  }
}

// MARK: - The answers to `KernelSet`

extension LoopSet {
  @export(implementation) @inline(__always)
  public static func combine(
    _ element: KernelElement, _ count: Int, _ alpha: Double,
    _ destination: UnsafeMutableRawPointer, _ beta: Double, _ source: UnsafeRawPointer
  ) {
    let operands = Operands(destination, source)
    switch element {
    case .float32: apply(Combination<Single>(alpha, beta), count, operands, destination)
    case .float64: apply(Combination<Twofold>(alpha, beta), count, operands, destination)
    }
  }

  @export(implementation) @inline(__always)
  public static func combineSquare(
    _ element: KernelElement, _ count: Int, _ alpha: Double,
    _ destination: UnsafeMutableRawPointer, _ beta: Double, _ source: UnsafeRawPointer
  ) {
    let operands = Operands(destination, source)
    switch element {
    case .float32: apply(SquareCombination<Single>(alpha, beta), count, operands, destination)
    case .float64: apply(SquareCombination<Twofold>(alpha, beta), count, operands, destination)
    }
  }

  @export(implementation) @inline(__always)
  public static func rootQuotient(
    _ element: KernelElement, _ count: Int, _ destination: UnsafeMutableRawPointer,
    _ alpha: Double, _ numerator: UnsafeRawPointer, _ beta: Double, _ square: UnsafeRawPointer,
    _ epsilon: Double
  ) {
    let operands = Operands(numerator, square)
    switch element {
    case .float32:
      apply(RootQuotient<Single>(alpha, beta, epsilon), count, operands, destination)
    case .float64:
      apply(RootQuotient<Twofold>(alpha, beta, epsilon), count, operands, destination)
    }
  }
}
