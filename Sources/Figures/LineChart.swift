// How curves over a common axis are drawn. It has never heard of training.

import AdjointSupport

/// Curves over a common axis, such as a loss over the epochs.
///
/// Points that the axes cannot show (not finite, or not positive on a logarithmic axis) interrupt
/// their curve. Curves differ in dashes as well as in color.
public struct LineChart: Sendable {
  /// One curve.
  public struct Series: Sendable {
    /// What the legend calls it.
    public var name: String
    /// The points, from left to right.
    public var points: [(x: Double, y: Double)]

    /// Creates a curve through `points`.
    public init(_ name: String, points: [(x: Double, y: Double)]) {
      self.name = name
      self.points = points
    }

    /// Creates a curve through `values` at `start`, `start + 1` and so on.
    public init(_ name: String, values: [Double], startingAt start: Int = 0) {
      self.init(name, points: values.enumerated().map { (Double(start) + Double($0), $1) })
    }
  }

  /// What an axis shows.
  public struct Axis: Sendable {
    /// What is written beside it.
    public var label: String
    /// How its values are spread.
    public var scale: AxisScale
    /// Whether ticks stand at whole numbers only.
    public var wholeNumbers: Bool

    /// Creates an axis.
    public init(_ label: String, scale: AxisScale = .linear, wholeNumbers: Bool = false) {
      self.label = label
      self.scale = scale
      self.wholeNumbers = wholeNumbers
    }
  }

  /// A vertical line with a label.
  public struct Mark: Sendable {
    /// The value on the horizontal axis.
    public var x: Double
    /// The label.
    public var label: String

    /// Creates a mark.
    public init(at x: Double, _ label: String) {
      self.x = x
      self.label = label
    }
  }

  /// What the picture is called.
  public var title: String
  /// What the picture shows, in a sentence, for readers who do not see it.
  public var summary: String
  /// The horizontal axis.
  public var xAxis: Axis
  /// The vertical axis.
  public var yAxis: Axis
  /// The curves.
  public var series: [Series]
  /// Vertical lines with their labels.
  public var marks: [Mark]

  /// Creates a chart.
  public init(
    title: String, summary: String, xAxis: Axis, yAxis: Axis, series: [Series], marks: [Mark] = []
  ) {
    self.title = title
    self.summary = summary
    self.xAxis = xAxis
    self.yAxis = yAxis
    self.series = series
    self.marks = marks
  }

  /// The chart as an SVG document; the same bytes for the same chart.
  public func svg() -> String { Frame.document(self) }
}

extension LineChart: Figure {
  private static let width = 560.0
  private static let height = 320.0
  private static let dashes = ["", "7 4", "2 4", "10 3 2 3", "1 3", "12 4"]

  func svg(id: String, attributes: Frame.Attributes) -> Markup {
    let xLayout = layout(xAxis, series.flatMap { $0.points.map(\.x) } + marks.map(\.x), count: 8)
    let yLayout = layout(yAxis, series.flatMap { $0.points.map(\.y) }, count: 6)
    let legend = legend()
    let labelWidth = yLayout.ticks.map { Frame.textWidth($0.label) }.max() ?? 0
    let area = Frame.Area(
      left: max(40, labelWidth + 32), right: LineChart.width - 16,
      top: legend.height + (marks.isEmpty ? 12 : 24), bottom: LineChart.height - 44)

    var parts = [legend.markup, axes(xLayout, yLayout, in: area)]
    for mark in marks {
      guard let position = xLayout.position(of: mark.x) else { continue }
      let (x, top) = (area.x(position), Frame.number(area.top))
      parts.append(
        .element("path", ["class": "mark", "d": "M\(x) \(top)V\(Frame.number(area.bottom))"]))
      // The word stands on the side where there is room.
      let side = position > 0.7 ? "end" : position < 0.3 ? "start" : "middle"
      parts.append(
        .element(
          "text",
          ["class": "muted small \(side)", "x": x, "y": "\(Frame.number(area.top - 6))"],
          text: Frame.shortened(mark.label, to: 40)))
    }
    for (index, curve) in series.enumerated() {
      parts.append(line(curve, index, xLayout, yLayout, area))
    }
    if !series.contains(where: { !$0.points.isEmpty }) {
      let middle = Frame.number((area.left + area.right) / 2)
      parts.append(
        .element(
          "text",
          ["class": "muted middle", "x": middle, "y": Frame.number((area.top + area.bottom) / 2)],
          text: "no data"))
    }
    return Frame.svg(
      title: title, summary: summary, width: LineChart.width, height: LineChart.height, id: id,
      attributes: attributes, parts)
  }

  private func layout(_ axis: Axis, _ values: [Double], count: Int) -> AxisLayout {
    AxisLayout(
      covering: values, scale: axis.scale, count: count, wholeNumbers: axis.wholeNumbers)
  }

  private func axes(_ x: AxisLayout, _ y: AxisLayout, in area: Frame.Area) -> Markup {
    var parts: [Markup] = []
    let (left, right) = (Frame.number(area.left), Frame.number(area.right))
    let bottom = Frame.number(area.bottom)
    for tick in y.ticks {
      guard let position = y.position(of: tick.value) else { continue }
      let height = area.y(position)
      parts.append(.element("path", ["class": "rule", "d": "M\(left) \(height)H\(right)"]))
      parts.append(
        .element(
          "text",
          [
            "class": "muted end", "x": Frame.number(area.left - 6), "y": height, "dy": "4",
          ], text: tick.label))
    }
    parts.append(
      .element("path", ["class": "axis", "d": "M\(left) \(bottom)H\(right)"]))
    for tick in x.ticks {
      guard let position = x.position(of: tick.value) else { continue }
      let center = area.x(position)
      parts.append(.element("path", ["class": "axis", "d": "M\(center) \(bottom)v4"]))
      parts.append(
        .element(
          "text",
          ["class": "muted middle", "x": center, "y": Frame.number(area.bottom + 18)],
          text: tick.label))
    }
    parts.append(
      .element(
        "text",
        [
          "class": "middle", "x": Frame.number((area.left + area.right) / 2),
          "y": Frame.number(LineChart.height - 8),
        ], text: Frame.shortened(xAxis.label, to: 60)))
    let middle = Frame.number((area.top + area.bottom) / 2)
    parts.append(
      .element(
        "text",
        ["class": "middle", "transform": "translate(13 \(middle)) rotate(-90)"],
        text: Frame.shortened(yAxis.label, to: 36)))
    return .lines(parts)
  }

  private func line(
    _ curve: Series, _ index: Int, _ x: AxisLayout, _ y: AxisLayout, _ area: Frame.Area
  ) -> Markup {
    var path = ""
    var dots: [Markup] = []
    var run: [(x: String, y: String)] = []
    func endRun() {
      if run.count == 1 {
        // A single point has no length: a line of it would be invisible.
        let name = "dot-\(index % Palette.light.series.count)"
        dots.append(
          .element("circle", ["class": name, "cx": run[0].x, "cy": run[0].y, "r": "3"]))
      } else {
        for (index, point) in run.enumerated() {
          path += "\(index == 0 ? "M" : "L")\(point.x) \(point.y)"
        }
      }
      run = []
    }
    for point in LineChart.thinned(curve.points) {
      if let across = x.position(of: point.x), let up = y.position(of: point.y) {
        run.append((area.x(across), area.y(up)))
      } else {
        endRun()
      }
    }
    endRun()
    var parts = dots
    if !path.isEmpty {
      parts.insert(
        .element(
          "path",
          [
            "class": "line series-\(index % Palette.light.series.count)", "d": path,
            "stroke-dasharray": dash(index),
          ]), at: 0)
    }
    return .lines(parts)
  }

  private func dash(_ index: Int) -> String {
    let dash = LineChart.dashes[index % LineChart.dashes.count]
    return dash.isEmpty ? "none" : dash
  }

  /// At most about 1200 points: of each group of neighbors the lowest and the highest, so that no
  /// peak disappears.
  static func thinned(_ points: [(x: Double, y: Double)]) -> [(x: Double, y: Double)] {
    guard points.count > 1200 else { return points }
    let size = (points.count + 599) / 600
    var result: [(x: Double, y: Double)] = []
    for start in stride(from: 0, to: points.count, by: size) {
      let group = start..<min(start + size, points.count)
      let finite = group.filter { points[$0].y.isFinite }
      guard let low = finite.min(by: { points[$0].y < points[$1].y }),
        let high = finite.max(by: { points[$0].y < points[$1].y })
      else {
        result.append(points[start])
        continue
      }
      result.append(points[min(low, high)])
      if low != high { result.append(points[max(low, high)]) }
    }
    return result
  }

  /// The names of the curves with a sample of each, in as many rows as they need.
  private func legend() -> (markup: Markup, height: Double) {
    guard !series.isEmpty else { return (.nothing, 0) }
    var parts: [Markup] = []
    var (x, y) = (16.0, 16.0)
    for (index, curve) in series.enumerated() {
      let name = Frame.shortened(curve.name, to: 40)
      let width = 34 + Frame.textWidth(name) + 18
      if x + width > LineChart.width && x > 16 { (x, y) = (16, y + 20) }
      parts.append(
        .element(
          "path",
          [
            "class": "line series-\(index % Palette.light.series.count)",
            "d": "M\(Frame.number(x)) \(Frame.number(y - 4))h28", "stroke-dasharray": dash(index),
          ]))
      parts.append(
        .element("text", ["x": Frame.number(x + 34), "y": Frame.number(y)], text: name))
      x += width
    }
    return (.lines(parts), y + 6)
  }

  var table: HTMLTable? {
    // One row for each value of x at which some curve has a point.
    let positions = Set(series.flatMap { $0.points.map(\.x) }.filter(\.isFinite)).sorted()
    guard !positions.isEmpty, positions.count <= 1200 else { return nil }
    let columns = series.map { curve in
      Dictionary(curve.points.map { ($0.x, $0.y) }, uniquingKeysWith: { _, last in last })
    }
    return HTMLTable(
      caption: title, header: [xAxis.label] + series.map(\.name),
      rows: positions.map { x in
        [NumberText.trimmed(x, decimals: 6)]
          + columns.map { column in column[x].map(NumberText.short) ?? "" }
      })
  }
}
