// How to read public declarations out of Swift source text, well enough for sources that
// swift-format has laid out. The symbol graph would know more, but a test cannot ask the compiler
// for it without a second build.

import Foundation

/// A public declaration: its owner, how it is called, and what it returns.
struct Declaration: Hashable, CustomStringConvertible {
  var owner: String?
  /// Such as `sum(over: Int, keepsDimensions: Bool)`, `+(Tensor, Double)`, `squared()`, `items`.
  var call: String
  var parameters: [String]
  var result: String

  var description: String { (owner.map { $0 + "." } ?? "") + call }
}

enum SourceDeclarations {
  /// The folder that holds `Sources`, found from this file upward.
  static func root(from file: String = #filePath) throws -> URL {
    var folder = URL(fileURLWithPath: file).deletingLastPathComponent()
    while folder.pathComponents.count > 1 {
      let sources = folder.appendingPathComponent("Sources/Differentiation")
      if FileManager.default.fileExists(atPath: sources.path) { return folder }
      folder.deleteLastPathComponent()
    }
    throw CocoaError(.fileNoSuchFile)
  }

  /// The public declarations of the files that hold differentiable operations.
  static func ofTheRoom() throws -> [Declaration] {
    let sources = try root().appendingPathComponent("Sources")
    var files = [sources.appendingPathComponent("Elementary/Functions.swift")]
    // Through the link, if the folder is one.
    let room = sources.appendingPathComponent("Differentiation").resolvingSymlinksInPath()
    let names = FileManager.default.enumerator(atPath: room.path)?.compactMap { $0 as? String }
    // What is only refused by the compiler is no operation.
    files += (names ?? []).filter { $0.hasSuffix(".swift") && !$0.hasSuffix("+Refusals.swift") }
      .sorted()
      .map(room.appendingPathComponent)
    return try files.flatMap { file in
      declarations(in: try String(contentsOf: file, encoding: .utf8))
    }
  }

  /// The public functions, initializers, properties and subscripts of a text.
  static func declarations(in text: String) -> [Declaration] {
    let lines = withoutCommentsAndStrings(text).split(
      separator: "\n", omittingEmptySubsequences: false
    ).map(String.init)
    var found: [Declaration] = []
    var depth = 0
    var owner: String?
    for (number, line) in lines.enumerated() {
      if depth == 0, let type = ownerName(line) { owner = type }
      let isMember = depth == 1 && owner != nil
      if depth == 0 || isMember,
        let range = line.range(of: #"\bpublic (?!extension)"#, options: .regularExpression)
      {
        let rest = ([String(line[range.lowerBound...])] + lines[(number + 1)...].prefix(20))
        let header = header(of: rest.joined(separator: "\n"))
        if let declaration = declaration(header, isMember ? owner : nil) {
          found.append(declaration)
        }
      }
      for character in line {
        if character == "{" { depth += 1 }
        if character == "}" {
          depth -= 1
          if depth == 0 { owner = nil }
        }
      }
    }
    return found
  }

  /// `Tensor` for `extension Tensor: Differentiable {` and for `public struct Tensor {`.
  private static func ownerName(_ line: String) -> String? {
    let words = line.split(whereSeparator: { " :{<".contains($0) }).map(String.init)
    for (keyword, name) in zip(words, words.dropFirst())
    where ["extension", "struct", "class", "enum", "protocol"].contains(keyword) { return name }
    return nil
  }

  /// The text of a declaration up to its body.
  private static func header(of text: String) -> String {
    var header = ""
    var parentheses = 0
    // A stored property may end with its line or with a value; functions end with their body, and
    // an `=` in them is part of an operator or of a default.
    let isProperty = text.prefix { $0 != "(" && $0 != "{" }.contains(/\b(var|let)\b/)
    for character in text {
      if "([".contains(character) { parentheses += 1 }
      if ")]".contains(character) { parentheses -= 1 }
      if parentheses == 0, character == "{" { break }
      if isProperty, parentheses == 0, "=\n".contains(character) { break }
      header.append(character)
    }
    return header.split(whereSeparator: \.isWhitespace).joined(separator: " ")
  }

  private static func declaration(_ header: String, _ owner: String?) -> Declaration? {
    var words = header.split(separator: " ").map(String.init)
    let modifiers = ["public", "static", "mutating", "final", "internal(set)", "infix"]
    var isPrefix = false
    while let first = words.first, modifiers.contains(first) || first == "prefix" {
      isPrefix = isPrefix || first == "prefix"
      words.removeFirst()
    }
    guard let keyword = words.first else { return nil }
    let rest = words.dropFirst().joined(separator: " ")
    switch keyword {
    case "var", "let":
      guard let colon = rest.firstIndex(of: ":") else { return nil }
      return Declaration(
        owner: owner, call: String(rest[..<colon]), parameters: [],
        result: rest[rest.index(after: colon)...].trimmingCharacters(in: .whitespaces))
    case "func": return function(rest, owner, isPrefix: isPrefix)
    default:
      guard let keyword = ["init", "subscript"].first(where: keyword.hasPrefix) else { return nil }
      let arguments = words.joined(separator: " ").dropFirst(keyword.count)
      return function(keyword + arguments, owner, isPrefix: false)
    }
  }

  private static func function(_ text: String, _ owner: String?, isPrefix: Bool) -> Declaration? {
    guard let open = text.firstIndex(of: "(") else { return nil }
    let isOperator = !(text.first!.isLetter || "_`".contains(text.first!))
    // Operators may contain `<`, names may be followed by a generic clause.
    let name =
      isOperator
      ? text[..<open].split(separator: " ").first.map(String.init) ?? ""
      : String(text[..<open].prefix { $0 != "<" }).trimmingCharacters(
        in: CharacterSet(charactersIn: "` "))
    guard let close = matching(open, in: text) else { return nil }
    let parameters = splitAtTopLevel(String(text[text.index(after: open)..<close]))
    let written = parameters.map { parameter in
      let (label, type) = labelAndType(parameter)
      return isOperator ? type : "\(label): \(type)"
    }
    let result = text[text.index(after: close)...].components(separatedBy: "->").dropFirst()
      .joined(separator: "->").trimmingCharacters(in: .whitespaces)
    return Declaration(
      owner: owner,
      call: (isPrefix ? "prefix " : "") + name + "(" + written.joined(separator: ", ") + ")",
      parameters: parameters.map { labelAndType($0).type }, result: result)
  }

  private static func labelAndType(_ parameter: String) -> (label: String, type: String) {
    let colon = parameter.firstIndex(of: ":") ?? parameter.endIndex
    let label = parameter[..<colon].split(separator: " ").first.map(String.init) ?? "_"
    var type = ""
    var nesting = 0
    for character in parameter[colon...].dropFirst() {
      if "([<".contains(character) { nesting += 1 }
      if ")]".contains(character) || (character == ">" && type.last != "-") { nesting -= 1 }
      if nesting == 0, character == "=" { break }
      type.append(character)
    }
    return (label, type.trimmingCharacters(in: .whitespaces))
  }

  private static func matching(_ open: String.Index, in text: String) -> String.Index? {
    var depth = 0
    for index in text[open...].indices {
      if text[index] == "(" { depth += 1 }
      if text[index] == ")" {
        depth -= 1
        if depth == 0 { return index }
      }
    }
    return nil
  }

  private static func splitAtTopLevel(_ text: String) -> [String] {
    var parts: [String] = [""]
    var depth = 0
    for character in text {
      if "([".contains(character) { depth += 1 }
      if ")]".contains(character) { depth -= 1 }
      if character == ",", depth == 0 {
        parts.append("")
      } else {
        parts[parts.count - 1].append(character)
      }
    }
    return parts.map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
  }

  /// Blanks what could contain braces or the word `public` without meaning it.
  private static func withoutCommentsAndStrings(_ text: String) -> String {
    var result = ""
    var inBlock = false
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      defer { result.append("\n") }
      var quotes = 0
      var inString = false
      var previous: Character = " "
      if line.contains("\"\"\"") {
        inBlock.toggle()
        // An opening line may hold code before the quotes.
        if inBlock { result.append(contentsOf: line.prefix { $0 != "\"" }) }
        continue
      }
      if inBlock { continue }
      for character in line {
        if character == "\"", previous != "\\" {
          inString.toggle()
          quotes += 1
          previous = character
          continue
        }
        if !inString, character == "/", previous == "/" {
          result.removeLast()
          break
        }
        if !inString { result.append(character) }
        previous = character
      }
    }
    return result
  }
}
