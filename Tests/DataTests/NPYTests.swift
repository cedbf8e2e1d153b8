// Npy files written by numpy, by hand, and damaged ones.

import AdjointArrays
import Testing

@testable import AdjointData

@Suite struct NPYTests {
  // Written by numpy 2.4: [[1.5, -2, 3], [4, 5, 6]] as <f4, the same as >f8 in column-major order
  // (version 2.0), 7 as <i4 (version 3.0), three booleans, and an empty array.
  static let float32 =
    "k05VTVBZAQB2AHsnZGVzY3InOiAnPGY0JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDIsIDMpLCB9"
    + "ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAMA/AAAAwAAA"
    + "QEAAAIBAAACgQAAAwEA="
  static let columnMajor =
    "k05VTVBZAgB0AAAAeydkZXNjcic6ICc+ZjgnLCAnZm9ydHJhbl9vcmRlcic6IFRydWUsICdzaGFwZSc6ICgyLCAzKSwg"
    + "fSAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAo/+AAAAAAAAEAQ"
    + "AAAAAAAAwAAAAAAAAABAFAAAAAAAAEAIAAAAAAAAQBgAAAAAAAA="
  static let scalar =
    "k05VTVBZAwB0AAAAeydkZXNjcic6ICc8aTQnLCAnZm9ydHJhbl9vcmRlcic6IEZhbHNlLCAnc2hhcGUnOiAoKSwgfSAg"
    + "ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoHAAAA"
  static let booleans =
    "k05VTVBZAQB2AHsnZGVzY3InOiAnfGIxJywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDMsKSwgfSAg"
    + "ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoBAAE="
  static let empty =
    "k05VTVBZAQB2AHsnZGVzY3InOiAnPGk0JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDAsIDMpLCB9"
    + "ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAo="

  /// A version 1.0 file with any text as its header.
  private static func npy(_ text: String, _ data: [UInt8] = [0, 0, 0, 0]) -> [UInt8] {
    NPYHeader.signature + [1, 0] + littleEndian(UInt16(text.utf8.count)) + Array(text.utf8) + data
  }

  private static func header(
    descr: String = "'<f4'", fortran: String = "False", shape: String = "(1,)"
  ) -> String {
    "{'descr': \(descr), 'fortran_order': \(fortran), 'shape': \(shape), }"
  }

  @Test func readsWhatNumpyWrote() throws {
    let float32 = try NPY.read(base64(NPYTests.float32))
    #expect(float32.shape == [2, 3] && float32.dtype == .float32)
    #expect(float32.values(as: Float.self) == [1.5, -2, 3, 4, 5, 6])
    let columnMajor = try NPY.read(base64(NPYTests.columnMajor))
    #expect(columnMajor.shape == [2, 3] && columnMajor.dtype == .float64)
    #expect(columnMajor.values(as: Double.self) == [1.5, -2, 3, 4, 5, 6])
    let scalar = try NPY.read(base64(NPYTests.scalar))
    #expect(scalar.shape == .scalar && scalar.values(as: Int32.self) == [7])
    #expect(try NPY.read(base64(NPYTests.booleans)).values(as: Bool.self) == [true, false, true])
    #expect(try NPY.read(base64(NPYTests.empty)).shape == [0, 3])
  }

  @Test(arguments: [float32, booleans, empty]) func writesTheBytesOfNumpy(_ file: String) throws {
    let bytes = try base64(file)
    #expect(try NPY.bytes(NPY.read(bytes)) == bytes)
  }

  @Test func everyTypeAndRankRoundTrips() throws {
    var generator = Seeded(10)
    try withTemporaryDirectory { directory in
      for dtype in DType.allCases {
        for rank in 0...Shape.maximumRank {
          let shape = Shape((0..<rank).map { _ in Int.random(in: 1...3, using: &generator) })
          var bytes = generator.bytes(shape.elementCount * dtype.byteCount)
          if dtype == .bool { bytes = bytes.map { $0 & 1 } }
          let array = NDArray(uninitialized: shape, dtype: dtype) { $0.copyBytes(from: bytes) }
          try NPY.save(array, to: directory + "/a.npy")
          let read = try NPY.load(contentsOf: directory + "/a.npy")
          #expect(read.shape == shape && read.dtype == dtype)
          #expect(bits(read) == bytes)
          // Data begin at a multiple of 64, so that the file can be mapped.
          #expect((NPY.bytes(array).count - bytes.count) % 64 == 0)
        }
      }
    }
  }

  @Test(arguments: [
    ("", DataError.Kind.malformed, "expected '{'"), ("{}", .malformed, "does not hold exactly"),
    (header() + "x", .malformed, "text follows"),
    (header(descr: "'|O'"), .unsupported, "Python objects"),
    (header(descr: "'<f2'"), .unsupported, "\"<f2\""),
    (header(descr: "'|f4'"), .unsupported, "\"|f4\""),
    (header(descr: "'f4'"), .unsupported, "\"f4\""), (header(descr: "''"), .unsupported, "\"\""),
    (header(descr: "[('a', '<f4')]"), .unsupported, "has fields"),
    (header(descr: "True"), .malformed, "descr is not"),
    (header(fortran: "0"), .malformed, "expected a value"),
    (header(fortran: "'no'"), .malformed, "neither True nor False"),
    (header(shape: "(1)"), .malformed, "expected ','"),
    (header(shape: "1"), .malformed, "expected a value"),
    (header(shape: "(-1,)"), .malformed, "expected an integer"),
    (header(shape: "(1.0,)"), .malformed, "expected ','"),
    (header(shape: "(,)"), .malformed, "expected an integer"),
    (header(shape: "(9223372036854775808,)"), .malformed, "expected an integer"),
    (header(shape: "(4294967296, 4294967296)"), .malformed, "more elements"),
    (header(shape: "(8589934592,)"), .malformed, "does not fill the 4 bytes"),
    (header(shape: "(2,)"), .malformed, "does not fill the 4 bytes"),
    (header(shape: "(1, 1, 1, 1, 1, 1, 1, 1, 1)"), .unsupported, "9 axes"),
    (header(descr: "'|b1'", shape: "(4,)"), .malformed, "neither False nor True"),
    (
      "{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (1,), }", .malformed,
      "twice"
    ),
    ("{'descr': '<f4', 'fortran_order': False, 'shape': (1,), 'x': (), }", .malformed, "exactly"),
    ("{'descr': '\\x3cf4', 'fortran_order': False, 'shape': (1,), }", .malformed, "0x5c"),
    ("__import__('os').system('true')", .malformed, "expected '{'"),
  ])
  func refusesUnsoundHeaders(_ text: String, _ kind: DataError.Kind, _ problem: String) throws {
    let error = try failure { try NPY.read(NPYTests.npy(text, [0, 1, 2, 0])) }
    #expect(error.kind == kind && error.problem.contains(problem), "\(error)")
  }

  /// The 80-byte file that once made readers ask for 32 GiB, and a header beyond its limit.
  @Test func sizesAreCheckedBeforeAnythingIsAllocated() throws {
    let small = NPYTests.npy(NPYTests.header(descr: "'<f8'", shape: "(4294967296,)"), [])
    #expect(try failure { try NPY.read(small) }.kind == .malformed)
    let long = NPYTests.header() + String(repeating: " ", count: NPYHeader.largestSize)
    #expect(try failure { try NPY.read(NPYTests.npy(long)) }.kind == .tooLarge)
    let announced =
      NPYHeader.signature + [2, 0, 255, 255, 255, 255] + [UInt8](repeating: 32, count: 70)
    #expect(try failure { try NPY.read(announced) }.byteOffset == 8)
    #expect(try failure { try NPY.read(NPYHeader.signature + [4, 0, 0, 0]) }.kind == .unsupported)
  }

  @Test(arguments: [float32, columnMajor]) func everyTruncationThrows(_ file: String) throws {
    let bytes = try base64(file)
    for count in bytes.indices {
      #expect(throws: DataError.self, "cut at \(count)") { try NPY.read(Array(bytes[..<count])) }
    }
  }

  @Test func everyMutationThrowsOrFillsTheFile() throws {
    let seed = NPYTests.npy(NPYTests.header(shape: "(2, 3)"), [UInt8](0..<24))
    for place in seed.indices {
      for value in UInt8.min...UInt8.max {
        var bytes = seed
        bytes[place] = value
        do {
          let array = try NPY.read(bytes)
          #expect(array.elementCount * array.dtype.byteCount == 24)
        } catch {
          #expect((0...bytes.count).contains(error.byteOffset ?? -1), "\(value) at \(place)")
        }
      }
    }
  }
}
