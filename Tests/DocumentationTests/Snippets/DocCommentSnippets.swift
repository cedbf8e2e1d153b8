// swift-format-ignore-file
// The examples in the documentation comments of Sources, letter for letter between the marks, each
// in surroundings that make it a program. Those whose comment says what they print are run.

import Adjoint
import Foundation

enum CommentSnippets {
  /// The examples that print.
  static var all: [() throws -> Void] { [table, summary] }

  static func table() {
    show("Sources/Differentiation/Reading/Tape+Description.swift", 1)
    let tape = Tape()
    let w = tape.variable(0.5, "w"), x = tape.variable(2, "x")
    let y = sigmoid(w * x)
    print(tape.described(with: tape.gradients(of: y)))
    shown()
  }

  static func summary() {
    var generator = RandomGenerator(seed: 1)
    show("Sources/Networks/Model+Summary.swift", 1)
    print(Linear(inputs: 64, outputs: 32, using: &generator).summary)
    shown()
  }

  // show("Sources/Networks/Model.swift", 1)
  struct Classifier: Model {
    var hidden: Linear
    var output: Linear
    func callAsFunction(_ x: Tensor) -> Tensor { output(relu(hidden(x))) }
  }
  // shown()

  enum Statistics {
    struct Encoder: Model {
      var layer: Linear
    }

    // show("Sources/Networks/Untrained.swift", 1)
    struct Normalization: Model {
      var scale: Tensor
      @Untrained var runningMean: Tensor      // a statistic, updated by the model itself
      @Untrained var backbone: Encoder        // a frozen model inside a trained one
    }
    // shown()
  }

  static func mistakes() throws {
    show("Sources/Arrays/Shape/AdjointError.swift", 1)
    do {
      let weights = try Safetensors.load(contentsOf: "weights.safetensors")
      print(weights.tensors.count)
    } catch let error as any AdjointError {
      print(error.account)
      print(error.remedy)
    }
    shown()
  }

  static func splitting() {
    var generator = RandomGenerator(seed: 1)
    show("Sources/Data/LabeledImages.swift", 1)
    let parts = Digits.load().stratifiedSplit([0.7, 0.15, 0.15], using: &generator)
    shown()
    use(parts)
  }

  static func batches() {
    show("Sources/Data/Batches.swift", 2)
    let inputs = Tensor([[0, 0], [0, 1], [1, 0], [1, 1]])
    let data = LabeledDataset(inputs: inputs, labels: [0, 1, 1, 0])
    for batch in data.batches(of: 2) {
      print(batch.labels)     // [0, 1], then [1, 0]
    }
    shown()
  }

  static func saving(_ model: Classifier) throws {
    show("Sources/Data/Model+Files.swift", 1)
    try model.save(to: "classifier.safetensors")
    shown()
  }

  static func loading(_ generator: inout RandomGenerator) throws {
    struct Classifier: Model {
      var output: Linear
      init(using generator: inout RandomGenerator) {
        output = Linear(inputs: 1, outputs: 1, using: &generator)
      }
    }
    show("Sources/Data/Model+Files.swift", 2)
    var model = Classifier(using: &generator)
    try model.load(from: "classifier.safetensors")
    shown()
  }

  static func formula() {
    show("Sources/Elementary/Formula.swift", 1)
    let x = Formula("x")
    print(sin(x) * x)                              // sin(x) * x
    print(Elementary.Opcode.tanh.derivative(of: x))  // 1 - tanh(x) * tanh(x)
    shown()
  }

  static func adjoints(_ tape: Tape, _ w: Scalar, _ loss: Scalar) {
    show("Sources/Differentiation/Walks/Adjoints.swift", 1)
    let adjoints = tape.gradients(of: loss)
    print(adjoints[w])
    shown()
    show("Sources/Differentiation/Reading/ReverseSteps.swift", 1)
    for step in tape.reverseSteps(of: loss) { print(step) }
    shown()
  }

  static func walk() {
    show("Sources/Differentiation/Walks/ReverseMode.swift", 1)
    let tape = Tape()
    let x = tape.variable(3)
    let y = x * x
    print(tape.gradients(of: y)[x])   // 6.0
    shown()
  }

  static func tape() {
    show("Sources/Differentiation/Tape/Tape.swift", 1)
    let tape = Tape()
    let w = tape.variable(0.5, "w"), x = tape.variable(2, "x")
    let loss = 0.5 * (1 - sigmoid(w * x)).squared()
    let adjoints = tape.gradients(of: loss)
    print(adjoints[w], tape.described(with: adjoints))
    shown()
  }

  static func indexNotation(_ a: Tensor, _ b: Tensor, _ u: Tensor, _ v: Tensor) {
    evaluate {
      show("Sources/Differentiation/Rules/Composites/Einsum.swift", 1)
      einsum("ik,kj->ij", a, b)      // the matrix product
      einsum("bij,bjk->bik", a, b)   // a batch of them
      einsum("ii->", a)              // the trace
      einsum("i,j->ij", u, v)        // the outer product
      shown()
    }
  }

  static func customDerivative(_ x: Scalar) {
    show("Sources/Differentiation/Operators/CustomDerivative.swift", 1)
    // log(1 + exp(x)), whose automatic derivative would overflow for large x
    let y = withCustomDerivative(at: x) { x in
      (value: Scalar(x.value > 30 ? x.value : log(1 + exp(x.value))),
       pullback: { adjoint in adjoint * sigmoid(x) })
    }
    shown()
    use(y)
  }

  static func valueAndSlope() {
    show("Sources/Differentiation/Operators/DifferentialOperators+Scalars.swift", 1)
    let (value, slope) = valueWithGradient(at: 3.0) { x in x * x + sin(x) }
    shown()
    use(value, slope)
  }

  static func scalar() {
    show("Sources/Differentiation/Tape/Scalar.swift", 1)
    let (value, slope) = valueWithGradient(at: 3.0) { x in x * x + sin(x) }
    shown()
    use(value, slope)
  }

  static func indexing(_ x: Tensor) {
    evaluate {
      show("Sources/Differentiation/Tensor/Tensor+Indexing.swift", 1)
      x[0]                    // the first row
      x[1..<3]                // rows 1 and 2
      x[.all, 0]              // the first column
      x[.newAxis, .ellipsis]  // one axis more, in front
      shown()
    }
  }

  static func tensor() {
    show("Sources/Differentiation/Tensor/Tensor.swift", 1)
    let x = Tensor([[1, 2], [3, 4]])
    let y = (2 * x + 1).sum(over: 0)      // [10.0, 14.0]
    shown()
    use(y)
  }

  static func constant(_ x: Tensor) throws {
    show("Sources/Differentiation/Tensor/Tensor.swift", 2)
    let slope = try gradient(at: x) { _ in Tensor(2).asConstant() }  // zeros
    shown()
    use(slope)
  }

  static func lossOfModel(_ model: Classifier, _ batch: LabeledBatch) throws {
    show("Sources/Differentiation/Operators/DifferentialOperators.swift", 1)
    let (loss, slopes) = try valueWithGradient(at: model) { model in
      softmaxCrossEntropy(logits: model(batch.inputs), labels: batch.labels)
    }
    shown()
    use(loss, slopes)
  }

  static func sumOverPoints() {
    show("Sources/Differentiation/Operators/Sequence+Sum.swift", 1)
    let points = [(1.0, 2.0), (2.0, 3.0), (3.0, 5.0)]
    let (da, db) = gradient(at: 0.5, 0.1) { a, b in
      points.sum { (x, y) in (a * x + b - y).squared() } / 3
    }
    shown()
    use(da, db)
  }

  static func severalTensors(_ x: Tensor, _ y: Tensor) throws {
    show("Sources/Differentiation/Operators/DifferentialOperators.swift", 2)
    let (value, (dx, dy)) = try valueWithGradient(at: x, y) { x, y in (x * y).sum() }
    shown()
    use(value, dx, dy)
  }

  static func gradientOfModel(
    _ model: Classifier, _ x: Tensor, _ y: Tensor, _ loss: (Tensor, Tensor) -> Tensor
  ) throws {
    try evaluate {
      show("Sources/Networks/Gradient.swift", 1)
      let slopes = try gradient(at: model) { model in loss(model(x), y) }
      slopes.hidden.weight          // a Tensor of the weight's shape
      slopes["hidden.weight"]       // the same by name, nil if the loss never used it
      slopes.unreached              // the names of parameters that the loss never used
      shown()
    }
  }

  static func productWithHessian(
    _ model: Classifier, _ direction: Gradient<Classifier>, _ loss: (Classifier) -> Tensor
  ) throws {
    show("Sources/Networks/Gradient+VectorSpace.swift", 1)
    // The product of the Hessian with a vector is the gradient of an inner product.
    let product = try gradient(at: model) { model in
      try gradient(at: model, of: loss).innerProduct(direction)
    }
    shown()
    use(product)
  }

  static func initializers(_ generator: inout RandomGenerator) {
    show("Sources/Networks/Initializer.swift", 1)
    let weight = Initializer.heNormal(shape: [64, 32], using: &generator)
    let layer = Linear(inputs: 64, outputs: 32, initializer: .heNormal, using: &generator)
    shown()
    use(weight, layer)
  }

  static func layers(_ network: Sequential<Linear, Dropout>, _ x: Tensor, _ generator: inout RandomGenerator) {
    show("Sources/Networks/Layers/Layer.swift", 1)
    let prediction = network(x)                     // for use
    let logits = network(x, using: &generator)      // for training
    shown()
    use(prediction, logits)
  }

  static func inference(_ network: Sequential<Linear, Dropout>, _ image: Tensor) throws {
    show("Sources/Networks/Layers/Inference.swift", 1)
    let saliency = try gradient(at: image) { image in
      forInference { network(image) }.maximum()
    }
    shown()
    use(saliency)
  }

  static func sequence(_ dropsOut: Bool, _ generator: inout RandomGenerator) {
    show("Sources/Networks/Layers/Sequential.swift", 1)
    let network = Sequential {
      Linear(inputs: 64, outputs: 32, using: &generator)
      Activation.relu
      for _ in 0..<2 { Linear(inputs: 32, outputs: 32, using: &generator) }
      if dropsOut { Dropout(0.1) }
      Linear(inputs: 32, outputs: 10, using: &generator)
    }
    shown()
    use(network)
  }

  static func precise(_ model: Classifier) {
    show("Sources/Networks/Model+Parameters.swift", 1)
    let precise = model.converted(to: .float64)      // for checking gradients
    shown()
    use(precise)
  }

  static func ownTransform(_ model: Classifier) {
    show("Sources/Optimizers/GradientTransform.swift", 1)
    struct Lion: GradientTransform {
      let name = "lion"
      let stateNames = ["momentum"]

      func apply(to stretch: borrowing Optimizer.Stretch) {
        let update = stretch.update, momentum = stretch.state(0)
        for i in 0..<stretch.count {
          let g = update[i], m = momentum[i]
          let direction = 0.9 * m + 0.1 * g
          update[i] = direction > 0 ? 1 : direction < 0 ? -1 : 0
          momentum[i] = 0.99 * m + 0.01 * g
        }
      }
    }

    var optimizer = Optimizer(for: model, .transform(Lion()), .scale(by: 1e-4))
    shown()
    use(optimizer)
    optimizer.nonFinitePolicy = .skip
  }

  static func training(
    _ start: Classifier, _ digits: LabeledImages, _ generator: inout RandomGenerator
  ) throws {
    var model = start
    show("Sources/Optimizers/Optimizer.swift", 1)
    var optimizer = Optimizer(for: model, .clipGlobalNorm(1), .adam(learningRate: 1e-3))
    for batch in digits.batches(of: 128, shuffledUsing: &generator) {
      let slopes = try gradient(at: model) { model in
        softmaxCrossEntropy(logits: model(batch.inputs), labels: batch.labels)
      }
      try optimizer.update(&model, along: slopes)
    }
    shown()
    use(model)
  }

  static func savedState(
    _ start: Classifier, _ before: Optimizer, _ generator: inout RandomGenerator
  ) throws {
    var model = start
    do {
      let optimizer = before
      show("Sources/Adjoint/Optimizer+Files.swift", 1)
      try model.save(to: "model.safetensors")
      try optimizer.save(to: "optimizer.safetensors")
      shown()
    }
    show("Sources/Adjoint/Optimizer+Files.swift", 2)
    var optimizer = Optimizer(for: model, .adam(learningRate: 1e-3))
    try model.load(from: "model.safetensors")
    try optimizer.load(from: "optimizer.safetensors")
    shown()
    use(optimizer)
  }

  static func auxiliaryResults(_ model: Classifier, _ batch: LabeledBatch) throws {
    show("Sources/Differentiation/Operators/DifferentialOperators+Auxiliary.swift", 1)
    let (loss, slope, logits) = try valueWithGradientAndAuxiliary(at: model) { model in
      let logits = model(batch.inputs)
      return (softmaxCrossEntropy(logits: logits, labels: batch.labels), logits)
    }
    print(loss, slope.norm, accuracy(logits: logits, labels: batch.labels))
    shown()
  }

  static func splittingData() {
    show("Sources/Data/LabeledDataset+Split.swift", 1)
    var generator = RandomGenerator(seed: 1)
    let data = LabeledDataset(inputs: Tensor.zeros([10, 2]), labels: Tensor.zeros([10]))
    let parts = data.split([0.7, 0.3], using: &generator)
    print(parts[0].count, parts[1].count)  // 7 3
    shown()
  }

  static func filters() {
    show("Sources/Optimizers/ParameterFilter.swift", 1)
    let decayed: Optimizer.ParameterFilter = .suffix("weight")
    let head: Optimizer.ParameterFilter = .prefix("output.") || .named("scale")
    let body = !head
    shown()
    use(decayed, head, body)
  }

  static func chains(_ model: Classifier) {
    evaluate {
      show("Sources/Optimizers/PublishedOptimizers.swift", 1)
      Optimizer(for: model, .adam(), .scale(by: .cosine(from: 1e-3, over: 500)))
      shown()
      show("Sources/Optimizers/TransformChain.swift", 1)
      Optimizer(for: model, .clipGlobalNorm(1), .adam(learningRate: 1e-3))
      Optimizer(for: model, .scaleByAdam(), .addDecayedWeights(0.01), .scale(by: 1e-3))
      shown()
      show("Sources/Optimizers/TransformChain.swift", 2)
      Optimizer(
        for: model, .scaleByAdam(),
        .only(.prefix("encoder."), .scale(by: 1e-5)),
        .only(!.prefix("encoder."), .scale(by: 1e-3)))
      shown()
      show("Sources/Optimizers/TransformChain.swift", 3)
      Optimizer(for: model, .adam(learningRate: 1e-3), .only(.suffix("bias"), .multiply(by: 2)))
      shown()
    }
  }

  static func schedules() {
    evaluate {
      show("Sources/Optimizers/Schedule.swift", 1)
      let rate: Optimizer.Schedule = .warmUp(over: 100, then: .cosine(from: 1e-3, over: 900))
      rate.value(at: 50)      // 0.0005
      rate.value(at: 100)     // 0.001
      rate.value(at: 1000)    // 0.0
      shown()
    }
  }

  static func windows() {
    show("Sources/Arrays/Shape/Padding.swift", 1)
    let both: PerAxis = 2
    let rowsOnly: PerAxis = [2, 1]
    shown()
    use(both, rowsOnly)
  }

  static func paddings() {
    show("Sources/Arrays/Shape/Padding.swift", 2)
    let none: Padding = .valid
    let sameSize: Padding = .same
    let oneAllRound: Padding = 1
    let rowsOnly: Padding = [1, 0]
    let afterOnly: Padding = .explicit(before: 0, after: 1)
    shown()
    use(none, sameSize, oneAllRound, rowsOnly, afterOnly)
  }

  static func convolutions() {
    evaluate {
      show("Sources/Differentiation/Rules/Primitives/Convolution.swift", 1)
      let images = Tensor.ones([8, 28, 28, 3])
      let filter = Tensor.ones([5, 5, 3, 16])
      conv2D(images, filter).shape                               // [8, 24, 24, 16]
      conv2D(images, filter, stride: 2, padding: .same).shape    // [8, 14, 14, 16]
      shown()
    }
  }

  static func transposedConvolutions() {
    evaluate {
      show("Sources/Differentiation/Rules/Primitives/Convolution.swift", 2)
      let small = Tensor.ones([8, 7, 7, 16])
      let filter = Tensor.ones([4, 4, 3, 16])
      convTransposed2D(small, filter, stride: 2, padding: 1).shape    // [8, 14, 14, 3]
      shown()
    }
  }

  static func pools() {
    evaluate {
      show("Sources/Differentiation/Rules/Primitives/Pooling.swift", 1)
      let x = Tensor([1, 2, 5, 4], shape: [1, 2, 2, 1])
      maxPool2D(x, window: 2)    // [[[[5.0]]]]
      shown()
    }
    evaluate {
      show("Sources/Differentiation/Rules/Primitives/Pooling.swift", 2)
      let x = Tensor([1, 2, 5, 4], shape: [1, 2, 2, 1])
      averagePool2D(x, window: 2)    // [[[[3.0]]]]
      shown()
    }
  }

  static func normalizedRows() {
    show("Sources/Differentiation/Rules/Primitives/LayerNorm.swift", 1)
    let x = Tensor([[1, 3], [10, 30]])
    let y = layerNorm(x, gain: Tensor([1, 1]), bias: Tensor([0, 5]), epsilon: 0)
    print(y.floats)  // [-1.0, 6.0, -1.0, 6.0]
    shown()
  }

  static func convolutionLayers(_ generator: inout RandomGenerator) {
    show("Sources/Networks/Layers/Convolution.swift", 1)
    let network = Sequential {
      Conv2D(inputs: 1, outputs: 16, window: 5, initializer: .heNormal, using: &generator)
      Activation.relu
      MaxPool2D(window: 2)
      Flatten()
      Linear(inputs: 12 * 12 * 16, outputs: 10, using: &generator)
    }
    let logits = network(Tensor.ones([64, 28, 28, 1]))    // [64, 10]
    shown()
    use(logits)
  }
}
