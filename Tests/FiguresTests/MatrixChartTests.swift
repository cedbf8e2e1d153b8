// Each number has its cell, and mistakes stand out from right answers.

import Testing

@testable import AdjointFigures

@Suite struct MatrixChartTests {
  @Test func cellsOfAConfusionMatrix() throws {
    let matrix = ConfusionMatrix(
      labels: [0, 0, 0, 1, 1], answers: [0, 0, 1, 1, 1], classNames: ["a", "b"])
    let reader = try MarkupReader(matrix.chart(title: "t", subject: "letter").svg())
    let cells = reader.all("rect").compactMap { $0.attributes["class"] }
    // 2 of 2 is the strongest right; the only mistake is the strongest wrong; zero is empty.
    #expect(cells == ["right-8", "wrong-8", "right-0", "right-8"])
    #expect(reader.text.contains("4 of 5 answers are right"))
  }

  @Test func signedNumbers() throws {
    let chart = MatrixChart(
      title: "t", summary: "s", rowTitle: "r", columnTitle: "c", rowNames: ["x"],
      columnNames: ["1", "2", "3", "4", "5"], values: [[-4, 4, 0, 0.01, .nan]], decimals: 1)
    let reader = try MarkupReader(chart.svg())
    #expect(
      reader.all("rect").compactMap { $0.attributes["class"] }
        == ["wrong-8", "right-8", "right-0", "right-1", "right-0"])
    #expect(chart.table?.rows == [["x", "-4.0", "4.0", "0.0", "0.0", "nan"]])
  }

  @Test(arguments: MarkupTests.hostile) func namesAreEscaped(_ name: String) throws {
    let matrix = ConfusionMatrix(labels: [0], answers: [1], classNames: [name, name])
    let reader = try MarkupReader(matrix.chart(title: name, subject: name).svg())
    #expect(reader.all("rect").count == 5)  // four cells and the background
  }

  @Test func emptyMatrices() throws {
    let matrix = ConfusionMatrix(labels: [], answers: [], classNames: [])
    _ = try MarkupReader(matrix.chart(title: "t", subject: "s").svg())
    #expect(matrix.accuracy.isNaN)
  }
}
