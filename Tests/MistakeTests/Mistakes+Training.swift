// Mistakes in making optimizers and schedules, in transforms of a user's own, with data sets and
// with pictures.

import Adjoint

extension Mistake {
  static let optimizers = [
    Mistake(
      "a negative rate",
      "scale(by:): the learning rate is -0.1 in some step, which is negative. Use rates of 0 or "
        + "more, and the link .ascend to climb."
    ) { _ = TransformChain.gradientDescent(learningRate: -0.1) },
    Mistake("a rate of NaN", "Schedule.constant: it contains the number nan. Use finite numbers.") {
      _ = TransformChain.adam(learningRate: .constant(.nan))
    },
    Mistake(
      "two rates",
      "Optimizer: 2 links set a learning rate for weight. Keep one of them, and use .multiply(by:) "
        + "for a further factor."
    ) { _ = Optimizer(for: layer, .adam(learningRate: 1e-3), .scale(by: 0.5)) },
    Mistake(
      "a filter with a wrong name",
      "Optimizer: a filter names the parameter weigth, which the model does not have. Use the "
        + "names that model.parameters lists, or .prefix or .suffix."
    ) { _ = Optimizer(for: layer, .adam(learningRate: 1e-3), frozen: .named("weigth")) },
    Mistake(
      "a first beta beyond 1",
      "scaleByAdam: beta1 is 1.5. Pass a number from 0 to below 1, such as 0.9."
    ) { _ = TransformChain.adam(learningRate: 1e-3, beta1: 1.5) },
    Mistake(
      "a second beta of 1",
      "scaleByAdam: beta2 is 1.0. Pass a number from 0 to below 1, such as 0.9."
    ) { _ = TransformChain.adamW(learningRate: 1e-3, beta2: 1) },
    Mistake(
      "a negative epsilon of Adam",
      "scaleByAdam: epsilon is -1.0. Pass a finite number of 0 or more."
    ) { _ = TransformChain.adam(epsilon: -1) },
    Mistake(
      "a momentum of 1", "momentum: decay is 1.0. Pass a number from 0 to below 1, such as 0.9."
    ) { _ = TransformChain.sgd(learningRate: 0.1, momentum: 1) },
    Mistake(
      "Nesterov without momentum",
      "sgd: Nesterov's look ahead has no momentum to look along. Pass a momentum, such as 0.9."
    ) { _ = TransformChain.sgd(learningRate: 0.1, nesterov: true) },
    Mistake(
      "a root mean square of NaN",
      "scaleByRootMeanSquare: decay is nan. Pass a number from 0 to below 1, such as 0.9."
    ) { _ = TransformChain.rmsProp(learningRate: 0.1, decay: .nan) },
    Mistake(
      "a negative weight decay",
      "addDecayedWeights: decay is -0.1. Pass a finite number of 0 or more."
    ) { _ = TransformChain.adamW(learningRate: 1e-3, weightDecay: -0.1) },
    Mistake("a factor of NaN", "multiply(by:): the factor is nan. Pass a finite number.") {
      _ = TransformChain.multiply(by: .nan)
    },
    Mistake(
      "a negative norm", "clipGlobalNorm: the largest norm is -1.0. Pass a finite number above 0."
    ) { _ = TransformChain.clipGlobalNorm(-1) },
    Mistake(
      "a range without zero",
      "clip(to:): the range 1.0...2.0 leaves out 0, so that no update could be small. Pass a range "
        + "round 0, such as -1...1."
    ) { _ = TransformChain.clip(to: 1...2) },
    Mistake(
      "a state that is not named",
      "state(_:): there is no state 0, as the transform names 0 in `stateNames`. Name the state "
        + "there, or ask for one that is named."
    ) { try step(with: Own { _ = $0.state(0)[0] }) },
    Mistake(
      "a position outside of a row",
      "row[1]: the row has 1 elements. Positions count from 0, below `count`."
    ) { try step(with: Own { _ = $0.update[1] }) },
    Mistake(
      "states lost in fusing",
      "fused(with:): `own` fused with `scale` keeps the states [\"lost\"]. Keep those of both, [] "
        + "and then []."
    ) { try step(with: Own { _ in }, fusing: true) },
  ]

  static let schedules = [
    Mistake("a cosine over no steps", "Schedule.cosine: it runs over 0 steps. Use 1 step or more.")
    {
      _ = Optimizer.Schedule.cosine(from: 1, over: 0)
    },
    Mistake("a line over no steps", "Schedule.linear: it runs over -1 steps. Use 1 step or more.") {
      _ = Optimizer.Schedule.linear(from: 1, over: -1)
    },
    Mistake("a warm-up over no steps", "Schedule.warmUp: it runs over 0 steps. Use 1 step or more.")
    {
      _ = Optimizer.Schedule.warmUp(over: 0, then: 0.1)
    },
    Mistake("stairs every 0 steps", "Schedule.step: it runs over 0 steps. Use 1 step or more.") {
      _ = Optimizer.Schedule.step(from: 1, multipliedBy: 0.5, every: 0)
    },
    Mistake(
      "a negative factor",
      "Schedule.exponential: its factor is -0.5, which is negative. Use a factor of 0 or more."
    ) { _ = Optimizer.Schedule.exponential(from: 1, multipliedBy: -0.5) },
    Mistake("an infinite start", "Schedule.cosine: it contains the number inf. Use finite numbers.")
    {
      _ = Optimizer.Schedule.cosine(from: .infinity, over: 10)
    },
    Mistake("lasting no time", "Schedule.lasting: it lasts -1 steps. Use 0 steps or more.") {
      _ = Optimizer.Schedule.constant(1).lasting(-1, then: 0.1)
    },
  ]

  static let data = [
    Mistake("batches of nothing", "batches(of:): the size is 0. Pass 1 or more.") {
      _ = pairs.batches(of: 0)
    },
    Mistake(
      "a batch that is not there", "batches: there is no batch 2 among 2. Batches count from 0."
    ) { _ = pairs.batches(of: 1)[2] },
    Mistake(
      "an example that is not there",
      "batch(at:): there is no example 5 among 2. Examples count from 0."
    ) { _ = pairs.batch(at: [0, 5]) },
    Mistake(
      "labels of other examples",
      "LabeledDataset: inputs float32 [2, 1] and labels int32 [3] do not have one label for each "
        + "input. Let the first axis count the examples in both."
    ) { _ = LabeledDataset(inputs: .ones([2, 1]), labels: [0, 1, 0]) },
    Mistake(
      "pixels of other images",
      "LabeledImages: images of shape [1, 4] are not 1 rows of 2 x 3 pixels. Pass one row of "
        + "pixels for each label."
    ) {
      _ = LabeledImages(images: .ones([1, 4]), labels: [0], height: 2, width: 3, classNames: ["a"])
    },
    Mistake(
      "a label beyond the classes",
      "LabeledImages: label 1 at position 0 is not one of the 1 classes. Labels count from 0."
    ) {
      _ = LabeledImages(images: .ones([1, 4]), labels: [1], height: 2, width: 2, classNames: ["a"])
    },
    Mistake(
      "an image that is not there",
      "subset: there is no image 1797 among 1797. Indices count from 0, below `count`."
    ) { _ = Digits.load().subset([1797]) },
    Mistake(
      "fractions of more than all",
      "split: the fractions are [0.8, 0.8]. Pass numbers from 0 to 1 whose sum is 1, such as "
        + "[0.8, 0.2]."
    ) { _ = seeded { Digits.load().stratifiedSplit([0.8, 0.8], using: &$0) } },
    Mistake(
      "classes that are no numbers",
      "stratifiedSplit: labels of type float32 [2] are not one class number for each example. Use "
        + "split(_:using:)."
    ) {
      let data = LabeledDataset(inputs: .ones([2, 1]), labels: Tensor.ones([2]))
      _ = seeded { data.stratifiedSplit([0.5, 0.5], using: &$0) }
    },
  ]

  static let figures = [
    Mistake(
      "answers of other labels",
      "ConfusionMatrix: there are 1 labels and 2 answers. Pass one answer for each label."
    ) { _ = ConfusionMatrix(labels: [0], answers: [0, 0], classNames: ["a"]) },
    Mistake(
      "an answer beyond the classes",
      "ConfusionMatrix: label 0 or answer 1 is not one of the 1 classes. Classes count from 0."
    ) { _ = ConfusionMatrix(labels: [0], answers: [1], classNames: ["a"]) },
    Mistake(
      "pixels of no image",
      "ImageGrid.Image: 3 numbers are not 2 rows of 2 pixels. Pass one number for each pixel, and "
        + "at least one pixel."
    ) { _ = ImageGrid.Image(pixels: [0, 0, 0], height: 2, width: 2, caption: "", summary: "") },
    Mistake(
      "names of other numbers",
      "MatrixChart: there are 1 rows of [2] numbers for 1 row names and 1 column names. Pass one "
        + "number for each pair of names."
    ) { _ = chart(columns: ["a"], decimals: 0) },
    Mistake("negative decimals", "MatrixChart: it has -1 decimals. Ask for 0 or more.") {
      _ = chart(columns: ["a", "b"], decimals: -1)
    },
    Mistake(
      "pixels of no picture",
      "TextPicture: 6 numbers are not -2 rows of -3 pixels. Pass one number for each pixel."
    ) { _ = TextPicture(pixels: [0, 0, 0, 0, 0, 0], height: -2, width: -3) },
    Mistake("a picture of no size", "TextPicture: the largest side is 0. Pass 1 or more.") {
      _ = TextPicture(pixels: [0], height: 1, width: 1, largestSide: 0)
    },
    Mistake(
      "captions of other pictures",
      "sideBySide: there are 1 captions for 0 pictures. Pass one for each."
    ) { _ = TextPicture.sideBySide([], captions: ["a"]) },
    Mistake("a negative gap", "sideBySide: the gap is -1. Pass 0 or more.") {
      _ = TextPicture.sideBySide([], captions: [], gap: -1)
    },
  ]

  // MARK: Parts

  private static var layer: Linear { Linear(weight: .ones([1, 1])) }

  private static var pairs: LabeledDataset {
    LabeledDataset(inputs: .ones([2, 1]), labels: [0, 1])
  }

  private static func chart(columns: [String], decimals: Int) -> MatrixChart {
    MatrixChart(
      title: "", summary: "", rowTitle: "", columnTitle: "", rowNames: ["a"], columnNames: columns,
      values: [[1, 2]], decimals: decimals)
  }

  /// A transform of a user's own.
  private struct Own: GradientTransform {
    let name = "own"
    var fuses = false
    let body: @Sendable (borrowing Optimizer.Stretch) -> Void

    init(_ body: @escaping @Sendable (borrowing Optimizer.Stretch) -> Void) { self.body = body }

    func apply(to stretch: borrowing Optimizer.Stretch) { body(stretch) }
    func fused(with next: any GradientTransform) -> (any GradientTransform)? {
      fuses ? Lost() : nil
    }
  }

  private struct Lost: GradientTransform {
    let name = "lost"
    let stateNames = ["lost"]
    func apply(to stretch: borrowing Optimizer.Stretch) {}
  }

  private static func step(with transform: Own, fusing: Bool = false) throws {
    var transform = transform
    transform.fuses = fusing
    var model = layer
    var optimizer = Optimizer(for: model, .transform(transform), .scale(by: 1))
    try optimizer.update(&model, along: .zero(like: model))
  }
}
