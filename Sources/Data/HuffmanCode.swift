// The canonical Huffman codes of DEFLATE (RFC 1951, 3.2.2 and 3.2.5): how code lengths become a
// decoding table. It has never heard of blocks, matches or files.

/// What a decoded symbol means, packed into 32 bits.
///
///     bits  0 ..< 4    length of the code in bits, 0 for "no such short code"
///     bits  4 ..< 8    how many extra bits follow (lengths and distances)
///     bits  8 ..< 10   kind: number, end of block, not allowed, literal
///     bits 16 ..< 32   literal byte, or base of the length or distance
typealias HuffmanEntry = UInt32

enum HuffmanKind {
  static let number: UInt32 = 0
  static let endOfBlock: UInt32 = 1
  static let forbidden: UInt32 = 2
  static let literal: UInt32 = 3
}

@inline(__always)
func huffmanEntry(kind: UInt32, value: UInt32, extraBits: UInt32) -> HuffmanEntry {
  kind << 8 | value << 16 | extraBits << 4
}

/// A prefix code, ready for decoding.
///
/// Codes of up to ten bits are found by one look into a table of 1024 entries, which stays in the
/// first-level cache beside the window. The longer ones, rare by construction of the
/// code, are walked bit by bit through the canonical order. (Second-level tables, as in
/// zlib, would save nothing that can be measured here, and cost the proof that they are never
/// overrun.)
struct HuffmanCode {
  static let tableBits = 10
  static let longestCode = 15

  /// Indexed by the next `tableBits` bits of the stream.
  private(set) var table = [HuffmanEntry](repeating: 0, count: 1 << HuffmanCode.tableBits)
  /// How many codes have each length.
  private(set) var counts = [Int](repeating: 0, count: HuffmanCode.longestCode + 1)
  /// The entries of all symbols, by code length, then by symbol: the canonical order.
  private(set) var ordered: [HuffmanEntry] = []

  enum Defect: Error {
    case overSubscribed, incomplete
  }

  /// Creates the code in which symbol `s` has `lengths[s]` bits (0: unused) and means
  /// `meanings[s]`.
  ///
  /// An incomplete set is refused, as zlib refuses it, except for the one case that encoders
  /// produce: a single code of one bit, or none at all.
  init(lengths: ArraySlice<UInt8>, meanings: [HuffmanEntry]) throws(Defect) {
    for length in lengths { counts[Int(length)] += 1 }
    counts[0] = 0
    var free = 1
    for length in 1...HuffmanCode.longestCode {
      free = free * 2 - counts[length]
      if free < 0 { throw .overSubscribed }
    }
    let longest = counts.lastIndex { $0 > 0 } ?? 0
    if free > 0 && longest > 1 { throw .incomplete }

    // Canonical numbering: codes of one length are consecutive, in the order of their symbols.
    var nextCode = [Int](repeating: 0, count: HuffmanCode.longestCode + 2)
    var nextPlace = nextCode
    for length in 1...HuffmanCode.longestCode {
      nextCode[length + 1] = (nextCode[length] + counts[length]) << 1
      nextPlace[length + 1] = nextPlace[length] + counts[length]
    }
    ordered = [HuffmanEntry](repeating: 0, count: nextPlace[HuffmanCode.longestCode + 1])
    for (symbol, length) in lengths.enumerated() where length > 0 {
      let length = Int(length)
      let entry = meanings[symbol] | UInt32(length)
      ordered[nextPlace[length]] = entry
      nextPlace[length] += 1
      let code = nextCode[length]
      nextCode[length] += 1
      guard length <= HuffmanCode.tableBits else { continue }
      // The stream holds codes with their first bit lowest, so the table is indexed by the mirror
      // image, followed by every combination of the bits that come after.
      var index = HuffmanCode.mirrored(code, bits: length)
      while index < table.count {
        table[index] = entry
        index += 1 << length
      }
    }
  }

  private static func mirrored(_ code: Int, bits: Int) -> Int {
    var code = code
    var result = 0
    for _ in 0..<bits {
      result = result << 1 | code & 1
      code >>= 1
    }
    return result
  }
}

/// The two alphabets of DEFLATE and its fixed codes.
enum DeflateAlphabet {
  /// Symbols 0...255 literals, 256 end of block, 257...285 lengths, 286 and 287 not allowed.
  static let literalsAndLengths: [HuffmanEntry] = {
    var meanings = (0..<256).map {
      huffmanEntry(kind: HuffmanKind.literal, value: $0, extraBits: 0)
    }
    meanings.append(huffmanEntry(kind: HuffmanKind.endOfBlock, value: 0, extraBits: 0))
    var base: UInt32 = 3
    for symbol in 257..<285 {
      let extraBits = symbol < 265 ? 0 : UInt32(symbol - 261) / 4
      meanings.append(huffmanEntry(kind: HuffmanKind.number, value: base, extraBits: extraBits))
      base += 1 << extraBits
    }
    // The last length is an exception: 258 in one symbol, although 227 + 31 reaches it too.
    meanings.append(huffmanEntry(kind: HuffmanKind.number, value: 258, extraBits: 0))
    let forbidden = huffmanEntry(kind: HuffmanKind.forbidden, value: 0, extraBits: 0)
    return meanings + [forbidden, forbidden]
  }()

  /// Symbols 0...29 distances, 30 and 31 not allowed.
  static let distances: [HuffmanEntry] = {
    var meanings: [HuffmanEntry] = []
    var base: UInt32 = 1
    for symbol in 0..<30 {
      let extraBits = symbol < 4 ? 0 : UInt32(symbol - 2) / 2
      meanings.append(huffmanEntry(kind: HuffmanKind.number, value: base, extraBits: extraBits))
      base += 1 << extraBits
    }
    let forbidden = huffmanEntry(kind: HuffmanKind.forbidden, value: 0, extraBits: 0)
    return meanings + [forbidden, forbidden]
  }()

  /// The nineteen symbols of the code that transmits code lengths; the value is the symbol.
  static let codeLengths: [HuffmanEntry] = (0..<19).map {
    huffmanEntry(kind: HuffmanKind.number, value: $0, extraBits: 0)
  }

  /// RFC 1951, 3.2.6.
  static let fixedLiteralLengths: [UInt8] =
    [UInt8](repeating: 8, count: 144) + [UInt8](repeating: 9, count: 112)
    + [UInt8](repeating: 7, count: 24) + [UInt8](repeating: 8, count: 8)

  static let fixedDistanceLengths = [UInt8](repeating: 5, count: 32)
}
