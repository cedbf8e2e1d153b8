// What counts as used by a function: all that its result was computed from, even where the
// derivative is zero; and a function that uses none of its arguments is refused.

import AdjointArrays
import AdjointDifferentiation
import AdjointElementary
import Testing

@Suite struct UnreachedTests {
  /// Functions whose derivative is zero, although they use their argument.
  static let uses: [(String, @Sendable (Tensor) -> Tensor)] = [
    ("floor", { floor($0).sum() }),
    ("floor of a composition", { floor(exp($0) * 2).sum() }),
    ("sign and round", { (sign($0) * round($0)).sum() }),
    ("zero factor", { (exp($0) * 0).sum() }),
    ("zero factor of a number", { exp($0.sum()) * 0 }),
    ("floor of a number", { floor(exp($0.sum())) }),
    ("mask", { `where`($0 .> 100, exp($0), 1).sum() }),
    ("dead relu", { relu(-exp($0)).sum() }),
    ("dead number", { relu(-exp($0.sum())) }),
    // d(-x²) at 0 is -0, which is what an empty slot holds.
    ("negative zero", { -(($0.sum() - 2.5) * ($0.sum() - 2.5)) }),
    ("an empty part", { $0[0..<0].sum() }),
  ]

  @Test(arguments: uses.indices)
  func isReachedAlthoughItsDerivativeIsZero(_ row: Int) throws {
    let (_, f) = Self.uses[row]
    let x = Tensor([0.5, 2])
    #expect(try gradient(at: x) { f($0) }.floats == [0, 0])
    let tape = Tape()
    let (u, v) = (tape.variable(x), tape.variable(x))
    let adjoints = try tape.gradients(of: f(u))
    #expect(adjoints.reached(u))
    #expect(!adjoints.reached(v))
    // The outer function's argument too, by way of an inner derivative.
    #expect(
      throws: Never.self,
      performing: { try gradient(at: x) { x in try gradient(at: x) { f($0) }.sum() } })
  }

  @Test func numbers() {
    let tape = Tape()
    let x = tape.variable(2), y = tape.variable(3), z = tape.variable(4)
    let adjoints = tape.gradients(of: floor(exp(x)) + 0 * sin(y))
    #expect(adjoints.reached(x))
    #expect(adjoints.reached(y))
    #expect(!adjoints.reached(z))
    #expect(adjoints[[x, y, z]] == [0, 0, 0])
  }

  @Test func aFunctionOfNoneOfItsArgumentsIsRefused() throws {
    let x = Tensor([1, 2]), captured = Tensor([3, 4])
    let refuse = { (f: (Tensor) throws -> Tensor) throws in
      do {
        _ = try valueWithGradient(at: x, of: f)
        Issue.record("not refused")
      } catch let error as TensorError {
        #expect(error.kind == .unreached)
        #expect(error.description.contains("asConstant()"))
      }
    }
    try refuse { _ in (captured * captured).sum() }
    try refuse { x in (x * x).sum().detached() }
    try refuse { x in withoutRecording { (x * x).sum() } }
    #expect(throws: TensorError.self) { try gradient(at: [x, x]) { _ in captured.sum() } }
    #expect(throws: TensorError.self) { try gradient(at: x, x) { _, _ in captured.sum() } }
    let pullback = try pullback(at: x) { _ in captured }
    #expect(throws: TensorError.self) { try pullback(captured) }
  }

  @Test func aConstantAskedForByName() throws {
    let x = Tensor([1, 2])
    #expect(try gradient(at: x) { _ in Tensor(3).asConstant() }.floats == [0, 0])
    #expect(
      try gradient(at: x) { x in
        (x * x).sum() + (try gradient(at: x) { _ in Tensor(3).asConstant() }).sum()
      }.floats == [2, 4])
    // The word holds for its own function only.
    #expect(throws: TensorError.self) { try gradient(at: x) { _ in Tensor(3) } }
    // One argument of several may be left out, and no argument has nothing to reach.
    #expect(try gradient(at: x, x) { x, _ in x.sum() }.1.floats == [0, 0])
    #expect(try gradient(at: [Tensor]()) { _ in Tensor(3) }.isEmpty)
  }

  /// A bound that holds is no mistake either, on a number as on a tensor.
  @Test func aSaturatedNumber() throws {
    #expect(try gradient(at: Tensor([3])) { x in Scalar(x).clamped(to: 0...1) }.floats == [0])
    #expect(try gradient(at: Tensor([3])) { x in min(Scalar(x), 1) }.floats == [0])
    #expect(try gradient(at: Tensor([3])) { x in min(x, 1).sum() }.floats == [0])
  }

  /// The second derivative of a linear function: the inner gradient is constant, and rightly so.
  @Test func theDerivativeOfALinearFunctionIsConstant() throws {
    #expect(
      try gradient(at: Tensor([1, 2])) { x in try gradient(at: x) { ($0 * 3).sum() }.sum() }
        .floats == [0, 0])
    expect(gradient(at: 2.0) { x in gradient(at: x) { 3 * $0 } }, equals: 0)
  }
}
