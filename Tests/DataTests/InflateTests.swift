// DEFLATE streams built bit by bit, sound and unsound.

import Testing

@testable import AdjointData

@Suite struct InflateTests {
  private func inflateStart(
    _ bytes: [UInt8], limit: Int = 1_000_000
  ) throws -> (output: [UInt8], end: Int) {
    try bytes.withUnsafeBytes { input in
      var inflater = try Inflater(input, from: 0)
      var output = InflateOutput(expecting: 0, limit: limit)
      let end = try inflater.inflate(to: &output)
      return (output.bytes(), end)
    }
  }

  /// What `bytes` unpack to, all of which must be used.
  private func inflate(_ bytes: [UInt8], limit: Int = 1_000_000) throws -> [UInt8] {
    let (output, end) = try inflateStart(bytes, limit: limit)
    #expect(end == bytes.count)
    return output
  }

  private func problem(_ writer: BitWriter) throws -> String {
    // Zeros after the interesting bits, so that truncation is never what is found first.
    try failure { try inflateStart(writer.bytes + [UInt8](repeating: 0, count: 40)) }.problem
  }

  /// Literals 0...13 have codes of 1...14 bits, 14 and the end have 15: the deepest code there is.
  ///
  /// Its words are 0, 10, 110, 1110, ...
  private static let deepest =
    (0..<257).map { symbol in symbol < 14 ? symbol + 1 : symbol == 14 || symbol == 256 ? 15 : 0 }

  @Test func decodesCodesOfEveryLength() throws {
    var writer = BitWriter.dynamicBlock(literals: InflateTests.deepest, distances: [0])
    let message = (0..<15).flatMap { [$0, 14 - $0] }
    for symbol in message {
      let length = symbol < 14 ? symbol + 1 : 15
      // Ones, then a zero.
      writer.writeCode((1 << length) - 2, bits: length)
    }
    writer.writeCode((1 << 15) - 1, bits: 15)
    #expect(try inflate(writer.bytes) == message.map(UInt8.init))
  }

  @Test func tableAndWalkAgree() throws {
    let code = try HuffmanCode(
      lengths: DeflateAlphabet.fixedLiteralLengths[...],
      meanings: DeflateAlphabet.literalsAndLengths)
    for bits in 0..<UInt64(1 << HuffmanCode.tableBits) {
      #expect(code.table[Int(bits)] == code.longSymbol(bits))
    }
  }

  /// RFC 1951, 3.2.5: the last base plus the last extra bits ends where the alphabet ends.
  @Test func alphabetsHaveThePublishedBases() {
    func base(_ entry: HuffmanEntry) -> Int { Int(entry >> 16) }
    func extraBits(_ entry: HuffmanEntry) -> Int { Int(entry >> 4 & 15) }
    let lengths = DeflateAlphabet.literalsAndLengths
    #expect(base(lengths[257]) == 3 && extraBits(lengths[257]) == 0)
    #expect(base(lengths[265]) == 11 && extraBits(lengths[265]) == 1)
    #expect(base(lengths[284]) == 227 && extraBits(lengths[284]) == 5)
    #expect(base(lengths[285]) == 258 && extraBits(lengths[285]) == 0)
    let distances = DeflateAlphabet.distances
    #expect(base(distances[0]) == 1 && extraBits(distances[3]) == 0)
    #expect(base(distances[4]) == 5 && extraBits(distances[4]) == 1)
    #expect(base(distances[29]) == 24577 && extraBits(distances[29]) == 13)
  }

  /// A match copies from what it has itself just written: with distance d the result has period d.
  ///
  /// The slack of the output must absorb every overshoot.
  @Test func matchesMayOverlapThemselves() throws {
    for distance in 1...20 {
      for length in [3, 4, 7, 8, 9, 10] {
        var writer = BitWriter()
        writer.write(1, bits: 1)
        writer.write(1, bits: 2)
        for byte in 0..<distance { writer.writeCode(0x30 + byte, bits: 8) }
        // Lengths 3...10 are symbols 257...264, whose fixed codes are 1...8 in seven bits.
        writer.writeCode(length - 2, bits: 7)
        // Distances 1...4 have symbols of their own, then come ranges of 2, 2, 4, 4, 8 ... values.
        let bases = [1, 2, 3, 4, 5, 7, 9, 13, 17]
        let symbol = bases.lastIndex { $0 <= distance } ?? 0
        writer.writeCode(symbol, bits: 5)
        writer.write(distance - bases[symbol], bits: max(0, symbol / 2 - 1))
        writer.writeCode(0, bits: 7)
        let expected = (0..<(distance + length)).map { UInt8($0 % distance) }
        #expect(try inflate(writer.bytes, limit: expected.count) == expected)
      }
    }
  }

  @Test func blocksOfAllKindsFollowOneAnother() throws {
    var writer = BitWriter()
    writer.write(0, bits: 1)  // fixed: one literal, end
    writer.write(1, bits: 2)
    writer.writeCode(0x30 + 65, bits: 8)
    writer.writeCode(0, bits: 7)
    writer.write(0, bits: 1)  // stored: empty, padded to the byte
    writer.write(0, bits: 2)
    let stored = writer.bytes + [2, 0, 0xfd, 0xff, 66, 67]
    var last = BitWriter()
    last.write(1, bits: 1)
    last.write(1, bits: 2)
    last.writeCode(1, bits: 7)  // length 3
    last.writeCode(2, bits: 5)  // distance 3
    last.writeCode(0, bits: 7)
    #expect(try inflate(stored + last.bytes) == Array("ABCABC".utf8))
  }

  @Test func unsoundStreamsAreNamed() throws {
    var writer = BitWriter()
    writer.write(7, bits: 3)
    #expect(try problem(writer) == "block type 3 does not exist")

    writer = BitWriter()
    writer.write(1, bits: 3)
    writer.write(0, bits: 5)
    writer.write(0x1234, bits: 16)
    writer.write(0x1234, bits: 16)
    #expect(try problem(writer).contains("complement"))

    writer = BitWriter()
    writer.write(3, bits: 3)
    writer.writeCode(1, bits: 7)
    writer.writeCode(0, bits: 5)
    #expect(try problem(writer).contains("before the start"))

    writer = BitWriter()
    writer.write(3, bits: 3)
    writer.writeCode(0xc6, bits: 8)  // symbol 286
    #expect(try problem(writer) == "a code word has no meaning")

    writer = BitWriter()
    writer.write(3, bits: 3)
    writer.writeCode(0x30, bits: 8)
    writer.writeCode(1, bits: 7)
    writer.writeCode(30, bits: 5)
    #expect(try problem(writer) == "a distance code has no meaning")
  }

  @Test func unsoundCodesAreNamed() throws {
    func lengths(_ pairs: [Int: Int]) -> [Int] { (0..<257).map { pairs[$0, default: 0] } }
    func problem(_ literals: [Int], _ distances: [Int]) throws -> String {
      try self.problem(.dynamicBlock(literals: literals, distances: distances))
    }
    #expect(
      try problem(lengths([0: 1, 1: 1, 256: 1]), [0]).contains("more words than fit"))
    #expect(try problem(lengths([0: 2, 256: 1]), [0]).contains("leaves words unused"))
    #expect(try problem(lengths([0: 1, 1: 1]), [0]).contains("symbol 256 has no code"))
    #expect(try problem(lengths([0: 1, 256: 1]), [1, 2]).contains("distances leaves"))
    #expect(
      try problem(lengths([0: 1, 256: 1]) + [Int](repeating: 0, count: 30), [0])
        .contains("more symbols than exist"))
    // A single distance code of one bit is the one incomplete code that encoders produce.
    var writer = BitWriter.dynamicBlock(literals: lengths([65: 1, 256: 1]), distances: [1])
    writer.writeCode(0, bits: 1)
    writer.writeCode(1, bits: 1)
    #expect(try inflate(writer.bytes) == [65])
  }

  @Test func noiseNeverTraps() {
    var generator = Seeded(3)
    for round in 0..<3000 {
      var bytes = generator.bytes(round % 60)
      // Two streams in three begin with a fixed or a dynamic block, whose inside is then noise.
      if !bytes.isEmpty, round % 3 > 0 { bytes[0] = bytes[0] & 0xf8 | UInt8(round % 3) << 1 }
      guard let (output, end) = try? inflateStart(bytes, limit: 10_000) else { continue }
      #expect(output.count <= 10_000 && end <= bytes.count)
    }
  }
}
