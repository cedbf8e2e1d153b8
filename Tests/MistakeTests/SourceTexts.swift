// The texts of mistakes as the sources write them: what stands between the quotation marks of a
// `require` or a `stop`, with a gap for every value. It has never heard of what they are about.

import Foundation
import Testing

/// A text with gaps, and where it stands.
struct SourceText: CustomTestStringConvertible, Sendable {
  var place: String
  /// What stands between the gaps, from the beginning of the text to its end; at least two pieces
  /// where there is a gap.
  var pieces: [String]

  var testDescription: String { "\(place): \(pieces.joined(separator: "…"))" }

  /// True for a text that says nothing of its own, such as that of an error handed on.
  var isGap: Bool { pieces.allSatisfy { $0.count < 3 } }

  /// True if a text is one of these.
  func covers(_ text: String) -> Bool {
    guard let first = pieces.first, let last = pieces.last, text.hasPrefix(first) else {
      return false
    }
    guard pieces.count > 1 else { return text == first }
    var rest = text.dropFirst(first.count)
    for piece in pieces.dropFirst().dropLast() where !piece.isEmpty {
      guard let found = rest.firstRange(of: piece) else { return false }
      rest = rest[found.upperBound...]
    }
    return rest.hasSuffix(last)
  }
}

/// Reads the texts out of one file.
struct SourceTextReader {
  private let characters: [Character]
  private let path: String
  private var position = 0

  init(path: String, text: String) {
    characters = Array(text)
    self.path = path
  }

  /// The texts of all calls of `require` and `stop`, in order.
  mutating func texts() -> [SourceText] {
    var texts: [SourceText] = []
    while position < characters.count {
      if skipComment() { continue }
      if let name = callName() {
        let line = characters[..<position].count { $0 == "\n" } + 1
        let pieces = arguments()[name == "require" ? 1 : 0]
        texts.append(SourceText(place: "\(path):\(line)", pieces: pieces))
      } else if characters[position] == "\"" {
        _ = literal()
      } else {
        position += 1
      }
    }
    return texts
  }

  /// The texts of all arguments `problem:`, in order.
  mutating func problems() -> [SourceText] {
    var texts: [SourceText] = []
    while position < characters.count {
      if skipComment() { continue }
      if starts("problem:"), position > 0, !characters[position - 1].isLetter {
        let line = characters[..<position].count { $0 == "\n" } + 1
        position += 8
        texts.append(SourceText(place: "\(path):\(line)", pieces: arguments()[0]))
      } else if characters[position] == "\"" {
        _ = literal()
      } else {
        position += 1
      }
    }
    return texts
  }

  private mutating func skipComment() -> Bool {
    guard starts("//") else { return false }
    while position < characters.count, characters[position] != "\n" { position += 1 }
    return true
  }

  private func starts(_ text: String, at offset: Int = 0) -> Bool {
    characters[(position + offset)...].starts(with: text)
  }

  /// Steps behind the parenthesis of a call, if one begins here.
  private mutating func callName() -> String? {
    for name in ["require", "stop"] where starts(name + "(") {
      let before = position > 0 ? characters[position - 1] : " "
      if before.isLetter || before.isNumber { continue }
      // Declarations, a decoder's method of this name, and the arguments of labels are no calls.
      let lead = String(characters[max(0, position - 8)..<position])
      if lead.hasSuffix("func ") || lead.hasSuffix("try ") || starts(name + "(at") { continue }
      position += name.count + 1
      return name
    }
    return nil
  }

  /// The pieces of each argument of the call up to its closing parenthesis.
  private mutating func arguments() -> [[String]] {
    var arguments: [[String]] = [[""]]
    var depth = 0
    func gap() {
      if arguments[arguments.count - 1].last != "" || arguments[arguments.count - 1].count == 1 {
        arguments[arguments.count - 1].append("")
      }
    }
    while position < characters.count {
      if skipComment() { continue }
      let character = characters[position]
      switch character {
      case "\"":
        let pieces = literal()
        if depth > 0 {
          gap()
        } else {
          let last = arguments.count - 1
          arguments[last][arguments[last].count - 1] += pieces[0]
          arguments[last] += pieces.dropFirst()
        }
        continue
      case "(", "[", "{":
        depth += 1
        gap()
      case ")" where depth == 0:
        position += 1
        return arguments
      case ")", "]", "}": depth -= 1
      case "," where depth == 0: arguments.append([""])
      case "+", " ", "\n": break
      default: if depth == 0 { gap() }
      }
      position += 1
    }
    return arguments
  }

  /// The pieces of the string literal that begins here, a gap for each interpolation.
  private mutating func literal() -> [String] {
    let isLong = starts("\"\"\"")
    position += isLong ? 3 : 1
    var pieces = [""]
    while position < characters.count {
      if isLong ? starts("\"\"\"") : starts("\"") {
        position += isLong ? 3 : 1
        break
      }
      if starts("\\(") {
        position += 2
        skipInterpolation()
        pieces.append("")
      } else if starts("\\\n") {
        position += 2
        while characters[position] == " " { position += 1 }
      } else if starts("\\") {
        pieces[pieces.count - 1].append(characters[position + 1])
        position += 2
      } else if characters[position] == "\n" {
        // The first and the last line break of a long literal are not part of it.
        while characters[position] == "\n" || characters[position] == " " { position += 1 }
      } else {
        pieces[pieces.count - 1].append(characters[position])
        position += 1
      }
    }
    return pieces
  }

  private mutating func skipInterpolation() {
    var depth = 1
    while depth > 0, position < characters.count {
      switch characters[position] {
      case "\"":
        _ = literal()
        continue
      case "(": depth += 1
      case ")": depth -= 1
      default: break
      }
      position += 1
    }
  }
}
