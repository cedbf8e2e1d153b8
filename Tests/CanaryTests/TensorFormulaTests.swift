// Formulas of tensors, models and mixtures as users write them; see ScalarFormulaTests for what the
// target is compiled with.

import Adjoint
import Testing

@Suite struct TensorFormulaTests {
  private let x = Tensor([[1, 2, 3], [2, 4, 9]], dtype: .float64)

  @Test func gelu() {
    let y = 0.5 * x * (1 + tanh(0.7978845608028654 * (x + 0.044715 * x * x * x)))
    #expect(abs(y.doubles[0] - 0.8411919906) < 1e-9)
    let z = 0.5 * x * (1 + erf(x / 1.4142135623730951))
    #expect(abs(z.doubles[0] - 0.8413447461) < 1e-9)
  }

  /// Rows of the first kind have mean 2 and variance 2/3; the normalized row is ∓√(3/2), 0.
  @Test func layerNorm() throws {
    let scale = Tensor([1, 1, 1], dtype: .float64), shift = Tensor([0, 0, 0], dtype: .float64)
    let y =
      (x - x.mean(over: -1, keepsDimensions: true))
      / sqrt(x.variance(over: -1, keepsDimensions: true) + 1e-12) * scale + shift
    #expect(abs(y.doubles[0] - -1.2247448714) < 1e-9)
    // The sum of a normalized row does not change with its input.
    func normalized(_ x: Tensor) -> Tensor {
      ((x - x.mean(over: -1, keepsDimensions: true))
        / sqrt(x.variance(over: -1, keepsDimensions: true) + 1e-5) * scale + shift).sum()
    }
    let slope = try gradient(at: x, of: normalized)
    #expect(slope.doubles.allSatisfy { abs($0) < 1e-12 })
  }

  /// Σ over examples of -(t log σ(z) + (1 - t) log(1 - σ(z))), z = X w + b: ∂b = Σ (σ(z) - t).
  @Test func logisticRegression() throws {
    let t = Tensor([1, 0], dtype: .float64)
    let w = Tensor([0, 0, 0], dtype: .float64), b = Tensor(0, dtype: .float64)
    func loss(_ w: Tensor, _ b: Tensor) -> Tensor {
      -(t * log(sigmoid(matmul(x, w) + b)) + (1 - t) * log(1 - sigmoid(matmul(x, w) + b))).sum()
    }
    let (dw, db) = try gradient(at: w, b, of: loss)
    #expect(db.item == 0)
    #expect(dw.doubles == [0.5, 1, 3])
  }

  /// A ridge loss with tensors and a recorded scalar in one expression: ∂λ = ½ Σ w² = 7.
  @Test func mixedScalarAndTensor() throws {
    let w = Tensor([1, 2, 3], dtype: .float64)
    func ridge(_ w: Tensor, _ strength: Scalar) -> Tensor {
      (matmul(x, w) - 1).squared().mean() + strength * (0.5 * w.squared().sum())
    }
    let (dw, strength) = try gradient(at: w, Scalar(0.1), of: ridge)
    #expect(abs(strength.value - 7) < 1e-12)
    #expect(dw.shape == [3])
    let factor: Double = 3
    let scalar = Scalar(2)
    #expect((2 * x[0, 0] + factor * x[0, 1] - scalar * x[0, 2] / 6).item == 7)
  }

  /// A shape may be written as a literal, be a `Shape`, or come as a list of lengths.
  @Test func shapesInEveryForm() {
    let shape = x.shape, lengths = [3, 2]
    let values: [Double] = [1, 2, 3, 4, 5, 6]
    var generator = RandomGenerator(seed: 1)
    #expect(Tensor.zeros(shape).shape == Tensor.zeros(shape.dimensions).shape)
    #expect(Tensor.ones(lengths).shape == [3, 2] && Tensor.ones([]).rank == 0)
    #expect(Tensor.full(lengths, 2).sum().item == 12 && Tensor.full(.scalar, 2).item == 2)
    #expect(x.reshaped(to: lengths).shape == x.reshaped(to: Shape(lengths)).shape)
    #expect(x.reshaped(to: [-1]).shape == [6] && x[0, 0].reshaped(to: .scalar).rank == 0)
    #expect(x.broadcast(to: [2] + shape.dimensions).shape == x.broadcast(to: [2, 2, 3]).shape)
    #expect(Tensor(values, shape: lengths).shape == Tensor(values, shape: [3, 2]).shape)
    #expect(Tensor(values, shape: shape).shape == shape)
    #expect(Tensor([1, 2, 3, 4], shape: [2, 2]).shape == [2, 2])
    #expect(Tensor([Float](repeating: 1, count: 6), shape: lengths).shape == [3, 2])
    #expect(Tensor(mask: [true, false], shape: [2, 1]).shape == [2, 1])
    #expect(Tensor.uniform(shape: lengths, using: &generator).shape == [3, 2])
    #expect(Tensor.normal(shape: [2, 2], using: &generator).shape == [2, 2])
  }

  @Test func indexingChains() throws {
    #expect(x[0][1].item == 2)
    #expect(x[.all, 0].doubles == [1, 2])
    #expect(x[0..., 1...2][1, .all].doubles == [4, 9])
    #expect(x[.newAxis, .ellipsis, 2].transposed().shape == [2, 1])
    func sum(_ x: Tensor) -> Tensor {
      x[1, 2] * x[0][0] + (x[.all, 1] * 2 - x[.all, 0] / 2).sum() + x[0..<1, 1...].sum()
    }
    let slope = try gradient(at: x, of: sum)
    #expect(slope.doubles == [8.5, 3, 1, -0.5, 2, 1])
  }

  /// softmax(Q Kᵀ / √d) V in one expression; rows of weights sum to 1, so with V = 1 the result is
  /// 1.
  @Test func attentionInOneExpression() {
    let v = Tensor.ones([2, 3], dtype: .float64)
    let y = matmul(softmax(matmul(x, x.transposed()) / 1.7320508075688772, along: -1), v)
    #expect(y.doubles.allSatisfy { abs($0 - 1) < 1e-12 })
  }

  /// The log-density of a diagonal Gaussian, in one expression.
  @Test func diagonalGaussian() throws {
    let mean = Tensor([1, 1, 1], dtype: .float64), deviation = Tensor([1, 2, 4], dtype: .float64)
    func density(_ mean: Tensor) -> Tensor {
      (-0.5 * ((x - mean) / deviation).squared() - log(deviation) - 0.9189385332046727).sum()
    }
    let slope = try gradient(at: mean, of: density)
    // Σ over rows of (x - μ) / σ²
    #expect(slope.doubles == [1, 1, 0.625])
  }

  /// A recurrent cell, written as in a book.
  @Test func gatedCell() {
    let (h, c) = (Tensor([0, 0, 0], dtype: .float64), Tensor([1, 1, 1], dtype: .float64))
    let next =
      sigmoid(0.5 * x[0] + 0.25 * h - 0.1)
      * tanh(
        sigmoid(0.1 * x[0] + h + 1) * c + sigmoid(x[0] - h) * tanh(0.2 * x[0] * x[0] - h))
    #expect(next.shape == [3])
    #expect(next.doubles.allSatisfy { $0 > 0 && $0 < 1 })
  }

  /// A gradient inside a gradient: the penalty on the slope of f = Σ x³ is Σ 9 x⁴, its slope 36 x³.
  @Test func gradientPenalty() throws {
    func penalty(_ x: Tensor) throws -> Tensor {
      let slope = try gradient(at: x) { x in (x * x * x).sum() }
      return slope.squared().sum()
    }
    let slope = try gradient(at: x, of: penalty)
    for (slope, x) in zip(slope.doubles, x.doubles) { #expect(abs(slope - 36 * x * x * x) < 1e-9) }
  }

  /// A polynomial of a tensor with eight terms.
  @Test func polynomial() {
    let y =
      1 + 2 * x - 3 * x * x + 4 * x * x * x - 5 * x * x * x * x + 6 * x * x * x * x * x - x / 7
    #expect(abs(y.doubles[0] - (1 + 2 - 3 + 4 - 5 + 6 - 1 / 7.0)) < 1e-12)
  }

  /// Comparisons and choices.
  @Test func huberByChoice() {
    let r = x - 2
    let y = `where`((r .> -1) .&& (r .< 1), 0.5 * r * r, abs(r) - 0.5)
    #expect(y.doubles == [0.5, 0, 0.5, 0, 1.5, 6.5])
  }

  @Test func modelInOneExpression() throws {
    var generator = RandomGenerator(seed: 1)
    let network = Sequential {
      Linear(inputs: 3, outputs: 4, using: &generator)
      Activation.tanh
      Linear(inputs: 4, outputs: 2, using: &generator)
    }
    let inputs = x.converted(to: .float32)
    let (loss, gradient) = try valueWithGradient(at: network) { network in
      softmaxCrossEntropy(logits: network(inputs), labels: [0, 1])
        + 0.01 * network.parameters.map { $0.value.squared().sum() }.reduce(0, +)
    }
    #expect(loss.item > 0)
    #expect(gradient.unreached.isEmpty)
  }
}
