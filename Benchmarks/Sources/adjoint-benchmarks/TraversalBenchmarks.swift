// The cost of traversing a model.

import Adjoint

func makeTraversalBenchmarks() -> [Benchmark] { [traversal(tensors: 4), traversal(tensors: 64)] }

/// Collects the parameters of a model and rebuilds it, as every gradient call does.
private func traversal(tensors: Int) -> Benchmark {
  Benchmark(title: "model-traversal-\(tensors)") {
    let layer = Linear(weight: .zeros([4, 4]), bias: .zeros([4]))
    var model = Perceptron(layers: Array(repeating: layer, count: tensors / 2))
    return (
      step: {
        var count = 0
        model.updateParameters { count = $0.count }
        return Double(count)
      }, check: { $0 == Double(tensors) }
    )
  }
}
