// Training that is interrupted, saved, loaded into new values and gone on with; and files that are
// refused, with nothing changed.

import Adjoint
import Foundation
import Testing

@Suite struct OptimizerFilesTests {
  private static let chains: [TransformChain] = [
    .sgd(learningRate: 0.1), .sgd(learningRate: 0.1, momentum: 0.9),
    .adamW(learningRate: .warmUp(over: 3, then: .cosine(from: 0.1, over: 6))),
    TransformChain(.clipGlobalNorm(0.5), .rmsProp(learningRate: 0.1, momentum: 0.5)),
  ]

  private func inFolder(_ body: (_ model: String, _ optimizer: String) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try body(folder.path + "/model.safetensors", folder.path + "/optimizer.safetensors")
  }

  private func steps(_ range: Range<Int>, _ model: inout Nested, _ optimizer: inout Optimizer)
    throws
  {
    for t in range {
      let n = numbers(3, seed: UInt64(t))
      // The scale is reached in every other step, so its count is its own.
      let gradient = model.gradient(weight: n[0], bias: n[1], scale: t % 2 == 0 ? n[2] : nil)
      try optimizer.update(&model, along: gradient)
    }
  }

  private func bits(_ model: Nested) -> [[UInt64]] {
    model.parameters.map { $0.value.doubles.map(\.bitPattern) }
  }

  /// The contents of a state, for comparison.
  private func contents(_ optimizer: Optimizer) -> [String: [UInt64]] {
    var contents = ["step": [UInt64(optimizer.step)]]
    for (name, count) in optimizer.state.updateCounts {
      contents["count " + name] = [UInt64(count)]
    }
    for entry in optimizer.state.arrays {
      contents[entry.name] = entry.value.values(as: Double.self).map(\.bitPattern)
    }
    return contents
  }

  /// Ten steps are five steps, two files, and five more: bit for bit.
  @Test(arguments: chains.indices)
  func trainingGoesOnBitForBit(_ index: Int) throws {
    try inFolder { modelPath, optimizerPath in
      var model = Nested()
      var optimizer = Optimizer(for: model, Self.chains[index])
      try steps(0..<5, &model, &optimizer)
      try model.save(to: modelPath)
      try optimizer.save(to: optimizerPath)
      let saved = contents(optimizer)
      try steps(5..<10, &model, &optimizer)

      var resumed = Nested(weight: [0, 0, 0, 0], bias: [0, 0], scale: 0)
      var resumedOptimizer = Optimizer(for: resumed, Self.chains[index])
      try resumed.load(from: modelPath)
      try resumedOptimizer.load(from: optimizerPath)
      #expect(contents(resumedOptimizer) == saved)
      try steps(5..<10, &resumed, &resumedOptimizer)
      #expect(bits(resumed) == bits(model))
      #expect(contents(resumedOptimizer) == contents(optimizer))
    }
  }

  @Test func filesOfOthersAreRefusedAndNothingChanges() throws {
    try inFolder { modelPath, optimizerPath in
      var model = Nested()
      var optimizer = Optimizer(for: model, .adam(learningRate: 0.1))
      try steps(0..<3, &model, &optimizer)
      let before = contents(optimizer)

      func expectRefused(_ text: String) throws {
        let error = try #require(throws: DataError.self) { try optimizer.load(from: optimizerPath) }
        #expect(error.kind == .malformed && error.file == optimizerPath)
        #expect(error.description.contains(text), "\(error)")
        #expect(contents(optimizer) == before)
      }
      // Another method, a model of another shape, a model with other names, a file of a model.
      try Optimizer(for: model, .sgd(learningRate: 1, momentum: 0.9)).save(to: optimizerPath)
      try expectRefused("0.adam.firstMoment.layer.weight")
      let wide = Nested(weight: [1, 2, 3, 4, 5, 6], bias: [1, 2, 3])
      try Optimizer(for: wide, .adam(learningRate: 0.1)).save(to: optimizerPath)
      try expectRefused("float64 [2, 3]")
      try Optimizer(for: Vector([1]), .adam(learningRate: 0.1)).save(to: optimizerPath)
      try expectRefused("how often layer.weight was updated")
      try model.save(to: optimizerPath)
      try expectRefused("no count under \"step\"")

      // Without arrays the counts tell a state of another model.
      var other = Optimizer(for: Vector([1]), .sgd(learningRate: 0.1))
      try Optimizer(for: model, .sgd(learningRate: 0.1), frozen: .none).save(to: optimizerPath)
      #expect(throws: DataError.self) { try other.load(from: optimizerPath) }
      var partly = Optimizer(for: model, .sgd(learningRate: 0.1), frozen: .named("scale"))
      let error = #expect(throws: DataError.self) { try partly.load(from: optimizerPath) }
      #expect(error?.description.contains("updates of scale") == true)
    }
  }

  @Test func damagedAndMissingFilesChangeNothing() throws {
    try inFolder { _, path in
      var model = Nested()
      var optimizer = Optimizer(for: model, .adam(learningRate: 0.1))
      try steps(0..<2, &model, &optimizer)
      let before = contents(optimizer)
      #expect(throws: DataError.self) { try optimizer.load(from: path) }
      try optimizer.save(to: path)
      let whole = try AtomicFile.read(path)
      for count in [0, 8, whole.count / 2, whole.count - 1] {
        try AtomicFile.write(Array(whole.prefix(count)), to: path)
        #expect(throws: DataError.self) { try optimizer.load(from: path) }
      }
      #expect(contents(optimizer) == before)
      try AtomicFile.write(whole, to: path)
      #expect(throws: DataError.self) { try optimizer.save(to: path + "/below/a/file") }
      #expect(try AtomicFile.read(path) == whole)
    }
  }
}
