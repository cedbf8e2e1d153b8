// Mistakes in making layers, initializers and gradients, and in handing over the parameters of a
// model.

import Adjoint

extension Mistake {
  static let layers = [
    Mistake("a linear layer of no inputs", "Linear: inputs is 0. Pass a number of 1 or more.") {
      _ = seeded { Linear(inputs: 0, outputs: 2, using: &$0) }
    },
    Mistake("a linear layer of no outputs", "Linear: outputs is -1. Pass a number of 1 or more.") {
      _ = seeded { Linear(inputs: 2, outputs: -1, using: &$0) }
    },
    Mistake("a normalization of nothing", "LayerNorm: count is 0. Pass a number of 1 or more.") {
      _ = LayerNorm(0)
    },
    Mistake(
      "an infinite epsilon",
      "LayerNorm: the epsilon, which is added to a variance, is inf. Pass a small number of 0 or "
        + "more, such as 1e-5."
    ) { _ = LayerNorm(2, epsilon: .infinity) },
    Mistake("dropout of too much", "Dropout: the probability is 1.5. Pass a number from 0 to 1.") {
      _ = Dropout(1.5)
    },
    Mistake("dropout of NaN", "dropout: the probability is nan. Pass a number from 0 to 1.") {
      _ = seeded { dropout(.ones([2]), probability: .nan, using: &$0) }
    },
    Mistake(
      "a convolution of groups that do not divide",
      "Conv2D: 3 groups do not divide 4 inputs and 6 outputs. Choose a common divisor of both."
    ) { _ = seeded { Conv2D(inputs: 4, outputs: 6, window: 3, groups: 3, using: &$0) } },
    Mistake("a convolution of no groups", "Conv2D: groups is 0. Pass a number of 1 or more.") {
      _ = seeded { Conv2D(inputs: 4, outputs: 6, window: 3, groups: 0, using: &$0) }
    },
    Mistake(
      "a window of three numbers",
      "Conv2D: window is [3, 3, 3], with 3 numbers for 2 axes. Give one number, or one for each "
        + "axis."
    ) { _ = seeded { Conv2D(inputs: 1, outputs: 1, window: [3, 3, 3], using: &$0) } },
    Mistake("an empty window", "Conv1D: window is 0. Pass a number of 1 or more.") {
      _ = seeded { Conv1D(inputs: 1, outputs: 1, window: 0, using: &$0) }
    },
    Mistake("a stride of zero", "Conv1D: stride is 0. Pass a number of 1 or more.") {
      _ = Conv1D(weight: .ones([1, 1, 1]), stride: 0)
    },
    Mistake(
      "a negative padding", "ConvTransposed2D: padding is -1. Pass numbers of 0 or more."
    ) { _ = ConvTransposed2D(weight: .ones([1, 1, 1, 1]), padding: -1) },
    Mistake("a dilation of zero", "Conv2D: dilation is [1, 0]. Pass a number of 1 or more.") {
      _ = Conv2D(weight: .ones([1, 1, 1, 1]), dilation: [1, 0])
    },
    Mistake("pooling by nothing", "MaxPool2D: window is 0. Pass a number of 1 or more.") {
      _ = MaxPool2D(window: 0)
    },
    Mistake("pooling in no steps", "AveragePool2D: stride is 0. Pass a number of 1 or more.") {
      _ = AveragePool2D(window: 2, stride: 0)
    },
    Mistake("a slope of NaN", "leakyRelu: the slope is nan. Pass a finite number.") {
      _ = Activation.leakyRelu(slope: .nan)(.ones([2]))
    },
    Mistake("an infinite scale", "elu: the scale is inf. Pass a finite number.") {
      _ = elu(Tensor.ones([2]), scale: .infinity)
    },
    Mistake("a delta of zero", "huber: delta is 0.0. Pass a finite number above 0.") {
      _ = huber(.ones([2]), .ones([2]), delta: 0)
    },
    Mistake(
      "a label that is no class",
      "accuracy: label 2 at position 1 is not one of the 2 classes (operands: float32 [2, 2]). "
        + "Labels count from 0 to 1."
    ) { _ = accuracy(logits: .ones([2, 2]), labels: [0, 2]) },
    Mistake(
      "a constant of NaN", "Initializer.constant: the number is nan. Pass a finite number."
    ) { _ = Initializer.constant(.nan) },
    Mistake(
      "an empty distribution",
      "Initializer.uniform: there is no uniform distribution over 1.0..<1.0. Pass a range of "
        + "finite numbers that is not empty."
    ) { _ = Initializer.uniform(1..<1) },
    Mistake(
      "a negative deviation of weights",
      "Initializer.truncatedNormal: the mean is 0.0 and the standard deviation -1.0. Pass finite "
        + "numbers, and a standard deviation of 0 or more."
    ) { _ = Initializer.truncatedNormal(standardDeviation: -1) },
    Mistake(
      "an infinite gain", "Initializer.orthogonal: the gain is inf. Pass a finite number."
    ) { _ = Initializer.orthogonal(gain: .infinity) },
    Mistake(
      "outputs that do not fall into groups",
      "Initializer: the outputs, the last axis of [3, 4], do not fall into 3 groups. Pass a "
        + "divisor of their number."
    ) { _ = seeded { Initializer.heNormal(shape: [3, 4], groups: 3, using: &$0) } },
  ]

  static let models = [
    Mistake(
      "a gradient that loses a leaf",
      "leaves: a gradient of Linear was given 1. Keep one for each of its 2 parameters."
    ) {
      var gradient = Gradient.zero(like: small)
      gradient.leaves.removeLast()
    },
    Mistake(
      "a gradient of too few leaves",
      "Gradient: there are 1 leaves for the 2 parameters of Linear. Pass one for each, or nil."
    ) { _ = Gradient(leaves: [nil], like: small) },
    Mistake(
      "a leaf of another shape",
      "Gradient: the leaf of weight is float32 [2], and the parameter float32 [2, 1]. Pass a leaf "
        + "of the type of its parameter, or nil."
    ) { _ = Gradient(leaves: [.ones([2]), nil], like: small) },
    Mistake(
      "gradients of unlike models",
      "+: the gradients are those of two models of type Linear whose parameters differ in number, "
        + "shape or element type. Take both of the same model."
    ) {
      let other = Linear(weight: .ones([3, 1]), bias: .ones([1]))
      _ = Gradient.zero(like: small) + Gradient.zero(like: other)
    },
    Mistake(
      "a parameter of another shape",
      "updateParameters: the closure changed the number or the type of the tensors. Leave `weight` "
        + "at its place, as float32 [2, 1]."
    ) {
      var model = small
      model.updateParameters { $0[0] = .ones([2]) }
    },
    Mistake(
      "a model that cannot be taken apart",
      "Closed: at `table`, the keys of `Dictionary<Bool, Tensor>` are not names. Use String or Int "
        + "keys, or conform the key type to CodingKeyRepresentable."
    ) { _ = Closed().parameters },
    Mistake(
      "a model that cannot be put together",
      "Forgetful: init(from:) reads `b`, which encode(to:) did not write. Write the value under "
        + "that key, or read it with decodeIfPresent."
    ) { _ = Forgetful().mapTensors { $0 } },
  ]

  private static var small: Linear { Linear(weight: .ones([2, 1]), bias: .ones([1])) }

  private struct Closed: Model {
    var table = [true: Tensor(1)]
  }

  /// A model with a conformance written by hand that does not read what it wrote.
  private struct Forgetful: Model {
    var a = Tensor(1)
    var b = Tensor(2)
    init() {}
    enum CodingKeys: String, CodingKey { case a, b }
    init(from decoder: any Decoder) throws {
      a = try decoder.container(keyedBy: CodingKeys.self).decode(Tensor.self, forKey: .b)
      b = try decoder.container(keyedBy: CodingKeys.self).decode(Tensor.self, forKey: .a)
    }
    func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: CodingKeys.self)
      try container.encode(a, forKey: .a)
    }
  }
}
