// The rows of operations that lay elements out again: parts of matrices, repetitions, borders.

import AdjointDifferentiation

extension Catalogue {
  static let rearranging: [Row] = matrixParts + repetitions + borders

  private static let matrixParts: [Row] = [
    tensors("lowerTriangle", ["Tensor.lowerTriangle(diagonal: Int)"], [[3, 3]]) {
      $0[0].lowerTriangle()
    },
    tensors("lowerTriangle of a wide batch", ["Tensor.lowerTriangle(diagonal: Int)"], [[2, 2, 3]]) {
      $0[0].lowerTriangle(diagonal: 1)
    },
    tensors("upperTriangle of a tall matrix", ["Tensor.upperTriangle(diagonal: Int)"], [[3, 2]]) {
      $0[0].upperTriangle()
    },
    tensors("upperTriangle without diagonal", ["Tensor.upperTriangle(diagonal: Int)"], [[3, 3]]) {
      $0[0].upperTriangle(diagonal: 1)
    },
    tensors("diagonal", ["Tensor.diagonal(offset: Int)"], [[3, 3]]) { $0[0].diagonal() },
    tensors("diagonal above, of a wide batch", ["Tensor.diagonal(offset: Int)"], [[2, 2, 3]]) {
      $0[0].diagonal(offset: 1)
    },
    tensors("diagonal below, of a view", ["Tensor.diagonal(offset: Int)"], [[2, 3]]) {
      $0[0].transposed().diagonal(offset: -1)
    },
    tensors("diagonalMatrix", ["Tensor.diagonalMatrix(offset: Int)"], [[3]]) {
      $0[0].diagonalMatrix()
    },
    tensors("diagonalMatrix below, of a batch", ["Tensor.diagonalMatrix(offset: Int)"], [[2, 2]]) {
      $0[0].diagonalMatrix(offset: -1)
    },
  ]

  private static let oneCount = "Tensor.repeated(_: Int, along: Int)"
  private static let manyCounts = "Tensor.repeated(_: [Int], along: Int)"

  private static let repetitions: [Row] = [
    tensors("tiled", ["Tensor.tiled(_: [Int])"], [[2, 3]]) { $0[0].tiled([2, 3]) },
    tensors("tiled, squared", ["Tensor.tiled(_: [Int])"], [[3]]) { $0[0].tiled([2]).squared() },
    tensors("repeated", [oneCount], [[2, 3]]) { $0[0].repeated(2, along: -1) },
    tensors("repeated along 0", [oneCount], [[2, 2]]) { $0[0].repeated(3, along: 0) },
    tensors("repeated by counts", [manyCounts], [[3, 2]]) { $0[0].repeated([2, 0, 1], along: 0) },
    tensors("rolled", ["Tensor.rolled(by: Int, along: Int)"], [[2, 3]]) {
      $0[0].rolled(by: 1, along: -1)
    },
    tensors("rolled toward the front", ["Tensor.rolled(by: Int, along: Int)"], [[4, 2]]) {
      $0[0].rolled(by: -5, along: 0)
    },
    tensors("split by sizes", ["Tensor.split(sizes: [Int], along: Int)"], [[5, 2]]) { xs in
      let parts = xs[0].split(sizes: [2, 1, 2])
      return parts[0] * parts[2] - parts[1]
    },
    tensors("split by sizes along 1", ["Tensor.split(sizes: [Int], along: Int)"], [[2, 3]]) { xs in
      let parts = xs[0].split(sizes: [1, 0, 2], along: 1)
      return Tensor.concatenated([parts[2], parts[1], parts[0].squared()], along: 1)
    },
  ]

  private static let borders: [Row] = PaddingMode.allCases.flatMap { mode in
    let key = "Tensor.padded(before: [Int], after: [Int], mode: PaddingMode)"
    return [
      tensors("padded, \(mode)", [key], [[3]]) {
        $0[0].padded(before: [2], after: [1], mode: mode)
      },
      tensors("padded on two axes, \(mode)", [key], [[2, 3]]) {
        $0[0].padded(before: [1, 0], after: [1, 2], mode: mode).squared()
      },
    ]
  }
}
