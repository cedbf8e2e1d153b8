// The functions of probability theory against numbers computed with forty digits (mpmath), and the
// remainder against the library's exact one.

import AdjointElementary
import AdjointKernelCore
import AdjointKernels
import Testing

@Suite struct SpecialFunctionsTests {
  struct Reference: Sendable {
    var function: Elementary.Opcode
    /// The units in the last place allowed, of the larger of 1 and the value where `isAbsolute`.
    var allowed: Double
    var isAbsolute: Bool
    var values: [(x: Double, y: Double)]
  }

  // Those of `x` that are not numbers of single precision are left to double precision.
  static let references: [Reference] = [
    Reference(
      function: .erfInverse, allowed: 3, isAbsolute: false,
      values: [
        (1e-300, 8.86226925452758e-301),
        (1e-10, 8.862269254527581e-11),
        (-0.125, -0.11123545184094996),
        (0.3, 0.2724627147267543),
        (0.4999, 0.4768250236254278),
        (0.5, 0.4769362762044699),
        (-0.50001, -0.4769474021116977),
        (0.7, 0.7328690779592167),
        (-0.9, -1.1630871536766743),
        (0.95, 1.3859038243496777),
        (0.99, 1.8213863677184494),
        (0.999, 2.3267537655135246),
        (-0.99999, -3.123413274341571),
        (0.9999999403953552, 3.832506856900711),
        (0.9999999999990905, 5.05125408524939),
        (0.9999999999999999, 5.8635847487551676),
      ]),
    Reference(
      function: .logGamma, allowed: 6, isAbsolute: true,
      values: [
        (1e-300, 690.7755278982137),
        (1e-10, 23.025850929882736),
        (0.1, 2.252712651734206),
        (0.5, 0.5723649429247001),
        (0.9, 0.06637623973474295),
        (0.999999, 5.772164873855652e-07),
        (1.000001, -5.772148423874147e-07),
        (1.25, -0.09827183642181316),
        (1.4616, -0.12148629003589732),
        (1.75, -0.08440112102048555),
        (1.99999, -4.227811104241674e-06),
        (2.00001, 4.22787559764836e-06),
        (2.5, 0.2846828704729192),
        (3.0, 0.6931471805599453),
        (4.5, 2.4537365708424423),
        (7.99, 8.50501160608848),
        (8.01, 8.545324429747733),
        (12.0, 17.502307845873887),
        (100.0, 359.1342053695754),
        (100000.0, 1051287.7089736569),
        (1e+30, 6.807755278982137e+31),
        (1e+300, 6.897755278982137e+302),
        (-1e-20, 46.051701859880914),
        (-0.1, 2.3689613327287886),
        (-0.5, 1.2655121234846454),
        (-0.9, 2.3580731673920323),
        (-1.5, 0.860047015376481),
        (-2.25, 0.5555015450206475),
        (-2.9999, 7.418706529543074),
        (-3.5, -1.309006684993042),
        (-10.5, -15.147270590717842),
        (-33.3, -84.75261573729159),
        (-100.1, -361.881352583709),
      ]),
    Reference(
      function: .digamma, allowed: 12, isAbsolute: true,
      values: [
        (1e-300, -9.999999999999999e+299),
        (1e-10, -10000000000.577215),
        (0.1, -10.423754940411076),
        (0.5, -1.9635100260214235),
        (0.9, -0.7549269499470513),
        (1.0, -0.5772156649015329),
        (1.25, -0.22745353337626542),
        (1.5, 0.03648997397857652),
        (2.0, 0.42278433509846713),
        (3.5, 1.103156640645243),
        (9.99, 2.250700372831201),
        (10.01, 2.2528037003181356),
        (25.0, 3.198742512851974),
        (100000.0, 11.512920464961896),
        (1e+300, 690.7755278982137),
        (-1e-20, 1e+20),
        (-0.1, 9.245073050052948),
        (-0.5, 0.03648997397857652),
        (-0.75, -2.894120200042932),
        (-1.5, 0.7031566406452432),
        (-2.3, 3.3173231575618227),
        (-3.6, 0.39267528447471195),
        (-10.5, 2.3982391295357814),
        (-33.3, 5.802997937052514),
      ]),
  ]

  static let ofPolygamma: [(order: Double, x: Double, y: Double)] = [
    (1, 0.01, 10001.621213528313),
    (1, 0.5, 4.934802200544679),
    (1, 1.0, 1.6449340668482264),
    (1, 2.75, 0.43757125764893073),
    (1, 9.5, 0.11099728846909904),
    (1, 40.0, 0.02531510384129103),
    (1, 1000000.0, 1.0000005000001667e-06),
    (1, -0.25, 18.541879647671607),
    (1, -0.5, 8.934802200544679),
    (1, -1.75, 19.301637544529786),
    (1, -7.4, 10.78515206657958),
    (2, 0.01, -2000002.340398677),
    (2, 0.5, -16.82879664423432),
    (2, 1.0, -2.4041138063191885),
    (2, 2.75, -0.18871463303130123),
    (2, 9.5, -0.012307845807709338),
    (2, 40.0, -0.0006408202718352986),
    (2, 1000000.0, -1.0000010000005e-12),
    (2, -0.25, 122.69736678366236),
    (2, -0.5, -0.82879664423432),
    (2, -1.75, -124.21382135423057),
    (2, -7.4, 22.26033760834837),
    (3, 0.01, 600000006.2510618),
    (3, 0.5, 97.40909103400244),
    (3, 1.0, 6.493939402266829),
    (3, 2.75, 0.16061612748946938),
    (3, 9.5, 0.0027267288350372493),
    (3, 40.0, 3.24414001515635e-05),
    (3, 1000000.0, 2.000003000002e-18),
    (3, -0.25, 1555.7633125348507),
    (3, -0.5, 193.40909103400244),
    (3, -1.75, 1558.3848404165494),
    (3, -7.4, 283.5982756584125),
    (4, 0.01, -240000000023.7009),
    (4, 0.5, -771.4742498266672),
    (4, 1.0, -24.88626612344088),
    (4, 2.75, -0.2025554733715731),
    (4, 9.5, -0.0009052254233853626),
    (4, 40.0, -2.463377839277213e-06),
    (4, 1000000.0, -6.00001200001e-24),
    (4, -0.25, 24473.199394184583),
    (4, -0.5, -3.4742498266672253),
    (4, -1.75, -24481.777338295888),
    (4, -7.4, 2037.3970213022203),
    (7, 0.5, 1290440.218185598),
    (12, 3.0, -308.0148314524269),
    (20, 1.5, -487772949462609.9),
  ]

  @Test(arguments: setNames)
  func valuesAreThoseOfTheTables(name: String) {
    for reference in Self.references {
      let x = reference.values.map(\.x)
      let doubles = kernelSet(name).line(reference.function, .value, [x])
      let singles = kernelSet(name).line(reference.function, .value, [x.map { Float($0) }])
      for (i, (x, y)) in reference.values.enumerated() {
        let what = "\(name) \(reference.function)(\(x))"
        let size = reference.isAbsolute ? max(1, y.magnitude) : y.magnitude
        #expect((doubles[i] - y).magnitude <= reference.allowed * size.ulp, "\(what)")
        guard Double(Float(x)) == x else { continue }
        #expect(
          Double((singles[i] - Float(y)).magnitude)
            <= (reference.allowed + 0.5) * Double(Float(size).ulp), "\(what)")
        // One implementation for a number, or the system's.
        let plain = PlainLine<Double>.value(reference.function, .value, [x])
        #expect((plain - y).magnitude <= reference.allowed * size.ulp, "\(what)")
      }
    }
  }

  // Left of zero two terms cancel in part.
  @Test(arguments: setNames)
  func derivativesOfDigammaAreThoseOfTheTable(name: String) {
    let rows = Self.ofPolygamma
    let doubles = kernelSet(name).line(.polygamma, .value, [rows.map(\.order), rows.map(\.x)])
    let singles = kernelSet(name).line(
      .polygamma, .value, [rows.map { Float($0.order) }, rows.map { Float($0.x) }])
    for (i, row) in rows.enumerated() {
      let what = "\(name) polygamma(\(row.order), \(row.x))"
      let allowed: Double = row.x < 0 ? 64 : 12
      #expect((doubles[i] - row.y).magnitude <= allowed * row.y.ulp, "\(what)")
      guard Double(Float(row.x)) == row.x else { continue }
      #expect(
        Double((singles[i] - Float(row.y)).magnitude) <= allowed * Double(Float(row.y).ulp),
        "\(what)")
    }
    let outside = kernelSet(name).line(
      .polygamma, .value, [[5.0, -1, 0, 1, 2], [-0.5, 2, 1, 0, -1]])
    #expect(outside[0].isNaN && outside[1].isNaN && outside[3] == .infinity)
    #expect(abs(outside[2] + 0.5772156649015329) < 1e-15)
  }

  // ψ(x + 1) - ψ(x) = 1/x and log Γ(x + 1) - log Γ(x) = log |x|, on both sides of zero.
  @Test(arguments: setNames)
  func recurrencesHold(name: String) {
    let x = (0..<400).map { Double($0) * 0.0937 - 18.01 }
    let after = x.map { $0 + 1 }
    func values(_ function: Elementary.Opcode, _ x: [Double]) -> [Double] {
      kernelSet(name).line(function, .value, [x])
    }
    let (psi, nextPsi) = (values(.digamma, x), values(.digamma, after))
    let (gamma, nextGamma) = (values(.logGamma, x), values(.logGamma, after))
    let logs = values(.log, x.map(\.magnitude))
    for i in x.indices {
      let size = max(1, psi[i].magnitude, nextPsi[i].magnitude, 1 / x[i].magnitude)
      // Next to a pole the rounding of x + 1 is seen.
      let slope = 2e-16 * pow2(1 / (x[i] - x[i].rounded())) * max(1, x[i].magnitude)
      #expect(abs(nextPsi[i] - psi[i] - 1 / x[i]) <= 32 * size.ulp + slope, "\(x[i])")
      let terms = max(1, gamma[i].magnitude, nextGamma[i].magnitude)
      #expect(
        abs(nextGamma[i] - gamma[i] - logs[i]) <= 16 * terms.ulp + 20 * slope, "\(x[i])")
    }
  }

  private func pow2(_ x: Double) -> Double { x * x }

  // Whatever the magnitudes: the vectors give the bits of the library.
  @Test(arguments: setNames)
  func remaindersAreExact(name: String) {
    func check<S: Element>(_: S.Type, _ generator: inout Generator, exponents: Int) {
      var a: [S] = [5, -5, 5, -5, 0, -0.0, 1, -1, 6, -6, .infinity, 1, .leastNonzeroMagnitude]
      var b: [S] = [
        .infinity, .infinity, -.infinity, -.infinity, 3, -3, 0, S(0.1), 3, 3, 2, .nan, 3,
      ]
      for i in 0..<4000 {
        let range = i % 2 == 0 ? -3...3 : -exponents...exponents
        func number() -> S {
          let significand = S(Double.random(in: -2..<2, using: &generator))
          let power = S(
            sign: .plus, exponent: S.Exponent(Int.random(in: range, using: &generator)),
            significand: 1)
          return (i % 3 == 0 ? significand : (significand * 8).rounded()) * power
        }
        a.append(number())
        b.append(number())
      }
      let found = kernelSet(name).line(.remainder, .value, [a, b])
      for i in a.indices {
        let expected = PlainLine<S>.value(.remainder, .value, [a[i], b[i]])
        #expect(bitPattern(found[i]) == bitPattern(expected), "\(name) \(a[i]) % \(b[i])")
      }
    }
    var generator = Generator(state: 8)
    check(Double.self, &generator, exponents: 600)
    check(Float.self, &generator, exponents: 80)
  }

  // Whole numbers in, whole numbers out.
  @Test(arguments: setNames)
  func rootsAndLogarithmsOfPowersAreExact(name: String) {
    let table = kernelSet(name)
    let exponents = (-1074...1023).map(Double.init)
    let powers = exponents.map { Double(sign: .plus, exponent: Int($0), significand: 1) }
    #expect(table.line(.exp2, .value, [exponents]) == powers)
    #expect(table.line(.log2, .value, [powers]) == exponents)
    let singleExponents = (-149...127).map(Float.init)
    let singlePowers = singleExponents.map { Float(sign: .plus, exponent: Int($0), significand: 1) }
    #expect(table.line(.exp2, .value, [singleExponents]) == singlePowers)
    #expect(table.line(.log2, .value, [singlePowers]) == singleExponents)
    let whole = (-200...200).map(Double.init)
    #expect(table.line(.cbrt, .value, [whole.map { $0 * $0 * $0 }]) == whole)
    #expect(
      table.line(.cbrt, .value, [whole.map { Float($0 * $0 * $0) }]) == whole.map { Float($0) })
    let tens = (0...22).map { Double("1e\($0)") ?? .nan }
    #expect(table.line(.log10, .value, [tens]) == (0...22).map(Double.init))
    let singleTens = (0...10).map { Float("1e\($0)") ?? .nan }
    #expect(table.line(.log10, .value, [singleTens]) == (0...10).map(Float.init))
  }
}
