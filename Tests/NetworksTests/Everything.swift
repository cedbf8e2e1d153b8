// A model with all that the traversal of a model can meet.

import Adjoint

struct Everything: Model {
  enum Mode: Codable, Sendable, Equatable {
    case plain
    case scaled(by: Double)
  }

  struct Options: Codable, Sendable, Equatable {
    var rate: Double
    var tags: [String]
  }

  var first: Tensor
  var mode: Mode
  var options: Options
  var maybe: Tensor?
  var nothing: Tensor?
  var list: [Linear]
  var tensors: [Tensor?]
  var byName: [String: Tensor]
  var byNumber: [Int: Linear]
  @Untrained var runningMean: Tensor
  @Untrained var frozen: Linear
  var count: Int
  var last: Tensor

  init() {
    var generator = seeded()
    first = Tensor([1])
    mode = .scaled(by: 2)
    options = Options(rate: 0.5, tags: ["a", "b"])
    maybe = Tensor([2])
    list = (0..<2).map { _ in Linear(inputs: 1, outputs: 1, using: &generator) }
    tensors = [Tensor([3]), nil, Tensor([4])]
    byName = ["b": Tensor([6]), "a": Tensor([5]), "c": Tensor([7])]
    byNumber = Dictionary(
      uniqueKeysWithValues: [10, 2].map {
        ($0, Linear(weight: Tensor([[Double($0)]])))
      })
    runningMean = Tensor([8])
    frozen = Linear(weight: Tensor([[9]]))
    count = 3
    last = Tensor([10])
  }
}
