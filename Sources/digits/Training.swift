// How a classifier is trained, and when that should stop. It has never heard of options, terminals
// or files.

import Adjoint

/// What one training run does.
struct TrainingPlan {
  var epochs: Int
  var batchSize: Int
  /// Training stops when the validation loss has not improved for so many epochs.
  var patience: Int
  var method: TransformChain
}

/// How well a model does on some images.
struct Score: Equatable {
  var loss: Double
  var accuracy: Double
}

/// What happened in a training run.
struct TrainingHistory {
  struct Epoch {
    /// Averages over the batches, each before its own step.
    var train: Score
    /// After the epoch.
    var validation: Score
  }

  /// The epochs, the first at index 0.
  var epochs: [Epoch] = []
  /// The index of the epoch whose model was kept, or nil if none was better than the first model.
  var best: Int?
  /// Why the training ended early, if a step failed.
  var failure: String?
}

/// How far a training run is, after each of its steps.
struct TrainingProgress {
  var stepsDone: Int
  var stepsPlanned: Int
  var epoch: Int
  /// Averages over the epoch so far, on the training images.
  var score: Score
}

extension Classifier {
  /// Trains with early stopping: of all epochs, the model with the smallest validation loss is
  /// kept.
  mutating func train(
    on data: DataSplit, plan: TrainingPlan, using generator: inout RandomGenerator,
    progress: (TrainingProgress) -> Void
  ) throws -> TrainingHistory {
    var optimizer = Optimizer(for: self, plan.method, onNonFinite: .skip)
    var stopping = EarlyStopping(patience: plan.patience, score: score(on: data.validation))
    var best = self
    var history = TrainingHistory()

    for epoch in 0..<plan.epochs {
      let batches = data.train.batches(of: plan.batchSize, shuffledUsing: &generator)
      var average = AverageScore()
      for (number, batch) in batches.enumerated() {
        guard try step(on: batch, with: &optimizer, into: &average) else {
          // Too large a learning rate, most likely: what was learned before is kept.
          history.failure = "step \(optimizer.step + 1): the gradient is not finite any more"
          self = best
          return history
        }
        progress(
          TrainingProgress(
            stepsDone: epoch * batches.count + number + 1,
            stepsPlanned: plan.epochs * batches.count, epoch: epoch, score: average.score))
      }
      let validation = score(on: data.validation)
      history.epochs.append(.init(train: average.score, validation: validation))
      if stopping.improves(with: validation) {
        best = self
        history.best = epoch
      }
      if stopping.isExhausted { break }
    }
    self = best
    return history
  }

  /// Moves the model a step against the gradient of the loss on one batch.
  ///
  /// Returns false, with the model unchanged, when the gradient is not finite.
  private mutating func step(
    on batch: LabeledBatch, with optimizer: inout Optimizer, into average: inout AverageScore
  ) throws -> Bool {
    var logits = Tensor(0)
    let (loss, slopes) = try valueWithGradient(at: self) { model in
      logits = model(batch.inputs)
      return softmaxCrossEntropy(logits: logits, labels: batch.labels)
    }
    average.add(loss: loss, logits: logits, labels: batch.labels)
    return try optimizer.update(&self, along: slopes)
  }

  /// Loss and accuracy on images that the model does not learn from.
  func score(on images: LabeledImages) -> Score {
    var average = AverageScore()
    for batch in images.batches(of: 1_000) {
      let logits = self(batch.inputs)
      let loss = softmaxCrossEntropy(logits: logits, labels: batch.labels)
      average.add(loss: loss, logits: logits, labels: batch.labels)
    }
    return average.score
  }

  /// The class that the model finds in each image.
  func answers(for images: LabeledImages) -> [Int] {
    images.batches(of: 1_000).flatMap { batch in
      self(batch.inputs).argmax(over: 1).ndArray.values(as: Int32.self).map(Int.init)
    }
  }
}

/// Decides when to stop: a loss that is not finite is never an improvement.
struct EarlyStopping {
  let patience: Int
  private var bestLoss: Double
  private var epochsWithout = 0

  init(patience: Int, score: Score) {
    self.patience = patience
    bestLoss = score.loss.isNaN ? .infinity : score.loss
  }

  /// Takes note of the score after an epoch; says whether it is the best one so far.
  mutating func improves(with score: Score) -> Bool {
    guard score.loss < bestLoss else {
      epochsWithout += 1
      return false
    }
    bestLoss = score.loss
    epochsWithout = 0
    return true
  }

  var isExhausted: Bool { epochsWithout >= patience }
}

/// Averages over batches, each counted by its number of images.
private struct AverageScore {
  private var count = 0.0
  private var lossSum = 0.0
  private var accuracySum = 0.0

  mutating func add(loss: Tensor, logits: Tensor, labels: Tensor) {
    let images = Double(labels.elementCount)
    count += images
    lossSum += loss.item * images
    accuracySum += accuracy(logits: logits, labels: labels) * images
  }

  var score: Score {
    Score(loss: lossSum / max(1, count), accuracy: accuracySum / max(1, count))
  }
}
