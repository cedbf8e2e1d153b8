// The perceptron that learns to read. It has never heard of data, training or files.

import Adjoint

/// A multilayer perceptron for images: two hidden layers, one output for each class.
///
/// The outputs are logits: the class with the largest is the answer, and `softmax` of them are the
/// probabilities.
struct Classifier: Model {
  var first: Linear
  var second: Linear
  var output: Linear

  /// Creates a classifier with random weights.
  init(_ widths: Widths, using generator: inout some RandomNumberGenerator) {
    first = Linear(
      inputs: widths.inputs, outputs: widths.first, initializer: .heUniform, using: &generator)
    second = Linear(
      inputs: widths.first, outputs: widths.second, initializer: .heUniform, using: &generator)
    output = Linear(inputs: widths.second, outputs: widths.outputs, using: &generator)
  }

  /// The logits of a batch of images: `[count, inputs]` becomes `[count, classes]`.
  func callAsFunction(_ images: Tensor) -> Tensor {
    output(relu(second(relu(first(images)))))
  }
}

/// The number of values between the layers of a classifier.
struct Widths: Equatable, CustomStringConvertible {
  var inputs: Int
  var first: Int
  var second: Int
  var outputs: Int

  var description: String { "\(inputs)-\(first)-\(second)-\(outputs)" }
}
