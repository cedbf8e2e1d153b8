// Formulas of numbers as users write them. The target is compiled with a warning for every
// expression that takes longer than 100 ms to type-check, so a warning here is a regression of the
// overloads, not of the formula. Each is evaluated too, because a formula that compiles to
// something else would be worse.

import Adjoint
import Testing

@Suite struct ScalarFormulaTests {
  /// f = x² + sin x at 3: 9 + sin 3, slope 6 + cos 3.
  @Test func closureInOneExpression() {
    let (y, slope) = valueWithGradient(at: 3.0) { x in x * x + sin(x) }
    #expect(abs(y - 9.1411200080) < 1e-9)
    #expect(abs(slope - 5.0100075034) < 1e-9)
  }

  /// (1 - x)² + 100 (y - x²)² at (-1.2, 1): ∂x = -2 (1 - x) - 400 x (y - x²) = -4.4 - 211.2,
  /// ∂y = 200 (y - x²) = -88.
  @Test func rosenbrock() {
    let (dx, dy) = gradient(at: -1.2, 1.0) { x, y in
      (1 - x) * (1 - x) + 100 * (y - x * x) * (y - x * x)
    }
    #expect(abs(dx - -215.6) < 1e-9)
    #expect(abs(dy - -88) < 1e-9)
  }

  /// The same over an array; at ones the gradient is zero.
  @Test func rosenbrockOverAnArray() {
    func sum(_ x: [Scalar]) -> Scalar {
      zip(x, x.dropFirst()).map { x, y in 100 * (y - x * x).squared() + (1 - x).squared() }
        .reduce(0, +)
    }
    #expect(gradient(at: [Double](repeating: 1, count: 5), of: sum) == [0, 0, 0, 0, 0])
  }

  /// -(t log p + (1 - t) log(1 - p)) with p = σ(w x + b): the slope in w is (p - t) x.
  @Test func logisticLoss() {
    let (x, t) = (1.5, 1.0)
    func loss(_ w: Scalar, _ b: Scalar) -> Scalar {
      let p = 1 / (1 + exp(-(w * x + b)))
      return -(t * log(p) + (1 - t) * log(1 - p))
    }
    let (dw, db) = gradient(at: 0.4, -0.2, of: loss)
    // σ(0.4) = 0.5986876601
    #expect(abs(dw - (0.5986876601 - 1) * 1.5) < 1e-9)
    #expect(abs(db - (0.5986876601 - 1)) < 1e-9)
  }

  /// gelu in its tanh form at 1: 0.8411919906, slope 1.0829640838.
  @Test func geluByHand() {
    let (y, slope) = valueWithGradient(at: 1.0) { x in
      0.5 * x * (1 + tanh(0.7978845608028654 * (x + 0.044715 * x * x * x)))
    }
    #expect(abs(y - 0.8411919906) < 1e-9)
    #expect(abs(slope - 1.0829640838) < 1e-9)
  }

  /// One component of a Gaussian mixture: log(π / (σ √(2π))) - (x - μ)² / (2 σ²).
  ///
  /// ∂μ = (x - μ) / σ² and ∂σ = (x - μ)² / σ³ - 1 / σ, at x = 1, μ = 0.25, σ = 0.5: 3 and 2.5.
  @Test func gaussianMixturePiece() {
    let (weight, x) = (0.3, 1.0)
    func piece(_ mean: Scalar, _ deviation: Scalar) -> Scalar {
      log(weight / (deviation * 2.5066282746310002))
        - (x - mean) * (x - mean) / (2 * deviation * deviation)
    }
    let (dMean, dDeviation) = gradient(at: 0.25, 0.5, of: piece)
    #expect(abs(dMean - 3) < 1e-12)
    #expect(abs(dDeviation - 2.5) < 1e-12)
  }

  /// log Σ exp of three components, in one expression; the slopes in the logits are a softmax.
  @Test func mixtureOfThree() {
    let (a, b, c) = gradient(at: 1.0, 2.0, 3.0) { a, b, c in
      log(exp(a) + exp(b) + exp(c)) + 0.5 * (a - b) * 0 + 0.25 * (b * c - c * b)
    }
    #expect(abs(a + b + c - 1) < 1e-12)
    #expect(abs(c / b - 2.718281828459045) < 1e-12)
  }

  /// d²/dx² of x³ sin x at 1: 6 x sin x + 6 x² cos x - x³ sin x = 5 sin 1 + 6 cos 1.
  @Test func nestedGradients() {
    let second = gradient(at: 1.0) { x in gradient(at: x) { x in x * x * x * sin(x) } }
    #expect(abs(second - (5 * 0.8414709848 + 6 * 0.5403023059)) < 1e-8)
  }

  /// A Newton step inside a gradient: x - f'(x) / f''(x) of x⁴ is 2 x / 3, so its slope is 2 / 3.
  @Test func newtonStep() {
    func quartic(_ x: Scalar) -> Scalar { x * x * x * x }
    func step(_ x: Scalar) -> Scalar {
      x - gradient(at: x, of: quartic) / gradient(at: x) { y in gradient(at: y, of: quartic) }
    }
    let slope = gradient(at: 1.5, of: step)
    #expect(abs(slope - 2 / 3.0) < 1e-12)
  }

  /// The Baydin example: log x₁ + x₁ x₂ - sin x₂ at (2, 5): 11.6520714551; 5.5, 1.7163378145.
  @Test func wengertExample() {
    let (y, slopes) = valueWithGradient(at: 2.0, 5.0) { a, b in log(a) + a * b - sin(b) }
    #expect(abs(y - 11.6520714551) < 1e-9)
    #expect(slopes.0 == 5.5)
    #expect(abs(slopes.1 - 1.7163378145) < 1e-9)
  }

  /// Mixed with program variables of type Double, Int literals and named constants:
  /// ½ g t² + v t + h falls to 0 - its slope in t is g t + v.
  @Test func programVariables() {
    let (g, v, h) = (-9.81, 12.0, 1.75)
    func height(_ t: Scalar) -> Scalar { 0.5 * g * t * t + v * t + h - 2 * (h - 1) / 3 }
    // -9.81 / 2 + 12
    #expect(abs(gradient(at: 0.5, of: height) - 7.095) < 1e-12)
  }

  /// The quadratic formula: the larger root of x² + b x + c at (-3, 2) is 2; ∂b = -x / (2 x + b) =
  /// -2.
  @Test func quadraticFormula() {
    let (db, dc) = gradient(at: -3.0, 2.0) { b, c in (-b + sqrt(b * b - 4 * c)) / 2 }
    #expect(abs(db - -2) < 1e-12)
    #expect(abs(dc - -1) < 1e-12)
  }

  /// The great-circle distance of two near points on one meridian is the difference of latitudes.
  @Test func haversine() {
    func squaredSineOfHalf(_ x: Scalar) -> Scalar { sin(x / 2) * sin(x / 2) }
    let slope = gradient(at: 0.3) { other in
      2 * asin(sqrt(squaredSineOfHalf(other - 0.2) + 0.98 * cos(other) * squaredSineOfHalf(0)))
    }
    #expect(abs(slope - 1) < 1e-12)
  }
}
