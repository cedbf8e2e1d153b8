// The error function, its complement and its inverse.
//
// A rule multiplies the seed by the local derivative with `_scaled`, the product in which a zero
// seed wins: a branch that was masked away (`where(x > 0, x * log(x), 0)`) contributes exact zeros
// and never 0 · ∞ = NaN.

extension Elementary {
  /// Error function; derivative `2/√π exp(-x²)`.
  public enum Erf: UnaryFunction {
    @inlinable @inline(__always) public static var opcode: Opcode { .erf }
    @inlinable @inline(__always) public static var reads: Reads { [.operands] }
    @inlinable @inline(__always)
    public static func value<A: NumericAlgebra>(_ x: A) -> A { A._erf(x) }
    @inlinable @inline(__always)
    public static func chain<A: Algebra>(_ seed: A, x: A, y: A) -> A {
      A._scaled(seed, 1.1283791670955126 * Exp.at(-(x * x)))
    }
  }

  /// Complement `1 - erf(x)` without cancellation for large `x`; derivative `-2/√π exp(-x²)`.
  public enum Erfc: UnaryFunction {
    @inlinable @inline(__always) public static var opcode: Opcode { .erfc }
    @inlinable @inline(__always) public static var reads: Reads { [.operands] }
    @inlinable @inline(__always)
    public static func value<A: NumericAlgebra>(_ x: A) -> A { A._erfc(x) }
    @inlinable @inline(__always)
    public static func chain<A: Algebra>(_ seed: A, x: A, y: A) -> A {
      A._scaled(seed, -1.1283791670955126 * Exp.at(-(x * x)))
    }
  }

  /// Inverse of the error function; derivative `√π/2 exp(y²)`, `+∞` at ±1.
  ///
  /// First polynomials in `w = -log(1 - x²)` and in `√w` (after M. Giles, Approximating the erfinv
  /// function, 2011, fitted anew for `1 - |x|` down to 2⁻⁵³), right to six digits; then one step of
  /// Halley's method, which triples them. From one half on the step is taken on the complement,
  /// which keeps its digits next to ±1.
  public enum ErfInverse: UnaryFunction {
    @inlinable @inline(__always) public static var opcode: Opcode { .erfInverse }
    @inlinable @inline(__always) public static var reads: Reads { [.result] }
    @inlinable @inline(never)
    public static func value<A: NumericAlgebra>(_ x: A) -> A {
      let size = A._abs(x)
      let w = -A._log((1 - size) * (1 + size))
      let guess = A._select(A._isLess(w, 5), near(w - 2.5), far(A._sqrt(w) - 4))
      let y = size * guess
      let isNear = A._isLess(size, 0.5)
      let error = A._select(isNear, A._erf(y) - size, (1 - size) - A._erfc(y))
      let step = error * (0.886226925452758 * A._exp(y * y))
      let refined = y - step / (1 + y * step)
      let infinity = A(floatLiteral: .infinity)
      let result = A._select(A._isEqual(size, 1), infinity, refined)
      return A._select(A._isLess(x, 0), -result, A._select(A._isEqual(x, 0), x, result))
    }
    /// `y / x` for `u = w - 2.5`, `0 ≤ w ≤ 5`; 2^-23.3.
    @inlinable @inline(__always)
    static func near<A: NumericAlgebra>(_ u: A) -> A {
      var p: A = 2.8534287099157242e-08
      p = p * u + 3.437255709486857e-07
      p = p * u + -3.5288524240443295e-06
      p = p * u + -4.396764325566576e-06
      p = p * u + 0.0002186021606520413
      p = p * u + -0.0012537075747551625
      p = p * u + -0.0041777076869189845
      p = p * u + 0.2466407261892491
      return p * u + 1.5014094215414928
    }
    /// `y / x` for `u = √w - 4`, `5 ≤ w ≤ 37`; 2^-21.2.
    @inlinable @inline(__always)
    static func far<A: NumericAlgebra>(_ u: A) -> A {
      var p: A = -1.4794134691909467e-06
      p = p * u + -4.953983326976532e-07
      p = p * u + 3.332255789167779e-05
      p = p * u + -7.379309299199311e-05
      p = p * u + 3.4883350959785584e-05
      p = p * u + -4.601573481531956e-05
      p = p * u + 0.0003358831315477045
      p = p * u + -0.0009177348224920738
      p = p * u + 0.0012544446112020336
      p = p * u + 1.0095023415732152
      return p * u + 3.8397842462368605
    }
    @inlinable @inline(__always)
    public static func chain<A: Algebra>(_ seed: A, x: A, y: A) -> A {
      A._scaled(seed, 0.886226925452758 * Exp.at(y * y))
    }
  }
}
