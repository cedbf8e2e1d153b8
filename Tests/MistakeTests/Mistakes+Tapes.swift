// Mistakes with tapes, with derivatives taken inside others, and in rules of a user's own.

import Adjoint
import Foundation

extension Mistake {
  static let tapes = [
    Mistake(
      "a node that is not there",
      "node(_:): there is no node 1 on a tape of 1 operations. Nodes count from 0, below the "
        + "tape's `count`."
    ) {
      let tape = Tape()
      _ = tape.variable(1)
      _ = tape.node(1)
    },
    Mistake(
      "a reset while paused",
      "reset(): the tape is inside withoutRecording. Reset it after the closure has returned."
    ) {
      let tape = Tape()
      tape.withoutRecording { tape.reset() }
    },
    Mistake(
      "a stale scalar",
      "stale variable: this scalar (value 2.0) was recorded on a tape that has been released or "
        + "reset. Do not keep recorded numbers after the differentiated closure has returned; "
        + "return what you need from it, or keep x.detached() or x.value."
    ) {
      let tape = Tape()
      let x = tape.variable(2)
      tape.reset()
      _ = x + 1
    },
    Mistake(
      "a stale tensor",
      "stale variable: this tensor (float32 [2]) was recorded on a tape that has been released or "
        + "reset. Do not keep recorded tensors after the differentiated closure has returned; "
        + "return what you need from it, or keep x.detached()."
    ) {
      let tape = Tape()
      let x = tape.variable(Tensor([1, 2]))
      tape.reset()
      _ = x + 1
    },
    Mistake(
      "scalars of two tapes",
      "foreign variable: the operands of `*` (values 2.0 and 3.0) are recorded on two different "
        + "tapes. Make both variables on the same tape, pass the outer one as a further argument "
        + "of the differentiated function, or use x.detached() where no derivative is wanted."
    ) {
      let (tape, other) = (Tape(), Tape())
      _ = tape.variable(2) * other.variable(3)
    },
    Mistake(
      "a variable on another thread",
      "a variable is used on another thread than the one that records it. A tape belongs to one "
        + "thread: the one that called gradient(at:of:), or that made, reset or last walked the "
        + "tape. Run separate calls of gradient(at:of:) in parallel and add up what they return, "
        + "or give the other threads x.detached() or x.value."
    ) {
      _ = gradient(at: 2.0) { x in
        let thread = Thread { _ = x * x }
        thread.start()
        while !thread.isFinished { usleep(100) }
        return x
      }
    },
    Mistake(
      "steps of another tape",
      "reverseSteps(of:): the operand is recorded on another tape (operands: the number 4.0). Use "
        + "the tape that its variables were made on, or x.detached() where no derivative is wanted."
    ) {
      let (tape, other) = (Tape(), Tape())
      let x = other.variable(2)
      _ = tape.reverseSteps(of: x * x)
    },
    Mistake(
      "adjoints of another tape",
      "adjoints[x]: these adjoints belong to another tape, or to one that was reset or released. "
        + "Ask the tape that the variable was made on."
    ) {
      let (tape, other) = (Tape(), Tape())
      let (x, y) = (tape.variable(2), other.variable(3))
      _ = tape.gradients(of: x * x)[y]
    },
    Mistake(
      "plain numbers inside a derivative",
      "a derivative at plain numbers, taken inside another differentiated function, uses a "
        + "variable of the outer one; it returns plain numbers (here 4.0), so the outer derivative "
        + "would be lost. Pass a Scalar, as in gradient(at: Scalar(x)), to get a recorded result, "
        + "or use x.detached() on the outer variable if its derivative is not wanted."
    ) {
      let point: Double = 1
      _ = gradient(at: 2.0) { x in x * gradient(at: point) { y in x * y * y } }
    },
    Mistake(
      "seeds of a pullback",
      "pullback(at:of:): there are 1 seeds for the 2 results of the function. Pass one for each."
    ) { _ = pullback(at: [1.0]) { x in [x[0], x[0]] }([1]) },
    Mistake(
      "a mistake of shapes in a call that does not throw",
      "matmul: the matrix product of [1, 1] and [2, 1] does not fit: 1 columns on the left meet 2 "
        + "rows on the right (operands: float32 [1, 1], float32 [2, 1]). Make the last axis of the "
        + "left operand equal the rows of the right one, perhaps by transposing."
    ) {
      _ = gradient(at: 1.0) { x in x * Scalar(matmul(Tensor([1]), Tensor([1, 2]))) }
    },
  ]

  static let rules = [
    Mistake(
      "a pullback of scalars with too few adjoints",
      "the pullback of `half`: it returned 1 adjoints for 2 arguments. Return one for each."
    ) {
      _ = gradient(at: [1.0, 2.0]) { xs in
        withCustomDerivative(at: xs, named: "half") { xs in (xs[0] * xs[1], { [$0] }) }
      }
    },
    Mistake(
      "a pullback of tensors with too few adjoints, forward",
      "the pullback of `half`: it returned 1 adjoints for 2 arguments. Return one for each."
    ) {
      let tape = Tape()
      let (x, y) = (tape.variable(Tensor([1])), tape.variable(Tensor([2])))
      let z = withCustomDerivative(at: [x, y], named: "half") { xs in (xs[0] * xs[1], { [$0] }) }
      _ = try tape.tangent(of: z, along: [(x, Tensor([1])), (y, Tensor([1]))])
    },
    Mistake(
      "an operand that was not kept",
      "the rules of `forgetful operand`: operand 0 was not kept. Let the primitive's `reads` "
        + "contain .operands."
    ) {
      _ = try gradient(at: Tensor([1])) { x in
        Tensor.applying(Forgetful(reads: .result, name: "forgetful operand") { $0[0] }, to: [x])
      }
    },
    Mistake(
      "a result that was not kept",
      "the rules of `forgetful result`: the result was not kept. Let the primitive's `reads` "
        + "contain .result."
    ) {
      _ = try gradient(at: Tensor([1])) { x in
        Tensor.applying(
          Forgetful(reads: .operands, name: "forgetful result") { $0.result }, to: [x])
      }
    },
    Mistake(
      "an operand that is not there",
      "the rules of a primitive: it has no operand 4. Operands count from 0."
    ) {
      _ = try gradient(at: Tensor([1])) { x in
        Tensor.applying(Forgetful(reads: .operands, name: "counting") { $0[4] }, to: [x])
      }
    },
  ]

  /// The identity, with a rule that reads something.
  private struct Forgetful: Primitive {
    var reads: Reads
    var name: String
    var read: @Sendable (borrowing PrimitiveUse) -> Tensor

    func resultType(of operands: [TensorType]) throws(ShapeError) -> TensorType { operands[0] }
    func evaluate(_ operands: [NDArray]) -> NDArray { operands[0] }
    func pullback(_ adjoint: Tensor, at use: borrowing PrimitiveUse) {
      _ = read(use)
      use.give(0) { adjoint }
    }
    func pushforward(_ tangents: PrimitiveTangents, at use: borrowing PrimitiveUse) -> Tensor {
      tangents.sum { _, tangent in tangent }
    }
  }
}
