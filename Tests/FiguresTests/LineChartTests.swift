// Curves are drawn where their points are, and a chart is well-formed whatever its names and
// numbers.

import Testing

@testable import AdjointFigures

@Suite struct LineChartTests {
  static func chart(_ series: [LineChart.Series], name: String = "loss") -> LineChart {
    LineChart(
      title: name, summary: "\(name) over epochs",
      xAxis: .init("epoch", wholeNumbers: true), yAxis: .init(name), series: series,
      marks: [.init(at: 2, "best \(name)")])
  }

  @Test func pathOfACurve() throws {
    // Labels such as "0.2" are taken as 22.8 wide, so the area begins at 22.8 + 32 and ends at 544;
    // one row of legend (22) and the mark (24) leave 46 ..< 276 down. x goes from 0 to 2, y from 0
    // to 1, and up is towards smaller numbers.
    let chart = Self.chart([.init("a", points: [(0, 0), (1, 1), (2, 0.5)])])
    let reader = try MarkupReader(chart.svg())
    let lines = reader.all("path").filter { $0.attributes["class"] == "line series-0" }
    #expect(lines.map { $0.attributes["d"] } == ["M16 12h28", "M54.8 276L299.4 46L544 161"])
  }

  @Test func numbersThatCannotBeShownInterruptACurve() throws {
    let chart = Self.chart([.init("a", values: [1, 2, .nan, 3, .infinity, 4, 5])])
    let reader = try MarkupReader(chart.svg())
    let curve = reader.all("path").last { $0.attributes["class"] == "line series-0" }
    let path = curve?.attributes["d"] ?? ""
    // Two pieces of two points; the single point between the gaps is a dot.
    #expect(path.filter { $0 == "M" }.count == 2)
    #expect(path.filter { $0 == "L" }.count == 2)
    #expect(reader.all("circle").count == 1)
    #expect(!chart.svg().contains("nan") && !chart.svg().contains("inf"))
  }

  @Test(arguments: MarkupTests.hostile) func namesAreEscaped(_ name: String) throws {
    let chart = Self.chart([.init(name, values: [1, 2]), .init(name, values: [])], name: name)
    let reader = try MarkupReader(chart.svg())
    let plain = try MarkupReader(
      Self.chart([.init("a", values: [1, 2]), .init("a", values: [])]).svg())
    #expect(reader.elements.map(\.name) == plain.elements.map(\.name))
  }

  @Test func aChartTellsItsContentsToReadersWhoDoNotSeeIt() throws {
    let reader = try MarkupReader(Self.chart([.init("a", values: [1])]).svg())
    let picture = try #require(reader.all("svg").first)
    #expect(picture.attributes["role"] == "img")
    #expect(picture.attributes["aria-labelledby"] == "plot-title plot-desc")
    #expect(reader.text.contains("loss over epochs"))
  }

  @Test func theTableHoldsWhatTheCurvesShow() throws {
    let chart = Self.chart([
      .init("a", values: [0.5, 0.25], startingAt: 1), .init("b", points: [(2, 7)]),
    ])
    let table = try #require(chart.table)
    #expect(table.header == ["epoch", "a", "b"])
    #expect(table.rows == [["1", "0.500", ""], ["2", "0.250", "7.00"]])
  }

  @Test func thinningKeepsPeaks() {
    var points = (0..<100_000).map { (x: Double($0), y: 0.0) }
    points[70_001].y = 9
    points[70_002].y = -9
    let thinned = LineChart.thinned(points)
    #expect(thinned.count <= 1_200)
    #expect(thinned.contains { $0.y == 9 } && thinned.contains { $0.y == -9 })
    #expect(zip(thinned, thinned.dropFirst()).allSatisfy { $0.x < $1.x })
  }

  @Test func emptyChartsAreCharts() throws {
    let reader = try MarkupReader(Self.chart([]).svg())
    #expect(reader.text.contains("no data"))
  }

  @Test func sameChartSameBytes() {
    let chart = Self.chart([.init("a", values: (0..<50).map { 1 / Double($0 + 1) })])
    #expect(Array(chart.svg().utf8) == Array(chart.svg().utf8))
  }
}
