// The published check value of CRC-32, and its definition bit by bit.

import AdjointSupport
import Testing

@Suite struct CRC32Tests {
  /// The check value every catalogue of CRCs prints for "123456789".
  @Test func checkValueIsThePublishedOne() {
    var check = CRC32()
    Array("123456789".utf8).withUnsafeBytes { check.update($0) }
    #expect(check.value == 0xcbf4_3926)
    #expect(CRC32().value == 0)
  }

  @Test func tablesAgreeWithTheDefinitionHoweverTheMessageIsDivided() {
    for count in [0, 1, 7, 8, 9, 15, 16, 17, 100] {
      let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* $0 &* 167 &+ 11) }
      for cut in Set([0, count / 3, count]) {
        var check = CRC32()
        bytes[..<cut].withUnsafeBytes { check.update($0) }
        bytes[cut...].withUnsafeBytes { check.update($0) }
        #expect(check.value == definition(bytes))
      }
    }
  }

  private func definition(_ bytes: [UInt8]) -> UInt32 {
    var register: UInt32 = 0xffff_ffff
    for byte in bytes {
      register ^= UInt32(byte)
      for _ in 0..<8 { register = register & 1 == 1 ? register >> 1 ^ 0xedb8_8320 : register >> 1 }
    }
    return ~register
  }
}
