// That the formulas of the table hold at extreme arguments: no overflow on the
// way to a result that is representable, no loss of all digits, the signs of zeros kept.

import AdjointElementary
import Testing

@Suite struct DoubleFormulaTests {
  private let huge = Double.greatestFiniteMagnitude
  private let tiny = Double.leastNonzeroMagnitude

  private func slope(_ opcode: Opcode, _ x: Double) -> Double {
    opcode.unary(Chain(seed: 1, x: x, y: opcode.unary(Value(x: x))))
  }

  // Both functions have limits at both ends, reached without overflow; in between
  // softplus(x) - softplus(-x) = x and sigmoid(x) + sigmoid(-x) = 1.
  @Test func sigmoidAndSoftplusDoNotOverflow() {
    #expect(softplus(1000.0) == 1000 && softplus(huge) == huge && softplus(-1000.0) == 0)
    #expect(softplus(-huge) == 0 && softplus(Double.infinity) == .infinity)
    #expect(sigmoid(1000.0) == 1 && sigmoid(-1000.0) == 0 && sigmoid(-huge) == 0)
    for x in stride(from: -30.0, through: 30, by: 0.5) {
      #expect(abs(softplus(x) - softplus(-x) - x) <= 4 * Double.ulpOfOne * max(1, abs(x)))
      #expect(abs(sigmoid(x) + sigmoid(-x) - 1) <= 2 * Double.ulpOfOne)
    }
    // Far left both are exp(x): relative precision, which log(1 + exp(x)) by itself would lose.
    #expect(abs(softplus(-40.0) / 4.248354255291589e-18 - 1) <= 4 * Double.ulpOfOne)
    #expect(abs(sigmoid(-40.0) / 4.248354255291589e-18 - 1) <= 4 * Double.ulpOfOne)
    #expect(slope(.softplus, 1000) == 1 && slope(.softplus, -1000) == 0)
    #expect(slope(.sigmoid, 1000) == 0 && slope(.sigmoid, -1000) == 0)
  }

  @Test func smallArgumentsKeepTheirDigits() {
    for x in [tiny, 1e-300, 1e-17, -1e-17] {
      #expect(expMinusOne(x) == x && log(onePlus: x) == x)
      #expect(Double._sinh(x) == x && Double._tanh(x) == x && Double._asinh(x) == x)
      #expect(slope(.expMinusOne, x) == 1 && slope(.logOnePlus, x) == 1 && slope(.tanh, x) == 1)
    }
  }

  @Test func signsOfZeros() {
    let odd: [Opcode] = [
      .expMinusOne, .logOnePlus, .sqrt, .sin, .tan, .asin, .atan, .sinh, .tanh, .asinh, .atanh,
      .erf, .floor, .ceil, .round, .sign, .cbrt, .erfInverse,
    ]
    for opcode in odd {
      #expect(opcode.unary(Value(x: 0)).sign == .plus, "\(opcode)")
      #expect(opcode.unary(Value(x: -0.0)).sign == .minus, "\(opcode)")
      #expect(opcode.unary(Value(x: -0.0)) == 0, "\(opcode)")
    }
    #expect(Double._abs(-0.0).sign == .plus && relu(-0.0).sign == .plus)
  }

  // NaN in, NaN out, for every function; a maximum that dropped it would hide a mistake.
  @Test func notANumberComesThrough() {
    for opcode in ElementaryTests.unary { #expect(opcode.unary(Value(x: .nan)).isNaN, "\(opcode)") }
    for opcode in ElementaryTests.binary {
      #expect(opcode.binary(ValueOfTwo(a: .nan, b: 2)).isNaN, "\(opcode)")
      // A zero on the left of `scaled` wins on purpose; 2 does not.
      #expect(opcode.binary(ValueOfTwo(a: 2, b: .nan)).isNaN, "\(opcode)")
    }
  }

  // The C standard's one exception: anything to the power 0 is 1.
  @Test func powers() {
    #expect(Double._pow(.nan, 0) == 1 && Double._pow(0, 0) == 1 && Double._pow(.infinity, 0) == 1)
    #expect(
      Double._pow(-2, 3) == -8 && Double._pow(-2, 0.5).isNaN && Double._pow(0, -1) == .infinity)
  }

  // An infinite slope only where it is: at the ends of domains, not one step inside.
  @Test func slopesAtTheEndsOfDomains() {
    #expect(slope(.asin, 1) == .infinity && slope(.acos, -1) == -.infinity)
    #expect(slope(.atanh, 1) == .infinity && slope(.acosh, 1) == .infinity)
    #expect(slope(.log, 0) == .infinity && slope(.sqrt, 0) == .infinity)
    #expect(slope(.rsqrt, 0) == -.infinity)
    for (opcode, x) in [(Opcode.asin, 1.0.nextDown), (.atanh, 1.0.nextDown), (.acosh, 1.0.nextUp)] {
      let value = slope(opcode, x)
      #expect(value.isFinite && value > 1e6, "\(opcode)")
    }
    // (1 - x)(1 + x), not 1 - x²: next to 1 the difference is all that is left.
    // 1 - x = u/2 with u = 2⁻⁵², so 1/√((1-x)(1+x)) = 2²⁶/√(1 - u/4).
    #expect(abs(slope(.asin, 1.0.nextDown) / 67_108_864 - 1) <= 4 * Double.ulpOfOne)
  }

  // A zero adjoint passes every rule as zero where the local slope is infinite or undefined because
  // the operand is outside the domain.
  @Test func zeroSeedsStayZeroOutsideDomains() {
    let outside: [(Opcode, [Double])] = [
      (.log, [0, -1]), (.logOnePlus, [-1, -2]), (.sqrt, [0, -1]), (.rsqrt, [0, -1]),
      (.asin, [1, 2]), (.acos, [-1, 2]), (.acosh, [1, 0]), (.atanh, [1, 2]),
    ]
    for (opcode, points) in outside {
      for x in points {
        let y = opcode.unary(Value(x: x))
        #expect(opcode.unary(Chain(seed: 0, x: x, y: y)) == 0, "\(opcode) at \(x)")
      }
    }
    for opcode in [Opcode.divide, .pow, .atan2] {
      let y = opcode.binary(ValueOfTwo(a: 0, b: 0))
      #expect(opcode.binary(ChainOfTwo(seed: 0, a: 0, b: 0, y: y)) == [0, 0], "\(opcode)")
    }
  }

  // |x|, max and min are exact at all magnitudes.
  @Test func comparisonsThatChoose() {
    for x in [tiny, 1, huge, .infinity] {
      #expect(Double._abs(-x) == x && Double._abs(x) == x)
      #expect(Elementary.Max.value(-x, x) == x && Elementary.Min.value(-x, x) == -x)
      #expect(relu(x) == x && relu(-x) == 0)
    }
    #expect(Elementary.Max.value(Double.infinity, -.infinity) == .infinity)
  }
}
