// What a refused operation leaves behind: inside a differentiated closure the mistake is thrown at the
// end, and until then the code goes on with a placeholder of the type that the result would have had.

import AdjointArrays
import Testing

@testable import AdjointDifferentiation

@Suite struct RefusalTests {
  struct Refusal: CustomTestStringConvertible, Sendable {
    var testDescription: String
    var types: [TensorType]
    var operation: @Sendable (Tensor) -> [Tensor]

    init(
      _ description: String, _ types: [(Shape, DType)],
      _ operation: @escaping @Sendable (Tensor) -> [Tensor]
    ) {
      testDescription = description
      self.types = types.map { TensorType($0.0, $0.1) }
      self.operation = operation
    }
  }

  /// Mistakes with a tensor of shape [2, 6].
  static let refusals = [
    Refusal("reshape", [([5], .float32)]) { [$0.reshaped(to: [5])] },
    Refusal("reshape to a Shape", [([5], .float32)]) { [$0.reshaped(to: Shape([5]))] },
    Refusal("broadcast", [([3, 6], .float32)]) { [$0.broadcast(to: [3, 6])] },
    Refusal("pad", [([2, 6], .float32)]) { [$0.padded(before: [1], after: [1])] },
    Refusal("split", Array(repeating: ([2, 1], .float32), count: 4)) {
      $0.split(into: 4, along: 1)
    },
    Refusal("split along no axis", Array(repeating: ([2, 6], .float32), count: 3)) {
      $0.split(into: 3, along: 5)
    },
    Refusal("split into none", []) { $0.split(into: 0) },
    Refusal("top", [([2, 7], .float32), ([2, 7], .int32)]) { x in
      let (values, indices) = x.top(7)
      return [values, indices]
    },
    Refusal("argsort", [([2, 6], .int32)]) { [$0.argsorted(along: 2)] },
    Refusal("sort", [([2, 6], .float32)]) { [$0.sorted(along: 2)] },
    Refusal("gather", [([3, 6], .float32)]) { [$0.gathered(Tensor(indices: [0, 1, 2]))] },
    Refusal("gatherElements", [([1, 6], .float32)]) {
      [$0.gatheredElements(Tensor.full([1, 6], 9, dtype: .int32), along: 0)]
    },
    Refusal("scatterAdd", [([4, 6], .float32)]) {
      [$0.scatterAdded(Tensor(indices: [0, 9]), into: [4, 6])]
    },
    Refusal("stack", [([2, 2, 6], .float32)]) { [.stacked([$0, $0[0]])] },
    Refusal("mean of whole numbers", [([6], .int32)]) {
      [$0.converted(to: .int32).mean(over: 0)]
    },
    Refusal("compare", [([2, 6], .bool)]) { [$0 .< Tensor.ones([6], dtype: .float64)] },
    Refusal("logic", [([2, 6], .bool)]) { [$0 .&& ($0 .> 0)] },
    Refusal("matmul", [([2, 3], .float32)]) { [matmul($0, Tensor.ones([5, 3]))] },
    Refusal("matmul of vectors", [([], .float32)]) { [matmul($0[0], Tensor.ones([4]))] },
    Refusal("matmul of a matrix and a vector", [([2], .float32)]) {
      [matmul($0, Tensor.ones([4]))]
    },
    Refusal("one-hot of a class that is not there", [([2, 3], .float32)]) { _ in
      [Tensor(indices: [0, 3]).oneHot(classes: 3)]
    },
    Refusal("whole numbers beyond their type", [([2, 1], .int32), ([], .int32), ([2], .int32)]) {
      _ in
      let large = Tensor(indices: [2_147_483_647, 1])
      return [large.expanded(at: 1) + 1, large.sum(), large.cumulativeSum(along: 0)]
    },
    Refusal("division of whole numbers by zero", [([2, 2], .int32)]) { _ in
      [Tensor(indices: [1, 2]).expanded(at: 1) / Tensor(indices: [1, 0])]
    },
    Refusal("conversion of what has no counterpart", [([2, 6], .int32)]) {
      [($0 / 0).converted(to: .int32)]
    },
    Refusal("choose", [([2, 6], .float32)]) { [`where`(Tensor(1), $0[0], $0)] },
    Refusal("choose, shapes", [([2, 6], .float32)]) {
      [`where`($0 .> 0, $0, Tensor.ones([2, 5]))]
    },
    Refusal("index", [([6], .float32)]) { [$0[7]] },
    Refusal("index of a column", [([2], .float32)]) { [$0[.all, 9]] },
    Refusal("range", [([5, 6], .float32)]) { [$0[0..<5]] },
    Refusal("every other of a range", [([2, 3], .float32)]) {
      [$0.sliced([.all, .range(from: 2, to: 8, step: 2)])]
    },
    Refusal("new axis", [([1, 6], .float32)]) { [$0[.newAxis, 9]] },
    Refusal("too many indices", [([], .float32)]) { [$0[0, 0, 0]] },
    Refusal("sum", [([2], .float32)]) { [$0.sum(over: 4)] },
    Refusal("sum, kept axes", [([1, 1], .float32)]) {
      [$0.sum(over: [0, 4], keepsDimensions: true)]
    },
    Refusal("transpose", [([6, 1], .float32)]) { [$0.transposed([1, 7])] },
    Refusal("expand", [([2, 6, 1], .float32)]) { [$0.expanded(at: 9)] },
    Refusal("squeeze", [([6], .float32)]) { [$0.squeezed(at: 0)] },
    Refusal("reshape, open", [([5, 2], .float32)]) { [$0.reshaped(to: [5, -1])] },
    Refusal("add", [([2, 6], .float32)]) { [$0 + Tensor.ones([2, 5])] },
    Refusal("add, broadcast", [([3, 2, 6], .float32)]) { [$0 * Tensor.ones([3, 1, 4])] },
    Refusal("add, element types", [([4, 2, 6], .float32)]) {
      [max($0, Tensor.ones([4, 1, 1], dtype: .float64))]
    },
    Refusal("einsum", [([2, 4], .float32)]) { [einsum("ij,jk->ik", $0, Tensor.ones([5, 4]))] },
    Refusal("einsum, implicit", [([2, 4], .float32)]) {
      [einsum("ij,jk", $0, Tensor.ones([5, 4]))]
    },
    Refusal("concatenate", [([4, 6], .float32)]) { [.concatenated([$0, Tensor.ones([2, 5])])] },
    Refusal("concatenate, element types", [([2, 12], .float32)]) {
      [.concatenated([$0, Tensor.ones([2, 6], dtype: .float64)], along: 1)]
    },
    Refusal("matmul of batches", [([3, 2, 4], .float32)]) { [matmul($0, Tensor.ones([3, 5, 4]))] },
    Refusal("affine", [([2, 3], .float32)]) {
      [.affine($0, Tensor.ones([5, 3]), Tensor.ones([3]))]
    },
    Refusal("convolution", [([1, 2, 6, 7], .float32)]) {
      [conv2D($0.reshaped(to: [1, 2, 6, 1]), Tensor.ones([1, 1, 2, 7]))]
    },
    Refusal("global average", [([2, 6], .float32)]) { [globalAveragePool2D($0)] },
  ]

  @Test(arguments: refusals)
  func placeholdersHaveTheTypeOfTheResult(_ refusal: Refusal) {
    var types: [TensorType]?
    #expect(throws: TensorError.self) {
      _ = try gradient(at: Tensor.ones([2, 6])) { x in
        types = refusal.operation(x).map(\.type)
        return x.sum()
      }
    }
    #expect(types == refusal.types)
  }

  @Test func partsOfARefusedSplitCanBeTakenByNumber() {
    let error = #expect(throws: TensorError.self) {
      _ = try gradient(at: Tensor([1, 2, 3, 4])) { x in x.split(into: 3)[2].sum() }
    }
    #expect(error?.remedy == "Choose a divisor of 4.")
  }

  @Test func accountAndRemedyAreJoinedByAPeriod() {
    let error = TensorError(
      .shape, operation: "matmul", operands: ["a: float32 [2]"], problem: "it does not fit",
      remedy: "Transpose it.", layer: "hidden")
    #expect(
      error.account == "matmul in layer `hidden`: it does not fit (operands: a: float32 [2])")
    #expect(error.description == "\(error.account). Transpose it.")
  }
}
