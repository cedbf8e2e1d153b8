// What this file knows: whole training steps, and the cost of traversing a model.

import Adjoint

private struct Perceptron: Model {
  var layers: [Linear]

  init(_ widths: [Int], using generator: inout some RandomNumberGenerator) {
    layers = zip(widths, widths.dropFirst()).map {
      Linear(inputs: $0, outputs: $1, using: &generator)
    }
  }

  func callAsFunction(_ x: Tensor, _ activation: (Tensor) -> Tensor) -> Tensor {
    var x = x
    for layer in layers.dropLast() { x = activation(layer(x)) }
    return layers[layers.count - 1](x)
  }
}

func makeNetworkBenchmarks() -> [Benchmark] {
  [
    // 784-512-256-10, batch 128, Adam: forward, backward, update.
    Benchmark(title: "mlp") {
      var generator = RandomGenerator(seed: 1)
      var model = Perceptron([784, 512, 256, 10], using: &generator)
      let x = Tensor.uniform(shape: [128, 784], using: &generator)
      let labels = Tensor(indices: (0..<128).map { $0 % 10 })
      var optimizer = Optimizer(for: model, .adam(learningRate: 1e-3))
      return (
        step: {
          let (loss, gradient) = try valueWithGradient(at: model) { model in
            softmaxCrossEntropy(logits: model(x, relu), labels: labels)
          }
          try optimizer.update(&model, along: gradient)
          return loss.item
        }, check: { $0 > 1 && $0 < 5 }
      )
    },
    // 2-16-16-1, batch 32, gradient descent.
    Benchmark(title: "tiny-mlp") {
      var generator = RandomGenerator(seed: 1)
      var model = Perceptron([2, 16, 16, 1], using: &generator)
      let x = Tensor.uniform(-1..<1, shape: [32, 2], using: &generator)
      let y = x[.all, 0..<1] * x[.all, 1..<2]
      var optimizer = Optimizer(for: model, .gradientDescent(learningRate: 0.01))
      return (
        step: {
          let (loss, gradient) = try valueWithGradient(at: model) { model in
            meanSquaredError(model(x, tanh), y)
          }
          try optimizer.update(&model, along: gradient)
          return loss.item
        }, check: { $0 > 0 && $0 < 10 }
      )
    },
    traversal(tensors: 4),
    traversal(tensors: 64),
  ]
}

/// Collects the parameters of a model and rebuilds it, as every gradient call does.
private func traversal(tensors: Int) -> Benchmark {
  Benchmark(title: "model-traversal-\(tensors)") {
    var generator = RandomGenerator(seed: 1)
    var model = Perceptron(
      Array(repeating: 4, count: tensors / 2 + 1), using: &generator)
    return (
      step: {
        var count = 0
        model.updateParameters { count = $0.count }
        return Double(count)
      }, check: { $0 == Double(tensors) }
    )
  }
}
