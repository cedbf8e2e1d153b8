// The walk that hands back gradients keeps one adjoint in a register and leaves its slots empty for
// the next walk. Here it is held against the walk that keeps every adjoint and against single steps.

import AdjointArrays
import AdjointElementary
import Testing

@testable import AdjointDifferentiation

@Suite struct ReverseModeTests {
  /// Programs that use the record just below, older ones, one of them twice, or none at all.
  private static let programs: [@Sendable ([Scalar]) -> Scalar] = [
    { x in x[0] * x[0] },
    { x in x[1] },
    { x in x[0] + x[1] * x[2] - x[2] / x[0] },
    { x in
      let u = x[0] * x[1]
      return u * u + u
    },
    // Recorded and not part of the result, below it and above it.
    { x in
      let y = sin(x[0]) * x[1]
      _ = exp(y) * y
      return y
    },
    // An adjoint of zero stops here: its slot must be emptied all the same.
    { x in exp(x[0]) * 0 + floor(x[1]) * x[2] + x[2] },
    { x in
      var total = Scalar(0)
      for (position, factor) in x.enumerated() {
        total += factor * Double(position) + total * factor
      }
      return total
    },
    // Operations that are no elementary functions, next to their operands.
    { x in
      let u = x[0] * x[1]
      let y = withCustomDerivative(at: u) { u in (u * u, { 2 * u * $0 }) }
      return y * u + y
    },
    { x in
      let t = Tensor(x.map { $0 * 2 }, dtype: .float64)
      return Scalar((t * t).sum()) + t.scalars()[1] * x[0]
    },
    { x in x[2] * gradient(at: x[0]) { y in y * y * x[1] } },
  ]

  /// One walk after another on the same buffers gives what each gives on a tape of its own.
  @Test func walksLeaveNothingBehind() {
    let point = [0.7, -1.3, 2.1]
    for order in [Array(Self.programs.indices), Self.programs.indices.reversed()] {
      for position in order + order {
        let program = Self.programs[position]
        let slopes: [Double] = gradient(at: point, of: program)
        let tape = Tape()
        let x = tape.variables(point)
        let adjoints = tape.gradients(of: program(x))
        #expect(slopes == adjoints[x], "program \(position)")
      }
    }
  }

  /// The order of additions is the order of the records, also for the adjoint in the register.
  @Test func sumsAreThoseOfTheSteps() {
    let point = [0.7, -1.3, 2.1]
    for program in Self.programs.prefix(7) {
      let tape = Tape()
      let x = tape.variables(point)
      let y = program(x)
      var last: [Int: String] = [:]
      for step in tape.reverseSteps(of: y) { last[step.operand] = step.sum.description }
      let slopes: [Double] = gradient(at: point, of: program)
      for (position, slope) in slopes.enumerated() {
        if let sum = last[position] { #expect(sum == TapeValue.number(slope).description) }
      }
    }
  }

  /// d(a b)/da of a product kept small by hand: x₀ (2x₀ x₁)² is the custom program above.
  @Test func customOperationAboveItsOperand() {
    // u = x₀x₁, y = u²: (y u + y)' = (3u² + 2u) (x₁, x₀).
    let (a, b) = (0.5, 3.0), u = a * b
    let (da, db) = gradient(at: a, b) { a, b in
      let u = a * b
      let y = withCustomDerivative(at: u) { u in (u * u, { 2 * u * $0 }) }
      return y * u + y
    }
    expect(da, equals: (3 * u * u + 2 * u) * b)
    expect(db, equals: (3 * u * u + 2 * u) * a)
  }

  /// An operation to which nothing but zero arrived passes nothing on: 0 · ∞ is not asked for.
  @Test func zeroAndNoneStopTheWalk() {
    expect(gradient(at: 0.0) { x in log(x) * 0 + x }, equals: 1)
    expect(
      gradient(at: 0.0) { x in
        let unused = 1 / x
        _ = unused
        return x
      }, equals: 1)
  }

  /// No inputs, but a record: the tape's first one is somebody else's variable.
  @Test func noInputs() {
    let slopes: [Double] = gradient(at: [Double]()) { _ in
      var kept = Scalar(0)
      let _: Double = gradient(at: 2.0) { x in
        kept = x
        return x * x
      }
      return kept * kept + kept
    }
    #expect(slopes.isEmpty)
    expect(gradient(at: 3.0) { x in x * x }, equals: 6)
  }

  /// A longer tape than the buffer of the walk before, and then a shorter one.
  @Test func buffersGrow() {
    for count in [3, 5000, 10, 20_000, 1] {
      let point = Array(repeating: 1.5, count: count)
      let slopes: [Double] = gradient(at: point) { x in
        x.reduce(Scalar(0)) { $0 + $1 * $1 }
      }
      #expect(slopes == Array(repeating: 3, count: count))
    }
  }
}
