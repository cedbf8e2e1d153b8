// What this file knows: exponentials, logarithms and powers.
//
// A rule multiplies the seed by the local derivative with `_scaled`, the product in which a zero seed
// wins: a branch that was masked away (`where(x > 0, x * log(x), 0)`) contributes exact zeros and
// never 0 · ∞ = NaN.

extension Elementary {
  /// `exp(x)`; derivative `exp(x)`.
  public enum Exp: UnaryFunction {
    @inlinable @inline(__always) public static var opcode: Opcode { .exp }
    @inlinable @inline(__always) public static var name: String { "exp" }
    @inlinable @inline(__always) public static var reads: Reads { [.result] }
    @inlinable @inline(__always)
    public static func value<A: Algebra>(_ x: A) -> A { A._exp(x) }
    @inlinable @inline(__always)
    public static func chain<A: Algebra>(_ seed: A, x: A, y: A) -> A { A._scaled(seed, y) }
  }

  /// `exp(x) - 1` without cancellation near zero; derivative `exp(x)`.
  public enum ExpMinusOne: UnaryFunction {
    @inlinable @inline(__always) public static var opcode: Opcode { .expMinusOne }
    @inlinable @inline(__always) public static var name: String { "expMinusOne" }
    @inlinable @inline(__always) public static var reads: Reads { [.result] }
    @inlinable @inline(__always)
    public static func value<A: Algebra>(_ x: A) -> A { A._expMinusOne(x) }
    @inlinable @inline(__always)
    public static func chain<A: Algebra>(_ seed: A, x: A, y: A) -> A {
      A._scaled(seed, y + 1)
    }
  }

  /// Natural logarithm; derivative `1 / x`, `+∞` at zero.
  public enum Log: UnaryFunction {
    @inlinable @inline(__always) public static var opcode: Opcode { .log }
    @inlinable @inline(__always) public static var name: String { "log" }
    @inlinable @inline(__always) public static var reads: Reads { [.operands] }
    @inlinable @inline(__always)
    public static func value<A: Algebra>(_ x: A) -> A { A._log(x) }
    @inlinable @inline(__always)
    public static func chain<A: Algebra>(_ seed: A, x: A, y: A) -> A { A._scaled(seed, 1 / x) }
  }

  /// `log(1 + x)` without cancellation near zero; derivative `1 / (1 + x)`.
  public enum LogOnePlus: UnaryFunction {
    @inlinable @inline(__always) public static var opcode: Opcode { .logOnePlus }
    @inlinable @inline(__always) public static var name: String { "log1p" }
    @inlinable @inline(__always) public static var reads: Reads { [.operands] }
    @inlinable @inline(__always)
    public static func value<A: Algebra>(_ x: A) -> A { A._logOnePlus(x) }
    @inlinable @inline(__always)
    public static func chain<A: Algebra>(_ seed: A, x: A, y: A) -> A {
      A._scaled(seed, 1 / (1 + x))
    }
  }

  /// `x²`; derivative `2x`.
  public enum Square: UnaryFunction {
    @inlinable @inline(__always) public static var opcode: Opcode { .square }
    @inlinable @inline(__always) public static var name: String { "square" }
    @inlinable @inline(__always) public static var reads: Reads { [.operands] }
    @inlinable @inline(__always)
    public static func value<A: Algebra>(_ x: A) -> A { x * x }
    @inlinable @inline(__always)
    public static func chain<A: Algebra>(_ seed: A, x: A, y: A) -> A {
      A._scaled(seed, x + x)
    }
  }

  /// Square root; derivative `1 / (2 √x)`, `+∞` at zero.
  public enum SquareRoot: UnaryFunction {
    @inlinable @inline(__always) public static var opcode: Opcode { .sqrt }
    @inlinable @inline(__always) public static var name: String { "sqrt" }
    @inlinable @inline(__always) public static var reads: Reads { [.result] }
    @inlinable @inline(__always)
    public static func value<A: Algebra>(_ x: A) -> A { A._sqrt(x) }
    @inlinable @inline(__always)
    public static func chain<A: Algebra>(_ seed: A, x: A, y: A) -> A { A._scaled(seed, 0.5 / y) }
  }

  /// `1 / √x`; derivative `-½ x^(-3/2)`.
  public enum ReciprocalSquareRoot: UnaryFunction {
    @inlinable @inline(__always) public static var opcode: Opcode { .rsqrt }
    @inlinable @inline(__always) public static var name: String { "rsqrt" }
    @inlinable @inline(__always) public static var reads: Reads { [.result] }
    @inlinable @inline(__always)
    public static func value<A: Algebra>(_ x: A) -> A { 1 / A._sqrt(x) }
    @inlinable @inline(__always)
    public static func chain<A: Algebra>(_ seed: A, x: A, y: A) -> A {
      // The inner products are scaled too: an outer derivative walks them with a zero adjoint.
      A._scaled(seed, -0.5 * A._scaled(y, A._scaled(y, y)))
    }
  }

  /// `a` to the power `b`; derivatives `b a^(b-1)` (zero for `b = 0`, also at `a = 0`) and `a^b log a`.
  public enum Power: BinaryFunction {
    @inlinable @inline(__always) public static var opcode: Opcode { .pow }
    @inlinable @inline(__always) public static var name: String { "pow" }
    @inlinable @inline(__always) public static var reads: Reads { [.operands, .result] }
    @inlinable @inline(__always)
    public static func value<A: Algebra>(_ a: A, _ b: A) -> A { A._pow(a, b) }
    @inlinable @inline(__always)
    public static func chainFirst<A: Algebra>(_ seed: A, _ a: A, _ b: A, y: A) -> A {
      A._scaled(seed, A._scaled(b, A._pow(a, b - 1)))
    }
    @inlinable @inline(__always)
    public static func chainSecond<A: Algebra>(_ seed: A, _ a: A, _ b: A, y: A) -> A {
      // a^b log a vanishes at a = 0 with its slope if b > 1; the logarithm alone would make 0 · ∞ of
      // the slope, and the two mixed second derivatives would differ.
      let base = A._select(A._isEqual(a, 0), A._select(A._isLess(1, b), 1, a), a)
      return A._scaled(seed, A._scaled(y, A._log(base)))
    }
  }
}
