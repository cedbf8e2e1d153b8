// What this file knows: how a `Decoder` puts a model together again, with other tensors. Its twin is
// Collecting.

import AdjointDifferentiation

/// Hands out the tensors and values of a model to its `init(from:)`.
final class Rebuilder: Traverser {
  private struct State {
    var structure: Structure?
    var slots: [Structure.Slot] = []
    var trained: [Tensor] = []
    var untrained: [Tensor] = []
    /// The slot that is read next if reading follows the order of writing.
    var expected: Int32 = 1
    var handedOut = 0
    /// The place and type whose `init(from:)` is at work; asking for the same again would not end.
    var pending: (slot: Int32, type: Any.Type)?
    /// The container of each slot, from earlier models of this type.
    var containers: [KeptContainer?] = []
  }

  private static let pool = TraversalPool<Rebuilder>()

  /// Behind a pointer for the reason given in ``Collector``.
  private let state: UnsafeMutablePointer<State>
  private let model: Any.Type

  private init(_ model: Any.Type) {
    self.model = model
    state = .allocate(capacity: 1)
    state.initialize(to: State())
  }

  deinit {
    state.deinitialize(count: 1)
    state.deallocate()
  }

  var slots: [Structure.Slot] { state.pointee.slots }

  /// Puts a model together.
  static func rebuilding<M: Model>(
    _ type: M.Type, _ structure: Structure, _ trained: [Tensor], _ untrained: [Tensor]
  ) throws(ModelError) -> M {
    let rebuilder = pool.take(for: M.self) ?? Rebuilder(M.self)
    let model: M
    do {
      rebuilder.begin(structure, trained, untrained)
      model = try M(from: SlotDecoder(rebuilder: rebuilder, slot: 0))
      try rebuilder.finish()
    } catch {
      rebuilder.dissolve()
      if let error = error as? ModelError { throw error }
      throw rebuilder.error(
        at: 0, "its init(from:) threw \(error)",
        "Models are rebuilt by init(from:), so it must accept all that encode(to:) wrote.")
    }
    pool.give(rebuilder, for: M.self)
    return model
  }

  private func begin(_ structure: Structure, _ trained: [Tensor], _ untrained: [Tensor]) {
    state.pointee.structure = structure
    state.pointee.slots = structure.slots
    state.pointee.trained = trained
    state.pointee.untrained = untrained
    state.pointee.expected = 1
    state.pointee.handedOut = 0
    let missing = structure.slots.count - state.pointee.containers.count
    if missing > 0 { state.pointee.containers += Array(repeating: nil, count: missing) }
  }

  /// Checks that all has been read, and lets go of it.
  private func finish() throws(ModelError) {
    let count = state.pointee.trained.count + state.pointee.untrained.count
    guard state.pointee.handedOut >= count else {
      throw error(
        at: 0,
        "encode(to:) wrote \(count) tensors but init(from:) read only \(state.pointee.handedOut)",
        "Let both conformances to Codable name the same properties, or remove both and let the "
          + "compiler write them.")
    }
    state.pointee.structure = nil
    state.pointee.slots = []
    state.pointee.trained = []
    state.pointee.untrained = []
  }

  func dissolve() { state.pointee.containers = [] }

  /// The container for the keys of a place.
  fileprivate func container<Key: CodingKey>(_ slot: Int32) -> KeyedDecodingContainer<Key> {
    if let kept = state.pointee.containers[Int(slot)], kept.hasKeys(Key.self) {
      return unsafeDowncast(kept, to: KeptDecodingContainer<Key>.self).container
    }
    let made = KeyedDecodingContainer(KeyedSlots<Key>(rebuilder: self, slot: slot))
    state.pointee.containers[Int(slot)] = KeptDecodingContainer(made)
    return made
  }

  // MARK: Reading from places

  /// The place of a key within a container.
  func child(of parent: Int32, key: String) -> Int32? {
    let next = state.pointee.expected
    if isChild(next, of: parent), slots[Int(next)].key == key {
      state.pointee.expected = next + 1
      return next
    }
    guard let slot = find(key, in: parent) else { return nil }
    state.pointee.expected = slot + 1
    return slot
  }

  /// The same for a container that is not read in the order in which it was written.
  func find(_ key: String, in parent: Int32) -> Int32? {
    let next = state.pointee.expected
    if isChild(next, of: parent), slots[Int(next)].key == key { return next }
    return children(of: parent).first { slots[Int($0)].key == key }
  }

  /// The places within a container, which all come after its own.
  func children(of parent: Int32) -> some Sequence<Int32> {
    (parent + 1..<Int32(slots.count)).lazy.filter { self.slots[Int($0)].parent == parent }
  }

  /// The place after the given one in an unkeyed container.
  func element(after slot: Int32, of parent: Int32) -> Int32? {
    let next = state.pointee.expected
    if next > slot, isChild(next, of: parent) { return next }
    return children(of: parent).first { $0 > slot }
  }

  private func isChild(_ slot: Int32, of parent: Int32) -> Bool {
    slot < slots.count && slots[Int(slot)].parent == parent
  }

  /// The place of a key that must be there.
  func requiredChild(of parent: Int32, key: some CodingKey) throws -> Int32 {
    if let slot = child(of: parent, key: key.stringValue), slots[Int(slot)].content != .absent {
      return slot
    }
    throw error(
      at: parent, "init(from:) reads `\(key.stringValue)`, which encode(to:) did not write",
      "Write the value under that key, or read it with decodeIfPresent.")
  }

  func value<T: Decodable>(_ type: T.Type, at slot: Int32) throws -> T {
    switch slots[Int(slot)].content {
    case .trained(let place):
      if type == Tensor.self { return handOut(state.pointee.trained[Int(place)]) }
      return try valueInside(type, slot)
    case .untrained(let place):
      if type == Tensor.self { return handOut(state.pointee.untrained[Int(place)]) }
      return try valueInside(type, slot)
    case .carried(let place): return try carried(type, Int(place), slot)
    default:
      guard type != Tensor.self else { throw wrongType(type, slot) }
      state.pointee.expected = slot + 1
      return try T(from: SlotDecoder(rebuilder: self, slot: slot))
    }
  }

  /// A value that was carried along.
  ///
  /// A method of its own, or every call for a tensor or a model would begin with looking up the
  /// optional of its type.
  @inline(never)
  private func carried<T: Decodable>(_ type: T.Type, _ place: Int, _ slot: Int32) throws -> T {
    if let value = state.pointee.structure?.carried[place],
      let value = opened(value, type) ?? (value as? T)
    {
      return value
    }
    return try valueInside(type, slot)
  }

  /// A value whose own `init(from:)` reads the tensor or value in its place, as a wrapper does.
  private func valueInside<T: Decodable>(_ type: T.Type, _ slot: Int32) throws -> T {
    let outer = state.pointee.pending
    let isPending = outer.map { $0.slot == slot && $0.type == type } ?? false
    guard type != Tensor.self, !isPending else { throw wrongType(type, slot) }
    state.pointee.pending = (slot, type)
    defer { state.pointee.pending = outer }
    state.pointee.expected = slot + 1
    return try T(from: SlotDecoder(rebuilder: self, slot: slot))
  }

  /// A tensor as the type that has turned out to be that of tensors.
  private func handOut<T>(_ tensor: Tensor) -> T {
    state.pointee.handedOut += 1
    return identical(tensor, T.self)
  }

  private func wrongType(_ type: Any.Type, _ slot: Int32) -> ModelError {
    error(
      at: slot, "init(from:) reads a `\(type)` where encode(to:) wrote something else",
      "Read each value as the type it was written as.")
  }

  /// Tells that what is read next is inside a place.
  func enter(_ slot: Int32) { state.pointee.expected = slot + 1 }

  func isNull(_ slot: Int32) -> Bool { slots[Int(slot)].content == .null }

  func error(at slot: Int32, _ problem: String, _ remedy: String) -> ModelError {
    ModelError(
      model: String(describing: model),
      mistakes: [
        .untraversable(
          path: Structure.name(of: slot, in: slots), problem: problem, remedy: remedy)
      ])
  }
}

/// The decoder of one place.
struct SlotDecoder: Decoder {
  let rebuilder: Rebuilder
  let slot: Int32

  var codingPath: [any CodingKey] { SlotKey.path(to: slot, in: rebuilder.slots) }
  var userInfo: [CodingUserInfoKey: Any] { [:] }

  func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
    try require(.keyed)
    return rebuilder.container(slot)
  }
  func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
    try require(.unkeyed)
    return UnkeyedSlots(rebuilder: rebuilder, slot: slot)
  }
  func singleValueContainer() throws -> any SingleValueDecodingContainer {
    SingleSlot(rebuilder: rebuilder, slot: slot)
  }

  private func require(_ content: Structure.Content) throws {
    let found = rebuilder.slots[Int(slot)].content
    // A struct without properties writes nothing at all.
    guard found == content || found == .empty else {
      throw rebuilder.error(
        at: slot, "init(from:) asks for a container that encode(to:) did not open",
        "Ask the decoder for the kind of container that the encoder was asked for.")
    }
  }
}

private final class KeptDecodingContainer<Key: CodingKey>: KeptContainer {
  let container: KeyedDecodingContainer<Key>

  init(_ container: KeyedDecodingContainer<Key>) {
    self.container = container
    super.init(Key.self)
  }
}

private struct KeyedSlots<Key: CodingKey>: KeyedDecodingContainerProtocol {
  let rebuilder: Rebuilder
  let slot: Int32

  var codingPath: [any CodingKey] { SlotKey.path(to: slot, in: rebuilder.slots) }

  var allKeys: [Key] {
    rebuilder.children(of: slot).compactMap { child in
      let place = rebuilder.slots[Int(child)]
      return place.content == .absent ? nil : Key(stringValue: place.key)
    }
  }

  func contains(_ key: Key) -> Bool {
    rebuilder.find(key.stringValue, in: slot)
      .map { rebuilder.slots[Int($0)].content != .absent } ?? false
  }
  func decodeNil(forKey key: Key) throws -> Bool { rebuilder.isNull(try place(key)) }
  func decode<T: Decodable>(_ type: T.Type, forKey key: Key) throws -> T {
    try rebuilder.value(type, at: place(key))
  }
  func decodeIfPresent<T: Decodable>(_ type: T.Type, forKey key: Key) throws -> T? {
    guard let place = rebuilder.child(of: slot, key: key.stringValue) else { return nil }
    switch rebuilder.slots[Int(place)].content {
    case .absent, .null: return nil
    default: return try rebuilder.value(type, at: place)
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
  func superDecoder() throws -> any Decoder { try superDecoder(SlotKey(stringValue: "super")) }
  func superDecoder(forKey key: Key) throws -> any Decoder { try superDecoder(key) }

  private func place(_ key: some CodingKey) throws -> Int32 {
    try rebuilder.requiredChild(of: slot, key: key)
  }
  private func superDecoder(_ key: some CodingKey) throws -> SlotDecoder {
    SlotDecoder(rebuilder: rebuilder, slot: try place(key))
  }
}

private struct UnkeyedSlots: UnkeyedDecodingContainer {
  let rebuilder: Rebuilder
  let slot: Int32
  private var last: Int32
  private(set) var currentIndex = 0

  init(rebuilder: Rebuilder, slot: Int32) {
    self.rebuilder = rebuilder
    self.slot = slot
    last = slot
  }

  var codingPath: [any CodingKey] { SlotKey.path(to: slot, in: rebuilder.slots) }
  var count: Int? { Int(rebuilder.slots[Int(slot)].count) }
  var isAtEnd: Bool { currentIndex >= rebuilder.slots[Int(slot)].count }

  /// The next place; the container moves on only when its value has been read.
  private func place() throws -> Int32 {
    guard !isAtEnd, let place = rebuilder.element(after: last, of: slot) else {
      throw rebuilder.error(
        at: slot, "init(from:) reads more than the \(currentIndex) elements that encode(to:) wrote",
        "Stop reading when the container's isAtEnd is true.")
    }
    return place
  }
  private mutating func advance(past place: Int32) {
    last = place
    currentIndex += 1
  }

  mutating func decodeNil() throws -> Bool {
    let place = try place()
    guard rebuilder.isNull(place) else { return false }
    advance(past: place)
    return true
  }
  mutating func decode<T: Decodable>(_ type: T.Type) throws -> T {
    let place = try place()
    let value = try rebuilder.value(type, at: place)
    advance(past: place)
    return value
  }
  mutating func nestedContainer<Nested: CodingKey>(
    keyedBy type: Nested.Type
  ) throws -> KeyedDecodingContainer<Nested> { try superSlot().container(keyedBy: type) }
  mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer {
    try superSlot().unkeyedContainer()
  }
  mutating func superDecoder() throws -> any Decoder { try superSlot() }

  private mutating func superSlot() throws -> SlotDecoder {
    let place = try place()
    advance(past: place)
    rebuilder.enter(place)
    return SlotDecoder(rebuilder: rebuilder, slot: place)
  }
}

private struct SingleSlot: SingleValueDecodingContainer {
  let rebuilder: Rebuilder
  let slot: Int32

  var codingPath: [any CodingKey] { SlotKey.path(to: slot, in: rebuilder.slots) }

  func decodeNil() -> Bool { rebuilder.isNull(slot) }
  func decode<T: Decodable>(_ type: T.Type) throws -> T { try rebuilder.value(type, at: slot) }
}
