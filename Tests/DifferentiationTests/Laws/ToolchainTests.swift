// Tests that on programs with control flow the tape agrees with the compiler's own
// differentiation, which transforms the source instead of recording its run: an oracle that shares
// nothing with this engine.

#if canImport(_Differentiation)
  import AdjointDifferentiation
  import AdjointElementary
  import Testing
  import _Differentiation

  // Each function twice, because the compiler differentiates functions of Double. Only arithmetic
  // is used: the module has no rules for the system's exp and sin, and rules written here would be
  // ours.

  @differentiable(reverse) private func polynomial(_ x: Double) -> Double { 3 * x * x * x - x / 2 }
  private func polynomial(_ x: Scalar) -> Scalar { 3 * x * x * x - x / 2 }

  @differentiable(reverse) private func rational(_ x: Double) -> Double { (1 - x) / (2 + x * x) }
  private func rational(_ x: Scalar) -> Scalar { (1 - x) / (2 + x * x) }

  @differentiable(reverse) private func branch(_ x: Double) -> Double {
    if x > 1 { return x * x }
    return 2 * x - 1
  }
  private func branch(_ x: Scalar) -> Scalar {
    if x > 1 { return x * x }
    return 2 * x - 1
  }

  @differentiable(reverse) private func nestedBranch(_ x: Double) -> Double {
    var y = x
    if x > 0 {
      if x > 2 { y = x * x * x } else { y = y * 5 }
    } else {
      y = y / (x - 1)
    }
    return y + x
  }
  private func nestedBranch(_ x: Scalar) -> Scalar {
    var y = x
    if x > 0 {
      if x > 2 { y = x * x * x } else { y = y * 5 }
    } else {
      y = y / (x - 1)
    }
    return y + x
  }

  @differentiable(reverse) private func forLoop(_ x: Double) -> Double {
    var y = 1.0
    for _ in 0..<7 { y = y * x + 0.5 }
    return y
  }
  private func forLoop(_ x: Scalar) -> Scalar {
    var y: Scalar = 1
    for _ in 0..<7 { y = y * x + 0.5 }
    return y
  }

  @differentiable(reverse) private func whileLoop(_ x: Double) -> Double {
    var y = x
    while y < 100 { y = y * 1.75 + x * x }
    return y
  }
  private func whileLoop(_ x: Scalar) -> Scalar {
    var y = x
    while y < 100 { y = y * 1.75 + x * x }
    return y
  }

  @differentiable(reverse) private func newton(_ x: Double) -> Double {
    var root = x
    for _ in 0..<12 { root = (root + x / root) / 2 }
    return root
  }
  private func newton(_ x: Scalar) -> Scalar {
    var root = x
    for _ in 0..<12 { root = (root + x / root) / 2 }
    return root
  }

  @differentiable(reverse) private func earlyReturn(_ x: Double) -> Double {
    var y = x * x
    for step in 0..<20 {
      if y > 50 { return y * x }
      if step == 9 { break }
      y = y + x
    }
    return y - x
  }
  private func earlyReturn(_ x: Scalar) -> Scalar {
    var y = x * x
    for step in 0..<20 {
      if y > 50 { return y * x }
      if step == 9 { break }
      y = y + x
    }
    return y - x
  }

  @differentiable(reverse) private func recursive(_ x: Double, _ depth: Int) -> Double {
    if depth == 0 { return x }
    return x * recursive(x, depth - 1) + 1
  }
  private func recursive(_ x: Scalar, _ depth: Int) -> Scalar {
    if depth == 0 { return x }
    return x * recursive(x, depth - 1) + 1
  }

  @differentiable(reverse) private func switched(_ x: Double) -> Double {
    var y = x
    for step in 0..<6 {
      switch step % 3 {
      case 0: y = y * x
      case 1: y = y - 2 * x
      default: y = y / 2
      }
    }
    return y
  }
  private func switched(_ x: Scalar) -> Scalar {
    var y = x
    for step in 0..<6 {
      switch step % 3 {
      case 0: y = y * x
      case 1: y = y - 2 * x
      default: y = y / 2
      }
    }
    return y
  }

  @differentiable(reverse) private func continued(_ x: Double) -> Double {
    var y = 1 + x
    for _ in 0..<6 { y = 1 + x / y }
    return y
  }
  private func continued(_ x: Scalar) -> Scalar {
    var y = 1 + x
    for _ in 0..<6 { y = 1 + x / y }
    return y
  }

  @differentiable(reverse) private func collatz(_ x: Double) -> Double {
    var y = x, n = 27
    while n > 1 && y < 1e6 {
      if n % 2 == 0 {
        n /= 2
        y = y / 2 + x
      } else {
        n = 3 * n + 1
        y = y * 1.5 - x
      }
      if n > 200 { break }
    }
    return y
  }
  private func collatz(_ x: Scalar) -> Scalar {
    var y = x, n = 27
    while n > 1 && y < 1e6 {
      if n % 2 == 0 {
        n /= 2
        y = y / 2 + x
      } else {
        n = 3 * n + 1
        y = y * 1.5 - x
      }
      if n > 200 { break }
    }
    return y
  }

  @differentiable(reverse) private func mixture(_ x: Double, _ y: Double) -> Double {
    var a = x, b = y
    for step in 0..<8 {
      if a > b { a = a - b * 0.25 } else { b = b * x - a * 0.125 }
      if step == 5 { (a, b) = (b, a) }
    }
    return a * b
  }
  private func mixture(_ x: Scalar, _ y: Scalar) -> Scalar {
    var a = x, b = y
    for step in 0..<8 {
      if a > b { a = a - b * 0.25 } else { b = b * x - a * 0.125 }
      if step == 5 { (a, b) = (b, a) }
    }
    return a * b
  }

  @Suite struct ToolchainTests {
    /// Both sides multiply the same partials; they may add in another order.
    ///
    /// Programs of up to a hundred operations: 1e-13 is 450 ε.
    static let tolerance = 1e-13

    private func expectSame(
      _ name: String, at points: [Double], _ ours: (Scalar) -> Scalar,
      _ theirs: @differentiable(reverse) (Double) -> Double
    ) {
      for x in points {
        let mine = AdjointDifferentiation.valueWithGradient(at: x, of: ours)
        let other = _Differentiation.valueWithGradient(at: x, of: theirs)
        #expect(mine.value == other.value, "\(name)(\(x))")
        let isSame = relativeError(mine.gradient, other.gradient) <= Self.tolerance
        #expect(isSame, "\(name)'(\(x)): \(mine.gradient), by the compiler \(other.gradient)")
      }
    }

    private let points = [-1.75, -0.5, 0.25, 1, 1.5, 2.25, 3]

    @Test func straightLines() {
      expectSame("polynomial", at: points, { polynomial($0) }) { polynomial($0) }
      expectSame("rational", at: points, { rational($0) }) { rational($0) }
    }

    @Test func branches() {
      expectSame("branch", at: points, { branch($0) }) { branch($0) }
      expectSame("nestedBranch", at: points, { nestedBranch($0) }) { nestedBranch($0) }
      expectSame("earlyReturn", at: points, { earlyReturn($0) }) { earlyReturn($0) }
      expectSame("switched", at: points, { switched($0) }) { switched($0) }
    }

    @Test func loops() {
      expectSame("forLoop", at: points, { forLoop($0) }) { forLoop($0) }
      expectSame("whileLoop", at: [0.25, 1, 1.5, 3], { whileLoop($0) }) { whileLoop($0) }
      expectSame("newton", at: [0.25, 1, 2.25], { newton($0) }) { newton($0) }
      expectSame("continued", at: [0.25, 1, 2.25], { continued($0) }) { continued($0) }
      expectSame("collatz", at: points, { collatz($0) }) { collatz($0) }
    }

    @Test func recursion() {
      expectSame("recursive", at: points, { recursive($0, 6) }) { recursive($0, 6) }
    }

    @Test func twoVariables() {
      for (x, y) in [(1.5, 0.75), (-0.5, 2), (0.25, 0.25), (3, -1)] {
        let mine = AdjointDifferentiation.gradient(at: x, y) { mixture($0, $1) }
        let other = _Differentiation.gradient(at: x, y) { mixture($0, $1) }
        #expect(relativeError([mine.0, mine.1], [other.0, other.1]) <= Self.tolerance)
      }
    }
  }
#endif
