// A whole training run gives the same bits for any number of threads.

import Adjoint
import Testing

private struct Perceptron: Model {
  var hidden: Linear
  var output: Linear

  init(using generator: inout some RandomNumberGenerator) {
    hidden = Linear(inputs: 64, outputs: 300, using: &generator)
    output = Linear(inputs: 300, outputs: 10, using: &generator)
  }

  func callAsFunction(_ x: Tensor) -> Tensor { output(relu(hidden(x))) }
}

@Suite(.serialized) struct TrainingDeterminismTests {
  /// Batches of 512 make the products and the elementwise operations large enough to be divided.
  private func train(threads: Int) throws -> [[UInt32]] {
    let limit = Parallelism.limit
    Parallelism.limit = threads
    defer { Parallelism.limit = limit }
    var generator = RandomGenerator(seed: 3)
    var model = Perceptron(using: &generator)
    let digits = Digits.load()
    var optimizer = Optimizer(for: model, .clipGlobalNorm(1), .adam(learningRate: 1e-3))
    for batch in digits.batches(of: 512, shuffledUsing: &generator) {
      let gradient = try gradient(at: model) { model in
        softmaxCrossEntropy(logits: model(batch.inputs), labels: batch.labels)
      }
      try optimizer.update(&model, along: gradient)
    }
    return model.parameters.map { $0.value.floats.map(\.bitPattern) }
  }

  @Test func sameBitsForOneTwoAndEightThreads() throws {
    let one = try train(threads: 1)
    #expect(try train(threads: 2) == one)
    #expect(try train(threads: 8) == one)
  }
}
