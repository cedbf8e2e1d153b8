// What this file knows: the published check value of CRC-32, and its definition bit by bit.

import Testing

@testable import AdjointData

@Suite struct ChecksumTests {
  /// The check value every catalogue of CRCs prints for "123456789".
  @Test func checkValueIsThePublishedOne() {
    var check = CRC32()
    Array("123456789".utf8).withUnsafeBytes { check.update($0) }
    #expect(check.value == 0xcbf4_3926)
    #expect(CRC32().value == 0)
  }

  @Test func tablesAgreeWithTheDefinitionHoweverTheMessageIsDivided() {
    var generator = Seeded(4)
    for count in [0, 1, 7, 8, 9, 15, 16, 17, 100] {
      let bytes = generator.bytes(count)
      for cut in Set([0, count / 3, count]) {
        var check = CRC32()
        bytes[..<cut].withUnsafeBytes { check.update($0) }
        bytes[cut...].withUnsafeBytes { check.update($0) }
        #expect(check.value == plainCRC32(bytes))
      }
    }
  }
}
