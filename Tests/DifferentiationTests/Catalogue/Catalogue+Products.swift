// The rows of matrix products, of products in index notation, of softmax and of
// normalized rows.

import AdjointDifferentiation

extension Catalogue {
  static let products: [Row] = matrixProducts + indexNotation + softmaxes + normalized

  /// Every combination of ranks, including batches that broadcast on either side.
  private static let matrixProducts: [Row] =
    [
      ([2, 3], [3, 2]), ([3], [3]), ([3], [3, 2]), ([2, 3], [3]), ([2, 2, 3], [3]),
      ([3], [2, 3, 2]), ([2, 2, 3], [3, 2]), ([2, 3], [2, 3, 2]), ([2, 2, 3], [2, 3, 1]),
      ([2, 1, 1, 3], [2, 3, 2]), ([1, 2, 3], [2, 3, 1]), ([1, 1], [1, 1]),
    ].map { (a: [Int], b: [Int]) in
      tensors("matmul \(a) \(b)", ["matmul(_: Tensor, _: Tensor)"], [a, b]) { matmul($0[0], $0[1]) }
    } + [
      tensors("matmul of transposed views", ["matmul(_: Tensor, _: Tensor)"], [[3, 2], [2, 3]]) {
        matmul($0[0].transposed(), $0[1].transposed())
      },
      tensors("matmul with itself transposed", ["matmul(_: Tensor, _: Tensor)"], [[2, 3]]) {
        matmul($0[0], $0[0].transposed())
      },
      tensors("affine map", [], [[2, 3], [3, 2], [2]]) { Tensor.affine($0[0], $0[1], $0[2]) },
      tensors("affine map of a batch", [], [[2, 1, 3], [3, 2], [2]]) {
        Tensor.affine($0[0], $0[1], $0[2])
      },
    ]

  private static let indexNotation: [Row] =
    ([
      ("ik,kj->ij", [[2, 3], [3, 2]]), ("bij,bjk->bik", [[2, 2, 1], [2, 1, 3]]),
      ("ii->", [[3, 3]]), ("ii->i", [[3, 3]]), ("i,j->ij", [[2], [3]]), ("ij->ji", [[2, 3]]),
      ("ij->", [[2, 2]]), ("ij,ij->i", [[2, 3], [2, 3]]), ("i,ij,j->", [[2], [2, 3], [3]]),
      ("ij,kj", [[2, 3], [2, 3]]), ("i,i", [[3], [3]]), ("bij,b->ij", [[2, 2, 2], [2]]),
      ("iij,j->i", [[2, 2, 2], [2]]), ("ij,k->jk", [[2, 3], [2]]),
    ] as [(String, [[Int]])]).flatMap { equation, shapes in
      [
        tensors(
          "einsum \(equation)", ["einsum(_: String, _: [Tensor])"], shapes
        ) { einsum(equation, $0) }
      ]
    } + [
      tensors(
        "einsum, operands one by one", ["einsum(_: String, _: Tensor...)"], [[2, 2], [2, 2]]
      ) {
        einsum("ij,jk->ki", $0[0], $0[1])
      }
    ]

  private static let softmaxes: [Row] = [
    tensors("softmax", ["softmax(_: Tensor, along: Int)"], [[2, 3]]) { softmax($0[0]) },
    tensors("softmax along 0", ["softmax(_: Tensor, along: Int)"], [[3, 2]]) {
      softmax($0[0], along: 0)
    },
    tensors("logSoftmax", ["logSoftmax(_: Tensor, along: Int)"], [[2, 3]]) { logSoftmax($0[0]) },
    tensors("logSoftmax along 0", ["logSoftmax(_: Tensor, along: Int)"], [[3, 2]]) {
      logSoftmax($0[0], along: 0)
    },
    tensors("softmax of one axis", ["softmax(_: Tensor, along: Int)"], [[4]]) { softmax($0[0]) },
    // What the loss over labels in the room of networks is made of.
    tensors("cross-entropy of rows", [], [[3, 4]]) {
      $0[0].crossEntropyOfRows(Tensor(indices: [2, 0, 3]))
    },
  ]

  private static let normalized: [Row] = {
    let name = "layerNorm(_: Tensor, gain: Tensor, bias: Tensor, epsilon: Double)"
    return [
      tensors("layerNorm", [name], [[2, 3], [3], [3]]) {
        layerNorm($0[0], gain: $0[1], bias: $0[2], epsilon: 0.1)
      },
      tensors("layerNorm of one axis", [name], [[4], [4], [4]]) {
        layerNorm($0[0], gain: $0[1], bias: $0[2])
      },
      tensors("layerNorm of three axes", [name], [[2, 2, 3], [3], [3]]) {
        layerNorm($0[0], gain: $0[1], bias: $0[2], epsilon: 0.5)
      },
    ]
  }()
}
