// No text can become markup.

import Testing

@testable import AdjointFigures

@Suite struct MarkupTests {
  static let hostile = [
    "</script><script>alert(1)</script>", "\"' onload='x", "a & b &amp; c", "<!-- -->", "]]>",
    "</title></style><b>", "&#x3C;", "\u{0}\u{8}\u{1B}[31m\u{7F}\u{85}", "tab\tand\nline",
    "right\u{202E}left\u{2066}x", "e\u{301}", "\u{1F469}\u{200D}\u{1F52C}", "\u{FFFE}\u{FFFF}",
    String(repeating: "<", count: 1000), "",
  ]

  @Test(arguments: hostile) func textComesBackAsTextAndAddsNoElement(_ text: String) throws {
    let markup = Markup.element("p", ["title": text, "class": "x"], text: text)
    let reader = try MarkupReader(markup.source)
    #expect(reader.elements.map(\.name) == ["p"])
    // Where nothing had to be replaced, the text survives unchanged, in both places.
    let isHarmless = !text.unicodeScalars.contains { scalar in
      scalar.properties.generalCategory == .control && scalar != "\t" && scalar != "\n"
        || (0x202A...0x202E).contains(scalar.value) || (0x2066...0x2069).contains(scalar.value)
        || (0xFFFE...0xFFFF).contains(scalar.value)
    }
    if isHarmless {
      #expect(reader.text == text)
      #expect(reader.elements[0].attributes == ["title": text, "class": "x"])
    }
  }

  @Test func forbiddenAndReorderingCharactersBecomeVisible() {
    #expect(Markup.escaped("a\u{1B}b\u{0}") == "a\u{FFFD}b\u{FFFD}")
    #expect(Markup.escaped("a\u{202E}b\u{2069}") == "a[U+202E]b[U+2069]")
    #expect(Markup.escaped("\u{200F}א\u{200E}") == "\u{200F}א\u{200E}")
  }

  @Test func elementsKeepTheOrderOfTheirAttributes() {
    let markup = Markup.element("b", ["z": "1", "a": "2"], .element("i") + Markup(text: "<"))
    #expect(markup.source == #"<b z="1" a="2"><i />&lt;</b>"#)
  }

  @Test(arguments: ["<p>", "<p></b>", "<p", "<p a=1></p>", "a & b", "<p></p></p>", "<p>a > b</p>"])
  func theReaderOfTheseTestsRefusesWhatIsNotWellFormed(_ markup: String) {
    #expect(throws: (any Error).self) { try MarkupReader(markup) }
  }
}
