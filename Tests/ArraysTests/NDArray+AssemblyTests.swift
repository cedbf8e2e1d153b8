// Putting arrays together and taking them apart again.

import Testing

@testable import AdjointArrays

@Suite struct NDArrayAssemblyTests {
  @Test func splittingUndoesConcatenation() {
    for dtype in DType.allCases {
      for axis in 0..<3 {
        let parts = [3, 0, 1, 4].map { size in
          var dimensions = [2, 3, 4]
          dimensions[axis] = size
          return NDArray.wholeNumbers(Shape(dimensions), dtype, seed: UInt64(size))
        }
        let whole = NDArray.concatenated(parts.map { $0.layouts[1] }, along: axis)
        #expect(whole.shape[axis] == 8)
        var position = 0
        for part in parts {
          let size = part.shape[axis]
          var items = [IndexItem](repeating: .all, count: 3)
          items[axis] = .range(from: position, to: position + size, step: 1)
          #expect(same(whole.sliced(items), part))
          position += size
        }
      }
    }
  }

  @Test func stackedArraysAreIndexedApart() {
    let parts = (1...3).map { NDArray.wholeNumbers([2, 3], seed: $0) }
    for axis in 0...2 {
      let stack = NDArray.stacked(parts, along: axis)
      for (position, part) in parts.enumerated() {
        var items = [IndexItem](repeating: .all, count: 3)
        items[axis] = .index(position)
        #expect(same(stack.sliced(items), part))
      }
    }
    #expect(NDArray.stacked([NDArray(scalar: 4, dtype: .int32)], along: 0).shape == [1])
  }

  @Test func slicingUndoesPadding() {
    let x = NDArray.wholeNumbers([3, 4])
    for layout in x.layouts {
      let padded = layout.padded(before: [1, 0], after: [2, 3], value: 9)
      let expected = NDArray.tabulated([6, 7]) {
        $0[0] >= 1 && $0[0] < 4 && $0[1] < 4 ? x.at([$0[0] - 1, $0[1]]) : 9
      }
      #expect(same(padded, expected))
      let inside: [IndexItem] = [
        .range(from: 1, to: 4, step: 1), .range(from: 0, to: 4, step: 1),
      ]
      #expect(same(padded.sliced(inside), x))
    }
    #expect(NDArray(scalar: 2, dtype: .float32).padded(before: [], after: []).item() == 2)
  }

  @Test func embeddingIsTheTransposeOfSlicing() {
    // <slice x, y> = <x, embed y>, exact for small whole numbers.
    let x = NDArray.wholeNumbers([4, 5, 6], seed: 1)
    let slices: [[IndexItem]] = [
      [], [.index(2)], [.all, .range(from: 1, to: 4, step: 2)], [.ellipsis, .index(0)],
      [.newAxis, .index(1), .newAxis], [.range(from: nil, to: nil, step: -1)],
      [.range(from: 3, to: 0, step: -2), .index(1), .range(from: 2, to: 2, step: 1)],
      [.index(0), .index(1), .index(2)],
    ]
    for slice in slices {
      let part = x.sliced(slice)
      let y = NDArray.wholeNumbers(part.shape, seed: 2)
      for layout in y.layouts {
        let whole = layout.embedded(into: x.shape, at: slice)
        #expect(whole.shape == x.shape)
        #expect(same(whole.sliced(slice), y))
        #expect(innerProduct(part, y) == innerProduct(x, whole))
      }
    }
  }
}
