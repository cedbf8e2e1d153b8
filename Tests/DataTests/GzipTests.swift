// What gunzip must do with members made by zlib, by hand, and by damage.

import Testing

@testable import AdjointData

@Suite struct GzipTests {
  // Each pair was made with Python's zlib; the text is what went in.
  static let sentence =
    "So we beat on, boats against the current, borne back ceaselessly into the past. "
  static let fixedBlock =
    "H4sIAAAAAAACAwvOVyhPVUhKTSxRyM/TUUjKTywpVkhMT8zMKy5RKMlIVUguLSpKzSsBSRXlAVUmJmcrJKcmFqfmpBYX5"
    + "1QqZOaV5IMVFiQWl+gpBA9y8wDFNawB8AAAAA=="
  static let dynamicBlock =
    "H4sIAAAAAAACAwXBgQnEMAwDwFU0QPhlOoEdRBMa7BKrlG7/d0fiJZwmZDR4mgp22owSNIj+7M1Qg+cOwq1f6LTiYtX6"
    + "MEMJDeK20g9H4iWcJmQ0eJoKdtqMEjSI/uzNUIPnDsKtX+i04mLV+jBDCQ3ittIPR+IlnCZkNHiaCnbajBI0iP7szVCD"
    + "5w7CrV/otOJi1fowQwkN4rbSD3/FNawB8AAAAA=="
  static let everyHeaderField =
    "H4sIHgAAAAACAwcAAQIDAHh5em5hbWUudHh0AGEgY29tbWVudADJRktMycrPzCtRSESlARVqgR8XAAAA"
  static let threeMembers =
    "H4sIAAAAAAACA8vPS1UAAElhrCMEAAAAH4sIAAAAAAACAwMAAAAAAAAAAAAfiwgAAAAAAAIDAQUA+v90aHJlZfXYxUYF"
    + "AAAA"
  /// 50,000 zeros in 83 bytes.
  static let bomb =
    "H4sIAAAAAAACA+3BAQ0AAADCoPdPbQ8HFAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
    + "AAAAAAAAAE8GJbO3FlDDAAA="

  static var cases: [(String, [UInt8])] {
    let text = Array(String(repeating: sentence, count: 3).utf8)
    return [
      (fixedBlock, text), (dynamicBlock, text),
      (everyHeaderField, Array("adjoint adjoint adjoint".utf8)),
      (threeMembers, Array("one three".utf8)),
    ]
  }

  @Test(arguments: cases) func unpacksWhatZlibPacked(_ packed: String, _ text: [UInt8]) throws {
    #expect(try Gzip.decompress(base64(packed)) == text)
  }

  @Test func unpacksStoredBlocksOfAnySize() throws {
    var generator = Seeded(1)
    for count in [0, 1, 7, 8, 9, 300, 65535] {
      let bytes = generator.bytes(count)
      #expect(try Gzip.decompress(gzipStored(bytes)) == bytes)
    }
  }

  @Test func membersFollowOneAnother() throws {
    var generator = Seeded(2)
    var packed: [UInt8] = []
    var expected: [UInt8] = []
    for _ in 0..<50 {
      let bytes = generator.bytes(Int.random(in: 0...400, using: &generator))
      packed += gzipStored(bytes)
      expected += bytes
    }
    #expect(try Gzip.decompress(packed) == expected)
  }

  @Test func signatureIsRecognized() throws {
    #expect(Gzip.isGzip([0x1f, 0x8b]))
    #expect(!Gzip.isGzip([0x1f]))
    #expect(!Gzip.isGzip([0x8b, 0x1f, 8]))
  }

  // MARK: Damage

  @Test(arguments: cases) func everyTruncationThrows(_ packed: String, _ text: [UInt8]) throws {
    let bytes = try base64(packed)
    for count in 0..<bytes.count {
      do {
        let prefix = try Gzip.decompress(Array(bytes[..<count]))
        // Cut between two members, a file is complete, and says less.
        #expect(text.starts(with: prefix) && prefix.count < text.count, "cut at \(count)")
      } catch {
        #expect((0...count).contains(error.byteOffset ?? -1), "cut at \(count)")
      }
    }
  }

  /// The checks of gzip catch every change of one byte that changes the contents: a CRC-32 detects
  /// all bursts of up to 32 bits, and the lengths see to the rest.
  @Test(arguments: cases) func everyMutationThrowsOrChangesNothing(
    _ packed: String, _ text: [UInt8]
  ) throws {
    let original = try base64(packed)
    for place in original.indices {
      for change in [1, 2, 4, 8, 16, 32, 64, 128, 255] as [UInt8] {
        var bytes = original
        bytes[place] ^= change
        do {
          let unpacked = try Gzip.decompress(bytes, limit: 100_000)
          #expect(unpacked == text, "\(change) at \(place)")
        } catch {
          #expect((0...bytes.count).contains(error.byteOffset ?? -1), "\(change) at \(place)")
        }
      }
    }
  }

  @Test func wrongChecksAreNamedWithTheirPlace() throws {
    var bytes = gzipStored(Array("adjoint".utf8))
    bytes[bytes.count - 8] ^= 1
    var error = try failure { try Gzip.decompress(bytes) }
    #expect(error.byteOffset == bytes.count - 8)
    #expect(error.problem.contains("CRC-32"))

    bytes = gzipStored(Array("adjoint".utf8))
    bytes[bytes.count - 4] ^= 1
    error = try failure { try Gzip.decompress(bytes) }
    #expect(error.byteOffset == bytes.count - 4)
    #expect(error.problem == "unpacked 7 bytes, the file says 6")

    bytes = gzipStored([1]) + [0]
    error = try failure { try Gzip.decompress(bytes) }
    #expect(error.byteOffset == bytes.count - 1)
    #expect(error.problem.contains("follow the compressed data"))
  }

  @Test func limitStopsBombs() throws {
    let bomb = try base64(GzipTests.bomb)
    #expect(try Gzip.decompress(bomb, limit: 50_000) == [UInt8](repeating: 0, count: 50_000))
    for limit in [49_999, 30_000, 1, 0] {
      #expect(try failure { try Gzip.decompress(bomb, limit: limit) }.kind == .tooLarge)
    }
    // The promise in the trailer is not believed: 4 GiB are announced, five bytes are there.
    var liar = gzipStored(Array("small".utf8))
    liar.replaceSubrange((liar.count - 4)..., with: [255, 255, 255, 255])
    #expect(try failure { try Gzip.decompress(liar) }.byteOffset == liar.count - 4)
    // The limit holds for all members together.
    let members = gzipStored([1, 2, 3]) + gzipStored([4, 5, 6])
    #expect(try Gzip.decompress(members, limit: 6) == [1, 2, 3, 4, 5, 6])
    #expect(try failure { try Gzip.decompress(members, limit: 5) }.kind == .tooLarge)
    #expect(try failure { try Gzip.decompress(members, limit: -1) }.kind == .tooLarge)
  }
}
