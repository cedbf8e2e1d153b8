// A training step of a network so small that its time is the engine's own.

import Adjoint

/// The loss after the tenth step from the recipe, as computed in `float64` by peers/expected.py.
private let expectedLoss = 0.18774128

func makeTinyMLPBenchmarks(reference: String?) -> [Benchmark] {
  [
    // 2-16-16-1 with `tanh`, batch 32, mean squared error, gradient descent.
    Benchmark(title: "tiny-mlp", checkedStep: 10) {
      let start =
        try TrainingStart(named: "tiny_mlp", in: reference)
        ?? {
          let x = Tensor(Recipe.values(stream: 16, count: 64, bound: 1), shape: [32, 2])
          return TrainingStart(
            widths: [2, 16, 16, 1], x: x, y: x[.all, 0..<1] * x[.all, 1..<2])
        }()
      var model = start.model
      var optimizer = Optimizer(for: model, .gradientDescent(learningRate: 0.01))
      return (
        step: {
          let (loss, gradient) = try valueWithGradient(at: model) { model in
            meanSquaredError(model(start.x, tanh), start.y)
          }
          try optimizer.update(&model, along: gradient)
          return loss.item
        }, check: { start.isFromFile ? $0.isFinite : isNear($0, expectedLoss) }
      )
    }
  ]
}
