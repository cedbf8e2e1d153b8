// The part of the style in docs/contributing.md that needs no judgment, for every file of Sources.

import Foundation
import Testing

@Suite struct HouseTests {
  /// A line of a source file.
  struct Line: CustomStringConvertible {
    var path: String
    var number: Int
    var text: String

    var description: String { "\(path):\(number): \(text)" }

    /// True if the line is a comment and nothing else.
    var isComment: Bool { text.drop { $0 == " " }.hasPrefix("//") }
  }

  /// The lines of all sources, but for the tables that hold the embedded digits.
  private static let files: Result<[[Line]], any Error> = Result {
    try Repository.files(under: "Sources", suffix: ".swift")
      .filter { !$0.hasPrefix("Sources/Data/DigitsData") }
      .map { path in
        try Repository.lines(path).enumerated().map {
          Line(path: path, number: $0.offset + 1, text: $0.element)
        }
      }
  }

  /// The lines of all files that `isMistake` finds.
  private func lines(where isMistake: (Line) -> Bool) throws -> [Line] {
    try Self.files.get().joined().filter(isMistake)
  }

  @Test func theSourcesAreFound() throws { #expect(try Self.files.get().count > 150) }

  @Test func filesAreOfAReadableLength() throws {
    // The last line of a file ends with a line break, so the last piece is empty.
    let long = try Self.files.get().filter { $0.count - 1 > 400 }.map { $0[0].path }
    #expect(long.isEmpty)
  }

  @Test func filesBeginWithAHead() throws {
    let bare = try Self.files.get().filter { $0[0].text.prefix(3) != "// " }.map { $0[0].path }
    #expect(bare.isEmpty)
    // A formula at the head of every file would say nothing of any of them.
    #expect(try lines { $0.text.contains("What this file " + "knows") }.isEmpty)
  }

  @Test func commentsHaveAtMostAHundredColumns() throws {
    #expect(try lines { $0.isComment && $0.text.count > 100 }.isEmpty)
  }

  @Test func codeIsNotAPerson() throws {
    #expect(
      try lines { line in
        line.isComment && line.text.contains(/\b([Ss]omebody|[Nn]obody|[Ww]hoever|[Aa]nybody)\b/)
      }.isEmpty)
  }

  @Test func spellingIsAmerican() throws {
    let british = [
      "colour", "behaviour", "neighbour", "favour", "honour", "centre", "grey", "licence",
      "initialis", "normalis", "optimis", "recognis", "organis", "minimis", "maximis", "summaris",
      "vectoris", "specialis", "generalis", "serialis", "synchronis", "randomis", "factoris",
      "parametris", "labelled", "modelled", "cancelled", "travelled", "analyse", "artefact",
    ]
    #expect(
      try lines { line in
        // The attribute of HTML is spelled so.
        let text = line.text.replacing("aria-labelledby", with: "").lowercased()
        return british.contains { text.contains($0) }
      }.isEmpty)
  }

  /// The design page says how long the engine is; a page that is wrong about it by more than a tenth
  /// has not followed the code.
  @Test func theEngineIsAsLongAsItsPageSays() throws {
    let page = try Repository.text("docs/design/goals.md")
    let match = try #require(page.firstMatch(of: /An engine of about ([0-9,]+) lines/))
    let said = try #require(Int(match.1.filter { $0 != "," }))
    let room = "Sources/Differentiation/"
    let engine = try Self.files.get().filter { lines in
      let path = lines[0].path
      return path.hasPrefix(room + "Walks/") || path == room + "Operators/Level.swift"
        || path.hasPrefix(room + "Tape/") && !path.hasSuffix("/Scalar.swift")
        || path.hasPrefix(room + "Rules/Primitive") && !path.hasPrefix(room + "Rules/Primitives/")
    }
    let count = engine.joined().count { line in
      !line.isComment && !line.text.allSatisfy(\.isWhitespace)
    }
    #expect(abs(Double(count) / Double(said) - 1) < 0.1, "\(count) lines of code")
  }
}
