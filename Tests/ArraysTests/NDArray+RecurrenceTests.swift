// Linear recurrences and running extremes, against their definitions.

import Testing

@testable import AdjointArrays

@Suite struct NDArrayRecurrenceTests {
  private func lines(_ x: NDArray, _ axis: Int) -> [[Double]] {
    indices(of: x.shape.removing([axis], keepsDimensions: false)).map { index in
      (0..<x.shape[axis]).map { position in
        var full = index
        full.insert(position, at: axis)
        return x.at(full)
      }
    }
  }

  // Small whole numbers, so every order of operations gives the same.
  @Test(arguments: [DType.float32, .float64], [0, 1, 2])
  func recurrencesFollowTheirDefinition(dtype: DType, axis: Int) {
    let shape: Shape = [4, 5, 3]
    let x = NDArray.wholeNumbers(shape, dtype, seed: 1)
    let c = NDArray.wholeNumbers(shape, dtype, seed: 2)
    for (layout, factors) in zip(x.layouts, c.layouts.reversed()) {
      let forward = lines(layout.linearRecurrence(factors, along: axis), axis)
      let backward = lines(layout.linearRecurrence(factors, along: axis, reversed: true), axis)
      for (number, (b, c)) in zip(lines(x, axis), lines(c, axis)).enumerated() {
        var s = b
        for k in 1..<b.count { s[k] += c[k] * s[k - 1] }
        #expect(forward[number] == s)
        s = b
        for k in (0..<b.count - 1).reversed() { s[k] += c[k + 1] * s[k + 1] }
        #expect(backward[number] == s)
      }
    }
  }

  @Test func theReversedRecurrenceIsTheTranspose() {
    let x = NDArray.wholeNumbers([6, 5], seed: 1), y = NDArray.wholeNumbers([6, 5], seed: 2)
    let c = NDArray.wholeNumbers([6, 5], seed: 3)
    for axis in 0..<2 {
      #expect(
        innerProduct(x.linearRecurrence(c, along: axis), y)
          == innerProduct(x, y.linearRecurrence(c, along: axis, reversed: true)))
    }
  }

  // A truth value forgets even what cannot be multiplied away.
  @Test func sumsBeginAnew() {
    let x = NDArray([Double.infinity, 1, 2, 3], shape: [4])
    let goesOn = NDArray([false, false, true, false], shape: [4])
    #expect(x.linearRecurrence(goesOn, along: 0).numbers == [.infinity, 1, 3, 3])
    #expect(x.linearRecurrence(goesOn, along: 0, reversed: true).numbers == [.infinity, 3, 2, 3])
  }

  @Test func zeroTimesInfinity() {
    let zeros = NDArray.zeros([3], dtype: .float64)
    let c = NDArray([1, Double.infinity, 1], shape: [3])
    #expect(zeros.linearRecurrence(c, along: 0).numbers[1].isNaN)
    #expect(zeros.linearRecurrence(c, along: 0, zeroWins: true).numbers == [0, 0, 0])
  }

  @Test(arguments: [DType.float32, .float64, .int32], [0, 1, 2])
  func runningExtremesFollowTheirDefinition(dtype: DType, axis: Int) {
    let x = NDArray.wholeNumbers([4, 7, 3], dtype)
    for layout in x.layouts {
      let largest = lines(layout.cumulativeExtreme(along: axis, wantsLargest: true), axis)
      let smallest = lines(layout.cumulativeExtreme(along: axis, wantsLargest: false), axis)
      for (number, line) in lines(x, axis).enumerated() {
        #expect(largest[number] == line.indices.map { line[...$0].max() })
        #expect(smallest[number] == line.indices.map { line[...$0].min() })
      }
    }
  }

  @Test func nothingReplacesNaN() {
    let x = NDArray([1, Double.nan, 5, -5], shape: [4])
    for wantsLargest in [true, false] {
      let result = x.cumulativeExtreme(along: 0, wantsLargest: wantsLargest).numbers
      #expect(result[0] == 1 && result[1...].allSatisfy { $0.isNaN })
    }
  }
}
