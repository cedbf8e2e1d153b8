// Training learns, stops in time, keeps the best, and repeats itself.

import Adjoint
import Testing

@testable import digits

@Suite struct TrainingTests {
  static func plan(epochs: Int, rate: Double = 0.002, patience: Int = 15) -> TrainingPlan {
    TrainingPlan(
      epochs: epochs, batchSize: 32, patience: patience,
      method: .adam(learningRate: .constant(rate)))
  }

  /// A small split, because debug builds are slow.
  static func setUp(seed: UInt64 = 1) -> (
    data: DataSplit, model: Classifier, generator: RandomGenerator
  ) {
    var generator = RandomGenerator(seed: seed)
    let parts = Digits.load().stratifiedSplit([0.2, 0.1, 0.1, 0.6], using: &generator)
    let data = DataSplit(name: "digits", train: parts[0], validation: parts[1], test: parts[2])
    let model = Classifier(
      Widths(inputs: 64, first: 16, second: 16, outputs: 10), using: &generator)
    return (data, model, generator)
  }

  @Test func aFewEpochsTeachMost() throws {
    var (data, model, generator) = Self.setUp()
    let before = model.score(on: data.test)
    // An untrained classifier guesses one class in ten; the loss of a blind guess is ln 10 = 2.303.
    #expect(before.accuracy < 0.4 && before.loss > 1.5)
    var steps: [Int] = []
    let history = try model.train(on: data, plan: Self.plan(epochs: 12), using: &generator) {
      steps.append($0.stepsDone)
      #expect($0.stepsPlanned == 12 * 12)
    }
    // 359 or so images in steps of 32: 12 steps an epoch.
    #expect(steps == Array(1...(12 * 12)))
    #expect(history.epochs.count == 12 && history.failure == nil)
    let after = model.score(on: data.test)
    #expect(after.accuracy > 0.8)
    #expect(after.loss < before.loss / 2)
  }

  @Test func theBestModelIsKept() throws {
    var (data, model, generator) = Self.setUp()
    let history = try model.train(
      on: data, plan: Self.plan(epochs: 10, rate: 0.03), using: &generator
    ) { _ in }
    let best = try #require(history.best)
    let smallest = history.epochs.map(\.validation.loss).min()
    #expect(history.epochs[best].validation.loss == smallest)
    #expect(model.score(on: data.validation) == history.epochs[best].validation)
  }

  @Test func theSameSeedGivesTheSameModel() throws {
    var models: [Classifier] = []
    for _ in 0..<2 {
      var (data, model, generator) = Self.setUp(seed: 5)
      _ = try model.train(on: data, plan: Self.plan(epochs: 2), using: &generator) { _ in }
      models.append(model)
    }
    for (a, b) in zip(models[0].parameters, models[1].parameters) {
      #expect(a.name == b.name)
      #expect(a.value.floats.map(\.bitPattern) == b.value.floats.map(\.bitPattern))
    }
  }

  @Test func tooLargeALearningRateIsTold() throws {
    var (data, model, generator) = Self.setUp()
    let before = model.first.weight.floats
    let history = try model.train(
      on: data, plan: Self.plan(epochs: 3, rate: 1e30), using: &generator
    ) { _ in }
    // Either a gradient became infinite, or no epoch improved; the first model was kept.
    #expect(history.failure != nil || history.best == nil)
    #expect(model.first.weight.floats == before)
  }

  @Test func noEpochsChangeNothing() throws {
    var (data, model, generator) = Self.setUp()
    let before = model.first.weight.floats
    let history = try model.train(on: data, plan: Self.plan(epochs: 0), using: &generator) { _ in }
    #expect(history.epochs.isEmpty && history.best == nil)
    #expect(model.first.weight.floats == before)
  }

  @Test func stoppingCountsEpochsWithoutImprovement() {
    var stopping = EarlyStopping(patience: 2, score: Score(loss: 2, accuracy: 0.1))
    let losses = [1.0, 1.0, 0.5, .nan, 0.6]
    let improvements = losses.map { stopping.improves(with: Score(loss: $0, accuracy: 0)) }
    // An equal loss is no improvement, nor is one that is not a number.
    #expect(improvements == [true, false, true, false, false])
    #expect(stopping.isExhausted)
  }
}
