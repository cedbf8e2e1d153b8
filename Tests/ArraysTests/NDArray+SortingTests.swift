// Order along an axis, stable, with NaN last.

import Testing

@testable import AdjointArrays

@Suite struct NDArraySortingTests {
  @Test(arguments: DType.allCases)
  func sortingIsStableInEveryLayout(dtype: DType) {
    let x = NDArray.wholeNumbers([3, 40, 2], dtype)
    for axis in 0..<3 {
      for descending in [false, true] {
        for layout in x.layouts {
          let order = layout.argsort(along: axis, descending: descending)
          let result = layout.sorted(along: axis, descending: descending)
          #expect(order.dtype == .int32 && result.dtype == dtype)
          for index in indices(of: x.shape.removing([axis], keepsDimensions: false)) {
            func line(_ array: NDArray) -> [Double] {
              (0..<x.shape[axis]).map { position in
                var full = index
                full.insert(position, at: axis)
                return array.at(full)
              }
            }
            let numbers = line(x)
            let expected = numbers.indices.sorted {
              numbers[$0] != numbers[$1]
                ? (numbers[$0] < numbers[$1]) != descending : $0 < $1
            }
            #expect(line(order) == expected.map { Double($0) })
            #expect(line(result) == expected.map { numbers[$0] })
          }
        }
      }
    }
  }

  @Test func specialNumbersHaveTheirPlaces() {
    let numbers = [.nan, 1, -0.0, .infinity, 0, -.infinity, -1, -.nan, 0x1p-1074]
    for dtype in [DType.float32, .float64] {
      let x = NDArray(numbers, shape: [9]).converted(to: dtype)
      let tiny: [Int32] = [8]
      // Both zeros are equal and keep their order; 2⁻¹⁰⁷⁴ is zero in float32 and comes after them.
      #expect(
        x.argsort(along: 0).values(as: Int32.self) == [5, 6, 2, 4] + tiny + [1, 3, 0, 7])
      let falling = x.argsort(along: 0, descending: true).values(as: Int32.self)
      #expect(
        falling == [3, 1] + (dtype == .float32 ? [2, 4, 8] : [8, 2, 4]) + [6, 5, 0, 7])
    }
    #expect(NDArray.zeros([0, 2]).sorted(along: 0).shape == [0, 2])
  }
}
