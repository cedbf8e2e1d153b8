// The logarithm of the gamma function and its derivatives. Their values are out of line: a hundred
// operations that a loop over records of all functions should not have to make room for.
//
// A rule multiplies the seed by the local derivative with `_scaled`, the product in which a zero
// seed wins: a branch that was masked away (`where(x > 0, x * log(x), 0)`) contributes exact zeros
// and never 0 · ∞ = NaN.

extension Elementary {
  /// `log |Γ(x)|`; derivative `digamma(x)`.
  ///
  /// It is `+∞` at zero, at the negative whole numbers and at ±∞.
  public enum LogGamma: UnaryFunction {
    @inlinable @inline(__always) public static var opcode: Opcode { .logGamma }
    @inlinable @inline(__always) public static var reads: Reads { [.operands] }
    @inlinable @inline(__always)
    public static func value<A: NumericAlgebra>(_ x: A) -> A { A._logGamma(x) }
    @inlinable @inline(__always)
    public static func chain<A: Algebra>(_ seed: A, x: A, y: A) -> A {
      A._scaled(seed, Digamma.at(x))
    }

    /// The value for numbers whose library has no such function.
    ///
    /// From 8 on Stirling's series. Below it the argument is brought to 1 … 2 by `Γ(x + 1) = x
    /// Γ(x)`, and there `log Γ(z) = (z - 1)(z - 2) p(z)`: the factors are differences without
    /// rounding, so that next to its zeros at 1 and 2 the value keeps its digits. On the left `Γ(x)
    /// Γ(1 - x) = π / sin πx`.
    @inlinable @inline(never)
    static func formula<A: NumericAlgebra>(_ x: A) -> A {
      let isLeft = A._isLess(x, 0)
      let a = A._select(isLeft, 1 - x, x)
      let isSmall = A._isLess(a, 1)
      let isLarge = A._isLess(8, a)

      var z = a
      var product: A = 1
      var count = 0
      while count < 6 {
        let isAbove = A._isLess(2, z)
        z = A._select(isAbove, z - 1, z)
        product = A._select(isAbove, product * z, product)
        count &+= 1
      }
      let factors = A._select(isSmall, a * (a - 1), (z - 1) * (z - 2))
      let inside = factors * onUnitInterval(A._select(isSmall, a - 0.5, z - 1.5))
      let logarithm = A._log(
        A._select(isSmall, a, A._select(isLarge, a, product)))
      let near = inside + A._select(isSmall, -logarithm, logarithm)
      let far = (a - 0.5) * (logarithm - 1) + (0.4189385332046727 + series(1 / a))
      let right = A._select(isLarge, far, near)

      // The sine of a subnormal number has too few digits, and is π times it.
      let fraction = A._abs(x - A._round(x))
      let sine = 0.3183098861837907 * A._sin(3.141592653589793 * fraction)
      let infinity = A(floatLiteral: .infinity)
      let beside = -A._log(A._select(A._isLess(fraction, 1e-20), fraction, sine)) - right
      let left = A._select(
        A._isEqual(fraction, 0), infinity,
        A._select(A._isEqual(x, -infinity), infinity, beside))
      return A._select(isLeft, left, right)
    }
    /// `log Γ(z) / ((z - 1)(z - 2))` for `u = z - 1.5`, `1 ≤ z ≤ 2`; 2^-56.9.
    @inlinable @inline(__always)
    static func onUnitInterval<A: NumericAlgebra>(_ u: A) -> A {
      var p: A = 1.2169520837928133e-05
      p = p * u + -1.854249540899762e-05
      p = p * u + 1.31491800917835e-05
      p = p * u + -2.1470279529443476e-05
      p = p * u + 4.304722163798017e-05
      p = p * u + -6.794602896350666e-05
      p = p * u + 0.00010534938769355158
      p = p * u + -0.0001685694198701463
      p = p * u + 0.00027131475634696215
      p = p * u + -0.0004380355464877737
      p = p * u + 0.0007115189558011002
      p = p * u + -0.0011644113394708388
      p = p * u + 0.0019229163202541617
      p = p * u + -0.003212074222779878
      p = p * u + 0.0054464578388397095
      p = p * u + -0.00942562244476194
      p = p * u + 0.01679709863127974
      p = p * u + -0.03130848750105423
      p = p * u + 0.06291140107456435
      p = p * u + -0.14595989591430594
      return p * u + 0.4831289505409809
    }
    /// `1/12 u - 1/360 u³ + 1/1260 u⁵ …`, for `u ≤ 1/8`.
    @inlinable @inline(__always)
    static func series<A: NumericAlgebra>(_ u: A) -> A {
      let w = u * u
      var p: A = 0.00641025641025641
      p = p * w + -0.0019175269175269176
      p = p * w + 0.0008417508417508417
      p = p * w + -0.0005952380952380953
      p = p * w + 0.0007936507936507937
      p = p * w + -0.002777777777777778
      return u * (p * w + 0.08333333333333333)
    }
  }

  /// `ψ(x) = d/dx log Γ(x)`; derivative `polygamma(1, x)`.
  ///
  /// It is NaN at the negative whole numbers, where it goes to infinity with either sign, and `∓∞`
  /// at ±0.
  public enum Digamma: UnaryFunction {
    @inlinable @inline(__always) public static var opcode: Opcode { .digamma }
    @inlinable @inline(__always) public static var reads: Reads { [.operands] }
    // ψ(x) = ψ(x + 10) - Σ 1/(x + k), and from 10 on ψ(z) = log z - 1/2z - Σ B₂ₖ/(2k z²ᵏ). The sum
    // of reciprocals is one quotient. On the left ψ(x) = ψ(1 - x) - π cot πx.
    @inlinable @inline(never)
    public static func value<A: NumericAlgebra>(_ x: A) -> A {
      let isLeft = A._isLess(x, 0)
      let a = A._select(isLeft, 1 - x, x)
      let isSmall = A._isLess(a, 10)
      var numerator: A = 1
      var denominator = a
      var next = a
      var count = 1
      while count < 10 {
        next = next + 1
        numerator = numerator * next + denominator
        denominator = denominator * next
        count &+= 1
      }
      let z = A._select(isSmall, a + 10, a)
      let u = 1 / z
      let far = A._log(z) - (0.5 * u + series(u * u))
      let right = far - A._select(isSmall, numerator / denominator, 0)

      let isPole = A._isEqual(x, A._round(x))
      let turn = 3.141592653589793 * cotangent(x)
      let left = A._select(isPole, A(floatLiteral: .nan), right - turn)
      return A._select(isLeft, left, right)
    }
    /// `cot πx`.
    ///
    /// The difference to the nearest half is taken before it is multiplied with a rounded π.
    @inlinable @inline(__always)
    static func cotangent<A: NumericAlgebra>(_ x: A) -> A {
      let fraction = x - A._round(x)
      let size = A._abs(fraction)
      let isBeyond = A._isLess(0.25, size)
      let tangent = A._tan(3.141592653589793 * A._select(isBeyond, 0.5 - size, size))
      let result = A._select(isBeyond, tangent, 1 / tangent)
      return A._select(A._isLess(fraction, 0), -result, result)
    }
    /// `w/12 - w²/120 + w³/252 …`, for `w ≤ 1/100`.
    @inlinable @inline(__always)
    static func series<A: NumericAlgebra>(_ w: A) -> A {
      var p: A = 0.08333333333333333
      p = p * w + -0.021092796092796094
      p = p * w + 0.007575757575757576
      p = p * w + -0.004166666666666667
      p = p * w + 0.003968253968253968
      p = p * w + -0.008333333333333333
      return w * (p * w + 0.08333333333333333)
    }
    @inlinable @inline(__always)
    public static func chain<A: Algebra>(_ seed: A, x: A, y: A) -> A {
      A._scaled(seed, A._slope(Polygamma.at(1, x), at: x))
    }
  }

  /// The derivative of `digamma` of the order `a`, at `b`; derivative in `b`: the next order.
  ///
  /// The order is rounded to a whole number, so that in it the function is a step and has the
  /// derivative 0. On the left of zero orders up to 4 are defined.
  public enum Polygamma: BinaryFunction {
    @inlinable @inline(__always) public static var opcode: Opcode { .polygamma }
    @inlinable @inline(__always) public static var reads: Reads { [.operands] }
    // ψ⁽ⁿ⁾(x) = (-1)ⁿ⁺¹ n! ζ(n + 1, x), and Hurwitz' ζ by the summation formula of Euler and
    // Maclaurin, up to 20 after ten terms.
    @inlinable @inline(never)
    public static func value<A: NumericAlgebra>(_ a: A, _ b: A) -> A {
      let order = A._round(a)
      let isLeft = A._isLess(b, 0)
      let x = A._select(isLeft, 1 - b, b)
      let half = 0.5 * order
      let isEven = A._isEqual(A._round(half), half)
      let sizes = factorial(order) * zeta(order + 1, x)
      let right = A._select(isEven, -sizes, sizes)

      // ψ⁽ⁿ⁾(x) = (-1)ⁿ ψ⁽ⁿ⁾(1 - x) - π dⁿ/dxⁿ cot πx.
      let pi: A = 3.141592653589793
      let c = Digamma.cotangent(b)
      let (square, slope) = (c * c, 1 + c * c)
      let first = pi * pi * slope
      let second = -2 * (pi * pi * pi) * c * slope
      let third = 2 * (pi * pi) * (pi * pi) * slope * (1 + 3 * square)
      let fourth = -8 * (pi * pi) * (pi * pi * pi) * c * slope * (2 + 3 * square)
      let turn = A._select(
        A._isEqual(order, 1), first,
        A._select(
          A._isEqual(order, 2), second,
          A._select(
            A._isEqual(order, 3), third,
            A._select(A._isEqual(order, 4), fourth, A(floatLiteral: .nan)))))
      let left = turn + A._select(isEven, right, -right)
      let positive = A._select(isLeft, left, right)
      return A._select(
        A._isEqual(order, 0), Digamma.value(b),
        A._select(A._isLess(order, 0), A(floatLiteral: .nan), positive))
    }
    @inlinable @inline(__always)
    static func factorial<A: NumericAlgebra>(_ n: A) -> A {
      var product: A = 1
      var factor: A = 2
      var count = 2
      while count <= 20 {
        product = A._select(A._isLess(n, factor), product, product * factor)
        factor = factor + 1
        count &+= 1
      }
      return A._select(A._isLess(20, n), A._exp(A._logGamma(n + 1)), product)
    }
    /// `Σ 1 / (x + k)ˢ` over all `k ≥ 0`, for `s > 1` and `x ≥ 0`.
    @inlinable @inline(__always)
    static func zeta<A: NumericAlgebra>(_ s: A, _ x: A) -> A {
      var sum: A = 0
      var z = x
      var count = 0
      while count < 10 {
        sum = sum + A._pow(z, -s)
        z = z + 1
        count &+= 1
      }
      // A large x would not notice that one is added, and needs no terms.
      let isSmall = A._isLess(x, 20)
      sum = A._select(isSmall, sum, 0)
      z = A._select(isSmall, z, x)
      let u = 1 / z
      let w = u * u
      // B₂ⱼ / (2j)! · s (s + 1) … (s + 2j - 2) z^(-2j + 1)
      var rising = s * u
      var rest = 0.5 + 0.08333333333333333 * rising
      rising = rising * ((s + 1) * (s + 2) * w)
      rest = rest + -0.001388888888888889 * rising
      rising = rising * ((s + 3) * (s + 4) * w)
      rest = rest + 3.306878306878307e-05 * rising
      rising = rising * ((s + 5) * (s + 6) * w)
      rest = rest + -8.267195767195768e-07 * rising
      rising = rising * ((s + 7) * (s + 8) * w)
      rest = rest + 2.08767569878681e-08 * rising
      rising = rising * ((s + 9) * (s + 10) * w)
      rest = rest + -5.284190138687493e-10 * rising
      rising = rising * ((s + 11) * (s + 12) * w)
      rest = rest + 1.3382536530684679e-11 * rising
      rising = rising * ((s + 13) * (s + 14) * w)
      rest = rest + -3.389680296322583e-13 * rising
      let power = A._pow(z, -s)
      return sum + (A._pow(z, 1 - s) / (s - 1) + power * rest)
    }
    @inlinable @inline(__always)
    public static func chainFirst<A: Algebra>(_ seed: A, _ a: A, _ b: A, y: A) -> A {
      A._select(A._isEqual(seed, seed), 0, seed)
    }
    @inlinable @inline(__always)
    public static func chainSecond<A: Algebra>(_ seed: A, _ a: A, _ b: A, y: A) -> A {
      A._scaled(seed, Polygamma.at(a + 1, b))
    }
  }
}
