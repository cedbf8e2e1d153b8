// A page is one well-formed file that loads nothing, runs nothing and can be read by everyone.

import Testing

@testable import AdjointFigures

@Suite struct HTMLPageTests {
  static func page(_ name: String) -> HTMLPage {
    let chart = LineChartTests.chart([.init(name, values: [3, 1])], name: name)
    let matrix = ConfusionMatrix(labels: [0, 1], answers: [0, 0], classNames: [name, "b"])
    return HTMLPage(
      title: name, lead: name, opening: [.facts([.init(name, name)])],
      sections: [
        .init(name, [.charts([chart, chart]), .paragraph(name)]),
        .init("m", [.matrix(matrix.chart(title: name, subject: name)), .preformatted(name)]),
        .init(
          "i",
          [
            .images(
              ImageGrid(
                title: name, coloring: .ink,
                images: [
                  .init(pixels: [0, 1], height: 1, width: 2, caption: name, summary: name)
                ])),
            .table(HTMLTable(caption: name, header: [name, "n"], rows: [[name, "1"]])),
          ]),
      ], footer: name + ".")
  }

  @Test(arguments: MarkupTests.hostile) func everyTextIsEscaped(_ name: String) throws {
    let reader = try MarkupReader(Self.page(name).html())
    let plain = try MarkupReader(Self.page("x").html())
    #expect(reader.elements.map(\.name) == plain.elements.map(\.name))
  }

  @Test func nothingIsLoadedAndNothingRuns() throws {
    let reader = try MarkupReader(Self.page("x").html())
    #expect(reader.all("script").isEmpty && reader.all("link").isEmpty)
    let loading = ["src", "href", "action", "data", "srcset"]
    for element in reader.elements {
      for (key, value) in element.attributes {
        #expect(!key.hasPrefix("on"))
        #expect(!loading.contains(key) || value.hasPrefix("data:image/png;base64,"))
      }
    }
    for style in reader.styles {
      #expect(!style.contains("url(") && !style.contains("@import"))
    }
    let policy = reader.all("meta").first { $0.attributes["http-equiv"] != nil }
    #expect(
      policy?.attributes["content"]
        == "default-src 'none'; style-src 'unsafe-inline'; img-src data:")
  }

  @Test func everyFigureSpeaks() throws {
    let reader = try MarkupReader(Self.page("x").html())
    #expect(reader.all("html").first?.attributes["lang"] == "en")
    #expect(reader.all("svg").count == 3)
    for picture in reader.all("svg") {
      #expect(picture.attributes["role"] == "img")
      #expect(picture.attributes["aria-labelledby"]?.isEmpty == false)
    }
    #expect(reader.all("img").allSatisfy { $0.attributes["alt"] != nil })
    #expect(reader.all("th").allSatisfy { $0.attributes["scope"] != nil })
    #expect(reader.all("table").count == reader.all("caption").count)
  }

  @Test func itAdaptsToDarkAndToPaper() throws {
    let style = try MarkupReader(Self.page("x").html()).styles.joined()
    #expect(style.contains("@media (prefers-color-scheme:dark)"))
    #expect(style.contains("@media print"))
    #expect(style.filter { $0 == "{" }.count == style.filter { $0 == "}" }.count)
  }

  @Test func samePageSameBytes() {
    #expect(Self.page("x").html().utf8.elementsEqual(Self.page("x").html().utf8))
  }
}
