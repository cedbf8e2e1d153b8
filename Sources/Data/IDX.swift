// IDX files, the format of MNIST: a magic number, dimensions, elements. It has never heard of
// images, labels or classes.

import AdjointArrays

/// The contents of an IDX file.
///
///     2 bytes   0
///     1 byte    element type
///     1 byte    number of dimensions d
///     4 d bytes dimensions, big-endian
///     the rest  elements, row-major, big-endian
public struct IDX: Sendable {
  /// The type of the elements in the file.
  public enum ElementType: UInt8, Sendable, CaseIterable {
    /// Bytes from 0 to 255.
    case uint8 = 0x08
    /// Bytes from -128 to 127.
    case int8 = 0x09
    /// 16-bit integers.
    case int16 = 0x0b
    /// 32-bit integers.
    case int32 = 0x0c
    /// IEEE 754 single precision.
    case float32 = 0x0d
    /// IEEE 754 double precision.
    case float64 = 0x0e

    /// The bytes that one element takes.
    public var byteCount: Int {
      switch self {
      case .uint8, .int8: 1
      case .int16: 2
      case .int32, .float32: 4
      case .float64: 8
      }
    }
  }

  /// The type of the elements in the file.
  public let elementType: ElementType

  /// The sizes along the axes, outermost first; never empty.
  public let dimensions: [Int]

  /// The elements as they stand in the file: row-major, big-endian.
  public let elements: ArraySlice<UInt8>

  /// Loads an IDX file, plain or compressed with gzip (told apart by its first two bytes).
  ///
  /// - Parameter limit: the largest size in bytes, of the file and unpacked.
  /// - Throws: `DataError` naming the file and the byte; offsets in what a compressed file unpacks
  ///   to are marked `(unpacked)`.
  public static func load(
    contentsOf path: String, limit: Int = 1 << 31
  ) throws(DataError) -> IDX {
    let bytes = try AtomicFile.read(path, limit: limit)
    guard Gzip.isGzip(bytes) else {
      do throws(DataError) { return try IDX(bytes) } catch { throw error.named(path) }
    }
    let unpacked: [UInt8]
    do throws(DataError) {
      unpacked = try Gzip.decompress(bytes, limit: limit)
    } catch {
      throw error.named(path)
    }
    do throws(DataError) {
      return try IDX(unpacked)
    } catch {
      throw error.named("\(path) (unpacked)")
    }
  }

  /// Reads the bytes of an uncompressed IDX file; the elements are not copied.
  ///
  /// - Throws: `DataError` when the magic number is wrong or the dimensions do not account for
  ///   exactly the bytes that follow them.
  public init(_ bytes: [UInt8]) throws(DataError) {
    guard bytes.count >= 4 else {
      throw .malformed(
        at: bytes.count, "the file ends inside the four bytes of the magic number",
        remedy: IDX.notIDX)
    }
    guard bytes[0] == 0, bytes[1] == 0 else {
      throw .malformed(
        at: 0,
        "an IDX file begins with two zero bytes, this one with \(hexadecimal(bytes[0])) \(hexadecimal(bytes[1]))",
        remedy: IDX.notIDX)
    }
    guard let elementType = ElementType(rawValue: bytes[2]) else {
      throw .malformed(
        at: 2, "element type \(hexadecimal(bytes[2])) does not exist", remedy: IDX.notIDX)
    }
    let rank = Int(bytes[3])
    guard rank > 0 else {
      throw .malformed(at: 3, "the file has no dimensions", remedy: IDX.notIDX)
    }
    let start = 4 + 4 * rank
    guard bytes.count >= start else {
      throw .malformed(
        at: bytes.count, "the file ends inside its \(rank) dimensions", remedy: IDX.truncated)
    }
    let dimensions = (0..<rank).map { axis in
      (0..<4).reduce(0) { $0 << 8 | Int(bytes[4 + 4 * axis + $1]) }
    }
    let size = checkedProduct(dimensions, unit: elementType.byteCount)
    guard let size, size == bytes.count - start else {
      let expected = size.map { "\($0)" } ?? "more than 2^63"
      throw .malformed(
        at: 4,
        "dimensions \(dimensions) of \(elementType) need \(expected) bytes, \(bytes.count - start) follow",
        remedy: (size ?? .max) > bytes.count - start ? IDX.truncated : IDX.notIDX)
    }
    self.elementType = elementType
    self.dimensions = dimensions
    elements = bytes[start...]
  }

  private static let notIDX = "The file is damaged or not an IDX file."
  private static let truncated = "The file is truncated; copy or download it again."

  /// The elements as an array: integers as `int32`, floating-point numbers as they are.
  ///
  /// - Throws: `DataError` for more than eight dimensions.
  public func array() throws(DataError) -> NDArray {
    guard dimensions.count <= Shape.maximumRank else {
      throw .unsupported(
        at: 3, "\(dimensions.count) dimensions; an array has at most \(Shape.maximumRank)",
        remedy: "Write the file again with fewer dimensions.")
    }
    let shape: Shape
    do throws(ShapeError) {
      shape = try Shape(validating: dimensions)
    } catch {
      throw .unsupported(
        at: 4, error.problem, remedy: "Write the file again with smaller dimensions.")
    }
    return elements.withUnsafeBytes { source in
      switch elementType {
      case .uint8: NDArray(source.map { Int32($0) }, shape: shape)
      case .int8: NDArray(source.map { Int32(Int8(bitPattern: $0)) }, shape: shape)
      case .int16:
        NDArray(
          (0..<(source.count / 2)).map {
            Int32(Int16(bigEndian: source.loadUnaligned(fromByteOffset: 2 * $0, as: Int16.self)))
          }, shape: shape)
      case .int32: NDArray(copying: source, shape: shape, dtype: .int32, order: .bigEndian)
      case .float32: NDArray(copying: source, shape: shape, dtype: .float32, order: .bigEndian)
      case .float64: NDArray(copying: source, shape: shape, dtype: .float64, order: .bigEndian)
      }
    }
  }
}
