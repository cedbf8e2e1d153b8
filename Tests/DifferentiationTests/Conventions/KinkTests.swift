// The convention at every kink and singular point, as one table. The rule is
// the field's: the derivative where there is one; at a kink of a convex function the subgradient of
// least norm; by continuity an infinite slope; where nothing can be said, NaN.

import AdjointArrays
import AdjointDifferentiation
import AdjointElementary
import Testing

private let inf = Double.infinity
private let nan = Double.nan
/// The smallest positive number.
private let tiny = Double.leastNonzeroMagnitude

/// A point, the value there and the slope there; a nil slope is no claim.
struct Special: Sendable {
  var x: Double
  var value: Double
  var slope: Double?
  init(_ x: Double, _ value: Double, _ slope: Double?) {
    (self.x, self.value, self.slope) = (x, value, slope)
  }
}

struct SpecialPoints: Sendable, CustomTestStringConvertible {
  var name: String
  var points: [Special]
  var testDescription: String { name }
  init(_ name: String, _ points: [Special]) { (self.name, self.points) = (name, points) }

  static let pi = Double.pi

  /// ±0, ±∞, NaN, the smallest number, ends of domains, kinks.
  ///
  /// Outside its domain a function is NaN, and of its slope there nothing is claimed.
  static let table: [SpecialPoints] =
    [
      .init(
        "exp",
        [
          .init(0, 1, 1), .init(-0.0, 1, 1), .init(tiny, 1, 1), .init(inf, inf, inf),
          .init(-inf, 0, 0), .init(710, inf, inf), .init(-746, 0, 0),
        ]),
      .init(
        "expMinusOne",
        [
          .init(0, 0, 1), .init(-0.0, -0.0, 1), .init(tiny, tiny, 1), .init(inf, inf, inf),
          .init(-inf, -1, 0),
        ]),
      .init(
        "log",
        [
          .init(0, -inf, inf), .init(1, 0, 1), .init(inf, inf, nan), .init(-1, nan, nil),
          .init(-inf, nan, nil),
        ]),
      .init(
        "log1p",
        [
          .init(0, 0, 1), .init(-0.0, -0.0, 1), .init(tiny, tiny, 1), .init(-1, -inf, inf),
          .init(inf, inf, nan), .init(-2, nan, nil),
        ]),
      .init(
        "sqrt", [.init(0, 0, inf), .init(1, 1, 0.5), .init(inf, inf, nan), .init(-1, nan, nil)]),
      .init(
        "rsqrt", [.init(0, inf, -inf), .init(1, 1, -0.5), .init(inf, 0, 0), .init(-1, nan, nil)]),
      .init(
        "sin",
        [
          .init(0, 0, 1), .init(-0.0, -0.0, 1), .init(tiny, tiny, 1), .init(inf, nan, nan),
          .init(-inf, nan, nan),
        ]),
      .init(
        "cos", [.init(0, 1, 0), .init(-0.0, 1, 0), .init(inf, nan, nan), .init(-inf, nan, nan)]),
      .init(
        "tan", [.init(0, 0, 1), .init(-0.0, -0.0, 1), .init(tiny, tiny, 1), .init(inf, nan, nan)]),
      .init(
        "asin",
        [
          .init(0, 0, 1), .init(1, pi / 2, inf), .init(-1, -pi / 2, inf), .init(2, nan, nil),
          .init(-inf, nan, nil),
        ]),
      .init(
        "acos", [.init(0, pi / 2, -1), .init(1, 0, -inf), .init(-1, pi, -inf), .init(2, nan, nil)]),
      .init(
        "atan",
        [.init(0, 0, 1), .init(-0.0, -0.0, 1), .init(inf, pi / 2, 0), .init(-inf, -pi / 2, 0)]),
      .init(
        "sinh",
        [.init(0, 0, 1), .init(-0.0, -0.0, 1), .init(inf, inf, inf), .init(-inf, -inf, inf)]),
      .init("cosh", [.init(0, 1, 0), .init(inf, inf, inf), .init(-inf, inf, -inf)]),
      .init(
        "tanh",
        [
          .init(0, 0, 1), .init(-0.0, -0.0, 1), .init(tiny, tiny, 1), .init(inf, 1, 0),
          .init(-inf, -1, 0),
        ]),
      .init(
        "asinh",
        [.init(0, 0, 1), .init(-0.0, -0.0, 1), .init(inf, inf, nan), .init(-inf, -inf, nan)]),
      .init(
        "acosh",
        [.init(1, 0, inf), .init(inf, inf, nan), .init(0.5, nan, nil), .init(-1, nan, nil)]),
      .init(
        "atanh", [.init(0, 0, 1), .init(1, inf, inf), .init(-1, -inf, inf), .init(2, nan, nil)]),
      .init("erf", [.init(0, 0, 2 / pi.squareRoot()), .init(inf, 1, 0), .init(-inf, -1, 0)]),
      .init(
        "abs",
        [
          .init(0, 0, 0), .init(-0.0, 0, 0), .init(tiny, tiny, 1), .init(-tiny, tiny, -1),
          .init(inf, inf, 1), .init(-inf, inf, -1),
        ]),
      .init(
        "floor",
        [
          .init(0, 0, 0), .init(-0.0, -0.0, 0), .init(1, 1, 0), .init(-0.5, -1, 0),
          .init(inf, inf, 0),
        ]),
      .init("ceil", [.init(0, 0, 0), .init(1, 1, 0), .init(0.5, 1, 0), .init(-inf, -inf, 0)]),
      .init(
        "round",
        [
          .init(0.5, 0, 0), .init(1.5, 2, 0), .init(-0.5, -0.0, 0), .init(2.5, 2, 0),
          .init(inf, inf, 0),
        ]),
      .init(
        "sign",
        [
          .init(0, 0, 0), .init(-0.0, -0.0, 0), .init(tiny, 1, 0), .init(-tiny, -1, 0),
          .init(inf, 1, 0), .init(-inf, -1, 0),
        ]),
      .init(
        "sigmoid",
        [
          .init(0, 0.5, 0.25), .init(inf, 1, 0), .init(-inf, 0, 0), .init(800, 1, 0),
          .init(-800, 0, 0),
        ]),
      .init(
        "softplus",
        [
          .init(0, 0.6931471805599453, 0.5), .init(-0.0, 0.6931471805599453, 0.5),
          .init(inf, inf, 1),
          .init(-inf, 0, 0), .init(1000, 1000, 1), .init(-1000, 0, 0),
        ]),
      .init(
        "relu",
        [
          .init(0, 0, 0), .init(-0.0, 0, 0), .init(tiny, tiny, 1), .init(-tiny, 0, 0),
          .init(inf, inf, 1), .init(-inf, 0, 0),
        ]),
    ] + furtherFunctions

  /// The second half of the table, apart for the type checker's sake.
  private static let furtherFunctions: [SpecialPoints] = [
    .init(
      "exp2",
      [
        .init(0, 1, 0.6931471805599453), .init(inf, inf, inf), .init(-inf, 0, 0),
        .init(1024, inf, inf),
        .init(-1080, 0, 0), .init(10, 1024, 709.782712893384),
      ]),
    .init(
      "log2",
      [
        .init(0, -inf, inf), .init(1, 0, 1.4426950408889634), .init(8, 3, 0.18033688011112042),
        .init(inf, inf, nan), .init(-1, nan, nil),
      ]),
    .init(
      "log10",
      [
        .init(0, -inf, inf), .init(1, 0, 0.43429448190325176),
        .init(1000, 3, 0.0004342944819032518),
        .init(inf, inf, nan), .init(-1, nan, nil),
      ]),
    .init(
      "cbrt",
      [
        .init(0, 0, inf), .init(-0.0, -0.0, inf), .init(8, 2, 0.08333333333333333),
        .init(-27, -3, 0.037037037037037035),
        .init(inf, inf, nan), .init(-inf, -inf, nan),
      ]),
    .init(
      "erfc",
      [
        .init(0, 1, -1.1283791670955126), .init(inf, 0, 0), .init(-inf, 2, 0), .init(30, 0, 0),
      ]),
    .init(
      "erfInverse",
      [
        .init(0, 0, 0.8862269254527579), .init(-0.0, -0.0, 0.8862269254527579),
        .init(1, inf, inf), .init(-1, -inf, inf), .init(2, nan, nil), .init(-inf, nan, nil),
      ]),
    .init(
      "logGamma",
      [
        .init(1, 0, -0.5772156649015329), .init(2, 0, nil), .init(0, inf, -inf),
        .init(-1, inf, nan), .init(inf, inf, inf), .init(-inf, inf, nan),
        .init(0.5, 0.5723649429247001, -1.9635100260214235),
      ]),
    .init(
      "digamma",
      [
        .init(0, -inf, inf), .init(-0.0, inf, inf), .init(-1, nan, inf),
        .init(1, -0.5772156649015329, 1.6449340668482264), .init(inf, inf, nan),
        .init(-inf, nan, nil),
      ]),
    .init(
      "trigamma",
      [
        .init(0, inf, -inf), .init(-1, inf, nil), .init(1, 1.6449340668482264, -2.404113806319188),
        .init(0.5, 4.934802200544679, -16.828796644234320), .init(inf, 0, 0),
      ]),
    .init(
      "clamped",
      [
        .init(-0.75, -0.75, 0), .init(1.25, 1.25, 0), .init(0, 0, 1), .init(3, 1.25, 0),
        .init(-3, -0.75, 0), .init(inf, 1.25, 0), .init(-inf, -0.75, 0),
      ]),
  ]
}

@Suite struct KinkTests {
  @Test func theTableHasEveryFunctionOfOneOperand() {
    let named = Catalogue.elementaryEntries.filter { $0.samples.count == 1 }.map(\.name)
    #expect(Set(SpecialPoints.table.map(\.name)) == Set(named))
  }

  @Test(arguments: SpecialPoints.table)
  func scalarsAndTensorsFollowTheTable(row: SpecialPoints) throws {
    let entry = try #require(Catalogue.elementaryEntries.first { $0.name == row.name })
    // NaN in, NaN out; and, but for the step functions, a NaN or one-sided slope that is not claimed.
    for point in row.points + [Special(nan, nan, nil)] {
      let what = "\(row.name)(\(point.x))"
      let (value, gradient) = valueWithGradient(at: [point.x], of: entry.scalar)
      expectSame(value, point.value, what)
      if let slope = point.slope { expectSame(gradient[0], slope, "derivative of " + what) }

      for dtype in [DType.float64, .float32] {
        let x = Tensor([point.x, 0.5], dtype: dtype)
        // Points that float32 rounds away (the smallest double) or does not overflow at.
        guard dtype == .float64 || x.doubles[0] == point.x else { continue }
        let (value, pullback) = try valueWithPullback(at: x) { entry.tensor([$0]) }
        let slopes = try pullback(Tensor([1, 1], dtype: dtype)).doubles
        let ulps = dtype == .float64 ? 4 * Double.ulpOfOne : 4 * Double(Float.ulpOfOne)
        expectSame(value.doubles[0], point.value, "\(dtype) \(what)", ulps)
        if let slope = point.slope {
          expectSame(slopes[0], slope, "\(dtype) derivative of \(what)", ulps)
        }
      }
    }
  }

  private func expectSame(
    _ a: Double, _ b: Double, _ what: String, _ tolerance: Double = 2 * Double.ulpOfOne
  ) {
    let same =
      a == b
      ? (a != 0 || a.sign == b.sign || b.sign == .plus)
      : (a.isNaN && b.isNaN) || abs(a - b) <= tolerance * abs(b)
    #expect(same, "\(what): \(a) instead of \(b)")
  }

  // MARK: Two operands

  private func slopes(
    _ a: Double, _ b: Double, _ f: (Scalar, Scalar) -> Scalar
  ) -> [Double] {
    let (first, second) = gradient(at: a, b, of: f)
    return [first, second]
  }

  // At a tie both operands are extreme; equal shares are the least-norm subgradient (½, ½).
  @Test func tiesOfTwoShareEqually() throws {
    for x in [0.0, -0.0, 1.5, -inf, inf] {
      #expect(slopes(x, x) { max($0, $1) } == [0.5, 0.5])
      #expect(slopes(x, x) { min($0, $1) } == [0.5, 0.5])
    }
    // 0 and -0 are equal, so they tie.
    #expect(slopes(0, -0.0) { max($0, $1) } == [0.5, 0.5])
    // One variable as both operands: ½ + ½.
    #expect(slope(2.0) { x in max(x, x) } == 1)
    #expect(slope(2.0) { x in min(x, x) } == 1)
    let (a, b) = try gradient(at: Tensor([1, 2, 3]), Tensor([1, 5, 0])) { max($0, $1).sum() }
    #expect(a.floats == [0.5, 0, 1] && b.floats == [0.5, 1, 0])
  }

  // NaN wins in value, and its slope is NaN; the number beside it was passed over.
  @Test func maximumWithNaNIsNaN() throws {
    let (value, gradient) = valueWithGradient(at: nan, 1.0) { a, b in max(a, b) }
    #expect(value.isNaN)
    #expect(gradient.0.isNaN && gradient.1 == 0)
    #expect(slopes(1, nan) { min($0, $1) }[0] == 0 && slopes(1, nan) { min($0, $1) }[1].isNaN)
    #expect(slope(nan) { x in relu(x) }.isNaN)
    let masked = try AdjointDifferentiation.gradient(at: Tensor([.nan, 2])) { x in
      `where`(x .> 0, max(relu(x), 1), 0).sum()
    }
    #expect(masked.floats == [0, 1])
  }

  // ∂(a/b)/∂a = 1/b,  ∂(a/b)/∂b = -a/b²
  @Test func divisionByZero() {
    #expect(slopes(1, 0) { $0 / $1 } == [inf, -inf])
    #expect(slopes(-1, 0) { $0 / $1 } == [inf, inf])
    let zero = slopes(0, 0) { $0 / $1 }
    #expect(zero[0] == inf && zero[1].isNaN)
    #expect(slopes(1, inf) { $0 / $1 } == [0, 0])
  }

  // a^b:  ∂/∂a = b a^(b-1), taken as 0 for b = 0;  ∂/∂b = a^b log a.
  @Test func powerAtZero() throws {
    #expect(slopes(0, 2) { pow($0, $1) } == [0, 0])
    #expect(slopes(0, 1) { pow($0, $1) } == [1, 0])
    #expect(slopes(0, 3) { pow($0, $1) } == [0, 0])
    // By continuity from b > 0: 0^b falls from 1 to 0 at once.
    #expect(slopes(0, 0) { pow($0, $1) } == [0, -inf])
    #expect(slopes(0, 0.5) { pow($0, $1) } == [inf, 0])
    #expect(slopes(0, -1) { pow($0, $1) } == [-inf, -inf])
    #expect(slopes(1, 0) { pow($0, $1) } == [0, 0])
    // Constant exponents of negative bases: 3 · (-2)² = 12, no logarithm taken.
    #expect(slope(-2.0) { x in pow(x, 3) } == 12)
    #expect(slope(0.0) { x in pow(x, 0) } == 0)
    #expect(slope(0.0) { x in pow(x, 1) } == 1)
    #expect(slope(0.0) { x in pow(x, 2) } == 0)
    #expect(slope(0.0) { x in pow(x, 0.5) } == inf)
    // x⁰ and 0² as tensors: where zeros are among ordinary elements.
    let slopes = try gradient(at: Tensor([0, 2], dtype: .float64)) { pow($0, 0).sum() }
    #expect(slopes.doubles == [0, 0])
    let squares = try gradient(at: Tensor([0, 2], dtype: .float64)) { pow($0, 2).sum() }
    #expect(squares.doubles == [0, 4])
  }

  // The shares of two exponentials: one half each at a tie, where both curvatures are ¼ and the mixed
  // one -¼.
  @Test func logarithmOfTwoExponentials() {
    #expect(slopes(-inf, -inf) { logAddExp($0, $1) } == [0.5, 0.5])
    #expect(slopes(inf, inf) { logAddExp($0, $1) } == [0.5, 0.5])
    #expect(slopes(-inf, 3) { logAddExp($0, $1) } == [0, 1])
    #expect(slopes(1000, -1000) { logAddExp($0, $1) } == [1, 0])
    #expect(valueWithGradient(at: -inf, -inf) { logAddExp($0, $1) }.value == -inf)
    #expect(valueWithGradient(at: inf, -inf) { logAddExp($0, $1) }.value == inf)
    #expect(hessian(2, 2) { logAddExp($0, $1) } == [0.25, -0.25, -0.25, 0.25])
  }

  // A term of an entropy vanishes with its probability, and its slope does not.
  @Test func termsOfAnEntropy() {
    #expect(slopes(0, 0) { xLogY($0, $1) } == [-inf, 0])
    #expect(slopes(0, 1) { xLogY($0, $1) } == [0, 0])
    #expect(slopes(0, 4) { xLogY($0, $1) }[1] == 0)
    #expect(xLogY(0, 0) == 0 && xLogY(0, inf) == 0 && xLogY(0, nan).isNaN)
    #expect(hessian(0, 4) { xLogY($0, $1) } == [0, 0.25, 0.25, 0])
  }

  // The Euclidean norm has the least-norm subgradient at the origin; nothing overflows on the way.
  @Test func lengthsOfTwoSides() {
    #expect(slopes(0, 0) { hypot($0, $1) } == [0, 0])
    #expect(slopes(3, -4) { hypot($0, $1) } == [0.6, -0.8])
    #expect(slopes(0, -2) { hypot($0, $1) } == [0, -1])
    let huge = valueWithGradient(at: 3e300, 4e300) { hypot($0, $1) }
    #expect(abs(huge.value / 5e300 - 1) < 1e-15 && abs(huge.gradient.0 - 0.6) < 1e-15)
    let small = valueWithGradient(at: 3e-300, 4e-300) { hypot($0, $1) }
    #expect(abs(small.value / 5e-300 - 1) < 1e-15 && abs(small.gradient.1 - 0.8) < 1e-15)
    #expect(hessian(0, 0) { hypot($0, $1) } == [0, 0, 0, 0])
  }

  // a - ⌊a/b⌋ b is 0 at its jumps, where it has the slopes of the branch that begins there.
  @Test func remainders() {
    let remainders = [(7.0, 3.0), (-7, 3), (7, -3), (-7, -3), (6, 3), (-6, 3), (6, -3)].map {
      valueWithGradient(at: $0.0, $0.1) { remainder($0, $1) }
    }
    #expect(remainders.map(\.value) == [1, 2, -2, -1, 0, 0, -0.0])
    #expect(remainders.map(\.gradient.0) == [1, 1, 1, 1, 1, 1, 1])
    #expect(remainders.map(\.gradient.1) == [-2, 3, 3, -2, -2, 2, 2])
    #expect(valueWithGradient(at: 1.0, 0.0) { remainder($0, $1) }.value.isNaN)
    // The quotient is rounded up to 1, and the floor is 0.
    let near = valueWithGradient(at: 1 - 0x1p-53, 1.0) { remainder($0, $1) }
    #expect(near.value == 1 - 0x1p-53 && near.gradient.1 == 0)
  }

  private func hessian(
    _ a: Double, _ b: Double, _ f: @escaping (Scalar, Scalar) -> Scalar
  ) -> [Double] {
    let first = gradient(at: a, b) { x, y in gradient(at: x, y, of: f).0 }
    let second = gradient(at: a, b) { x, y in gradient(at: x, y, of: f).1 }
    return [first.0, first.1, second.0, second.1]
  }

  // ∂²/∂a∂b a^b = a^(b-1) (1 + b log a); at b = 0 that is 1/a, which a rule that tests `b == 0` and
  // returns a constant loses. ∂²/∂a² = b (b-1) a^(b-2);  ∂²/∂b² = a^b log² a.
  @Test func powerInSecondOrder() {
    let log23 = 3.1354942159291497
    let mixed = 1.0 / 23
    let expected: [Double] = [0, mixed, mixed, log23 * log23]
    #expect(hessian(23, 0) { pow($0, $1) } == expected)
    // At a = 0 and b > 1 the mixed derivative is lim a^(b-1) (1 + b log a) = 0, from both sides.
    #expect(hessian(0, 2) { pow($0, $1) } == [2, 0, 0, 0])
    #expect(hessian(0, 3) { pow($0, $1) } == [0, 0, 0, 0])
    // Constant exponents.
    let second = { (x: Double, n: Double) in
      gradient(at: x) { x in gradient(at: x) { y in pow(y, n) } }
    }
    #expect([0.0, 1, 2, 3].map { second(0, $0) } == [0, 0, 2, 0])
    #expect([0.0, 1, 2, 3].map { second(-2, $0) } == [0, 0, 2, -12])
  }

  // At the origin no direction is preferred and nothing can be said; next to it on the axes the
  // angle turns at rate 1/r.
  @Test func angleAtTheOrigin() {
    #expect(slopes(0, 0) { atan2($0, $1) }.allSatisfy { $0.isNaN })
    #expect(slopes(0, 2) { atan2($0, $1) } == [0.5, 0])
    #expect(slopes(0, -2) { atan2($0, $1) } == [-0.5, 0])
    #expect(slopes(2, 0) { atan2($0, $1) } == [0, -0.5])
  }

  // detached() has value and no slope, in either form.
  @Test func detachedIsConstant() throws {
    #expect(slope(3.0) { x in x * x.detached() } == 3)
    #expect(slope(3.0) { x in x.detached() * x.detached() } == 0)
    #expect(try gradient(at: Tensor([3])) { ($0 * $0.detached()).sum() }.floats == [3])
    #expect(try gradient(at: Tensor([3])) { ($0.detached() * 2).sum() + 0 * $0 }.floats == [0])
  }
}
