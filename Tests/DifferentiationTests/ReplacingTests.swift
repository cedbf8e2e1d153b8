// Replaced parts: values as of the same loops over arrays, values of copies that stay, derivatives
// that arrive at the new elements and not at the old ones.

import AdjointArrays
import AdjointDifferentiation
import AdjointElementary
import Testing

@Suite struct ReplacingTests {
  @Test func partsOfEveryKind() {
    let x = Tensor([[1, 2, 3], [4, 5, 6]])
    #expect(x.replacing(at: 0, with: Tensor([7, 8, 9])).doubles == [7, 8, 9, 4, 5, 6])
    #expect(x.replacing(at: .all, 1, with: 0).doubles == [1, 0, 3, 4, 0, 6])
    #expect(x.replacing(at: 1, 2, with: 7).doubles == [1, 2, 3, 4, 5, 7])
    #expect(x.replacing(at: .ellipsis, 0..<2, with: Tensor([7, 8])).doubles == [7, 8, 3, 7, 8, 6])
    #expect(x.replacing(at: 0, .every(-1), with: Tensor([7, 8, 9])).doubles == [9, 8, 7, 4, 5, 6])
    #expect(x.replacing(at: 0..<0, with: 7).doubles == x.doubles)
    #expect(x.replacing(at: [.all, .all], with: 7).doubles == [7, 7, 7, 7, 7, 7])
    #expect(x.replacing(at: [0, 1..<3], with: 7).doubles == [1, 7, 7, 4, 5, 6])
    #expect(x[at: [0, 1]].item == 2)
    #expect(x[at: Array(repeating: 0..<1, count: x.rank)].shape == [1, 1])
    #expect(x[at: []].doubles == x.doubles)
    let whole = Tensor(indices: [1, 2, 3])
    #expect(whole.replacing(at: 0, with: 9).values(as: Int32.self) == [9, 2, 3])
  }

  @Test func aVariableHasAValueOfItsOwn() {
    var x = Tensor([1, 2, 3])
    let copy = x, view = x[1...], reversed = x.reversed(along: 0)
    x[0] = 5
    x[1..<3] = Tensor([6, 7])
    #expect(x.doubles == [5, 6, 7])
    #expect(copy.doubles == [1, 2, 3] && view.doubles == [2, 3] && reversed.doubles == [3, 2, 1])
    // A part taken from the variable itself is read before it is written.
    x[0..<2] = x[1..<3]
    #expect(x.doubles == [6, 7, 7])
    x[0] += x[1]
    #expect(x.doubles == [13, 7, 7])
    var literal: Tensor = 3
    literal[.ellipsis] = 4
    #expect(literal.item == 4)
    // Broadcasting repeats one element in memory; here only one of them changes.
    var stretched = Tensor([1]).broadcast(to: [3])
    stretched[1] = 2
    #expect(stretched.doubles == [1, 2, 1])
  }

  // Elements that nothing else holds are written where they are.
  @Test func theElementsAreWrittenInPlace() {
    func address(_ x: Tensor) -> UnsafeRawPointer? { x.withUnsafeBytes(\.baseAddress) }
    var x = Tensor.zeros([100])
    let before = address(x)
    for i in 0..<100 { x[i] = Tensor(Double(i)) }
    #expect(address(x) == before)
    #expect(x.doubles == (0..<100).map(Double.init))
    let copy = x
    x[0] = 1
    #expect(address(x) != before && address(copy) == before)
  }

  // y = [a², b, a² b]: the slopes of the sum are 2a + 2ab = 36 and 1 + a² = 10.
  @Test func recordedResultsKeepTheirValues() throws {
    let x = Tensor([3, 5], dtype: .float64)
    let slopes = try gradient(at: x) { x in
      var y = Tensor.zeros([3], dtype: .float64)
      y[0..<2] = x
      let before = y
      y[0] = y[0] * before[0]
      y[2] = y[0] * before[1]
      #expect(before.doubles == [3, 5, 0] && y.doubles == [9, 5, 45])
      return y.sum()
    }
    #expect(slopes.doubles == [36, 10])
  }

  // What is replaced has no influence, whatever its derivative: √ at 0, log at 0.
  @Test func replacedElementsAreMasked() throws {
    let x = Tensor([0, 4], dtype: .float64)
    let first = try gradient(at: x) { x in sqrt(x).replacing(at: 0, with: 1).sum() }
    #expect(first.doubles == [0, 0.25])
    let second = try gradient(at: x) { x in
      try gradient(at: x) { x in log(x).replacing(at: 0, with: 1).sum() }.sum()
    }
    #expect(second.doubles == [0, -1.0 / 16])
  }

  @Test(arguments: [
    Mistake("does not fill a slice", { $0.replacing(at: 0, with: Tensor([1, 2])) }),
    Mistake("outside axis 0", { $0.replacing(at: 2, with: 1) }),
    Mistake("float64", { $0.replacing(at: 0, with: Tensor([1, 2, 3], dtype: .float64)) }),
    Mistake("names 3 axes", { $0.replacing(at: [0, 0, 0], with: 1) }),
    Mistake("names 3 axes", { $0[at: [0, 0, 0]] }),
  ])
  func whatDoesNotFitIsThrown(mistake: Mistake) { mistake.expectThrown() }

  @Test func indicesOfAnyShape() {
    #expect(Tensor(indices: [0, 1, 2, 3], shape: [2, 2]).shape == [2, 2])
    let rows = Tensor(indices: [[0, 1], [2, 3], [4, 5]])
    #expect(rows.shape == [3, 2] && rows.dtype == .int32)
    #expect(rows.values(as: Int32.self) == [0, 1, 2, 3, 4, 5])
    let lengths = [2, 1]
    #expect(Tensor(indices: [7, 8], shape: lengths).shape == [2, 1])
    #expect(Tensor(indices: []).shape == [0])
  }
}
