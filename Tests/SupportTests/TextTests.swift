// Columns line up, and nothing from outside reaches a terminal as a command.

import AdjointSupport
import Testing

@Suite struct TextTests {
  @Test func columnsLineUpAndLinesHaveNoBlanksAtTheirEnds() {
    let rows = [["name", "count", "note"], ["a", "7", ""], ["longer", "1024", "x"]]
    #expect(
      alignedColumns(rows, numericColumns: [1]) == """
        name    count  note
        a           7
        longer   1024  x
        """)
    #expect(alignedColumns([["a", "b"], ["total"]]) == "a      b\ntotal")
    #expect(alignedColumns([]) == "")
  }

  @Test func paddingNeverShortens() {
    #expect("ab".leftPadded(to: 4) == "  ab" && "ab".rightPadded(to: 4) == "ab  ")
    #expect("ab".leftPadded(to: 1) == "ab" && "ab".rightPadded(to: 1) == "ab")
  }

  @Test(arguments: [
    ("plain", "plain"), ("a\nb", "a\\u{a}b"), ("\u{1B}[31m", "\\u{1b}[31m"),
    ("\u{202E}x", "\\u{202e}x"), ("é", "é"),
  ])
  func whatATerminalWouldActOnIsWrittenOut(_ text: String, _ shown: String) {
    #expect(text.printable(limit: 80) == shown)
    #expect(text.quoted == "\"\(shown)\"")
  }

  @Test func longTextsAreCut() {
    let text = String(repeating: "y", count: 100)
    #expect(text.printable(limit: 3) == "yyy...")
    #expect(text.quoted.count == 80 + 3 + 2)
  }
}
