// The report says what happened, whatever happened.

import Adjoint
import Testing

@testable import digits

@Suite struct ReportTests {
  static func report(answers: (LabeledImages) -> [Int], epochs: Int) -> Report {
    let (data, model, _) = TrainingTests.setUp()
    var history = TrainingHistory()
    for epoch in 0..<epochs {
      let score = Score(loss: 1 / Double(epoch + 1), accuracy: 0.9)
      history.epochs.append(.init(train: score, validation: score))
      history.best = epoch
    }
    return Report(
      data: data, model: model, widths: Widths(inputs: 64, first: 16, second: 16, outputs: 10),
      settings: [("optimizer", "adam")], history: history, answers: answers(data.test))
  }

  @Test func allRight() {
    let report = Self.report(answers: \.labels, epochs: 3)
    #expect(report.summaryLine == "test accuracy 100.00 %")
    #expect(report.mistakes.isEmpty)
    let page = report.page().html()
    #expect(page.contains("None: every test image was read right."))
    #expect(page.contains("kept: epoch 3"))
  }

  @Test func allWrong() {
    let report = Self.report(answers: { $0.labels.map { ($0 + 1) % 10 } }, epochs: 1)
    #expect(report.summaryLine == "test accuracy 0.00 %")
    let page = report.page().html()
    // More mistakes than are shown, and all the units of the first layer.
    #expect(report.mistakes.count > 128)
    #expect(page.contains("These are the first 128 of"))
    #expect(page.components(of: "<img ") == 128 + 16)
    // One picture is left on the terminal, of a mistake.
    #expect(report.text(shades: .ascii).contains(" read as "))
  }

  @Test func withoutTrainingThereAreNoCurves() {
    let page = Self.report(answers: \.labels, epochs: 0).page().html()
    #expect(!page.contains("Learning curves"))
    #expect(page.components(of: "<svg ") == 1)
  }

  @Test func plainCharactersWhereAskedFor() {
    let report = Self.report(answers: \.labels, epochs: 1)
    #expect(report.text(shades: .ascii).utf8.allSatisfy { $0 < 0x80 })
    #expect(report.text(shades: .blocks).contains("█"))
    #expect(report.text(shades: .blocks).split(separator: "\n").allSatisfy { $0.count <= 80 })
  }
}

extension String {
  /// How often `part` occurs.
  fileprivate func components(of part: String) -> Int {
    var count = 0
    var rest = self[...]
    while let place = rest.firstRange(of: part) {
      count += 1
      rest = rest[place.upperBound...]
    }
    return count
  }
}
