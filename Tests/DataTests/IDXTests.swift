// Small IDX files, sound and unsound. It has never heard of MNIST.

import AdjointArrays
import Testing

@testable import AdjointData

/// The bytes of an IDX file.
func idx(_ type: UInt8, _ dimensions: [Int], _ elements: [UInt8]) -> [UInt8] {
  [0, 0, type, UInt8(dimensions.count)] + dimensions.flatMap { bigEndian(UInt32($0)) } + elements
}

@Suite struct IDXTests {
  @Test func readsEveryElementType() throws {
    let bytes = try IDX(idx(0x08, [2, 2], [0, 1, 128, 255])).array()
    #expect(bytes.shape == [2, 2] && bytes.dtype == .int32)
    #expect(bytes.values(as: Int32.self) == [0, 1, 128, 255])
    #expect(try IDX(idx(0x09, [2], [255, 128])).array().values(as: Int32.self) == [-1, -128])
    #expect(
      try IDX(idx(0x0b, [2], [0xff, 0xfe, 1, 2])).array().values(as: Int32.self) == [-2, 258])
    #expect(
      try IDX(idx(0x0c, [1], bigEndian(Int32(-7)))).array().values(as: Int32.self) == [-7])
    let float = try IDX(idx(0x0d, [1], bigEndian(Float(-1.5).bitPattern))).array()
    #expect(float.dtype == .float32 && float.values(as: Float.self) == [-1.5])
    let double = try IDX(idx(0x0e, [1], bigEndian(Double.pi.bitPattern))).array()
    #expect(double.dtype == .float64 && double.values(as: Double.self) == [.pi])
  }

  @Test func loadsPlainAndCompressedFiles() throws {
    let bytes = idx(0x08, [3], [7, 8, 9])
    try withTemporaryDirectory { directory in
      try AtomicFile.write(bytes, to: directory + "/plain")
      try AtomicFile.write(gzipStored(bytes), to: directory + "/packed")
      for name in ["plain", "packed"] {
        let contents = try IDX.load(contentsOf: "\(directory)/\(name)")
        #expect(contents.dimensions == [3] && Array(contents.elements) == [7, 8, 9])
      }
      try AtomicFile.write(gzipStored(Array(bytes.dropLast())), to: directory + "/short")
      let error = try failure { try IDX.load(contentsOf: directory + "/short") }
      #expect(error.file == directory + "/short (unpacked)")
      let limited = try failure { try IDX.load(contentsOf: directory + "/packed", limit: 8) }
      #expect(limited.kind == .tooLarge)
    }
  }

  @Test(
    arguments: [
      ([], 0), ([0, 0, 8], 3), ([1, 0, 8, 1, 0, 0, 0, 0], 0), ([0, 0, 7, 1, 0, 0, 0, 0], 2),
      ([0, 0, 8, 0], 3), ([0, 0, 8, 1, 0, 0, 0], 7),
    ] as [([UInt8], Int)])
  func refusesDamagedHeaders(_ bytes: [UInt8], _ offset: Int) throws {
    let error = try failure { try IDX(bytes) }
    #expect(error.kind == .malformed && error.byteOffset == offset)
  }

  /// 2^32 - 1 in each dimension: twice is more than a file, four times more than an Int.
  @Test func hugeDimensionsFailBeforeAnythingIsAllocated() throws {
    for rank in [1, 2, 3, 4, 255] {
      let bytes = idx(0x0e, [Int](repeating: 0xffff_ffff, count: rank), [1, 2, 3])
      #expect(try failure { try IDX(bytes) }.byteOffset == 4)
    }
  }

  @Test func nineDimensionsAreAFileButNotAnArray() throws {
    let contents = try IDX(idx(0x08, [Int](repeating: 1, count: 9), [5]))
    #expect(Array(contents.elements) == [5])
    #expect(try failure { try contents.array() }.kind == .unsupported)
  }

  @Test func everyTruncationAndExtensionThrows() throws {
    let bytes = idx(0x0b, [2, 3], [UInt8](1...12))
    for count in bytes.indices {
      #expect(throws: DataError.self, "cut at \(count)") { try IDX(Array(bytes[..<count])) }
    }
    #expect(throws: DataError.self) { try IDX(bytes + [0]) }
  }

  @Test func everyMutationThrowsOrFillsItsDimensions() throws {
    let seed = idx(0x08, [2, 3], [1, 2, 3, 4, 5, 6])
    for place in seed.indices {
      for value in UInt8.min...UInt8.max {
        var bytes = seed
        bytes[place] = value
        guard let contents = try? IDX(bytes) else { continue }
        #expect(
          contents.dimensions.reduce(contents.elementType.byteCount, *) == contents.elements.count)
        #expect(try contents.array().elementCount * contents.elementType.byteCount == 6)
      }
    }
  }
}
