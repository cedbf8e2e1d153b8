// Making arrays and reading them back.

import Testing

@testable import AdjointArrays

@Suite struct NDArrayTests {
  @Test(arguments: DType.allCases)
  func valuesComeBackInRowMajorOrder(dtype: DType) {
    for shape in peculiarShapes {
      let x = NDArray.wholeNumbers(shape, dtype)
      let expected = x.numbers
      #expect(x.dtype == dtype && x.isContiguous && x.elementCount == expected.count)
      for layout in x.layouts {
        #expect(layout.numbers == expected, "\(dtype) \(shape)")
        #expect((0..<expected.count).map { layout.item(at: $0) } == expected)
      }
    }
  }

  @Test func constantsFillEveryType() {
    for dtype in DType.allCases {
      #expect(NDArray.zeros([2, 3], dtype: dtype).numbers == [0, 0, 0, 0, 0, 0])
      #expect(NDArray.ones([2], dtype: dtype).numbers == [1, 1])
      #expect(NDArray(scalar: 1, dtype: dtype).item() == 1)
      #expect(NDArray(repeating: 1, shape: [0, 4], dtype: dtype).numbers == [])
    }
    #expect(NDArray.range(4).values(as: Int32.self) == [0, 1, 2, 3])
    #expect(NDArray.range(3, dtype: .float32).values(as: Float.self) == [0, 1, 2])
    #expect(NDArray([true, false], shape: [2]).values(as: Bool.self) == [true, false])
  }

  @Test func bytesAreTheElements() {
    let x = NDArray(uninitialized: [2, 2], dtype: .float32) { bytes in
      #expect(bytes.count == 16)
      for i in 0..<4 { bytes.storeBytes(of: Float(i), toByteOffset: 4 * i, as: Float.self) }
    }
    #expect(x.values(as: Float.self) == [0, 1, 2, 3])
    x.swappingLastTwoAxes().withUnsafeContiguousBytes { bytes in
      #expect(Array(bytes.bindMemory(to: Float.self)) == [0, 2, 1, 3])
    }
  }

  @Test func contiguityIsAPropertyOfTheLayout() {
    let x = NDArray.zeros([3, 4])
    #expect(!x.swappingLastTwoAxes().isContiguous)
    #expect(x.sliced([.index(1)]).isContiguous)
    #expect(!x.sliced([.all, .index(1)]).isContiguous)
    #expect(!NDArray.zeros([1]).broadcast(to: [3]).isContiguous)
    #expect(NDArray.zeros([1, 4]).swappingLastTwoAxes().isContiguous)
    #expect(NDArray.zeros([0, 4]).swappingLastTwoAxes().isContiguous)
  }
}
