// The cost of a convolutional network, and of a convolution with each of its derivatives alone.

import Adjoint

func makeConvolutionBenchmarks() -> [Benchmark] {
  [
    // 28 x 28 pixels, batch 64: 5 x 5 to 16, max 2, 5 x 5 to 32, max 2, 512-128-10, Adam.
    Benchmark(title: "cnn") {
      var generator = RandomGenerator(seed: 1)
      var model = Sequential {
        Conv2D(inputs: 1, outputs: 16, window: 5, initializer: .heNormal, using: &generator)
        Activation.relu
        MaxPool2D(window: 2)
        Conv2D(inputs: 16, outputs: 32, window: 5, initializer: .heNormal, using: &generator)
        Activation.relu
        MaxPool2D(window: 2)
        Flatten()
        Linear(inputs: 512, outputs: 128, initializer: .heNormal, using: &generator)
        Activation.relu
        Linear(inputs: 128, outputs: 10, initializer: .heNormal, using: &generator)
      }
      let x = Tensor.uniform(shape: [64, 28, 28, 1], using: &generator)
      let labels = Tensor(indices: (0..<64).map { $0 % 10 })
      var optimizer = Optimizer(for: model, .adam(learningRate: 1e-3))
      return (
        step: {
          let (loss, gradient) = try valueWithGradient(at: model) { model in
            softmaxCrossEntropy(logits: model(x), labels: labels)
          }
          try optimizer.update(&model, along: gradient)
          return loss.item
        }, check: { $0 > 1 && $0 < 6 }
      )
    }
  ] + makeParts()
}

/// The sum Σ x f y behind a convolution, with each of the three left open; an operation is a
/// multiplication with its addition.
private func makeParts() -> [Benchmark] {
  let layers: [(name: String, image: Shape, filter: Shape, padding: Padding, groups: Int)] = [
    ("5x5-1-16", [64, 28, 28, 1], [5, 5, 1, 16], .valid, 1),
    ("5x5-16-32", [64, 12, 12, 16], [5, 5, 16, 32], .valid, 1),
    ("3x3-64-64", [8, 32, 32, 64], [3, 3, 64, 64], .same, 1),
    ("3x3-64-depthwise", [8, 32, 32, 64], [3, 3, 1, 64], .same, 64),
  ]
  return layers.flatMap { name, image, filter, padding, groups in
    ["output", "image", "filter"].map { part in
      let size = image.dropLast().reduce(1, *)
      let output = padding == .same ? size : image[0] * (image[1] - 4) * (image[2] - 4)
      return Benchmark(
        title: "conv-\(name)-\(part)", operations: output * filter.elementCount
      ) {
        var generator = RandomGenerator(seed: 1)
        let x = Tensor.normal(shape: image, using: &generator)
        let f = Tensor.normal(shape: filter, using: &generator)
        let y = conv2D(x, f, padding: padding, groups: groups)
        let filterPullback = try pullback(at: f) { conv2D(x, $0, padding: padding, groups: groups) }
        return (
          step: {
            switch part {
            case "output": blackHole(conv2D(x, f, padding: padding, groups: groups))
            case "image": blackHole(convTransposed2D(y, f, padding: padding, groups: groups))
            default: blackHole(try filterPullback(y))
            }
            return 0
          }, check: { $0 == 0 }
        )
      }
    }
  }
}
