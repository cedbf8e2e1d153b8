// Safetensors files that are damaged or built to deceive.

import AdjointArrays
import Testing

@testable import AdjointData

@Suite struct SafetensorsDamageTests {
  /// A header with one tensor "t", some of its fields replaced.
  private static func one(
    dtype: String = "\"F32\"", shape: String = "[1]", offsets: String = "[0,4]"
  ) -> String {
    "{\"t\":{\"dtype\":\(dtype),\"shape\":\(shape),\"data_offsets\":\(offsets)}}"
  }

  /// Two float32 numbers, "a" at the first offsets and "b" at the second.
  private static func two(_ a: String, _ b: String) -> String {
    """
    {"a":{"dtype":"F32","shape":[1],"data_offsets":\(a)},\
    "b":{"dtype":"F32","shape":[1],"data_offsets":\(b)}}
    """
  }

  @Test(
    arguments: [
      ([], "not even the 8"), ([1, 0, 0, 0, 0, 0, 0], "not even the 8"),
      (littleEndian(UInt64(0)), "does not begin with '{'"),
      (
        littleEndian(UInt64(7)) + Array("{}    ".utf8),
        "the header says 7 bytes but the file has 14"
      ),
      (littleEndian(UInt64(1) << 32) + Array("{}".utf8), "the header says 4294967296 bytes"),
      (littleEndian(UInt64(1) << 63) + Array("{}".utf8), "9223372036854775808"),
      (littleEndian(UInt64.max) + Array("{}".utf8), "18446744073709551615"),
      (littleEndian(UInt64.max - 7) + Array("{}".utf8), "18446744073709551608"),
    ] as [([UInt8], String)])
  func refusesImpossibleLengths(_ bytes: [UInt8], _ problem: String) throws {
    let error = try failure { try Safetensors.read(bytes) }
    #expect(error.kind == .malformed && error.problem.contains(problem))
  }

  @Test func headersBeyondTheLimitOfTheFormatAreRefusedUnread() throws {
    let bytes = littleEndian(UInt64(SafetensorsHeader.largestSize + 1))
    let error = try bytes.withUnsafeBytes { bytes in
      try failure { try SafetensorsHeader.size(from: bytes, fileSize: 1 << 40) }
    }
    #expect(error.kind == .tooLarge)
  }

  @Test(arguments: [
    ("[]", "does not begin with '{'"), (" {}", "does not begin with '{'"),
    ("{", "expected a key"), ("{}x", "text follows"),
    ("{\"t\":1}", "tensor \"t\" is the number 1, not an object"),
    ("{\"t\":{}}", "lacks dtype, shape or data_offsets"),
    ("{\"__metadata__\":1}", "__metadata__ is the number 1"),
    ("{\"__metadata__\":{\"a\":1}}", "the metadata value of \"a\""),
    ("{\"__metadata__\":{\"a\":\"\",\"a\":\"\"}}", "stands twice"),
    (one(dtype: "1"), "the dtype of tensor \"t\" is the number 1"),
    (one(shape: "1"), "the shape of tensor \"t\" is the number 1"),
    (one(shape: "[-1]"), "the number -1"), (one(shape: "[1.0]"), "the number 1.0"),
    (one(shape: "[1e0]"), "the number 1e0"), (one(shape: "[-0]"), "the number -0"),
    (one(shape: "[true]"), "a boolean"), (one(shape: "[18446744073709551617]"), "not an integer"),
    (one(shape: "[2]"), "does not fill its 4 bytes"),
    (one(shape: "[0]"), "does not fill its 4 bytes"),
    (one(shape: "[4294967296,4294967296]"), "the shape of tensor \"t\""),
    (one(shape: "[2147483648,2147483648,4,4]"), "the shape of tensor \"t\""),
    (one(shape: "[0,4294967296,4294967296]"), "the shape of tensor \"t\""),
    (one(shape: "[1099511627776]"), "does not fill its 4 bytes"),
    (one(offsets: "[4,0]"), "are not a begin and an end"),
    (one(offsets: "[0,4,8]"), "are not a begin and an end"), (one(offsets: "[0]"), "are not"),
    (one(offsets: "[0,8]"), "end at 8 but the file holds 4"),
    (one(offsets: "[-4,0]"), "the number -4"),
    (one(offsets: "[0,9223372036854775808]"), "not an integer"),
    (one(offsets: "[0,9223372036854775807]"), "the file holds 4 bytes of data"),
  ])
  func refusesUnsoundHeaders(_ header: String, _ problem: String) throws {
    let error = try failure { try Safetensors.read(safetensors(header, [0, 0, 0, 0])) }
    #expect(error.kind == .malformed)
    #expect(error.problem.contains(problem), "\(error)")
    #expect((0...(12 + header.utf8.count)).contains(error.byteOffset ?? -1))
  }

  @Test(arguments: ["F16", "BF16", "F8_E4M3", "I64", "U8", "I8", "C64", "f32", "", "\\u0007"])
  func otherTypesAreUnsupportedNotMisread(_ dtype: String) throws {
    let header = SafetensorsDamageTests.one(dtype: "\"\(dtype)\"")
    let error = try failure { try Safetensors.read(safetensors(header, [0, 0, 0, 0])) }
    #expect(error.kind == .unsupported)
    #expect(error.problem.hasPrefix("tensor \"t\" has dtype"))
    #expect(error.byteOffset == 8 + 14)
  }

  @Test func nineAxesAreUnsupported() throws {
    let header = SafetensorsDamageTests.one(shape: "[1,1,1,1,1,1,1,1,1]")
    let error = try failure { try Safetensors.read(safetensors(header, [0, 0, 0, 0])) }
    #expect(error.kind == .unsupported)
  }

  /// A file whose tensors do not tile its data can show different things to different readers.
  @Test(arguments: [
    ("[0,4]", "[0,4]", 8, "overlaps"), ("[0,4]", "[2,6]", 8, "overlaps"),
    ("[0,4]", "[8,12]", 12, "leaves a hole"), ("[4,8]", "[8,12]", 12, "leaves a hole"),
    ("[0,4]", "[4,8]", 9, "1 bytes follow the last tensor"),
    ("[4,8]", "[0,4]", 12, "4 bytes follow the last tensor"),
  ])
  func refusesHolesOverlapsAndTrailingBytes(
    _ a: String, _ b: String, _ count: Int, _ problem: String
  ) throws {
    let header = SafetensorsDamageTests.two(a, b)
    let data = [UInt8](repeating: 0, count: count)
    let error = try failure { try Safetensors.read(safetensors(header, data)) }
    #expect(error.problem.contains(problem), "\(error)")
  }

  @Test func orderInTheHeaderIsFree() throws {
    let header = SafetensorsDamageTests.two("[4,8]", "[0,4]")
    let data = littleEndian(Float(1).bitPattern) + littleEndian(Float(2).bitPattern)
    let tensors = try Safetensors.read(safetensors(header, data)).tensors
    #expect(tensors.map(\.name) == ["b", "a"])
    #expect(tensors.map { $0.array.item() } == [1, 2])
  }

  @Test func emptyTensorsTakeNoPlace() throws {
    let header = """
      {"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},\
      "b":{"dtype":"F32","shape":[0,3],"data_offsets":[0,0]},\
      "c":{"dtype":"F64","shape":[2,0],"data_offsets":[4,4]}}
      """
    let tensors = try Safetensors.read(safetensors(header, [0, 0, 0, 0])).tensors
    #expect(tensors.map(\.name) == ["b", "a", "c"])
    #expect(tensors.map(\.array.elementCount) == [0, 1, 0])
  }

  @Test func duplicateNamesAndUnknownFieldsAreRefused() throws {
    let tensor = "{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[0,0]}"
    let twice = try failure {
      try Safetensors.read(safetensors("{\"a\":\(tensor),\"a\":\(tensor)}"))
    }
    #expect(twice.problem.contains("the key \"a\" stands twice"))
    let unknown = try failure {
      try Safetensors.read(
        safetensors("{\"a\":{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[0,0],\"x\":1}}"))
    }
    #expect(unknown.problem.contains("unknown field \"x\""))
  }

  @Test func booleansAreZeroOrOne() throws {
    let header = SafetensorsDamageTests.one(dtype: "\"BOOL\"", shape: "[4]")
    let bytes = safetensors(header, [0, 1, 2, 0])
    let error = try failure { try Safetensors.read(bytes) }
    #expect(error.byteOffset == bytes.count - 2)
    try withTemporaryDirectory { directory in
      try AtomicFile.write(bytes, to: directory + "/b")
      #expect(
        try failure { try Safetensors.load(contentsOf: directory + "/b") }.byteOffset == bytes.count
          - 2)
    }
  }

  private static let seed = safetensors(
    """
    {"__metadata__":{"k":"v"},"w":{"dtype":"F32","shape":[2,1],"data_offsets":[0,8]},\
    "m":{"dtype":"BOOL","shape":[2],"data_offsets":[8,10]}}
    """, [1, 2, 3, 4, 5, 6, 7, 8, 0, 1])

  @Test func everyTruncationThrows() throws {
    let seed = SafetensorsDamageTests.seed
    for count in seed.indices {
      #expect(throws: DataError.self, "cut at \(count)") {
        try Safetensors.read(Array(seed[..<count]))
      }
    }
  }

  /// Whatever one byte becomes, the file is refused or its tensors fill exactly the ten bytes.
  @Test func everyMutationThrowsOrFillsTheFile() throws {
    for place in SafetensorsDamageTests.seed.indices {
      for value in UInt8.min...UInt8.max {
        var bytes = SafetensorsDamageTests.seed
        bytes[place] = value
        do {
          let contents = try Safetensors.read(bytes)
          let sizes = contents.tensors.map { $0.array.elementCount * $0.array.dtype.byteCount }
          #expect(sizes.reduce(0, +) == 10)
        } catch {
          #expect((0...bytes.count).contains(error.byteOffset ?? -1), "\(value) at \(place)")
        }
      }
    }
  }
}
