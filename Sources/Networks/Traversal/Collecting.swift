// What this file knows: how an `Encoder` takes a model apart. Its twin is Rebuilding.
//
// The compiler writes `encode(to:)` of a struct: every stored property, in order, by name. That is a
// traversal, so the models need no other: nothing to list, nothing to forget.

import AdjointDifferentiation

/// Collects the tensors of a model, and its form without them.
///
/// A collector that has been over a model of the type before follows the slots that it made then; at
/// the first difference it makes the rest anew.
final class Collector: Traverser {
  /// What happened to a slot on the present way.
  private struct Progress {
    /// The way on which the slot was last written into.
    var writtenOn = 0
    /// The number of places within an unkeyed container.
    var count: Int32 = 0
  }

  private struct State {
    /// The number of the present way.
    var way = 0
    /// The slot that comes next.
    var next = 1
    var slots: [Structure.Slot] = []
    var progress: [Progress] = []
    var containers: [KeptContainer?] = []
    /// The form with these slots, if it has been asked for and carries no values.
    var structure: Structure?
    /// True when the slots are no longer those of ``structure``.
    var hasChanged = true
    var trained: [Tensor] = []
    var untrained: [Tensor] = []
    var carried: [any Encodable] = []
    var untrainedDepth = 0
    var mistake: ModelError?
    /// The types met so far; a model has few, so a list is quicker than a table.
    var treatments: [(type: Any.Type, treatment: Treatment)] = []
  }

  private static let pool = TraversalPool<Collector>()

  /// Behind a pointer, because every access to a stored property of a class is checked at run time,
  /// and the checks would take a third of the time.
  private let state: UnsafeMutablePointer<State>
  private let model: Any.Type

  private init(_ model: Any.Type) {
    self.model = model
    state = .allocate(capacity: 1)
    state.initialize(to: State())
    append(Structure.Slot(), at: 0)
  }

  deinit {
    state.deinitialize(count: 1)
    state.deallocate()
  }

  var slots: [Structure.Slot] { state.pointee.slots }

  /// Takes a model apart.
  static func collecting<M: Model>(_ model: M) throws(ModelError) -> ModelParts {
    let collector = pool.take(for: M.self) ?? Collector(M.self)
    let parts: ModelParts
    do {
      collector.begin()
      try model.encode(to: SlotEncoder(collector: collector, slot: 0))
      parts = try collector.finish()
    } catch {
      collector.dissolve()
      if let error = error as? ModelError { throw error }
      throw collector.error(
        at: 0, "its encode(to:) threw \(error)",
        "Models are taken apart by encode(to:), so it must accept every value of the model.")
    }
    pool.give(collector, for: M.self)
    return parts
  }

  private func begin() {
    state.pointee.way += 1
    state.pointee.next = 1
    state.pointee.progress[0].count = 0
  }

  /// What has been collected; the collector holds no tensor and no value afterwards.
  private func finish() throws(ModelError) -> ModelParts {
    if let mistake = state.pointee.mistake { throw mistake }
    if state.pointee.next < state.pointee.slots.count { forgetSlots(from: state.pointee.next) }
    for slot in state.pointee.slots.indices {
      let progress = state.pointee.progress[slot]
      if state.pointee.slots[slot].count != progress.count {
        state.pointee.slots[slot].count = progress.count
        state.pointee.hasChanged = true
      }
      if progress.writtenOn != state.pointee.way, state.pointee.slots[slot].content != .empty {
        state.pointee.slots[slot].content = .empty
        state.pointee.hasChanged = true
      }
    }
    let parts = ModelParts(
      structure: structure(), trained: state.pointee.trained, untrained: state.pointee.untrained)
    // New arrays rather than emptied ones: the old ones are the caller's now.
    let (trainedCount, untrainedCount) = (parts.trained.count, parts.untrained.count)
    state.pointee.trained = []
    state.pointee.untrained = []
    if !state.pointee.carried.isEmpty { state.pointee.carried = [] }
    state.pointee.trained.reserveCapacity(trainedCount)
    if untrainedCount > 0 { state.pointee.untrained.reserveCapacity(untrainedCount) }
    return parts
  }

  /// The form of the model: that of the last time, unless something has changed.
  private func structure() -> Structure {
    if !state.pointee.hasChanged, state.pointee.carried.isEmpty,
      let structure = state.pointee.structure
    {
      return structure
    }
    let structure = Structure(
      model: model, slots: state.pointee.slots, carried: state.pointee.carried)
    state.pointee.structure = state.pointee.carried.isEmpty ? structure : nil
    state.pointee.hasChanged = false
    return structure
  }

  func dissolve() { state.pointee.containers = [] }

  // MARK: Writing into places

  /// The place for a key.
  func place(in parent: Int32, key: String) -> Int32 {
    let slot = state.pointee.next
    state.pointee.next = slot + 1
    if isKnown(slot, in: parent, position: -1), state.pointee.slots[slot].key == key {
      state.pointee.progress[slot].count = 0
    } else {
      append(Structure.Slot(key: key, parent: parent), at: slot)
    }
    return Int32(truncatingIfNeeded: slot)
  }

  /// The place at the end of an unkeyed container.
  func place(in parent: Int32) -> Int32 {
    let slot = state.pointee.next
    state.pointee.next = slot + 1
    let position = count(of: parent)
    state.pointee.progress[Int(parent)].count = position + 1
    if isKnown(slot, in: parent, position: position) {
      state.pointee.progress[slot].count = 0
    } else {
      append(Structure.Slot(position: position, parent: parent), at: slot)
    }
    return Int32(truncatingIfNeeded: slot)
  }

  /// The number of places that have been written within an unkeyed container.
  func count(of slot: Int32) -> Int32 { state.pointee.progress[Int(slot)].count }

  @inline(__always)
  private func isKnown(_ slot: Int, in parent: Int32, position: Int32) -> Bool {
    slot < state.pointee.slots.count && state.pointee.slots[slot].parent == parent
      && state.pointee.slots[slot].position == position
  }

  private func append(_ new: Structure.Slot, at slot: Int) {
    if slot < state.pointee.slots.count { forgetSlots(from: slot) }
    state.pointee.slots.append(new)
    state.pointee.progress.append(Progress())
    state.pointee.containers.append(nil)
    state.pointee.hasChanged = true
  }

  private func forgetSlots(from slot: Int) {
    state.pointee.slots.removeSubrange(slot...)
    state.pointee.progress.removeSubrange(slot...)
    state.pointee.containers.removeSubrange(slot...)
    state.pointee.hasChanged = true
  }

  func set(_ slot: Int32, _ content: Structure.Content) {
    let place = Int(slot)
    let isSame = state.pointee.slots[place].content == content
    if state.pointee.progress[place].writtenOn != state.pointee.way {
      state.pointee.progress[place].writtenOn = state.pointee.way
      guard !isSame else { return }
      state.pointee.slots[place].content = content
      state.pointee.hasChanged = true
    } else if !isSame, state.pointee.mistake == nil {
      state.pointee.mistake = error(
        at: slot, "encode(to:) writes two different things into one place",
        "Write each value under a key of its own, or ask the encoder for one container only.")
    }
  }

  /// The container for the keys of a place.
  fileprivate func container<Key: CodingKey>(_ slot: Int32) -> KeyedEncodingContainer<Key> {
    set(slot, .keyed)
    if let kept = state.pointee.containers[Int(slot)], kept.hasKeys(Key.self) {
      return unsafeDowncast(kept, to: KeptEncodingContainer<Key>.self).container
    }
    let made = KeyedEncodingContainer(KeyedSlots<Key>(collector: self, slot: slot))
    state.pointee.containers[Int(slot)] = KeptEncodingContainer(made)
    return made
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
    let tensor = identical(value, Tensor.self)
    if tensor.isLiteral { tensors.append(tensor.settled) } else { tensors.append(tensor) }
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
    defer { inside.dissolve() }
    do {
      inside.begin()
      try value.encode(to: SlotEncoder(collector: inside, slot: 0))
    } catch let error as ModelError {
      throw error
    } catch {
      // A value that cannot be encoded can still be carried.
    }
    guard inside.state.pointee.trained.isEmpty, inside.state.pointee.untrained.isEmpty else {
      throw error(
        at: slot, "`\(T.self)` holds tensors but is not a model",
        "Conform `\(T.self)` to Model; mark the property @Untrained if it is not to be trained.")
    }
    // An empty collection has shown nothing yet.
    if inside.state.pointee.next > 1 || !inside.state.pointee.carried.isEmpty {
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
    collector.container(slot)
  }
  func unkeyedContainer() -> any UnkeyedEncodingContainer {
    collector.set(slot, .unkeyed)
    return UnkeyedSlots(collector: collector, slot: slot)
  }
  func singleValueContainer() -> any SingleValueEncodingContainer {
    SingleSlot(collector: collector, slot: slot)
  }
}

private final class KeptEncodingContainer<Key: CodingKey>: KeptContainer {
  let container: KeyedEncodingContainer<Key>

  init(_ container: KeyedEncodingContainer<Key>) {
    self.container = container
    super.init(Key.self)
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
  var count: Int { Int(collector.count(of: slot)) }

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
