// What this file knows: what the loops over a row compute. The rows are reached as users reach them,
// through a transform.

import Adjoint
import Testing

/// A transform made of a closure, with two states filled on the first call.
private struct Probe: GradientTransform {
  let name = "probe"
  let stateNames = ["a", "b"]
  let body: @Sendable (borrowing Tile) -> Void
  func apply(to tile: borrowing Tile) { body(tile) }
}

@Suite struct TileTests {
  private let gradient = numbers(1100, seed: 1)
  private let weights = numbers(1100, seed: 2)

  private func result(_ body: @escaping @Sendable (borrowing Tile) -> Void) throws -> [Double] {
    try update(.transform(Probe(body: body)), of: gradient, at: weights)
  }

  private func expected(_ f: (_ g: Double, _ w: Double) -> Double) -> [Double] {
    zip(gradient, weights).map(f)
  }

  @Test func rowsAreCombined() throws {
    let combined = try result { tile in
      let a = tile.state(0)
      a.assign(tile.update)
      a.multiply(by: 3)
      tile.update.combine(2, adding: 5, times: a)
      tile.update.combine(1, adding: -1, times: tile.parameter)
    }
    #expect(distance(combined, expected { g, w in 2 * g + 15 * g - w }) < 1e-14)
  }

  @Test func squaresAndRootsMakeANormalizedStep() throws {
    let normalized = try result { tile in
      let square = tile.state(1)
      square.replaceEach { _ in 1 }
      square.combine(0.5, adding: 2, timesSquareOf: tile.update)
      tile.update.assign(3, times: tile.update, overRootOf: 4, times: square, plus: 0.25)
    }
    let formula = expected { g, _ in 3 * g / ((4 * (0.5 + 2 * g * g)).squareRoot() + 0.25) }
    #expect(distance(normalized, formula) < 1e-14)
  }

  @Test func elementsAreReadAndWritten() throws {
    let written = try result { tile in
      for i in 0..<tile.count { tile.update[i] = tile.update[i] * tile.parameter[i] }
    }
    #expect(distance(written, expected { g, w in g * w }) < 1e-14)
  }

  @Test func statesAreZeroBeforeTheFirstStep() throws {
    let zero = try result { tile in
      tile.update.assign(tile.state(0))
      tile.update.combine(1, adding: 1, times: tile.state(1))
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
