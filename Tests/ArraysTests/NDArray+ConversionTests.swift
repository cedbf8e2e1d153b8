// What numbers become in other types.

import Testing

@testable import AdjointArrays

@Suite struct NDArrayConversionTests {
  @Test func fractionsAreCutOff() {
    let x: [Double] = [
      0.9, -0.9, 1.5, -1.5, 2_147_483_646.9, 2_147_483_647.5, -2_147_483_648.9, -0.0,
    ]
    let expected: [Int32] = [0, 0, 1, -1, 2_147_483_646, .max, .min, 0]
    let array = NDArray(x, shape: Shape([x.count]))
    #expect(array.converted(to: .int32).values(as: Int32.self) == expected)
    let single = NDArray([Float(16_777_216), -2_147_483_648], shape: [2])
    #expect(single.converted(to: .int32).values(as: Int32.self) == [16_777_216, .min])
  }

  @Test func whatHasNoCounterpartIsFound() {
    for number in [2_147_483_648, -2_147_483_649, 1e300, -.infinity, .infinity, .nan] {
      let x = NDArray([1, 2, number, 4], shape: [4])
      #expect(x.firstNumberBeyondInt32()?.description == "\(number)")
      #expect(x.converted(to: .float32).firstNumberBeyondInt32() != nil || number == -2_147_483_649)
    }
    #expect(NDArray([0.5, -2_147_483_648.5], shape: [2]).firstNumberBeyondInt32() == nil)
  }

  @Test func booleansAreZeroOrNot() {
    let x = NDArray([0, -0.0, .leastNonzeroMagnitude, -3, .nan, .infinity], shape: [6])
    #expect(x.converted(to: .bool).values(as: Bool.self) == [false, false, true, true, true, true])
    #expect(NDArray([true, false], shape: [2]).converted(to: .float32).numbers == [1, 0])
  }

  @Test func wholeNumbersSurviveEveryDetour() {
    let x = NDArray.wholeNumbers([3, 5])
    for layout in x.layouts {
      for dtype in [DType.float32, .float64, .int32] {
        #expect(same(layout.converted(to: dtype).converted(to: .float64), x))
      }
    }
  }

  @Test func doublesRoundToTheNearestFloat() {
    let x = NDArray([1 + 0x1p-24, 1 + 0x1.8p-24, 1e300], shape: [3])
    #expect(x.values(as: Float.self) == [1, 1.0000001, .infinity])
  }
}
