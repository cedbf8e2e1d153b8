// How text becomes markup that is valid in HTML and in XML alike. It has never heard of plots or
// pages.

/// A piece of markup, as opposed to text: the only ways to make one escape what they are given.
///
/// A separate type makes a forgotten escape a compiler error. Element and attribute names are
/// `StaticString`s, so they cannot come from data.
struct Markup: Sendable, Equatable {
  /// The characters of the markup.
  private(set) var source: String

  /// Text in which nothing can be taken for markup.
  init(text: String) { source = Markup.escaped(text) }

  private init(source: String) { self.source = source }

  /// No markup at all.
  static let nothing = Markup(source: "")

  static func + (a: Markup, b: Markup) -> Markup { Markup(source: a.source + b.source) }

  static func += (a: inout Markup, b: Markup) { a.source += b.source }

  /// An element with attributes in the given order; without content it is `<name … />`.
  static func element(
    _ name: StaticString, _ attributes: KeyValuePairs<StaticString, String> = [:],
    _ content: Markup? = nil
  ) -> Markup {
    var source = "<\(name)"
    for (key, value) in attributes { source += " \(key)=\"\(escaped(value))\"" }
    guard let content else { return Markup(source: source + " />") }
    return Markup(source: source + ">\(content.source)</\(name)>")
  }

  /// An element that holds text only.
  static func element(
    _ name: StaticString, _ attributes: KeyValuePairs<StaticString, String> = [:], text: String
  ) -> Markup {
    element(name, attributes, Markup(text: text))
  }

  /// A style sheet that is part of the program; not for text from outside, which cannot be escaped
  /// inside `<style>`.
  ///
  /// - Precondition: it contains none of `<`, `&` (which HTML and XML would read differently).
  static func style(_ sheet: String) -> Markup {
    precondition(
      !sheet.utf8.contains { $0 == UInt8(ascii: "<") || $0 == UInt8(ascii: "&") },
      "a style sheet must not contain < or &")
    return Markup(source: "<style>\(sheet)</style>")
  }

  /// A document that starts with the HTML5 doctype.
  static func document(_ root: Markup) -> String { "<!DOCTYPE html>\n\(root.source)\n" }

  /// Line breaks between parts, for readers of the source.
  static func lines(_ parts: [Markup]) -> Markup {
    Markup(source: parts.lazy.map(\.source).filter { !$0.isEmpty }.joined(separator: "\n"))
  }

  /// Text with everything replaced that means something to a parser, or that no parser accepts.
  ///
  /// Characters that XML forbids become U+FFFD. Bidirectional overrides, embeddings and isolates
  /// become their number in brackets: unbalanced, they would reverse the text that follows the
  /// label. The mere marks (U+200E, U+200F, U+061C) belong to ordinary Arabic and Hebrew and stay.
  static func escaped(_ text: String) -> String {
    var result = ""
    result.reserveCapacity(text.utf8.count)
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "'": result += "&#39;"
      case "\t", "\n": result.unicodeScalars.append(scalar)
      case "\u{0}"..<" ", "\u{7F}"..."\u{9F}", "\u{FFFE}", "\u{FFFF}":
        result += "\u{FFFD}"
      case "\u{202A}"..."\u{202E}", "\u{2066}"..."\u{2069}":
        result += "[U+\(String(scalar.value, radix: 16, uppercase: true))]"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}
