// What the functions of one number are, with their first and second derivatives, written in the
// system's own functions on `Double`. Nothing of the library is imported here: that is what makes it
// an expectation.

import Foundation

private let inf = Double.infinity
private let nan = Double.nan

/// A function of one number as it should be.
struct FunctionReference: Sendable {
  typealias Number = @Sendable (Double) -> Double

  var value: Number
  var slope: Number
  var curvature: Number
  /// Outside, the value is NaN and of the derivatives nothing is claimed.
  var isDefined: @Sendable (Double) -> Bool = { _ in true }
  /// Where of the derivatives nothing is claimed: poles, and NaN for functions made of pieces.
  var isSilent: @Sendable (Double) -> Bool = { _ in false }
  /// Where of the second derivative nothing is claimed: edges of domains.
  var isEdge: @Sendable (Double) -> Bool = { _ in false }
  /// Whether the function grows without bound while its slope dies off: at infinity the slope is NaN,
  /// or an overflow would pass for saturation.
  var hidesOverflow = false
  /// How large an absolute error is that counts as rounding.
  ///
  /// A rule that subtracts from 1 is right to one unit of 1, and where the slope dies off that is
  /// more than the slope.
  var roundingOfOne = 0.0
  /// The same for the value, near a zero that is not at a number of the type.
  var roundingOfValue = 0.0
}

/// 1 or -1, and 0 at 0.
private func sign(_ x: Double) -> Double { x > 0 ? 1 : x < 0 ? -1 : 0 }

/// `0` where the squares in a formula overflow, else the formula.
private func vanishing(_ f: @escaping @Sendable (Double) -> Double) -> FunctionReference.Number {
  { abs($0) > 1e150 ? 0 : f($0) }
}

private func logistic(_ x: Double) -> Double { x >= 0 ? 1 / (1 + exp(-x)) : exp(x) / (1 + exp(x)) }
private func logisticSlope(_ x: Double) -> Double {
  let e = exp(-abs(x))
  return e / ((1 + e) * (1 + e))
}

extension FunctionReference {
  private static func step(_ value: @escaping Number) -> FunctionReference {
    FunctionReference(
      value: value, slope: { _ in 0 }, curvature: { _ in 0 }, isSilent: { $0.isNaN })
  }

  static let table: [String: FunctionReference] =
    exponentials.merging(circular) { $1 }.merging(pieces) { $1 }.merging(gammas) { $1 }

  private static let exponentials: [String: FunctionReference] = [
    "exp": .init(value: exp, slope: exp, curvature: exp),
    "expMinusOne": .init(value: expm1, slope: exp, curvature: exp, roundingOfOne: 1),
    "exp2": .init(
      value: exp2, slope: { M_LN2 * exp2($0) }, curvature: { M_LN2 * M_LN2 * exp2($0) }),
    "log": .init(
      value: log, slope: { 1 / $0 }, curvature: { -1 / $0 / $0 }, isDefined: { !($0 < 0) },
      hidesOverflow: true),
    "log1p": .init(
      value: log1p, slope: { 1 / (1 + $0) }, curvature: { -1 / (1 + $0) / (1 + $0) },
      isDefined: { !($0 < -1) }, hidesOverflow: true),
    "log2": .init(
      value: log2, slope: { 1 / M_LN2 / $0 }, curvature: { -1 / M_LN2 / $0 / $0 },
      isDefined: { !($0 < 0) }, hidesOverflow: true),
    "log10": .init(
      value: log10, slope: { 1 / M_LN10 / $0 }, curvature: { -1 / M_LN10 / $0 / $0 },
      isDefined: { !($0 < 0) }, hidesOverflow: true),
    "sqrt": .init(
      value: sqrt, slope: { 0.5 / sqrt($0) }, curvature: { -0.25 / $0 / sqrt($0) },
      isDefined: { !($0 < 0) }, hidesOverflow: true),
    "rsqrt": .init(
      value: { 1 / sqrt($0) }, slope: { -0.5 / $0 / sqrt($0) },
      curvature: { 0.75 / $0 / $0 / sqrt($0) }, isDefined: { !($0 < 0) }),
    "cbrt": .init(
      value: cbrt, slope: { 1 / (3 * cbrt($0) * cbrt($0)) },
      curvature: { -2 / 9.0 / $0 / cbrt($0) / cbrt($0) }, isSilent: { $0 == 0 }, hidesOverflow: true
    ),
    "sigmoid": .init(
      value: logistic, slope: logisticSlope,
      curvature: { logisticSlope($0) * (1 - 2 * logistic($0)) }, roundingOfOne: 1),
    "softplus": .init(
      value: { max($0, 0) + log1p(exp(-abs($0))) }, slope: logistic, curvature: logisticSlope,
      roundingOfOne: 1),
    "erf": .init(
      value: erf, slope: { 2 / sqrt(.pi) * exp(-$0 * $0) },
      curvature: vanishing { -4 / sqrt(.pi) * $0 * exp(-$0 * $0) }),
    "erfc": .init(
      value: erfc, slope: { -2 / sqrt(.pi) * exp(-$0 * $0) },
      curvature: vanishing { 4 / sqrt(.pi) * $0 * exp(-$0 * $0) }),
    "erfInverse": .init(
      value: inverseOfErf, slope: { sqrt(.pi) / 2 * exp(pow(inverseOfErf($0), 2)) },
      curvature: {
        let y = inverseOfErf($0)
        let slope = sqrt(.pi) / 2 * exp(y * y)
        return 2 * y * slope * slope
      }, isDefined: { !(abs($0) > 1) }),
  ]

  private static let circular: [String: FunctionReference] = [
    "sin": .init(value: sin, slope: cos, curvature: { -sin($0) }),
    "cos": .init(value: cos, slope: { -sin($0) }, curvature: { -cos($0) }),
    "tan": .init(
      value: tan, slope: { 1 + tan($0) * tan($0) },
      curvature: { 2 * tan($0) * (1 + tan($0) * tan($0)) }),
    "asin": .init(
      value: asin, slope: { 1 / sqrt((1 - $0) * (1 + $0)) },
      curvature: { $0 / pow((1 - $0) * (1 + $0), 1.5) }, isDefined: { !(abs($0) > 1) },
      isEdge: { abs($0) == 1 }, roundingOfOne: 1),
    "acos": .init(
      value: acos, slope: { -1 / sqrt((1 - $0) * (1 + $0)) },
      curvature: { -$0 / pow((1 - $0) * (1 + $0), 1.5) }, isDefined: { !(abs($0) > 1) },
      isEdge: { abs($0) == 1 }, roundingOfOne: 1),
    "atan": .init(
      value: atan, slope: { 1 / (1 + $0 * $0) },
      curvature: vanishing { -2 * $0 / (1 + $0 * $0) / (1 + $0 * $0) }),
    "sinh": .init(value: sinh, slope: cosh, curvature: sinh),
    "cosh": .init(value: cosh, slope: sinh, curvature: cosh),
    "tanh": .init(
      value: tanh, slope: { 1 / cosh($0) / cosh($0) },
      curvature: { -2 * tanh($0) / cosh($0) / cosh($0) }, roundingOfOne: 1),
    "asinh": .init(
      value: asinh, slope: { 1 / hypot(1, $0) },
      curvature: vanishing { -$0 / hypot(1, $0) / hypot(1, $0) / hypot(1, $0) }, hidesOverflow: true
    ),
    "acosh": .init(
      value: acosh, slope: { 1 / sqrt($0 - 1) / sqrt($0 + 1) },
      curvature: vanishing { -$0 / pow($0 - 1, 1.5) / pow($0 + 1, 1.5) }, isDefined: { !($0 < 1) },
      isEdge: { $0 == 1 }, hidesOverflow: true),
    "atanh": .init(
      value: atanh, slope: { 1 / ((1 - $0) * (1 + $0)) },
      curvature: { 2 * $0 / pow((1 - $0) * (1 + $0), 2) }, isDefined: { !(abs($0) > 1) },
      isEdge: { abs($0) == 1 }, roundingOfOne: 1),
  ]

  private static let pieces: [String: FunctionReference] = [
    "abs": .init(value: { abs($0) }, slope: sign, curvature: { _ in 0 }, isSilent: { $0.isNaN }),
    "floor": step { $0.rounded(.down) }, "ceil": step { $0.rounded(.up) },
    "round": step { $0.rounded(.toNearestOrEven) },
    "sign": step { $0.isNaN ? nan : $0 == 0 ? $0 : sign($0) },
    "relu": .init(
      value: { $0.isNaN ? nan : max($0, 0) }, slope: { $0 > 0 ? 1 : 0 }, curvature: { _ in 0 },
      isSilent: { $0.isNaN }),
    "clamped": .init(
      value: { $0.isNaN ? nan : min(max($0, -0.75), 1.25) },
      slope: { $0 > -0.75 && $0 < 1.25 ? 1 : 0 }, curvature: { _ in 0 }, isSilent: { $0.isNaN }),
  ]

  private static func isPole(_ x: Double) -> Bool { x <= 0 && x == x.rounded() }

  private static let gammas: [String: FunctionReference] = [
    "logGamma": .init(
      value: lgammaOfNumber, slope: { polygamma(0, $0) },
      curvature: { $0 == inf ? nan : polygamma(1, $0) },
      isSilent: isPole),
    "digamma": .init(
      value: { $0 == 0 ? -1 / $0 : polygamma(0, $0) }, slope: { polygamma(1, $0) },
      curvature: { polygamma(2, $0) }, isSilent: isPole, hidesOverflow: true, roundingOfOne: 1,
      roundingOfValue: 1),
    "trigamma": .init(
      value: { isPole($0) && $0.isFinite ? inf : polygamma(1, $0) }, slope: { polygamma(2, $0) },
      curvature: { polygamma(3, $0) }, isSilent: isPole, roundingOfOne: 1),
  ]
}

/// By bisection of `erf`, and of `erfc` where that has more digits.
private func inverseOfErf(_ x: Double) -> Double {
  if x.isNaN || abs(x) > 1 { return nan }
  if abs(x) == 1 { return x * inf }
  // erf y = 2 y/√π for small y; bisection would give up on the subnormal numbers.
  if abs(x) < 1e-9 { return x * sqrt(.pi) / 2 }
  var (low, high) = (0.0, 6.0)
  for _ in 0..<200 {
    let middle = (low + high) / 2
    let isLow = abs(x) < 0.5 ? erf(middle) < abs(x) : erfc(middle) > 1 - abs(x)
    if isLow { low = middle } else { high = middle }
  }
  return low * sign(x)
}

private func lgammaOfNumber(_ x: Double) -> Double { x.isInfinite ? inf : lgamma(x) }

/// Bernoulli's numbers of even index, from the second on.
private let bernoulli: [Double] = [
  1 / 6.0, -1 / 30.0, 1 / 42.0, -1 / 30.0, 5 / 66.0, -691 / 2730.0, 7 / 6.0,
]

/// The `order`-th derivative of the digamma function.
///
/// By recurrence to an argument above 20, where the asymptotic series (Abramowitz and Stegun,
/// 6.4.11) is good to the last digit.
private func polygamma(_ order: Int, _ x: Double) -> Double {
  if x.isNaN || x == -inf || (x <= 0 && x == x.rounded()) { return nan }
  if x == inf { return order == 0 ? inf : 0 }
  let sign = order % 2 == 0 ? -1.0 : 1.0
  func factorial(_ n: Int) -> Double { tgamma(Double(n + 1)) }
  var sum = 0.0
  var z = x
  while z < 20 {
    sum += sign * factorial(order) / power(z, order + 1)
    z += 1
  }
  if order == 0 {
    sum += log(z) - 0.5 / z
    for (k, b) in bernoulli.enumerated() { sum -= b / Double(2 * k + 2) / power(z, 2 * k + 2) }
    return sum
  }
  var series: Double = factorial(order - 1) / power(z, order)
  series += factorial(order) / 2 / power(z, order + 1)
  for (k, b) in bernoulli.enumerated() {
    let n = 2 * k + 2
    series += b * factorial(n + order - 1) / factorial(n) / power(z, n + order)
  }
  return sum + sign * series
}

private func power(_ z: Double, _ n: Int) -> Double { pow(z, Double(n)) }
