// The programs of README.md, letter for letter between the marks. Change one and the tests tell you
// to change the other.

import Adjoint

enum ReadmeSnippets {
  static var all: [() throws -> Void] { [derivative, tape, training] }

  static func derivative() {
    show("README.md", 1)
    let (y, slope) = valueWithGradient(at: 3.0) { x in x * x + sin(x) }
    print(y, slope)
    shown()
  }

  static func tape() {
    show("README.md", 2)
    let tape = Tape()
    let w = tape.variable(0.5, "w"), x = tape.variable(2, "x")
    let loss = 0.5 * (1 - sigmoid(w * x)).squared()
    let adjoints = tape.gradients(of: loss)
    print(tape.described(with: adjoints))
    shown()
  }

  // show("README.md", 3)
  struct Classifier: Model {
    var hidden: Linear
    var output: Linear

    init(using generator: inout some RandomNumberGenerator) {
      hidden = Linear(inputs: 64, outputs: 32, using: &generator)
      output = Linear(inputs: 32, outputs: 10, using: &generator)
    }

    func callAsFunction(_ x: Tensor) -> Tensor { output(relu(hidden(x))) }
  }
  // shown()

  static func training() throws {
    show("README.md", 4)
    var generator = RandomGenerator(seed: 1)
    let parts = Digits.load().stratifiedSplit([0.8, 0.2], using: &generator)
    let (train, test) = (parts[0], parts[1])

    var model = Classifier(using: &generator)
    var optimizer = Optimizer(
      for: model, .clipGlobalNorm(1), .adam(), .scale(by: .cosine(from: 5e-3, over: 450)))

    for _ in 0..<10 {
      for batch in train.batches(of: 32, shuffledUsing: &generator) {
        let (_, slopes) = try valueWithGradient(at: model) { model in
          softmaxCrossEntropy(logits: model(batch.inputs), labels: batch.labels)
        }
        try optimizer.update(&model, along: slopes)  // slopes.hidden.weight is a Tensor
      }
    }
    let logits = model(Tensor(test.images))
    print("more than 95 % right:", accuracy(logits: logits, labels: test.labels) > 0.95)
    shown()
  }
}
