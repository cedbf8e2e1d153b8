// The normalization of rows and its transpose against their formulas in double precision.

import AdjointKernelCore
import AdjointKernels
import Testing

@Suite struct LayerNormRowsTests {
  private static let lengths = [1, 2, 3, 7, 8, 15, 16, 17, 33, 64, 1000, 2100, 4200]

  /// Calls the body with the addresses of the inputs and of one more element than asked for each
  /// result.
  private func call<S: Element>(
    _ inputs: [[S]], _ counts: [Int],
    _ body: (UnsafePointer<UnsafeRawPointer>, [UnsafeMutableRawPointer]) -> Void
  ) -> [[S]] {
    let room = counts.map { count in
      let buffer = UnsafeMutableBufferPointer<S>.allocate(capacity: count + 1)
      buffer.initialize(repeating: -7)
      return buffer
    }
    defer { for buffer in room { buffer.deallocate() } }
    withAddresses(inputs) { body($0, room.compactMap { UnsafeMutableRawPointer($0.baseAddress) }) }
    for (buffer, count) in zip(room, counts) {
      #expect(buffer[count] == -7, "nothing is written behind the last element")
    }
    return zip(room, counts).map { Array($0[..<$1]) }
  }

  // x̂ errs by some units of the size of x / σ, which is at most 1000 / 6 here because the mean
  // (1000) is subtracted after rounding; the sums add units of the size of their terms.
  @Test(arguments: setNames)
  func rowsFollowTheirFormulas(name: String) {
    func check<S: Element>(_: S.Type) {
      var generator = Generator(state: 12)
      let unit = Double(S.ulpOfOne)
      for count in Self.lengths {
        let (rows, epsilon) = (3, 0.25)
        func numbers(_ count: Int, _ range: ClosedRange<Double>) -> [S] {
          (0..<count).map { _ in S(Double.random(in: range, using: &generator)) }
        }
        let x = numbers(rows * count, 990...1010)
        let seed = numbers(rows * count, -1...1)
        let (gain, bias) = (numbers(count, -2...2), numbers(count, -2...2))
        let y = call([x, gain, bias], [x.count]) { from, to in
          kernelSet(name).layerNorm(
            S.kernelElement, rows, count, epsilon, from[0], from[1], from[2], to[0])
        }[0]
        let adjoints = call([x, gain, seed], [x.count, count, count]) { from, to in
          kernelSet(name).layerNormPullback(
            S.kernelElement, rows, count, epsilon, from[0], from[1], from[2], to[0], to[1], to[2])
        }
        let sums = call([x, gain, seed], [count, count]) { from, to in
          kernelSet(name).layerNormPullback(
            S.kernelElement, rows, count, epsilon, from[0], from[1], from[2], nil, to[0], to[1])
        }
        #expect(sums == Array(adjoints[1...]), "the sums are the same without a result")

        var (gainSums, biasSums) = (
          [Double](repeating: 0, count: count), [Double](repeating: 0, count: count)
        )
        let allowed = 1000 * unit
        for row in 0..<rows {
          let range = (row * count)..<((row + 1) * count)
          // A shift changes nothing, and this one is exact; so the reference loses no digits.
          let z = x[range].map { Double($0) - 1000 }
          let mean = z.reduce(0, +) / Double(count)
          let variance = z.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(count)
          let scale = 1 / (variance + epsilon).squareRoot()
          let normal = z.map { ($0 - mean) * scale }
          let inner = zip(seed[range], gain).map { Double($0) * Double($1) }
          let shift = inner.reduce(0, +) / Double(count)
          let slope = zip(inner, normal).reduce(0) { $0 + $1.0 * $1.1 } / Double(count)
          for (i, place) in range.enumerated() {
            let at = "\(name) \(S.self) \(count)"
            let expected = normal[i] * Double(gain[i]) + Double(bias[i])
            #expect(abs(Double(y[place]) - expected) <= 4 * allowed * max(1, scale), "\(at)")
            let derivative = scale * (inner[i] - shift - normal[i] * slope)
            #expect(
              abs(Double(adjoints[0][place]) - derivative) <= 8 * allowed * max(1, scale * scale),
              "\(at)")
            gainSums[i] += Double(seed[place]) * normal[i]
            biasSums[i] += Double(seed[place])
          }
        }
        for i in 0..<count {
          #expect(abs(Double(adjoints[1][i]) - gainSums[i]) <= 24 * allowed)
          #expect(abs(Double(adjoints[2][i]) - biasSums[i]) <= 4 * unit)
        }
      }
    }
    check(Float.self)
    check(Double.self)
  }

  // σ² = 0 makes x̂ exactly 0; a NaN spoils its own row; a zero seed wins over it.
  @Test(arguments: setNames)
  func equalElementsAndNaNStayInTheirRows(name: String) {
    let x: [Float] = [3, 3, 3, 1, .nan, 1, -1, 0, 1]
    let ones: [Float] = [1, 1, 1]
    let y = call([x, ones, ones], [9]) { from, to in
      kernelSet(name).layerNorm(.float32, 3, 3, 1e-5, from[0], from[1], from[2], to[0])
    }[0]
    #expect(y[..<3] == [1, 1, 1])
    #expect(y[3..<6].allSatisfy { $0.isNaN })
    #expect(y[7] == 1 && abs(y[8] - 2.2247) < 1e-4)
    let seed: [Float] = [1, 0, 0, 0, 0, 0, 1, 1, 1]
    let adjoints = call([x, ones, seed], [9, 3, 3]) { from, to in
      kernelSet(name).layerNormPullback(
        .float32, 3, 3, 1e-5, from[0], from[1], from[2], to[0], to[1], to[2])
    }
    #expect(adjoints[0][3..<6] == [0, 0, 0])
    #expect(adjoints.allSatisfy { $0.allSatisfy { $0.isFinite } })
    #expect(adjoints[2] == [2, 1, 1])
  }
}
