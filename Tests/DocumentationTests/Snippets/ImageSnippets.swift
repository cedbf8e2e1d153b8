// swift-format-ignore-file
// The programs of docs/images.md, letter for letter between the marks. Change one and the tests
// tell you to change the other.

import Adjoint

enum ImageSnippets {
  static var all: [() throws -> Void] { [filters, positions, digits] }

  static func filters() throws {
    show("docs/images.md", 1)
    let image = Tensor([[0, 0, 1, 1], [0, 0, 1, 1], [0, 1, 1, 0]]).reshaped(to: [1, 3, 4, 1])
    let filter = Tensor([-1, 1], shape: [1, 2, 1, 1])
    print(conv2D(image, filter).reshaped(to: [3, 3]))
    shown()

    show("docs/images.md", 2)
    let slope = try gradient(at: filter) { filter in conv2D(image, filter).sum() }
    print(slope.flattened())
    shown()
  }

  static func positions() {
    show("docs/images.md", 3)
    let photos = Tensor.ones([8, 32, 32, 3])
    let filters = Tensor.ones([3, 3, 3, 16])
    print(conv2D(photos, filters).shape)
    print(conv2D(photos, filters, stride: 2, padding: .same).shape)
    print(conv2D(photos, filters, padding: 2, dilation: 2).shape)
    print(convTransposed2D(conv2D(photos, filters), filters).shape)
    shown()
  }

  static func digits() throws {
    show("docs/images.md", 4)
    var generator = RandomGenerator(seed: 1)
    let parts = Digits.load().stratifiedSplit([0.8, 0.2], using: &generator)
    let (train, test) = (parts[0], parts[1])

    var network = Sequential {
      Conv2D(inputs: 1, outputs: 8, window: 3, padding: 1, initializer: .heNormal, using: &generator)
      Activation.relu
      MaxPool2D(window: 2)
      Conv2D(inputs: 8, outputs: 16, window: 3, padding: 1, initializer: .heNormal, using: &generator)
      Activation.relu
      MaxPool2D(window: 2)
      Flatten()
      Linear(inputs: 2 * 2 * 16, outputs: 10, using: &generator)
    }
    var optimizer = Optimizer(for: network, .adam(learningRate: 5e-3))

    for _ in 0..<15 {
      for batch in train.batches(of: 32, shuffledUsing: &generator) {
        let images = batch.inputs.reshaped(to: [-1, 8, 8, 1])
        let slopes = try gradient(at: network) { network in
          softmaxCrossEntropy(logits: network(images), labels: batch.labels)
        }
        try optimizer.update(&network, along: slopes)
      }
    }
    let logits = network(Tensor(test.images).reshaped(to: [-1, 8, 8, 1]))
    print("parameters:", network.parameterCount)
    print("more than 95 % right:", accuracy(logits: logits, labels: test.labels) > 0.95)
    shown()
  }
}
