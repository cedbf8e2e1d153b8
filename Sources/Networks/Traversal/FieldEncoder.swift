// The encoder that `encode(to:)` of a model writes to: each of its containers hands what it is
// given to the collector, under the field it stands for.

import AdjointDifferentiation

/// The encoder of one field.
struct FieldEncoder: Encoder {
  let collector: Collector
  let field: Int32

  var codingPath: [any CodingKey] { FieldKey.path(to: field, in: collector.fields) }
  var userInfo: [CodingUserInfoKey: Any] { [:] }

  func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
    collector.container(field)
  }
  func unkeyedContainer() -> any UnkeyedEncodingContainer {
    collector.set(field, .unkeyed)
    return UnkeyedFieldWriter(collector: collector, field: field)
  }
  func singleValueContainer() -> any SingleValueEncodingContainer {
    SingleFieldWriter(collector: collector, field: field)
  }
}

/// A container for the keys of a field, made once for all traversals of a type of models.
final class CachedWriter<Key: CodingKey>: CachedContainer {
  let container: KeyedEncodingContainer<Key>

  init(_ container: KeyedEncodingContainer<Key>) {
    self.container = container
    super.init(Key.self)
  }
}

struct KeyedFieldWriter<Key: CodingKey>: KeyedEncodingContainerProtocol {
  let collector: Collector
  let field: Int32

  var codingPath: [any CodingKey] { FieldKey.path(to: field, in: collector.fields) }

  private func child(_ key: some CodingKey) -> Int32 {
    collector.child(of: field, key: key.stringValue)
  }

  func encodeNil(forKey key: Key) throws { collector.set(child(key), .null) }
  func encode<T: Encodable>(_ value: T, forKey key: Key) throws {
    try collector.fill(child(key), with: value)
  }
  func encodeIfPresent<T: Encodable>(_ value: T?, forKey key: Key) throws {
    let child = child(key)
    if let value { try collector.fill(child, with: value) } else { collector.set(child, .absent) }
  }
  func nestedContainer<Nested: CodingKey>(
    keyedBy type: Nested.Type, forKey key: Key
  ) -> KeyedEncodingContainer<Nested> { superEncoder(key).container(keyedBy: type) }
  func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
    superEncoder(key).unkeyedContainer()
  }
  func superEncoder() -> any Encoder { superEncoder(FieldKey(stringValue: "super")) }
  func superEncoder(forKey key: Key) -> any Encoder { superEncoder(key) }

  private func superEncoder(_ key: some CodingKey) -> FieldEncoder {
    FieldEncoder(collector: collector, field: child(key))
  }
}

private struct UnkeyedFieldWriter: UnkeyedEncodingContainer {
  let collector: Collector
  let field: Int32

  var codingPath: [any CodingKey] { FieldKey.path(to: field, in: collector.fields) }
  var count: Int { Int(collector.count(of: field)) }

  private func next() -> Int32 { collector.nextElement(of: field) }

  func encodeNil() throws { collector.set(next(), .null) }
  func encode<T: Encodable>(_ value: T) throws { try collector.fill(next(), with: value) }
  func nestedContainer<Nested: CodingKey>(
    keyedBy type: Nested.Type
  ) -> KeyedEncodingContainer<Nested> {
    FieldEncoder(collector: collector, field: next()).container(keyedBy: type)
  }
  func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer {
    FieldEncoder(collector: collector, field: next()).unkeyedContainer()
  }
  func superEncoder() -> any Encoder { FieldEncoder(collector: collector, field: next()) }
}

private struct SingleFieldWriter: SingleValueEncodingContainer {
  let collector: Collector
  let field: Int32

  var codingPath: [any CodingKey] { FieldKey.path(to: field, in: collector.fields) }

  func encodeNil() throws { collector.set(field, .null) }
  func encode<T: Encodable>(_ value: T) throws { try collector.fill(field, with: value) }
}
