// Tests that the forms of one thing agree: the scalar and the tensor form of a
// function, and the three walks over scalars.

import AdjointDifferentiation
import AdjointElementary
import Testing

@Suite struct AgreementTests {
  /// The tensor kernels promise 2 units in the last place for each function, and a derivative rule
  /// uses up to two functions of the operand; the rest is shared arithmetic.
  static let ulps = 4.0

  @Test(arguments: Catalogue.elementaryEntries)
  func scalarAndTensorFormsAgree(entry: ElementaryEntry) throws {
    for position in entry.samples[0].indices {
      let x = entry.samples.map { $0[position] }
      let scalar = valueWithGradient(at: x, of: entry.scalar)
      let tensors = x.map { Tensor([$0], dtype: .float64) }
      let (value, gradient) = try valueWithGradient(at: tensors, of: entry.tensor)
      expectNear(value.item, scalar.value, "\(entry.name)\(x)")
      for (one, other) in zip(gradient, scalar.gradient) {
        expectNear(one.item, other, "derivative of \(entry.name) at \(x)")
      }
    }
  }

  private func expectNear(_ a: Double, _ b: Double, _ what: String) {
    #expect(
      abs(a - b) <= Self.ulps * max(b.ulp, Double.leastNormalMagnitude), "\(what): \(a), \(b)")
  }

  // The numeric walk, the same walk recorded (as an outer derivative makes it), and the walk one
  // edge at a time do the same arithmetic in the same order: not a bit may differ.
  @Test(arguments: Catalogue.rows.filter { !$0.isTensorRow })
  func numericRecordedAndSteppedWalksAgreeBitwise(row: Row) throws {
    guard case .scalars(let f) = row.body else { return }
    for x in row.points {
      let numeric = gradient(at: x, of: f)

      let tape = Tape()
      let variables = tape.variables(x)
      let result = f(variables)
      let adjoints = tape.gradients(of: result)
      #expect(bits(adjoints[variables]) == bits(numeric), "\(row.name) at \(x): on a tape")

      var sums = [Int: Double]()
      for step in tape.reverseSteps(of: result) {
        if case .number(let sum) = step.sum { sums[step.operand] = sum }
      }
      let stepped = x.indices.map { sums[$0] ?? 0 }
      #expect(bits(stepped) == bits(numeric), "\(row.name) at \(x): step by step")

      var recorded: [Double] = []
      _ = gradient(at: x) { xs in
        let inner = gradient(at: xs, of: f)
        recorded = inner.map(\.value)
        return inner.reduce(Scalar(0)) { $0 + $1 }
      }
      #expect(bits(recorded) == bits(numeric), "\(row.name) at \(x): recorded")
    }
  }

  /// The bits, with the two zeros taken for one: "nothing arrived" is marked by minus zero.
  private func bits(_ numbers: [Double]) -> [UInt64] { numbers.map { ($0 + 0).bitPattern } }

  // The tensor walk one edge at a time, on a program with fan-out and a broadcast.
  @Test func steppedWalkOverTensorsAgrees() throws {
    let tape = Tape()
    let w = tape.variable(Tensor([[0.5, -1], [2, 0.25]], dtype: .float64))
    let b = tape.variable(Tensor([0.125, -0.5], dtype: .float64))
    let hidden = tanh(matmul(w, w.transposed()) + b)
    let loss = (hidden * hidden + hidden * b).sum()
    let adjoints = try tape.gradients(of: loss)
    var last: [Int: [Double]] = [:]
    for step in try tape.reverseSteps(of: loss) {
      if case .tensor(_, let array?) = step.sum {
        last[step.operand] = array.values(as: Double.self)
      }
    }
    #expect(last[0] == adjoints[w].doubles)
    #expect(last[1] == adjoints[b].doubles)
  }
}
