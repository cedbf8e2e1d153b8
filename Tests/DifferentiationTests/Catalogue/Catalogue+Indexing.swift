// The rows of operations that read, write, order and choose elements.

import AdjointArrays
import AdjointDifferentiation
import AdjointElementary

extension Catalogue {
  static let indexing: [Row] = slices + replacements + byNumber + choosing

  private static let subscriptKey = "Tensor.subscript(_: any TensorIndex...)"

  private static let slices: [Row] = [
    tensors("x[1]", [subscriptKey], [[3, 2]]) { $0[0][1] },
    tensors("x[2, 0]", [subscriptKey], [[3, 2]]) { $0[0][2, 0] },
    tensors("x[1..<3]", [subscriptKey], [[4, 2]]) { $0[0][1..<3] },
    tensors("x[0...1]", [subscriptKey], [[4]]) { $0[0][0...1] },
    tensors("x[2...]", [subscriptKey], [[4]]) { $0[0][2...] },
    tensors("x[..<2]", [subscriptKey], [[4]]) { $0[0][..<2] },
    tensors("x[...2]", [subscriptKey], [[4]]) { $0[0][...2] },
    tensors("x[.all, 1]", [subscriptKey], [[2, 3]]) { $0[0][.all, 1] },
    tensors("x[.newAxis, .ellipsis, 0]", [subscriptKey], [[2, 3]]) {
      $0[0][.newAxis, .ellipsis, 0]
    },
    tensors("x[.every(2)]", [subscriptKey], [[5]]) { $0[0][.every(2)] },
    tensors("x[.every(-1)]", [subscriptKey], [[4]]) { $0[0][.every(-1)] },
    tensors("an overlap of two slices", [subscriptKey], [[4]]) { xs in
      xs[0][0..<3] * xs[0][1..<4]
    },
    tensors("a slice of a transposed view", [subscriptKey], [[2, 3]]) {
      $0[0].transposed()[1..<3, 1]
    },
    tensors("an empty slice beside a full one", [subscriptKey], [[3]]) { xs in
      Tensor.concatenated([xs[0][1..<1], xs[0]])
    },
  ]

  private static let listKey = "Tensor.subscript(at: [any TensorIndex])"
  private static let replacingKey = "Tensor.replacing(at: any TensorIndex..., with: Tensor)"
  private static let replacingList = "Tensor.replacing(at: [any TensorIndex], with: Tensor)"

  private static let replacements: [Row] = [
    tensors("x[at: [1..<3, 0]]", [listKey], [[4, 2]]) { $0[0][at: [1..<3, 0]] },
    tensors("a row replaced", [replacingKey], [[3, 2], [2]]) { xs in
      xs[0].replacing(at: 1, with: xs[1])
    },
    tensors("a column replaced by a number", [replacingKey], [[2, 3], []]) { xs in
      xs[0].replacing(at: .all, 2, with: xs[1])
    },
    tensors("every other element replaced by its square", [replacingList], [[5]]) { xs in
      xs[0].replacing(at: [.every(2)] as [AxisSelection], with: xs[0][.every(2)].squared())
    },
    tensors("x[1..<3] = y, of a view", [subscriptKey], [[2, 4], [2, 1]]) { xs in
      var x = xs[0].transposed()
      x[1..<3] = xs[1]
      return x * x
    },
    tensors("x[i] = x[i - 1] x[i], one after the other", [subscriptKey], [[4]]) { xs in
      var x = xs[0]
      for i in 1..<4 { x[i] = x[i - 1] * x[i] }
      return x
    },
    tensors("x[at: [0]] += y", [listKey], [[2, 2], [2]]) { xs in
      var x = xs[0]
      x[at: [0]] += xs[1]
      return x.squared()
    },
  ]

  private static let gatheredKey = "Tensor.gathered(_: Tensor, along: Int)"
  private static let elementsKey = "Tensor.gatheredElements(_: Tensor, along: Int)"
  private static let scatterKey = "Tensor.scatterAdded(_: Tensor, into: Shape, along: Int)"

  private static let byNumber: [Row] = [
    tensors("gathered, repeated positions", [gatheredKey], [[3, 2]]) {
      $0[0].gathered(Tensor(indices: [2, 0, 2, 2]))
    },
    tensors("gathered along 1", [gatheredKey], [[2, 3]]) {
      $0[0].gathered(Tensor(indices: [1, 1]), along: 1)
    },
    tensors("gathered by a matrix of positions", [gatheredKey], [[3]]) {
      $0[0].gathered(Tensor(indices: [0, 2, 2, 1]).reshaped(to: [2, 2]))
    },
    tensors("gatheredElements along the last axis", [elementsKey], [[2, 3]]) {
      $0[0].gatheredElements(Tensor(indices: [2, 2, 0, 1]).reshaped(to: [2, 2]), along: 1)
    },
    tensors("gatheredElements along 0", [elementsKey], [[3, 2]]) {
      $0[0].gatheredElements(Tensor(indices: [2, 0]).reshaped(to: [1, 2]), along: 0)
    },
    tensors("scatterAdded, repeated positions", [scatterKey], [[4, 2]]) {
      $0[0].scatterAdded(Tensor(indices: [1, 0, 1, 1]), into: [3, 2])
    },
    tensors(
      "scatterAdded along 1", ["Tensor.scatterAdded(_: Tensor, into: [Int], along: Int)"], [[2, 3]]
    ) {
      $0[0].scatterAdded(Tensor(indices: [3, 0, 3]), into: [Int]([2, 4]), along: 1)
    },
    tensors(
      "scatterAddedElements, repeated positions",
      ["Tensor.scatterAddedElements(_: Tensor, into: Shape, along: Int)"], [[2, 3]]
    ) {
      $0[0].scatterAddedElements(
        Tensor(indices: [3, 0, 3, 1, 1, 1]).reshaped(to: [2, 3]), into: [2, 4], along: 1)
    },
    tensors(
      "scatterAddedElements along 0",
      ["Tensor.scatterAddedElements(_: Tensor, into: [Int], along: Int)"], [[2, 2]]
    ) {
      $0[0].scatterAddedElements(
        Tensor(indices: [2, 0, 2, 1]).reshaped(to: [2, 2]), into: [Int]([3, 2]), along: 0)
    },
    tensors(
      "sorted", ["Tensor.sorted(along: Int, descending: Bool)"], [[2, 3]],
      kinks: "equal elements keep their order, and each its adjoint"
    ) { $0[0].sorted() },
    tensors(
      "sorted, descending, along 0", ["Tensor.sorted(along: Int, descending: Bool)"], [[3, 2]],
      kinks: "equal elements keep their order, and each its adjoint"
    ) { $0[0].sorted(along: 0, descending: true) },
    tensors(
      "top", ["Tensor.top(_: Int)"], [[2, 4]],
      kinks: "of equal elements the first are taken"
    ) { $0[0].top(2).values },
  ]

  private static let choosing: [Row] = [
    tensors(
      "where", ["where(_: Tensor, _: Tensor, _: Tensor)"], [[2, 3], [2, 3]],
      kinks: "the mask is a constant"
    ) {
      `where`(Tensor(mask: [true, false, true, true, false, false], shape: [2, 3]), $0[0], $0[1])
    },
    tensors(
      "where with all three broadcast", ["where(_: Tensor, _: Tensor, _: Tensor)"], [[3], [2, 1]],
      kinks: "the mask is a constant"
    ) { `where`(Tensor(mask: [true, false, true]), $0[0], $0[1]) },
    tensors(
      "where with a mask larger than both", ["where(_: Tensor, _: Tensor, _: Tensor)"], [[], []],
      kinks: "the mask is a constant"
    ) { `where`(Tensor(mask: [true, false, true]), $0[0], $0[1]) },
    tensors(
      "where with a mask made of the operand", ["where(_: Tensor, _: Tensor, _: Tensor)"], [[6]],
      kinks: "the mask is a constant"
    ) { `where`($0[0] .> 0, exp($0[0]), $0[0] * $0[0]) },
  ]
}
