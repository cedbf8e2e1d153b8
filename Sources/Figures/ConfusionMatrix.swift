// How often each class was taken for each other. It has never heard of models; answers come as
// numbers of classes.

import AdjointSupport

/// How often each class was answered for each class.
public struct ConfusionMatrix: Sendable, Equatable {
  /// The names of the classes.
  public let classNames: [String]

  /// `counts[truth][answer]`.
  public let counts: [[Int]]

  /// Counts the pairs of `labels` and `answers`.
  ///
  /// - Precondition: both have one length, and all their elements are indices into `classNames`.
  public init(labels: [Int], answers: [Int], classNames: [String]) {
    require(
      labels.count == answers.count,
      "ConfusionMatrix: there are \(labels.count) labels and \(answers.count) answers. "
        + "Pass one answer for each label.")
    let row = [Int](repeating: 0, count: classNames.count)
    var counts = [[Int]](repeating: row, count: classNames.count)
    for (label, answer) in zip(labels, answers) {
      require(
        classNames.indices.contains(label) && classNames.indices.contains(answer),
        "ConfusionMatrix: label \(label) or answer \(answer) is not one of the "
          + "\(classNames.count) classes. Classes count from 0.")
      counts[label][answer] += 1
    }
    self.classNames = classNames
    self.counts = counts
  }

  /// The number of answers.
  public var total: Int { counts.reduce(0) { $0 + $1.reduce(0, +) } }

  /// The number of right answers.
  public var correct: Int { counts.indices.reduce(0) { $0 + counts[$1][$1] } }

  /// The fraction of right answers, from 0 to 1; NaN if there are none, like the mean of nothing.
  public var accuracy: Double { Double(correct) / Double(total) }

  /// The matrix as a picture.
  ///
  /// - Parameter subject: what a class is, such as `digit`.
  public func chart(title: String, subject: String) -> MatrixChart {
    MatrixChart(
      title: title,
      summary: """
        \(correct) of \(total) answers are right. Rows are the true classes, columns the answers.
        """,
      rowTitle: "true \(subject)", columnTitle: "answer", rowNames: classNames,
      columnNames: classNames, values: counts.map { $0.map(Double.init) }, coloring: .diagonal)
  }

  /// The matrix as lines of text: rows are the true classes, columns the answers, zeros are dots.
  public func text(subject: String) -> String {
    let cells = counts.map { $0.map { $0 == 0 ? "." : String($0) } }
    let width = (cells.flatMap { $0 } + classNames).map(\.count).max() ?? 1
    let head = "true \(subject)"
    let side = max(head.count, classNames.map(\.count).max() ?? 0)
    func line(_ name: String, _ cells: [String]) -> String {
      name.leftPadded(to: side) + " |" + cells.map { " " + $0.leftPadded(to: width) }.joined()
    }
    let rule =
      String(repeating: "-", count: side + 1) + "+"
      + String(repeating: "-", count: (width + 1) * classNames.count)
    return ([line(head, classNames), rule] + zip(classNames, cells).map(line))
      .joined(separator: "\n")
  }
}
