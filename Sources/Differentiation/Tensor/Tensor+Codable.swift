// A tensor for any encoder: `{"dtype": "float32", "shape": [2], "values": [1, "inf"]}` in JSON.
//
// Numbers, not bytes: this is for people and for small models; safetensors is for large ones. JSON
// has no infinities and no NaN, so these are strings.

import AdjointArrays

extension Tensor: Codable {
  private enum CodingKeys: String, CodingKey { case dtype, shape, values }

  /// Writes element type, shape and elements row by row; what is recorded on a tape is not written.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    let array = settled.array
    try container.encode(array.dtype.description, forKey: .dtype)
    try container.encode(array.shape, forKey: .shape)
    var values = container.nestedUnkeyedContainer(forKey: .values)
    switch array.dtype {
    case .float32: for value in array.values(as: Float.self) { try values.encodeNumber(value) }
    case .float64: for value in array.values(as: Double.self) { try values.encodeNumber(value) }
    case .int32: for value in array.values(as: Int32.self) { try values.encode(value) }
    case .bool: for value in array.values(as: Bool.self) { try values.encode(value) }
    }
  }

  /// Reads a constant tensor.
  ///
  /// - Throws: `DecodingError` for an unknown element type, sizes that make no shape, values that
  ///   are not of the element type, or a count of values that does not fill the shape.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let name = try container.decode(String.self, forKey: .dtype)
    guard let dtype = DType.allCases.first(where: { $0.description == name }) else {
      throw DecodingError.dataCorruptedError(
        forKey: .dtype, in: container,
        debugDescription: "there is no element type `\(name)`; the types are "
          + DType.allCases.map(\.description).joined(separator: ", "))
    }
    let shape = try container.decode(Shape.self, forKey: .shape)
    var values = try container.nestedUnkeyedContainer(forKey: .values)
    // Elements are collected before memory for the shape is asked for: a shape costs nothing to
    // claim.
    let array: NDArray? =
      switch dtype {
      case .float32: try elements(&values, shape) { try $0.decodeNumber(Float.self) }
      case .float64: try elements(&values, shape) { try $0.decodeNumber(Double.self) }
      case .int32: try elements(&values, shape) { try $0.decode(Int32.self) }
      case .bool: try elements(&values, shape) { try $0.decode(Bool.self) }
      }
    guard let array else {
      throw DecodingError.dataCorruptedError(
        forKey: .values, in: container,
        debugDescription: "the values do not fill the shape \(shape), which takes "
          + "\(shape.elementCount)")
    }
    self.init(array)
  }
}

extension UnkeyedEncodingContainer {
  fileprivate mutating func encodeNumber(_ value: some BinaryFloatingPoint & Encodable) throws {
    if value.isFinite {
      try encode(value)
    } else {
      try encode(value.isNaN ? "nan" : value > 0 ? "inf" : "-inf")
    }
  }
}

extension UnkeyedDecodingContainer {
  fileprivate mutating func decodeNumber<T: BinaryFloatingPoint & Decodable>(
    _ type: T.Type
  ) throws -> T {
    do {
      return try decode(type)
    } catch {
      // A failed attempt does not advance the container.
      guard let text = try? decode(String.self) else { throw error }
      switch text {
      case "nan": return .nan
      case "inf": return .infinity
      case "-inf": return -.infinity
      default:
        throw DecodingError.dataCorruptedError(
          in: self,
          debugDescription: "`\(text)` is not a number; the strings are `nan`, `inf` and `-inf`")
      }
    }
  }
}

/// The remaining elements, or nil if their count does not fill the shape.
private func elements<T: ArrayElement>(
  _ container: inout any UnkeyedDecodingContainer, _ shape: Shape,
  _ next: (inout any UnkeyedDecodingContainer) throws -> T
) throws -> NDArray? {
  var elements: [T] = []
  while !container.isAtEnd {
    guard elements.count < shape.elementCount else { return nil }
    elements.append(try next(&container))
  }
  return elements.count == shape.elementCount ? NDArray(elements, shape: shape) : nil
}
