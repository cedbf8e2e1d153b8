// The JSON header of a safetensors file: reading it with distrust, and writing it so that equal
// tensors give equal bytes. It has never heard of files, nor does it touch elements.

import AdjointArrays
import AdjointSupport

/// One tensor as the header announces it.
struct SafetensorsEntry {
  var name: String
  var dtype: DType
  var shape: Shape
  /// Where the elements lie, counted from the end of the header.
  var range: Range<Int>
}

/// The header of a safetensors file.
///
///     8 bytes   n, the length of the header, little-endian
///     n bytes   {"name": {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]}, ...}
///     the rest  the elements, row-major, little-endian, tensor after tensor
struct SafetensorsHeader {
  /// The format's own limit.
  static let largestSize = 100_000_000

  /// In the order of their data.
  var entries: [SafetensorsEntry]
  var metadata: [String: String]

  /// The length of the JSON text, from the first eight bytes of a file of `fileSize` bytes.
  static func size(
    from bytes: UnsafeRawBufferPointer, fileSize: Int
  ) throws(DataError) -> Int {
    guard fileSize >= 8, bytes.count >= 8 else {
      throw .malformed(
        at: fileSize, "the file has \(fileSize) bytes, not even the 8 of the header's length",
        remedy: notSafetensors)
    }
    let size = UInt64(littleEndian: bytes.loadUnaligned(as: UInt64.self))
    guard size <= UInt64(fileSize - 8) else {
      throw .malformed(
        at: 0, "the header says \(size) bytes but the file has \(fileSize)", remedy: notSafetensors)
    }
    guard size <= UInt64(largestSize) else {
      throw .tooLarge(
        at: 0, "the header says \(size) bytes, more than the format's limit of \(largestSize)",
        remedy: notSafetensors)
    }
    return Int(size)
  }

  /// Reads the JSON text, which begins at byte 8 and is followed by `dataSize` bytes of elements.
  init(_ json: UnsafeBufferPointer<UInt8>, dataSize: Int) throws(DataError) {
    guard json.first == UInt8(ascii: "{") else {
      throw .malformed(at: 8, "the header does not begin with '{'", remedy: Self.notSafetensors)
    }
    guard case .object(let members) = try JSONReader.read(json, base: 8).value else {
      throw .malformed(at: 8, "the header is not an object", remedy: Self.notSafetensors)
    }
    entries = []
    metadata = [:]
    var offsets: [Int] = []
    for member in members {
      if member.key == Self.metadataKey {
        metadata = try Self.metadata(member.node)
      } else {
        entries.append(try Self.entry(member, dataSize: dataSize))
        offsets.append(member.keyOffset)
      }
    }
    // Empty tensors begin where a neighbor does; header order then decides, which keeps the
    // sort stable, and an empty one comes before the one whose data begin there.
    let order = entries.indices.sorted {
      let (a, b) = (entries[$0].range, entries[$1].range)
      return (a.lowerBound, a.upperBound, $0) < (b.lowerBound, b.upperBound, $1)
    }
    var end = 0
    for index in order {
      let entry = entries[index]
      guard entry.range.lowerBound == end else {
        let relation =
          entry.range.lowerBound < end ? "overlaps the tensor before it" : "leaves a hole"
        throw .malformed(
          at: offsets[index],
          "tensor \(entry.name.quoted) \(relation): its data begin at \(entry.range.lowerBound), those before end at \(end)",
          remedy: Self.notSafetensors)
      }
      end = entry.range.upperBound
    }
    guard end == dataSize else {
      throw .malformed(
        at: 8 + json.count + end, "\(dataSize - end) bytes follow the last tensor",
        remedy: Self.notSafetensors)
    }
    entries = order.map { entries[$0] }
  }

  static let metadataKey = "__metadata__"
  static let notSafetensors = "The file is damaged or not a safetensors file."

  private static func metadata(_ node: JSONNode) throws(DataError) -> [String: String] {
    guard case .object(let members) = node.value else {
      throw .malformed(
        at: node.offset, "\(metadataKey) is \(node.kind), not an object", remedy: notSafetensors)
    }
    var metadata: [String: String] = [:]
    for member in members {
      guard case .string(let text) = member.node.value else {
        throw .malformed(
          at: member.node.offset,
          "the metadata value of \(member.key.quoted) is \(member.node.kind), not a string",
          remedy: notSafetensors)
      }
      metadata[member.key] = text
    }
    return metadata
  }

  // MARK: One tensor

  private static func entry(
    _ member: JSONNode.Member, dataSize: Int
  ) throws(DataError) -> SafetensorsEntry {
    let name = member.key.quoted
    guard case .object(let fields) = member.node.value else {
      throw .malformed(
        at: member.node.offset, "tensor \(name) is \(member.node.kind), not an object",
        remedy: notSafetensors)
    }
    var found: [String: JSONNode] = [:]
    for field in fields {
      guard ["dtype", "shape", "data_offsets"].contains(field.key) else {
        throw .malformed(
          at: field.keyOffset, "tensor \(name) has an unknown field \(field.key.quoted)",
          remedy: notSafetensors)
      }
      found[field.key] = field.node
    }
    guard let dtypeNode = found["dtype"], let shapeNode = found["shape"],
      let offsetsNode = found["data_offsets"]
    else {
      throw .malformed(
        at: member.node.offset, "tensor \(name) lacks dtype, shape or data_offsets",
        remedy: notSafetensors)
    }
    let dtype = try dtype(dtypeNode, of: name)
    let shape = try shape(shapeNode, of: name)
    let range = try range(offsetsNode, of: name, dataSize: dataSize)
    let size = shape.elementCount.multipliedReportingOverflow(by: dtype.byteCount)
    guard !size.overflow, size.partialValue == range.count else {
      throw .malformed(
        at: offsetsNode.offset,
        "tensor \(name) of shape \(shape) and dtype \(dtype) does not fill its \(range.count) bytes",
        remedy: notSafetensors)
    }
    return SafetensorsEntry(name: member.key, dtype: dtype, shape: shape, range: range)
  }

  private static func dtype(_ node: JSONNode, of name: String) throws(DataError) -> DType {
    guard case .string(let text) = node.value else {
      throw .malformed(
        at: node.offset, "the dtype of tensor \(name) is \(node.kind), not a string",
        remedy: notSafetensors)
    }
    for dtype in DType.allCases where dtype.safetensorsName == text { return dtype }
    throw .unsupported(
      at: node.offset,
      "tensor \(name) has dtype \(text.quoted); F32, F64, I32 and BOOL can be read",
      remedy: "Convert the tensor to one of these with the program that wrote it.")
  }

  private static func shape(_ node: JSONNode, of name: String) throws(DataError) -> Shape {
    let dimensions = try integers(node, "the shape of tensor \(name)")
    guard dimensions.count <= Shape.maximumRank else {
      throw .unsupported(
        at: node.offset,
        "tensor \(name) has \(dimensions.count) axes; at most \(Shape.maximumRank) can be read",
        remedy: "Reshape the tensor with the program that wrote it.")
    }
    do throws(ShapeError) {
      return try Shape(validating: dimensions)
    } catch {
      throw .malformed(
        at: node.offset, "the shape of tensor \(name): \(error.problem)", remedy: notSafetensors)
    }
  }

  private static func range(
    _ node: JSONNode, of name: String, dataSize: Int
  ) throws(DataError) -> Range<Int> {
    let offsets = try integers(node, "data_offsets of tensor \(name)")
    guard offsets.count == 2, offsets[0] <= offsets[1] else {
      throw .malformed(
        at: node.offset, "data_offsets of tensor \(name) are not a begin and an end",
        remedy: notSafetensors)
    }
    guard offsets[1] <= dataSize else {
      throw .malformed(
        at: node.offset,
        "the data of tensor \(name) end at \(offsets[1]) but the file holds \(dataSize) bytes of data",
        remedy: "The file is truncated; copy or download it again.")
    }
    return offsets[0]..<offsets[1]
  }

  private static func integers(_ node: JSONNode, _ subject: String) throws(DataError) -> [Int] {
    guard case .array(let elements) = node.value else {
      throw .malformed(
        at: node.offset, "\(subject) is \(node.kind), not an array", remedy: notSafetensors)
    }
    var integers: [Int] = []
    for element in elements {
      guard case .integer(let integer) = element.value, integer >= 0 else {
        throw .malformed(
          at: element.offset, "\(subject) holds \(element.kind), not an integer from 0 to 2^63 - 1",
          remedy: notSafetensors)
      }
      integers.append(integer)
    }
    return integers
  }
}

// MARK: Writing

extension SafetensorsHeader {
  /// The first 8 + n bytes of a file that holds `entries` in this order.
  ///
  /// The text is padded with spaces so that the elements begin at a multiple of 8; since wide types
  /// come first, every tensor is then aligned for its type in a mapped file.
  static func bytes(
    _ entries: [SafetensorsEntry], metadata: [String: String]
  ) throws(DataError) -> [UInt8] {
    var members: [[UInt8]] = []
    if !metadata.isEmpty {
      let pairs = metadata.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
        .map { jsonLiteral($0.key) + [UInt8(ascii: ":")] + jsonLiteral($0.value) }
      members.append(jsonLiteral(metadataKey) + Array(":{".utf8) + joined(pairs) + Array("}".utf8))
    }
    for entry in entries {
      let shape = entry.shape.dimensions.map(String.init).joined(separator: ",")
      let fields =
        ":{\"dtype\":\"\(entry.dtype.safetensorsName)\",\"shape\":[\(shape)],"
        + "\"data_offsets\":[\(entry.range.lowerBound),\(entry.range.upperBound)]}"
      members.append(jsonLiteral(entry.name) + Array(fields.utf8))
    }
    var json = Array("{".utf8) + joined(members) + Array("}".utf8)
    json.append(contentsOf: repeatElement(UInt8(ascii: " "), count: (8 - json.count % 8) % 8))
    guard json.count <= largestSize else {
      throw .tooLarge(
        at: nil, "the header takes \(json.count) bytes, more than the format's \(largestSize)",
        remedy: "Shorten the names or the metadata.")
    }
    return (0..<8).map { UInt8(truncatingIfNeeded: json.count >> ($0 * 8)) } + json
  }

  private static func joined(_ parts: [[UInt8]]) -> [UInt8] {
    Array(parts.joined(separator: [UInt8(ascii: ",")]))
  }
}

extension DType {
  /// The name of this type in a safetensors header.
  var safetensorsName: String {
    switch self {
    case .float32: "F32"
    case .float64: "F64"
    case .int32: "I32"
    case .bool: "BOOL"
    }
  }

  /// The order of types in the file: wide types first, then as the reference writer has it.
  var safetensorsRank: Int {
    switch self {
    case .float64: 0
    case .float32: 1
    case .int32: 2
    case .bool: 3
    }
  }
}
