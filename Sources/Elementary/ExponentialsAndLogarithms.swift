// Exponentials and logarithms.
//
// A rule multiplies the seed by the local derivative with `_scaled`, the product in which a zero
// seed wins: a branch that was masked away (`where(x > 0, x * log(x), 0)`) contributes exact zeros
// and never 0 · ∞ = NaN.

extension Elementary {
  /// `exp(x)`; derivative `exp(x)`.
  public enum Exp: UnaryFunction {
    @inlinable @inline(__always) public static var opcode: Opcode { .exp }
    @inlinable @inline(__always) public static var reads: Reads { [.result] }
    @inlinable @inline(__always)
    public static func value<A: NumericAlgebra>(_ x: A) -> A { A._exp(x) }
    @inlinable @inline(__always)
    public static func chain<A: Algebra>(_ seed: A, x: A, y: A) -> A { A._scaled(seed, y) }
  }

  /// `exp(x) - 1` without cancellation near zero; derivative `exp(x)`.
  public enum ExpMinusOne: UnaryFunction {
    @inlinable @inline(__always) public static var opcode: Opcode { .expMinusOne }
    @inlinable @inline(__always) public static var reads: Reads { [.result] }
    @inlinable @inline(__always)
    public static func value<A: NumericAlgebra>(_ x: A) -> A { A._expMinusOne(x) }
    @inlinable @inline(__always)
    public static func chain<A: Algebra>(_ seed: A, x: A, y: A) -> A {
      A._scaled(seed, y + 1)
    }
  }

  /// Natural logarithm; derivative `1 / x`, `+∞` at zero and NaN at infinity.
  public enum Log: UnaryFunction {
    @inlinable @inline(__always) public static var opcode: Opcode { .log }
    @inlinable @inline(__always) public static var reads: Reads { [.operands] }
    @inlinable @inline(__always)
    public static func value<A: NumericAlgebra>(_ x: A) -> A { A._log(x) }
    @inlinable @inline(__always)
    public static func chain<A: Algebra>(_ seed: A, x: A, y: A) -> A {
      A._scaled(seed, A._slope(1 / x, at: x))
    }
  }

  /// `log(1 + x)` without cancellation near zero; derivative `1 / (1 + x)`.
  public enum LogOnePlus: UnaryFunction {
    @inlinable @inline(__always) public static var opcode: Opcode { .logOnePlus }
    @inlinable @inline(__always) public static var reads: Reads { [.operands] }
    @inlinable @inline(__always)
    public static func value<A: NumericAlgebra>(_ x: A) -> A { A._logOnePlus(x) }
    @inlinable @inline(__always)
    public static func chain<A: Algebra>(_ seed: A, x: A, y: A) -> A {
      A._scaled(seed, A._slope(1 / (1 + x), at: x))
    }
  }

  /// `2ˣ`; derivative `log(2) 2ˣ`.
  public enum Exp2: UnaryFunction {
    @inlinable @inline(__always) public static var opcode: Opcode { .exp2 }
    @inlinable @inline(__always) public static var reads: Reads { [.result] }
    @inlinable @inline(__always)
    public static func value<A: NumericAlgebra>(_ x: A) -> A { A._exp2(x) }
    @inlinable @inline(__always)
    public static func chain<A: Algebra>(_ seed: A, x: A, y: A) -> A {
      A._scaled(seed, 0.6931471805599453 * y)
    }
  }

  /// Logarithm to the base 2; derivative `1 / (x log 2)`, `+∞` at zero.
  public enum Log2: UnaryFunction {
    @inlinable @inline(__always) public static var opcode: Opcode { .log2 }
    @inlinable @inline(__always) public static var reads: Reads { [.operands] }
    @inlinable @inline(__always)
    public static func value<A: NumericAlgebra>(_ x: A) -> A { A._log2(x) }
    @inlinable @inline(__always)
    public static func chain<A: Algebra>(_ seed: A, x: A, y: A) -> A {
      A._scaled(seed, A._slope(1.4426950408889634 / x, at: x))
    }
  }

  /// Logarithm to the base 10; derivative `1 / (x log 10)`, `+∞` at zero.
  public enum Log10: UnaryFunction {
    @inlinable @inline(__always) public static var opcode: Opcode { .log10 }
    @inlinable @inline(__always) public static var reads: Reads { [.operands] }
    @inlinable @inline(__always)
    public static func value<A: NumericAlgebra>(_ x: A) -> A { A._log10(x) }
    @inlinable @inline(__always)
    public static func chain<A: Algebra>(_ seed: A, x: A, y: A) -> A {
      A._scaled(seed, A._slope(0.4342944819032518 / x, at: x))
    }
  }

  /// `log(exp(a) + exp(b))` without overflow; derivatives `sigmoid(a - b)` and `sigmoid(b - a)`,
  /// one half each where the operands are equal, also if both are infinite.
  public enum LogAddExp: BinaryFunction {
    @inlinable @inline(__always) public static var opcode: Opcode { .logAddExp }
    @inlinable @inline(__always) public static var reads: Reads { [.operands] }
    @inlinable @inline(__always)
    public static func value<A: NumericAlgebra>(_ a: A, _ b: A) -> A {
      let distance = A._select(A._isEqual(a, b), 0, A._abs(a - b))
      return Max.value(a, b) + A._logOnePlus(A._exp(-distance))
    }
    @inlinable @inline(__always)
    public static func chainFirst<A: Algebra>(_ seed: A, _ a: A, _ b: A, y: A) -> A {
      A._scaled(seed, Sigmoid.at(difference(a, b)))
    }
    @inlinable @inline(__always)
    public static func chainSecond<A: Algebra>(_ seed: A, _ a: A, _ b: A, y: A) -> A {
      A._scaled(seed, Sigmoid.at(difference(b, a)))
    }
    // ∞ - ∞ is taken as 0, NaN as what it is. The other operands keep their difference, and with it
    // the second derivative.
    @inlinable @inline(__always)
    static func difference<A: Algebra>(_ a: A, _ b: A) -> A {
      let difference = a - b
      return A._select(
        A._isEqual(difference, difference), difference,
        A._select(A._isEqual(a, b), 0, difference))
    }
  }

  /// `a log b`, and 0 where `a` is zero, whatever number `b` is; derivatives `log b` and `a / b`.
  public enum XLogY: BinaryFunction {
    @inlinable @inline(__always) public static var opcode: Opcode { .xLogY }
    @inlinable @inline(__always) public static var reads: Reads { [.operands] }
    @inlinable @inline(__always)
    public static func value<A: NumericAlgebra>(_ a: A, _ b: A) -> A {
      let zero = A._select(A._isEqual(b, b), 0, b)
      return A._select(A._isEqual(a, 0), zero, a * A._log(b))
    }
    @inlinable @inline(__always)
    public static func chainFirst<A: Algebra>(_ seed: A, _ a: A, _ b: A, y: A) -> A {
      A._scaled(seed, Log.at(b))
    }
    @inlinable @inline(__always)
    public static func chainSecond<A: Algebra>(_ seed: A, _ a: A, _ b: A, y: A) -> A {
      A._scaled(seed, A._scaled(a, A._slope(1 / b, at: b)))
    }
  }
}
