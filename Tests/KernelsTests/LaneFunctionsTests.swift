// How accurate the vector functions claim to be, over all magnitudes.

import AdjointElementary
import AdjointKernelCore
import AdjointKernels
import Foundation
import Testing

@Suite struct LaneFunctionsTests {
  // The claim is 2 units in the last place; most functions keep a stricter one.
  static let vectorized: [(function: Elementary.Opcode, allowed: Double)] = [
    (.exp, 1), (.expMinusOne, 1.5), (.log, 1), (.logOnePlus, 1), (.sqrt, 0.5), (.rsqrt, 1.5),
    (.sin, 1), (.cos, 1), (.tan, 1.5), (.asin, 1.5), (.acos, 1.5), (.atan, 1), (.sinh, 2),
    (.cosh, 1.5), (.tanh, 1.5), (.asinh, 1), (.acosh, 1), (.atanh, 1), (.erf, 1.5),
    (.sigmoid, 1.75), (.softplus, 2), (.pow, 1.5), (.atan2, 1.5),
    (.exp2, 1), (.log2, 1), (.log10, 1), (.cbrt, 1), (.erfc, 2), (.hypot, 2), (.xLogY, 2),
  ]

  // The reference for float32 is double precision. For float64 it is the 80-bit format where there
  // is one; elsewhere the system's own double precision, whose error (one unit is granted) adds to
  // ours.
  @Test(arguments: setNames)
  func errorIsAtMostTwoUnits(name: String) {
    var generator = Generator(state: 5)
    let doubles = sweep(Double.self, exponents: -1074...1023, step: 2, turns: 1.6e6, &generator)
    let singles = sweep(Float.self, exponents: -149...127, step: 1, turns: 3200, &generator)
    for (function, allowed) in Self.vectorized {
      expectError(name, function, doubles, allowed + (Double.hasReference ? 0 : 1))
      expectError(name, function, singles, allowed)
    }
  }

  // Every float32 number there is: 2^32 of them for each function, hours in a debug build. Set
  // ADJOINT_SWEEP to the distance between the numbers tried, 1 for all.
  @Test(
    .enabled(if: ProcessInfo.processInfo.environment["ADJOINT_SWEEP"] != nil),
    arguments: setNames)
  func errorIsAtMostTwoUnitsEverywhere(name: String) throws {
    let step = try #require(
      ProcessInfo.processInfo.environment["ADJOINT_SWEEP"].flatMap { Int($0) })
    for (function, allowed) in Self.vectorized where function.arity == 1 {
      for start in stride(from: 0, to: 1 << 32, by: step << 16) {
        let bits = stride(from: start, to: min(start + step << 16, 1 << 32), by: step)
        let x = bits.map { Float(bitPattern: UInt32($0)) }
        expectError(name, function, (x, x), allowed)
      }
    }
  }

  /// Special values in all pairs, every magnitude, and where functions change their formula.
  private func sweep<S: Element>(
    _: S.Type, exponents: ClosedRange<Int>, step: Int, turns: Double, _ generator: inout Generator
  ) -> (x: [S], y: [S]) {
    let special: [S] = [
      0, -0.0, .infinity, -.infinity, .nan, 1, -1, 0.5, -0.5, 2, 3, -2, -3, S(1).nextUp,
      S(1).nextDown, .leastNonzeroMagnitude, -.leastNonzeroMagnitude, .leastNormalMagnitude,
      .greatestFiniteMagnitude, -.greatestFiniteMagnitude,
    ]
    var x: [S] = []
    var y: [S] = []
    for a in special {
      for b in special {
        x.append(a)
        y.append(b)
      }
    }
    func number(_ exponent: Int) -> S {
      let significand = S(Double.random(in: 1..<2, using: &generator))
      let magnitude = S(sign: .plus, exponent: S.Exponent(exponent), significand: significand)
      return Bool.random(using: &generator) ? magnitude : -magnitude
    }
    for exponent in stride(from: exponents.lowerBound, through: exponents.upperBound, by: step) {
      for _ in 0..<2 {
        x.append(number(exponent))
        y.append(number(Int.random(in: exponents, using: &generator)))
      }
    }
    for (range, count) in [
      (-746.0...712, 1500), (-105...90, 1500), (-8...8, 3000), (-1.5...1.5, 4000),
      (0.9...1.1, 500), (-turns...turns, 1500),
    ] {
      for i in 0..<count {
        x.append(S(Double.random(in: range, using: &generator)))
        let exponent = S(Double.random(in: i % 2 == 0 ? -3...3 : -300...300, using: &generator))
        y.append(i % 7 == 0 ? exponent.rounded() : exponent)
      }
    }
    // Next to multiples of π/4 the reduction cancels.
    for i in 1...500 {
      let angle = S(Double(i) * .pi / 4 * (i % 2 == 0 ? 1 : 41))
      x += [angle, angle.nextUp]
      y += [1, -1]
    }
    return (x, y)
  }

  private func expectError<S: Element & Referenced>(
    _ name: String, _ function: Elementary.Opcode, _ operands: (x: [S], y: [S]), _ allowed: Double
  ) {
    let results = kernelSet(name).line(
      function, .value, function.arity == 1 ? [operands.x] : [operands.x, operands.y])
    var worst = (error: 0.0, index: 0)
    for (i, result) in results.enumerated() {
      let error = result.error(function, operands.x[i], operands.y[i])
      if error > worst.error { worst = (error, i) }
    }
    let (x, y) = (operands.x[worst.index], operands.y[worst.index])
    #expect(
      worst.error <= allowed,
      "\(name) \(S.self) \(function)(\(x)\(function.arity == 1 ? "" : ", \(y)")) = \(results[worst.index])"
    )
  }

  // exp(-100) = 3.78e-44 and exp(-103) = 1.85e-45 are subnormal in single precision; half of the
  // smallest subnormal is 2^-150 = exp(-103.97), below which the result is 0.
  @Test(arguments: setNames)
  func exponentialUnderflowsGradually(name: String) {
    let x: [Float] = [-100, -103, -103.9, -104, -88, 88.7, 88.8]
    let y = kernelSet(name).line(.exp, .value, [x])
    #expect(y[0] == 27 * Float.leastNonzeroMagnitude)
    #expect(y[1] == .leastNonzeroMagnitude)
    #expect(y[2] == .leastNonzeroMagnitude)
    #expect(y[3] == 0)
    #expect(abs(y[4] / 6.0546018954e-39 - 1) < 1e-6)
    #expect(y[5].isFinite && y[6] == .infinity)
    let z = kernelSet(name).line(.exp, .value, [[-745.13, -745.14, 709.78, 709.79]])
    #expect(z[0] == .leastNonzeroMagnitude && z[1] == 0 && z[2].isFinite && z[3] == .infinity)
  }

  // Signs of zeros, ends of domains: f(±0), f(±∞), f(NaN) as the C standard has them.
  @Test(arguments: setNames)
  func specialValuesAreThoseOfTheStandard(name: String) {
    let x: [Double] = [0, -0.0, .infinity, -.infinity, .nan, -1]
    let expected: [(Elementary.Opcode, [Double])] = [
      (.exp, [1, 1, .infinity, 0, .nan, 0.36787944117144233]),
      (.expMinusOne, [0, -0.0, .infinity, -1, .nan, -0.6321205588285577]),
      (.log, [-.infinity, -.infinity, .infinity, .nan, .nan, .nan]),
      (.logOnePlus, [0, -0.0, .infinity, .nan, .nan, -.infinity]),
      (.tanh, [0, -0.0, 1, -1, .nan, -0.7615941559557649]),
      (.sigmoid, [0.5, 0.5, 1, 0, .nan, 0.2689414213699951]),
      (.sqrt, [0, -0.0, .infinity, .nan, .nan, .nan]),
      (.floor, [0, -0.0, .infinity, -.infinity, .nan, -1]),
      (.negate, [-0.0, 0, -.infinity, .infinity, .nan, 1]),
    ]
    for (function, values) in expected {
      let doubles = kernelSet(name).line(function, .value, [x])
      let singles = kernelSet(name).line(function, .value, [x.map { Float($0) }])
      for (i, value) in values.enumerated() {
        #expect(ulps(doubles[i], value) <= 2, "\(name) \(function)(\(x[i]))")
        #expect(ulps(singles[i], Float(value)) <= 2, "\(name) \(function)(\(x[i]))")
        if value == 0 {
          #expect(doubles[i].sign == value.sign && singles[i].sign == value.sign)
        }
      }
    }
  }

  // Rounding by arithmetic (the baseline has no instruction for it) must agree with rounding.
  @Test(arguments: setNames)
  func wholeNumbersAreExact(name: String) {
    var generator = Generator(state: 6)
    var x: [Float] = [8_388_607.5, 8_388_608, -8_388_607.5, 16_777_216, 1e30, 0.49999997]
    for _ in 0..<2000 { x.append(Float.random(in: -9...9, using: &generator)) }
    for i in -20...20 {
      let half = Float(i) / 2
      x += [half, half.nextUp, half.nextDown]
    }
    let rules: [(Elementary.Opcode, FloatingPointRoundingRule)] = [
      (.floor, .down), (.ceil, .up), (.round, .toNearestOrEven),
    ]
    for (function, rule) in rules {
      let singles = kernelSet(name).line(function, .value, [x])
      let doubles = kernelSet(name).line(function, .value, [x.map { Double($0) }])
      for (i, x) in x.enumerated() {
        let expected = bitPattern(x.rounded(rule))
        #expect(bitPattern(singles[i]) == expected, "\(name) \(function)(\(x))")
        #expect(bitPattern(Float(doubles[i])) == expected, "\(name) \(function)(\(x))")
      }
    }
  }
}
