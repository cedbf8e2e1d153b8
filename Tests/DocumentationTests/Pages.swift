// Where the pages, the snippets and the sources are, and how to read blocks and links out of them.
// It has never heard of what a block does.

import Foundation

enum Repository {
  /// The root of the checkout, found from the place of this very file.
  static let root = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  static func text(_ path: String) throws -> String {
    try String(contentsOf: root.appendingPathComponent(path), encoding: .utf8)
  }

  static func lines(_ path: String) throws -> [String] {
    try text(path).split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
  }

  static func exists(_ path: String) -> Bool {
    FileManager.default.fileExists(atPath: root.appendingPathComponent(path).path)
  }

  /// The files below a folder whose names end so, in order.
  static func files(under folder: String, suffix: String) -> [String] {
    let base = root.appendingPathComponent(folder)
    let names = FileManager.default.enumerator(atPath: base.path)?.compactMap { $0 as? String }
    return (names ?? []).filter { $0.hasSuffix(suffix) }.map { "\(folder)/\($0)" }.sorted()
  }

  /// All pages of the documentation.
  static var pages: [String] { ["README.md"] + files(under: "docs", suffix: ".md") }
}

/// A fenced piece of a page, of any kind.
struct Fence {
  /// The words after the three marks, such as `swift` or `text`.
  var kind: String
  var line: Int
  var text: String
  /// The line after the closing marks.
  var end: Int
}

/// A page taken apart.
struct Page {
  var path: String
  var lines: [String]
  var fences: [Fence]

  init(_ path: String) throws { self.init(path, lines: try Repository.lines(path)) }

  init(_ path: String, lines: [String]) {
    self.path = path
    self.lines = lines
    fences = []
    var open: (kind: String, line: Int)?
    var body: [String] = []
    for (index, line) in lines.enumerated() {
      let trimmed = line.trimmingCharacters(in: .whitespaces)
      if let (kind, start) = open {
        if trimmed == "```" {
          fences.append(
            Fence(kind: kind, line: start, text: unindented(body), end: index + 1))
          open = nil
        } else {
          body.append(line)
        }
      } else if trimmed.hasPrefix("```") {
        open = (String(trimmed.dropFirst(3)), index + 1)
        body = []
      }
    }
  }

  /// The blocks that must compile: ```` ```swift ```` and ```` ```swift traps ````, numbered
  /// together.
  ///
  /// A ```` ```text ```` block that follows, with nothing but blank lines between, is the output.
  var blocks: [Block] {
    var blocks: [Block] = []
    for (index, fence) in fences.enumerated() {
      guard fence.kind == "swift" || fence.kind == "swift traps" else { continue }
      var output: String?
      if index + 1 < fences.count, fences[index + 1].kind == "text" {
        let next = fences[index + 1]
        if lines[fence.end..<(next.line - 1)].allSatisfy({ $0.allSatisfy(\.isWhitespace) }) {
          output = next.text
        }
      }
      blocks.append(
        Block(
          id: BlockID(page: path, number: blocks.count + 1), line: fence.line,
          text: Page.withoutImport(fence.text), output: output, traps: fence.kind != "swift"))
    }
    return blocks
  }

  /// A snippet stands in a file that imports the library at its head.
  private static func withoutImport(_ text: String) -> String {
    let head = "import Adjoint\n"
    guard text.hasPrefix(head) else { return text }
    return String(text.dropFirst(head.count).drop { $0 == "\n" })
  }

  /// Excerpts from sources, ```` ```swift source=PATH ````.
  var excerpts: [(source: String, fence: Fence)] {
    fences.compactMap { fence in
      let mark = "swift source="
      guard fence.kind.hasPrefix(mark) else { return nil }
      return (String(fence.kind.dropFirst(mark.count)), fence)
    }
  }

  /// The lines outside of fences.
  var prose: [(line: Int, text: String)] {
    var inside = Set<Int>()
    for fence in fences { inside.formUnion(fence.line...fence.end) }
    return lines.enumerated().map { ($0.offset + 1, $0.element) }.filter { !inside.contains($0.0) }
  }

  /// The targets of links, with their lines.
  var links: [(line: Int, target: String)] {
    prose.flatMap { line, text in
      text.matches(of: /\]\(([^)\s]+)\)/).map { (line, String($0.1)) }
    }
  }

  /// The names by which headings can be linked to.
  var anchors: Set<String> {
    Set(
      prose.filter { $0.text.hasPrefix("#") }.map { _, heading in
        let words = heading.drop { $0 == "#" }.trimmingCharacters(in: .whitespaces).lowercased()
        return String(
          words.filter { $0.isLetter || $0.isNumber || $0 == " " || $0 == "-" || $0 == "_" }
            .map { $0 == " " ? "-" : $0 })
      })
  }
}

/// The marked pieces of the compiled snippets.
enum SnippetFiles {
  static let folder = "Tests/DocumentationTests/Snippets"

  static func blocks() throws -> [BlockID: String] {
    var blocks: [BlockID: String] = [:]
    for path in Repository.files(under: folder, suffix: ".swift") {
      let lines = try Repository.lines(path)
      guard lines.contains("import Adjoint") else {
        throw Malformed(description: "\(path) does not import Adjoint")
      }
      try blocks.merge(marked(lines, path)) { _, _ in
        throw Malformed(description: "\(path) repeats a mark of another file")
      }
    }
    return blocks
  }

  static func marked(_ lines: [String], _ path: String) throws -> [BlockID: String] {
    var blocks: [BlockID: String] = [:]
    var open: BlockID?
    var body: [String] = []
    for (index, line) in lines.enumerated() {
      if let match = line.wholeMatch(of: /\s*(?:\/\/ )?show\("(.+)", (\d+)\)/),
        let number = Int(match.2)
      {
        let id = BlockID(page: String(match.1), number: number)
        guard open == nil, blocks[id] == nil else {
          throw Malformed(
            description: "\(path):\(index + 1): \(id) is marked within or after itself")
        }
        (open, body) = (id, [])
      } else if line.wholeMatch(of: /\s*(?:\/\/ )?shown\(\)/) != nil {
        guard let id = open else {
          throw Malformed(description: "\(path):\(index + 1): an end without a beginning")
        }
        blocks[id] = unindented(body)
        open = nil
      } else if open != nil {
        body.append(line)
      }
    }
    if let open { throw Malformed(description: "\(path): \(open) has no end") }
    return blocks
  }

  struct Malformed: Error, CustomStringConvertible {
    var description: String
  }
}

/// The examples in the documentation comments of the sources.
enum SourceComments {
  /// The ```` ```swift ```` examples of a source file.
  ///
  /// One that contains `…` leaves something out, so it is a sketch and cannot be compiled.
  static func blocks(_ path: String) throws -> [Block] {
    try page(path).blocks.filter { !$0.text.contains("…") }
  }

  /// The documentation comments of a source file as a page, line for line.
  static func page(_ path: String) throws -> Page {
    let comments = try Repository.lines(path).map { line -> String in
      let trimmed = line.drop { $0 == " " }
      guard trimmed.hasPrefix("///") else { return "" }
      let text = trimmed.dropFirst(3)
      return String(text.first == " " ? text.dropFirst() : text)
    }
    return Page(path, lines: comments)
  }
}
