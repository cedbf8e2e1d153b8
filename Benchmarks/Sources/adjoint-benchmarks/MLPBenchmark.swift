// A training step of a network whose time goes into matrix products, and the product of the Hessian
// of its loss with a vector.

import Adjoint

/// The loss after the tenth step and the norm of the Hessian's product, from the recipe, as
/// computed in `float64` by peers/expected.py.
private let expectedLoss = 0.12328978
private let expectedProduct = 17.9405241

/// 784-512-256-10 with `relu`, batch 128, softmax cross-entropy.
private func start(reference: String?) throws -> TrainingStart {
  if let start = try TrainingStart(named: "mlp", in: reference) { return start }
  return TrainingStart(
    widths: [784, 512, 256, 10],
    x: Tensor(Recipe.values(stream: 16, count: 128 * 784, bound: 1), shape: [128, 784]),
    y: Tensor(indices: Recipe.indices(stream: 17, count: 128, below: 10)))
}

func makeMLPBenchmarks(reference: String?) -> [Benchmark] {
  [
    // Forward, backward, update with Adam.
    Benchmark(title: "mlp", checkedStep: 10) {
      let start = try start(reference: reference)
      var model = start.model
      var optimizer = Optimizer(for: model, .adam(learningRate: 1e-3))
      return (
        step: {
          let (loss, gradient) = try valueWithGradient(at: model) { model in
            softmaxCrossEntropy(logits: model(start.x, relu), labels: start.y)
          }
          try optimizer.update(&model, along: gradient)
          return loss.item
        }, check: { start.isFromFile ? $0.isFinite : isNear($0, expectedLoss) }
      )
    },
    // The gradient of the inner product of the gradient with a vector.
    Benchmark(title: "hvp-mlp") {
      let start = try start(reference: reference)
      let parameters = start.model.layers.flatMap { [$0.weight, $0.bias].compactMap { $0 } }
      let direction = Gradient(
        leaves: parameters.enumerated().map { place, parameter in
          let values = Recipe.values(
            stream: UInt64(32 + place), count: parameter.elementCount, bound: 1)
          return Tensor(values, shape: parameter.shape.dimensions)
        }, like: start.model)
      let product = {
        try gradient(at: start.model) { model in
          try gradient(at: model) { model in
            softmaxCrossEntropy(logits: model(start.x, relu), labels: start.y)
          }.innerProduct(direction)
        }
      }
      let norm = try product().norm
      return (
        step: {
          for leaf in try product().leaves { leaf.map(blackHole) }
          return norm
        }, check: { start.isFromFile ? $0.isFinite : isNear($0, expectedProduct) }
      )
    },
  ]
}
