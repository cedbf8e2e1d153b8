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

  /// ‖s v‖ = s ‖v‖ over the whole range of numbers, and of numbers of all sizes the largest counts.
  @Test func theRootIsRightWhereTheSumIsNot() {
    let subnormal = Double.leastNormalMagnitude / 64
    for scale in [subnormal, 1e-300, 1e-160, 1e-140, 1, 1e140, 1e160, 1e300] {
      let root = sum([3 * scale, 0, -4 * scale]).root
      #expect(abs(root / (5 * scale) - 1) < 1e-12, "\(scale)")
      var parts = sum([3 * scale])
      parts.add(sum([-4 * scale]))
      #expect(parts.root == root)
    }
    #expect(sum([1e-200, 1, 1e200]).root == 1e200 && sum([1e-200, 1e-10]).root == 1e-10)
    #expect(sum([Double]()).root == 0)
    // Larger than any number, but of numbers.
    let largest = Double.greatestFiniteMagnitude
    #expect(
      sum([largest, largest]).root == largest && sum([largest, .infinity]).root == .infinity)
    #expect(sum([largest, .nan]).root.isNaN && sum([.nan, 1e-300]).root.isNaN)
    #expect(abs(sum([Float](repeating: 1e30, count: 4)).root / 2e30 - 1) < 1e-6)
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
