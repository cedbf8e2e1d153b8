// What this file knows: how accurate the vector functions claim to be, over all magnitudes.

import AdjointElementary
import AdjointKernelCore
import AdjointKernels
import Testing

@Suite struct LaneFunctionsTests {
  // The claim is 2 units in the last place. The reference for float32 is double precision, rounded once;
  // for float64 it is the system's library, whose own error is added: one unit, or two for tanh.
  static let vectorised: [Elementary.Opcode] = [
    .exp, .expMinusOne, .log, .logOnePlus, .tanh, .erf,
  ]

  @Test(arguments: tableNames)
  func errorIsAtMostTwoUnits(name: String) {
    for function in Self.vectorised {
      // Every exponent, and within the range where the function is neither constant nor infinite.
      var generator = Generator(state: 5)
      var singles: [Float] = []
      for exponent in -149...127 {
        for sign: Float in [-1, 1] {
          for _ in 0..<4 {
            let significand = Float.random(in: 1..<2, using: &generator)
            singles.append(sign * Float(sign: .plus, exponent: exponent, significand: significand))
          }
        }
      }
      singles += (0..<4000).map { _ in Float.random(in: -105...90, using: &generator) }
      singles += (0..<2000).map { _ in Float.random(in: -1.5...1.5, using: &generator) }
      expectUlps(name, function, singles, 2)

      var doubles: [Double] = []
      for exponent in stride(from: -1074, through: 1023, by: 3) {
        for sign: Double in [-1, 1] {
          let significand = Double.random(in: 1..<2, using: &generator)
          doubles.append(sign * Double(sign: .plus, exponent: exponent, significand: significand))
        }
      }
      doubles += (0..<4000).map { _ in Double.random(in: -746...710, using: &generator) }
      doubles += (0..<2000).map { _ in Double.random(in: -1.5...1.5, using: &generator) }
      expectUlps(name, function, doubles, function == .tanh ? 4 : 3)
    }
  }

  private func expectUlps<S: Element>(
    _ name: String, _ function: Elementary.Opcode, _ x: [S], _ allowed: Int
  ) {
    let y = table(name).line(function, .value, [x])
    var worst = (distance: 0, x: S.zero, y: S.zero, expected: S.zero)
    for (x, y) in zip(x, y) {
      let expected = PlainLine<S>.value(function, .value, [x])
      let distance = ulps(y, expected)
      if distance > worst.distance { worst = (distance, x, y, expected) }
    }
    #expect(
      worst.distance <= allowed,
      "\(name) \(S.self) \(function)(\(worst.x)) = \(worst.y), expected \(worst.expected)")
  }

  // exp(-100) = 3.78e-44 and exp(-103) = 1.85e-45 are subnormal in single precision; half of the
  // smallest subnormal is 2^-150 = exp(-103.97), below which the result is 0.
  @Test(arguments: tableNames)
  func exponentialUnderflowsGradually(name: String) {
    let x: [Float] = [-100, -103, -103.9, -104, -88, 88.7, 88.8]
    let y = table(name).line(.exp, .value, [x])
    #expect(y[0] == 27 * Float.leastNonzeroMagnitude)
    #expect(y[1] == .leastNonzeroMagnitude)
    #expect(y[2] == .leastNonzeroMagnitude)
    #expect(y[3] == 0)
    #expect(abs(y[4] / 6.0546018954e-39 - 1) < 1e-6)
    #expect(y[5].isFinite && y[6] == .infinity)
    let z = table(name).line(.exp, .value, [[-745.13, -745.14, 709.78, 709.79]])
    #expect(z[0] == .leastNonzeroMagnitude && z[1] == 0 && z[2].isFinite && z[3] == .infinity)
  }

  // Signs of zeros, ends of domains: f(±0), f(±∞), f(NaN) as the C standard has them.
  @Test(arguments: tableNames)
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
      let doubles = table(name).line(function, .value, [x])
      let singles = table(name).line(function, .value, [x.map { Float($0) }])
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
  @Test(arguments: tableNames)
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
      let singles = table(name).line(function, .value, [x])
      let doubles = table(name).line(function, .value, [x.map { Double($0) }])
      for (i, x) in x.enumerated() {
        let expected = bitPattern(x.rounded(rule))
        #expect(bitPattern(singles[i]) == expected, "\(name) \(function)(\(x))")
        #expect(bitPattern(Float(doubles[i])) == expected, "\(name) \(function)(\(x))")
      }
    }
  }
}
