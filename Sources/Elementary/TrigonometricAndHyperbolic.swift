// Trigonometric and hyperbolic functions and their inverses.
//
// A rule multiplies the seed by the local derivative with `_scaled`, the product in which a zero
// seed wins: a branch that was masked away (`where(x > 0, x * log(x), 0)`) contributes exact zeros
// and never 0 · ∞ = NaN.

extension Elementary {
  /// Sine; derivative `cos x`.
  public enum Sin: UnaryFunction {
    @inlinable @inline(__always) public static var opcode: Opcode { .sin }
    @inlinable @inline(__always) public static var reads: Reads { [.operands] }
    @inlinable @inline(__always)
    public static func value<A: NumericAlgebra>(_ x: A) -> A { A._sin(x) }
    @inlinable @inline(__always)
    public static func chain<A: Algebra>(_ seed: A, x: A, y: A) -> A {
      A._scaled(seed, Cos.at(x))
    }
  }

  /// Cosine; derivative `-sin x`.
  public enum Cos: UnaryFunction {
    @inlinable @inline(__always) public static var opcode: Opcode { .cos }
    @inlinable @inline(__always) public static var reads: Reads { [.operands] }
    @inlinable @inline(__always)
    public static func value<A: NumericAlgebra>(_ x: A) -> A { A._cos(x) }
    @inlinable @inline(__always)
    public static func chain<A: Algebra>(_ seed: A, x: A, y: A) -> A {
      -A._scaled(seed, Sin.at(x))
    }
  }

  /// Tangent; derivative `1 + tan² x`.
  public enum Tan: UnaryFunction {
    @inlinable @inline(__always) public static var opcode: Opcode { .tan }
    @inlinable @inline(__always) public static var reads: Reads { [.result] }
    @inlinable @inline(__always)
    public static func value<A: NumericAlgebra>(_ x: A) -> A { A._tan(x) }
    @inlinable @inline(__always)
    public static func chain<A: Algebra>(_ seed: A, x: A, y: A) -> A {
      A._scaled(seed, 1 + y * y)
    }
  }

  /// Inverse sine; derivative `1 / √(1 - x²)`, `+∞` at ±1.
  public enum Asin: UnaryFunction {
    @inlinable @inline(__always) public static var opcode: Opcode { .asin }
    @inlinable @inline(__always) public static var reads: Reads { [.operands] }
    @inlinable @inline(__always)
    public static func value<A: NumericAlgebra>(_ x: A) -> A { A._asin(x) }
    @inlinable @inline(__always)
    public static func chain<A: Algebra>(_ seed: A, x: A, y: A) -> A {
      A._scaled(seed, 1 / Sqrt.at((1 - x) * (1 + x)))
    }
  }

  /// Inverse cosine; derivative `-1 / √(1 - x²)`, `-∞` at ±1.
  public enum Acos: UnaryFunction {
    @inlinable @inline(__always) public static var opcode: Opcode { .acos }
    @inlinable @inline(__always) public static var reads: Reads { [.operands] }
    @inlinable @inline(__always)
    public static func value<A: NumericAlgebra>(_ x: A) -> A { A._acos(x) }
    @inlinable @inline(__always)
    public static func chain<A: Algebra>(_ seed: A, x: A, y: A) -> A {
      A._scaled(seed, -1 / Sqrt.at((1 - x) * (1 + x)))
    }
  }

  /// Inverse tangent; derivative `1 / (1 + x²)`.
  public enum Atan: UnaryFunction {
    @inlinable @inline(__always) public static var opcode: Opcode { .atan }
    @inlinable @inline(__always) public static var reads: Reads { [.operands] }
    @inlinable @inline(__always)
    public static func value<A: NumericAlgebra>(_ x: A) -> A { A._atan(x) }
    @inlinable @inline(__always)
    public static func chain<A: Algebra>(_ seed: A, x: A, y: A) -> A {
      A._scaled(seed, 1 / (1 + x * x))
    }
  }

  /// Angle of the point `(b, a)`; derivatives `b / (a² + b²)` and `-a / (a² + b²)`.
  public enum Atan2: BinaryFunction {
    @inlinable @inline(__always) public static var opcode: Opcode { .atan2 }
    @inlinable @inline(__always) public static var reads: Reads { [.operands] }
    @inlinable @inline(__always)
    public static func value<A: NumericAlgebra>(_ a: A, _ b: A) -> A { A._atan2(a, b) }
    @inlinable @inline(__always)
    public static func chainFirst<A: Algebra>(_ seed: A, _ a: A, _ b: A, y: A) -> A {
      A._scaled(seed, slope(b, beside: a))
    }
    @inlinable @inline(__always)
    public static func chainSecond<A: Algebra>(_ seed: A, _ a: A, _ b: A, y: A) -> A {
      A._scaled(seed, -slope(a, beside: b))
    }

    /// `b / (a² + b²)` by way of the distance, since the squares may leave the range of numbers; at
    /// an infinite distance the angle is at rest.
    @inlinable @inline(__always)
    static func slope<A: Algebra>(_ b: A, beside a: A) -> A {
      let distance = Hypot.at(a, b)
      let rest = A._select(A._isEqual(a, a), A._select(A._isEqual(b, b), 0, b), a)
      return A._select(
        A._isEqual(distance, A(floatLiteral: .infinity)), rest, b / distance / distance)
    }
  }

  /// Hyperbolic sine; derivative `cosh x`.
  public enum Sinh: UnaryFunction {
    @inlinable @inline(__always) public static var opcode: Opcode { .sinh }
    @inlinable @inline(__always) public static var reads: Reads { [.operands] }
    @inlinable @inline(__always)
    public static func value<A: NumericAlgebra>(_ x: A) -> A { A._sinh(x) }
    @inlinable @inline(__always)
    public static func chain<A: Algebra>(_ seed: A, x: A, y: A) -> A {
      A._scaled(seed, Cosh.at(x))
    }
  }

  /// Hyperbolic cosine; derivative `sinh x`.
  public enum Cosh: UnaryFunction {
    @inlinable @inline(__always) public static var opcode: Opcode { .cosh }
    @inlinable @inline(__always) public static var reads: Reads { [.operands] }
    @inlinable @inline(__always)
    public static func value<A: NumericAlgebra>(_ x: A) -> A { A._cosh(x) }
    @inlinable @inline(__always)
    public static func chain<A: Algebra>(_ seed: A, x: A, y: A) -> A {
      A._scaled(seed, Sinh.at(x))
    }
  }

  /// Hyperbolic tangent; derivative `1 - tanh² x`.
  public enum Tanh: UnaryFunction {
    @inlinable @inline(__always) public static var opcode: Opcode { .tanh }
    @inlinable @inline(__always) public static var reads: Reads { [.result] }
    @inlinable @inline(__always)
    public static func value<A: NumericAlgebra>(_ x: A) -> A { A._tanh(x) }
    @inlinable @inline(__always)
    public static func chain<A: Algebra>(_ seed: A, x: A, y: A) -> A {
      A._scaled(seed, 1 - y * y)
    }
  }

  /// Inverse hyperbolic sine; derivative `1 / √(x² + 1)`.
  public enum Asinh: UnaryFunction {
    @inlinable @inline(__always) public static var opcode: Opcode { .asinh }
    @inlinable @inline(__always) public static var reads: Reads { [.operands] }
    @inlinable @inline(__always)
    public static func value<A: NumericAlgebra>(_ x: A) -> A { A._asinh(x) }
    @inlinable @inline(__always)
    public static func chain<A: Algebra>(_ seed: A, x: A, y: A) -> A {
      let hypotenuse = Hypot.at(x, 1)
      return A._scaled(seed, A._slope(1 / hypotenuse, at: hypotenuse))
    }
  }

  /// Inverse hyperbolic cosine; derivative `1 / √(x² - 1)`, `+∞` at 1.
  public enum Acosh: UnaryFunction {
    @inlinable @inline(__always) public static var opcode: Opcode { .acosh }
    @inlinable @inline(__always) public static var reads: Reads { [.operands] }
    @inlinable @inline(__always)
    public static func value<A: NumericAlgebra>(_ x: A) -> A { A._acosh(x) }
    @inlinable @inline(__always)
    public static func chain<A: Algebra>(_ seed: A, x: A, y: A) -> A {
      A._scaled(seed, A._slope(1 / (Sqrt.at(x - 1) * Sqrt.at(x + 1)), at: x))
    }
  }

  /// Inverse hyperbolic tangent; derivative `1 / (1 - x²)`, `+∞` at ±1.
  public enum Atanh: UnaryFunction {
    @inlinable @inline(__always) public static var opcode: Opcode { .atanh }
    @inlinable @inline(__always) public static var reads: Reads { [.operands] }
    @inlinable @inline(__always)
    public static func value<A: NumericAlgebra>(_ x: A) -> A { A._atanh(x) }
    @inlinable @inline(__always)
    public static func chain<A: Algebra>(_ seed: A, x: A, y: A) -> A {
      A._scaled(seed, 1 / ((1 - x) * (1 + x)))
    }
  }
}
