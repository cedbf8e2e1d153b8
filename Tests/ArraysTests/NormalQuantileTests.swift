// The inverse normal distribution function and the logarithm below it.

import Testing

@testable import AdjointArrays

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

@Suite struct NormalQuantileTests {
  @Test func logarithmAgreesWithTheLibrary() {
    var generator = RandomGenerator(seed: 11)
    for _ in 0..<2000 {
      // Every exponent of the unit interval that the quantile can meet, and beyond.
      let x = Double(
        sign: .plus, exponent: Int(generator.next() % 120) - 100,
        significand: 1 + Double(generator.next() >> 12) * 0x1p-52)
      #expect(abs(Normal.logarithm(x) - log(x)) <= 2 * max(abs(log(x)), 0x1p-52).ulp, "\(x)")
    }
    #expect(Normal.logarithm(1) == 0)
  }

  @Test func quantileInvertsTheDistributionFunction() {
    // Φ(z) = ½ erfc(-z / √2). Near p the slope of Φ is φ(z), so an error e of the quantile shows as
    // a relative error e φ(z) / p of the share.
    for p in [
      1e-15, 1e-10, 1e-5, 0.001, 0.02275, 0.0749, 0.0751, 0.3, 0.5, 0.7, 0.924, 0.926, 0.999,
    ] {
      let z = Normal.quantile(p)
      let share = 0.5 * erfc(-z / 2.0.squareRoot())
      #expect(abs(share - p) <= 1e-14 * p * max(1, z * z), "\(p)")
    }
    #expect(Normal.quantile(0.5) == 0)
    #expect(abs(Normal.quantile(0.975) - 1.959963984540054) < 1e-15)
    #expect(abs(Normal.quantile(Normal.shareBelowMinusTwo) + 2) < 1e-15)
    #expect(Normal.quantile(0.25) == -Normal.quantile(0.75))
  }
}
