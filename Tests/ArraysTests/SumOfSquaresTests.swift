import Testing

@testable import AdjointArrays

@Suite struct SumOfSquaresTests {
  private func sum<Number: ArrayElement>(_ numbers: [Number]) -> SumOfSquares {
    NDArray(numbers, shape: [numbers.count]).sumOfSquares()
  }

  /// 1² + 2² + … + n² = n (n + 1) (2n + 1) / 6.
  @Test(arguments: [0, 1, 5, 1023, 1024, 1025, 4000])
  func matchesTheClosedForm(_ n: Int) {
    let expected = Double(n * (n + 1) * (2 * n + 1) / 6)
    let double = sum((0..<n).map { Double($0 + 1) })
    #expect(double.value == expected && double.isFinite)
    let single = sum((0..<n).map { Float($0 + 1) })
    #expect(abs(single.value - expected) <= 1e-6 * expected && single.isFinite)
  }

  /// An infinity or a NaN shows in a plain sum, even beside its opposite; a sum that leaves the range
  /// of its type says nothing about the numbers.
  @Test func finitenessIsThatOfTheNumbersNotOfTheirSum() {
    func isFinite<Number: ArrayElement>(_ numbers: [Number]) -> Bool {
      NDArray(numbers, shape: [numbers.count]).isFinite()
    }
    #expect(isFinite([Float]()) && isFinite([0.5, -3]))
    for count in [1, 7, 16, 1023, 3000] {
      let large = [Float](repeating: .greatestFiniteMagnitude, count: count)
      #expect(isFinite(large))
      #expect(isFinite([Double](repeating: -.greatestFiniteMagnitude, count: count)))
      for value in [Float.infinity, -.infinity, .nan] {
        for position in [0, count / 2, count - 1] {
          var numbers = large
          numbers[position] = value
          #expect(!isFinite(numbers))
          #expect(!isFinite(numbers.map(Double.init)))
        }
      }
    }
    #expect(!isFinite([Float.infinity, -.infinity]))
  }

  @Test func infinityAndNaNAreFoundAnywhere() {
    for position in [0, 3, 1023, 1024, 2000] {
      for value in [Float.infinity, -.infinity, .nan] {
        var numbers = [Float](repeating: 1, count: 2001)
        numbers[position] = value
        #expect(!sum(numbers).isFinite)
        #expect(!sum(numbers.map(Double.init)).isFinite)
      }
    }
  }

  /// The squares overflow or vanish in float32; the sum in Double does neither.
  ///
  /// In float64 the squares of 1e200 do overflow, and still every element is finite.
  @Test func largeAndSmallNumbersAreFinite() {
    let large = sum([Float](repeating: 1e30, count: 3))
    #expect(large.isFinite && abs(large.value / 3e60 - 1) < 1e-6)
    let small = sum([Float](repeating: 1e-30, count: 3))
    #expect(small.isFinite && abs(small.value / 3e-60 - 1) < 1e-6)
    #expect(sum([1e200, 1e200]).isFinite)
  }
}
