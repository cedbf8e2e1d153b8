// Reading, replacing and updating the tensors of a model from outside.

import AdjointArrays
import AdjointDifferentiation
import AdjointSupport

extension Model {
  /// The trained tensors with their names, in the order of declaration.
  public var parameters: [(name: String, value: Tensor)] {
    let parts = collected
    return Array(zip(parts.structure.trainedNames, parts.trained)).map { ($0, $1) }
  }

  /// All tensors with their names in the order of declaration, trained or not: what is to be saved.
  public var state: [(name: String, value: Tensor)] {
    let parts = collected
    return parts.structure.named(parts.trained, parts.untrained).map { ($0.name, $0.value) }
  }

  /// The number of trained numbers.
  public var parameterCount: Int { collected.trained.reduce(0) { $0 + $1.elementCount } }

  // MARK: Replacing by name

  /// Replaces all trained tensors.
  ///
  /// - Parameter parameters: one tensor for each name that ``parameters`` lists, in any order.
  /// - Throws: ``ModelError`` that lists every missing and unexpected name, wrong shape and wrong
  ///   element type. The model is then unchanged.
  public mutating func setParameters(
    _ parameters: some Sequence<(name: String, value: Tensor)>
  ) throws(ModelError) {
    try replace(parameters, includingUntrained: false)
  }

  /// Replaces all trained tensors.
  ///
  /// - Throws: as the method of the same name.
  public mutating func setParameters(_ parameters: [String: Tensor]) throws(ModelError) {
    try setParameters(
      parameters.sorted { $0.key < $1.key }.map { (name: $0.key, value: $0.value) })
  }

  /// Replaces all tensors, trained or not: what is to be done with a saved ``state``.
  ///
  /// - Throws: as ``setParameters(_:)``. The model is then unchanged.
  public mutating func setState(
    _ state: some Sequence<(name: String, value: Tensor)>
  ) throws(ModelError) {
    try replace(state, includingUntrained: true)
  }

  /// Replaces all tensors, trained or not.
  ///
  /// - Throws: as ``setParameters(_:)``. The model is then unchanged.
  public mutating func setState(_ state: [String: Tensor]) throws(ModelError) {
    try setState(state.sorted { $0.key < $1.key }.map { (name: $0.key, value: $0.value) })
  }

  private mutating func replace(
    _ given: some Sequence<(name: String, value: Tensor)>, includingUntrained: Bool
  ) throws(ModelError) {
    let parts = try Collector.collecting(self)
    let structure = parts.structure
    var mistakes: [ModelError.Mistake] = []
    var byName: [String: Tensor] = [:]
    var order: [String] = []
    for (name, value) in given {
      if byName.updateValue(value.settled.detached(), forKey: name) != nil {
        mistakes.append(.duplicate(name: name))
      } else {
        order.append(name)
      }
    }
    var trained: [Tensor] = []
    var untrained: [Tensor] = []
    for (name, old, isTrained) in structure.named(parts.trained, parts.untrained) {
      guard isTrained || includingUntrained else {
        untrained.append(old)
        continue
      }
      let new = byName.removeValue(forKey: name)
      if let new {
        if new.shape != old.shape {
          mistakes.append(.wrongShape(name: name, expected: old.shape, found: new.shape))
        }
        if new.dtype != old.dtype {
          mistakes.append(.wrongElementType(name: name, expected: old.dtype, found: new.dtype))
        }
      } else {
        mistakes.append(.missing(name: name, expected: old.type))
      }
      if isTrained { trained.append(new ?? old) } else { untrained.append(new ?? old) }
    }
    for name in order {
      if let tensor = byName[name] {
        mistakes.append(.unexpected(name: name, found: tensor.type))
      }
    }
    guard mistakes.isEmpty else { throw ModelError(model: "\(Self.self)", mistakes: mistakes) }
    self = try Rebuilder.rebuilding(
      Self.self, parts.replacing(trained: trained, untrained: untrained))
  }

  // MARK: Replacing in order

  /// Hands out the trained tensors for a change in place.
  ///
  /// A tensor that no copy of the model shares is held by the array alone while the closure runs,
  /// and `withUnsafeMutableBytes` changes it without an allocation. A copy such as
  /// `let best = model` is never changed: what it shares is copied on the first write.
  ///
  /// The tensors come in the order of ``parameters``; their number, shapes and element types must
  /// stay. A closure that throws should check before it changes anything: what it has changed by
  /// then remains changed.
  ///
  /// - Complexity: two passes over the model's structure; no element is touched.
  public mutating func updateParameters<E: Error>(
    _ body: (inout [Tensor]) throws(E) -> Void
  ) throws(E) {
    try updateParameters(checkingTypes: true, body)
  }

  /// The same; the check of what the closure has left can be dropped if it changes no type.
  package mutating func updateParameters<E: Error>(
    checkingTypes: Bool, _ body: (inout [Tensor]) throws(E) -> Void
  ) throws(E) {
    var parts = collected
    let layouts = checkingTypes ? parts.layouts : []
    var leaves = parts.takeTrained()
    // The model is moved out of its memory and released, so that the array alone holds the tensors.
    // The empty memory cannot be seen: `self` is borrowed exclusively until this method returns,
    // and it is filled again whichever way the closure is left. Stand-ins for the tensors, in a
    // model rebuilt with them, would do without pointers and take a third traversal.
    try withUnsafeMutablePointer(to: &self) { (memory: UnsafeMutablePointer<Self>) throws(E) in
      memory.deinitialize(count: 1)
      defer {
        for (number, layout) in layouts.enumerated() {
          require(
            number < leaves.count && leaves[number].layout.hasType(of: layout),
            "updateParameters: the closure changed the number or the type of the tensors. "
              + "Leave `\(parts.structure.trainedNames[number])` at its place, as "
              + "\(layout.dtype) \(layout.shape).")
        }
        memory.initialize(to: Self.rebuilt(parts.replacing(trained: leaves)))
      }
      try body(&leaves)
    }
  }

  /// The model with every tensor passed through a function, trained or not.
  public func mapTensors<E: Error>(
    _ transform: (Tensor) throws(E) -> Tensor
  ) throws(E) -> Self {
    let parts = collected
    var trained: [Tensor] = []
    var untrained: [Tensor] = []
    for tensor in parts.trained { trained.append(try transform(tensor)) }
    for tensor in parts.untrained { untrained.append(try transform(tensor)) }
    return Self.rebuilt(parts.replacing(trained: trained, untrained: untrained))
  }

  /// The model with its floating-point tensors in another element type.
  ///
  /// ```swift
  /// let precise = model.converted(to: .float64)      // for checking gradients
  /// ```
  public func converted(to dtype: DType) -> Self {
    mapTensors { $0.dtype.isFloatingPoint ? $0.converted(to: dtype) : $0 }
  }
}

extension Tensor {
  /// A tensor of the given shape and type that takes no memory of its own: one zero, repeated.
  ///
  /// It has the full shape, so that an `init(from:)` that looks at shapes finds what it expects.
  static func standIn(_ layout: ArrayLayout) -> Tensor {
    Tensor(zero(layout.dtype).broadcast(to: layout.shape))
  }

  private static func zero(_ dtype: DType) -> NDArray {
    switch dtype {
    case .float32: zeroFloat32
    case .float64: zeroFloat64
    case .int32, .bool: NDArray(scalar: 0, dtype: dtype)
    }
  }

  private static let zeroFloat32 = NDArray(scalar: 0, dtype: .float32)
  private static let zeroFloat64 = NDArray(scalar: 0, dtype: .float64)
}
