// The programs of docs/getting-started.md from its models on, letter for letter between the marks.
// Change one and the tests tell you to change the other.

import Adjoint
import Foundation

enum ModelSnippets {
  static var all: [() throws -> Void] { [models, mistakesWithoutModels, formula] }

  // show("docs/getting-started.md", 16)
  struct Perceptron: Model {
    var hidden: Linear
    var output: Linear

    init(width: Int, using generator: inout some RandomNumberGenerator) {
      hidden = Linear(inputs: 2, outputs: width, using: &generator)
      output = Linear(inputs: width, outputs: 1, using: &generator)
    }

    func callAsFunction(_ x: Tensor) -> Tensor { output(tanh(hidden(x))) }
  }
  // shown()

  static func models() throws {
    show("docs/getting-started.md", 17)
    var generator = RandomGenerator(seed: 3)
    let model = Perceptron(width: 8, using: &generator)
    print(model.summary)
    shown()
    show("docs/getting-started.md", 18)
    let inputs = Tensor([[0, 0], [0, 1], [1, 0], [1, 1]])
    let targets = Tensor([[0], [1], [1], [0]])

    let (loss, slopes) = try valueWithGradient(at: model) { model in
      binaryCrossEntropy(logits: model(inputs), targets: targets)
    }
    print(loss.shape, slopes.names)
    print(slopes.hidden.weight.shape, slopes.norm > 0, slopes.unreached)
    shown()
    try train(model, inputs, targets)
    try batches(&generator)
    try mistakes(model, inputs)
    use(loss, slopes)
  }

  private static func train(_ fresh: Perceptron, _ inputs: Tensor, _ targets: Tensor) throws {
    var model = fresh
    show("docs/getting-started.md", 19)
    var optimizer = Optimizer(for: model, .adam(learningRate: 0.05))
    for _ in 0..<200 {
      let (_, slopes) = try valueWithGradient(at: model) { model in
        binaryCrossEntropy(logits: model(inputs), targets: targets)
      }
      try optimizer.update(&model, along: slopes)
    }
    print(model(inputs) .> 0)
    shown()
  }

  private static func batches(_ generator: inout RandomGenerator) throws {
    show("docs/getting-started.md", 20)
    let points = Tensor.uniform(-1..<1, shape: [400, 2], using: &generator)
    let isInside = points.squared().sum(over: 1) .< 0.5
    let labels = isInside.converted(to: .float32).expanded(at: 1)
    let data = LabeledDataset(inputs: points, labels: labels)

    var model = Perceptron(width: 32, using: &generator)
    var optimizer = Optimizer(
      for: model, .clipGlobalNorm(1), .adam(), .scale(by: .cosine(from: 0.05, over: 1300)))
    for _ in 0..<100 {
      for batch in data.batches(of: 32, shuffledUsing: &generator) {
        let (_, slopes) = try valueWithGradient(at: model) { model in
          binaryCrossEntropy(logits: model(batch.inputs), targets: batch.labels)
        }
        try optimizer.update(&model, along: slopes)
      }
    }
    let isRight = (model(points) .> 0) .== (labels .> 0.5)
    let share = isRight.converted(to: .float32).mean().item
    print("steps:", optimizer.step, " more than 95 % right:", share > 0.95)
    shown()
    let path = NSTemporaryDirectory() + "adjoint-\(UUID()).safetensors"
    defer { _ = try? FileManager.default.removeItem(atPath: path) }
    show("docs/getting-started.md", 21)
    try model.save(to: path)

    var copy = Perceptron(width: 32, using: &generator)
    try copy.load(from: path)
    print(copy(points).floats == model(points).floats)
    shown()
    show("docs/getting-started.md", 22)
    var small = Perceptron(width: 4, using: &generator)
    do {
      try small.setState(model.state)
    } catch {
      print(error)
    }
    shown()
  }

  private static func mistakes(_ model: Perceptron, _ inputs: Tensor) throws {
    show("docs/getting-started.md", 23)
    do {
      let (_, slopes) = try valueWithGradient(at: model) { model in
        model(Tensor([[1, 2, 3]])).sum()
      }
      print(slopes.norm)
    } catch {
      print(error)
    }
    shown()
    show("docs/getting-started.md", 26)
    do {
      let (_, slopes) = try valueWithGradient(at: model) { model in
        meanSquaredError(model(inputs), Tensor([0, 1, 1, 0]))
      }
      print(slopes.norm)
    } catch {
      print(error)
    }
    shown()
    show("docs/getting-started.md", 27)
    let (_, slopes) = try valueWithGradient(at: model) { model in
      model.hidden(inputs).squared().mean()
    }
    print(slopes.unreached)
    do {
      try slopes.requireAllReached()
    } catch {
      print(error)
    }
    shown()
  }

  private static func mistakesWithoutModels() throws {
    show("docs/getting-started.md", 24)
    do {
      print(try gradient(at: Tensor([1, 2, 3])) { x in x * x })
    } catch {
      print(error)
    }
    shown()
    show("docs/getting-started.md", 25)
    do {
      print(try gradient(at: Tensor([1, 2])) { x in (x * Tensor([3, 4], dtype: .float64)).sum() })
    } catch {
      print(error)
    }
    shown()
    show("docs/getting-started.md", 28)
    do {
      print(try gradient(at: Tensor(indices: [1, 2])) { n in n.converted(to: .float32).sum() })
    } catch {
      print(error)
    }
    shown()
  }

  private static func formula() {
    show("docs/getting-started.md", 30)
    let (gravity, speed) = (-9.81, 12.0)
    func height(_ t: Scalar) -> Scalar { 0.5 * gravity * t * t + speed * t - (gravity - 1) / speed }
    print(ten(gradient(at: 0.5, of: height)))
    shown()
  }

  // The two below stop the program, so they run in processes of their own; see TrapTests.

  static func keptVariable() {
    show("docs/getting-started.md", 29)
    var kept: Scalar = 0
    let slope = gradient(at: 3.0) { x in
      kept = x * x
      return kept
    }
    print(slope, kept + 1)
    shown()
  }

  static func plainNumbersInside() {
    show("docs/getting-started.md", 31)
    let point: Double = 1
    print(gradient(at: 2.0) { x in x * gradient(at: point) { y in x * y * y } })
    shown()
  }
}
