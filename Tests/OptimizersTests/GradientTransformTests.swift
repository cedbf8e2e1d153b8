// Transforms can be written from outside, are told the truth, and may take the quicker ways.

import Adjoint
import Synchronization
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

/// `u ← u + shift`, which joins with others of its kind; it counts how it is run.
private struct Shift: GradientTransform {
  final class Uses: Sendable {
    let stretches = Mutex(0)
    let steps = Mutex(0)
  }

  let name = "shift"
  var setsLearningRate = false
  var shift: Double
  var joins: Bool
  let uses: Uses

  func apply(to stretch: borrowing Optimizer.Stretch) {
    uses.stretches.withLock { $0 += 1 }
    stretch.update.replaceEach { $0 + shift }
  }

  func fused(with next: any GradientTransform) -> (any GradientTransform)? {
    guard joins, let next = next as? Shift else { return nil }
    return Shift(
      setsLearningRate: next.setsLearningRate, shift: shift + next.shift, joins: true, uses: uses)
  }

  func makeStep(on step: borrowing Optimizer.WholeStep) -> Bool {
    guard joins else { return false }
    uses.steps.withLock { $0 += 1 }
    for i in 0..<step.count { step.parameter[i] -= step.gradient[i] + shift }
    return true
  }
}

/// A running sum of the updates, under a name of its own, that joins with the one after it.
private struct RunningSum: GradientTransform {
  let name: String
  var count = 1
  let joins: Bool

  var stateNames: [String] { (0..<count).map { _ in "sum" } }
  func apply(to stretch: borrowing Optimizer.Stretch) {
    for index in 0..<count {
      stretch.state(index).combine(1, adding: 1, times: stretch.update)
      stretch.update.assign(stretch.state(index))
    }
  }
  func fused(with next: any GradientTransform) -> (any GradientTransform)? {
    guard joins, let next = next as? RunningSum else { return nil }
    return RunningSum(name: name, count: count + next.count, joins: true)
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
    #expect(try update(.init(.multiply(by: 2), told), of: [3, 4]) == [10, 10])
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

  // MARK: Quicker ways

  /// Whether links are fused or not, alone or among others, the numbers are the same: w − (g + 1 +
  /// 2).
  @Test(arguments: [true, false])
  func transformsOfOnesOwnJoinAndMakeWholeSteps(_ joins: Bool) throws {
    let uses = Shift.Uses()
    let gradient = numbers(5000, seed: 4)
    var model = Vector(gradient.map { 2 * $0 })
    var optimizer = Optimizer(
      for: model, .transform(Shift(shift: 1, joins: joins, uses: uses)),
      .transform(Shift(setsLearningRate: true, shift: 2, joins: joins, uses: uses)))
    try optimizer.update(&model, along: model.gradient(gradient))
    #expect(distance(model.w.doubles, gradient.map { $0 - 3 }) < 1e-14)
    #expect((uses.steps.withLock { $0 } > 0) == joins)
    #expect((uses.stretches.withLock { $0 } == 0) == joins)
    // A link behind it takes the whole step away, not the fusion.
    var clipped = Optimizer(
      for: model, .transform(Shift(shift: 1, joins: joins, uses: uses)),
      .transform(Shift(setsLearningRate: true, shift: 2, joins: joins, uses: uses)),
      .clip(to: -1e6...1e6))
    let (before, steps) = (model.w.doubles, uses.steps.withLock { $0 })
    try clipped.update(&model, along: model.gradient(gradient))
    #expect(distance(model.w.doubles, zip(before, gradient).map { $0 - ($1 + 3) }) < 1e-14)
    #expect(uses.steps.withLock { $0 } == steps)
  }

  /// States keep the names and the numbers of their links when links are fused, also for parameters
  /// that pass through some of them only.
  @Test func fusedLinksKeepTheirStates() throws {
    func trained(_ joins: Bool) throws -> (Nested, OptimizerState) {
      var model = Nested()
      var optimizer = Optimizer(
        for: model, .transform(RunningSum(name: "first", joins: joins)),
        .only(.suffix("bias"), .transform(RunningSum(name: "second", joins: joins))),
        .transform(RunningSum(name: "third", joins: joins)), .scale(by: 0.5))
      for _ in 0..<3 {
        try optimizer.update(&model, along: model.gradient(weight: 1, bias: 2, scale: nil))
      }
      return (model, optimizer.state)
    }
    let (fused, single) = (try trained(true), try trained(false))
    for (a, b) in zip(fused.0.parameters, single.0.parameters) {
      #expect(a.value.doubles == b.value.doubles)
    }
    #expect(fused.1.arrays.map(\.name) == single.1.arrays.map(\.name))
    #expect(
      fused.1.arrays.map(\.name).filter { $0.hasSuffix("bias") } == [
        "0.first.sum.layer.bias", "1.second.sum.layer.bias", "2.third.sum.layer.bias",
      ])
    for (a, b) in zip(fused.1.arrays, single.1.arrays) {
      #expect(a.value.values(as: Double.self) == b.value.values(as: Double.self))
    }
    // The first sums are 2, 4, 6, and they enter the second one: 2 + 4 + 6.
    let second = fused.1.arrays.first { $0.name == "1.second.sum.layer.bias" }
    #expect(second?.value.values(as: Double.self) == [12, 12])
  }
}
