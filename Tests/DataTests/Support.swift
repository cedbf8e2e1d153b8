// How tests make bytes (seeded noise, bits, gzip members by hand) and expect errors. It has never
// heard of the readers under test.

import AdjointSupport
import Foundation
import Testing

@testable import AdjointData

/// A seeded generator (SplitMix64), so that a failure repeats.
struct Seeded: RandomNumberGenerator {
  var state: UInt64

  init(_ seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ z >> 30) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ z >> 27) &* 0x94d0_49bb_1331_11eb
    return z ^ z >> 31
  }

  mutating func bytes(_ count: Int) -> [UInt8] {
    (0..<count).map { _ in UInt8(truncatingIfNeeded: next()) }
  }
}

func base64(_ text: String) throws -> [UInt8] {
  [UInt8](try #require(Data(base64Encoded: text)))
}

func littleEndian(_ value: some FixedWidthInteger) -> [UInt8] {
  (0..<(value.bitWidth / 8)).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }
}

func bigEndian(_ value: some FixedWidthInteger) -> [UInt8] { littleEndian(value).reversed() }

/// Runs `body`, which must throw a `DataError`, and returns it.
func failure<Result>(
  _ comment: Comment? = nil, sourceLocation: SourceLocation = #_sourceLocation,
  _ body: () throws -> Result
) throws -> DataError {
  let error = #expect(throws: DataError.self, comment, sourceLocation: sourceLocation) {
    _ = try body()
  }
  return try #require(error, comment, sourceLocation: sourceLocation)
}

/// A directory that lives as long as `body`.
func withTemporaryDirectory<Result>(_ body: (String) throws -> Result) throws -> Result {
  let path = FileManager.default.temporaryDirectory.path + "/adjoint-\(UUID().uuidString)"
  try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(atPath: path) }
  return try body(path)
}

func crc32(_ bytes: [UInt8]) -> UInt32 {
  var check = CRC32()
  bytes.withUnsafeBytes { check.update($0) }
  return check.value
}

/// A gzip member around DEFLATE data that another program has made.
func gzipMember(_ deflated: [UInt8], of bytes: [UInt8]) -> [UInt8] {
  [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255] + deflated + littleEndian(crc32(bytes))
    + littleEndian(UInt32(bytes.count))
}

/// The smallest gzip writer there is: one stored block.
func gzipStored(_ bytes: [UInt8]) -> [UInt8] {
  let length = UInt16(bytes.count)
  return gzipMember([1] + littleEndian(length) + littleEndian(~length) + bytes, of: bytes)
}

/// Bits in the order of DEFLATE: the first one lowest in its byte.
struct BitWriter {
  private(set) var bytes: [UInt8] = []
  private var used = 8

  mutating func write(_ value: Int, bits: Int) {
    for place in 0..<bits {
      if used == 8 {
        bytes.append(0)
        used = 0
      }
      bytes[bytes.count - 1] |= UInt8(value >> place & 1) << used
      used += 1
    }
  }

  /// A Huffman code word, whose highest bit comes first.
  mutating func writeCode(_ value: Int, bits: Int) {
    for place in stride(from: bits - 1, through: 0, by: -1) { write(value >> place & 1, bits: 1) }
  }

  /// Begins the last block of a stream, with its codes given by their lengths.
  ///
  /// The lengths themselves are sent in sixteen code words of four bits each.
  static func dynamicBlock(literals: [Int], distances: [Int]) -> BitWriter {
    var writer = BitWriter()
    writer.write(1, bits: 1)
    writer.write(2, bits: 2)
    writer.write(literals.count - 257, bits: 5)
    writer.write(distances.count - 1, bits: 5)
    writer.write(15, bits: 4)
    for symbol in [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15] {
      writer.write(symbol < 16 ? 4 : 0, bits: 3)
    }
    for length in literals + distances { writer.writeCode(length, bits: 4) }
    return writer
  }
}
