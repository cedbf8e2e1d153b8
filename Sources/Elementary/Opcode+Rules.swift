// An entry of the table, asked by its number: what it says about the function, its value and its
// rules in whatever algebra the caller computes. One visitor for each question; callers write none.

extension Elementary.Opcode {
  /// The printed name, such as `sin` or `+`.
  public var name: String { attribute(Name()) }

  /// What the rules read besides the seed.
  public var reads: Reads { attribute(ReadsOf()) }

  /// True for an operator that is printed between its operands.
  public var isInfix: Bool { attribute(IsInfix()) }

  /// True if a loop over elements is bound by memory rather than by arithmetic.
  @inlinable
  public var isCheap: Bool { arity == 1 ? unary(IsCheap()) : binary(IsCheap()) }

  /// True if the function is defined on whole numbers.
  public var isDefinedOnIntegers: Bool { attribute(IsDefinedOnIntegers()) }

  /// True for step functions, through which nothing is propagated.
  public var isPiecewiseConstant: Bool { arity == 1 && unary(IsPiecewiseConstant()) }

  /// `seed · f'(x)` for a function of one operand; nil for a step function, whose derivative is
  /// zero.
  public func chain<A: Algebra>(_ seed: A, x: A, y: A) -> A? {
    unary(Chain(seed: seed, x: x, y: y))
  }

  /// `seed · ∂f/∂a` for a function of two operands.
  public func chainFirst<A: Algebra>(_ seed: A, _ a: A, _ b: A, y: A) -> A {
    binary(ChainFirst(seed: seed, a: a, b: b, y: y))
  }

  /// `seed · ∂f/∂b` for a function of two operands.
  public func chainSecond<A: Algebra>(_ seed: A, _ a: A, _ b: A, y: A) -> A {
    binary(ChainSecond(seed: seed, a: a, b: b, y: y))
  }

  /// `f(x)` where the operand may be a `Float` and the result in `Double`, rounded, is that of the
  /// kernels; nil for other functions.
  @inlinable
  public func exactValue(_ x: Double) -> Double? { unary(ExactValue(x: x)) }

  /// `f(a, b)` where the operands may be `Float`s and the result in `Double`, rounded, is that of
  /// the kernels; nil for other functions.
  @inlinable
  public func exactValue(_ a: Double, _ b: Double) -> Double? {
    binary(ExactValueOfTwo(a: a, b: b))
  }

  private func attribute<V: UnaryVisitor & BinaryVisitor>(_ visitor: V) -> V.Result {
    arity == 1 ? unary(visitor) : binary(visitor)
  }
}

// MARK: Attributes

/// A question that entries of one and of two operands answer alike.
private protocol Attribute: UnaryVisitor, BinaryVisitor {
  associatedtype Answer
  func of<F: ElementaryFunction>(_ function: F.Type) -> Answer
}

extension Attribute {
  func visit<F: UnaryFunction>(_ function: F.Type) -> Answer { of(function) }
  func visit<F: BinaryFunction>(_ function: F.Type) -> Answer { of(function) }
}

private struct Name: Attribute {
  func of<F: ElementaryFunction>(_ function: F.Type) -> String { F.name }
}

private struct ReadsOf: Attribute {
  func of<F: ElementaryFunction>(_ function: F.Type) -> Reads { F.reads }
}

private struct IsInfix: Attribute {
  func of<F: ElementaryFunction>(_ function: F.Type) -> Bool { F.isInfix }
}

// Inlinable, as are the values below: asked for each operation on tensors.
@frozen @usableFromInline
struct IsCheap: UnaryVisitor, BinaryVisitor {
  @inlinable init() {}
  @inlinable @inline(__always)
  func visit<F: UnaryFunction>(_ function: F.Type) -> Bool { F.isCheap }
  @inlinable @inline(__always)
  func visit<F: BinaryFunction>(_ function: F.Type) -> Bool { F.isCheap }
}

private struct IsDefinedOnIntegers: Attribute {
  func of<F: ElementaryFunction>(_ function: F.Type) -> Bool { F.isDefinedOnIntegers }
}

private struct IsPiecewiseConstant: UnaryVisitor {
  func visit<F: UnaryFunction>(_ function: F.Type) -> Bool { F.isPiecewiseConstant }
}

// MARK: Values and rules

@frozen @usableFromInline
struct ExactValue: UnaryVisitor {
  @usableFromInline let x: Double
  @inlinable init(x: Double) { self.x = x }
  @inlinable @inline(__always)
  func visit<F: UnaryFunction>(_ function: F.Type) -> Double? {
    F.isExactInDouble ? F.value(x) : nil
  }
}

@frozen @usableFromInline
struct ExactValueOfTwo: BinaryVisitor {
  @usableFromInline let a: Double, b: Double
  @inlinable init(a: Double, b: Double) { (self.a, self.b) = (a, b) }
  @inlinable @inline(__always)
  func visit<F: BinaryFunction>(_ function: F.Type) -> Double? {
    F.isExactInDouble ? F.value(a, b) : nil
  }
}

private struct Chain<A: Algebra>: UnaryVisitor {
  let seed: A, x: A, y: A
  func visit<F: UnaryFunction>(_ function: F.Type) -> A? {
    F.isPiecewiseConstant ? nil : F.chain(seed, x: x, y: y)
  }
}

private struct ChainFirst<A: Algebra>: BinaryVisitor {
  let seed: A, a: A, b: A, y: A
  func visit<F: BinaryFunction>(_ function: F.Type) -> A { F.chainFirst(seed, a, b, y: y) }
}

private struct ChainSecond<A: Algebra>: BinaryVisitor {
  let seed: A, a: A, b: A, y: A
  func visit<F: BinaryFunction>(_ function: F.Type) -> A { F.chainSecond(seed, a, b, y: y) }
}
