// What all pictures have in common: the outer element, measures of text, coordinates. It has never
// heard of a particular kind of picture.

import AdjointSupport

/// A picture that a page can show.
protocol Figure: Sendable {
  var title: String { get }

  /// The picture as an `<svg>` element whose identifiers begin with `id`.
  func svg(id: String, attributes: Frame.Attributes) -> Markup

  /// The same data for readers who do not see the picture.
  var table: HTMLTable? { get }
}

enum Frame {
  /// Whether the element stands in a page that brings the style sheet, or alone.
  enum Attributes { case embedded, standalone }

  /// A picture as a file of its own.
  static func document(_ figure: some Figure) -> String {
    Markup.lines([figure.svg(id: "plot", attributes: .standalone)]).source + "\n"
  }

  /// The outer element, with a title and a description for screen readers.
  static func svg(
    title: String, summary: String, width: Double, height: Double, id: String,
    attributes: Attributes, _ parts: [Markup]
  ) -> Markup {
    let head = [
      Markup.element("title", ["id": "\(id)-title"], text: title),
      Markup.element("desc", ["id": "\(id)-desc"], text: summary),
      attributes == .standalone ? .style(StyleSheet.plots) : .nothing,
      attributes == .standalone
        ? .element("rect", ["width": "100%", "height": "100%", "fill": "var(--background)"])
        : .nothing,
    ]
    let content = Markup.lines(head + parts)
    let viewBox = "0 0 \(number(width)) \(number(height))"
    let style = "max-width:\(number(width * 1.25))px;min-width:\(number(width * 0.6))px"
    return .element(
      "svg",
      [
        "xmlns": "http://www.w3.org/2000/svg", "class": "plot", "viewBox": viewBox,
        "style": style, "role": "img", "aria-labelledby": "\(id)-title \(id)-desc",
      ], content)
  }

  /// A coordinate.
  static func number(_ value: Double) -> String { NumberText.trimmed(value) }

  /// About how wide a text is at 13 px.
  ///
  /// No font is known here; the estimate errs on the wide side.
  static func textWidth(_ text: String) -> Double {
    text.unicodeScalars.reduce(0) { $0 + ($1.value < 0x1100 ? 7.6 : 13.5) }
  }

  /// The text, or its beginning and an ellipsis.
  static func shortened(_ text: String, to limit: Int) -> String {
    text.count <= limit ? text : text.prefix(limit - 1) + "…"
  }

  /// The rectangle in which curves are drawn; y grows downward.
  struct Area {
    var left: Double
    var right: Double
    var top: Double
    var bottom: Double

    func x(_ position: Double) -> String { number(left + position * (right - left)) }
    func y(_ position: Double) -> String { number(bottom - position * (bottom - top)) }
  }
}
