// Long tapes and long runs: no recursion, no growth.

import AdjointArrays
import AdjointDifferentiation
import AdjointElementary
import Foundation
import Testing

@Suite(.serialized) struct DeepTapeTests {
  /// Ten million operations recorded, walked and freed on a thread with a stack of 512 KiB.
  ///
  /// x ← 1.0000001 x, five million times, and a sum of the same length: the derivative of
  /// Σ_k c^k is the sum itself, for x = 1.
  @Test func tenMillionOperationsOnASmallStack() async {
    let (value, slope) = await onThread(stackSize: 512 << 10) {
      valueWithGradient(at: 1.0) { x in
        var power = x
        var total = Scalar(0)
        for _ in 0..<5_000_000 {
          power = power * 1.0000001
          total = total + power
        }
        return total
      }
    }
    #expect(abs(slope - value) < 1e-9 * value)
  }

  /// A chain of fifty thousand tensor operations is freed without recursion, too.
  @Test func longChainOfTensorsOnASmallStack() async throws {
    let slope = await onThread(stackSize: 512 << 10) {
      try? gradient(at: Tensor([1], dtype: .float64)) { x in
        var y = x
        for _ in 0..<25_000 { y = y * 0.9999 + 0.0001 }
        return y
      }
    }
    var expected = 1.0
    for _ in 0..<25_000 { expected *= 0.9999 }
    #expect(abs(try #require(slope).item - expected) < 1e-12)
  }

  /// The live bytes of the storage pool after 100 and after 1000 steps of training are the same.
  ///
  /// In a process of its own, because the report counts the arrays of all tests that run beside it.
  @Test func trainingDoesNotGrow() async {
    await #expect(processExitsWith: .success) {
      var generator = RandomGenerator(seed: 1)
      let x = Tensor.normal(shape: [32, 8], using: &generator)
      let y = Tensor.normal(shape: [32, 1], using: &generator)
      var w = Tensor.normal(shape: [8, 16], using: &generator)
      var v = Tensor.normal(shape: [16, 1], using: &generator)
      func step() throws {
        let (a, b) = try gradient(at: w, v) { w, v in
          (matmul(tanh(matmul(x, w)), v) - y).squared().mean()
        }
        w = w - 0.01 * a
        v = v - 0.01 * b
      }
      for _ in 0..<100 { try step() }
      let early = MemoryReport.current.live
      for _ in 0..<900 { try step() }
      #expect(MemoryReport.current.live == early)
    }
  }

  private func onThread<R: Sendable>(stackSize: Int, _ body: @escaping @Sendable () -> R) async -> R
  {
    await withCheckedContinuation { continuation in
      let thread = Thread { continuation.resume(returning: body()) }
      thread.stackSize = stackSize
      thread.start()
    }
  }
}
