// CRC-32 as gzip and PNG use it (RFC 1952, section 8). It has never heard of either container.

/// The cyclic redundancy check with the reflected polynomial 0xEDB88320.
///
/// Eight tables, so that eight bytes are folded in by eight independent look-ups ("slicing by 8"):
/// the plain byte loop is limited by the latency of one look-up per byte and takes as long as the
/// decompression that it checks.
package struct CRC32: Sendable {
  private var register: UInt32 = 0xffff_ffff

  /// The check of the empty message.
  package init() {}

  /// The check value of all bytes seen so far.
  package var value: UInt32 { ~register }

  private static let tables: [UInt32] = {
    var tables = [UInt32](repeating: 0, count: 8 * 256)
    for byte in 0..<256 {
      var remainder = UInt32(byte)
      for _ in 0..<8 {
        remainder = remainder & 1 == 1 ? remainder >> 1 ^ 0xedb8_8320 : remainder >> 1
      }
      tables[byte] = remainder
    }
    for index in 256..<tables.count {
      let before = tables[index - 256]
      tables[index] = before >> 8 ^ tables[Int(before & 0xff)]
    }
    return tables
  }()

  /// Appends `bytes` to the message.
  package mutating func update(_ bytes: UnsafeRawBufferPointer) {
    var crc = register
    CRC32.tables.withUnsafeBufferPointer { table in
      @inline(__always) func entry(_ row: Int, _ byte: UInt64) -> UInt32 {
        table[row &* 256 &+ Int(truncatingIfNeeded: byte & 0xff)]
      }
      var offset = 0
      while offset &+ 8 <= bytes.count {
        let word =
          UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
          ^ UInt64(crc)
        let near =
          entry(7, word) ^ entry(6, word >> 8) ^ entry(5, word >> 16) ^ entry(4, word >> 24)
        let far =
          entry(3, word >> 32) ^ entry(2, word >> 40) ^ entry(1, word >> 48) ^ entry(0, word >> 56)
        crc = near ^ far
        offset &+= 8
      }
      while offset < bytes.count {
        crc = crc >> 8 ^ entry(0, UInt64(crc ^ UInt32(bytes[offset])))
        offset &+= 1
      }
    }
    register = crc
  }
}
