// Mistakes in the rules of a primitive: each is thrown by the differential operator, none is a wrong
// number.

import AdjointArrays
import AdjointElementary
import Testing

@testable import AdjointDifferentiation

struct RuleMistakeTests {
  /// `a + b` whose pullback is given.
  struct Sum: Primitive {
    let give: @Sendable (_ adjoint: Tensor, _ use: borrowing PrimitiveUse) -> Void

    var name: String { "planted" }
    var reads: Reads { [] }
    func resultType(of operands: [TensorType]) -> TensorType { operands[0] }
    func evaluate(_ operands: [NDArray]) -> NDArray { .binary(.add, operands[0], operands[1]) }
    func pullback(_ adjoint: Tensor, at use: borrowing PrimitiveUse) { give(adjoint, use) }
    func pushforward(_ tangents: PrimitiveTangents, at use: borrowing PrimitiveUse) -> Tensor {
      tangents.sum { _, tangent in tangent }
    }
  }

  private func mistake(
    _ give: @escaping @Sendable (_ adjoint: Tensor, _ use: borrowing PrimitiveUse) -> Void
  ) -> TensorError? {
    do {
      _ = try gradient(at: Tensor([1, 2]), Tensor([3, 4])) { x, y in
        Tensor.applying(Sum(give: give), to: [x, y]).sum()
      }
      return nil
    } catch {
      return error as? TensorError
    }
  }

  @Test func aRightRuleIsNoMistake() {
    #expect(
      mistake { adjoint, use in
        use.give(0) { adjoint }
        use.give(1) { adjoint }
      } == nil)
  }

  /// A rule that forgets an operand would lose a derivative in silence.
  @Test func aForgottenOperandIsThrown() throws {
    let error = try #require(mistake { adjoint, use in use.give(0) { adjoint } })
    #expect(error.kind == .rule)
    #expect(error.description.contains("the pullback of `planted`: it gave operand 1 nothing"))
  }

  /// Saying so makes it a derivative of zero.
  @Test func nothingCanBeMeant() {
    #expect(
      mistake { adjoint, use in
        use.give(0) { adjoint }
        use.giveNothing(1)
      } == nil)
  }

  @Test(arguments: [Tensor([1, 2, 3]), Tensor([1, 2]).converted(to: .float64)])
  func anAdjointOfAnotherTypeIsThrown(_ wrong: Tensor) throws {
    let error = try #require(
      mistake { adjoint, use in
        use.give(0) { adjoint }
        use.give(1) { wrong }
      })
    #expect(error.kind == .rule)
    #expect(error.description.contains("gave operand 1 an adjoint of type \(wrong.type)"))
  }

  /// A number is stretched to the shape of the result; what it receives is summed back.
  @Test func stretchedAxesAreSummed() throws {
    let sum = Sum { adjoint, use in
      use.give(0) { adjoint }
      use.give(1) { adjoint }
    }
    // d/db Σᵢ (aᵢ + b) = 3
    let (_, ofB) = try gradient(at: Tensor([1, 2, 3]), Tensor([5])) { a, b in
      Tensor.applying(sum, to: [a, b]).sum()
    }
    #expect(ofB.floats == [3])
  }

  /// A rule of a user's own function: `withCustomDerivative`.
  @Test func aCustomDerivativeOfAnotherTypeIsThrown() {
    #expect(throws: TensorError.self) {
      try gradient(at: Tensor([1, 2]).converted(to: .float64)) { x in
        withCustomDerivative(at: x) { x in (x * 2, { _ in Tensor([2, 2]) }) }.sum()
      }
    }
  }
}
