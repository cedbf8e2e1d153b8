// An array is a value: a change is seen by its holder alone.

import Testing

@testable import AdjointArrays

@Suite struct NDArrayBytesTests {
  @Test func changingACopyLeavesTheOriginalAlone() {
    for original in NDArray.wholeNumbers([3, 4]).layouts {
      let before = original.numbers
      var copy = original
      copy.withUnsafeMutableContiguousBytes { bytes in
        for i in bytes.indices { bytes[i] = 0xFF }
      }
      #expect(original.numbers == before)
      #expect(copy.numbers.allSatisfy { $0.isNaN })
    }
  }

  @Test func changingAViewLeavesItsSourceAlone() {
    let source = NDArray.zeros([4, 4], dtype: .float64)
    var views = [
      source.sliced([.index(1)]), source.swappingLastTwoAxes(), source.reshaped(to: [16]),
      source.sliced([.index(0), .index(0)]).broadcast(to: [3]), source.reversed(along: 0),
      source.expanded(at: 0),
    ]
    for i in views.indices {
      views[i].accumulate(NDArray.ones(views[i].shape, dtype: .float64))
      #expect(views[i].numbers.allSatisfy { $0 == 1 })
      #expect(source.numbers.allSatisfy { $0 == 0 })
    }
  }

  @Test func aSoleHolderWritesInPlace() {
    var x = NDArray.zeros([1000])
    let before = x.address
    x.withUnsafeMutableContiguousBytes { $0.storeBytes(of: 1, as: Float.self) }
    #expect(x.address == before)
    x.accumulate(NDArray.ones([1000]))
    #expect(x.address == before)
    #expect(x.item(at: 0) == 2)
  }

  @Test func aSoleSliceWritesOnlyItsOwnPart() {
    var x = NDArray.range(6, dtype: .float64).sliced([.range(from: 2, to: 4, step: 1)])
    x.accumulate(x)
    #expect(x.numbers == [4, 6])
  }
}
