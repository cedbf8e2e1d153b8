// Conventions at kinks and at peculiar shapes for operations on tensors.

import AdjointArrays
import AdjointDifferentiation
import AdjointElementary
import Testing

private let inf = Double.infinity

@Suite struct ReductionKinkTests {
  private func slopes(
    _ x: [Double], shape: [Int]? = nil, _ f: @escaping (Tensor) -> Tensor
  ) throws -> [Double] {
    try gradient(at: Tensor(x, shape: shape ?? [x.count], dtype: .float64)) { f($0).sum() }.doubles
  }

  private func curvature(
    _ x: [Double], shape: [Int]? = nil, _ f: @escaping (Tensor) -> Tensor
  ) throws -> [Double] {
    try gradient(at: Tensor(x, shape: shape ?? [x.count], dtype: .float64)) { x in
      try gradient(at: x) { f($0).sum() }.sum()
    }.doubles
  }

  @Test func tiesOfManyShareEqually() throws {
    #expect(try slopes([2, 1, 2, 2]) { 3 * $0.maximum() } == [1, 0, 1, 1])
    #expect(try slopes([2, 1, 1, 2]) { $0.minimum() } == [0, 0.5, 0.5, 0])
    #expect(try slopes([0, -0.0, -1]) { $0.maximum() } == [0.5, 0.5, 0])
    #expect(
      try slopes([1, 1, 5, 0, 5, 5], shape: [2, 3]) { $0.maximum(over: 1) }
        == [0, 0, 1, 0, 0.5, 0.5])
    #expect(
      try slopes([1, 1, 1, 1], shape: [2, 2]) { $0.maximum(over: 0) } == [0.5, 0.5, 0.5, 0.5])
    #expect(try slopes([inf, inf, 1]) { $0.maximum() } == [0.5, 0.5, 0])
    #expect(try slopes([2, 2]) { 2 * $0.maximum() } == [1, 1])
    #expect(try curvature([2, 1, 2]) { $0.maximum().squared() } == [1, 0, 1])
  }

  // A NaN is the extreme element: the value shows it, and so does its share of the adjoint. The
  // numbers beside it are passed over.
  @Test func maximumWithNaN() throws {
    #expect(Tensor([1, .nan]).maximum().item.isNaN)
    #expect(same(try slopes([1, .nan, 2]) { $0.maximum() }, [0, .nan, 0]))
    #expect(
      same(
        try slopes([1, .nan, 2, 4, 4, 1], shape: [2, 3]) { $0.minimum(over: 1) },
        [0, .nan, 0, 0, 0, 1]))
    #expect(same(try curvature([1, .nan]) { $0.maximum().squared() }, [0, .nan]))
    // Masked, it is gone.
    let mask = Tensor(mask: [false, true])
    #expect(
      try slopes([1, .nan, 2, 3], shape: [2, 2]) { `where`(mask, $0.maximum(over: 1), 0) }
        == [0, 0, 0, 1])
  }

  private func same(_ a: [Double], _ b: [Double]) -> Bool {
    a.count == b.count && zip(a, b).allSatisfy { $0 == $1 || ($0.isNaN && $1.isNaN) }
  }

  // A window is a maximum of its own; the shares of overlapping windows add up. Windows of two
  // along [1, 1, 1]: each of the two halves its adjoint.
  @Test func tiesUnderAWindow() throws {
    #expect(
      try slopes([3, 1, 3, 3], shape: [1, 2, 2, 1]) { 3 * maxPool2D($0, window: 2) }
        == [1, 0, 1, 1])
    #expect(
      try slopes([1, 1, 1], shape: [1, 3, 1]) { maxPool1D($0, window: 2, stride: 1) }
        == [0.5, 1, 0.5])
    #expect(try slopes([0, -0.0], shape: [1, 2, 1]) { maxPool1D($0, window: 2) } == [0.5, 0.5])
    // Nothing lies beyond the edge: not a zero that could be the largest element.
    #expect(
      try slopes([-2, -1], shape: [1, 2, 1]) { maxPool1D($0, window: 2, stride: 1, padding: 1) }
        == [1, 2])
    #expect(
      try curvature([2, 1, 2], shape: [1, 3, 1]) { maxPool1D($0, window: 3).squared() }
        == [1, 0, 1])
  }

  // NaN as in the maximum over an axis.
  @Test func windowsWithNaN() throws {
    #expect(maxPool1D(Tensor([1, .nan], shape: [1, 2, 1]), window: 2).item.isNaN)
    #expect(
      same(try slopes([1, .nan], shape: [1, 2, 1]) { maxPool1D($0, window: 2) }, [0, .nan]))
    #expect(
      same(
        try curvature([1, .nan], shape: [1, 2, 1]) { maxPool1D($0, window: 2).squared() },
        [0, .nan]))
  }

  // The mean of what is there; with the padding counted, zeros are there too.
  @Test func meansAtTheEdge() throws {
    let x = Tensor([4, 8], shape: [1, 2, 1], dtype: .float64)
    #expect(averagePool1D(x, window: 2, stride: 1, padding: 1).doubles == [4, 6, 8])
    #expect(
      averagePool1D(x, window: 2, stride: 1, padding: 1, countsPadding: true).doubles == [2, 6, 4])
    #expect(
      try slopes([4, 8], shape: [1, 2, 1]) {
        averagePool1D($0, window: 2, stride: 1, padding: 1)
      } == [1.5, 1.5])
    #expect(
      try slopes([4, 8], shape: [1, 2, 1]) {
        averagePool1D($0, window: 2, stride: 1, padding: 1, countsPadding: true)
      } == [1, 1])
  }

  // The cone ‖x‖ has every vector of length ≤ 1 as a subgradient at 0; the least is 0.
  @Test func normAtZero() throws {
    #expect(try slopes([0, 0]) { $0.norm() } == [0, 0])
    #expect(try curvature([0, 0]) { $0.norm() } == [0, 0])
    #expect(try slopes([3, 4]) { $0.norm() }.map { ($0 * 10).rounded() } == [6, 8])
    #expect(try slopes([0, 0, 3, 4], shape: [2, 2]) { $0.norm(over: [1]) }.prefix(2) == [0, 0])
    #expect(try slopes([0, 0]) { $0.norm().squared() } == [0, 0])
  }

  // ∂Πx/∂xᵢ is the product of the others: with one zero only its own slope is not zero, with two
  // none is. Second derivatives Σⱼ ∂²/∂xᵢ∂xⱼ of abc: b + c, a + c, a + b.
  @Test func productsWithZeros() throws {
    #expect(try slopes([0, 3, 2]) { $0.product() } == [6, 0, 0])
    #expect(try slopes([0, 3, 0]) { $0.product() } == [0, 0, 0])
    #expect(try slopes([0, 0, 0]) { $0.product() } == [0, 0, 0])
    #expect(try slopes([-0.0, 3, 2]) { $0.product() } == [6, 0, 0])
    #expect(try curvature([0, 3, 2]) { $0.product() } == [5, 2, 3])
    #expect(try curvature([0, 0, 2]) { $0.product() } == [2, 2, 0])
    #expect(
      try slopes([0, 3, 2, 5], shape: [2, 2]) { $0.product(over: 1) } == [3, 0, 5, 2])
  }

  // Equal elements keep their order, so each gets the adjoint of its own place.
  @Test func tiesInSorting() throws {
    let weights = Tensor([1, 10, 100], dtype: .float64)
    #expect(try slopes([2, 1, 2]) { $0.sorted() * weights } == [10, 1, 100])
    #expect(try slopes([2, 1, 2]) { $0.sorted(descending: true) * weights } == [1, 100, 10])
    #expect(try slopes([5, 5, 5]) { $0.sorted() * weights } == [1, 10, 100])
    #expect(try slopes([3, 7, 7, 1]) { $0.top(1).values } == [0, 1, 0, 0])
    #expect(try slopes([1, .nan, 0]) { $0.sorted() * weights } == [10, 100, 1])
  }

  // Σ exp: the slope is softmax. An element of -∞ has weight 0, and of many of them the others
  // never hear.
  @Test func logSumExpWithInfinities() throws {
    #expect(try slopes([-inf, 1]) { $0.logSumExp() } == [0, 1])
    #expect(try slopes([-inf, 2, 2]) { $0.logSumExp() } == [0, 0.5, 0.5])
    #expect(try curvature([-inf, 2, 2]) { $0.logSumExp() } == [0, 0, 0])
    // Of nothing but -∞ the weights are 0/0.
    #expect(Tensor([-inf, -inf]).logSumExp().item == -inf)
    #expect(try slopes([-inf, -inf]) { $0.logSumExp() }.allSatisfy { $0.isNaN })
    // Of elements that grow together each takes an equal share, and leaves nothing for the others.
    #expect(Tensor([inf, 1]).logSumExp().item == inf)
    #expect(try slopes([inf, 1]) { $0.logSumExp() } == [1, 0])
    #expect(try slopes([inf, 1, -inf, inf]) { $0.logSumExp() } == [0.5, 0, 0, 0.5])
    #expect(try curvature([inf, 1]) { $0.logSumExp() } == [0, 0])
    #expect(
      try slopes([inf, 1, 0, 0], shape: [2, 2]) { $0.logSumExp(over: 0) } == [
        1, 0.7310585786300049, 0, 0.2689414213699951,
      ])
    #expect(try slopes([1000, 1000]) { $0.logSumExp() } == [0.5, 0.5])
    #expect(try slopes([7]) { $0.logSumExp() } == [1])
  }

  // Masked attention: positions of weight -∞ have probability 0 and no slope, in both orders.
  @Test func softmaxWithMaskedPositions() throws {
    let x = [2, -inf, 1]
    #expect(try slopes(x) { softmax($0)[0] }[1] == 0)
    #expect(try slopes(x) { softmax($0)[0] }.allSatisfy { $0.isFinite })
    #expect(try curvature(x) { softmax($0)[0] }.allSatisfy { $0.isFinite })
    #expect(try slopes(x) { logSoftmax($0)[2] }[1] == 0)
    #expect(try slopes(x) { logSoftmax($0)[2] }.allSatisfy { $0.isFinite })
    #expect(try slopes([1000, 0]) { softmax($0)[0] } == [0, 0])
  }

  // The same limits, over rows short and long, and over any axis: weights that no longer change.
  @Test(arguments: [2, 70]) func softmaxWithInfinity(_ count: Int) throws {
    var x = [Double](repeating: 0, count: count)
    x[1] = inf
    let certain = x.map { $0 == inf ? 1.0 : 0 }
    let weights = Tensor(x.indices.map { Double($0 + 1) }, dtype: .float64)
    for dtype in [DType.float32, .float64] {
      let row = Tensor(x, dtype: dtype)
      #expect(softmax(row).doubles == certain)
      #expect(exp(logSoftmax(row)).doubles == certain)
      let column = Tensor.stacked([row, .zeros([count], dtype: dtype)], along: 1)
      #expect(softmax(column, along: 0)[.all, 0].doubles == certain)
      #expect(exp(logSoftmax(column, along: 0))[.all, 0].doubles == certain)
    }
    #expect(try slopes(x) { softmax($0) * weights } == x.map { _ in 0 })
    #expect(try curvature(x) { softmax($0) * weights } == x.map { _ in 0 })
    // d/dx of the logarithm for the first element: 1 there, minus the weights.
    #expect(try slopes(x) { logSoftmax($0)[0] }.prefix(2) == [1, -1])
    #expect(softmax(Tensor([inf, inf, 0])).floats == [0.5, 0.5, 0])
  }

  // MARK: Shapes: empty, one element, rank 0, views, repeated places, aliased operands

  @Test func emptyTensorsHaveEmptyDerivatives() throws {
    #expect(try slopes([]) { exp($0) * 2 } == [])
    #expect(try slopes([]) { $0.sum() } == [])
    #expect(try slopes([]) { $0.product() } == [])
    #expect(try slopes([]) { $0.logSumExp() } == [])
    #expect(try slopes([], shape: [0, 3]) { $0.sum(over: 0) } == [])
    #expect(try slopes([], shape: [2, 0]) { $0.norm() } == [])
    #expect(try slopes([], shape: [2, 0]) { softmax($0) } == [])
    #expect(try slopes([], shape: [2, 0]) { matmul($0, $0.transposed()) } == [])
    #expect(try slopes([], shape: [0, 2]) { $0.gathered(Tensor(indices: [])) } == [])
    #expect(try slopes([1, 2]) { Tensor.concatenated([$0, $0[0..<0]]) } == [1, 1])
    #expect(try slopes([1, 2]) { $0[1..<1].sum() + $0[0] } == [1, 0])
    #expect(try slopes([1, 2]) { $0.gathered(Tensor(indices: [])).sum() + $0.sum() } == [1, 1])
    // Broadcasting against an axis without elements: nothing arrives, so zero.
    #expect(try slopes([1]) { ($0 * Tensor.zeros([0, 1], dtype: .float64)) } == [0])
  }

  @Test func oneElementAndRankZero() throws {
    for shape in [[], [1], [1, 1]] {
      #expect(try slopes([3], shape: shape) { $0 * $0 } == [6])
      #expect(try slopes([3], shape: shape) { $0.maximum() } == [1])
      #expect(try slopes([3], shape: shape) { $0.product() } == [1])
      #expect(try slopes([3], shape: shape) { $0.mean() } == [1])
      #expect(try slopes([3], shape: shape) { $0.variance() } == [0])
      #expect(try slopes([3], shape: shape) { $0.norm() } == [1])
      #expect(try slopes([3], shape: shape) { $0.flattened().sorted() } == [1])
      #expect(try slopes([3], shape: shape) { softmax($0.flattened()) } == [0])
    }
    #expect(try slopes([3], shape: []) { $0.broadcast(to: [2, 3]) } == [6])
  }

  @Test func repeatedPlacesAdd() throws {
    #expect(try slopes([1, 2, 3]) { $0.gathered(Tensor(indices: [1, 1, 1])) } == [0, 3, 0])
    #expect(try slopes([1, 2]) { Tensor.concatenated([$0, $0, $0]) } == [3, 3])
    #expect(try slopes([1, 2]) { $0[0] * $0[0] + $0[0] } == [3, 0])
    let twice = Tensor(indices: [0, 0]).reshaped(to: [1, 2])
    #expect(
      try slopes([1, 2], shape: [1, 2]) { $0.gatheredElements(twice, along: 1) } == [2, 0])
  }

  // x x, x/x, x - x, matmul(x, xᵀ), where(m, x, x): one variable as both operands.
  @Test func aliasedOperands() throws {
    #expect(try slopes([3]) { $0 * $0 } == [6])
    #expect(try slopes([4]) { $0 / $0 } == [0])
    #expect(try slopes([3]) { $0 - $0 } == [0])
    #expect(try slopes([3]) { $0 + $0 } == [2])
    #expect(try slopes([3, 5]) { `where`(Tensor(mask: [true, false]), $0, $0) } == [1, 1])
    #expect(try slopes([1, 2], shape: [1, 2]) { matmul($0, $0.transposed()) } == [2, 4])
    #expect(try slopes([1, 2]) { einsum("i,i->", $0, $0) } == [2, 4])
    #expect(try slopes([1, 2]) { Tensor.stacked([$0, $0]) } == [2, 2])
  }

  @Test func views() throws {
    let weights = Tensor([[1, 2], [3, 4], [5, 6]], dtype: .float64)
    #expect(
      try slopes([1, 2, 3, 4, 5, 6], shape: [2, 3]) { $0.transposed() * weights }
        == [1, 3, 5, 2, 4, 6])
    #expect(try slopes([1, 2, 3]) { $0.reversed(along: 0) * weights[.all, 0] } == [5, 3, 1])
    #expect(
      try slopes([1, 2, 3, 4, 5, 6]) { $0[.every(2)] * weights[.all, 1] } == [2, 0, 4, 0, 6, 0])
    #expect(try slopes([2], shape: [1, 1]) { $0.broadcast(to: [3, 2]) * weights } == [21])
  }
}
