// What has to be remembered between steps, as plain named arrays, and how they are written down bit
// for bit. It has never heard of how a step is made.

import AdjointArrays

/// What an optimizer remembers between steps: how far it is, and the arrays of its transforms.
///
/// Training resumed from a saved model and state continues bit for bit. `Optimizer.save(to:)`
/// writes the state to a file of named tensors; it is `Codable` too.
public struct OptimizerState: Sendable, Codable {
  /// An array that a transform keeps for a parameter.
  public struct Entry: Sendable {
    /// The number and name of the link, the state and the parameter, such as
    /// `1.adam.firstMoment.hidden.weight`.
    public var name: String
    /// The contents, in the shape and type of the parameter.
    public var value: NDArray

    /// Creates an entry.
    public init(name: String, value: NDArray) {
      self.name = name
      self.value = value
    }
  }

  /// The number of steps made.
  public var step: Int
  /// How often each parameter has been updated.
  public var updateCounts: [String: Int]
  /// The arrays of the transforms.
  public var arrays: [Entry]

  /// Creates a state.
  public init(step: Int, updateCounts: [String: Int], arrays: [Entry]) {
    self.step = step
    self.updateCounts = updateCounts
    self.arrays = arrays
  }
}

// MARK: - Beside tensors in a file

extension OptimizerState {
  private static let stepKey = "step"
  private static let countPrefix = "updateCount."

  /// The counts as text, for the metadata of a file of tensors.
  public var metadata: [String: String] {
    var metadata = [OptimizerState.stepKey: String(step)]
    for (name, count) in updateCounts {
      metadata[OptimizerState.countPrefix + name] = String(count)
    }
    return metadata
  }

  /// The state whose arrays and ``metadata`` these are; other metadata is ignored.
  ///
  /// - Throws: ``OptimizerError`` of kind `foreignState` when a count is missing or not a number.
  public init(
    tensors: [(name: String, array: NDArray)], metadata: [String: String]
  ) throws(OptimizerError) {
    step = try OptimizerState.count(metadata[OptimizerState.stepKey], OptimizerState.stepKey)
    updateCounts = [:]
    for (key, text) in metadata where key.hasPrefix(OptimizerState.countPrefix) {
      let name = String(key.dropFirst(OptimizerState.countPrefix.count))
      updateCounts[name] = try OptimizerState.count(text, key)
    }
    arrays = tensors.map { Entry(name: $0.name, value: $0.array) }
  }

  private static func count(_ text: String?, _ key: String) throws(OptimizerError) -> Int {
    guard let text, let count = Int(text), count >= 0 else {
      throw OptimizerError(
        .foreignState, name: key,
        problem: "the metadata has no count under \"\(key)\""
          + (text.map { " but \"\($0.prefix(40))\"" } ?? ""),
        remedy: "Save `state.metadata` beside the arrays, and read it back with them.")
    }
    return count
  }
}

// MARK: - Bits

extension OptimizerState.Entry: Codable {
  private enum CodingKeys: String, CodingKey {
    case name, type, shape, bits
  }

  // Bit patterns rather than numbers: text formats have no infinity and no NaN, and not all of
  // their readers round as they should.

  /// Writes name, type, shape, and the elements as the integers with the same bits.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(name, forKey: .name)
    try container.encode(value.dtype, forKey: .type)
    try container.encode(value.shape, forKey: .shape)
    switch value.dtype {
    case .float32:
      try container.encode(value.values(as: Float.self).map(\.bitPattern), forKey: .bits)
    case .float64:
      try container.encode(value.values(as: Double.self).map(\.bitPattern), forKey: .bits)
    case .int32, .bool:
      throw EncodingError.invalidValue(
        value.dtype,
        .init(
          codingPath: container.codingPath,
          debugDescription: "states are float32 or float64, not \(value.dtype)"))
    }
  }

  /// Reads what ``encode(to:)`` writes.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    name = try container.decode(String.self, forKey: .name)
    let shape = try container.decode(Shape.self, forKey: .shape)
    switch try container.decode(DType.self, forKey: .type) {
    case .float32:
      let numbers = try container.decode([UInt32].self, forKey: .bits).map(Float.init(bitPattern:))
      value = try Self.array(numbers, shape, container)
    case .float64:
      let numbers = try container.decode([UInt64].self, forKey: .bits).map(Double.init(bitPattern:))
      value = try Self.array(numbers, shape, container)
    case let other:
      throw DecodingError.dataCorruptedError(
        forKey: .type, in: container,
        debugDescription: "states are float32 or float64, not \(other)")
    }
  }

  private static func array<Number: ArrayElement>(
    _ numbers: [Number], _ shape: Shape, _ container: KeyedDecodingContainer<CodingKeys>
  ) throws -> NDArray {
    guard numbers.count == shape.elementCount else {
      throw DecodingError.dataCorruptedError(
        forKey: .bits, in: container,
        debugDescription: "\(numbers.count) elements do not fill the shape \(shape)")
    }
    return NDArray(numbers, shape: shape)
  }
}
