// Gzip members (RFC 1952): headers, trailers, and that several may follow one another. It has never
// heard of what is packed inside, nor of the file system.

import AdjointSupport

/// Reading of gzip data.
public enum Gzip {
  /// Whether `bytes` begin as every gzip file does.
  public static func isGzip(_ bytes: [UInt8]) -> Bool {
    bytes.count >= 2 && bytes[0] == 0x1f && bytes[1] == 0x8b
  }

  /// Unpacks all members of a gzip file, one after the other.
  ///
  /// The header's check (when present), the CRC-32 and the length of every member are verified.
  /// Takes time linear in input and output.
  /// - Parameter limit: The largest size of the result in bytes. DEFLATE can pack 1032 to 1, so a
  ///   file of a megabyte may hide a gigabyte.
  /// - Throws: `DataError` with the offset in the packed bytes; `tooLarge` beyond the limit.
  public static func decompress(_ bytes: [UInt8], limit: Int = 1 << 31) throws(DataError) -> [UInt8]
  {
    guard limit >= 0 else {
      throw .tooLarge(at: nil, "the limit \(limit) is negative", remedy: "Pass a size in bytes.")
    }
    // Offsets and sums below stay far from overflow when the limit does.
    let limit = min(limit, Int.max / 4)
    return try bytes.withUnsafeBufferPointer { buffer throws(DataError) in
      try decompress(UnsafeRawBufferPointer(buffer), limit: limit)
    }
  }

  private static func decompress(
    _ input: UnsafeRawBufferPointer, limit: Int
  ) throws(DataError) -> [UInt8] {
    var output = InflateOutput(expecting: expectedSize(input), limit: limit)
    var position = 0
    repeat {
      position = try skipHeader(input, from: position)
      let start = output.count
      var inflater = try Inflater(input, from: position)
      position = try inflater.inflate(to: &output)
      guard input.count - position >= 8 else {
        throw truncated(input, "the CRC-32 and length after the data")
      }
      try verify(output, from: start, against: input, at: position)
      position += 8
    } while position < input.count
    return output.bytes()
  }

  // The length in the trailer is a promise by an untrusted file. It is believed as far as images
  // and text compress (16 to 1), and growth by doubling takes care of the rest.
  private static func expectedSize(_ input: UnsafeRawBufferPointer) -> Int {
    guard input.count >= 18 else { return 0 }
    let promised = Int(littleEndian32(input, at: input.count - 4))
    return promised / 16 <= input.count ? promised : input.count
  }

  private static func verify(
    _ output: InflateOutput, from start: Int, against input: UnsafeRawBufferPointer,
    at position: Int
  ) throws(DataError) {
    var check = CRC32()
    output.storage.withUnsafeBytes {
      check.update(UnsafeRawBufferPointer(rebasing: $0[start..<output.count]))
    }
    let expected = littleEndian32(input, at: position)
    guard check.value == expected else {
      throw .malformed(
        at: position,
        "CRC-32 is \(hexadecimal(check.value)), the file says \(hexadecimal(expected))",
        remedy: damagedRemedy)
    }
    let length = output.count - start
    let expectedLength = littleEndian32(input, at: position + 4)
    guard UInt32(truncatingIfNeeded: length) == expectedLength else {
      throw .malformed(
        at: position + 4, "unpacked \(length) bytes, the file says \(expectedLength)",
        remedy: damagedRemedy)
    }
  }

  /// Checks the header of the member at `position` and returns where its compressed data start.
  private static func skipHeader(
    _ input: UnsafeRawBufferPointer, from position: Int
  ) throws(DataError) -> Int {
    let isFirst = position == 0
    let left = input.count - position
    guard left >= 2, input[position] == 0x1f, input[position + 1] == 0x8b else {
      throw .malformed(
        at: position,
        isFirst
          ? "does not begin with the gzip signature 1f 8b"
          : "\(left) bytes follow the compressed data and are no gzip member",
        remedy: isFirst ? "Pass a gzip file." : "Cut the file there, or copy it again.")
    }
    guard left >= 10 else { throw truncated(input, "the ten bytes of the header") }
    guard input[position + 2] == 8 else {
      throw .unsupported(
        at: position + 2, "compression method \(input[position + 2]); only 8, DEFLATE, is in use",
        remedy: damagedRemedy)
    }
    let flags = input[position + 3]
    guard flags & 0xe0 == 0 else {
      throw .unsupported(
        at: position + 3, "reserved header flags \(hexadecimal(flags)) are set",
        remedy: damagedRemedy)
    }
    var next = position + 10
    if flags & 0x04 != 0 {  // FEXTRA
      guard input.count - next >= 2 else { throw truncated(input, "the extra field") }
      let length = Int(input[next]) | Int(input[next + 1]) << 8
      guard input.count - next - 2 >= length else { throw truncated(input, "the extra field") }
      next += 2 + length
    }
    for (flag, field) in [(UInt8(0x08), "the file name"), (0x10, "the comment")]
    where flags & flag != 0 {
      while next < input.count, input[next] != 0 { next += 1 }
      guard next < input.count else { throw truncated(input, field) }
      next += 1
    }
    if flags & 0x02 != 0 {  // FHCRC
      guard input.count - next >= 2 else { throw truncated(input, "the check of the header") }
      var check = CRC32()
      check.update(UnsafeRawBufferPointer(rebasing: input[position..<next]))
      let expected = UInt32(input[next]) | UInt32(input[next + 1]) << 8
      guard check.value & 0xffff == expected else {
        throw .malformed(
          at: next, "the check of the header fails", remedy: damagedRemedy)
      }
      next += 2
    }
    return next
  }

  private static let damagedRemedy = "The file is damaged; copy or download it again."

  private static func truncated(_ input: UnsafeRawBufferPointer, _ field: String) -> DataError {
    .malformed(
      at: input.count, "the file ends inside \(field)",
      remedy: "The file is truncated; copy or download it again.")
  }

  private static func littleEndian32(_ input: UnsafeRawBufferPointer, at offset: Int) -> UInt32 {
    UInt32(littleEndian: input.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
  }
}

/// All digits of `value`, such as `0x0000abcd` or `0x0a`.
func hexadecimal(_ value: some FixedWidthInteger & UnsignedInteger) -> String {
  let digits = String(value, radix: 16)
  return "0x" + String(repeating: "0", count: value.bitWidth / 4 - digits.count) + digits
}
