// Elements laid out again, against what the names promise, index by index.

import AdjointArrays
import AdjointDifferentiation
import Testing

/// Equal shapes, and equal elements.
private func == (a: Tensor, b: Tensor) -> Bool { a.shape == b.shape && a.doubles == b.doubles }

@Suite struct RearrangingTests {
  /// A tensor of distinct whole numbers.
  private func counting(_ shape: [Int]) -> Tensor {
    let count = shape.reduce(1, *)
    return (Tensor.range(count, dtype: .float64) + 1).reshaped(to: shape)
  }

  /// The matrix whose element at (i, j) is `f(i, j)`.
  private func matrix(_ rows: Int, _ columns: Int, _ f: (Int, Int) -> Double) -> [Double] {
    (0..<rows).flatMap { i in (0..<columns).map { j in f(i, j) } }
  }

  @Test(arguments: [(3, 3), (2, 4), (4, 2), (1, 1), (0, 2)], [-5, -2, -1, 0, 1, 2, 5])
  func trianglesAndDiagonals(shape: (Int, Int), diagonal: Int) {
    let (rows, columns) = shape
    let x = counting([rows, columns])
    func element(_ i: Int, _ j: Int) -> Double { Double(i * columns + j + 1) }
    let lower = matrix(rows, columns) { $1 - $0 <= diagonal ? element($0, $1) : 0 }
    let upper = matrix(rows, columns) { $1 - $0 >= diagonal ? element($0, $1) : 0 }
    #expect(x.lowerTriangle(diagonal: diagonal).doubles == lower)
    #expect(x.upperTriangle(diagonal: diagonal).doubles == upper)
    let places = (0..<rows).filter { (0..<columns).contains($0 + diagonal) }
    #expect(x.diagonal(offset: diagonal).doubles == places.map { element($0, $0 + diagonal) })
    // A batch is one matrix after the other.
    let batch = Tensor.stacked([x, 2 * x])
    #expect(batch.lowerTriangle(diagonal: diagonal).doubles == lower + lower.map { 2 * $0 })
    #expect(batch.diagonal(offset: diagonal)[1] == 2 * x.diagonal(offset: diagonal))
  }

  @Test(arguments: [-2, -1, 0, 1, 3])
  func aDiagonalMatrixHasTheDiagonal(offset: Int) {
    let x = counting([2, 3])
    let made = x.diagonalMatrix(offset: offset)
    #expect(made.shape == [2, 3 + abs(offset), 3 + abs(offset)])
    #expect(made.diagonal(offset: offset) == x)
    #expect(made.sum() == x.sum())
  }

  @Test func repetitions() {
    let x = Tensor([[1, 2], [3, 4]])
    #expect(x.tiled([2, 1]) == Tensor([[1, 2], [3, 4], [1, 2], [3, 4]]))
    #expect(x.tiled([1, 2]) == Tensor([[1, 2, 1, 2], [3, 4, 3, 4]]))
    #expect(x.tiled([0, 1]).shape == [0, 2])
    #expect(x.repeated(2, along: 0) == Tensor([[1, 2], [1, 2], [3, 4], [3, 4]]))
    #expect(x.repeated(2, along: -1) == Tensor([[1, 1, 2, 2], [3, 3, 4, 4]]))
    #expect(x.repeated(0, along: 0).shape == [0, 2])
    #expect(x.repeated([0, 3], along: 1) == Tensor([[2, 2, 2], [4, 4, 4]]))
    #expect(Tensor(5).tiled([]) == Tensor(5))
    #expect(Tensor(indices: [1, 2]).repeated(2, along: 0) == Tensor(indices: [1, 1, 2, 2]))
  }

  @Test(arguments: [-7, -3, -1, 0, 1, 2, 3, 4])
  func rollingMovesOn(count: Int) {
    let x = Tensor([[0, 1, 2], [10, 11, 12]])
    let expected = (0..<3).map { j in Double(((j - count) % 3 + 3) % 3) }
    let rolled = x.rolled(by: count, along: 1)
    #expect(rolled.doubles == expected + expected.map { $0 + 10 })
    #expect(rolled.rolled(by: -count, along: 1) == x)
  }

  @Test func bordersOfTheirOwnElements() {
    let x = Tensor([1, 2, 3])
    #expect(x.padded(before: [2], after: [2], mode: .reflect) == Tensor([3, 2, 1, 2, 3, 2, 1]))
    #expect(x.padded(before: [2], after: [1], mode: .replicate) == Tensor([1, 1, 1, 2, 3, 3]))
    #expect(x.padded(before: [4], after: [1], mode: .circular) == Tensor([3, 1, 2, 3, 1, 2, 3, 1]))
    let matrix = Tensor([[1, 2], [3, 4]])
    #expect(
      matrix.padded(before: [1, 0], after: [0, 1], mode: .reflect)
        == Tensor([[3, 4, 3], [1, 2, 1], [3, 4, 3]]))
    for mode in PaddingMode.allCases {
      #expect(matrix.padded(before: [0, 0], after: [0, 0], mode: mode) == matrix)
    }
  }

  @Test func partsOfGivenSizes() {
    let x = counting([2, 5])
    let parts = x.split(sizes: [2, 0, 3], along: -1)
    #expect(parts.map(\.shape) == [[2, 2], [2, 0], [2, 3]])
    #expect(Tensor.concatenated(parts, along: 1) == x)
    #expect(x.split(sizes: [2]).map(\.shape) == [[2, 5]])
  }

  // ⟨gather(x), y⟩ = ⟨x, scatterAdd(y)⟩.
  @Test func scatteringElementsIsTheTransposeOfGathering() {
    let x = counting([2, 4]), y = counting([2, 3]) * 0.5
    let indices = Tensor(indices: [3, 3, 0, 1, 2, 1]).reshaped(to: [2, 3])
    let scattered = y.scatterAddedElements(indices, into: x.shape, along: 1)
    #expect((x.gatheredElements(indices, along: 1) * y).sum() == (x * scattered).sum())
  }

  @Test(
    arguments: [
      Mistake("rank", { $0[0].lowerTriangle() }), Mistake("rank", { $0[0].diagonal() }),
      Mistake("rank 0", { $0.sum().diagonalMatrix() }), Mistake("counts", { $0.tiled([2]) }),
      Mistake("counts", { $0.tiled([2, -1]) }), Mistake("-1 times", { $0.repeated(-1, along: 0) }),
      Mistake("no axis 2", { $0.repeated(1, along: 2) }),
      Mistake("3 counts", { $0.repeated([1, 1, 1], along: 0) }),
      Mistake("-2 times", { $0.repeated([1, -2], along: 0) }),
      Mistake("no axis", { $0.rolled(by: 1, along: 7) }),
      Mistake(
        "too short to reflect", { $0.padded(before: [2, 0], after: [0, 0], mode: .reflect) }),
      Mistake(
        "too short to fill", { $0[..<0].padded(before: [1, 0], after: [0, 0], mode: .replicate) }),
      Mistake("does not name the 2 axes", { $0.padded(before: [1], after: [0], mode: .circular) }),
      Mistake("do not fill axis 0", { $0.split(sizes: [1, 2])[1] }),
      Mistake("do not fill axis 0", { $0.split(sizes: [Int.max, Int.max])[0] }),
      Mistake("order 0.5", { $0.norm(order: 0.5) }),
      Mistake("without elements", { $0[..<0].median(over: 0) }),
      Mistake("int32", { $0.converted(to: .int32).median() }),
      Mistake("int32", { $0.converted(to: .int32).cumulativeProduct(along: 0) }),
      Mistake("no axis 2", { $0.cumulativeMaximum(along: 2) }),
      Mistake("truth values", { ($0 .> 0).cumulativeMinimum(along: 0) }),
    ])
  func whatDoesNotFitIsThrown(mistake: Mistake) { mistake.expectThrown() }
}

/// A mistake with a tensor of shape [2, 3], and what the message must name.
struct Mistake: Sendable, CustomTestStringConvertible {
  var text: String
  var operation: @Sendable (Tensor) -> Tensor
  var testDescription: String { text }

  init(_ text: String, _ operation: @escaping @Sendable (Tensor) -> Tensor) {
    self.text = text
    self.operation = operation
  }

  func expectThrown() {
    let error = #expect(throws: TensorError.self) {
      _ = try gradient(at: Tensor([[1, 2, 3], [4, 5, 6]])) { x in
        operation(x).converted(to: .float32).sum()
      }
    }
    #expect(error?.description.contains(text) == true, "\(error?.description ?? "nothing thrown")")
  }
}
