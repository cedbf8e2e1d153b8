// Booleans from comparisons, and choosing by them.

import Testing

@testable import AdjointArrays

@Suite struct NDArrayComparisonTests {
  private func holds(_ comparison: NDArray.Comparison, _ a: Double, _ b: Double) -> Bool {
    switch comparison {
    case .equal: a == b
    case .notEqual: a != b
    case .less: a < b
    case .lessOrEqual: a <= b
    case .greater: a > b
    case .greaterOrEqual: a >= b
    }
  }

  @Test(arguments: NDArray.Comparison.allCases)
  func comparisonsBroadcastInEveryLayoutAndType(comparison: NDArray.Comparison) {
    for dtype in DType.allCases {
      let a = NDArray.wholeNumbers([20, 1], dtype, seed: 1)
      let b = NDArray.wholeNumbers([1, 30], dtype, seed: 2)
      let expected = NDArray.tabulated([20, 30], .bool) {
        holds(comparison, a.at($0), b.at($0)) ? 1 : 0
      }
      for x in a.layouts {
        #expect(same(.compare(comparison, x, b), expected), "\(comparison) \(dtype)")
      }
    }
  }

  @Test func comparisonsWithNaNAreFalseButNotEqual() {
    let x = NDArray([Double.nan, 1], shape: [2])
    for comparison in NDArray.Comparison.allCases {
      let result = NDArray.compare(comparison, x, NDArray([Double.nan, 1], shape: [2]))
      #expect(result.values(as: Bool.self)[0] == (comparison == .notEqual))
    }
  }

  @Test func selectTakesFromTheChosenSideOnly() {
    for dtype in DType.allCases {
      let mask = NDArray.wholeNumbers([4, 1], .bool)
      let a = NDArray.wholeNumbers([5], dtype, seed: 1)
      let b = NDArray.wholeNumbers([4, 5], dtype, seed: 2)
      let expected = NDArray.tabulated([4, 5], dtype) {
        mask.at($0) != 0 ? a.at($0) : b.at($0)
      }
      for layout in b.layouts { #expect(same(.select(mask, a, layout), expected)) }
    }
    let mask = NDArray([true, false], shape: [2])
    let nan = NDArray(scalar: .nan, dtype: .float64)
    let one = NDArray(scalar: 1, dtype: .float64)
    #expect(NDArray.select(mask, one, nan).numbers[0] == 1)
  }

  @Test func logicFollowsItsTables() {
    let a = NDArray([false, false, true, true], shape: [4])
    let b = NDArray([false, true, false, true], shape: [4])
    #expect(NDArray.logicalAnd(a, b).values(as: Bool.self) == [false, false, false, true])
    #expect(NDArray.logicalOr(a, b).values(as: Bool.self) == [false, true, true, true])
    #expect(NDArray.logicalNot(a).values(as: Bool.self) == [true, true, false, false])
  }

  @Test func finitenessSeesEveryPosition() {
    for dtype in [DType.float32, .float64] {
      for bad in [Double.nan, .infinity, -.infinity] {
        for place in [0, 4095, 4096, 9999] {
          var numbers = [Double](repeating: 1, count: 10_000)
          numbers[place] = bad
          #expect(!NDArray(numbers, shape: [10_000]).converted(to: dtype).isFinite())
        }
      }
      #expect(NDArray.ones([10_000], dtype: dtype).isFinite())
      #expect(NDArray.zeros([0], dtype: dtype).isFinite())
    }
    #expect(NDArray.ones([3], dtype: .int32).isFinite())
  }
}
