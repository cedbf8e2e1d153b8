// What the loops over a row compute. The rows are reached as users reach them,
// through a transform.

import Adjoint
import Testing

/// A transform made of a closure, with two states filled on the first call.
private struct Probe: GradientTransform {
  let name = "probe"
  let stateNames = ["a", "b"]
  let body: @Sendable (borrowing Optimizer.Stretch) -> Void
  func apply(to stretch: borrowing Optimizer.Stretch) { body(stretch) }
}

@Suite struct StretchTests {
  private let gradient = numbers(1100, seed: 1)
  private let weights = numbers(1100, seed: 2)

  private func result(_ body: @escaping @Sendable (borrowing Optimizer.Stretch) -> Void) throws
    -> [Double]
  {
    try update(.transform(Probe(body: body)), of: gradient, at: weights)
  }

  private func expected(_ f: (_ g: Double, _ w: Double) -> Double) -> [Double] {
    zip(gradient, weights).map(f)
  }

  @Test func rowsAreCombined() throws {
    let combined = try result { stretch in
      let a = stretch.state(0)
      a.assign(stretch.update)
      a.multiply(by: 3)
      stretch.update.combine(2, adding: 5, times: a)
      stretch.update.combine(1, adding: -1, times: stretch.parameter)
    }
    #expect(distance(combined, expected { g, w in 2 * g + 15 * g - w }) < 1e-14)
  }

  @Test func squaresAndRootsMakeANormalizedStep() throws {
    let normalized = try result { stretch in
      let square = stretch.state(1)
      square.replaceEach { _ in 1 }
      square.combine(0.5, adding: 2, timesSquareOf: stretch.update)
      stretch.update.assign(3, times: stretch.update, overRootOf: 4, times: square, plus: 0.25)
    }
    let formula = expected { g, _ in 3 * g / ((4 * (0.5 + 2 * g * g)).squareRoot() + 0.25) }
    #expect(distance(normalized, formula) < 1e-14)
  }

  @Test func elementsAreReadAndWritten() throws {
    let written = try result { stretch in
      for i in 0..<stretch.count { stretch.update[i] = stretch.update[i] * stretch.parameter[i] }
    }
    #expect(distance(written, expected { g, w in g * w }) < 1e-14)
  }

  @Test func statesAreZeroBeforeTheFirstStep() throws {
    let zero = try result { stretch in
      stretch.update.assign(stretch.state(0))
      stretch.update.combine(1, adding: 1, times: stretch.state(1))
    }
    #expect(zero.allSatisfy { $0 == 0 })
  }

  @Test func clampingKeepsNaN() throws {
    var model = Vector([0, 0, 0], dtype: .float32)
    var optimizer = Optimizer(
      for: model, .clip(to: -1...1), .scale(by: 1), onNonFinite: .proceed)
    try optimizer.update(&model, along: model.gradient([.nan, .infinity, -.infinity]))
    let w = model.w.doubles
    #expect(w[0].isNaN && w[1] == -1 && w[2] == 1)
  }
}
