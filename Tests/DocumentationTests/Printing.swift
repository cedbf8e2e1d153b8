// How the words of a snippet are caught. Every snippet of this module that says `print` calls the
// function here, which hides the standard library's.

import Synchronization

/// What the blocks that were run have printed.
final class Printing: Sendable {
  private struct State {
    var current: BlockID?
    var printed: [BlockID: String] = [:]
    var mistakes: [String] = []
  }
  private let state = Mutex(State())

  @TaskLocal static var current: Printing?

  /// What each block that was entered has printed.
  var printed: [BlockID: String] { state.withLock(\.printed) }

  /// What is wrong with the marks.
  var mistakes: [String] { state.withLock(\.mistakes) }

  fileprivate func begin(_ id: BlockID) {
    state.withLock { state in
      if let open = state.current { state.mistakes.append("\(open) has no end before \(id)") }
      if state.printed[id] != nil { state.mistakes.append("\(id) is run twice") }
      state.current = id
      state.printed[id] = ""
    }
  }

  fileprivate func end() {
    state.withLock { state in
      if state.current == nil { state.mistakes.append("an end without a beginning") }
      state.current = nil
    }
  }

  /// Notes words; those between blocks belong to the surroundings and are dropped.
  fileprivate func write(_ text: String) {
    state.withLock { state in
      if let id = state.current { state.printed[id]?.append(text) }
    }
  }
}

/// Catches what a snippet prints.
func print(_ items: Any..., separator: String = " ", terminator: String = "\n") {
  let text = items.map { "\($0)" }.joined(separator: separator)
  // A mistake tells where it was made, and the program of a page is a file of its own.
  let place = /differentiated at \S+\.swift:\d+/
  Printing.current?.write(
    text.replacing(place, with: "differentiated at main/main.swift:7") + terminator)
}

/// Marks the beginning of a block: the lines up to ``shown()`` stand in the page, letter for
/// letter.
///
/// Where no statement can stand, as between declarations, the mark is a comment of the same form.
func show(_ page: String, _ number: Int) {
  Printing.current?.begin(BlockID(page: page, number: number))
}

/// Marks the end of a block.
func shown() { Printing.current?.end() }

/// Uses values, so that the compiler does not complain about a snippet that only names them.
func use(_ values: Any...) {}

/// Lets expressions stand alone, as they do in comments, without a warning that they are not used.
@resultBuilder
enum Statements {
  static func buildExpression<T>(_ value: T) {}
  static func buildBlock(_ parts: Void...) {}
}

/// Runs expressions for their own sake.
func evaluate(@Statements _ body: () throws -> Void) rethrows { try body() }
