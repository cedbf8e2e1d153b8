// The rules by which shapes meet.

import Testing

@testable import AdjointArrays

@Suite struct ShapeBroadcastingTests {
  private let shapes: [Shape] = [
    [], [1], [3], [0], [2, 3], [2, 1], [1, 3], [4, 1, 1], [4, 2, 3], [1, 0], [5],
  ]

  /// The rule, axis by axis from the last.
  private func rule(_ a: Shape, _ b: Shape) -> [Int]? {
    var result: [Int] = []
    for position in 0..<max(a.rank, b.rank) {
      let x = position < a.rank ? Array(a.reversed())[position] : 1
      let y = position < b.rank ? Array(b.reversed())[position] : 1
      guard x == y || x == 1 || y == 1 else { return nil }
      result.insert(x == 1 ? y : x, at: 0)
    }
    return result
  }

  @Test func broadcastFollowsTheRuleAndCommutes() {
    for a in shapes {
      for b in shapes {
        let met = try? a.broadcast(with: b)
        #expect(met?.dimensions == rule(a, b), "\(a) \(b)")
        #expect(met == (try? b.broadcast(with: a)))
        if let met {
          #expect(a.isBroadcastable(to: met) && b.isBroadcastable(to: met))
        }
        #expect(a.isBroadcastable(to: b) == (rule(a, b) == b.dimensions))
      }
    }
  }

  @Test func broadcastOverflowIsAnError() {
    #expect(throws: ShapeError.self) {
      try Shape([1 << 31, 1]).broadcast(with: Shape([1, 1 << 31]))
    }
  }

  @Test func matmulShapes() throws {
    let cases: [(Shape, Shape, Shape)] = [
      ([2, 3], [3, 4], [2, 4]), ([3], [3, 4], [4]), ([2, 3], [3], [2]), ([3], [3], []),
      ([5, 2, 3], [3, 4], [5, 2, 4]), ([5, 1, 2, 3], [6, 3, 4], [5, 6, 2, 4]),
      ([3], [5, 3, 4], [5, 4]), ([5, 2, 3], [3], [5, 2]), ([2, 0], [0, 4], [2, 4]),
    ]
    for (a, b, c) in cases { #expect(try a.matmul(b) == c) }
    for (a, b) in [
      ([2, 3], [2, 3]), ([], [3]), ([3], []), ([2, 2, 3], [3, 3, 4]), ([3], [4]),
    ] as [(Shape, Shape)] {
      #expect(throws: ShapeError.self) { try a.matmul(b) }
    }
  }

  @Test func concatenationAddsOneAxisAndDemandsTheOthers() throws {
    #expect(try Shape.concatenation([[2, 3], [2, 0], [2, 4]], axis: 1) == [2, 7])
    #expect(try Shape.concatenation([[2, 3], [5, 3]], axis: -2) == [7, 3])
    #expect(throws: ShapeError.self) { try Shape.concatenation([], axis: 0) }
    #expect(throws: ShapeError.self) { try Shape.concatenation([[]], axis: 0) }
    #expect(throws: ShapeError.self) { try Shape.concatenation([[2, 3], [3, 3]], axis: 1) }
    #expect(throws: ShapeError.self) { try Shape.concatenation([[2], [2, 1]], axis: 0) }
    #expect(throws: ShapeError.self) { try Shape.concatenation([[2]], axis: 1) }
    #expect(throws: ShapeError.self) {
      try Shape.concatenation([[1 << 59], [1 << 59], [1 << 59]], axis: 0)
    }
  }
}
