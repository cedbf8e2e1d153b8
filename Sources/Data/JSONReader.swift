// JSON (RFC 8259), strictly. It has never heard of the formats whose headers are written in it.

import AdjointSupport

/// A JSON value together with where it began.
struct JSONNode: Sendable, Equatable {
  enum Value: Sendable, Equatable {
    case null
    case boolean(Bool)
    /// A number written as an integer that fits in an `Int`.
    case integer(Int)
    /// Any other number, as written.
    case number(String)
    case string(String)
    case array([JSONNode])
    case object([Member])
  }

  struct Member: Sendable, Equatable {
    var key: String
    var keyOffset: Int
    var node: JSONNode
  }

  var value: Value
  /// Where the value begins, in bytes from the start of the file.
  var offset: Int

  /// The kind of the value, for messages.
  var kind: String {
    switch value {
    case .null: "null"
    case .boolean: "a boolean"
    case .integer(let number): "the number \(number)"
    case .number(let text): "the number \(text.printable(limit: 40))"
    case .string: "a string"
    case .array: "an array"
    case .object: "an object"
    }
  }
}

/// A strict reader of one JSON text.
///
/// Not `JSONSerialization`, because that keeps the last of several equal keys without a word (a
/// file could show one tensor to us and another to the next reader), says nothing of where a value
/// stood, and rounds integers beyond 2^53 through `Double`. Equal keys are refused here, also when
/// they differ only in Unicode normalization, since Swift's dictionaries could not tell them apart.
/// Time is linear; nesting is limited, so the recursion is shallow.
struct JSONReader {
  static let deepestNesting = 32

  private let bytes: UnsafeBufferPointer<UInt8>
  private let base: Int
  private var position = 0
  private var depth = 0

  /// Reads `bytes` as one JSON value with nothing but white space around it.
  ///
  /// - Parameter base: where `bytes` begin in their file, added to the offsets.
  static func read(
    _ bytes: UnsafeBufferPointer<UInt8>, base: Int = 0
  ) throws(DataError) -> JSONNode {
    var reader = JSONReader(bytes: bytes, base: base)
    let node = try reader.value()
    reader.skipSpace()
    guard reader.position == bytes.count else {
      throw reader.damaged("text follows the end of the JSON value")
    }
    return node
  }

  private init(bytes: UnsafeBufferPointer<UInt8>, base: Int) {
    self.bytes = bytes
    self.base = base
  }

  private var current: UInt8? { position < bytes.count ? bytes[position] : nil }

  private func damaged(_ problem: String, at offset: Int? = nil) -> DataError {
    .malformed(
      at: base + (offset ?? position), "not JSON: \(problem)",
      remedy: "The file is damaged or of another kind.")
  }

  private mutating func skipSpace() {
    while let byte = current, byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09 {
      position += 1
    }
  }

  private mutating func expect(_ character: Unicode.Scalar, _ context: String) throws(DataError) {
    skipSpace()
    guard let byte = current, byte == UInt8(ascii: character) else {
      throw damaged("expected '\(character)' \(context)")
    }
    position += 1
  }

  /// Skips white space and, if it comes next, `character`.
  private mutating func accept(_ character: Unicode.Scalar) -> Bool {
    skipSpace()
    guard current == UInt8(ascii: character) else { return false }
    position += 1
    return true
  }

  private mutating func value() throws(DataError) -> JSONNode {
    skipSpace()
    let offset = base + position
    guard let byte = current else { throw damaged("a value is missing") }
    let value: JSONNode.Value
    switch byte {
    case UInt8(ascii: "{"):
      value = .object(try nested { reader throws(DataError) in try reader.members() })
    case UInt8(ascii: "["):
      value = .array(try nested { reader throws(DataError) in try reader.elements() })
    case UInt8(ascii: "\""): value = .string(try string())
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): value = try number()
    case UInt8(ascii: "t"): value = try word("true", .boolean(true))
    case UInt8(ascii: "f"): value = try word("false", .boolean(false))
    case UInt8(ascii: "n"): value = try word("null", .null)
    default: throw damaged("a value cannot begin with \(describe(byte))")
    }
    return JSONNode(value: value, offset: offset)
  }

  private func describe(_ byte: UInt8) -> String {
    (0x21...0x7e).contains(byte) ? "'\(Unicode.Scalar(byte))'" : "byte \(hexadecimal(byte))"
  }

  private mutating func word(
    _ text: StaticString, _ value: JSONNode.Value
  ) throws(DataError) -> JSONNode.Value {
    let count = text.utf8CodeUnitCount
    guard bytes.count - position >= count,
      (0..<count).allSatisfy({ bytes[position + $0] == text.utf8Start[$0] })
    else { throw damaged("expected \(text)") }
    position += count
    return value
  }
}

// MARK: Containers

extension JSONReader {
  private mutating func nested<Contents>(
    _ body: (inout JSONReader) throws(DataError) -> Contents
  ) throws(DataError) -> Contents {
    guard depth < JSONReader.deepestNesting else {
      throw damaged("nested more than \(JSONReader.deepestNesting) deep")
    }
    depth += 1
    defer { depth -= 1 }
    position += 1
    return try body(&self)
  }

  private mutating func members() throws(DataError) -> [JSONNode.Member] {
    var members: [JSONNode.Member] = []
    var keys: Set<String> = []
    if accept("}") { return members }
    repeat {
      skipSpace()
      let keyPosition = position
      guard current == UInt8(ascii: "\"") else {
        throw damaged("expected a key in quotation marks")
      }
      let key = try string()
      guard keys.insert(key).inserted else {
        throw damaged("the key \(key.quoted) stands twice", at: keyPosition)
      }
      try expect(":", "after a key")
      members.append(
        JSONNode.Member(key: key, keyOffset: base + keyPosition, node: try value()))
    } while accept(",")
    try expect("}", "or ',' in an object")
    return members
  }

  private mutating func elements() throws(DataError) -> [JSONNode] {
    var elements: [JSONNode] = []
    if accept("]") { return elements }
    repeat { elements.append(try value()) } while accept(",")
    try expect("]", "or ',' in an array")
    return elements
  }
}

// MARK: Numbers and strings

extension JSONReader {
  private mutating func number() throws(DataError) -> JSONNode.Value {
    let start = position
    var isInteger = true
    if current == UInt8(ascii: "-") { position += 1 }
    if current == UInt8(ascii: "0") {
      position += 1
    } else {
      try digits()
    }
    if current == UInt8(ascii: ".") {
      isInteger = false
      position += 1
      try digits()
    }
    if current == UInt8(ascii: "e") || current == UInt8(ascii: "E") {
      isInteger = false
      position += 1
      if current == UInt8(ascii: "+") || current == UInt8(ascii: "-") { position += 1 }
      try digits()
    }
    let text = String(decoding: bytes[start..<position], as: UTF8.self)
    // "-0" is a number of its own in other readers, so it is not turned into the integer 0.
    if isInteger, text != "-0", let integer = Int(text) { return .integer(integer) }
    return .number(text)
  }

  private mutating func digits() throws(DataError) {
    let start = position
    while let byte = current, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) {
      position += 1
    }
    if position == start { throw damaged("a digit is missing") }
  }

  private mutating func string() throws(DataError) -> String {
    let start = position
    position += 1
    var text: [UInt8] = []
    while let byte = current {
      switch byte {
      case UInt8(ascii: "\""):
        position += 1
        guard let string = String(validating: text, as: UTF8.self) else {
          throw damaged("the string that begins here is not UTF-8", at: start)
        }
        return string
      case UInt8(ascii: "\\"):
        position += 1
        let scalar = try escaped()
        text.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
      case 0..<0x20:
        throw damaged("the control character \(hexadecimal(byte)) in a string")
      default:
        text.append(byte)
        position += 1
      }
    }
    throw damaged("the string that begins here has no end", at: start)
  }

  private mutating func escaped() throws(DataError) -> Unicode.Scalar {
    guard let byte = current else { throw damaged("a string has no end") }
    position += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(byte)
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{c}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "u"): break
    default: throw damaged("unknown escape", at: position - 2)
    }
    let start = position - 2
    let first = try fourDigits()
    if let scalar = Unicode.Scalar(first) { return scalar }
    // What is no scalar is half of a surrogate pair: a high half, then a low one.
    guard (0xd800..<0xdc00).contains(first), current == UInt8(ascii: "\\") else {
      throw damaged("half of a surrogate pair", at: start)
    }
    position += 1
    guard current == UInt8(ascii: "u") else { throw damaged("half of a surrogate pair", at: start) }
    position += 1
    let second = try fourDigits()
    guard (0xdc00..<0xe000).contains(second),
      let scalar = Unicode.Scalar(0x10000 + (first - 0xd800) << 10 + (second - 0xdc00))
    else { throw damaged("half of a surrogate pair", at: start) }
    return scalar
  }

  private mutating func fourDigits() throws(DataError) -> UInt32 {
    var value: UInt32 = 0
    for _ in 0..<4 {
      guard let byte = current, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
        throw damaged("\\u needs four hexadecimal digits")
      }
      value = value << 4 | UInt32(digit)
      position += 1
    }
    return value
  }
}

/// The JSON string literal of `text`, with the quotation marks.
func jsonLiteral(_ text: String) -> [UInt8] {
  var literal: [UInt8] = [UInt8(ascii: "\"")]
  for byte in text.utf8 {
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"): literal += [UInt8(ascii: "\\"), byte]
    case 0x08: literal += Array("\\b".utf8)
    case 0x09: literal += Array("\\t".utf8)
    case 0x0a: literal += Array("\\n".utf8)
    case 0x0c: literal += Array("\\f".utf8)
    case 0x0d: literal += Array("\\r".utf8)
    case 0..<0x20: literal += Array("\\u00".utf8) + Array(hexadecimal(byte).utf8.dropFirst(2))
    default: literal.append(byte)
    }
  }
  return literal + [UInt8(ascii: "\"")]
}
