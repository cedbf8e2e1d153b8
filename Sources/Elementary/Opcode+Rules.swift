// An entry of the table, asked by its number: the value, the rules and what they read, in whatever
// algebra the caller computes. One visitor for each question; callers write none of their own.

extension Elementary.Opcode {
  /// What the rules read besides the seed.
  public var reads: Reads {
    arity == 1 ? unary(ReadsOfUnary()) : binary(ReadsOfBinary())
  }

  /// True for step functions, through which nothing is propagated.
  public var isPiecewiseConstant: Bool { arity == 1 && unary(IsPiecewiseConstant()) }

  /// `seed · f'(x)` for a function of one operand; nil for a step function, whose derivative is zero.
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
}

private struct ReadsOfUnary: UnaryVisitor {
  func visit<F: UnaryFunction>(_ function: F.Type) -> Reads { F.reads }
}

private struct ReadsOfBinary: BinaryVisitor {
  func visit<F: BinaryFunction>(_ function: F.Type) -> Reads { F.reads }
}

private struct IsPiecewiseConstant: UnaryVisitor {
  func visit<F: UnaryFunction>(_ function: F.Type) -> Bool { F.isPiecewiseConstant }
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
