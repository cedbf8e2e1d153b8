// How a matrix of numbers is drawn as colored cells. It has never heard of what the numbers count.

import AdjointSupport

/// A matrix as colored cells with their numbers, such as a confusion matrix.
public struct MatrixChart: Sendable {
  /// How numbers become colors.
  public enum Coloring: String, Sendable {
    /// The larger the magnitude, the stronger; negative numbers in the second color.
    case magnitude
    /// The diagonal in one color, everything else in the second, each relative to its own maximum.
    ///
    /// For counts of right and wrong answers: one mistake is visible beside a hundred right
    /// answers.
    case diagonal
  }

  /// What the picture is called.
  public var title: String
  /// What the picture shows, in a sentence, for readers who do not see it.
  public var summary: String
  /// What the rows are, such as `true digit`.
  public var rowTitle: String
  /// What the columns are.
  public var columnTitle: String
  /// The names of the rows.
  public var rowNames: [String]
  /// The names of the columns.
  public var columnNames: [String]
  /// The numbers, row by row.
  public let values: [[Double]]
  /// How numbers become colors.
  public var coloring: Coloring
  /// The number of decimals.
  public var decimals: Int

  /// Creates a picture of a matrix.
  ///
  /// - Precondition: `values` has one row for each of `rowNames`, each as long as `columnNames`,
  ///   and `decimals` is not negative.
  public init(
    title: String, summary: String, rowTitle: String, columnTitle: String, rowNames: [String],
    columnNames: [String], values: [[Double]], coloring: Coloring = .magnitude, decimals: Int = 0
  ) {
    self.title = title
    self.summary = summary
    self.rowTitle = rowTitle
    self.columnTitle = columnTitle
    self.rowNames = rowNames
    self.columnNames = columnNames
    self.values = values
    self.coloring = coloring
    self.decimals = decimals
    requireNumbersForNames()
  }

  /// Stops where names and numbers do not go together, which they may cease to after the chart was
  /// made.
  private func requireNumbersForNames() {
    require(
      values.count == rowNames.count && values.allSatisfy { $0.count == columnNames.count },
      """
      MatrixChart: there are \(values.count) rows of \(values.map(\.count)) numbers for \
      \(rowNames.count) row names and \(columnNames.count) column names. Pass one number for each \
      pair of names.
      """)
    require(decimals >= 0, "MatrixChart: it has \(decimals) decimals. Ask for 0 or more.")
  }

  /// The picture as an SVG document; the same bytes for the same matrix.
  public func svg() -> String { Frame.document(self) }
}

extension MatrixChart: Figure {
  func svg(id: String, attributes: Frame.Attributes) -> Markup {
    requireNumbersForNames()
    let rows = rowNames.map { Frame.shortened($0, to: 16) }
    let columns = columnNames.map { Frame.shortened($0, to: 16) }
    let texts = values.map { $0.map(text) }
    let widest = (texts.flatMap { $0 } + columns).map(Frame.textWidth).max() ?? 0
    let (cellWidth, cellHeight) = (max(40, widest + 12), 36.0)
    let left = 36 + (rows.map(Frame.textWidth).max() ?? 0)
    let top = 52.0
    let width = left + cellWidth * Double(columns.count) + 8
    let height = top + cellHeight * Double(rows.count) + 8

    var parts = [
      Markup.element(
        "text",
        ["class": "middle", "x": Frame.number((left + width - 8) / 2), "y": "16"],
        text: Frame.shortened(columnTitle, to: 60)),
      Markup.element(
        "text",
        [
          "class": "middle",
          "transform": "translate(13 \(Frame.number((top + height - 8) / 2))) rotate(-90)",
        ], text: Frame.shortened(rowTitle, to: 60)),
    ]
    for (column, name) in columns.enumerated() {
      let x = left + cellWidth * (Double(column) + 0.5)
      parts.append(
        .element(
          "text",
          ["class": "muted middle", "x": Frame.number(x), "y": Frame.number(top - 10)],
          text: name))
    }
    let limits = limits
    for (row, name) in rows.enumerated() {
      let y = top + cellHeight * Double(row)
      let middle = Frame.number(y + cellHeight / 2)
      parts.append(
        .element(
          "text",
          ["class": "muted end", "x": Frame.number(left - 8), "y": middle, "dy": "4.5"],
          text: name))
      for column in columns.indices {
        let x = left + cellWidth * Double(column)
        let shade = shade(row, column, limits)
        // A pixel of background between cells separates equal colors.
        parts.append(
          .element(
            "rect",
            [
              "class": shade, "x": Frame.number(x + 0.5), "y": Frame.number(y + 0.5),
              "width": Frame.number(cellWidth - 1), "height": Frame.number(cellHeight - 1),
              "rx": "3",
            ]))
        guard !texts[row][column].isEmpty else { continue }
        parts.append(
          .element(
            "text",
            [
              "class": "middle on-\(shade)", "x": Frame.number(x + cellWidth / 2), "y": middle,
              "dy": "4.5",
            ], text: texts[row][column]))
      }
    }
    return Frame.svg(
      title: title, summary: summary, width: width, height: height, id: id,
      attributes: attributes, parts)
  }

  /// The largest finite magnitude in each ramp.
  private var limits: (right: Double, wrong: Double) {
    var limits = (right: 0.0, wrong: 0.0)
    for (row, numbers) in values.enumerated() {
      for (column, value) in numbers.enumerated() where value.isFinite {
        if coloring == .diagonal && row != column {
          limits.wrong = max(limits.wrong, value.magnitude)
        } else {
          limits.right = max(limits.right, value.magnitude)
        }
      }
    }
    if coloring == .magnitude { limits.wrong = limits.right }
    return limits
  }

  private func shade(_ row: Int, _ column: Int, _ limits: (right: Double, wrong: Double)) -> String
  {
    let value = values[row][column]
    let isRight = coloring == .diagonal ? row == column : value >= 0
    let limit = isRight ? limits.right : limits.wrong
    guard value.isFinite, value != 0, limit > 0 else { return "\(Palette.Ramp.right.rawValue)-0" }
    let level = max(1, Int((value.magnitude / limit * Double(Palette.levels)).rounded()))
    return "\((isRight ? Palette.Ramp.right : .wrong).rawValue)-\(min(level, Palette.levels))"
  }

  // A confusion matrix is mostly zeros; without their numerals the mistakes stand out.
  private func text(_ value: Double) -> String {
    coloring == .diagonal && value == 0 ? "" : NumberText.fixed(value, decimals: decimals)
  }

  var table: HTMLTable? {
    HTMLTable(
      caption: "\(title) (rows: \(rowTitle); columns: \(columnTitle))", header: [""] + columnNames,
      rows: zip(rowNames, values).map { name, numbers in
        [name] + numbers.map { NumberText.fixed($0, decimals: decimals) }
      })
  }
}
