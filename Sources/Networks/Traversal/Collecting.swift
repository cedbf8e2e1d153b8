// What this file knows: how an `Encoder` takes a model apart. Its twin is Rebuilding.
//
// The compiler writes `encode(to:)` of a struct: every stored property, in order, by name. That is a
// traversal, so the models need no other: nothing to list, nothing to forget.

import AdjointDifferentiation

/// Collects the tensors of a model, and its form without them.
final class Collector {
  struct State {
    var slots: [Structure.Slot] = []
    var trained: [Tensor] = []
    var untrained: [Tensor] = []
    var carried: [any Encodable] = []
    var untrainedDepth = 0
    var mistake: ModelError?
    /// The types met so far; a model has few, so a list is quicker than a table.
    var treatments: [(type: Any.Type, treatment: Treatment)] = []
  }

  /// Behind a pointer, because every access to a stored property of a class is checked at run time,
  /// and the checks would take a third of the time.
  private let state: UnsafeMutablePointer<State>
  private let model: Any.Type

  private init(_ model: Any.Type) {
    self.model = model
    state = .allocate(capacity: 1)
    state.initialize(to: State())
    state.pointee.slots.reserveCapacity(32)
    state.pointee.trained.reserveCapacity(8)
    state.pointee.slots.append(Structure.Slot())
  }

  deinit {
    state.deinitialize(count: 1)
    state.deallocate()
  }

  var slots: [Structure.Slot] { state.pointee.slots }
  var untrained: [Tensor] { state.pointee.untrained }
  var trained: [Tensor] { state.pointee.trained }

  /// The trained tensors, which the collector then holds no longer.
  func takeTrained() -> [Tensor] {
    var taken: [Tensor] = []
    swap(&taken, &state.pointee.trained)
    return taken
  }

  /// Takes a model apart.
  static func collecting<M: Model>(_ model: M) throws(ModelError) -> Collector {
    let collector = Collector(M.self)
    do {
      try model.encode(to: SlotEncoder(collector: collector, slot: 0))
    } catch let error as ModelError {
      throw error
    } catch {
      throw collector.error(
        at: 0, "its encode(to:) threw \(error)",
        "Models are taken apart by encode(to:), so it must accept every value of the model.")
    }
    if let mistake = collector.state.pointee.mistake { throw mistake }
    return collector
  }

  /// The form of the model.
  var structure: Structure {
    Structure(model: model, slots: slots, carried: state.pointee.carried)
  }

  // MARK: Writing into places

  /// A new place for a key.
  func place(in parent: Int32, key: String) -> Int32 {
    let slot = state.pointee.slots.count
    state.pointee.slots.append(Structure.Slot(key: key, parent: parent))
    return Int32(truncatingIfNeeded: slot)
  }

  /// A new place at the end of an unkeyed container.
  func place(in parent: Int32) -> Int32 {
    let slot = state.pointee.slots.count
    let position = state.pointee.slots[Int(parent)].count
    state.pointee.slots[Int(parent)].count = position + 1
    state.pointee.slots.append(Structure.Slot(position: position, parent: parent))
    return Int32(truncatingIfNeeded: slot)
  }

  func set(_ slot: Int32, _ content: Structure.Content) {
    let old = state.pointee.slots[Int(slot)].content
    if case .empty = old {
      state.pointee.slots[Int(slot)].content = content
    } else if old != content, state.pointee.mistake == nil {
      state.pointee.mistake = error(
        at: slot, "encode(to:) writes two different things into one place",
        "Write each value under a key of its own, or ask the encoder for one container only.")
    }
  }

  func fill<T: Encodable>(_ slot: Int32, with value: T) throws {
    if T.self == Tensor.self { return keep(value, in: slot) }
    switch treatment(of: T.self) {
    case .carry: carry(value, in: slot)
    case .enter: try value.encode(to: SlotEncoder(collector: self, slot: slot))
    case .enterUntrained:
      state.pointee.untrainedDepth += 1
      defer { state.pointee.untrainedDepth -= 1 }
      try value.encode(to: SlotEncoder(collector: self, slot: slot))
    case .visitInOrder:
      guard let components = value as? any NamedComponents else { return carry(value, in: slot) }
      set(slot, .keyed)
      try components.visitInOrder { name, value in
        try fill(place(in: slot, key: name), with: value)
      }
    case .refuse:
      throw error(
        at: slot, "the keys of `\(T.self)` are not names",
        "Use String or Int keys, or conform the key type to CodingKeyRepresentable.")
    case .inspect:
      try inspect(value, slot)
      carry(value, in: slot)
    }
  }

  private func carry(_ value: some Encodable, in slot: Int32) {
    set(slot, .carried(Int32(state.pointee.carried.count)))
    state.pointee.carried.append(value)
  }

  /// Keeps a value that is a tensor.
  private func keep<T>(_ value: T, in slot: Int32) {
    if state.pointee.untrainedDepth == 0 {
      set(slot, .trained(Int32(state.pointee.trained.count)))
      Collector.append(value, to: &state.pointee.trained)
    } else {
      set(slot, .untrained(Int32(state.pointee.untrained.count)))
      Collector.append(value, to: &state.pointee.untrained)
    }
  }

  private static func append<T>(_ value: T, to tensors: inout [Tensor]) {
    let place = tensors.count
    tensors.append(identical(value, Tensor.self))
    if tensors[place].isLiteral { tensors[place] = tensors[place].settled }
  }

  private func treatment(of type: Any.Type) -> Treatment {
    if type == Int.self || type == Double.self || type == Bool.self || type == String.self
      || type == Float.self
    {
      return .carry
    }
    let known = state.pointee.treatments
    for place in known.indices where known[place].type == type { return known[place].treatment }
    let treatment = Treatment.remembered(of: type)
    if treatment != .inspect { state.pointee.treatments.append((type, treatment)) }
    return treatment
  }

  /// Refuses a value that is to be carried along but holds tensors.
  ///
  /// They would be neither trained nor saved, silently. Each type is looked at until it has shown its contents once.
  private func inspect<T: Encodable>(_ value: T, _ slot: Int32) throws {
    let inside = Collector(T.self)
    do {
      try value.encode(to: SlotEncoder(collector: inside, slot: 0))
    } catch let error as ModelError {
      throw error
    } catch {
      // A value that cannot be encoded can still be carried.
    }
    guard inside.trained.isEmpty, inside.untrained.isEmpty else {
      throw error(
        at: slot, "`\(T.self)` holds tensors but is not a model",
        "Conform `\(T.self)` to Model; mark the property @Untrained if it is not to be trained.")
    }
    // An empty collection has shown nothing yet.
    if inside.slots.count > 1 || !inside.state.pointee.carried.isEmpty {
      Treatment.remember(.carry, of: T.self)
    }
  }

  func error(at slot: Int32, _ problem: String, _ remedy: String) -> ModelError {
    ModelError(
      model: String(describing: model),
      mistakes: [
        .untraversable(
          path: Structure.name(of: slot, in: slots), problem: problem, remedy: remedy)
      ])
  }
}

/// The encoder of one place.
struct SlotEncoder: Encoder {
  let collector: Collector
  let slot: Int32

  var codingPath: [any CodingKey] { SlotKey.path(to: slot, in: collector.slots) }
  var userInfo: [CodingUserInfoKey: Any] { [:] }

  func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
    collector.set(slot, .keyed)
    return KeyedEncodingContainer(KeyedSlots<Key>(collector: collector, slot: slot))
  }
  func unkeyedContainer() -> any UnkeyedEncodingContainer {
    collector.set(slot, .unkeyed)
    return UnkeyedSlots(collector: collector, slot: slot)
  }
  func singleValueContainer() -> any SingleValueEncodingContainer {
    SingleSlot(collector: collector, slot: slot)
  }
}

private struct KeyedSlots<Key: CodingKey>: KeyedEncodingContainerProtocol {
  let collector: Collector
  let slot: Int32

  var codingPath: [any CodingKey] { SlotKey.path(to: slot, in: collector.slots) }

  private func place(_ key: some CodingKey) -> Int32 {
    collector.place(in: slot, key: key.stringValue)
  }

  func encodeNil(forKey key: Key) throws { collector.set(place(key), .null) }
  func encode<T: Encodable>(_ value: T, forKey key: Key) throws {
    try collector.fill(place(key), with: value)
  }
  func encodeIfPresent<T: Encodable>(_ value: T?, forKey key: Key) throws {
    let place = place(key)
    if let value { try collector.fill(place, with: value) } else { collector.set(place, .absent) }
  }
  func nestedContainer<Nested: CodingKey>(
    keyedBy type: Nested.Type, forKey key: Key
  ) -> KeyedEncodingContainer<Nested> { superEncoder(key).container(keyedBy: type) }
  func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
    superEncoder(key).unkeyedContainer()
  }
  func superEncoder() -> any Encoder { superEncoder(SlotKey(stringValue: "super")) }
  func superEncoder(forKey key: Key) -> any Encoder { superEncoder(key) }

  private func superEncoder(_ key: some CodingKey) -> SlotEncoder {
    SlotEncoder(collector: collector, slot: place(key))
  }
}

private struct UnkeyedSlots: UnkeyedEncodingContainer {
  let collector: Collector
  let slot: Int32

  var codingPath: [any CodingKey] { SlotKey.path(to: slot, in: collector.slots) }
  var count: Int { Int(collector.slots[Int(slot)].count) }

  private func place() -> Int32 {
    collector.place(in: slot)
  }

  func encodeNil() throws { collector.set(place(), .null) }
  func encode<T: Encodable>(_ value: T) throws { try collector.fill(place(), with: value) }
  func nestedContainer<Nested: CodingKey>(
    keyedBy type: Nested.Type
  ) -> KeyedEncodingContainer<Nested> {
    SlotEncoder(collector: collector, slot: place()).container(keyedBy: type)
  }
  func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer {
    SlotEncoder(collector: collector, slot: place()).unkeyedContainer()
  }
  func superEncoder() -> any Encoder { SlotEncoder(collector: collector, slot: place()) }
}

private struct SingleSlot: SingleValueEncodingContainer {
  let collector: Collector
  let slot: Int32

  var codingPath: [any CodingKey] { SlotKey.path(to: slot, in: collector.slots) }

  func encodeNil() throws { collector.set(slot, .null) }
  func encode<T: Encodable>(_ value: T) throws { try collector.fill(slot, with: value) }
}
