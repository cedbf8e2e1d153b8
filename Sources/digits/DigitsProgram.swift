// What the program does in which order, and which exit status says what. How each part of the work
// is done stands in the file of that part.

import Adjoint
import AdjointSupport

/// The program, apart from its process.
struct DigitsProgram {
  let options: Options
  let terminal: Terminal

  /// Runs the program with these arguments and returns its exit status.
  static func run(_ arguments: [String], on terminal: Terminal) -> Int32 {
    do {
      let options = try Options(arguments)
      if options.wantsHelp {
        terminal.writeOutput(Options.help + "\n")
      } else {
        try DigitsProgram(options: options, terminal: terminal).run()
      }
      return 0
    } catch let error as UsageError {
      terminal.writeError("digits: \(error.problem); see digits --help\n")
      return 64  // EX_USAGE
    } catch let error as DataError {
      terminal.writeError("digits: \(error)\n")
      return 66  // EX_NOINPUT
    } catch {
      terminal.writeError("digits: \(error)\n")
      return 70  // EX_SOFTWARE
    }
  }

  private func run() throws {
    for path in [options.savePath, options.reportPath] {
      if let path { try OutputFiles.check(path) }
    }
    let report = try trainAndTest()
    if let path = options.savePath {
      try OutputFiles.write { () throws(DataError) in
        try report.model.save(to: path)
      }
    }
    terminal.writeOutput(report.summaryLine + "\n")
    say(report.text(shades: terminal.hasBlocks ? .blocks : .ascii))
    if let path = options.reportPath {
      let page = report.page().html()
      try OutputFiles.write { () throws(DataError) in try AtomicFile.write(page, to: path) }
      say("report written to \(path)\n")
    }
  }

  /// The heart of the program.
  func trainAndTest() throws -> Report {
    // One generator for each purpose: the split of the data does not change with the model.
    var generator = RandomGenerator(seed: options.seed)
    var (splitting, drawing, shuffling) = (generator.split(), generator.split(), generator.split())

    let data =
      try options.mnistDirectory.map { directory throws(DataError) in
        try DataSplit.mnist(directory, using: &splitting)
      } ?? DataSplit.embedded(using: &splitting)
    let widths = widths(for: data)
    var model = Classifier(widths, using: &drawing)
    if let path = options.loadPath { try load(path, into: &model) }
    say(opening(data, widths, model))

    let started = terminal.now()
    var bar: ProgressBar?
    let history = try model.train(on: data, plan: plan, using: &shuffling) { progress in
      show(progress, in: &bar)
    }
    if let rest = bar?.end() { terminal.writeError(rest) }
    if let failure = history.failure {
      terminal.writeError("digits: \(failure); try a smaller --learning-rate\n")
    }
    say(closing(history, seconds: (terminal.now() - started) / .seconds(1)))
    return Report(
      data: data, model: model, widths: widths, settings: settings, history: history,
      answers: model.answers(for: data.test))
  }

  // MARK: Choices

  private var isMNIST: Bool { options.mnistDirectory != nil }

  private func widths(for data: DataSplit) -> Widths {
    let images = data.train
    return Widths(
      inputs: images.height * images.width, first: isMNIST ? 512 : 128,
      second: isMNIST ? 256 : 64, outputs: images.classNames.count)
  }

  private var plan: TrainingPlan {
    TrainingPlan(
      epochs: options.epochs ?? (isMNIST ? 5 : 100),
      batchSize: options.batchSize ?? (isMNIST ? 128 : 32), patience: isMNIST ? 5 : 15,
      method: method)
  }

  private var learningRate: Double {
    if let rate = options.learningRate { return rate }
    return switch options.method {
    case .sgd: 0.1
    case .momentum: 0.02
    case .rmsprop, .adam, .adamw: isMNIST ? 0.001 : 0.002
    }
  }

  private var method: TransformChain {
    let rate = Optimizer.Schedule.constant(learningRate)
    return switch options.method {
    case .sgd: .sgd(learningRate: rate)
    case .momentum: .sgd(learningRate: rate, momentum: 0.9)
    case .rmsprop: .rmsProp(learningRate: rate)
    case .adam: .adam(learningRate: rate)
    case .adamw: .adamW(learningRate: rate, decaying: .suffix("weight"))
    }
  }

  private var settings: [(name: String, value: String)] {
    [
      ("optimizer", options.method.rawValue), ("learning rate", "\(learningRate)"),
      ("images in a step", "\(plan.batchSize)"), ("epochs at most", "\(plan.epochs)"),
      ("seed", "\(options.seed)"),
    ] + (options.loadPath == nil ? [] : [("first weights", "from a file")])
  }

  // MARK: Files

  private func load(_ path: String, into model: inout Classifier) throws(DataError) {
    var loaded = model
    try loaded.load(from: path)
    if let name = loaded.state.first(where: { !$0.value.ndArray.isFinite() })?.name {
      throw DataError(
        .malformed, file: path, problem: "\(name) holds numbers that are not finite",
        remedy: "Load a file that --save wrote.")
    }
    model = loaded
  }

  // MARK: Words

  private func say(_ text: String) {
    if !options.isQuiet { terminal.writeOutput(text) }
  }

  private func opening(_ data: DataSplit, _ widths: Widths, _ model: Classifier) -> String {
    let counts = [data.train.count, data.validation.count, data.test.count].map(NumberText.grouped)
    return """
      \(data.name): \(counts[0]) to learn from, \(counts[1]) to validate, \(counts[2]) to test
      multilayer perceptron \(widths) with \(NumberText.grouped(model.parameterCount)) parameters
      \(settings.map { "\($0.name) \($0.value)" }.joined(separator: ", "))

      """
  }

  private func show(_ progress: TrainingProgress, in bar: inout ProgressBar?) {
    guard !options.isQuiet else { return }
    if bar == nil {
      bar = ProgressBar(
        total: progress.stepsPlanned, style: terminal.progressStyle, startingAt: terminal.now())
    }
    let note = """
      epoch \(progress.epoch + 1)  loss \(NumberText.fixed(progress.score.loss, decimals: 4))  \
      accuracy \(NumberText.percent(progress.score.accuracy))
      """
    if let text = bar?.text(done: progress.stepsDone, note: note, at: terminal.now()) {
      terminal.writeError(text)
    }
  }

  private func closing(_ history: TrainingHistory, seconds: Double) -> String {
    guard let last = history.epochs.last, let best = history.best else {
      return history.epochs.isEmpty ? "not trained\n" : "no epoch improved the first model\n"
    }
    return """
      trained \(history.epochs.count) \(history.epochs.count == 1 ? "epoch" : "epochs") in \(NumberText.fixed(seconds, decimals: 2)) s, kept \
      epoch \(best + 1); training loss \(NumberText.fixed(last.train.loss, decimals: 4)), \
      validation accuracy \(NumberText.percent(history.epochs[best].validation.accuracy))

      """
  }
}
