// Long reductions: every element once, small errors, one order for all layouts.

import Testing

@testable import AdjointArrays

@Suite struct ReductionDriverTests {
  /// Sizes around every threshold of the driver: blocks of rows, of columns, of elements.
  private let shapes: [Shape] = [
    [15, 2], [16, 2], [17, 2], [33, 700], [300, 513], [5000, 7], [70_000, 2], [131_073],
    [2, 70_000],
    [3, 40, 1100], [66_000, 3], [200, 2000], [2000, 64, 2], [2000, 65, 2], [3000, 16, 5],
    [400, 9, 150],
    [9001, 7], [5001, 16], [3001, 17], [999, 40],
  ]

  @Test func everyElementCountsOnce() {
    // All ones: the sum is the number of elements, exactly, below 2^24.
    for shape in shapes {
      for dtype in [DType.float32, .int32] {
        for axis in 0..<shape.rank {
          let sum = NDArray.ones(shape, dtype: dtype).reduced(.sum, over: [axis])
          #expect(sum.numbers.allSatisfy { $0 == Double(shape[axis]) }, "\(shape) \(axis)")
        }
      }
    }
  }

  // A call from within a piece runs on its own thread, by other code than a call from outside.
  @Test func oneThreadGivesTheBitsOfSeveral() {
    var generator = RandomGenerator(seed: 7)
    for shape in shapes {
      let x = NDArray.normal(shape: shape, dtype: .float32, using: &generator)
      for axis in 0..<shape.rank {
        let expected = x.reduced(.sum, over: [axis])
        parallelFor(pieces: 2) { _ in
          let sum = x.reduced(.sum, over: [axis])
          #expect(identical(sum, expected), "\(shape) \(axis)")
        }
      }
    }
  }

  @Test func theLargestElementIsFoundAnywhere() {
    for shape in shapes {
      let count = shape.elementCount
      for place in [0, count / 3, count - 1] {
        var x = NDArray.zeros(shape)
        x.withUnsafeMutableContiguousBytes {
          $0.storeBytes(of: 1, toByteOffset: 4 * place, as: Float.self)
        }
        for axis in 0..<shape.rank {
          let top = x.reduced(.maximum, over: [axis])
          #expect(top.reduced(.sum, over: Array(0..<top.rank)).item() == 1, "\(shape) \(place)")
        }
      }
    }
  }

  @Test func errorsGrowWithTheLogarithm() {
    // Sum of n numbers in [0, 1): the relative error is at most about log2(n) units of 2^-24.
    var generator = RandomGenerator(seed: 5)
    let n = 100_000
    for shape in [[n], [n, 2]] as [Shape] {
      let x = NDArray.uniform(0..<1, shape: shape, dtype: .float32, using: &generator)
      let sum = x.reduced(.sum, over: [0]).reshaped(to: Shape([shape.elementCount / n])).item(at: 0)
      let exact = x.reshaped(to: Shape([n, shape.elementCount / n])).sliced([.all, .index(0)])
        .numbers.reduce(0, +)
      #expect(abs(sum - exact) <= exact * 17 * 0x1p-24)
    }
  }

  @Test func layoutDoesNotChangeTheBits() {
    var generator = RandomGenerator(seed: 6)
    let x = NDArray.normal(shape: [50, 70, 3], dtype: .float32, using: &generator)
    for axes in [[0], [1], [2], [0, 1], [0, 2], [1, 2], [0, 1, 2]] {
      let expected = x.reduced(.sum, over: axes)
      for layout in x.layouts { #expect(identical(layout.reduced(.sum, over: axes), expected)) }
    }
  }
}
