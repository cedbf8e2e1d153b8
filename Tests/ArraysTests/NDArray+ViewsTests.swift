// Every view against its definition index by index, in every layout.

import Testing

@testable import AdjointArrays

@Suite struct NDArrayViewsTests {
  @Test func reshapesKeepRowMajorOrder() {
    let targets: [Shape] = [
      [24], [2, 12], [12, 2], [6, 4], [4, 6], [2, 3, 4], [4, 3, 2], [1, 24, 1], [2, 1, 3, 2, 2],
      [3, 8], [8, 3],
    ]
    for shape in [[2, 3, 4], [24], [4, 1, 6], [3, 8]] as [Shape] {
      let x = NDArray.wholeNumbers(shape)
      for layout in x.layouts {
        for target in targets {
          let y = layout.reshaped(to: target)
          #expect(y.shape == target && y.numbers == x.numbers, "\(shape) \(target)")
        }
      }
    }
    #expect(NDArray.zeros([0, 3]).reshaped(to: [3, 0, 2]).shape == [3, 0, 2])
  }

  @Test func reshapesOfCompatibleStridesCopyNothing() {
    let x = NDArray.wholeNumbers([4, 6])
    let half = x.sliced([.range(from: 0, to: 4, step: 2)])
    #expect(half.reshaped(to: [2, 2, 3]).storage.bytes == x.storage.bytes)
    #expect(x.swappingLastTwoAxes().reshaped(to: [2, 3, 4]).storage.bytes == x.storage.bytes)
    #expect(x.swappingLastTwoAxes().reshaped(to: [24]).storage !== x.storage)
    let row = NDArray.wholeNumbers([3]).broadcast(to: [4, 3])
    #expect(row.reshaped(to: [2, 2, 3]).storage.bytes == row.storage.bytes)
  }

  @Test func transposesPermuteIndices() {
    let x = NDArray.wholeNumbers([2, 3, 4])
    for permutation in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
      let shape = Shape(permutation.map { x.shape[$0] })
      let expected = NDArray.tabulated(shape) { index in
        var source = [0, 0, 0]
        for (axis, position) in zip(permutation, index) { source[axis] = position }
        return x.at(source)
      }
      for layout in x.layouts {
        #expect(same(layout.transposed(permutation), expected))
        #expect(same(layout.transposed(permutation).contiguous(), expected))
      }
    }
    for layout in x.layouts {
      #expect(same(layout.swappingLastTwoAxes(), x.transposed([0, 2, 1])))
    }
  }

  @Test func largeTransposesCrossBlocksRightly() {
    // 37 and 50 are not multiples of the block of 16; bytes, words and double words.
    for dtype in DType.allCases {
      let x = NDArray.wholeNumbers([3, 37, 50], dtype)
      let expected = NDArray.tabulated([50, 3, 37], dtype) { x.at([$0[1], $0[2], $0[0]]) }
      #expect(same(x.transposed([2, 0, 1]).contiguous(), expected))
    }
  }

  @Test func rowsOfEveryWidthAreCopiedWhole() {
    for dtype in DType.allCases {
      for width in Array(1...36) + [63, 64, 65, 130] {
        let x = NDArray.wholeNumbers([3, 4, width], dtype)
        let expected = NDArray.tabulated([4, 3, width], dtype) { x.at([$0[1], $0[0], $0[2]]) }
        for layout in x.layouts {
          #expect(same(layout.transposed([1, 0, 2]).contiguous(), expected), "\(width)")
        }
        let rows = NDArray([2, 0, 2, 1, 1] as [Int32], shape: [5])
        let chosen = NDArray.tabulated([5, 4, width], dtype) { index in
          x.at([[2, 0, 2, 1, 1][index[0]], index[1], index[2]])
        }
        #expect(same(x.gathered(rows, along: 0), chosen), "\(width)")
        let lines = NDArray.tabulated([3, 5, width], dtype) { index in
          x.at([index[0], [2, 0, 2, 1, 1][index[1]], index[2]])
        }
        #expect(same(x.gathered(rows, along: 1), lines), "\(width)")
      }
    }
  }

  @Test func broadcastsRepeat() {
    for (from, to) in [
      ([], [2, 3]), ([1], [0]), ([3], [2, 3]), ([2, 1], [2, 3]), ([1, 3], [4, 2, 3]),
      ([2, 1, 3], [2, 4, 3]),
    ] as [(Shape, Shape)] {
      let x = NDArray.wholeNumbers(from)
      for layout in x.layouts {
        let expected = NDArray.tabulated(to) { x.at($0) }
        #expect(same(layout.broadcast(to: to), expected))
        #expect(same(layout.broadcast(to: to).contiguous(), expected))
      }
    }
  }

  @Test func expandingAndSqueezingAreInverse() {
    let x = NDArray.wholeNumbers([2, 3])
    for layout in x.layouts {
      for axis in 0...2 {
        let wide = layout.expanded(at: axis)
        #expect(wide.rank == 3 && wide.shape[axis] == 1)
        #expect(same(wide.squeezed(axis), x))
      }
    }
  }

  @Test func reversalReadsBackward() {
    let x = NDArray.wholeNumbers([3, 4])
    for layout in x.layouts {
      #expect(same(layout.reversed(along: 0), .tabulated([3, 4]) { x.at([2 - $0[0], $0[1]]) }))
      #expect(same(layout.reversed(along: 1), .tabulated([3, 4]) { x.at([$0[0], 3 - $0[1]]) }))
    }
    #expect(NDArray.zeros([0, 2]).reversed(along: 0).shape == [0, 2])
  }
}
