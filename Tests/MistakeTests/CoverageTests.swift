// The tables are checked against the sources: a text of the library that no mistake of the tables
// says is noticed.

import Foundation
import Testing

@Suite struct CoverageTests {
  /// The root of the checkout, found from the place of this very file.
  private static let root = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  /// The sources, but for the tables that hold the embedded digits and the mechanism itself.
  private static let files: [(name: String, text: String)] = {
    let sources = root.appendingPathComponent("Sources")
    let names = FileManager.default.enumerator(atPath: sources.path)?.compactMap { $0 as? String }
    return (names ?? []).filter { name in
      name.hasSuffix(".swift") && !name.hasPrefix("Support/") && !name.hasPrefix("Data/DigitsData")
    }.sorted().map { name in
      let text = try? String(contentsOf: sources.appendingPathComponent(name), encoding: .utf8)
      return (name, text ?? "")
    }
  }()

  private static let texts: [SourceText] = files.flatMap { name, text in
    var reader = SourceTextReader(path: name, text: text)
    return reader.texts()
  }

  /// As many as there are calls, so that a reader gone blind is noticed as well.
  @Test func theTextsAreFound() { #expect(Self.texts.count > 80) }

  @Test(arguments: texts)
  func everyTextOfTheSourcesIsTested(_ text: SourceText) {
    if text.isGap || Mistake.outOfReach.contains(where: text.pieces[0].hasPrefix) { return }
    #expect(
      Mistake.all.contains { text.covers($0.text) },
      "no mistake of the tables says this; add one that does")
  }

  /// What operations, layers and shapes refuse; the walks and the operators have tests of their own.
  private static let problems: [SourceText] = {
    let folders = [
      "Arrays/", "Differentiation/Rules/", "Differentiation/Tensor/", "Networks/Layers/",
    ]
    return files.filter { file in folders.contains { file.name.hasPrefix($0) } }
      .flatMap { name, text in
        var reader = SourceTextReader(path: name, text: text)
        return reader.problems()
      }
  }()

  @Test func theProblemsAreFound() { #expect(Self.problems.count > 90) }

  @Test(arguments: problems)
  func everyProblemOfTheSourcesIsTested(_ problem: SourceText) {
    let isInternal = Refusal.internals.contains { phrase in
      problem.pieces.contains { $0.contains(phrase) }
    }
    if problem.isGap || isInternal { return }
    #expect(
      Refusal.all.contains { problem.covers($0.problem) },
      "no refusal of the tables says this; add one that does")
  }

  /// Nothing but `require`, `stop` and errors ends a call of a user.
  @Test func thereIsOneMechanism() {
    for (name, text) in Self.files {
      // What the compiler refuses to call has a body all the same.
      let code = text.replacing("fatalError()", with: "")
      for word in ["fatalError(", "assert(", "assertionFailure("] {
        #expect(!code.contains(word), "\(name)")
      }
    }
  }

  @Test func gapsAndConcatenationsAreRead() {
    var reader = SourceTextReader(
      path: "x.swift",
      text: """
        // require(false, "not this")
        require(
          a.contains("no"), "one \\(b(")")) two " + (c ? "d" : "e") + ". Three.")
        stop("four \\(d)")
        """)
    let texts = reader.texts()
    #expect(texts.map(\.pieces) == [["one ", " two ", ". Three."], ["four ", ""]])
    #expect(texts[0].covers("one 1 two 3. Three.") && !texts[0].covers("one 1 three 3. Three."))
  }
}
