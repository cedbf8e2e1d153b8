// A variable of another tape is refused wherever it appears: its derivative would be lost in silence.

import AdjointArrays
import AdjointDifferentiation
import AdjointElementary
import Testing

@Suite struct ForeignVariableTests {
  /// Operations on a variable `w` of a tape and the argument `x` of a differentiated function.
  static let mixtures: [(String, @Sendable (Tensor, Tensor) -> Tensor)] = [
    ("times", { w, x in (w * x).sum() }),
    ("plus", { w, x in (w + x).sum() }),
    ("matmul", { w, x in matmul(w, x) }),
    ("einsum", { w, x in einsum("i,i->", w, x) }),
    ("concatenated", { w, x in Tensor.concatenated([w, x]).sum() }),
    ("stacked", { w, x in Tensor.stacked([w, x]).sum() }),
    ("where", { w, x in `where`(Tensor([1, 0]) .> 0, w, x).sum() }),
    ("where by comparison", { w, x in `where`(x .> 0, w, x).sum() }),
    ("maximum", { w, x in max(w, x).sum() }),
    ("numbers", { w, x in w[0] * x[0] }),
    ("numbers of three", { w, x in w[0] * 2 + x.sum() }),
  ]

  @Test(arguments: mixtures.indices, [false, true])
  func isRefusedInEitherPlace(_ row: Int, _ isSwapped: Bool) throws {
    let (_, f) = Self.mixtures[row]
    let tape = Tape()
    let w = tape.variable(Tensor([4, 5]))
    do {
      _ = try gradient(at: Tensor([2, 3])) { x in isSwapped ? f(x, w) : f(w, x) }
      Issue.record("not refused")
    } catch let error as TensorError {
      #expect(error.kind == .foreignVariable)
    }
    // The tape of the other variable is none the worse for it.
    #expect(try tape.gradients(of: (w * w).sum())[w].floats == [8, 10])
  }

  @Test func asAnArgumentOrAResult() {
    let tape = Tape()
    let w = tape.variable(Tensor([4, 5]))
    #expect(throws: TensorError.self) {
      try gradient(at: Tensor([1, 2])) { x in (w * 2).sum() }
    }
    #expect(throws: TensorError.self) {
      try gradient(at: Tensor([1, 2])) { x in try gradient(at: w) { y in (x * y).sum() }.sum() }
    }
  }

  @Test func tangents() throws {
    let (tape, other) = (Tape(), Tape())
    let x = tape.variable(Tensor([1, 2])), w = other.variable(Tensor([1, 2]))
    #expect(throws: TensorError.self) { try tape.tangent(of: x * x, along: [(w, w.detached())]) }
    #expect(throws: TensorError.self) { try tape.tangent(of: w * w, along: [(x, x.detached())]) }
    #expect(throws: TensorError.self) {
      try tape.tangent(of: x * x, along: [(x, Tensor([1, 2], dtype: .float64))])
    }
    #expect(throws: TensorError.self) { try tape.tangent(of: x * x, along: [(x, Tensor([1]))]) }
    // A direction given in two parts is their sum: 2 x (1 + 2).
    let part = Tensor([1, 1])
    #expect(try tape.tangent(of: x * x, along: [(x, part), (x, 2 * part)]).floats == [6, 12])
  }

  @Test func seedsOfAnotherElementType() throws {
    let pullback = try pullback(at: Tensor([1, 2])) { x in x * x }
    #expect(throws: TensorError.self) { try pullback(Tensor([1, 1], dtype: .float64)) }
    #expect(throws: TensorError.self) { try pullback(Tensor([1])) }
    #expect(throws: TensorError.self) { try pullback(Tensor([1, 1], dtype: .int32)) }
    let tape = Tape()
    let x = tape.variable(Tensor([1, 2]))
    #expect(throws: TensorError.self) {
      try tape.gradients(of: x * x, seed: Tensor([1, 1], dtype: .float64))
    }
    #expect(throws: TensorError.self) {
      try tape.reverseSteps(of: x * x, seed: Tensor([1, 1], dtype: .float64))
    }
  }

  @Test func theTextOfStops() async throws {
    let name = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      let (tape, other) = (Tape(), Tape())
      _ = tape.variable(1, "x")
      _ = tape.name(of: other.variable(2))
    }
    try expect(name, says: "name(of:): the operand is recorded on another tape")
    let tangent = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      let (tape, other) = (Tape(), Tape())
      let x = tape.variable(1)
      _ = tape.tangent(of: x * x, along: [(other.variable(2), 1)])
    }
    try expect(tangent, says: "tangent(of:along:): the operand is recorded on another tape")
    let stale = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      let tape = Tape()
      let x = tape.variable(1)
      tape.reset()
      _ = tape.tangent(of: tape.variable(1), along: [(x, 1)])
    }
    try expect(stale, says: "stale variable")
    let printed = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      let (tape, other) = (Tape(), Tape())
      let x = tape.variable(1), y = other.variable(1)
      _ = y
      _ = other.described(with: tape.gradients(of: x))
    }
    try expect(printed, says: "these adjoints belong to another tape")
  }

  private func expect(_ result: ExitTest.Result?, says words: String) throws {
    let text = String(decoding: try #require(result).standardErrorContent, as: UTF8.self)
    #expect(text.contains(words))
  }
}
