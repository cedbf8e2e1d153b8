// Putting a model together again with other tensors, by way of its `init(from:)`; the twin is
// Collector.

import AdjointDifferentiation

/// Hands out the tensors and values of a model to its `init(from:)`.
final class Rebuilder: Traverser {
  private struct State {
    var structure: Structure?
    var fields: [Structure.Field] = []
    var trained: [Tensor] = []
    var untrained: [Tensor] = []
    /// The field that is read next if reading follows the order of writing.
    var expected: Int32 = 1
    var handedOut = 0
    /// The field and type whose `init(from:)` is at work; asking for the same again would not end.
    var pending: (field: Int32, type: Any.Type)?
    /// The container of each field, from earlier models of this type.
    var containers: [CachedContainer?] = []
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

  var fields: [Structure.Field] { state.pointee.fields }

  /// Puts a model together.
  static func rebuilding<M: Model>(_ type: M.Type, _ parts: _ModelParts) throws(ModelError) -> M {
    let rebuilder = pool.take(for: M.self) ?? Rebuilder(M.self)
    let model: M
    do {
      rebuilder.begin(parts)
      model = try M(from: FieldDecoder(rebuilder: rebuilder, field: 0))
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

  private func begin(_ parts: _ModelParts) {
    state.pointee.structure = parts.structure
    state.pointee.fields = parts.structure.fields
    state.pointee.trained = parts.trained
    state.pointee.untrained = parts.untrained
    state.pointee.expected = 1
    state.pointee.handedOut = 0
    let missing = parts.structure.fields.count - state.pointee.containers.count
    if missing > 0 { state.pointee.containers += Array(repeating: nil, count: missing) }
  }

  /// Checks that every tensor has been read, and releases them.
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
    state.pointee.fields = []
    state.pointee.trained = []
    state.pointee.untrained = []
  }

  func dissolve() { state.pointee.containers = [] }

  /// The container for the keys of a field.
  func container<Key: CodingKey>(_ field: Int32) -> KeyedDecodingContainer<Key> {
    if let cached = state.pointee.containers[Int(field)], cached.hasKeys(Key.self) {
      return unsafeDowncast(cached, to: CachedReader<Key>.self).container
    }
    let made = KeyedDecodingContainer(KeyedFieldReader<Key>(rebuilder: self, field: field))
    state.pointee.containers[Int(field)] = CachedReader(made)
    return made
  }

  // MARK: Reading from fields

  /// The field of a key within a container.
  func child(of parent: Int32, key: String) -> Int32? {
    let next = state.pointee.expected
    if isChild(next, of: parent), fields[Int(next)].key == key {
      state.pointee.expected = next + 1
      return next
    }
    guard let field = find(key, in: parent) else { return nil }
    state.pointee.expected = field + 1
    return field
  }

  /// The same for a container that is not read in the order in which it was written.
  func find(_ key: String, in parent: Int32) -> Int32? {
    let next = state.pointee.expected
    if isChild(next, of: parent), fields[Int(next)].key == key { return next }
    return children(of: parent).first { fields[Int($0)].key == key }
  }

  /// The fields within a container, which all come after its own.
  func children(of parent: Int32) -> some Sequence<Int32> {
    (parent + 1..<Int32(fields.count)).lazy.filter { self.fields[Int($0)].parent == parent }
  }

  /// The field after the given one in an unkeyed container.
  func element(after field: Int32, of parent: Int32) -> Int32? {
    let next = state.pointee.expected
    if next > field, isChild(next, of: parent) { return next }
    return children(of: parent).first { $0 > field }
  }

  private func isChild(_ field: Int32, of parent: Int32) -> Bool {
    field < fields.count && fields[Int(field)].parent == parent
  }

  /// The field of a key that must be there.
  func requiredChild(of parent: Int32, key: some CodingKey) throws -> Int32 {
    if let field = child(of: parent, key: key.stringValue), fields[Int(field)].content != .absent {
      return field
    }
    throw error(
      at: parent, "init(from:) reads `\(key.stringValue)`, which encode(to:) did not write",
      "Write the value under that key, or read it with decodeIfPresent.")
  }

  func value<T: Decodable>(_ type: T.Type, at field: Int32) throws -> T {
    switch fields[Int(field)].content {
    case .trained(let index):
      if type == Tensor.self { return handOut(state.pointee.trained[Int(index)]) }
      return try valueInside(type, field)
    case .untrained(let index):
      if type == Tensor.self { return handOut(state.pointee.untrained[Int(index)]) }
      return try valueInside(type, field)
    case .carried(let index): return try carried(type, Int(index), field)
    default:
      guard type != Tensor.self else { throw wrongType(type, field) }
      state.pointee.expected = field + 1
      return try T(from: FieldDecoder(rebuilder: self, field: field))
    }
  }

  /// A value that was carried along.
  ///
  /// A method of its own, or every call for a tensor or a model would begin with looking up the
  /// optional of its type.
  @inline(never)
  private func carried<T: Decodable>(_ type: T.Type, _ index: Int, _ field: Int32) throws -> T {
    if let value = state.pointee.structure?.carried[index],
      let value = opened(value, type) ?? (value as? T)
    {
      return value
    }
    return try valueInside(type, field)
  }

  /// A value whose own `init(from:)` reads the tensor or value of its field, as a wrapper does.
  private func valueInside<T: Decodable>(_ type: T.Type, _ field: Int32) throws -> T {
    let outer = state.pointee.pending
    let isPending = outer.map { $0.field == field && $0.type == type } ?? false
    guard type != Tensor.self, !isPending else { throw wrongType(type, field) }
    state.pointee.pending = (field, type)
    defer { state.pointee.pending = outer }
    state.pointee.expected = field + 1
    return try T(from: FieldDecoder(rebuilder: self, field: field))
  }

  /// A tensor as the type that has turned out to be that of tensors.
  private func handOut<T>(_ tensor: Tensor) -> T {
    state.pointee.handedOut += 1
    return identical(tensor, T.self)
  }

  private func wrongType(_ type: Any.Type, _ field: Int32) -> ModelError {
    error(
      at: field, "init(from:) reads a `\(type)` where encode(to:) wrote something else",
      "Read each value as the type it was written as.")
  }

  /// Tells that what is read next is inside a field.
  func enter(_ field: Int32) { state.pointee.expected = field + 1 }

  func isNull(_ field: Int32) -> Bool { fields[Int(field)].content == .null }

  func error(at field: Int32, _ problem: String, _ remedy: String) -> ModelError {
    ModelError(
      model: String(describing: model),
      mistakes: [
        .untraversable(
          path: Structure.name(of: field, in: fields), problem: problem, remedy: remedy)
      ])
  }
}
