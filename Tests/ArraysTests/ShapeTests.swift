// What makes a shape, and what does not.

import Testing

@testable import AdjointArrays

@Suite struct ShapeTests {
  @Test func elementCountIsTheProductOfSizes() {
    #expect(Shape.scalar.elementCount == 1)
    #expect(([2, 3, 4] as Shape).elementCount == 24)
    #expect(([2, 0, 4] as Shape).elementCount == 0)
    #expect(([2, 3] as Shape).description == "[2, 3]")
    #expect(Array([2, 3] as Shape) == [2, 3])
  }

  @Test func badSizesThrowInsteadOfWrapping() {
    // 2^32 · 2^32 = 2^64 wraps to 0 in 64 bits; empty axes must not hide it.
    for sizes in [
      [1 << 32, 1 << 32], [0, 1 << 32, 1 << 32], [1 << 32, 1 << 32, 0], [Int.max], [Int.max, 2],
      [-1], [2, -3], [Int.min], [Int](repeating: 1, count: 9),
    ] {
      #expect(throws: ShapeError.self, "\(sizes)") { try Shape(validating: sizes) }
    }
    #expect(throws: Never.self) { try Shape(validating: [1 << 30, 1 << 29]) }
  }

  @Test func errorsNameTheSizesAndARemedy() {
    do {
      _ = try Shape(validating: [2, -3])
      Issue.record("a negative size was accepted")
    } catch {
      #expect(error.problem == "[2, -3] has the negative size -3 on axis 1")
      #expect(error.description == "\(error.problem). \(error.remedy)")
    }
  }

  @Test func shapesAreValues() {
    #expect(([2, 3] as Shape) == Shape([2, 3]))
    #expect(([2, 3] as Shape) != [3, 2])
    #expect(([] as Shape) != [0])
    #expect(Set<Shape>([[2, 3], [2, 3], [2, 3, 1]]).count == 2)
  }

  @Test func denseStridesAreTrailingProducts() {
    #expect(([2, 3, 4] as Shape).denseStrides.values == [12, 4, 1])
    #expect(Shape.scalar.denseStrides.values == [])
  }
}
