// Formulas written straight into the closure of a differential operator, without a type anywhere:
// of tensors, through models, nested, and over the elements of an array. See ScalarFormulaTests for
// what the target is compiled with.

import Adjoint
import Foundation
import Testing

private struct Affine: Model {
  var weight: Tensor
  var bias: Tensor
  func callAsFunction(_ x: Tensor) -> Tensor { x * weight + bias }
}

@Suite struct ClosureTests {
  private let x = Tensor([1, 2], dtype: .float64), y = Tensor([0, 0], dtype: .float64)
  private let model = Affine(
    weight: Tensor([1, 1], dtype: .float64), bias: Tensor([0, 0], dtype: .float64))

  /// KL of a Gaussian from the standard one, -½ Σ (1 + λ - μ² - exp λ): ∂μ = μ, ∂λ = ½ (exp λ - 1).
  @Test func divergenceOfGaussians() throws {
    let (dMean, dLogVariance) = try gradient(at: x, y) { mean, logVariance in
      -0.5 * (1 + logVariance - mean * mean - exp(logVariance)).sum()
    }
    #expect(dMean.doubles == [1, 2] && dLogVariance.doubles == [0, 0])
    let (value, slopes) = try valueWithGradient(at: x) { mean in
      -0.5 * (1 + y - mean * mean - exp(y)).sum()
    }
    #expect(value.item == 2.5 && slopes.doubles == [1, 2])
    let unnamed = try gradient(at: x) { -0.5 * (1 + y - $0 * $0 - exp(y)).sum() }
    #expect(unnamed.doubles == [1, 2])
  }

  /// gelu in its tanh form has slope 1.0829640838 at 1, however it is written.
  @Test func gelu() throws {
    let slope = try gradient(at: x) { x in
      (0.5 * x * (1 + tanh(0.7978845608028654 * (x + 0.044715 * x * x * x)))).sum()
    }
    #expect(abs(slope.doubles[0] - 1.0829640838) < 1e-9)
    let again = try gradient(at: x) { x in
      (0.5 * x * (1 + tanh(sqrt(2 / Double.pi) * (x + 0.044715 * pow(x, 3))))).sum()
    }
    #expect(abs(again.doubles[0] - 1.0829640838) < 1e-9)
    let ofNumber = gradient(at: 1.0) { x in
      0.5 * x * (1 + tanh(sqrt(2 / Double.pi) * (x + 0.044715 * pow(x, 3))))
    }
    #expect(abs(ofNumber - 1.0829640838) < 1e-9)
    let back = try pullback(at: x) { x in
      0.5 * x * (1 + tanh(0.7978845608028654 * (x + 0.044715 * x * x * x)))
    }
    #expect(abs(try back(Tensor([1, 0], dtype: .float64)).doubles[0] - 1.0829640838) < 1e-9)
  }

  /// Σ (2x - 1)² + 3 mean x - ½ Σ |x|: 4 (2x - 1) + 3/2 - ½ at x = 1, 2.
  @Test func sumOfTerms() throws {
    let slope = try gradient(at: x) { x in
      (2 * x - 1).squared().sum() + 3 * x.mean() - 0.5 * abs(x).sum()
    }
    #expect(slope.doubles == [5, 13])
    let ofLiteral = try gradient(at: Tensor([1, 2], dtype: .float64)) { x in
      (2 * x - 1).squared().sum() + 3 * x.mean() - 0.5 * abs(x).sum()
    }
    #expect(ofLiteral.doubles == [5, 13])
  }

  /// -log of a Gaussian density with variables of the program: ∂μ = (μ - x) / σ².
  @Test func likelihoodWithProgramVariables() throws {
    let (deviation, strength) = (0.5, 0.1)
    let slope = try gradient(at: x) { mean in
      (0.5 * ((y - mean) / deviation).squared() + log(deviation) + 0.5 * log(2 * Double.pi)).sum()
    }
    #expect(slope.doubles == [4, 8])
    let (dMean, dLog, dData) = try gradient(at: x, y, y) { mean, logVariance, data in
      (0.5 * (data - mean).squared() / exp(logVariance) + 0.5 * logVariance + 0.9189385332046727
        - 0.5 * strength * data * data + strength * mean / 2).sum()
    }
    #expect(
      dMean.doubles == [1.05, 2.05] && dLog.doubles == [0, -1.5] && dData.doubles == [-1, -2])
    let ridge = try gradient(at: x) { w in
      0.5 * (x * w - 1).squared().sum() / 3 + 0.5 * strength * (w * w).sum()
    }
    #expect(abs(ridge.doubles[0] - 0.1) < 1e-12)
  }

  /// -(t log σ(wx) + (1 - t) log(1 - σ(wx))), with t = 0: ∂w = σ(wx) x.
  @Test func crossEntropy() throws {
    let slope = try gradient(at: y) { w in
      -(y * log(sigmoid(x * w)) + (1 - y) * log(1 - sigmoid(x * w))).sum()
    }
    #expect(slope.doubles == [0.5, 1])
  }

  /// A formula in which functions stand in functions.
  @Test func nestedFunctions() throws {
    func distance(_ other: Scalar) -> Scalar {
      let half: Scalar = (other - 0.2) / 2
      let square: Scalar = sin(half) * sin(half)
      return 2 * asin(sqrt(square + 0.98 * cos(other) * sin(0.1) * sin(0.1)))
    }
    let slope = gradient(at: 0.3) { other in
      2
        * asin(
          sqrt(
            sin((other - 0.2) / 2) * sin((other - 0.2) / 2)
              + 0.98 * cos(other) * sin(0.1) * sin(0.1)))
    }
    #expect(abs(slope - gradient(at: 0.3, of: distance)) < 1e-15)
  }

  /// ∂/∂x of Σ (∂f/∂x)² for f = Σ (2x - 1)²: with slope 8x - 4, 16 (8x - 4).
  @Test func nestedGradients() throws {
    let slope = try gradient(at: x) { x in
      try gradient(at: x) { z in (2 * z - 1).squared().sum() }.squared().sum()
    }
    #expect(slope.doubles == [64, 192])
    let second = gradient(at: 1.0) { x in
      0.5 * gradient(at: x) { z in -0.5 * (1 + z - z * z - exp(z)) } - x * 2 + 1
    }
    // ½ (1 + ½ e) - 2
    #expect(abs(second - (-1.5 + 0.25 * exp(1.0))) < 1e-12)
    let (dx, dy) = try gradient(at: x, y) { x, y in
      let (a, b) = try gradient(at: x, y) { u, v in -0.5 * (1 + v - u * u - exp(v)).sum() }
      return (a + b * b).sum()
    }
    #expect(dx.doubles == [1, 1] && dy.doubles == [0, 0])
  }

  /// Through a model: with weight 1 and bias 0, ∂w of Σ (2 m(x) - 1)² is 4 (2x - 1) x.
  @Test func throughAModel() throws {
    let slopes = try gradient(at: model) { model in
      (2 * model(x) - 1).squared().sum() + 3 * model(y).mean() - 0.01 * abs(model.bias).sum()
    }
    #expect(slopes.weight.doubles == [4, 24])
    let rate = 0.5
    let penalized = try gradient(at: model) { model in
      (model(x) - x).squared().mean() + rate * model.weight.squared().sum() / 2
        + 0.1 * (try gradient(at: x) { x in (model(x) * x).sum() } - 2 * x).squared().sum()
    }
    #expect(penalized.weight.doubles == [0.5, 0.5])
  }

  /// A model and a tensor, in either order, and two models.
  @Test func modelsAndTensors() throws {
    let (slopes, dx) = try gradient(at: model, x) { model, x in
      -0.5 * (1 + model(x) - x * x - exp(y)).sum() + 0.1 * x.squared().sum()
    }
    // ∂w = -½ x; ∂x = -½ w + x + 0.2 x
    #expect(slopes.weight.doubles == [-0.5, -1])
    #expect(abs(dx.doubles[0] - 0.7) < 1e-12)
    let (ofTensor, ofModel) = try gradient(at: x, model) { x, model in
      (model(x) - y).squared().mean() + 0.5 * abs(model(x)).sum() - 1
    }
    #expect(ofTensor.doubles == [1.5, 2.5] && ofModel.weight.doubles == [1.5, 5])
    let (generator, critic) = try gradient(at: model, model) { generator, critic in
      -(log(sigmoid(critic(x)) + 1e-7) + log(1 - sigmoid(critic(generator(y))) + 1e-7)).mean()
    }
    #expect(generator.bias.doubles.allSatisfy { abs($0 - 0.25) < 1e-6 })
    #expect(critic.unreached.isEmpty)
    let (_, _, third) = try gradient(at: model, x, y) { model, x, y in
      (2 * model(x) - 1).squared().sum() + 3 * y.mean() - 0.5 * (y * y).sum()
    }
    #expect(third.doubles == [1.5, 1.5])
  }

  /// Least squares over points in one closure, however the sum is written: at a = b = 0 the slopes
  /// are -2 Σ x y / n and -2 Σ y / n, for (1, 2), (2, 3), (3, 5): -46/3 and -20/3.
  @Test func sumsOverData() {
    let points = [(1.0, 2.0), (2.0, 3.0), (3.0, 5.0)]
    let (xs, ys) = (points.map(\.0), points.map(\.1))
    let mapped = gradient(at: 0.0, 0.0) { a, b in
      points.map { (x, y) in (a * x + b - y) * (a * x + b - y) }.reduce(0, +) / 3
    }
    let zipped = gradient(at: 0.0, 0.0) { a, b in
      zip(xs, ys).map { x, y in (a * x + b - y).squared() }.reduce(0, +) / 3
    }
    let reduced = gradient(at: 0.0, 0.0) { a, b in
      points.reduce(0) { $0 + pow(a * $1.0 + b - $1.1, 2) } / 3
    }
    let summed = gradient(at: 0.0, 0.0) { a, b in
      points.sum { (x, y) in (a * x + b - y) * (a * x + b - y) } / 3
    }
    let listed = gradient(at: [0.0, 0.0]) { p in
      points.map { (x, y) in (p[0] * x + p[1] - y) * (p[0] * x + p[1] - y) }.reduce(0, +) / 3
    }
    for slopes in [mapped, zipped, reduced, summed, (listed[0], listed[1])] {
      #expect(abs(slopes.0 + 46 / 3.0) < 1e-12 && abs(slopes.1 + 20 / 3.0) < 1e-12)
    }
    let one = gradient(at: 0.0) { a in
      zip(xs, ys).map { x, y in (a * x - y) * (a * x - y) }.reduce(0, +) / 2
    }
    #expect(one == -23 * 2 / 2.0)
  }

  /// Long bodies: the logistic loss over data, at w = b = 0, and Rosenbrock by index.
  @Test func sumsWithLongBodies() throws {
    let (xs, labels) = ([1.0, 2], [1.0, 0])
    let (dw, db) = gradient(at: 0.0, 0.0) { w, b in
      zip(xs, labels).sum { x, t in
        -(t * log(sigmoid(w * x + b)) + (1 - t) * log(1 - sigmoid(w * x + b)))
      } / 2
    }
    // Σ (½ - t) x / 2 and Σ (½ - t) / 2
    #expect(abs(dw - 0.25) < 1e-12 && abs(db) < 1e-12)
    let atOnes = gradient(at: [1, 1, 1]) { x in
      (0..<2).sum { i in 100 * (x[i + 1] - x[i] * x[i]).squared() + (1 - x[i]).squared() }
    }
    #expect(atOnes == [0, 0, 0])
    let rows = [(x, y), (y, x)]
    let slope = try gradient(at: x) { w in
      rows.sum { (x, y) in (x * w - y).squared().sum() } / 2
    }
    // Σ over rows of x (x w - y): only the first row counts
    #expect(slope.doubles == [1, 8])
    #expect([Double]().sum { x in Scalar(x) }.value == 0)
  }
}
