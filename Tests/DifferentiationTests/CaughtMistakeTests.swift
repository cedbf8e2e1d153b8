// A mistake is thrown once, tells where the differentiating call stands, and is over when it is
// caught.

import AdjointArrays
import AdjointDifferentiation
import AdjointElementary
import Testing

@Suite struct CaughtMistakeTests {
  private let x = Tensor([2, 3])

  @Test func aMistakeCaughtInsideDoesNotFailTheOuterCall() throws {
    let slopes = try gradient(at: x) { x in
      let inner = try? gradient(at: x) { y in matmul(y, Tensor.ones([5, 5])).sum() }
      #expect(inner == nil)
      let argument = try? gradient(at: Tensor(indices: [1])) { y in y.sum() }
      #expect(argument == nil)
      return (x * x).sum()
    }
    #expect(slopes.floats == [4, 6])
  }

  @Test func aMistakeOfTheOuterFunctionStays() {
    #expect(throws: TensorError.self) {
      try gradient(at: x) { x in
        let wrong = (x + Tensor.ones([7])).sum()
        _ = try? gradient(at: x) { y in matmul(y, Tensor.ones([5, 5])).sum() }
        return wrong
      }
    }
  }

  /// The innermost call is the place.
  @Test func theLineOfTheCall() throws {
    func line(_ body: () throws -> Void) -> String? {
      do {
        try body()
        return nil
      } catch {
        return (error as? TensorError)?.location
      }
    }
    let file = "AdjointDifferentiationTests/CaughtMistakeTests.swift"
    let ones = Tensor.ones([5, 5])
    #expect(line { _ = try gradient(at: x) { matmul($0, ones).sum() } } == "\(file):\(#line)")
    let several = line { _ = try valueWithGradient(at: x, x) { x, y in matmul(x, ones) } }
    #expect(several == "\(file):\(#line - 1)")
    #expect(line { _ = try pullback(at: x) { matmul($0, ones) } } == "\(file):\(#line)")
    let pulled = try pullback(at: x) { $0 * $0 }
    let there = #line - 1
    #expect(line { _ = try pulled(Tensor([1])) } == "\(file):\(there)")
    let inner = #line + 2
    let outer = line {
      _ = try gradient(at: x) { x in try gradient(at: x) { matmul($0, ones).sum() }.sum() }
    }
    #expect(outer == "\(file):\(inner)")
  }

  /// A nested pullback at plain numbers cannot carry an outer derivative of its value, and says so;
  /// what does not depend on the outer function is fine, dead code or not.
  @Test func plainNumbersInsideAFunction() async throws {
    let lost = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = gradient(at: 3.0) { x in
        let (value, _) = valueWithPullback(at: 2.0) { y in x * y }
        return x * Scalar(value)
      }
    }
    let text = String(decoding: try #require(lost).standardErrorContent, as: UTF8.self)
    #expect(text.contains("the outer derivative would be lost"))
    // d/dx (x · D(y ↦ y²)(2)) = 4, beside an operation that leads nowhere.
    let slope = gradient(at: 3.0) { x in
      x
        * Scalar(
          gradient(at: 2.0) { y in
            _ = x * y
            return y * y
          })
    }
    expect(slope, equals: 4)
  }

  @Test func aPullbackLeavesNothingBehind() {
    let tape = Tape()
    let x = tape.variable(1)
    expect(x.value, equals: 1)
    let (_, pullback) = valueWithPullback(at: [1.0, 2.0]) { xs in [xs[0] * xs[1], xs[1]] }
    for _ in 0..<3 { #expect(pullback([1, 10]) == [2, 11]) }
  }
}
