// What subscripts take, against Swift's own ranges.

import Testing

@testable import AdjointArrays

@Suite struct SlicingTests {
  @Test func everyRangeTakesWhatStrideTakes() throws {
    for size in 0..<6 {
      let vector = NDArray.range(size, dtype: .float64)
      for from in [nil] + Array(0...size) as [Int?] {
        for to in [nil] + Array(0...size) as [Int?] {
          for step in [1, 2, 3, Int.max, -1, -2, Int.min + 1] {
            let first = from ?? (step > 0 ? 0 : size - 1)
            let end = to ?? (step > 0 ? size : -1)
            let item = IndexItem.range(from: from, to: to, step: step)
            let isWrong = step > 0 ? first > end : first >= size && size > 0
            if isWrong {
              #expect(throws: ShapeError.self) { try vector.shape.sliced([item]) }
              continue
            }
            // Huge steps overflow `stride` itself; one element is all they can take.
            let expected: [Double] =
              size == 0
              ? []
              : step.magnitude > 100
                ? (step > 0 ? first < end : first > end) ? [Double(first)] : []
                : stride(from: first, to: end, by: step).map { Double($0) }
            #expect(vector.sliced([item]).numbers == expected, "\(size) \(item)")
          }
        }
      }
    }
  }

  @Test func itemsMapToAxes() throws {
    let shape: Shape = [4, 5, 6]
    let cases: [([IndexItem], Shape)] = [
      ([], [4, 5, 6]), ([.index(0)], [5, 6]), ([.all, .index(4)], [4, 6]),
      ([.ellipsis, .index(0)], [4, 5]), ([.newAxis], [1, 4, 5, 6]),
      ([.ellipsis, .newAxis], [4, 5, 6, 1]), ([.index(1), .newAxis, .ellipsis], [1, 5, 6]),
      (
        [.range(from: 1, to: 3, step: 1), .ellipsis, .range(from: nil, to: nil, step: 4)],
        [2, 5, 2]
      ),
      ([.all, .all, .all, .ellipsis], [4, 5, 6]), ([.index(0), .index(0), .index(0)], []),
    ]
    for (items, expected) in cases { #expect(try shape.sliced(items).shape == expected) }
  }

  @Test func slicesReadWhatTheirIndicesSay() {
    let x = NDArray.wholeNumbers([4, 5, 6])
    for array in x.layouts {
      let slice = array.sliced([.range(from: 1, to: nil, step: 2), .index(3), .newAxis])
      let expected = NDArray.tabulated([2, 1, 6]) { x.at([1 + 2 * $0[0], 3, $0[2]]) }
      #expect(same(slice, expected))
    }
  }

  @Test func wrongPositionsSayWhatToDo() {
    let shape: Shape = [4]
    do {
      _ = try shape.sliced([.index(-1)])
      Issue.record("a negative index was accepted")
    } catch {
      #expect(error.problem == "position -1 is outside axis 0 of [4]")
      #expect(error.remedy == "Write 3 for the position 1 from the end.")
    }
    let wrong: [[IndexItem]] = [
      [.index(4)], [.index(Int.min)], [.range(from: -1, to: nil, step: 1)],
      [.range(from: nil, to: 5, step: 1)], [.range(from: 0, to: 1, step: 0)],
      [.range(from: 0, to: 1, step: Int.min)], [.all, .all], [.ellipsis, .ellipsis],
      Array(repeating: .newAxis, count: 8),
    ]
    for items in wrong {
      #expect(throws: ShapeError.self, "\(items)") { try shape.sliced(items) }
    }
    #expect(throws: ShapeError.self) { try Shape([0]).sliced([.index(0)]) }
  }
}
