// What this file knows: that transforms can be written from outside, and are told the truth.

import Adjoint
import Testing

/// The example of the documentation, letter for letter.
private struct Lion: GradientTransform {
  let name = "lion"
  let stateNames = ["momentum"]

  func apply(to stretch: borrowing Optimizer.Stretch) {
    let update = stretch.update, momentum = stretch.state(0)
    for i in 0..<stretch.count {
      let g = update[i], m = momentum[i]
      let direction = 0.9 * m + 0.1 * g
      update[i] = direction > 0 ? 1 : direction < 0 ? -1 : 0
      momentum[i] = 0.99 * m + 0.01 * g
    }
  }
}

/// Replaces the update by a number that it has been told.
private struct Told: GradientTransform {
  let name = "told"
  var readsNorm: Bool
  let answer: @Sendable (Optimizer.ParameterStep) -> Double
  private var value = 0.0

  init(readsNorm: Bool = false, _ answer: @escaping @Sendable (Optimizer.ParameterStep) -> Double) {
    self.readsNorm = readsNorm
    self.answer = answer
  }
  mutating func prepare(for step: Optimizer.ParameterStep) { value = answer(step) }
  func apply(to stretch: borrowing Optimizer.Stretch) {
    let value = value
    stretch.update.replaceEach { _ in value }
  }
}

@Suite struct GradientTransformTests {
  /// The whole array at once in Double, as the paper has it.
  @Test(arguments: [(DType.float64, 1e-14), (.float32, 1e-5)])
  func transformOfOnesOwnFollowsItsEquation(_ dtype: DType, _ tolerance: Double) throws {
    let count = 1500
    var model = Vector(numbers(count, seed: 1), dtype: dtype)
    var optimizer = Optimizer(for: model, .transform(Lion()), .scale(by: 1e-2))
    var w = model.w.doubles
    var m = [Double](repeating: 0, count: count)
    for t in 0..<20 {
      let gradient = model.gradient(numbers(count, seed: UInt64(20 + t)))
      let g = gradient.leaves[0]?.doubles ?? []
      for i in 0..<count {
        let direction = 0.9 * m[i] + 0.1 * g[i]
        w[i] -= 1e-2 * (direction > 0 ? 1 : direction < 0 ? -1 : 0)
        m[i] = 0.99 * m[i] + 0.01 * g[i]
      }
      try optimizer.update(&model, along: gradient)
    }
    #expect(distance(model.w.doubles, w) < tolerance)
  }

  @Test func stepsAndUpdatesAreCounted() throws {
    var model = Nested()
    var optimizer = Optimizer(
      for: model, .transform(Told { Double(100 * $0.step + $0.updateCount) }), .scale(by: 1))
    let before = model
    try optimizer.update(&model, along: model.gradient(weight: 1, bias: 1, scale: nil))
    #expect(before.layer.bias.doubles.map { $0 - 1 } == model.layer.bias.doubles)
    try optimizer.update(&model, along: model.gradient(weight: nil, bias: 1, scale: 1))
    // Step 1 is the second for the bias and the first for the scale.
    #expect(before.layer.bias.doubles.map { $0 - 1 - 102 } == model.layer.bias.doubles)
    #expect(before.scale.item - 101 == model.scale.item)
  }

  @Test func normIsThatOfTheUpdatesThatEnter() throws {
    let told = TransformChain.transform(Told(readsNorm: true) { $0.norm })
    #expect(try update(told, of: [3, 4]) == [5, 5])
    #expect(try update(.init(.scale(by: 2), told), of: [3, 4]) == [10, 10])
    #expect(try update(.transform(Told { $0.norm }), of: [3, 4]) == [0, 0])
  }

  @Test func parameterIsDescribed() throws {
    var model = Nested()
    let before = model
    var optimizer = Optimizer(
      for: model,
      .transform(Told { $0.name == "layer.weight" && $0.shape == [2, 2] ? 1 : 0 }),
      .scale(by: 1))
    try optimizer.update(&model, along: model.gradient(weight: 9, bias: 9, scale: 9))
    #expect(before.layer.weight.doubles.map { $0 - 1 } == model.layer.weight.doubles)
    #expect(before.layer.bias.doubles == model.layer.bias.doubles)
  }
}
