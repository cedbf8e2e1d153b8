// Which number a given share of a normal distribution lies below.
//
// Goals, in this order: the same bits on every platform, one random word per number (so that
// element i depends on word i alone), accuracy. Box-Muller needs log and cos of the system's
// library, whose last bits differ between platforms; ziggurat and polar methods reject, so the
// number of words varies. The inverse distribution function as a quotient of polynomials needs + -
// * / and sqrt, which IEEE 754 rounds correctly everywhere, and a logarithm in the tails, which is
// written out below from the same operations.

enum Normal {
  /// The share of the standard normal distribution below -2.
  static let shareBelowMinusTwo = 0.022750131948179207200282637166533

  /// The number below which the share `p` of the standard normal distribution lies, `0 < p < 1`.
  ///
  /// Wichura, "Algorithm AS 241: the percentage points of the normal distribution", Applied
  /// Statistics 37 (1988), routine PPND16; relative error about 1e-16.
  static func quantile(_ p: Double) -> Double {
    let q = p - 0.5
    if q.magnitude <= 0.425 {
      let r = 0.180625 - q * q
      return q * polynomial(r, a) / polynomial(r, b)
    }
    let r = (-logarithm(q < 0 ? p : 1 - p)).squareRoot()
    let magnitude =
      r <= 5
      ? polynomial(r - 1.6, c) / polynomial(r - 1.6, d)
      : polynomial(r - 5, e) / polynomial(r - 5, f)
    return q < 0 ? -magnitude : magnitude
  }

  /// The natural logarithm of a positive normal number, from + - * / alone.
  ///
  /// `x = m 2ᵉ` with `√½ ≤ m < √2`, and `log m = 2 artanh s = 2 (s + s³/3 + s⁵/5 + …)` for
  /// `s = (m - 1) / (m + 1)`. There `|s| < 0.172`, so twelve terms leave an error below 1e-19.
  static func logarithm(_ x: Double) -> Double {
    var m = x.significand
    var exponent = Double(x.exponent)
    if m > 1.4142135623730951 {
      m *= 0.5
      exponent += 1
    }
    let s = (m - 1) / (m + 1)
    let square = s * s
    var series = 0.0
    for odd in stride(from: 23.0, through: 3.0, by: -2.0) {
      series = (series + 1 / odd) * square
    }
    // log 2 in two parts: the product of the first with an exponent is exact.
    return exponent * 0.693147180369123816490
      + (2 * s + (2 * s * series + exponent * 1.90821492927058770002e-10))
  }

  @inline(__always)
  private static func polynomial(
    _ x: Double,
    _ k: (Double, Double, Double, Double, Double, Double, Double, Double)
  ) -> Double {
    ((((((k.7 * x + k.6) * x + k.5) * x + k.4) * x + k.3) * x + k.2) * x + k.1) * x + k.0
  }

  private static let a = (
    3.3871328727963666080e0, 1.3314166789178437745e2, 1.9715909503065514427e3,
    1.3731693765509461125e4, 4.5921953931549871457e4, 6.7265770927008700853e4,
    3.3430575583588128105e4, 2.5090809287301226727e3
  )
  private static let b = (
    1.0, 4.2313330701600911252e1, 6.8718700749205790830e2, 5.3941960214247511077e3,
    2.1213794301586595867e4, 3.9307895800092710610e4, 2.8729085735721942674e4,
    5.2264952788528545610e3
  )
  private static let c = (
    1.42343711074968357734e0, 4.63033784615654529590e0, 5.76949722146069140550e0,
    3.64784832476320460504e0, 1.27045825245236838258e0, 2.41780725177450611770e-1,
    2.27238449892691845833e-2, 7.74545014278341407640e-4
  )
  private static let d = (
    1.0, 2.05319162663775882187e0, 1.67638483018380384940e0, 6.89767334985100004550e-1,
    1.48103976427480074590e-1, 1.51986665636164571966e-2, 5.47593808499534494600e-4,
    1.05075007164441684324e-9
  )
  private static let e = (
    6.65790464350110377720e0, 5.46378491116411436990e0, 1.78482653991729133580e0,
    2.96560571828504891230e-1, 2.65321895265761230930e-2, 1.24266094738807843860e-3,
    2.71155556874348757815e-5, 2.01033439929228813265e-7
  )
  private static let f = (
    1.0, 5.99832206555887937690e-1, 1.36929880922735805310e-1, 1.48753612908506148525e-2,
    7.86869131145613259100e-4, 1.84631831751005468180e-5, 1.42151175831644588870e-7,
    2.04426310338993978564e-15
  )
}
