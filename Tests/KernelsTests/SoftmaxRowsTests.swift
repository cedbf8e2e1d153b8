// Softmax and cross-entropy of rows against their formulas in double precision.

import AdjointKernelCore
import AdjointKernels
import Foundation
import Testing

@Suite struct RowsTests {
  private static let lengths = [1, 2, 3, 7, 8, 10, 16, 17, 33, 64, 1000, 2100]

  // The exponential errs by one unit, the argument by half a unit of its size (up to 20 here), the
  // sum by some more; so does each quotient.
  private static func tolerance<S: Element>(_: S.Type) -> Double { 40 * Double(S.ulpOfOne) }

  private func shifted<S: Element>(_ row: ArraySlice<S>) -> (x: [Double], logSum: Double) {
    let largest = row.map { Double($0) }.max() ?? 0
    let x = row.map { Double($0) - largest }
    return (x, log(x.reduce(0) { $0 + exp($1) }))
  }

  private func call<S: Element>(
    _ count: Int, _ a: [S], _ b: [S],
    _ body: (UnsafeRawPointer, UnsafeRawPointer, UnsafeMutableRawPointer) -> Void
  ) -> [S] {
    var result = [S](repeating: -7, count: count + 1)
    a.withUnsafeBytes { a in
      b.withUnsafeBytes { b in
        result.withUnsafeMutableBytes { result in
          guard let a = a.baseAddress, let b = b.baseAddress, let result = result.baseAddress
          else { return }
          body(a, b, result)
        }
      }
    }
    #expect(result[count] == -7, "nothing is written behind the last element")
    return Array(result[..<count])
  }

  @Test(arguments: setNames)
  func rowsFollowTheirFormulas(name: String) {
    func check<S: Element>(_: S.Type) {
      var generator = Generator(state: 11)
      let allowed = Self.tolerance(S.self)
      for count in Self.lengths {
        let rows = 3
        let x = (0..<(rows * count)).map { _ in
          S(Double.random(in: -10...10, using: &generator)) + 1000
        }
        let seed = x.map { _ in S(Double.random(in: -1...1, using: &generator)) }
        let labels = (0..<rows).map { _ in Int32.random(in: 0..<Int32(count), using: &generator) }
        let y = call(x.count, x, seed) { x, _, y in
          kernelSet(name).softmax(S.kernelElement, rows, count, x, y, false)
        }
        let logarithms = call(x.count, x, seed) { x, _, y in
          kernelSet(name).softmax(S.kernelElement, rows, count, x, y, true)
        }
        let pullback = call(x.count, y, seed) { y, seed, result in
          kernelSet(name).softmaxPullback(S.kernelElement, rows, count, y, seed, result)
        }
        let (losses, slopes) = labels.withUnsafeBytes { labels in
          guard let labels = labels.baseAddress else { return ([S](), [S]()) }
          return (
            call(rows, x, seed) { x, _, losses in
              kernelSet(name).crossEntropy(S.kernelElement, rows, count, x, labels, losses)
            },
            call(x.count, x, seed) { x, seed, result in
              kernelSet(name).crossEntropyPullback(
                S.kernelElement, rows, count, x, labels, seed, result)
            }
          )
        }
        for row in 0..<rows {
          let range = (row * count)..<((row + 1) * count)
          let (z, logSum) = shifted(x[range])
          let p = z.map { exp($0 - logSum) }
          let g = seed[range].map { Double($0) }
          let mean = zip(p, g).reduce(0) { $0 + $1.0 * $1.1 }
          let label = Int(labels[row])
          let at = "\(name) \(S.self) \(count)"
          #expect(abs(Double(losses[row]) - (logSum - z[label])) <= allowed * 20, "\(at)")
          for (i, place) in range.enumerated() {
            #expect(abs(Double(y[place]) - p[i]) <= allowed * p[i], "\(at)")
            #expect(abs(Double(logarithms[place]) - (z[i] - logSum)) <= allowed * 20, "\(at)")
            // The pullback is given the rounded y.
            #expect(
              abs(Double(pullback[place]) - p[i] * (g[i] - mean)) <= 4 * allowed * p[i], "\(at)")
            let unit = i == label ? 1.0 : 0
            let expected = Double(seed[row]) * (p[i] - unit)
            #expect(abs(Double(slopes[place]) - expected) <= allowed * (p[i] + unit), "\(at)")
          }
        }
      }
    }
    check(Float.self)
    check(Double.self)
  }

  // An element of -∞ has no weight; a row of nothing else has no softmax; a NaN spoils its row
  // only.
  @Test(arguments: setNames)
  func infinitiesAndNaNStayInTheirRows(name: String) {
    let x: [Float] = [0, -.infinity, 0, -.infinity, -.infinity, -.infinity, 1, .nan, 1, 1, 1, 1]
    let y = call(12, x, x) { x, _, y in kernelSet(name).softmax(.float32, 4, 3, x, y, false) }
    #expect(y[0] == 0.5 && y[1] == 0 && y[2] == 0.5)
    #expect(y[3...8].allSatisfy { $0.isNaN })
    #expect(y[9...].allSatisfy { abs($0 - 1 / 3) < 1e-7 })
    // A zero seed wins over what is undefined.
    let zero = [Float](repeating: 0, count: 12)
    let slopes = call(12, y, zero) { y, seed, result in
      kernelSet(name).softmaxPullback(.float32, 4, 3, y, seed, result)
    }
    #expect(slopes == zero)
  }
}
