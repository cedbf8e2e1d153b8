// The three updates, against their formulas in double precision.

import AdjointKernelCore
import AdjointKernels
import Testing

@Suite struct UpdatesTests {
  // Two products and a sum round at most three times: |error| ≤ 2 ε (|α a| + |β b|).
  @Test(arguments: setNames)
  func updatesFollowTheirFormulas(name: String) {
    func check<S: Element>(_: S.Type) {
      var generator = Generator(state: 8)
      for count in [0, 1, 2, 15, 16, 17, 31, 70] {
        let a = (0..<count).map { _ in S(Double.random(in: -2...2, using: &generator)) }
        let b = (0..<count).map { _ in S(Double.random(in: 0...2, using: &generator)) }
        let (alpha, beta, epsilon) = (0.9, 0.1, 1e-3)
        func run(
          _ call: (KernelElement, Int, UnsafeMutableRawPointer, UnsafeRawPointer) -> Void
        ) -> [S] {
          var result = a + [-7]
          let source = b + [0]
          result.withUnsafeMutableBytes { result in
            source.withUnsafeBytes { source in
              guard let result = result.baseAddress, let source = source.baseAddress else { return }
              call(S.kernelElement, count, result, source)
            }
          }
          #expect(result[count] == -7)
          return Array(result[..<count])
        }
        let combined = run { kernelSet(name).combine($0, $1, alpha, $2, beta, $3) }
        let squares = run { kernelSet(name).combineSquare($0, $1, alpha, $2, beta, $3) }
        let steps = run { kernelSet(name).rootQuotient($0, $1, $2, alpha, $2, beta, $3, epsilon) }
        // The factors are rounded to the element type first.
        let (p, q, e) = (Double(S(alpha)), Double(S(beta)), Double(S(epsilon)))
        let unit = Double(S.ulpOfOne)
        for i in 0..<count {
          let (x, y) = (Double(a[i]), Double(b[i]))
          #expect(
            abs(Double(combined[i]) - (p * x + q * y)) <= 2 * unit * (abs(p * x) + abs(q * y)))
          #expect(
            abs(Double(squares[i]) - (p * x + q * y * y)) <= 2 * unit * (abs(p * x) + q * y * y))
          let step = p * x / ((q * y).squareRoot() + e)
          #expect(abs(Double(steps[i]) - step) <= 4 * unit * abs(step))
        }
      }
    }
    check(Float.self)
    check(Double.self)
  }
}
