// What an optimizer promises beside arithmetic: what it refuses, what it leaves
// alone, and that it copies nothing.

import Adjoint
import Testing

@Suite struct OptimizerTests {
  private let methods: [TransformChain] = [
    .gradientDescent(learningRate: 0.1), .sgd(learningRate: 0.1, momentum: 0.9),
    .adam(learningRate: 0.1), TransformChain(.clipGlobalNorm(1), .adamW(learningRate: 0.1)),
    TransformChain(.scaleByAdam(), .clipGlobalNorm(1), .scale(by: 0.1)),
  ]

  // MARK: Non-finite gradients

  @Test(arguments: [Double.nan, .infinity, -.infinity])
  func nonFiniteGradientIsRefusedByName(_ value: Double) throws {
    for chain in methods {
      var model = Nested()
      var optimizer = Optimizer(for: model, chain)
      try optimizer.update(&model, along: model.gradient(weight: 1, bias: 1, scale: 1))
      let (before, state) = (model, optimizer.state)
      let error = #expect(throws: OptimizerError.self) {
        try optimizer.update(&model, along: model.gradient(weight: 1, bias: value, scale: value))
      }
      #expect(error?.kind == .nonFiniteGradient)
      #expect(error?.name == "layer.bias")
      #expect(error?.description.contains("layer.bias") == true)
      expectSame(model, before)
      expectSame(optimizer.state, state)
    }
  }

  @Test func nonFiniteGradientIsSkippedByChoice() throws {
    for chain in methods {
      var model = Nested()
      var optimizer = Optimizer(for: model, chain, onNonFinite: .skip)
      let (before, state) = (model, optimizer.state)
      let stepped = try optimizer.update(
        &model, along: model.gradient(weight: 1, bias: 1, scale: .nan))
      #expect(!stepped)
      expectSame(model, before)
      expectSame(optimizer.state, state)
      #expect(try optimizer.update(&model, along: model.gradient(weight: 1, bias: 1, scale: 1)))
      #expect(optimizer.step == 1)
    }
  }

  @Test func nonFiniteGradientProceedsByChoice() throws {
    var model = Nested()
    var optimizer = Optimizer(
      for: model, .gradientDescent(learningRate: 1), onNonFinite: .proceed)
    try optimizer.update(&model, along: model.gradient(weight: 1, bias: 1, scale: .nan))
    #expect(model.scale.item.isNaN)
    #expect(model.layer.bias.doubles == [4, 5])
  }

  /// The gradient of a frozen parameter is not looked at.
  @Test func frozenParametersAreLeftAlone() throws {
    for chain in methods {
      var model = Nested()
      let before = model
      var optimizer = Optimizer(for: model, chain, frozen: .named("scale"))
      try optimizer.update(&model, along: model.gradient(weight: 1, bias: 1, scale: .nan))
      #expect(model.scale.item == 7)
      #expect(model.layer.bias.doubles != before.layer.bias.doubles)
      #expect(!optimizer.state.arrays.contains { $0.name.hasSuffix(".scale") })
    }
    // Nor does it count in the norm: the weight's four 1s alone have norm 2.
    var model = Nested()
    var optimizer = Optimizer(
      for: model, .clipGlobalNorm(1), .scale(by: 1), frozen: !.suffix("weight"))
    try optimizer.update(&model, along: model.gradient(weight: 1, bias: 50, scale: 50))
    #expect(model.layer.weight.doubles == [0.5, 1.5, 2.5, 3.5])
  }

  // MARK: Unreached parameters

  /// A parameter reached only in some steps goes through the same numbers as if the other steps had
  /// not been; Adam's corrections count its own updates.
  @Test func unreachedParametersWaitWithTheirState() throws {
    for chain in methods.dropLast(2) {
      var model = Nested()
      var reference = model
      var optimizer = Optimizer(for: model, chain)
      var other = Optimizer(for: model, chain)
      for t in 0..<6 {
        let reached = t % 3 == 0
        let before = model
        try optimizer.update(
          &model,
          along: model.gradient(weight: 1, bias: 1, scale: reached ? Double(t + 1) : nil))
        if reached {
          try other.update(
            &reference, along: model.gradient(weight: 1, bias: 1, scale: Double(t + 1)))
        } else {
          #expect(model.scale.item == before.scale.item)
        }
      }
      #expect(model.scale.item == reference.scale.item)
      #expect(optimizer.state.updateCounts == ["layer.weight": 6, "layer.bias": 6, "scale": 2])
    }
  }

  /// A loss that does not use a parameter has no derivative for it, which is not a zero.
  @Test func realGradientsLeaveUnusedParametersAlone() throws {
    var model = Nested()
    var optimizer = Optimizer(for: model, .adamW(learningRate: 0.1, weightDecay: 0.5))
    let gradient = try gradient(at: model) { model in model.layer.weight.sum() }
    #expect(gradient.unreached == ["layer.bias", "scale"])
    try optimizer.update(&model, along: gradient)
    #expect(model.layer.bias.doubles == [5, 6])
    #expect(model.layer.weight.doubles != [1, 2, 3, 4])
  }

  // MARK: Foreign gradients and models

  @Test func gradientOfAnotherModelIsRefused() throws {
    var model = Nested()
    let wide = Nested(weight: [1, 2, 3, 4, 5, 6])
    var optimizer = Optimizer(for: model, .adam(learningRate: 1))
    let (before, state) = (model, optimizer.state)
    let error = #expect(throws: OptimizerError.self) {
      try optimizer.update(&model, along: wide.gradient(weight: 1, bias: 1, scale: 1))
    }
    #expect(error?.kind == .foreignGradient)
    #expect(error?.name == "layer.weight")
    expectSame(model, before)
    expectSame(optimizer.state, state)
  }

  @Test func modelOfAnotherShapeOrTypeIsRefused() throws {
    let model = Nested()
    var optimizer = Optimizer(for: model, .adam(learningRate: 1))
    let gradient = model.gradient(weight: nil, bias: 1, scale: 1)
    var wide = Nested(weight: [1, 2, 3, 4, 5, 6])
    let error = #expect(throws: OptimizerError.self) {
      try optimizer.update(&wide, along: gradient)
    }
    #expect(error?.kind == .foreignModel)
    #expect(wide.layer.bias.doubles == [5, 6])
    #expect(optimizer.step == 0)

    var single = Vector([1, 2], dtype: .float32)
    var other = Optimizer(for: Vector([1, 2], dtype: .float64), .adam(learningRate: 1))
    #expect(throws: OptimizerError.self) {
      try other.update(&single, along: single.gradient([1, 1]))
    }
    var list = [Vector([1])]
    var longer = Optimizer(for: Vectors(items: [Vector([1]), Vector([2])]), .adam(learningRate: 1))
    var short = Vectors(items: list)
    list.removeAll()
    let count = #expect(throws: OptimizerError.self) {
      try longer.update(
        &short, along: Gradient(leaves: [Tensor([1], dtype: .float64)], like: short))
    }
    #expect(count?.kind == .foreignGradient)
  }

  // MARK: Learning rates

  /// A forgotten learning rate would be a rate of 1.
  @Test func missingLearningRateIsRefused() throws {
    var model = Nested()
    let gradient = model.gradient(weight: 1, bias: 1, scale: 1)
    for (chain, name) in [
      (TransformChain.adam(), "layer.weight"), (TransformChain([]), "layer.weight"),
      (.only(.suffix("weight"), .adam(learningRate: 1)), "layer.bias"),
    ] {
      var optimizer = Optimizer(for: model, chain)
      let error = #expect(throws: OptimizerError.self) {
        try optimizer.update(&model, along: gradient)
      }
      #expect(error?.kind == .missingLearningRate)
      #expect(error?.name == name)
      #expect(model.layer.weight.doubles == [1, 2, 3, 4])
    }
    var frozen = Optimizer(
      for: model, .only(.suffix("weight"), .scale(by: 1)), frozen: !.suffix("weight"))
    try frozen.update(&model, along: gradient)
    #expect(model.layer.weight.doubles == [0, 1, 2, 3])
    var idle = Optimizer(for: model, frozen: .all)
    try idle.update(&model, along: gradient)
    #expect(model.layer.weight.doubles == [0, 1, 2, 3])
  }

  // MARK: Values

  @Test func copiesOfTheModelAndTheOptimizerAreUnchanged() throws {
    for chain in methods {
      var model = Nested()
      var optimizer = Optimizer(for: model, chain)
      let gradient = model.gradient(weight: 1, bias: 2, scale: 3)
      try optimizer.update(&model, along: gradient)
      let (copy, before) = (model, model.parameters.map(\.value.doubles))
      var branch = optimizer
      let state = optimizer.state
      try optimizer.update(&model, along: gradient)
      #expect(copy.parameters.map(\.value.doubles) == before)
      expectSame(branch.state, state)
      // The copy makes the very step that the original made.
      var other = copy
      try branch.update(&other, along: gradient)
      expectSame(other, model)
      expectSame(branch.state, optimizer.state)
    }
  }

  /// E = Σ w²/2 may hand the weights themselves out as their gradient: one storage, two roles.
  @Test func gradientThatSharesTheWeightsStorageIsNotOverwritten() throws {
    var model = Vector(numbers(3000, seed: 1))
    let start = model.w.doubles
    let gradient = Gradient(leaves: [model.w], like: model)
    var optimizer = Optimizer(for: model, .gradientDescent(learningRate: 0.5))
    try optimizer.update(&model, along: gradient)
    #expect(model.w.doubles == start.map { $0 / 2 })
    #expect(gradient.leaves[0]?.doubles == start)
  }

  @Test func stridedGradientsAreReadInRowMajorOrder() throws {
    var model = Nested()
    let transposed = Tensor([1, 3, 2, 4], shape: [2, 2], dtype: .float64).transposed()
    var optimizer = Optimizer(for: model, .clipGlobalNorm(100), .scale(by: 1))
    try optimizer.update(
      &model,
      along: Gradient(leaves: [transposed, nil, nil], like: model))
    #expect(model.layer.weight.doubles == [0, 0, 0, 0])
  }

  /// Parameters change where they are.
  ///
  /// 8 MiB of weights and 16 MiB of state would show in the peak; the
  /// figure is that of the whole process, so other tests may disturb single tries.
  @Test func stepsAllocateNothingAfterTheFirst() throws {
    for chain in methods {
      let count = 1 << 20
      var model = Vector([], dtype: .float64)
      model.w = .ones([count], dtype: .float64)
      var optimizer = Optimizer(for: model, chain)
      let gradient = Gradient(leaves: [Tensor.ones([count], dtype: .float64)], like: model)
      try optimizer.update(&model, along: gradient)
      let address = model.w.withUnsafeBytes(\.baseAddress)
      var quiet = 0
      let tries = 9
      for _ in 0..<tries {
        MemoryReport.resetPeak()
        let before = MemoryReport.current.live
        try optimizer.update(&model, along: gradient)
        if MemoryReport.current.peak - before < 8 * count { quiet += 1 }
      }
      #expect(quiet > tries / 2)
      #expect(model.w.withUnsafeBytes(\.baseAddress) == address)
    }
  }

  @Test func emptyAndScalarParametersAreFine() throws {
    for chain in methods {
      var model = Vectors(items: [Vector([]), Vector([1])])
      var optimizer = Optimizer(for: model, chain)
      try optimizer.update(
        &model,
        along: Gradient(
          leaves: [.zeros([0], dtype: .float64), .ones([1], dtype: .float64)], like: model))
      #expect(model.items[0].w.doubles == [])
      #expect(model.items[1].w.doubles[0] < 1)
    }
  }

  @Test func descriptionTellsThePathOfEachParameter() {
    let optimizer = Optimizer(
      for: Nested(), .clipGlobalNorm(1), .adamW(learningRate: 1, decaying: .suffix("weight")),
      frozen: .named("scale"))
    #expect(
      optimizer.description == """
        optimizer after 0 steps
          layer.weight: float64 [2, 2]: clipGlobalNorm → adam → addDecayedWeights → scale
          layer.bias: float64 [2]: clipGlobalNorm → adam → scale
          scale: float64 []: frozen
        """)
  }
}

/// A model with as many parts as one likes.
private struct Vectors: Model {
  var items: [Vector]
}

/// Bitwise equality of all parameters.
private func expectSame(
  _ a: Nested, _ b: Nested, sourceLocation: SourceLocation = #_sourceLocation
) {
  #expect(
    a.parameters.map { $0.value.doubles.map(\.bitPattern) }
      == b.parameters.map { $0.value.doubles.map(\.bitPattern) }, sourceLocation: sourceLocation)
}

/// Bitwise equality of all that is remembered.
private func expectSame(
  _ a: OptimizerState, _ b: OptimizerState, sourceLocation: SourceLocation = #_sourceLocation
) {
  #expect(a.step == b.step && a.updateCounts == b.updateCounts, sourceLocation: sourceLocation)
  #expect(a.arrays.map(\.name) == b.arrays.map(\.name), sourceLocation: sourceLocation)
  #expect(
    a.arrays.map { $0.value.values(as: Double.self).map(\.bitPattern) }
      == b.arrays.map { $0.value.values(as: Double.self).map(\.bitPattern) },
    sourceLocation: sourceLocation)
}
