// Whether markup is well-formed, by a reading of its own. It has never heard of the code that wrote
// it.

/// A reader of markup that is HTML and XML at once: every element is closed, every attribute
/// quoted, every ampersand begins one of five entities.
struct MarkupReader {
  struct Problem: Error, CustomStringConvertible {
    var description: String
  }

  struct Element {
    var name: String
    var attributes: [String: String]
  }

  /// All elements in the order of their opening tags.
  private(set) var elements: [Element] = []
  /// The text between tags, without that of `<style>`.
  private(set) var text = ""
  /// The contents of the `<style>` elements.
  private(set) var styles: [String] = []

  private var rest: Substring

  init(_ markup: String) throws {
    rest = markup[...]
    if rest.hasPrefix("<!DOCTYPE html>\n") { rest = rest.dropFirst(16) }
    var open: [String] = []
    while let next = rest.first {
      guard next == "<" else {
        let piece = take { $0 != "<" }
        if open.last == "style" { styles.append(piece) } else { text += try unescaped(piece) }
        continue
      }
      rest.removeFirst()
      if rest.first == "/" {
        rest.removeFirst()
        let name = take { $0 != ">" }
        guard open.popLast() == name else {
          throw Problem(description: "</\(name)> closes nothing")
        }
        try expect(">")
        continue
      }
      let element = try tag()
      elements.append(element)
      if rest.hasPrefix("/>") {
        rest = rest.dropFirst(2)
      } else {
        try expect(">")
        open.append(element.name)
      }
    }
    guard open.isEmpty else { throw Problem(description: "not closed: \(open)") }
    let identifiers = elements.compactMap { $0.attributes["id"] }
    guard Set(identifiers).count == identifiers.count else {
      throw Problem(description: "an id occurs twice")
    }
    for element in elements {
      for target in (element.attributes["aria-labelledby"] ?? "").split(separator: " ")
      where !identifiers.contains(String(target)) {
        throw Problem(description: "no element has the id \(target)")
      }
    }
  }

  func all(_ name: String) -> [Element] { elements.filter { $0.name == name } }

  private mutating func tag() throws -> Element {
    let name = take { $0.isLetter || $0.isNumber }
    guard !name.isEmpty else { throw Problem(description: "< without a name") }
    var attributes: [String: String] = [:]
    while rest.first == " ", !rest.hasPrefix(" />") {
      rest.removeFirst()
      let key = take { $0 != "=" }
      guard !key.isEmpty, key.allSatisfy({ $0.isLetter || $0.isNumber || $0 == "-" || $0 == ":" })
      else { throw Problem(description: "attribute \(key)") }
      try expect("=")
      try expect("\"")
      let value = take { $0 != "\"" }
      try expect("\"")
      guard !value.contains("<") else { throw Problem(description: "< in \(key)") }
      guard attributes.updateValue(try unescaped(value), forKey: key) == nil else {
        throw Problem(description: "\(key) twice")
      }
    }
    if rest.first == " " { rest.removeFirst() }
    return Element(name: name, attributes: attributes)
  }

  private mutating func take(while condition: (Character) -> Bool) -> String {
    let piece = rest.prefix(while: condition)
    rest = rest[piece.endIndex...]
    return String(piece)
  }

  private mutating func expect(_ character: Character) throws {
    guard rest.first == character else {
      throw Problem(description: "\(character) expected before \(rest.prefix(20))")
    }
    rest.removeFirst()
  }

  private func unescaped(_ text: String) throws -> String {
    let entities = ["&amp;": "&", "&lt;": "<", "&gt;": ">", "&quot;": "\"", "&#39;": "'"]
    var result = ""
    var rest = text[...]
    while let next = rest.first {
      guard next == "&" else {
        if next == ">" { throw Problem(description: "a bare >") }
        result.append(next)
        rest.removeFirst()
        continue
      }
      guard let entity = entities.first(where: { rest.hasPrefix($0.key) }) else {
        throw Problem(description: "a bare & before \(rest.prefix(10))")
      }
      result += entity.value
      rest = rest.dropFirst(entity.key.count)
    }
    return result
  }
}
