// How headings, figures and tables become one page that needs nothing else. It has never heard of
// what the page is about.

/// A table with a row of headings; the first column names the rows.
public struct HTMLTable: Sendable {
  /// What the table shows.
  public var caption: String
  /// The headings of the columns.
  public var header: [String]
  /// The cells, row by row.
  public var rows: [[String]]

  /// Creates a table.
  public init(caption: String, header: [String], rows: [[String]]) {
    self.caption = caption
    self.header = header
    self.rows = rows
  }

  func markup() -> Markup {
    let head = header.map { Markup.element("th", ["scope": "col"], text: $0) }
    let body = rows.map { row in
      Markup.element(
        "tr", [:],
        row.enumerated().reduce(into: Markup.nothing) { cells, cell in
          cells +=
            cell.offset == 0
            ? .element("th", ["scope": "row"], text: cell.element)
            : .element("td", [:], text: cell.element)
        })
    }
    return .element(
      "div", ["class": "scroll"],
      .element(
        "table", [:],
        .lines([
          .element("caption", [:], text: caption),
          .element("thead", [:], .element("tr", [:], head.reduce(.nothing, +))),
          .element("tbody", [:], .lines(body)),
        ])))
  }
}

/// A page in one file: no script, no network, no other file.
///
/// The same page gives the same bytes. It adapts to dark and light, to narrow windows and to paper;
/// a policy in its head forbids the browser to load anything, so that nothing can slip in with the
/// data. All text is escaped.
public struct HTMLPage: Sendable {
  /// A name and what it is for this page, such as a measured figure.
  public struct Fact: Sendable {
    /// What it is called.
    public var name: String
    /// What it is here.
    public var value: String

    /// Creates a fact.
    public init(_ name: String, _ value: String) {
      self.name = name
      self.value = value
    }
  }

  /// One part of a section.
  public enum Block: Sendable {
    /// A paragraph of text.
    case paragraph(String)
    /// Names and values, as tiles.
    case facts([Fact])
    /// Curves, beside each other where there is room.
    case charts([LineChart])
    /// A matrix.
    case matrix(MatrixChart)
    /// Images.
    case images(ImageGrid)
    /// A table.
    case table(HTMLTable)
    /// Text whose spaces and line breaks matter.
    case preformatted(String)
  }

  /// A heading and what stands below it.
  public struct Section: Sendable {
    /// The heading.
    public var title: String
    /// What stands below it.
    public var blocks: [Block]

    /// Creates a section.
    public init(_ title: String, _ blocks: [Block]) {
      self.title = title
      self.blocks = blocks
    }
  }

  /// The title of the page.
  public var title: String
  /// The sentence below the title.
  public var lead: String
  /// What stands before the first section.
  public var opening: [Block]
  /// The sections.
  public var sections: [Section]
  /// The sentence at the end.
  public var footer: String

  /// Creates a page.
  public init(
    title: String, lead: String, opening: [Block] = [], sections: [Section], footer: String = ""
  ) {
    self.title = title
    self.lead = lead
    self.opening = opening
    self.sections = sections
    self.footer = footer
  }

  /// The page as UTF-8 text.
  public func html() -> String {
    var figureCount = 0
    var main = [
      Markup.element(
        "header", [:],
        .lines([.element("h1", [:], text: title), .element("p", ["class": "lead"], text: lead)]))
    ]
    main += opening.map { markup($0, &figureCount) }
    for (index, section) in sections.enumerated() {
      let id = "section-\(index + 1)"
      let blocks = section.blocks.map { markup($0, &figureCount) }
      main.append(
        .element(
          "section", ["aria-labelledby": id],
          .lines([.element("h2", ["id": id], text: section.title)] + blocks)))
    }
    if !footer.isEmpty { main.append(.element("footer", [:], text: footer)) }
    let root = Markup.element(
      "html", ["lang": "en"],
      .lines([head, .element("body", [:], .element("main", [:], .lines(main)))]))
    return Markup.document(root)
  }

  private var head: Markup {
    let policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
    return .element(
      "head", [:],
      .lines([
        .element("meta", ["charset": "utf-8"]),
        .element("meta", ["http-equiv": "Content-Security-Policy", "content": policy]),
        .element("meta", ["name": "viewport", "content": "width=device-width, initial-scale=1"]),
        .element("meta", ["name": "color-scheme", "content": "light dark"]),
        .element("title", [:], text: title),
        .style(StyleSheet.plots + StyleSheet.page),
      ]))
  }

  private func markup(_ block: Block, _ figureCount: inout Int) -> Markup {
    switch block {
    case .paragraph(let text): return .element("p", [:], text: text)
    case .facts(let facts):
      let items = facts.map { fact in
        Markup.element(
          "div", [:],
          .element("dt", [:], text: fact.name) + .element("dd", [:], text: fact.value))
      }
      return .element("dl", ["class": "facts"], .lines(items))
    case .charts(let charts):
      let figures = charts.map { figure($0, &figureCount) }
      return .element("div", ["class": "row"], .lines(figures))
    case .matrix(let chart): return figure(chart, &figureCount)
    case .images(let grid):
      return .element(
        "figure", [:],
        .lines([.element("figcaption", [:], text: grid.title), grid.markup()]))
    case .table(let table): return table.markup()
    case .preformatted(let text): return .element("pre", [:], text: text)
    }
  }

  private func figure(_ figure: some Figure, _ figureCount: inout Int) -> Markup {
    figureCount += 1
    var parts = [
      Markup.element("figcaption", [:], text: figure.title),
      Markup.element(
        "div", ["class": "scroll"],
        figure.svg(id: "figure-\(figureCount)", attributes: .embedded)),
    ]
    if let table = figure.table {
      parts.append(
        .element(
          "details", [:],
          .element("summary", [:], text: "These numbers as a table") + table.markup()))
    }
    return .element("figure", [:], .lines(parts))
  }
}
