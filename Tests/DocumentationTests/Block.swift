// How a piece of program in a page is named, and what it says about itself. It has never heard of
// files or of how a block is run.

/// The place of a block of Swift: the page, and the number among the page's blocks, from 1.
struct BlockID: Hashable, Comparable, CustomStringConvertible {
  var page: String
  var number: Int

  var description: String { "\(page), block \(number)" }

  static func < (a: BlockID, b: BlockID) -> Bool { (a.page, a.number) < (b.page, b.number) }
}

/// A block of Swift as a page shows it.
struct Block {
  var id: BlockID
  /// The line of the page on which it begins.
  var line: Int
  var text: String
  /// What the page says it prints.
  var output: String?
  /// True if the page says that it stops the program, with the output as its last words.
  var traps: Bool
}

/// The lines without the indentation that all of them share, and without trailing blanks.
func unindented(_ lines: [String]) -> String {
  let lines = lines.map { line in
    var line = line[...]
    while line.last?.isWhitespace == true { line.removeLast() }
    return line
  }
  let indentation =
    lines.filter { !$0.isEmpty }.map { $0.prefix { $0 == " " }.count }.min() ?? 0
  return lines.map { String($0.dropFirst(indentation)) }.joined(separator: "\n")
}
