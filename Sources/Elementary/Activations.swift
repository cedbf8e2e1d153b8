// The functions that neural networks put behind a layer.
//
// A rule multiplies the seed by the local derivative with `_scaled`, the product in which a zero
// seed wins: a branch that was masked away (`where(x > 0, x * log(x), 0)`) contributes exact zeros
// and never 0 · ∞ = NaN.

extension Elementary {
  /// Logistic function `1 / (1 + exp(-x))`; derivative `y (1 - y)`.
  public enum Sigmoid: UnaryFunction {
    @inlinable @inline(__always) public static var opcode: Opcode { .sigmoid }
    @inlinable @inline(__always) public static var reads: Reads { [.result] }
    @inlinable @inline(__always)
    public static func value<A: NumericAlgebra>(_ x: A) -> A {
      // exp(-x) overflows where the result is still a number; exp(-|x|) does not.
      let e = A._exp(-A._abs(x))
      let divisor = 1 + e
      let quotient = A._select(A._isLess(x, 0), e, 1) / divisor
      // What the rounding of the divisor has lost is put right, or three roundings would add up to
      // more than 2 units in the last place. Of the second quotient in `q - q lost / (1 + e)` one
      // digit is enough: 1 - e/2 is 1 / (1 + e) at both ends of 0...1, and in between within an
      // eighth.
      let lost = e - (divisor - 1)
      return quotient - quotient * lost * (1 - 0.5 * e)
    }
    @inlinable @inline(__always)
    public static func chain<A: Algebra>(_ seed: A, x: A, y: A) -> A {
      A._scaled(seed, y * (1 - y))
    }
  }

  /// `log(1 + exp(x))` without overflow; derivative `sigmoid(x)`.
  public enum Softplus: UnaryFunction {
    @inlinable @inline(__always) public static var opcode: Opcode { .softplus }
    @inlinable @inline(__always) public static var reads: Reads { [.operands] }
    @inlinable @inline(__always)
    public static func value<A: NumericAlgebra>(_ x: A) -> A {
      Max.value(x, 0) + A._logOnePlus(A._exp(-A._abs(x)))
    }
    @inlinable @inline(__always)
    public static func chain<A: Algebra>(_ seed: A, x: A, y: A) -> A {
      A._scaled(seed, Sigmoid.at(x))
    }
  }

  /// `max(x, 0)`; derivative 1 for positive `x`, else 0, also at 0; NaN for NaN.
  public enum Relu: UnaryFunction {
    @inlinable @inline(__always) public static var opcode: Opcode { .relu }
    @inlinable @inline(__always) public static var reads: Reads { [.result] }
    @inlinable @inline(__always) public static var isCheap: Bool { true }
    @inlinable @inline(__always) public static var isExactInDouble: Bool { true }
    @inlinable @inline(__always)
    public static func value<A: NumericAlgebra>(_ x: A) -> A {
      A._select(A._isLess(0, x), x, A._select(A._isEqual(x, x), 0, x))
    }
    @inlinable @inline(__always)
    public static func chain<A: Algebra>(_ seed: A, x: A, y: A) -> A {
      // The result is positive exactly where the operand is, and the operand need not be kept. Else
      // it is zero, which wins over any seed, or NaN, which does not.
      A._select(A._isLess(0, y), seed, A._absorbed(seed, y))
    }
  }
}
