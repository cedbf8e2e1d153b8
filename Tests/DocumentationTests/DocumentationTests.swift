// What must be true of every page: its programs compile and print what it says, its excerpts stand
// in the sources, its links lead somewhere.
//
// No compiler runs when the tests do. Each block of a page stands a second time, letter for letter,
// in a file of Snippets/, between the marks `show` and `shown`; it is compiled with the tests and
// run by them. A test that finds the two apart says which one to change.

import Foundation
import Testing

@Suite struct DocumentationTests {
  /// What the snippets print, found by running all of them once.
  private static let run: Result<Printing, any Error> = Result {
    let printing = Printing()
    try Printing.$current.withValue(printing) {
      for snippet in Snippets.all { try snippet() }
    }
    return printing
  }

  @Test(arguments: Repository.pages)
  func everyBlockIsCompiledAsItStands(_ path: String) throws {
    let snippets = try SnippetFiles.blocks()
    for block in try Page(path).blocks {
      guard let snippet = snippets[block.id] else {
        Issue.record("\(path):\(block.line): \(block.id) stands in no file of Snippets/")
        continue
      }
      expectEqual(snippet, block.text, "\(path):\(block.line): snippet and page differ")
    }
  }

  @Test(arguments: Repository.pages)
  func everyBlockPrintsWhatThePageSays(_ path: String) throws {
    #expect(try Self.run.get().mistakes.isEmpty)
    for block in try Page(path).blocks where !block.traps { try expectPrinted(block) }
  }

  private func expectPrinted(_ block: Block) throws {
    let printed = try Self.run.get().printed[block.id]
    if printed == nil, block.output != nil {
      Issue.record("\(block.id): an output is shown, but the snippet is not run")
    }
    let said = block.output.map { $0 + "\n" } ?? ""
    expectEqual(
      printed ?? "", said, "\(block.id.page):\(block.line): what is printed is not what is shown")
  }

  /// Examples in documentation comments are compiled too, and run where an output follows.
  @Test func everyExampleInTheSourcesIsCompiledAsItStands() throws {
    let snippets = try SnippetFiles.blocks()
    for path in Repository.files(under: "Sources", suffix: ".swift") {
      for block in try SourceComments.blocks(path) {
        guard let snippet = snippets[block.id] else {
          Issue.record("\(path):\(block.line): \(block.id) stands in no file of Snippets/")
          continue
        }
        expectEqual(snippet, block.text, "\(path):\(block.line): snippet and comment differ")
        if block.output != nil { try expectPrinted(block) }
      }
    }
  }

  @Test func noSnippetIsLeftOver() throws {
    var known = Set<BlockID>()
    for path in Repository.pages { known.formUnion(try Page(path).blocks.map(\.id)) }
    for path in Repository.files(under: "Sources", suffix: ".swift") {
      known.formUnion(try SourceComments.blocks(path).map(\.id))
    }
    let leftOver = try SnippetFiles.blocks().keys.filter { !known.contains($0) }.sorted()
    #expect(leftOver.isEmpty, "no page shows these any more")
  }

  @Test(arguments: Repository.pages)
  func excerptsStandInTheSources(_ path: String) throws {
    for (source, fence) in try Page(path).excerpts {
      guard Repository.exists(source) else {
        Issue.record("\(path):\(fence.line): there is no file \(source)")
        continue
      }
      let lines = try Repository.lines(source)
      let wanted = fence.text.split(separator: "\n", omittingEmptySubsequences: false)
      let stands = lines.indices.contains { start in
        start + wanted.count <= lines.count
          && unindented(Array(lines[start..<start + wanted.count])) == fence.text
      }
      #expect(stands, "\(path):\(fence.line): these lines do not stand in \(source)")
    }
  }

  /// A block of an unknown kind, or of none, would be passed by in silence.
  @Test func fencesAreOfAKnownKind() throws {
    let known: Set = ["swift", "swift traps", "swift-fragment", "text", "sh"]
    for path in Repository.pages {
      for fence in try Page(path).fences where !fence.kind.hasPrefix("swift source=") {
        #expect(known.contains(fence.kind), "\(path):\(fence.line)")
      }
    }
    for path in Repository.files(under: "Sources", suffix: ".swift") {
      for fence in try SourceComments.page(path).fences {
        #expect(["swift", "text"].contains(fence.kind), "\(path):\(fence.line)")
      }
    }
  }

  @Test(arguments: Repository.pages)
  func linksLeadSomewhere(_ path: String) throws {
    let page = try Page(path)
    let folder = path.split(separator: "/").dropLast().joined(separator: "/")
    for (line, target) in page.links where !target.contains("://") {
      let parts = target.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false)
      let file =
        parts[0].isEmpty
        ? path : NSString(string: "\(folder)/\(parts[0])").standardizingPath.trimmedSlash
      guard Repository.exists(file) else {
        Issue.record("\(path):\(line): the link \(target) leads nowhere")
        continue
      }
      if parts.count > 1 {
        let anchors = try Page(file).anchors
        #expect(anchors.contains(String(parts[1])), "\(path):\(line): no heading for \(target)")
      }
    }
  }
}

extension String {
  fileprivate var trimmedSlash: String { hasPrefix("/") ? String(dropFirst()) : self }
}

/// Compares texts line by line, so that a failure shows the first difference.
func expectEqual(
  _ found: String, _ page: String, _ what: String,
  sourceLocation: SourceLocation = #_sourceLocation
) {
  guard found != page else { return }
  let a = found.split(separator: "\n", omittingEmptySubsequences: false)
  let b = page.split(separator: "\n", omittingEmptySubsequences: false)
  let place = zip(a, b).enumerated().first { $0.element.0 != $0.element.1 }?.offset
  let line = place ?? min(a.count, b.count)
  Issue.record(
    """
    \(what), first in line \(line + 1):
    here:  \(line < a.count ? String(a[line]) : "(nothing)")
    page:  \(line < b.count ? String(b[line]) : "(nothing)")
    all of it here:
    \(found)
    """, sourceLocation: sourceLocation)
}
