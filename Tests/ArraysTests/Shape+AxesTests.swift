// Naming, removing, permuting and regrouping axes.

import Testing

@testable import AdjointArrays

@Suite struct ShapeAxesTests {
  private let shape: Shape = [2, 3, 4]

  @Test func negativeAxesCountFromTheLast() throws {
    for axis in 0..<3 { #expect(try shape.axis(axis - 3) == axis) }
    for axis in [-4, 3, Int.min, Int.max] {
      #expect(throws: ShapeError.self) { try shape.axis(axis) }
    }
    #expect(throws: ShapeError.self) { try Shape.scalar.axis(0) }
    #expect(try shape.axes([-1, 0]) == [0, 2])
    #expect(try shape.axes([]) == [])
    #expect(throws: ShapeError.self) { try shape.axes([2, -1]) }
  }

  @Test func reductionRemovesOrKeeps() throws {
    #expect(try shape.reduced(over: [1], keepsDimensions: false) == [2, 4])
    #expect(try shape.reduced(over: [-1, 0], keepsDimensions: true) == [1, 3, 1])
    #expect(try shape.reduced(over: [0, 1, 2], keepsDimensions: false) == .scalar)
    #expect(throws: ShapeError.self) { try shape.reduced(over: [3], keepsDimensions: false) }
  }

  @Test func permutationsNameEveryAxisOnce() throws {
    #expect(try shape.permuted(by: [2, 0, 1]) == [4, 2, 3])
    #expect(try shape.permuted(by: [-1, 0, 1]) == [4, 2, 3])
    for wrong in [[0, 1], [0, 0, 1], [0, 1, 3]] {
      #expect(throws: ShapeError.self) { try shape.permuted(by: wrong) }
    }
  }

  @Test func reshapeKeepsTheCount() throws {
    #expect(try shape.reshaped(to: [6, -1]) == [6, 4])
    #expect(try shape.reshaped(to: [-1]) == [24])
    #expect(try shape.reshaped(to: [4, 3, 2, 1]) == [4, 3, 2, 1])
    #expect(try Shape([0, 3]).reshaped(to: [-1, 3]) == [0, 3])
    for wrong in [[5, -1], [-1, -1], [25], [-2, 12], [0, -1], [1 << 32, 1 << 32, -1]] {
      #expect(throws: ShapeError.self) { try shape.reshaped(to: wrong) }
    }
    #expect(throws: ShapeError.self) { try Shape([0]).reshaped(to: [0, -1]) }
  }

  @Test func axesComeAndGo() throws {
    for axis in 0...3 {
      let wide = try shape.expanded(at: axis)
      #expect(wide[axis] == 1 && wide.rank == 4)
      #expect(try wide.squeezed(axis) == shape)
      #expect(try shape.expanded(at: axis - 4) == wide)
    }
    for axis in [-5, 4, Int.min] {
      #expect(throws: ShapeError.self) { try shape.expanded(at: axis) }
    }
    #expect(throws: ShapeError.self) { try shape.squeezed(0) }
    #expect(throws: ShapeError.self) {
      try Shape([Int](repeating: 1, count: 8)).expanded(at: 0)
    }
  }

  @Test func gathersReplaceAndPaddingWidens() throws {
    #expect(try shape.gathered([5, 6], along: 1) == [2, 5, 6, 4])
    #expect(try shape.gathered([], along: -1) == [2, 3])
    #expect(throws: ShapeError.self) { try shape.gathered([1, 1, 1, 1, 1, 1, 1], along: 0) }
    #expect(try shape.padded(before: [1, 0, 0], after: [0, 0, 2]) == [3, 3, 6])
    for (before, after) in [([1], [1]), ([-1, 0, 0], [0, 0, 0]), ([Int.max, 0, 0], [0, 0, 0])] {
      #expect(throws: ShapeError.self) { try shape.padded(before: before, after: after) }
    }
  }
}
