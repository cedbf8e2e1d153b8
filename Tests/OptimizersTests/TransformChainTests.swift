// The laws of the links, alone and in a row.

import Adjoint
import Testing

@Suite(.serialized) struct TransformChainTests {
  // MARK: Clipping

  /// Below the bound nothing happens; above it the direction stays and the norm becomes the bound:
  /// (3, 4) has norm 5, so with bound 1 it becomes (3/5, 4/5).
  @Test func clippingTheNormKeepsTheDirection() throws {
    #expect(try update(.clipGlobalNorm(5), of: [3, 4]) == [3, 4])
    #expect(try update(.clipGlobalNorm(1000), of: [3, 4]) == [3, 4])
    #expect(distance(try update(.clipGlobalNorm(1), of: [3, 4]), [0.6, 0.8]) < 1e-15)
    #expect(try update(.clipGlobalNorm(1), of: [0, 0]) == [0, 0])
  }

  /// The norm is one over all parameters: four 1s, two 2s and one 4 have squares 4 + 8 + 16 = 28.
  @Test func clippedNormIsGlobal() throws {
    var model = Nested()
    let before = model
    var optimizer = Optimizer(for: model, .clipGlobalNorm(2), .scale(by: 1))
    try optimizer.update(&model, along: model.gradient(weight: 1, bias: 2, scale: 4))
    let factor = 2 / 28.0.squareRoot()
    #expect(abs(before.scale.item - model.scale.item - 4 * factor) < 1e-14)
    var sum = 0.0
    for (old, new) in zip(before.parameters, model.parameters) {
      sum += zip(old.value.doubles, new.value.doubles).reduce(0) {
        $0 + ($1.0 - $1.1) * ($1.0 - $1.1)
      }
    }
    #expect(abs(sum.squareRoot() - 2) < 1e-14)
  }

  /// Squares of 1e30 are infinite in float32, but the norm is not.
  @Test(arguments: [1e30, 1e-30])
  func clippedNormSurvivesExtremeNumbers(_ size: Double) throws {
    var model = Vector([0, 0], dtype: .float32)
    var optimizer = Optimizer(for: model, .clipGlobalNorm(size), .scale(by: .constant(1 / size)))
    try optimizer.update(&model, along: model.gradient([3 * size, 4 * size]))
    #expect(distance(model.w.doubles, [-0.6, -0.8]) < 1e-6)
  }

  @Test func clippingValuesIsElementwise() throws {
    let gradient = [-3, -1, -0.25, 0, 0.5, 2]
    #expect(try update(.clip(to: -1...1), of: gradient) == [-1, -1, -0.25, 0, 0.5, 1])
    #expect(try update(.clip(to: 0...10), of: gradient) == [0, 0, 0, 0, 0.5, 2])
  }

  /// Ascent and descent along one gradient lead equally far in opposite directions.
  @Test func ascentTurnsTheStepAround() throws {
    #expect(try update(.ascend, of: [1, -2]) == [-1, 2])
  }

  // MARK: Fusion and threads

  /// A rate of one in between changes nothing but the way.
  ///
  /// The chain is no longer Adam alone, and is run link by link. The parameter is longer than what
  /// a thread takes at a time, and not a multiple of it.
  @Test(arguments: [DType.float32, .float64], [0, 0.01])
  func adamInOneKernelIsAdamLinkByLink(dtype: DType, weightDecay: Double) throws {
    let start = Vector(numbers(40_005, seed: 1), dtype: dtype)
    let decay: TransformChain = weightDecay == 0 ? .init([]) : .addDecayedWeights(weightDecay)
    func trained(_ chain: TransformChain, threads: Int) throws -> [Double] {
      let limit = Parallelism.limit
      Parallelism.limit = threads
      defer { Parallelism.limit = limit }
      var model = start
      var optimizer = Optimizer(for: model, chain)
      for step in 0..<3 {
        try optimizer.update(&model, along: model.gradient(numbers(40_005, seed: 2 + UInt64(step))))
      }
      return model.w.doubles
    }
    let fused = TransformChain(.scaleByAdam(), decay, .scale(by: 1e-3))
    let linked = TransformChain(.scaleByAdam(), decay, .multiply(by: 1), .scale(by: 1e-3))
    let expected = try trained(linked, threads: 1)
    #expect(try trained(linked, threads: 3) == expected)
    #expect(try trained(fused, threads: 1) == expected)
    #expect(try trained(fused, threads: 3) == expected)
  }

  // MARK: Order

  /// Scaled by 10 and then cut at 1 is not cut at 1 and then scaled by 10.
  @Test func orderMatters() throws {
    let gradient = [0.05, 0.5, 3]
    let first = try update(.init(.multiply(by: 10), .clip(to: -1...1)), of: gradient)
    let second = try update(.init(.clip(to: -1...1), .multiply(by: 10)), of: gradient)
    #expect(first == [0.5, 1, 1])
    #expect(second == [0.5, 5, 10])
  }

  /// The penalty's gradient is averaged and normalized by Adam if it comes before; decoupled decay
  /// is not.
  ///
  /// From w = 10, g = 0 and λ = 0.1 the first step is sign(λ w) = 1, or λ w = 1 minus nothing;
  /// from w = 100 it is 1, or 10.
  @Test func weightDecayBeforeAndAfterAdamDiffer() throws {
    let penalty = TransformChain(.addDecayedWeights(0.1), .scaleByAdam())
    let decoupled = TransformChain(.scaleByAdam(), .addDecayedWeights(0.1))
    #expect(distance(try update(penalty, of: [0], at: [100]), [1]) < 1e-8)
    #expect(distance(try update(decoupled, of: [0], at: [100]), [10]) < 1e-14)
  }

  /// A norm in the middle of a chain is that of the updates which reach it, whatever stands
  /// before it: here Adam, whose first update is the sign of the gradient, with norm √7 for the
  /// seven elements.
  @Test func clippingAfterAStatefulLinkUsesTheNormOfItsUpdates() throws {
    var model = Nested()
    let before = model
    var optimizer = Optimizer(
      for: model, .scaleByAdam(), .clipGlobalNorm(1), .momentum(0.5), .scale(by: 1))
    let gradient = model.gradient(weight: 1e-2, bias: -3, scale: 500)
    try optimizer.update(&model, along: gradient)
    let length = 1 / 7.0.squareRoot()
    #expect(abs(before.scale.item - model.scale.item - length) < 1e-6)
    #expect(abs(model.layer.bias.doubles[0] - before.layer.bias.doubles[0] - length) < 1e-6)
    // The same gradient again: Adam's update and its norm stay, the velocity grows to 1 + 1/2.
    let middle = model
    try optimizer.update(&model, along: gradient)
    #expect(abs(middle.scale.item - model.scale.item - 1.5 * length) < 1e-6)
  }

  /// Two breaks in one chain, across several stretches, against the same arithmetic on whole
  /// arrays.
  @Test func severalNormsInOneChain() throws {
    let gradient = numbers(2500, seed: 3)
    func clipped(_ u: [Double], _ bound: Double) -> [Double] {
      let norm = u.reduce(0) { $0 + $1 * $1 }.squareRoot()
      return u.map { $0 * min(1, bound / norm) }
    }
    let chain = TransformChain(
      .clipGlobalNorm(20), .clip(to: -0.5...0.5), .clipGlobalNorm(10), .multiply(by: 3),
      .clipGlobalNorm(7))
    var expected = clipped(gradient, 20).map { min(max($0, -0.5), 0.5) }
    expected = clipped(clipped(expected, 10).map { 3 * $0 }, 7)
    #expect(distance(try update(chain, of: gradient), expected) < 1e-14)
  }

  // MARK: Some parameters only

  @Test func onlyReachesTheChosenParameters() throws {
    var model = Nested()
    let before = model
    var optimizer = Optimizer(
      for: model,
      .only(.prefix("layer."), .scale(by: 1), .only(.suffix("bias"), .multiply(by: 10))),
      .only(!.prefix("layer."), .scale(by: 100)))
    try optimizer.update(&model, along: model.gradient(weight: 1, bias: 1, scale: 1))
    #expect(before.layer.weight.doubles.map { $0 - 1 } == model.layer.weight.doubles)
    #expect(before.layer.bias.doubles.map { $0 - 10 } == model.layer.bias.doubles)
    #expect(before.scale.item - 100 == model.scale.item)
  }

  /// In a group the norm is that of the group: √(4 · 3²) = 6 for the weight alone.
  @Test func normInsideAGroupIsThatOfTheGroup() throws {
    var model = Nested()
    let before = model
    var optimizer = Optimizer(
      for: model, .only(.suffix("weight"), .clipGlobalNorm(3)), .scale(by: 1))
    try optimizer.update(&model, along: model.gradient(weight: 3, bias: 70, scale: 500))
    #expect(before.layer.weight.doubles.map { $0 - 1.5 } == model.layer.weight.doubles)
    #expect(before.layer.bias.doubles.map { $0 - 70 } == model.layer.bias.doubles)
  }

  /// With a zero gradient only the decay moves: w ← w − η λ w.
  @Test func weightDecayCanLeaveOutBiases() throws {
    var model = Nested()
    let before = model
    var optimizer = Optimizer(
      for: model,
      .adamW(learningRate: 0.5, weightDecay: 0.5, decaying: .suffix("weight")))
    try optimizer.update(&model, along: model.gradient(weight: 0, bias: 0, scale: 0))
    #expect(before.layer.weight.doubles.map { 0.75 * $0 } == model.layer.weight.doubles)
    #expect(before.layer.bias.doubles == model.layer.bias.doubles)
  }
}
