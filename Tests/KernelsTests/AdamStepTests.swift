// The step of Adam against the kernels that it fuses, bit by bit.

import AdjointKernelCore
import AdjointKernels
import Testing

@Suite struct AdamStepTests {
  @Test(arguments: setNames, [nil, 0.01])
  func stepHasTheBitsOfItsParts(name: String, weightDecay: Double?) {
    func check<S: Element>(_: S.Type) {
      var generator = Generator(state: 9)
      let factors = AdamFactors(
        beta1: 0.9, beta2: 0.999, correction1: 1 / (1 - 0.81), correction2: 1 / (1 - 0.998001),
        epsilon: 1e-8, weightDecay: weightDecay, rate: 1e-3)
      for count in [1, 2, 7, 16, 17, 31, 70] {
        func numbers(_ range: ClosedRange<Double>) -> [S] {
          (0..<count).map { _ in S(Double.random(in: range, using: &generator)) }
        }
        let start = [numbers(-1...1), numbers(-1...1), numbers(0...1), numbers(-2...2)]
        var fused = start.map { $0 + [-7] }
        var parts = fused
        func addresses(
          _ rows: inout [[S]], _ body: ([UnsafeMutableRawPointer]) -> Void
        ) {
          let buffers = rows.map { row in
            let buffer = UnsafeMutableBufferPointer<S>.allocate(capacity: row.count)
            _ = buffer.initialize(from: row)
            return buffer
          }
          body(buffers.compactMap { UnsafeMutableRawBufferPointer($0).baseAddress })
          rows = buffers.map { Array($0) }
          for buffer in buffers { buffer.deallocate() }
        }
        let (kernels, element) = (kernelSet(name), S.kernelElement)
        addresses(&fused) { at in
          kernels.adam(element, count, factors, UnsafeRawPointer(at[0]), at[1], at[2], at[3])
        }
        addresses(&parts) { at in
          let (update, first, second, parameter) = (at[0], at[1], at[2], at[3])
          kernels.combine(element, count, 0.9, first, 1 - 0.9, UnsafeRawPointer(update))
          kernels.combineSquare(element, count, 0.999, second, 1 - 0.999, UnsafeRawPointer(update))
          kernels.rootQuotient(
            element, count, update, factors.correction1, UnsafeRawPointer(first),
            factors.correction2, UnsafeRawPointer(second), 1e-8)
          if let weightDecay {
            kernels.combine(element, count, 1, update, weightDecay, UnsafeRawPointer(parameter))
          }
          kernels.combine(element, count, 1e-3, update, 0, UnsafeRawPointer(update))
          kernels.combine(element, count, 1, parameter, -1, UnsafeRawPointer(update))
        }
        #expect(fused[1...] == parts[1...], "\(name) \(S.self) \(count)")
      }
    }
    check(Float.self)
    check(Double.self)
  }
}
