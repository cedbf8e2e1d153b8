// Taking a model apart, by way of its `encode(to:)`; the twin is Rebuilder.
//
// The compiler writes `encode(to:)` of a struct: every stored property, in order, by name. That is
// a traversal, and models need no other: there is nothing to list and nothing to forget.

import AdjointDifferentiation

/// Collects the tensors of a model, and its structure without them.
///
/// A collector that has traversed a model of the type before follows the fields that it made then;
/// at the first difference it makes the rest anew.
final class Collector: Traverser {
  /// What has happened to a field in the present traversal.
  private struct Progress {
    /// The traversal in which the field was last written.
    var writtenIn = 0
    /// The number of elements, in an unkeyed container.
    var count: Int32 = 0
  }

  private struct State {
    /// The number of the present traversal.
    var traversal = 0
    /// The field that comes next.
    var next = 1
    var fields: [Structure.Field] = []
    var progress: [Progress] = []
    var containers: [CachedContainer?] = []
    /// The structure with these fields, if it has been asked for and carries no values.
    var structure: Structure?
    /// True when the fields are no longer those of ``structure``.
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
    append(Structure.Field(), at: 0)
  }

  deinit {
    state.deinitialize(count: 1)
    state.deallocate()
  }

  var fields: [Structure.Field] { state.pointee.fields }

  /// Takes a model apart.
  static func collecting<M: Model>(_ model: M) throws(ModelError) -> _ModelParts {
    let collector = pool.take(for: M.self) ?? Collector(M.self)
    let parts: _ModelParts
    do {
      collector.begin()
      try model.encode(to: FieldEncoder(collector: collector, field: 0))
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
    state.pointee.traversal += 1
    state.pointee.next = 1
    state.pointee.progress[0].count = 0
  }

  /// What has been collected; the collector holds no tensor and no value afterwards.
  private func finish() throws(ModelError) -> _ModelParts {
    if let mistake = state.pointee.mistake { throw mistake }
    if state.pointee.next < state.pointee.fields.count { forgetFields(from: state.pointee.next) }
    for field in state.pointee.fields.indices {
      let progress = state.pointee.progress[field]
      if state.pointee.fields[field].count != progress.count {
        state.pointee.fields[field].count = progress.count
        state.pointee.hasChanged = true
      }
      if progress.writtenIn != state.pointee.traversal,
        state.pointee.fields[field].content != .empty
      {
        state.pointee.fields[field].content = .empty
        state.pointee.hasChanged = true
      }
    }
    let parts = _ModelParts(
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

  /// The structure of the model: that of the last time, unless something has changed.
  private func structure() -> Structure {
    if !state.pointee.hasChanged, state.pointee.carried.isEmpty,
      let structure = state.pointee.structure
    {
      return structure
    }
    let structure = Structure(
      model: model, fields: state.pointee.fields, carried: state.pointee.carried)
    state.pointee.structure = state.pointee.carried.isEmpty ? structure : nil
    state.pointee.hasChanged = false
    return structure
  }

  func dissolve() { state.pointee.containers = [] }

  // MARK: Writing into fields

  /// The field for a key.
  func child(of parent: Int32, key: String) -> Int32 {
    let field = state.pointee.next
    state.pointee.next = field + 1
    if isKnown(field, in: parent, position: -1), state.pointee.fields[field].key == key {
      state.pointee.progress[field].count = 0
    } else {
      append(Structure.Field(key: key, parent: parent), at: field)
    }
    return Int32(truncatingIfNeeded: field)
  }

  /// The field at the end of an unkeyed container.
  func nextElement(of parent: Int32) -> Int32 {
    let field = state.pointee.next
    state.pointee.next = field + 1
    let position = count(of: parent)
    state.pointee.progress[Int(parent)].count = position + 1
    if isKnown(field, in: parent, position: position) {
      state.pointee.progress[field].count = 0
    } else {
      append(Structure.Field(position: position, parent: parent), at: field)
    }
    return Int32(truncatingIfNeeded: field)
  }

  /// The number of elements that have been written into an unkeyed container.
  func count(of field: Int32) -> Int32 { state.pointee.progress[Int(field)].count }

  @inline(__always)
  private func isKnown(_ field: Int, in parent: Int32, position: Int32) -> Bool {
    field < state.pointee.fields.count && state.pointee.fields[field].parent == parent
      && state.pointee.fields[field].position == position
  }

  private func append(_ new: Structure.Field, at field: Int) {
    if field < state.pointee.fields.count { forgetFields(from: field) }
    state.pointee.fields.append(new)
    state.pointee.progress.append(Progress())
    state.pointee.containers.append(nil)
    state.pointee.hasChanged = true
  }

  private func forgetFields(from field: Int) {
    state.pointee.fields.removeSubrange(field...)
    state.pointee.progress.removeSubrange(field...)
    state.pointee.containers.removeSubrange(field...)
    state.pointee.hasChanged = true
  }

  func set(_ field: Int32, _ content: Structure.Content) {
    let index = Int(field)
    let isSame = state.pointee.fields[index].content == content
    if state.pointee.progress[index].writtenIn != state.pointee.traversal {
      state.pointee.progress[index].writtenIn = state.pointee.traversal
      guard !isSame else { return }
      state.pointee.fields[index].content = content
      state.pointee.hasChanged = true
    } else if !isSame, state.pointee.mistake == nil {
      state.pointee.mistake = error(
        at: field, "encode(to:) writes two different things under one name",
        "Write each value under a key of its own, or ask the encoder for one container only.")
    }
  }

  /// The container for the keys of a field.
  func container<Key: CodingKey>(_ field: Int32) -> KeyedEncodingContainer<Key> {
    set(field, .keyed)
    if let cached = state.pointee.containers[Int(field)], cached.hasKeys(Key.self) {
      return unsafeDowncast(cached, to: CachedWriter<Key>.self).container
    }
    let made = KeyedEncodingContainer(KeyedFieldWriter<Key>(collector: self, field: field))
    state.pointee.containers[Int(field)] = CachedWriter(made)
    return made
  }

  func fill<T: Encodable>(_ field: Int32, with value: T) throws {
    if T.self == Tensor.self { return collect(value, in: field) }
    switch treatment(of: T.self) {
    case .carry: carry(value, in: field)
    case .enter: try value.encode(to: FieldEncoder(collector: self, field: field))
    case .enterUntrained:
      state.pointee.untrainedDepth += 1
      defer { state.pointee.untrainedDepth -= 1 }
      try value.encode(to: FieldEncoder(collector: self, field: field))
    case .visitInOrder:
      guard let components = value as? any NamedComponents else { return carry(value, in: field) }
      set(field, .keyed)
      try components.visitInOrder { name, value in
        try fill(child(of: field, key: name), with: value)
      }
    case .refuse:
      throw error(
        at: field, "the keys of `\(T.self)` are not names",
        "Use String or Int keys, or conform the key type to CodingKeyRepresentable.")
    case .inspect:
      try inspect(value, field)
      carry(value, in: field)
    }
  }

  private func carry(_ value: some Encodable, in field: Int32) {
    set(field, .carried(Int32(state.pointee.carried.count)))
    state.pointee.carried.append(value)
  }

  /// Collects a value that is a tensor.
  private func collect<T>(_ value: T, in field: Int32) {
    if state.pointee.untrainedDepth == 0 {
      set(field, .trained(Int32(state.pointee.trained.count)))
      Collector.append(value, to: &state.pointee.trained)
    } else {
      set(field, .untrained(Int32(state.pointee.untrained.count)))
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
    for index in known.indices where known[index].type == type { return known[index].treatment }
    let treatment = Treatment.remembered(of: type)
    if treatment != .inspect { state.pointee.treatments.append((type, treatment)) }
    return treatment
  }

  /// Refuses a value that is to be carried along but holds tensors.
  ///
  /// They would silently be neither trained nor saved. Each type is looked into until it has shown
  /// its contents once.
  private func inspect<T: Encodable>(_ value: T, _ field: Int32) throws {
    let inside = Collector(T.self)
    defer { inside.dissolve() }
    do {
      inside.begin()
      try value.encode(to: FieldEncoder(collector: inside, field: 0))
    } catch let error as ModelError {
      throw error
    } catch {
      // A value that cannot be encoded can still be carried.
    }
    guard inside.state.pointee.trained.isEmpty, inside.state.pointee.untrained.isEmpty else {
      throw error(
        at: field, "`\(T.self)` holds tensors but is not a model",
        "Conform `\(T.self)` to Model; mark the property @Untrained if it is not to be trained.")
    }
    // An empty collection has shown nothing yet.
    if inside.state.pointee.next > 1 || !inside.state.pointee.carried.isEmpty {
      Treatment.remember(.carry, of: T.self)
    }
  }

  func error(at field: Int32, _ problem: String, _ remedy: String) -> ModelError {
    ModelError(
      model: String(describing: model),
      mistakes: [
        .untraversable(
          path: Structure.name(of: field, in: fields), problem: problem, remedy: remedy)
      ])
  }
}
