// How a run is told, on a terminal and as a page. It has never heard of options or files; the same
// run gives the same bytes.

import Adjoint
import AdjointSupport

/// Everything there is to tell about a run.
struct Report {
  var data: DataSplit
  var model: Classifier
  var widths: Widths
  /// How it was trained, as names and values.
  var settings: [(name: String, value: String)]
  var history: TrainingHistory
  /// The answers for the test images.
  var answers: [Int]

  var matrix: ConfusionMatrix {
    ConfusionMatrix(labels: data.test.labels, answers: answers, classNames: data.test.classNames)
  }

  /// The numbers of the test images with wrong answers.
  var mistakes: [Int] { answers.indices.filter { answers[$0] != data.test.labels[$0] } }

  /// The line that other programs look for.
  var summaryLine: String { "test accuracy \(NumberText.percent(matrix.accuracy))" }

  // MARK: On a terminal

  /// The confusion matrix and a few digits as pictures.
  func text(shades: TextPicture.Shades) -> String {
    let matrix = matrix
    return """

      \(matrix.text(subject: "digit"))

      \(matrix.correct) of \(matrix.total) right. A few of them:

      \(pictures(shades))

      """
  }

  /// Three right answers, of different digits, and a wrong one if there is any.
  private func pictures(_ shades: TextPicture.Shades) -> String {
    var shown: [Int] = []
    for index in answers.indices where answers[index] == data.test.labels[index] {
      let isNew = !shown.contains { answers[$0] == answers[index] }
      if isNew && shown.count < 3 { shown.append(index) }
    }
    shown += mistakes.prefix(1)
    let pictures = shown.map { index in
      TextPicture(
        pixels: pixels(index), height: data.test.height, width: data.test.width, shades: shades,
        largestSide: 14)
    }
    // As many beside each other as 80 columns hold.
    let (gap, captions) = (3, shown.map(caption))
    let widths = zip(pictures, captions).map { max($0.lines.first?.count ?? 0, $1.count) }
    let perRow = max(1, (80 + gap) / ((widths.max() ?? 0) + gap))
    return stride(from: 0, to: shown.count, by: perRow).map { start in
      let row = start..<min(start + perRow, shown.count)
      return TextPicture.sideBySide(
        Array(pictures[row]), captions: Array(captions[row]), gap: gap)
    }.joined(separator: "\n\n")
  }

  private func caption(_ index: Int) -> String {
    let truth = data.test.classNames[data.test.labels[index]]
    return "\(truth) read as \(data.test.classNames[answers[index]])"
  }

  private func pixels(_ index: Int) -> [Float] {
    data.test.images.sliced([.index(index)]).values(as: Float.self)
  }

  // MARK: As a page

  /// The page.
  func page() -> HTMLPage {
    let matrix = matrix
    var sections: [HTMLPage.Section] = []
    if !history.epochs.isEmpty {
      sections.append(.init("Learning curves", learningCurves))
    }
    sections.append(
      .init(
        "Which digits are confused",
        [
          .paragraph(
            """
            Each row holds the test images of one digit, each column those that were read as one. \
            Right answers lie on the diagonal.
            """),
          .matrix(matrix.chart(title: "Confusion matrix of the test images", subject: "digit")),
        ]))
    sections.append(.init("Misclassified digits", misclassified))
    sections.append(.init("What the first layer looks for", firstLayer))
    return HTMLPage(
      title: "Reading handwritten digits",
      lead: "\(data.name), read by a multilayer perceptron that learned on this machine.",
      opening: [
        .facts([
          .init("Test accuracy", NumberText.percent(matrix.accuracy)),
          .init(
            "Right answers",
            "\(NumberText.grouped(matrix.correct)) of \(NumberText.grouped(matrix.total))"),
          .init("Layers", "\(widths)"),
          .init("Parameters", NumberText.grouped(model.parameterCount)),
        ]),
        .table(
          HTMLTable(
            caption: "Settings of this run", header: ["setting", "value"],
            rows: images + settings.map { [$0.name, $0.value] })),
      ], sections: sections,
      footer: footer)
  }

  /// How many images there are of each kind.
  private var images: [[String]] {
    [("learn from", data.train), ("validate", data.validation), ("test", data.test)].map {
      ["images to \($0)", NumberText.grouped($1.count)]
    }
  }

  private var learningCurves: [HTMLPage.Block] {
    let epochs = history.epochs
    let marks = history.best.map { [LineChart.Mark(at: Double($0 + 1), "kept: epoch \($0 + 1)")] }
    func chart(
      _ title: String, _ axis: LineChart.Axis, _ value: (Score) -> Double,
      _ text: (Double) -> String
    ) -> LineChart {
      let last = epochs[history.best ?? epochs.count - 1]
      return LineChart(
        title: title,
        summary: """
          \(title) in \(epochs.count) epochs. In the epoch that was kept: \
          \(text(value(last.train))) on the training images, \
          \(text(value(last.validation))) on the validation images.
          """,
        xAxis: .init("epoch", wholeNumbers: true), yAxis: axis,
        series: [
          .init("training", values: epochs.map { value($0.train) }, startingAt: 1),
          .init("validation", values: epochs.map { value($0.validation) }, startingAt: 1),
        ], marks: marks ?? [])
    }
    var text = """
      Training images pull the model in each step; validation images only tell when to stop. The \
      model of the epoch with the smallest validation loss was kept.
      """
    if let failure = history.failure { text += " Training ended early: \(failure)." }
    return [
      .paragraph(text),
      .charts([
        chart(
          "Loss", .init("cross-entropy", scale: .logarithmic), \.loss,
          { NumberText.fixed($0, decimals: 4) }),
        chart(
          "Accuracy", .init("right answers, %"), { $0.accuracy * 100 },
          { NumberText.fixed($0, decimals: 2) + " %" }),
      ]),
    ]
  }

  private static let mostImages = 128

  private var misclassified: [HTMLPage.Block] {
    let mistakes = mistakes
    guard !mistakes.isEmpty else { return [.paragraph("None: every test image was read right.")] }
    let images = mistakes.prefix(Report.mostImages).map { index in
      ImageGrid.Image(
        pixels: pixels(index), height: data.test.height, width: data.test.width,
        caption: caption(index), summary: "A handwritten digit: \(caption(index))")
    }
    var text = "The true digit first, then the answer."
    if mistakes.count > images.count {
      text += " These are the first \(images.count) of \(NumberText.grouped(mistakes.count))."
    }
    return [
      .paragraph(text),
      .images(
        ImageGrid(title: "Test images with wrong answers", coloring: .ink, images: images)),
    ]
  }

  private var firstLayer: [HTMLPage.Block] {
    // Column k of the weights holds what unit k multiplies the pixels with.
    let columns = model.first.weight.ndArray.transposed([1, 0])
    let shown = min(widths.first, Report.mostImages)
    let images = (0..<shown).map { unit in
      ImageGrid.Image(
        pixels: columns.sliced([.index(unit)]).values(as: Float.self), height: data.test.height,
        width: data.test.width, caption: "\(unit + 1)", summary: "Weights of unit \(unit + 1)")
    }
    return [
      .paragraph(
        """
        Each unit of the first layer weighs the pixels: blue where ink speaks for the unit's pattern, \
        orange where it speaks against it, blank where it does not matter.
        """),
      .images(
        ImageGrid(
          title: shown < widths.first
            ? "Weights of the first \(shown) of \(widths.first) units"
            : "Weights of the \(shown) units", coloring: .signed, images: images)),
    ]
  }

  private var footer: String {
    data.test.height == 8
      ? """
      Digits: E. Alpaydin and C. Kaynak, Optical Recognition of Handwritten Digits, UCI Machine \
      Learning Repository, doi 10.24432/C50P49, CC BY 4.0. Written by the program digits of Adjoint.
      """ : "Written by the program digits of Adjoint."
  }
}
