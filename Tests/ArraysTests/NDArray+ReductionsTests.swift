// Reductions against their definition, and the transpose of broadcasting.

import Testing

@testable import AdjointArrays

@Suite struct NDArrayReductionsTests {
  private func definition(_ kind: ReductionKind, _ numbers: [Double]) -> Double {
    switch kind {
    case .sum: numbers.reduce(0, +)
    case .product: numbers.reduce(1, *)
    case .minimum: numbers.min() ?? .nan
    case .maximum: numbers.max() ?? .nan
    }
  }

  private func subsets(_ rank: Int) -> [[Int]] {
    (0..<(1 << rank)).map { bits in (0..<rank).filter { bits >> $0 & 1 == 1 } }
  }

  @Test(arguments: [DType.float32, .float64, .int32])
  func everySetOfAxesInEveryLayout(dtype: DType) {
    for shape in [[], [5], [2, 3, 4], [3, 1, 2, 4], [0, 3], [2, 0, 3], [40, 3]] as [Shape] {
      let x = NDArray.wholeNumbers(shape, .float64)
      // Products of eight-valued numbers overflow an int32: use signs for them.
      let signs = NDArray.select(
        .compare(.less, x, NDArray(scalar: 0, dtype: .float64)),
        NDArray(scalar: -1, dtype: .float64), NDArray(scalar: 1, dtype: .float64))
      for axes in subsets(shape.rank) {
        for kind in [ReductionKind.sum, .product, .minimum, .maximum] {
          let isEmpty = axes.contains { shape[$0] == 0 }
          if isEmpty, kind == .minimum || kind == .maximum { continue }
          let source = kind == .product ? signs : x
          let target = shape.removing(axes, keepsDimensions: true)
          let expected = NDArray.tabulated(target, dtype) { index in
            definition(
              kind,
              indices(of: shape).filter { full in
                zip(0..<shape.rank, full).allSatisfy { axes.contains($0) || $1 == index[$0] }
              }.map { source.at($0) })
          }
          for layout in source.converted(to: dtype).layouts {
            let kept = layout.reduced(kind, over: axes, keepsDimensions: true)
            #expect(same(kept, expected), "\(kind) \(shape) \(axes)")
            let removed = layout.reduced(kind, over: axes)
            #expect(removed.shape == shape.removing(axes, keepsDimensions: false))
            #expect(removed.numbers == expected.numbers)
          }
        }
      }
    }
  }

  @Test func nothingSumsToZeroAndMultipliesToOne() {
    let x = NDArray.zeros([3, 0])
    #expect(x.reduced(.sum, over: [1]).numbers == [0, 0, 0])
    #expect(x.reduced(.product, over: [1]).numbers == [1, 1, 1])
    #expect(x.reduced(.maximum, over: [0]).shape == [0])
    #expect(x.reduced(.sum, over: [0, 1]).item() == 0)
  }

  @Test func oneNaNIsEnough() {
    for dtype in [DType.float32, .float64] {
      for (shape, axis) in [([70, 3], 0), ([3, 70], 1), ([70], 0)] as [(Shape, Int)] {
        for place in [0, 1, 33, shape.elementCount - 1] {
          var numbers = NDArray.wholeNumbers(shape).numbers
          numbers[place] = .nan
          let x = NDArray(numbers, shape: shape).converted(to: dtype)
          for kind in [ReductionKind.sum, .minimum, .maximum] {
            let result = x.reduced(kind, over: [axis]).numbers
            #expect(result.filter { $0.isNaN }.count == 1, "\(kind) \(shape) \(place)")
          }
        }
      }
    }
  }

  @Test func booleansCountAndCombine() {
    let x = NDArray([true, false, true, true, true, true], shape: [2, 3])
    #expect(x.reduced(.sum, over: [1]).dtype == .int32)
    #expect(x.reduced(.sum, over: [1]).numbers == [2, 3])
    #expect(x.reduced(.product, over: [1]).numbers == [0, 1])
    #expect(x.any(over: 1).values(as: Bool.self) == [true, true])
    #expect(x.all(over: 1).values(as: Bool.self) == [false, true])
    let none = NDArray.zeros([2, 0], dtype: .bool)
    #expect(none.any(over: 1).values(as: Bool.self) == [false, false])
    #expect(none.all(over: 1).values(as: Bool.self) == [true, true])
  }

  @Test func summingIsTheTransposeOfBroadcasting() {
    // <broadcast x, y> = <x, sum y>, exact for small whole numbers.
    for (small, large) in [
      ([], [2, 3]), ([1], [0]), ([3], [2, 3]), ([2, 1], [2, 3]), ([1, 3], [4, 2, 3]),
      ([2, 3], [2, 3]), ([1, 1], [5, 4, 3]), ([2, 1, 3], [2, 4, 3]),
    ] as [(Shape, Shape)] {
      let x = NDArray.wholeNumbers(small, seed: 1)
      let y = NDArray.wholeNumbers(large, seed: 2)
      for layout in y.layouts {
        let back = layout.summed(to: small)
        #expect(back.shape == small)
        #expect(innerProduct(x.broadcast(to: large), y) == innerProduct(x, back))
      }
    }
  }
}
