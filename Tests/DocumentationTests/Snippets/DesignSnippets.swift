// The programs of the pages in docs/design, letter for letter between the marks. Change one and the
// tests tell you to change the other.

import Adjoint

enum DesignSnippets {
  static var all: [() throws -> Void] {
    [
      recordSize, none, numbersAmongTensors, nesting, formulas, scaled, values, mixtures, dropouts,
      zeroWins, maskedTwice, overflow, choosing, reductions, positions, sizes, losses,
      wholeNumbers,
    ]
  }

  // MARK: tape.md

  static func recordSize() {
    show("docs/design/tape.md", 1)
    let numbers = Tape()
    let u = numbers.variable(2)
    _ = u * u
    print(numbers.byteCount)
    _ = u * 0.1
    print(numbers.byteCount)
    shown()
  }

  static func none() {
    show("docs/design/tape.md", 2)
    let tape = Tape()
    let x = tape.variable(2, "x"), y = tape.variable(3, "y")
    let adjoints = tape.gradients(of: x * 0)
    print(adjoints[x] == 0, adjoints.reached(x))
    print(adjoints[y] == 0, adjoints.reached(y))
    shown()
  }

  static func numbersAmongTensors() {
    show("docs/design/tape.md", 3)
    let loss = Tape()
    let rate = loss.variable(Tensor([0.5]), "rate")
    print(loss.nodes.count, (rate * 2 + 1).isRecorded, loss.nodes.map(\.operation))
    shown()
  }

  static func nesting() {
    show("docs/design/tape.md", 4)
    // d/dx of x * d/dy (x + y) = x * 1; a system that confuses the two answers 2.
    print(gradient(at: 1.0) { x in x * gradient(at: 1) { y in x + y } })
    shown()
  }

  // MARK: elementary.md, storage.md, models.md

  static func formulas() {
    show("docs/design/elementary.md", 1)
    let x = Formula("x")
    for function: Elementary.Opcode in [.tanh, .sqrt, .atan] {
      print(function.name, "->", function.derivative(of: x))
    }
    shown()
  }

  static func scaled() throws {
    show("docs/design/elementary.md", 2)
    let x = Tensor([0, 4])
    let slope = try gradient(at: x) { x in `where`(x .> 0, sqrt(x), 0).sum() }
    print(slope)
    shown()
  }

  static func values() {
    show("docs/design/storage.md", 1)
    let a = Tensor([1, 2, 3])
    var b = a
    b += 1
    print(a, b)
    shown()
  }

  // show("docs/design/models.md", 1)
  struct Mixture: Model {
    var experts: [Linear]
    var gate: Tensor
    @Untrained var count: Tensor
    var temperature = 0.5
  }
  // shown()

  static func mixtures() {
    show("docs/design/models.md", 2)
    let expert = Linear(weight: Tensor([[1, 2], [3, 4]]), bias: Tensor([0, 0]))
    let mixture = Mixture(experts: [expert, expert], gate: Tensor([0.5, 0.5]), count: Tensor(0))
    print(mixture.summary)
    shown()
  }

  static func dropouts() throws {
    show("docs/design/models.md", 3)
    var generator = RandomGenerator(seed: 3)
    let network = Sequential {
      Linear(inputs: 2, outputs: 4, using: &generator)
      Dropout(0.5)
      Linear(inputs: 4, outputs: 1, using: &generator)
    }
    let x = Tensor([[1, 2]])
    do {
      _ = try gradient(at: network) { network in network(x).sum() }
    } catch {
      print(error)
    }
    let training = try gradient(at: network) { network in network(x, using: &generator).sum() }
    print(training.isFinite, network(x).shape)
    shown()
    show("docs/design/models.md", 4)
    let looksAt = try gradient(at: x) { x in forInference { network(x) }.sum() }
    print(looksAt.shape)
    shown()
  }

  // MARK: conventions.md

  static func zeroWins() throws {
    show("docs/design/conventions.md", 1)
    print(gradient(at: 0.0) { x in 0 * sqrt(x) + x })
    print(try gradient(at: Tensor([0, 1])) { x in `where`(x .> 0, log(x), x).sum() })
    shown()
  }

  static func maskedTwice() throws {
    show("docs/design/conventions.md", 2)
    let masked = try gradient(at: Tensor([0, 2])) { x in
      try gradient(at: x) { x in `where`(x .> 0, x * log(x), 0).sum() }.sum()
    }
    print(masked)
    shown()
  }

  static func overflow() {
    show("docs/design/conventions.md", 3)
    print(gradient(at: 1000.0) { x in log(1 + exp(x)) }, gradient(at: 1000.0) { x in softplus(x) })
    print(gradient(at: -1000.0) { x in 1 / (1 + exp(-x)) })
    print(gradient(at: 0.0) { x in sqrt(x).squared() })
    shown()
  }

  static func choosing() throws {
    show("docs/design/conventions.md", 4)
    let x = Tensor([-1, 0, 2])
    print(try gradient(at: x) { x in `where`(x .> 0, x * x, 3 * x).sum() })
    shown()
  }

  static func reductions() throws {
    show("docs/design/conventions.md", 5)
    func slopes(_ x: Tensor, _ f: (Tensor) -> Tensor) throws -> Tensor {
      try gradient(at: x, of: f)
    }

    print("maximum   ", try slopes(Tensor([1, 3, 3])) { $0.maximum() })
    print("√ maximum ", try slopes(Tensor([0, -1])) { sqrt($0.maximum()) })
    print("with NaN  ", try slopes(Tensor([1, .nan, 2])) { $0.maximum() })
    print("minimum   ", try slopes(Tensor([2, 2, 2, 2])) { $0.minimum() })
    print("product   ", try slopes(Tensor([2, 0, 3])) { $0.product() })
    print("norm      ", try slopes(Tensor([0, 0])) { $0.norm() })
    print("logSumExp ", try slopes(Tensor([-.infinity, 2, 2])) { $0.logSumExp() })
    print("of +∞     ", try slopes(Tensor([.infinity, 2, 2])) { $0.logSumExp() })
    print("softmax   ", try slopes(Tensor([-.infinity, 1])) { softmax($0)[0] })
    print("variance  ", try slopes(Tensor([1, 1])) { $0.variance() })
    print("of no elements", Tensor.zeros([0]).sum(), Tensor.zeros([0]).product())
    shown()
  }

  static func positions() throws {
    show("docs/design/conventions.md", 6)
    let x = Tensor([5, 7])
    print(try gradient(at: x) { x in x.gathered(Tensor(indices: [0, 0, 1])).sum() })
    print(try gradient(at: Tensor([2, 1, 2])) { x in (x.sorted() * Tensor([1, 10, 100])).sum() })
    shown()
  }

  static func sizes() throws {
    show("docs/design/conventions.md", 7)
    let far = Tensor([1e20, 1, 1])
    print(far.norm(), try gradient(at: far) { x in x.norm() })
    shown()
  }

  static func losses() throws {
    show("docs/design/conventions.md", 8)
    let target = Tensor([1.0])
    print("absolute error ", try gradient(at: target) { x in meanAbsoluteError(x, target) })
    print("huber, at delta", try gradient(at: Tensor([2])) { x in huber(x, target) })
    print(
      "certain and wrong, logits",
      try gradient(at: Tensor([-1000])) { z in binaryCrossEntropy(logits: z, targets: target) })
    let certain = Tensor([[-.infinity, 0]])
    print("certain and right", softmaxCrossEntropy(logits: certain, targets: Tensor([[0, 1]])))
    shown()
  }

  static func wholeNumbers() {
    show("docs/design/conventions.md", 9)
    do {
      _ = try gradient(at: Tensor([1.0])) { x in
        let count = Tensor(indices: [2_147_483_647]) + 1
        return (x * count.converted(to: .float32)).sum()
      }
    } catch {
      print(error)
    }
    print(Tensor(indices: [2_147_483_647, 1, -1]).sum())
    shown()
  }
}
