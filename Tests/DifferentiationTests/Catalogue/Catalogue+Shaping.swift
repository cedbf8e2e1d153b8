// The rows of operations that move elements without computing.

import AdjointArrays
import AdjointDifferentiation

extension Catalogue {
  static let shaping: [Row] = axes + joining

  private static let axes: [Row] = [
    tensors("reshaped", ["Tensor.reshaped(to: [Int])"], [[2, 3]]) { $0[0].reshaped(to: [3, 2]) },
    tensors("reshaped with an inferred length", ["Tensor.reshaped(to: [Int])"], [[2, 2, 3]]) {
      $0[0].reshaped(to: [4, -1])
    },
    tensors("reshaped transposed view", ["Tensor.reshaped(to: Shape)"], [[2, 3]]) {
      $0[0].transposed().reshaped(to: $0[0].flattened().shape)
    },
    tensors("flattened", ["Tensor.flattened()"], [[2, 3]]) { $0[0].flattened() },
    tensors("transposed", ["Tensor.transposed()"], [[2, 2, 3]]) { $0[0].transposed() },
    tensors(
      "transposed by a three-cycle", ["Tensor.transposed(_: [Int])"], [[2, 3, 2]]
    ) { $0[0].transposed([1, 2, 0]) },
    tensors(
      "transposed by negative axes", ["Tensor.transposed(_: [Int])"], [[2, 3]]
    ) { $0[0].transposed([-1, 0]) },
    tensors(
      "broadcast along a new and a single axis", ["Tensor.broadcast(to: Shape)"], [[3, 1]]
    ) { $0[0].broadcast(to: [2, 3, 2]) },
    tensors("broadcast of rank 0", ["Tensor.broadcast(to: [Int])"], [[]]) {
      $0[0].broadcast(to: [Int](repeating: 2, count: 2))
    },
    tensors("expanded", ["Tensor.expanded(at: Int)"], [[2, 3]]) { $0[0].expanded(at: 1) },
    tensors("expanded at the end", ["Tensor.expanded(at: Int)"], [[2]]) { $0[0].expanded(at: -1) },
    tensors("squeezed", ["Tensor.squeezed(at: Int)"], [[2, 1, 3]]) { $0[0].squeezed(at: 1) },
    tensors("reversed", ["Tensor.reversed(along: Int)"], [[2, 3]]) { $0[0].reversed(along: 1) },
    tensors("reversed along 0", ["Tensor.reversed(along: Int)"], [[3, 2]]) {
      $0[0].reversed(along: 0)
    },
    tensors("padded", ["Tensor.padded(before: [Int], after: [Int], value: Double)"], [[2, 3]]) {
      $0[0].padded(before: [1, 0], after: [0, 2])
    },
    tensors(
      "padded with a value", ["Tensor.padded(before: [Int], after: [Int], value: Double)"], [[2]]
    ) { $0[0].padded(before: [2], after: [1], value: 5) },
  ]

  private static let joining: [Row] = [
    tensors(
      "concatenated along 0", ["Tensor.concatenated(_: [Tensor], along: Int)"], [[2, 2], [1, 2]]
    ) { Tensor.concatenated($0) },
    tensors(
      "concatenated along the last axis, three parts",
      ["Tensor.concatenated(_: [Tensor], along: Int)"], [[2, 1], [2, 3], [2, 2]]
    ) { Tensor.concatenated($0, along: -1) },
    tensors("stacked", ["Tensor.stacked(_: [Tensor], along: Int)"], [[2, 2], [2, 2]]) {
      Tensor.stacked($0)
    },
    tensors("stacked along the end", ["Tensor.stacked(_: [Tensor], along: Int)"], [[3], [3]]) {
      Tensor.stacked($0, along: -1)
    },
    tensors("split", ["Tensor.split(into: Int, along: Int)"], [[4, 2]]) { xs in
      let parts = xs[0].split(into: 2)
      return parts[0] * parts[1] - parts[1]
    },
    tensors("split along the last axis", ["Tensor.split(into: Int, along: Int)"], [[2, 3]]) { xs in
      let parts = xs[0].split(into: 3, along: -1)
      return parts[2] * parts[0]
    },
  ]
}
