// The decoder that `init(from:)` of a model reads from: each of its containers asks the rebuilder
// for what stands in the field it stands for.

import AdjointDifferentiation

/// The decoder of one field.
struct FieldDecoder: Decoder {
  let rebuilder: Rebuilder
  let field: Int32

  var codingPath: [any CodingKey] { FieldKey.path(to: field, in: rebuilder.fields) }
  var userInfo: [CodingUserInfoKey: Any] { [:] }

  func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
    try require(.keyed)
    return rebuilder.container(field)
  }
  func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
    try require(.unkeyed)
    return UnkeyedFieldReader(rebuilder: rebuilder, field: field)
  }
  func singleValueContainer() throws -> any SingleValueDecodingContainer {
    SingleFieldReader(rebuilder: rebuilder, field: field)
  }

  private func require(_ content: Structure.Content) throws {
    let found = rebuilder.fields[Int(field)].content
    // A struct without properties writes nothing at all.
    guard found == content || found == .empty else {
      throw rebuilder.error(
        at: field, "init(from:) asks for a container that encode(to:) did not open",
        "Ask the decoder for the kind of container that the encoder was asked for.")
    }
  }
}

/// A container for the keys of a field, made once for all models of a type.
final class CachedReader<Key: CodingKey>: CachedContainer {
  let container: KeyedDecodingContainer<Key>

  init(_ container: KeyedDecodingContainer<Key>) {
    self.container = container
    super.init(Key.self)
  }
}

struct KeyedFieldReader<Key: CodingKey>: KeyedDecodingContainerProtocol {
  let rebuilder: Rebuilder
  let field: Int32

  var codingPath: [any CodingKey] { FieldKey.path(to: field, in: rebuilder.fields) }

  var allKeys: [Key] {
    rebuilder.children(of: field).compactMap { child in
      let field = rebuilder.fields[Int(child)]
      return field.content == .absent ? nil : Key(stringValue: field.key)
    }
  }

  func contains(_ key: Key) -> Bool {
    rebuilder.find(key.stringValue, in: field)
      .map { rebuilder.fields[Int($0)].content != .absent } ?? false
  }
  func decodeNil(forKey key: Key) throws -> Bool { rebuilder.isNull(try child(key)) }
  func decode<T: Decodable>(_ type: T.Type, forKey key: Key) throws -> T {
    try rebuilder.value(type, at: child(key))
  }
  func decodeIfPresent<T: Decodable>(_ type: T.Type, forKey key: Key) throws -> T? {
    guard let child = rebuilder.child(of: field, key: key.stringValue) else { return nil }
    switch rebuilder.fields[Int(child)].content {
    case .absent, .null: return nil
    default: return try rebuilder.value(type, at: child)
    }
  }
  func nestedContainer<Nested: CodingKey>(
    keyedBy type: Nested.Type, forKey key: Key
  ) throws -> KeyedDecodingContainer<Nested> {
    try superDecoder(key).container(keyedBy: type)
  }
  func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
    try superDecoder(key).unkeyedContainer()
  }
  func superDecoder() throws -> any Decoder { try superDecoder(FieldKey(stringValue: "super")) }
  func superDecoder(forKey key: Key) throws -> any Decoder { try superDecoder(key) }

  private func child(_ key: some CodingKey) throws -> Int32 {
    try rebuilder.requiredChild(of: field, key: key)
  }
  private func superDecoder(_ key: some CodingKey) throws -> FieldDecoder {
    FieldDecoder(rebuilder: rebuilder, field: try child(key))
  }
}

private struct UnkeyedFieldReader: UnkeyedDecodingContainer {
  let rebuilder: Rebuilder
  let field: Int32
  private var last: Int32
  private(set) var currentIndex = 0

  init(rebuilder: Rebuilder, field: Int32) {
    self.rebuilder = rebuilder
    self.field = field
    last = field
  }

  var codingPath: [any CodingKey] { FieldKey.path(to: field, in: rebuilder.fields) }
  var count: Int? { Int(rebuilder.fields[Int(field)].count) }
  var isAtEnd: Bool { currentIndex >= rebuilder.fields[Int(field)].count }

  /// The next element; the container moves on only when its value has been read.
  private func next() throws -> Int32 {
    guard !isAtEnd, let element = rebuilder.element(after: last, of: field) else {
      throw rebuilder.error(
        at: field,
        "init(from:) reads more than the \(currentIndex) elements that encode(to:) wrote",
        "Stop reading when the container's isAtEnd is true.")
    }
    return element
  }
  private mutating func advance(past element: Int32) {
    last = element
    currentIndex += 1
  }

  mutating func decodeNil() throws -> Bool {
    let element = try next()
    guard rebuilder.isNull(element) else { return false }
    advance(past: element)
    return true
  }
  mutating func decode<T: Decodable>(_ type: T.Type) throws -> T {
    let element = try next()
    let value = try rebuilder.value(type, at: element)
    advance(past: element)
    return value
  }
  mutating func nestedContainer<Nested: CodingKey>(
    keyedBy type: Nested.Type
  ) throws -> KeyedDecodingContainer<Nested> { try enteredElement().container(keyedBy: type) }
  mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer {
    try enteredElement().unkeyedContainer()
  }
  mutating func superDecoder() throws -> any Decoder { try enteredElement() }

  private mutating func enteredElement() throws -> FieldDecoder {
    let element = try next()
    advance(past: element)
    rebuilder.enter(element)
    return FieldDecoder(rebuilder: rebuilder, field: element)
  }
}

private struct SingleFieldReader: SingleValueDecodingContainer {
  let rebuilder: Rebuilder
  let field: Int32

  var codingPath: [any CodingKey] { FieldKey.path(to: field, in: rebuilder.fields) }

  func decodeNil() -> Bool { rebuilder.isNull(field) }
  func decode<T: Decodable>(_ type: T.Type) throws -> T { try rebuilder.value(type, at: field) }
}
