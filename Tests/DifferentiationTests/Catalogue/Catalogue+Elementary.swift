// The rows of the elementary functions of one and two operands, each once on
// scalars and once on tensors.

import AdjointDifferentiation
import AdjointElementary
import Testing

/// An elementary function in both forms, as the catalogue and the agreement tests need it.
struct ElementaryEntry: Sendable, CustomTestStringConvertible {
  var name: String
  /// `exp(_: A)` stands for `exp(_: Scalar)` and `exp(_: Tensor)`.
  var declaration: String
  var scalar: @Sendable ([Scalar]) -> Scalar
  var tensor: @Sendable ([Tensor]) -> Tensor
  /// Six smooth points, one list of coordinates for each operand.
  var samples: [[Double]]
  var domain = "everywhere"
  var kinks = "none"
  var singleTolerance = 1e-4

  var testDescription: String { name }

  var rows: [Row] {
    let operands = samples.map { _ in [2, 3] }
    return [
      Catalogue.scalars(
        "\(name) of scalars", [declaration.replacing(": A", with: ": Scalar")],
        samples[0].indices.map { i in samples.map { $0[i] } }, domain: domain, kinks: kinks,
        scalar),
      Catalogue.tensors(
        "\(name) of tensors", [declaration.replacing(": A", with: ": Tensor")], operands,
        [samples.flatMap { $0 }], domain: domain, kinks: kinks, singleTolerance: singleTolerance,
        tensor),
    ]
  }
}

extension Catalogue {
  static let elementary: [Row] = elementaryEntries.flatMap(\.rows)

  static let elementaryEntries: [ElementaryEntry] = unary + binary

  private static func one(
    _ name: String, _ samples: [Double], domain: String = "everywhere", kinks: String = "none",
    singleTolerance: Double = 1e-4, declaration: String? = nil,
    _ scalar: @escaping @Sendable (Scalar) -> Scalar,
    _ tensor: @escaping @Sendable (Tensor) -> Tensor
  ) -> ElementaryEntry {
    ElementaryEntry(
      name: name, declaration: declaration ?? "\(name)(_: A)", scalar: { scalar($0[0]) },
      tensor: { tensor($0[0]) }, samples: [samples], domain: domain, kinks: kinks,
      singleTolerance: singleTolerance)
  }

  private static let line: [Double] = [-2.25, -1, -0.3125, 0.125, 0.75, 1.875]
  private static let positive: [Double] = [0.375, 0.75, 1, 1.5, 3.25, 9]
  private static let inside: [Double] = [-0.625, -0.375, -0.125, 0.25, 0.5, 0.6875]

  /// On either side of the poles, and away from them.
  private static let gamma: [Double] = [-2.5625, -0.375, 0.4375, 1.25, 3.5, 12]

  private static let unary: [ElementaryEntry] = [
    one("exp", line, { exp($0) }, { exp($0) }),
    one("expMinusOne", line, { expMinusOne($0) }, { expMinusOne($0) }),
    one(
      "log", positive, domain: "x > 0", kinks: "slope +∞ at 0", { log($0) }, { log($0) }),
    one(
      "log1p", [-0.5, -0.25, 0.125, 1, 3, 10], domain: "x > -1", kinks: "slope +∞ at -1",
      declaration: "log(onePlus: A)", { log(onePlus: $0) }, { log(onePlus: $0) }),
    one(
      "sqrt", positive, domain: "x ≥ 0", kinks: "slope +∞ at 0", { sqrt($0) }, { sqrt($0) }),
    one(
      "rsqrt", positive, domain: "x > 0", kinks: "slope -∞ at 0", { rsqrt($0) }, { rsqrt($0) }),
    one("sin", line, { sin($0) }, { sin($0) }),
    one("cos", line, { cos($0) }, { cos($0) }),
    one(
      "tan", [-1, -0.5, 0.125, 0.375, 0.875, 1.0625], domain: "x ≠ π/2 + kπ", { tan($0) },
      { tan($0) }),
    one("asin", inside, domain: "|x| ≤ 1", kinks: "slope +∞ at ±1", { asin($0) }, { asin($0) }),
    one("acos", inside, domain: "|x| ≤ 1", kinks: "slope -∞ at ±1", { acos($0) }, { acos($0) }),
    one("atan", line, { atan($0) }, { atan($0) }),
    one("sinh", line, { sinh($0) }, { sinh($0) }),
    one("cosh", line, { cosh($0) }, { cosh($0) }),
    one("tanh", line, { tanh($0) }, { tanh($0) }),
    one("asinh", line, { asinh($0) }, { asinh($0) }),
    one(
      "acosh", [1.375, 1.5, 2, 3, 5, 12], domain: "x ≥ 1", kinks: "slope +∞ at 1",
      { acosh($0) }, { acosh($0) }),
    one("atanh", inside, domain: "|x| ≤ 1", kinks: "slope +∞ at ±1", { atanh($0) }, { atanh($0) }),
    one("erf", line, { erf($0) }, { erf($0) }),
    one("abs", line, kinks: "slope 0 at 0", { abs($0) }, { abs($0) }),
    one("floor", line.map { $0 + 0.1875 }, kinks: "slope 0", { floor($0) }, { floor($0) }),
    one("ceil", line.map { $0 + 0.1875 }, kinks: "slope 0", { ceil($0) }, { ceil($0) }),
    one("round", line, kinks: "slope 0", { round($0) }, { round($0) }),
    one("sign", line, kinks: "slope 0", { sign($0) }, { sign($0) }),
    one("sigmoid", line, { sigmoid($0) }, { sigmoid($0) }),
    one("softplus", line, { softplus($0) }, { softplus($0) }),
    one("relu", line, kinks: "slope 0 at 0", { relu($0) }, { relu($0) }),
    one("exp2", line, { exp2($0) }, { exp2($0) }),
    one("log2", positive, domain: "x > 0", kinks: "slope +∞ at 0", { log2($0) }, { log2($0) }),
    one("log10", positive, domain: "x > 0", kinks: "slope +∞ at 0", { log10($0) }, { log10($0) }),
    one("cbrt", line, kinks: "slope +∞ at 0", { cbrt($0) }, { cbrt($0) }),
    one("erfc", line, { erfc($0) }, { erfc($0) }),
    one(
      "erfInverse", inside, domain: "|x| ≤ 1", kinks: "slope +∞ at ±1", { erfInverse($0) },
      { erfInverse($0) }),
    one(
      "logGamma", gamma, domain: "not 0, -1, -2 …", kinks: "+∞ at the poles", { logGamma($0) },
      { logGamma($0) }),
    one(
      "digamma", gamma, domain: "not 0, -1, -2 …", kinks: "NaN at the poles", { digamma($0) },
      { digamma($0) }),
    one(
      "trigamma", gamma, domain: "not 0, -1, -2 …", kinks: "+∞ at the poles",
      declaration: "polygamma(_: Int, _: A)", { polygamma(1, $0) }, { polygamma(1, $0) }),
    one(
      "clamped", line, kinks: "slope 0 at the ends of the range",
      declaration: "RecordedAlgebra.clamped(to: ClosedRange<Double>)",
      { 1 * $0.clamped(to: -0.75...1.25) },
      { 1 * $0.clamped(to: -0.75...1.25) }),
  ]

  private static let binary: [ElementaryEntry] = [
    ElementaryEntry(
      name: "pow", declaration: "pow(_: A, _: A)", scalar: { pow($0[0], $0[1]) },
      tensor: { pow($0[0], $0[1]) }, samples: [positive, [2, -1.5, 0.5, 3, -2.25, 0]],
      domain: "x > 0, or x = 0 with exponent ≥ 0, or a whole exponent",
      kinks: "slope 0 in x for exponent 0; slope 0 in the exponent for x = 0, exponent ≥ 0"),
    ElementaryEntry(
      name: "atan2", declaration: "atan2(_: A, _: A)", scalar: { atan2($0[0], $0[1]) },
      tensor: { atan2($0[0], $0[1]) },
      samples: [[1, -0.5, 2, -1.25, 0.75, -3], [0.5, 1.5, -1, -0.75, 2, 0.25]],
      domain: "not the origin", kinks: "NaN at the origin, where no direction is preferred"),
    ElementaryEntry(
      name: "min", declaration: "min(_: A, _: A)", scalar: { min($0[0], $0[1]) },
      tensor: { min($0[0], $0[1]) },
      samples: [[1, -0.5, 2, -1.25, 0.75, -3], [0.5, 1.5, -1, -0.75, 2, 0.25]],
      kinks: "half of the adjoint to each operand at a tie"),
    ElementaryEntry(
      name: "max", declaration: "max(_: A, _: A)", scalar: { max($0[0], $0[1]) },
      tensor: { max($0[0], $0[1]) },
      samples: [[1, -0.5, 2, -1.25, 0.75, -3], [0.5, 1.5, -1, -0.75, 2, 0.25]],
      kinks: "half of the adjoint to each operand at a tie"),
    ElementaryEntry(
      name: "logAddExp", declaration: "logAddExp(_: A, _: A)",
      scalar: { logAddExp($0[0], $0[1]) }, tensor: { logAddExp($0[0], $0[1]) },
      samples: [[1, -0.5, 2, -1.25, 0.75, -3], [1, 1.5, -1, -0.75, 2, 0.25]],
      kinks: "half of the adjoint to each of two equal infinities"),
    ElementaryEntry(
      name: "xLogY", declaration: "xLogY(_: A, _: A)", scalar: { xLogY($0[0], $0[1]) },
      tensor: { xLogY($0[0], $0[1]) }, samples: [[2, 1.5, 0.5, 3, 2.25, 1], positive],
      domain: "y > 0, or x = 0", kinks: "slope -∞ in x for y = 0"),
    ElementaryEntry(
      name: "hypot", declaration: "hypot(_: A, _: A)", scalar: { hypot($0[0], $0[1]) },
      tensor: { hypot($0[0], $0[1]) },
      samples: [[1, -0.5, 2, -1.25, 0.75, -3], [0.5, 1.5, -1, -0.75, 2, 0.25]],
      kinks: "slope 0 at the origin"),
    ElementaryEntry(
      name: "remainder", declaration: "remainder(_: A, _: A)",
      scalar: { remainder($0[0], $0[1]) }, tensor: { remainder($0[0], $0[1]) },
      samples: [[1, -0.5, 2.25, -1.25, 7.75, -3], [0.75, 1.5, -1, -0.75, 2, 1.25]],
      domain: "b ≠ 0", kinks: "slopes 1 and -⌊a/b⌋ where the remainder jumps"),
  ]
}
