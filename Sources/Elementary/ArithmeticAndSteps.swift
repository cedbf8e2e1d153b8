// Arithmetic, comparisons that choose, and step functions.
//
// A rule multiplies the seed by the local derivative with `_scaled`, the product in which a zero
// seed wins: a branch that was masked away (`where(x > 0, x * log(x), 0)`) contributes exact zeros
// and never 0 · ∞ = NaN.

extension Elementary {
  /// Sum; both derivatives are 1.
  public enum Add: BinaryFunction {
    @inlinable @inline(__always) public static var opcode: Opcode { .add }
    @inlinable @inline(__always) public static var name: String { "+" }
    @inlinable @inline(__always) public static var reads: Reads { [] }
    @inlinable @inline(__always) public static var isInfix: Bool { true }
    @inlinable @inline(__always) public static var isCheap: Bool { true }
    @inlinable @inline(__always) public static var isDefinedOnIntegers: Bool { true }
    @inlinable @inline(__always) public static var isExactInDouble: Bool { true }
    @inlinable @inline(__always)
    public static func value<A: NumericAlgebra>(_ a: A, _ b: A) -> A { a + b }
    @inlinable @inline(__always)
    public static func chainFirst<A: Algebra>(_ seed: A, _ a: A, _ b: A, y: A) -> A { seed }
    @inlinable @inline(__always)
    public static func chainSecond<A: Algebra>(_ seed: A, _ a: A, _ b: A, y: A) -> A { seed }
  }

  /// Difference; derivatives 1 and -1.
  public enum Subtract: BinaryFunction {
    @inlinable @inline(__always) public static var opcode: Opcode { .subtract }
    @inlinable @inline(__always) public static var name: String { "-" }
    @inlinable @inline(__always) public static var reads: Reads { [] }
    @inlinable @inline(__always) public static var isInfix: Bool { true }
    @inlinable @inline(__always) public static var isCheap: Bool { true }
    @inlinable @inline(__always) public static var isDefinedOnIntegers: Bool { true }
    @inlinable @inline(__always) public static var isExactInDouble: Bool { true }
    @inlinable @inline(__always)
    public static func value<A: NumericAlgebra>(_ a: A, _ b: A) -> A { a - b }
    @inlinable @inline(__always)
    public static func chainFirst<A: Algebra>(_ seed: A, _ a: A, _ b: A, y: A) -> A { seed }
    @inlinable @inline(__always)
    public static func chainSecond<A: Algebra>(_ seed: A, _ a: A, _ b: A, y: A) -> A { -seed }
  }

  /// Product; derivatives `b` and `a`.
  public enum Multiply: BinaryFunction {
    @inlinable @inline(__always) public static var opcode: Opcode { .multiply }
    @inlinable @inline(__always) public static var name: String { "*" }
    @inlinable @inline(__always) public static var reads: Reads { [.operands] }
    @inlinable @inline(__always) public static var isInfix: Bool { true }
    @inlinable @inline(__always) public static var isCheap: Bool { true }
    @inlinable @inline(__always) public static var isDefinedOnIntegers: Bool { true }
    @inlinable @inline(__always) public static var isExactInDouble: Bool { true }
    @inlinable @inline(__always)
    public static func value<A: NumericAlgebra>(_ a: A, _ b: A) -> A { a * b }
    @inlinable @inline(__always)
    public static func chainFirst<A: Algebra>(_ seed: A, _ a: A, _ b: A, y: A) -> A {
      A._scaled(seed, b)
    }
    @inlinable @inline(__always)
    public static func chainSecond<A: Algebra>(_ seed: A, _ a: A, _ b: A, y: A) -> A {
      A._scaled(seed, a)
    }
  }

  /// Quotient; derivatives `1 / b` and `-a / b²`.
  public enum Divide: BinaryFunction {
    @inlinable @inline(__always) public static var opcode: Opcode { .divide }
    @inlinable @inline(__always) public static var name: String { "/" }
    @inlinable @inline(__always) public static var reads: Reads { [.operands, .result] }
    @inlinable @inline(__always) public static var isInfix: Bool { true }
    @inlinable @inline(__always) public static var isCheap: Bool { true }
    @inlinable @inline(__always) public static var isDefinedOnIntegers: Bool { true }
    @inlinable @inline(__always) public static var isExactInDouble: Bool { true }
    @inlinable @inline(__always)
    public static func value<A: NumericAlgebra>(_ a: A, _ b: A) -> A { a / b }
    @inlinable @inline(__always)
    public static func chainFirst<A: Algebra>(_ seed: A, _ a: A, _ b: A, y: A) -> A {
      A._scaled(seed, 1 / b)
    }
    @inlinable @inline(__always)
    public static func chainSecond<A: Algebra>(_ seed: A, _ a: A, _ b: A, y: A) -> A {
      // The inner product is scaled too: an outer derivative walks it with a zero adjoint.
      A._scaled(seed, -A._scaled(y, 1 / b))
    }
  }

  /// Product in which a zero left factor wins over an infinite or undefined right one.
  ///
  /// The rules above use it for the seed. It is bilinear like any product, so differentiating a
  /// rule again gives the right second derivative, which a `select` on the seed would not.
  public enum Scaled: BinaryFunction {
    @inlinable @inline(__always) public static var opcode: Opcode { .scaled }
    @inlinable @inline(__always) public static var reads: Reads { [.operands] }
    @inlinable @inline(__always) public static var isCheap: Bool { true }
    @inlinable @inline(__always)
    public static func value<A: NumericAlgebra>(_ a: A, _ b: A) -> A {
      A._select(A._isEqual(a, 0), a, a * b)
    }
    @inlinable @inline(__always)
    public static func chainFirst<A: Algebra>(_ seed: A, _ a: A, _ b: A, y: A) -> A {
      A._scaled(seed, b)
    }
    @inlinable @inline(__always)
    public static func chainSecond<A: Algebra>(_ seed: A, _ a: A, _ b: A, y: A) -> A {
      // The left factor is an adjoint of a walk before. Where that was masked away it is zero, and
      // has no more influence on a second derivative than on the first, however large the seed.
      A._absorbed(seed, a)
    }
  }

  /// Product in which a zero of either factor wins over an infinite or undefined other one.
  ///
  /// For two adjoints, one of each of two walks, either of which may have been masked away.
  public enum Absorbed: BinaryFunction {
    @inlinable @inline(__always) public static var opcode: Opcode { .absorbed }
    @inlinable @inline(__always) public static var reads: Reads { [.operands] }
    @inlinable @inline(__always) public static var isCheap: Bool { true }
    @inlinable @inline(__always)
    public static func value<A: NumericAlgebra>(_ a: A, _ b: A) -> A {
      A._select(A._isEqual(a, 0), a, A._select(A._isEqual(b, 0), b, a * b))
    }
    @inlinable @inline(__always)
    public static func chainFirst<A: Algebra>(_ seed: A, _ a: A, _ b: A, y: A) -> A {
      A._absorbed(seed, b)
    }
    @inlinable @inline(__always)
    public static func chainSecond<A: Algebra>(_ seed: A, _ a: A, _ b: A, y: A) -> A {
      A._absorbed(seed, a)
    }
  }

  /// `-x`; derivative -1.
  public enum Negate: UnaryFunction {
    @inlinable @inline(__always) public static var opcode: Opcode { .negate }
    @inlinable @inline(__always) public static var reads: Reads { [] }
    @inlinable @inline(__always) public static var isCheap: Bool { true }
    @inlinable @inline(__always) public static var isDefinedOnIntegers: Bool { true }
    @inlinable @inline(__always) public static var isExactInDouble: Bool { true }
    @inlinable @inline(__always)
    public static func value<A: NumericAlgebra>(_ x: A) -> A { -x }
    @inlinable @inline(__always)
    public static func chain<A: Algebra>(_ seed: A, x: A, y: A) -> A { -seed }
  }

  /// `|x|`; derivative `sign(x)`, which is 0 at 0 (the least-norm subgradient).
  public enum Abs: UnaryFunction {
    @inlinable @inline(__always) public static var opcode: Opcode { .abs }
    @inlinable @inline(__always) public static var reads: Reads { [.operands] }
    @inlinable @inline(__always) public static var isCheap: Bool { true }
    @inlinable @inline(__always) public static var isDefinedOnIntegers: Bool { true }
    @inlinable @inline(__always) public static var isExactInDouble: Bool { true }
    @inlinable @inline(__always)
    public static func value<A: NumericAlgebra>(_ x: A) -> A { A._abs(x) }
    @inlinable @inline(__always)
    public static func chain<A: Algebra>(_ seed: A, x: A, y: A) -> A {
      A._scaled(seed, Sign.at(x))
    }
  }

  /// -1, 0 or 1; derivative zero by convention.
  public enum Sign: UnaryFunction {
    @inlinable @inline(__always) public static var opcode: Opcode { .sign }
    @inlinable @inline(__always) public static var reads: Reads { [] }
    @inlinable @inline(__always) public static var isCheap: Bool { true }
    @inlinable @inline(__always) public static var isDefinedOnIntegers: Bool { true }
    @inlinable @inline(__always) public static var isExactInDouble: Bool { true }
    @inlinable @inline(__always) public static var isPiecewiseConstant: Bool { true }
    @inlinable @inline(__always)
    public static func value<A: NumericAlgebra>(_ x: A) -> A {
      A._select(A._isLess(0, x), 1, A._select(A._isLess(x, 0), -1, x))
    }
    @inlinable @inline(__always)
    public static func chain<A: Algebra>(_ seed: A, x: A, y: A) -> A { 0 }
  }

  /// Largest whole number not above `x`; derivative zero by convention.
  public enum Floor: UnaryFunction {
    @inlinable @inline(__always) public static var opcode: Opcode { .floor }
    @inlinable @inline(__always) public static var reads: Reads { [] }
    @inlinable @inline(__always) public static var isCheap: Bool { true }
    @inlinable @inline(__always) public static var isExactInDouble: Bool { true }
    @inlinable @inline(__always) public static var isPiecewiseConstant: Bool { true }
    @inlinable @inline(__always)
    public static func value<A: NumericAlgebra>(_ x: A) -> A { A._floor(x) }
    @inlinable @inline(__always)
    public static func chain<A: Algebra>(_ seed: A, x: A, y: A) -> A { 0 }
  }

  /// Smallest whole number not below `x`; derivative zero by convention.
  public enum Ceil: UnaryFunction {
    @inlinable @inline(__always) public static var opcode: Opcode { .ceil }
    @inlinable @inline(__always) public static var reads: Reads { [] }
    @inlinable @inline(__always) public static var isCheap: Bool { true }
    @inlinable @inline(__always) public static var isExactInDouble: Bool { true }
    @inlinable @inline(__always) public static var isPiecewiseConstant: Bool { true }
    @inlinable @inline(__always)
    public static func value<A: NumericAlgebra>(_ x: A) -> A { A._ceil(x) }
    @inlinable @inline(__always)
    public static func chain<A: Algebra>(_ seed: A, x: A, y: A) -> A { 0 }
  }

  /// Nearest whole number, ties to even; derivative zero by convention.
  public enum Round: UnaryFunction {
    @inlinable @inline(__always) public static var opcode: Opcode { .round }
    @inlinable @inline(__always) public static var reads: Reads { [] }
    @inlinable @inline(__always) public static var isCheap: Bool { true }
    @inlinable @inline(__always) public static var isExactInDouble: Bool { true }
    @inlinable @inline(__always) public static var isPiecewiseConstant: Bool { true }
    @inlinable @inline(__always)
    public static func value<A: NumericAlgebra>(_ x: A) -> A { A._round(x) }
    @inlinable @inline(__always)
    public static func chain<A: Algebra>(_ seed: A, x: A, y: A) -> A { 0 }
  }

  /// The smaller operand, NaN if either is NaN; at a tie each takes half of the adjoint.
  public enum Min: BinaryFunction {
    @inlinable @inline(__always) public static var opcode: Opcode { .min }
    @inlinable @inline(__always) public static var reads: Reads { [.operands] }
    @inlinable @inline(__always) public static var isCheap: Bool { true }
    @inlinable @inline(__always) public static var isDefinedOnIntegers: Bool { true }
    @inlinable @inline(__always) public static var isExactInDouble: Bool { true }
    @inlinable @inline(__always)
    public static func value<A: NumericAlgebra>(_ a: A, _ b: A) -> A {
      A._select(
        A._isLess(a, b), a, A._select(A._isLess(b, a), b, A._select(A._isEqual(a, b), a, a + b)))
    }
    @inlinable @inline(__always)
    public static func chainFirst<A: Algebra>(_ seed: A, _ a: A, _ b: A, y: A) -> A {
      A._select(
        A._isLess(a, b), seed,
        A._select(A._isEqual(a, b), seed * 0.5, A._passedOver(seed, a)))
    }
    @inlinable @inline(__always)
    public static func chainSecond<A: Algebra>(_ seed: A, _ a: A, _ b: A, y: A) -> A {
      A._select(
        A._isLess(b, a), seed,
        A._select(A._isEqual(a, b), seed * 0.5, A._passedOver(seed, b)))
    }
  }

  /// The larger operand, NaN if either is NaN; at a tie each takes half of the adjoint.
  public enum Max: BinaryFunction {
    @inlinable @inline(__always) public static var opcode: Opcode { .max }
    @inlinable @inline(__always) public static var reads: Reads { [.operands] }
    @inlinable @inline(__always) public static var isCheap: Bool { true }
    @inlinable @inline(__always) public static var isDefinedOnIntegers: Bool { true }
    @inlinable @inline(__always) public static var isExactInDouble: Bool { true }
    @inlinable @inline(__always)
    public static func value<A: NumericAlgebra>(_ a: A, _ b: A) -> A {
      A._select(
        A._isLess(b, a), a, A._select(A._isLess(a, b), b, A._select(A._isEqual(a, b), a, a + b)))
    }
    @inlinable @inline(__always)
    public static func chainFirst<A: Algebra>(_ seed: A, _ a: A, _ b: A, y: A) -> A {
      A._select(
        A._isLess(b, a), seed,
        A._select(A._isEqual(a, b), seed * 0.5, A._passedOver(seed, a)))
    }
    @inlinable @inline(__always)
    public static func chainSecond<A: Algebra>(_ seed: A, _ a: A, _ b: A, y: A) -> A {
      A._select(
        A._isLess(a, b), seed,
        A._select(A._isEqual(a, b), seed * 0.5, A._passedOver(seed, b)))
    }
  }

  /// `a - ⌊a/b⌋ b`, with the sign of the divisor, as Python's `%`; derivatives 1 and `-⌊a/b⌋`.
  public enum Remainder: BinaryFunction {
    @inlinable @inline(__always) public static var opcode: Opcode { .remainder }
    @inlinable @inline(__always) public static var reads: Reads { [.operands, .result] }
    @inlinable @inline(__always)
    public static func value<A: NumericAlgebra>(_ a: A, _ b: A) -> A { A._remainder(a, b) }
    @inlinable @inline(__always)
    public static func chainFirst<A: Algebra>(_ seed: A, _ a: A, _ b: A, y: A) -> A { seed }
    @inlinable @inline(__always)
    public static func chainSecond<A: Algebra>(_ seed: A, _ a: A, _ b: A, y: A) -> A {
      // Not the floor of a/b, which may have been rounded up to a whole number.
      A._scaled(seed, Round.at((y - a) / b))
    }
  }
}
