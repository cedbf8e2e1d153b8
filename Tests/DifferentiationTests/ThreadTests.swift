// A tape belongs to one thread. Another one that records on it is stopped with a text, whatever it
// records, and what is legal across threads gives the right numbers.

import AdjointArrays
import Dispatch
import Foundation
import Testing

@testable import AdjointDifferentiation

/// Runs a closure on a thread of its own and waits for it.
///
/// The closure is used by one thread at a time, which the compiler cannot see.
private func onAnotherThread<R>(_ body: @escaping () -> R) -> R {
  nonisolated(unsafe) let body = body
  nonisolated(unsafe) var result: R?
  let thread = Thread { result = body() }
  thread.start()
  while !thread.isFinished { usleep(100) }
  return result!
}

struct ThreadTests {
  private func text(_ result: ExitTest.Result?) throws -> String {
    String(decoding: try #require(result).standardErrorContent, as: UTF8.self)
  }

  private func expectRefusal(_ result: ExitTest.Result?) throws {
    #expect(try text(result).contains("a variable is used on another thread"))
  }

  @Test func aNumberOnAnotherThread() async throws {
    try expectRefusal(
      await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
        _ = gradient(at: 2.0) { x in
          let square = onAnotherThread { x * x }
          return square + x
        }
      })
  }

  @Test func aNumberAndAConstantOnAnotherThread() async throws {
    try expectRefusal(
      await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
        _ = gradient(at: 2.0) { x in onAnotherThread { 3 * x } }
      })
  }

  @Test func aTensorOnAnotherThread() async throws {
    try expectRefusal(
      await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
        _ = try gradient(at: Tensor([1, 2])) { x in onAnotherThread { (x * x).sum() } }
      })
  }

  @Test func aTensorOfOneElementOnAnotherThread() async throws {
    try expectRefusal(
      await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
        _ = try gradient(at: Tensor([1])) { x in onAnotherThread { (x * x).sum() } }
      })
  }

  @Test func aCustomDerivativeOnAnotherThread() async throws {
    try expectRefusal(
      await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
        _ = gradient(at: 2.0) { x in
          onAnotherThread {
            withCustomDerivative(at: x) { x in (x.detached(), { adjoint in adjoint }) }
          }
        }
      })
  }

  /// The inner operator would record on the outer tape.
  @Test func aDerivativeInsideOnAnotherThread() async throws {
    try expectRefusal(
      await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
        _ = gradient(at: 2.0) { x in onAnotherThread { gradient(at: x) { y in y * y } } }
      })
  }

  /// What is computed would be constant only for as long as the first thread stays in its closure.
  @Test func aPausedTapeOnAnotherThread() async throws {
    try expectRefusal(
      await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
        _ = gradient(at: 2.0) { x in x * withoutRecording { onAnotherThread { x * x } } }
      })
  }

  @Test func pausingOnAnotherThread() async throws {
    try expectRefusal(
      await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
        let tape = Tape()
        let x = tape.variable(2)
        onAnotherThread { tape.withoutRecording { _ = x.value } }
      })
  }

  @Test func recordingWhereAnotherThreadHasWalked() async throws {
    try expectRefusal(
      await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
        let tape = Tape()
        let x = tape.variable(2)
        let y = x * x
        _ = onAnotherThread { tape.gradients(of: y) }
        _ = x * x
      })
  }

  /// d/dx (x² + 3x) = 2x + 3, in parallel: each call has a tape of its own.
  @Test func separateCallsRunInParallel() {
    nonisolated(unsafe) let slopes = UnsafeMutablePointer<Double>.allocate(capacity: 1000)
    defer { slopes.deallocate() }
    DispatchQueue.concurrentPerform(iterations: 1000) { i in
      slopes[i] = gradient(at: Double(i)) { x in x * x + 3 * x }
    }
    for i in 0..<1000 { #expect(slopes[i] == 2 * Double(i) + 3) }
  }

  /// d/dx (x · n) = n for a number n that another thread computed from the detached variable.
  @Test func anotherThreadMayComputeWithConstants() {
    let slope = gradient(at: 2.0) { x in x * onAnotherThread { x.detached() * x.value } }
    #expect(slope == 4)
  }

  /// A tape that is not being recorded may be walked, reset and used by another thread; the last
  /// one to do so has it.
  @Test func aTapeIsHandedOver() {
    let tape = Tape()
    let x = tape.variable(3)
    let y = x * x
    #expect(onAnotherThread { tape.gradients(of: y)[x] } == 6)
    #expect(onAnotherThread { tape.tangent(of: y, along: [(x, 1)]) } == 6)
    tape.reset()
    let z = tape.variable(5)
    #expect(tape.gradients(of: z * z)[z] == 10)
  }

  /// d/dx (x y, x + y) transposed, times (1, 2): (y + 2, x + 2).
  @Test func aPullbackIsCalledOnAnotherThread() {
    let pullback = pullback(at: [2, 3]) { x in [x[0] * x[1], x[0] + x[1]] }
    #expect(onAnotherThread { pullback([1, 2]) } == [5, 4])
    #expect(pullback([1, 2]) == [5, 4])
  }

  /// Many threads that record at once: the program stops, whatever order they come in.
  ///
  /// `ADJOINT_THREAD_STRESS` is the number of programs; contributing.md tells how to run it.
  @Test func manyThreadsAtOnce() async throws {
    let environment = ProcessInfo.processInfo.environment
    for _ in 0..<(environment["ADJOINT_THREAD_STRESS"].flatMap { Int($0) } ?? 1) {
      try expectRefusal(
        await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
          for _ in 0..<1000 {
            _ = gradient(at: 1.0) { x in
              nonisolated(unsafe) let sums = UnsafeMutablePointer<Scalar>.allocate(capacity: 64)
              DispatchQueue.concurrentPerform(iterations: 64) { i in
                var sum = x
                for _ in 0..<1000 { sum = sum * 0.5 + x }
                (sums + i).initialize(to: sum)
              }
              return (0..<64).reduce(0) { $0 + sums[$1] }
            }
          }
        })
    }
  }
}
