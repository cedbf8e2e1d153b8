// What must come back from a safetensors file, and what its bytes must be. Damaged files have a
// suite of their own.

import AdjointArrays
import Testing

@testable import AdjointData

/// The bytes of a safetensors file with any text as its header.
func safetensors(_ header: String, _ data: [UInt8] = []) -> [UInt8] {
  littleEndian(UInt64(header.utf8.count)) + Array(header.utf8) + data
}

/// The elements of an array as they lie in memory.
func bits(_ array: NDArray) -> [UInt8] { array.withUnsafeContiguousBytes { [UInt8]($0) } }

@Suite struct SafetensorsTests {
  @Test func readsAFileWrittenByHand() throws {
    let header = """
      {"__metadata__":{"format":"pt"},"b":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},\
      "a":{"shape":[],"data_offsets":[8,12],"dtype":"I32"},\
      "c":{"dtype":"BOOL","shape":[1,2],"data_offsets":[12,14]}}
      """
    let data = littleEndian(Float(1.5).bitPattern) + littleEndian(Float(-2).bitPattern)
    let contents = try Safetensors.read(
      safetensors(header, data + littleEndian(Int32(-3)) + [1, 0]))
    #expect(contents.metadata == ["format": "pt"])
    #expect(contents.tensors.map(\.name) == ["b", "a", "c"])
    #expect(contents.tensors[0].array.values(as: Float.self) == [1.5, -2])
    #expect(contents.tensors[1].array.shape == .scalar)
    #expect(contents.tensors[1].array.values(as: Int32.self) == [-3])
    #expect(contents.tensors[2].array.shape == [1, 2])
    #expect(contents.tensors[2].array.values(as: Bool.self) == [true, false])
  }

  /// Wide types first, then names by their bytes; the header padded so that data begin at 8 k.
  @Test func writesTheBytesOfTheReferenceImplementation() throws {
    let bytes = try Safetensors.bytes(
      tensors: [
        ("z", NDArray([true], shape: [1])), ("b", NDArray([1.0 as Float], shape: [1])),
        ("a", NDArray([2 as Int32], shape: [1, 1])), ("B", NDArray([3.0 as Float], shape: [])),
        ("d", NDArray([4.0 as Double], shape: [1])),
      ], metadata: ["k": "v\n"])
    let header = #"""
      {"__metadata__":{"k":"v\n"},"d":{"dtype":"F64","shape":[1],"data_offsets":[0,8]},"B":{"dtype":"F32","shape":[],"data_offsets":[8,12]},"b":{"dtype":"F32","shape":[1],"data_offsets":[12,16]},"a":{"dtype":"I32","shape":[1,1],"data_offsets":[16,20]},"z":{"dtype":"BOOL","shape":[1],"data_offsets":[20,21]}}
      """#
    let padded = header + String(repeating: " ", count: (8 - header.utf8.count % 8) % 8)
    let data =
      littleEndian(4.0.bitPattern) + littleEndian(Float(3).bitPattern)
      + littleEndian(Float(1).bitPattern) + littleEndian(Int32(2)) + [1]
    #expect(bytes == safetensors(padded, data))
  }

  @Test func nothingAtAllIsAFileToo() throws {
    let bytes = try Safetensors.bytes(tensors: [])
    #expect(bytes == safetensors("{}      "))
    let contents = try Safetensors.read(bytes)
    #expect(contents.tensors.isEmpty && contents.metadata.isEmpty)
  }

  /// The special values: each must come back as the same bits, also the signaling NaN.
  @Test func specialValuesKeepTheirBits() throws {
    let floats: [UInt32] = [
      0x7f80_0001, 0x7fc0_1234, 0xffff_ffff, 0x8000_0000, 1, 0x807f_ffff, 0x7f80_0000,
    ]
    let doubles: [UInt64] = [0x7ff0_0000_0000_0001, 0xfff8_dead_beef_0000, 1 << 63, 1]
    let tensors = [
      ("f", floats.flatMap { littleEndian($0) }, DType.float32),
      ("d", doubles.flatMap { littleEndian($0) }, DType.float64),
    ].map { name, bytes, dtype in
      let array = NDArray(uninitialized: [bytes.count / dtype.byteCount], dtype: dtype) {
        $0.copyBytes(from: bytes)
      }
      return (name: name, array: array)
    }
    let read = try Safetensors.read(Safetensors.bytes(tensors: tensors)).tensors
    #expect(bits(read[0].array) == doubles.flatMap { littleEndian($0) })
    #expect(bits(read[1].array) == floats.flatMap { littleEndian($0) })
  }

  @Test func randomFilesRoundTrip() throws {
    var generator = Seeded(5)
    try withTemporaryDirectory { directory in
      for round in 0..<60 {
        var tensors: [(name: String, array: NDArray)] = []
        for index in 0..<Int.random(in: 0...6, using: &generator) {
          let dtype = DType.allCases.randomElement(using: &generator) ?? .float32
          let rank = Int.random(in: 0...4, using: &generator)
          let shape = Shape((0..<rank).map { _ in Int.random(in: 0...4, using: &generator) })
          var bytes = generator.bytes(shape.elementCount * dtype.byteCount)
          if dtype == .bool { bytes = bytes.map { $0 & 1 } }
          let array = NDArray(uninitialized: shape, dtype: dtype) { $0.copyBytes(from: bytes) }
          tensors.append(("layer.\(index)\n\"é😀", array))
        }
        let metadata = round % 2 == 0 ? [:] : ["note": "\u{1}\(round)", "z": ""]
        let path = directory + "/\(round)"
        try Safetensors.save(tensors: tensors, metadata: metadata, to: path)
        let bytes = try AtomicFile.read(path)
        #expect(try bytes == Safetensors.bytes(tensors: tensors.reversed(), metadata: metadata))
        for contents in [try Safetensors.read(bytes), try Safetensors.load(contentsOf: path)] {
          #expect(contents.metadata == metadata)
          #expect(contents.tensors.count == tensors.count)
          for (name, array) in tensors {
            let read = try #require(contents.tensors.first { $0.name == name }?.array)
            #expect(read.shape == array.shape && read.dtype == array.dtype)
            #expect(bits(read) == bits(array))
          }
        }
      }
    }
  }

  /// A transposed view is written in the order of its indices, not of its memory.
  @Test func viewsAreWrittenInRowMajorOrder() throws {
    let array = NDArray([1, 2, 3, 4, 5, 6] as [Float], shape: [2, 3]).transposed([1, 0])
    let read = try Safetensors.read(Safetensors.bytes(tensors: [("t", array)])).tensors[0].array
    #expect(read.shape == [3, 2])
    #expect(read.values(as: Float.self) == [1, 4, 2, 5, 3, 6])
  }

  @Test func namesMustBeUsable() throws {
    let array = NDArray([1.0 as Float], shape: [1])
    #expect(
      try failure { try Safetensors.bytes(tensors: [("a", array), ("a", array)]) }
        .problem.contains("two tensors"))
    #expect(
      try failure { try Safetensors.bytes(tensors: [("__metadata__", array)]) }
        .problem.contains("keeps for itself"))
  }

  @Test func aFailedSaveLeavesTheOldFile() throws {
    try withTemporaryDirectory { directory in
      let path = directory + "/model.safetensors"
      let array = NDArray([1.0 as Float], shape: [1])
      try Safetensors.save(tensors: [("a", array)], to: path)
      let before = try AtomicFile.read(path)
      let error = try failure {
        try Safetensors.save(tensors: [("a", array), ("a", array)], to: path)
      }
      #expect(error.file == path)
      #expect(try AtomicFile.read(path) == before)
    }
  }
}
