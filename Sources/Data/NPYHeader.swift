// The header of an npy file, a Python dictionary in plain text, and just as much of Python as
// occurs there. It has never heard of files, nor does it touch elements.

import AdjointArrays
import AdjointSupport

/// The header of an npy file.
///
///     6 bytes   0x93 "NUMPY"
///     2 bytes   version 1.0, 2.0 or 3.0
///     2 or 4    n, the length of the text (4 bytes from version 2.0 on), little-endian
///     n bytes   {'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }
struct NPYHeader {
  /// The limit that numpy itself sets, because its evaluation of long texts is not safe.
  ///
  /// Nothing is evaluated here, but no header of a plain array comes near it.
  static let largestSize = 10_000

  var dtype: DType
  var order: ByteOrder
  /// True if the first index varies fastest.
  var isColumnMajor: Bool
  var shape: Shape
  /// Where the elements begin.
  var dataOffset: Int

  static let signature: [UInt8] = [0x93] + Array("NUMPY".utf8)
  static let notNPY = "The file is damaged or not an npy file."

  /// Reads the header at the start of `bytes`.
  init(_ bytes: UnsafeBufferPointer<UInt8>) throws(DataError) {
    guard bytes.count >= 10, bytes.starts(with: NPYHeader.signature) else {
      throw .malformed(
        at: 0, "does not begin with the signature of npy files and their version",
        remedy: NPYHeader.notNPY)
    }
    let (major, minor) = (bytes[6], bytes[7])
    guard (1...3).contains(major), minor == 0 else {
      throw .unsupported(
        at: 6, "npy version \(major).\(minor); 1.0, 2.0 and 3.0 can be read",
        remedy: "Save the array again with another version of numpy.")
    }
    let start = major == 1 ? 10 : 12
    guard bytes.count >= start else {
      throw .malformed(
        at: bytes.count, "the file ends inside the length of its header", remedy: NPYHeader.notNPY)
    }
    let size = bytes[8..<start].reversed().reduce(0) { $0 << 8 | Int($1) }
    guard size <= bytes.count - start else {
      throw .malformed(
        at: 8, "the header says \(size) bytes but the file has \(bytes.count)",
        remedy: NPYHeader.notNPY)
    }
    guard size <= NPYHeader.largestSize else {
      throw .tooLarge(
        at: 8, "the header says \(size) bytes, more than the limit of \(NPYHeader.largestSize)",
        remedy: NPYHeader.notNPY)
    }
    dataOffset = start + size
    var reader = PythonReader(
      bytes: UnsafeBufferPointer(rebasing: bytes[..<dataOffset]), position: start)
    let fields = try reader.dictionary()
    guard let type = fields["descr"], let order = fields["fortran_order"],
      let shape = fields["shape"], fields.count == 3
    else {
      throw .malformed(
        at: start, "the header does not hold exactly descr, fortran_order and shape",
        remedy: NPYHeader.notNPY)
    }
    (dtype, self.order) = try NPYHeader.type(type)
    guard case .boolean(let isColumnMajor) = order.value else {
      throw .malformed(
        at: order.offset, "fortran_order is neither True nor False", remedy: NPYHeader.notNPY)
    }
    self.isColumnMajor = isColumnMajor
    self.shape = try NPYHeader.shape(shape)
  }

  private static func type(_ field: PythonReader.Field) throws(DataError) -> (DType, ByteOrder) {
    guard case .string(let text) = field.value else {
      throw .malformed(
        at: field.offset, "descr is not the name of a type", remedy: NPYHeader.notNPY)
    }
    for (name, dtype) in [
      ("f4", DType.float32), ("f8", .float64), ("i4", .int32), ("b1", .bool),
    ] where text.utf8.dropFirst().elementsEqual(name.utf8) {
      switch text.utf8.first {
      case UInt8(ascii: "<"): return (dtype, .littleEndian)
      case UInt8(ascii: ">"): return (dtype, .bigEndian)
      case UInt8(ascii: "|") where dtype == .bool: return (dtype, .littleEndian)
      default: break
      }
    }
    throw .unsupported(
      at: field.offset,
      text.contains("O")
        ? "the array holds Python objects; reading them would run code from the file"
        : "type \(text.quoted); f4, f8, i4 and b1 can be read",
      remedy: "Convert it with astype('<f4') and save it again.")
  }

  private static func shape(_ field: PythonReader.Field) throws(DataError) -> Shape {
    guard case .tuple(let dimensions) = field.value else {
      throw .malformed(at: field.offset, "shape is not a tuple", remedy: notNPY)
    }
    guard dimensions.count <= Shape.maximumRank else {
      throw .unsupported(
        at: field.offset,
        "the array has \(dimensions.count) axes; at most \(Shape.maximumRank) can be read",
        remedy: "Reshape it and save it again.")
    }
    do throws(ShapeError) {
      return try Shape(validating: dimensions)
    } catch {
      throw .malformed(at: field.offset, error.problem, remedy: notNPY)
    }
  }

  // MARK: Writing

  /// The header of a row-major array, as numpy writes it: version 1.0, data at a multiple of 64.
  static func bytes(dtype: DType, shape: Shape) -> [UInt8] {
    let type =
      switch dtype {
      case .float32: "<f4"
      case .float64: "<f8"
      case .int32: "<i4"
      case .bool: "|b1"
      }
    let sizes = shape.dimensions.map(String.init)
    let tuple = sizes.count == 1 ? "(\(sizes[0]),)" : "(\(sizes.joined(separator: ", ")))"
    var text = "{'descr': '\(type)', 'fortran_order': False, 'shape': \(tuple), }"
    // numpy leaves room for the first size to grow to 21 digits, so that appending can rewrite it
    // in place; done here only so that equal arrays make equal files.
    if let first = sizes.first { text += String(repeating: " ", count: 21 - first.utf8.count) }
    let padding = 64 - (10 + text.utf8.count + 1) % 64
    text += String(repeating: " ", count: padding) + "\n"
    let size = UInt16(text.utf8.count)
    return signature + [1, 0, UInt8(size & 0xff), UInt8(size >> 8)] + Array(text.utf8)
  }
}

/// A reader of one Python dictionary whose values are strings, booleans and tuples of integers.
///
/// A list, which describes an array with fields, is refused by a name of its own.
struct PythonReader {
  enum Value {
    case string(String)
    case boolean(Bool)
    case tuple([Int])
  }

  struct Field {
    var value: Value
    var offset: Int
  }

  let bytes: UnsafeBufferPointer<UInt8>
  var position: Int

  /// Reads the dictionary, which white space may follow and nothing else.
  mutating func dictionary() throws(DataError) -> [String: Field] {
    var fields: [String: Field] = [:]
    try expect("{")
    while !accept("}") {
      let offset = position
      let key = try string()
      guard fields[key] == nil else {
        throw damaged("the key \(key.quoted) stands twice", at: offset)
      }
      try expect(":")
      let field = try value()
      fields[key] = field
      if !accept(",") {
        try expect("}")
        break
      }
    }
    skipSpace()
    guard position == bytes.count else { throw damaged("text follows the dictionary") }
    return fields
  }

  private mutating func value() throws(DataError) -> Field {
    skipSpace()
    let offset = position
    switch position < bytes.count ? bytes[position] : 0 {
    case UInt8(ascii: "'"), UInt8(ascii: "\""):
      return Field(value: .string(try string()), offset: offset)
    case UInt8(ascii: "("): return Field(value: .tuple(try tuple()), offset: offset)
    case UInt8(ascii: "["):
      throw .unsupported(
        at: offset, "the array has fields", remedy: "Save each field as an array of its own.")
    default:
      if accept("True") { return Field(value: .boolean(true), offset: offset) }
      if accept("False") { return Field(value: .boolean(false), offset: offset) }
      throw damaged("expected a value")
    }
  }

  private mutating func tuple() throws(DataError) -> [Int] {
    var integers: [Int] = []
    try expect("(")
    while !accept(")") {
      integers.append(try integer())
      if !accept(",") {
        // "(3)" is the number 3, not a tuple.
        guard integers.count > 1 else { throw damaged("expected ',' in a tuple") }
        try expect(")")
        break
      }
    }
    return integers
  }

  private mutating func integer() throws(DataError) -> Int {
    skipSpace()
    let start = position
    while position < bytes.count, (0x30...0x39).contains(bytes[position]) { position += 1 }
    let text = String(decoding: bytes[start..<position], as: UTF8.self)
    guard let integer = Int(text) else {
      throw damaged("expected an integer from 0 to 2^63 - 1", at: start)
    }
    return integer
  }

  private mutating func string() throws(DataError) -> String {
    skipSpace()
    let start = position
    guard position < bytes.count, bytes[position] == 0x27 || bytes[position] == 0x22 else {
      throw damaged("expected a string")
    }
    let quote = bytes[position]
    position += 1
    while position < bytes.count, bytes[position] != quote {
      // No key or type of ours needs an escape.
      guard (0x20..<0x7f).contains(bytes[position]), bytes[position] != UInt8(ascii: "\\") else {
        throw damaged("a string holds \(hexadecimal(bytes[position]))")
      }
      position += 1
    }
    guard position < bytes.count else { throw damaged("a string has no end", at: start) }
    position += 1
    return String(decoding: bytes[(start + 1)..<(position - 1)], as: UTF8.self)
  }

  private mutating func skipSpace() {
    while position < bytes.count, bytes[position] == 0x20 || bytes[position] == 0x0a {
      position += 1
    }
  }

  private mutating func accept(_ word: StaticString) -> Bool {
    skipSpace()
    let count = word.utf8CodeUnitCount
    guard bytes.count - position >= count,
      (0..<count).allSatisfy({ bytes[position + $0] == word.utf8Start[$0] })
    else { return false }
    position += count
    return true
  }

  private mutating func expect(_ word: StaticString) throws(DataError) {
    guard accept(word) else { throw damaged("expected '\(word)'") }
  }

  private func damaged(_ problem: String, at offset: Int? = nil) -> DataError {
    .malformed(at: offset ?? position, "in the header: \(problem)", remedy: NPYHeader.notNPY)
  }
}
