// Training can stop, be written down, and go on as if it had not stopped.

import Adjoint
import Foundation
import Testing

@Suite struct OptimizerStateTests {
  private static let chains: [TransformChain] = [
    .sgd(learningRate: 0.1, momentum: 0.9, nesterov: true),
    .rmsProp(learningRate: .exponential(from: 0.1, multipliedBy: 0.9), momentum: 0.5),
    .adamW(learningRate: .warmUp(over: 3, then: .cosine(from: 0.1, over: 6))),
    TransformChain(.adam(), .clipGlobalNorm(0.5), .momentum(), .momentum(), .scale(by: 0.1)),
  ]

  private func step(_ t: Int, _ model: inout Nested, _ optimizer: inout Optimizer) throws {
    let n = numbers(3, seed: UInt64(t))
    // The scale is reached in every other step, so its count is its own.
    let gradient = model.gradient(weight: n[0], bias: n[1], scale: t % 2 == 0 ? n[2] : nil)
    try optimizer.update(&model, along: gradient)
  }

  private func bits(_ model: Nested) -> [[UInt64]] {
    model.parameters.map { $0.value.doubles.map(\.bitPattern) }
  }

  /// Ten steps are five steps, a way through JSON or safetensors, and five more: bit for bit.
  @Test(arguments: chains.indices, [true, false])
  func trainingResumesBitForBit(_ index: Int, _ throughJSON: Bool) throws {
    var model = Nested()
    var optimizer = Optimizer(for: model, Self.chains[index])
    for t in 0..<5 { try step(t, &model, &optimizer) }
    let saved: OptimizerState
    if throughJSON {
      saved = try JSONDecoder().decode(
        OptimizerState.self, from: JSONEncoder().encode(optimizer.state))
    } else {
      let state = optimizer.state
      let bytes = try Safetensors.bytes(
        tensors: state.arrays.map { ($0.name, $0.value) }, metadata: state.metadata)
      let (tensors, metadata) = try Safetensors.read(bytes)
      saved = try OptimizerState(tensors: tensors, metadata: metadata)
    }
    var resumedModel = model
    for t in 5..<10 { try step(t, &model, &optimizer) }

    var resumed = Optimizer(for: resumedModel, Self.chains[index])
    try resumed.restore(saved)
    #expect(resumed.step == 5)
    for t in 5..<10 { try step(t, &resumedModel, &resumed) }
    #expect(bits(model) == bits(resumedModel))
    #expect(resumed.step == 10)
  }

  @Test func arraysAreNamedAndShapedLikeTheParameters() throws {
    let model = Nested()
    let state = Optimizer(for: model, .clipGlobalNorm(1), .adam(learningRate: 1)).state
    #expect(
      state.arrays.map(\.name) == [
        "1.adam.firstMoment.layer.weight", "1.adam.secondMoment.layer.weight",
        "1.adam.firstMoment.layer.bias", "1.adam.secondMoment.layer.bias",
        "1.adam.firstMoment.scale", "1.adam.secondMoment.scale",
      ])
    #expect(state.arrays.map(\.value.shape) == [[2, 2], [2, 2], [2], [2], [], []])
    #expect(state.metadata["step"] == "0")
  }

  /// After one step of momentum the velocity is the gradient itself.
  @Test(arguments: [DType.float32, .float64])
  func arraysHoldTheStateInItsPrecision(_ dtype: DType) throws {
    var model = Vector(numbers(1030, seed: 1), dtype: dtype)
    var optimizer = Optimizer(for: model, .sgd(learningRate: 1, momentum: 0.9))
    let gradient = model.gradient(numbers(1030, seed: 2))
    try optimizer.update(&model, along: gradient)
    let state = optimizer.state
    #expect(state.arrays[0].value.dtype == dtype)
    #expect(state.arrays[0].value.values(as: Double.self) == gradient.leaves[0]?.doubles)
    let decoded = try JSONDecoder().decode(
      OptimizerState.self, from: JSONEncoder().encode(state))
    #expect(decoded.arrays[0].value.values(as: Double.self) == gradient.leaves[0]?.doubles)
  }

  /// Text formats have no infinity and lose the sign of a zero; the state keeps both.
  @Test func everyBitPatternSurvivesJSON() throws {
    let values: [Float] = [
      -0.0, .infinity, -.infinity, .nan, .leastNonzeroMagnitude, .greatestFiniteMagnitude, 0.1,
    ]
    let state = OptimizerState(
      step: 0, updateCounts: [:],
      arrays: [.init(name: "a", value: NDArray(values, shape: [values.count]))])
    let decoded = try JSONDecoder().decode(
      OptimizerState.self, from: JSONEncoder().encode(state))
    #expect(
      decoded.arrays[0].value.values(as: Float.self).map(\.bitPattern)
        == values.map(\.bitPattern))
  }

  // MARK: Refusals

  private func refusal(
    of change: (inout OptimizerState) -> Void
  ) throws -> OptimizerError? {
    var model = Nested()
    var optimizer = Optimizer(for: model, .adam(learningRate: 0.1))
    try step(0, &model, &optimizer)
    var state = optimizer.state
    change(&state)
    let before = optimizer.state
    let error = #expect(throws: OptimizerError.self) { try optimizer.restore(state) }
    #expect(optimizer.step == before.step)
    #expect(
      optimizer.state.arrays.map { $0.value.values(as: Double.self) }
        == before.arrays.map { $0.value.values(as: Double.self) })
    #expect(error?.kind == .foreignState)
    return error
  }

  @Test func foreignStatesAreRefusedByName() throws {
    let missing = try refusal { $0.arrays.remove(at: 2) }
    #expect(missing?.name == "0.adam.firstMoment.layer.bias")
    let extra = try refusal { state in
      state.arrays.append(.init(name: "9.other", value: .zeros([1])))
    }
    #expect(extra?.name == "9.other")
    let shape = try refusal { $0.arrays[0].value = .zeros([4], dtype: .float64) }
    #expect(shape?.name == "0.adam.firstMoment.layer.weight")
    let type = try refusal { $0.arrays[0].value = .zeros([2, 2], dtype: .float32) }
    #expect(type?.description.contains("float32") == true)
    let twice = try refusal { $0.arrays.append($0.arrays[0]) }
    #expect(twice?.description.contains("two arrays") == true)
    let count = try refusal { $0.updateCounts["scale"] = nil }
    #expect(count?.name == "scale")
    _ = try refusal { $0.updateCounts["scale"] = 2 }
    _ = try refusal { $0.step = -1 }
  }

  @Test func stateOfAnotherMethodIsRefused() throws {
    let model = Nested()
    var adam = Optimizer(for: model, .adam(learningRate: 1))
    let sgd = Optimizer(for: model, .sgd(learningRate: 1, momentum: 0.9))
    #expect(throws: OptimizerError.self) { try adam.restore(sgd.state) }
  }

  @Test func metadataWithoutCountsIsRefused() throws {
    #expect(throws: OptimizerError.self) { try OptimizerState(tensors: [], metadata: [:]) }
    for text in ["", "-1", "x", "99999999999999999999"] {
      #expect(throws: OptimizerError.self) {
        try OptimizerState(tensors: [], metadata: ["step": "1", "updateCount.w": text])
      }
    }
    let state = try OptimizerState(
      tensors: [], metadata: ["step": "3", "updateCount.w": "2", "format": "pt"])
    #expect(state.step == 3 && state.updateCounts == ["w": 2])
  }

  @Test func damagedJSONIsADecodingError() throws {
    let model = Nested()
    let state = Optimizer(for: model, .sgd(learningRate: 1, momentum: 0.9)).state
    let text = String(decoding: try JSONEncoder().encode(state), as: UTF8.self)
    for (old, new) in [("[2,2]", "[2,3]"), ("[2,2]", "[-2,-2]"), ("\"bits\"", "\"bats\"")] {
      let damaged = text.replacingOccurrences(of: old, with: new)
      #expect(damaged != text)
      #expect(throws: DecodingError.self) {
        try JSONDecoder().decode(OptimizerState.self, from: Data(damaged.utf8))
      }
    }
    let type = text.replacingOccurrences(of: "\"type\":1", with: "\"type\":2")
    #expect(type != text)
    #expect(throws: DecodingError.self) {
      try JSONDecoder().decode(OptimizerState.self, from: Data(type.utf8))
    }
  }
}
