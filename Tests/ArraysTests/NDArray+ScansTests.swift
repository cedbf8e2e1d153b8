// Positions of extremes, and running sums.

import Testing

@testable import AdjointArrays

@Suite struct NDArrayScansTests {
  private func lines(_ x: NDArray, _ axis: Int) -> [[Double]] {
    indices(of: x.shape.removing([axis], keepsDimensions: false)).map { index in
      (0..<x.shape[axis]).map { position in
        var full = index
        full.insert(position, at: axis)
        return x.at(full)
      }
    }
  }

  @Test(arguments: DType.allCases)
  func theFirstExtremeWins(dtype: DType) {
    let x = NDArray.wholeNumbers([4, 7, 3], dtype)
    for layout in x.layouts {
      for axis in 0..<3 {
        let largest = lines(x, axis).map { line in Double(line.firstIndex(of: line.max()!)!) }
        let smallest = lines(x, axis).map { line in Double(line.firstIndex(of: line.min()!)!) }
        #expect(layout.argmax(over: axis).numbers == largest)
        #expect(layout.argmin(over: axis).numbers == smallest)
        #expect(layout.argmax(over: axis).dtype == .int32)
      }
    }
  }

  @Test func theFirstNaNWinsOverEverything() {
    let x = NDArray([1, Double.nan, .infinity, .nan, -.infinity], shape: [5])
    #expect(x.argmax(over: 0).item() == 1)
    #expect(x.argmin(over: 0).item() == 1)
    #expect(NDArray([Double.nan, 1], shape: [2]).argmax(over: 0).item() == 0)
  }

  @Test func runningSumsFollowTheirDefinition() throws {
    for dtype in [DType.float32, .float64, .int32] {
      let x = NDArray.wholeNumbers([4, 5, 3], dtype)
      for layout in x.layouts {
        for axis in 0..<3 {
          let sums = try layout.cumulativeSum(along: axis)
          let reversed = try layout.cumulativeSum(along: axis, reversed: true)
          for (line, result) in zip(lines(x, axis), lines(sums, axis)) {
            #expect(result == line.indices.map { line[...$0].reduce(0, +) })
          }
          for (line, result) in zip(lines(x, axis), lines(reversed, axis)) {
            #expect(result == line.indices.map { line[$0...].reduce(0, +) })
          }
        }
      }
    }
    #expect(try NDArray.zeros([0, 3]).cumulativeSum(along: 0).shape == [0, 3])
    #expect(try NDArray([true, true], shape: [2]).cumulativeSum(along: 0).numbers == [1, 2])
  }

  @Test func reversedRunningSumsAreTheTranspose() throws {
    let x = NDArray.wholeNumbers([6, 5], seed: 1)
    let y = NDArray.wholeNumbers([6, 5], seed: 2)
    for axis in 0..<2 {
      #expect(
        try innerProduct(x.cumulativeSum(along: axis), y)
          == innerProduct(x, y.cumulativeSum(along: axis, reversed: true)))
    }
  }
}
