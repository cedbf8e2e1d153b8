// The laws of reductions and of accumulation.

import AdjointKernelCore
import AdjointKernels
import Testing

@Suite struct ReductionsTests {
  static let lengths = Array(1...70) + [127, 128, 1023, 1024, 1025, 2049, 5000, 70_001]

  // Small whole numbers add without rounding in any order, and minimum and maximum never round.
  @Test(arguments: setNames)
  func reductionsOfWholeNumbersAreExact(name: String) {
    func check<S: Element>(_: S.Type) {
      var generator = Generator(state: 7)
      for length in Self.lengths {
        let x = (0..<length).map { _ in S(Int.random(in: -100...100, using: &generator)) }
        #expect(kernelSet(name).reduced(.sum, x) == x.reduce(0, +))
        #expect(kernelSet(name).reduced(.minimum, x) == x.min())
        #expect(kernelSet(name).reduced(.maximum, x) == x.max())
        // Powers of two multiply without rounding, and a short random walk of them stays in range.
        guard length < 1100 else { continue }
        let factors = (0..<length).map { _ in Bool.random(using: &generator) ? S(2) : S(0.5) }
        let exponent = factors.reduce(0) { $0 + ($1 == 2 ? 1 : -1) }
        if abs(exponent) < 100 {
          let product = kernelSet(name).reduced(.product, factors)
          #expect(product == S(sign: .plus, exponent: S.Exponent(exponent), significand: 1))
        }
      }
    }
    check(Float.self)
    check(Double.self)
  }

  // A NaN anywhere makes the result NaN, for every operation.
  @Test(arguments: setNames)
  func aSingleNaNIsNotLost(name: String) {
    for length in [1, 2, 5, 17, 64, 70, 1030] {
      for position in Set([0, length / 3, length / 2, length - 1]) {
        var x = (0..<length).map { Float($0) }
        x[position] = .nan
        for kind in [ReductionKind.sum, .product, .minimum, .maximum] {
          #expect(
            kernelSet(name).reduced(kind, x).isNaN, "\(name) \(kind) of \(length) at \(position)")
        }
      }
    }
    #expect(kernelSet(name).reduced(.minimum, [Float](repeating: .infinity, count: 9)) == .infinity)
    #expect(
      kernelSet(name).reduced(.maximum, [Double](repeating: -.infinity, count: 9)) == -.infinity)
  }

  // |error| ≤ ε (levels of the tree + additions in a lane of a leaf) Σ|x|. One after the other, a million
  // additions of 0.1 in single precision would be off by one percent.
  @Test(arguments: setNames)
  func sumsArePairwise(name: String) {
    let count = 1 << 20
    let sum = kernelSet(name).reduced(.sum, [Float](repeating: 0.1, count: count))
    let exact = Double(Float(0.1)) * Double(count)
    #expect(abs(Double(sum) - exact) <= exact * Double(Float.ulpOfOne) * (10 + 64 + 8))
  }

  @Test(arguments: setNames)
  func accumulationIsElementwise(name: String) {
    for count in [0, 1, 15, 16, 33, 70] {
      let a = (0..<count).map { Float($0 % 7) - 3 }
      let b = (0..<count).map { $0 % 11 == 5 ? Float.nan : Float($0 % 5) - 2 }
      func accumulated(_ kind: ReductionKind) -> [Int] {
        var result = a + [-7]
        result.withUnsafeMutableBytes { result in
          b.withUnsafeBytes { b in
            guard let destination = result.baseAddress else { return }
            kernelSet(name).accumulate(
              kind, .float32, count, b.baseAddress ?? UnsafeRawPointer(destination), destination)
          }
        }
        #expect(result[count] == -7)
        return result[..<count].map(bitPattern)
      }
      func expected(_ f: (Float, Float) -> Float) -> [Int] {
        zip(a, b).map { bitPattern($1.isNaN ? .nan : f($0, $1)) }
      }
      #expect(accumulated(.sum) == expected(+))
      #expect(accumulated(.product) == expected(*))
      #expect(accumulated(.minimum) == expected { Swift.min($0, $1) })
      #expect(accumulated(.maximum) == expected { Swift.max($0, $1) })
    }
  }
}
