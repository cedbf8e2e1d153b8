// Powers and roots.
//
// A rule multiplies the seed by the local derivative with `_scaled`, the product in which a zero
// seed wins: a branch that was masked away (`where(x > 0, x * log(x), 0)`) contributes exact zeros
// and never 0 · ∞ = NaN.

extension Elementary {
  /// `x²`; derivative `2x`.
  public enum Square: UnaryFunction {
    @inlinable @inline(__always) public static var opcode: Opcode { .square }
    @inlinable @inline(__always) public static var reads: Reads { [.operands] }
    @inlinable @inline(__always) public static var isCheap: Bool { true }
    @inlinable @inline(__always) public static var isDefinedOnIntegers: Bool { true }
    @inlinable @inline(__always) public static var isExactInDouble: Bool { true }
    @inlinable @inline(__always)
    public static func value<A: NumericAlgebra>(_ x: A) -> A { x * x }
    @inlinable @inline(__always)
    public static func chain<A: Algebra>(_ seed: A, x: A, y: A) -> A {
      A._scaled(seed, x + x)
    }
  }

  /// Square root; derivative `1 / (2 √x)`, `+∞` at zero.
  public enum Sqrt: UnaryFunction {
    @inlinable @inline(__always) public static var opcode: Opcode { .sqrt }
    @inlinable @inline(__always) public static var reads: Reads { [.result] }
    @inlinable @inline(__always) public static var isCheap: Bool { true }
    @inlinable @inline(__always) public static var isExactInDouble: Bool { true }
    @inlinable @inline(__always)
    public static func value<A: NumericAlgebra>(_ x: A) -> A { A._sqrt(x) }
    @inlinable @inline(__always)
    public static func chain<A: Algebra>(_ seed: A, x: A, y: A) -> A {
      A._scaled(seed, A._slope(0.5 / y, at: y))
    }
  }

  /// `1 / √x`; derivative `-½ x^(-3/2)`.
  public enum Rsqrt: UnaryFunction {
    @inlinable @inline(__always) public static var opcode: Opcode { .rsqrt }
    @inlinable @inline(__always) public static var reads: Reads { [.result] }
    @inlinable @inline(__always)
    public static func value<A: NumericAlgebra>(_ x: A) -> A { 1 / A._sqrt(x) }
    @inlinable @inline(__always)
    public static func chain<A: Algebra>(_ seed: A, x: A, y: A) -> A {
      // The inner products are scaled too: an outer derivative walks them with a zero adjoint.
      A._scaled(seed, -0.5 * A._scaled(y, A._scaled(y, y)))
    }
  }

  /// `a` to the power `b`; derivatives `b a^(b-1)` (zero for `b = 0`, also at `a = 0`) and `a^b log
  /// a`.
  public enum Pow: BinaryFunction {
    @inlinable @inline(__always) public static var opcode: Opcode { .pow }
    @inlinable @inline(__always) public static var reads: Reads { [.operands, .result] }
    @inlinable @inline(__always)
    public static func value<A: NumericAlgebra>(_ a: A, _ b: A) -> A { A._pow(a, b) }
    @inlinable @inline(__always)
    public static func chainFirst<A: Algebra>(_ seed: A, _ a: A, _ b: A, y: A) -> A {
      A._scaled(seed, A._scaled(b, Pow.at(a, b - 1)))
    }
    @inlinable @inline(__always)
    public static func chainSecond<A: Algebra>(_ seed: A, _ a: A, _ b: A, y: A) -> A {
      // a^b log a vanishes at a = 0 with its slope if b > 1; the logarithm alone would make 0 · ∞
      // of the slope, and the two mixed second derivatives would differ.
      let base = A._select(A._isEqual(a, 0), A._select(A._isLess(1, b), 1, a), a)
      return A._scaled(seed, A._scaled(y, Log.at(base)))
    }
  }

  /// Cube root, also of negative numbers; derivative `1 / (3 y²)`, `+∞` at zero.
  public enum Cbrt: UnaryFunction {
    @inlinable @inline(__always) public static var opcode: Opcode { .cbrt }
    @inlinable @inline(__always) public static var reads: Reads { [.result] }
    @inlinable @inline(__always)
    public static func value<A: NumericAlgebra>(_ x: A) -> A { A._cbrt(x) }
    @inlinable @inline(__always)
    public static func chain<A: Algebra>(_ seed: A, x: A, y: A) -> A {
      A._scaled(seed, A._slope(0.3333333333333333 / (y * y), at: y * y))
    }
  }

  /// `√(a² + b²)` without overflow or underflow on the way; derivatives `a / y` and `b / y`, zero
  /// at the origin (the least-norm subgradient).
  public enum Hypot: BinaryFunction {
    @inlinable @inline(__always) public static var opcode: Opcode { .hypot }
    @inlinable @inline(__always) public static var reads: Reads { [.operands, .result] }
    @inlinable @inline(__always)
    public static func value<A: NumericAlgebra>(_ a: A, _ b: A) -> A { A._hypot(a, b) }
    @inlinable @inline(__always)
    public static func chainFirst<A: Algebra>(_ seed: A, _ a: A, _ b: A, y: A) -> A {
      A._scaled(seed, share(of: a, beside: b, y))
    }
    @inlinable @inline(__always)
    public static func chainSecond<A: Algebra>(_ seed: A, _ a: A, _ b: A, y: A) -> A {
      A._scaled(seed, share(of: b, beside: a, y))
    }

    /// `a / y`; where the length is too large for a number, that of half the sides, and ±1 for a
    /// side that is infinite beside one that is not.
    @inlinable @inline(__always)
    static func share<A: Algebra>(of a: A, beside b: A, _ y: A) -> A {
      let half = 0.5 * a
      let quotient = A._select(
        A._isEqual(y, A(floatLiteral: .infinity)), half / Hypot.at(half, 0.5 * b), a / y)
      let infinite = A._select(A._isEqual(b - b, 0), Sign.at(a), quotient)
      return A._select(
        A._isEqual(y, 0), 0,
        A._select(A._isEqual(Abs.at(half), A(floatLiteral: .infinity)), infinite, quotient))
    }

    /// The value for numbers whose library has no such function; infinite beside NaN as in C.
    @inlinable @inline(__always)
    static func formula<A: NumericAlgebra>(_ a: A, _ b: A) -> A {
      let (x, y) = (A._abs(a), A._abs(b))
      let (larger, smaller) = (Max.value(x, y), Min.value(x, y))
      let ratio = smaller / larger
      let length = larger * A._sqrt(1 + ratio * ratio)
      let infinity = A(floatLiteral: .infinity)
      return A._select(
        A._isEqual(x, infinity), x,
        A._select(
          A._isEqual(y, infinity), y, A._select(A._isEqual(larger, 0), larger, length)))
    }
  }
}
