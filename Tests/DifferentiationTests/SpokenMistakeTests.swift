// Mistakes in calls that cannot throw stop the program with their text, in optimized code too.

import AdjointElementary
import Testing

@testable import AdjointDifferentiation

struct SpokenMistakeTests {
  private func text(_ result: ExitTest.Result?) throws -> String {
    String(decoding: try #require(result).standardErrorContent, as: UTF8.self)
  }

  @Test func aNegativeRange() async throws {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = Tensor.range(-1)
    }
    #expect(try text(result).contains("range(-1) asks for a negative count of numbers"))
  }

  @Test func aNodeThatIsNotThere() async throws {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      let tape = Tape()
      _ = tape.variable(1)
      _ = tape.node(1)
    }
    #expect(try text(result).contains("there is no node 1 on a tape of 1 operations"))
  }

  @Test func theDerivativeOfAFunctionOfTwo() async throws {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = Elementary.Opcode.atan2.derivative(of: Formula("x"))
    }
    #expect(try text(result).contains("takes two operands; use derivatives(of:_:)"))
  }

  @Test func theStepsOfAnotherTape() async throws {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      let (tape, other) = (Tape(), Tape())
      let x = other.variable(2)
      _ = tape.reverseSteps(of: x * x)
    }
    #expect(try text(result).contains("recorded on another tape"))
    let (tape, other) = (Tape(), Tape())
    let x = other.variable(Tensor([1, 2]))
    #expect(throws: TensorError.self) { _ = try tape.reverseSteps(of: (x * x).sum()) }
  }
}
