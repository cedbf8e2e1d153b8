// The published facts about the embedded digits.

import AdjointArrays
import AdjointSupport
import Testing

@testable import AdjointData

@Suite struct DigitsTests {
  @Test func factsAreThePublishedOnes() {
    let digits = Digits.load()
    #expect(digits.count == 1797)
    #expect(digits.images.shape == [1797, 64] && digits.images.dtype == .float32)
    #expect(digits.height == 8 && digits.width == 8)
    #expect(digits.classNames == ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"])
    let counts = (0...9).map { digit in digits.labels.count { $0 == digit } }
    #expect(counts == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180])
    let levels = digits.images.values(as: Float.self).map { $0 * 16 }
    #expect(levels.allSatisfy { (0...16).contains($0) && $0 == $0.rounded() })
    #expect(levels.reduce(0) { $0 + Int($1) } == 561_718)
  }

  /// The CRC-32 of label and levels, one byte each, image after image: the same number as Python's
  /// `zlib.crc32` gives for the rows of the original table.
  @Test func everyByteIsTheOriginalOne() {
    let digits = Digits.load()
    let levels = digits.images.values(as: Float.self)
    var bytes: [UInt8] = []
    for (image, label) in digits.labels.enumerated() {
      bytes.append(UInt8(label))
      bytes += levels[(image * 64)..<(image * 64 + 64)].map { UInt8($0 * 16) }
    }
    var check = CRC32()
    bytes.withUnsafeBytes { check.update($0) }
    #expect(check.value == 0x16bb_1288)
  }

  @Test func theFirstImageIsAZero() {
    let digits = Digits.load()
    #expect(digits.labels.prefix(3) == [0, 1, 2])
    let rows = [
      [0, 0, 5, 13, 9, 1, 0, 0], [0, 0, 13, 15, 10, 15, 5, 0], [0, 3, 15, 2, 0, 11, 8, 0],
      [0, 4, 12, 0, 0, 8, 8, 0], [0, 5, 8, 0, 0, 9, 8, 0], [0, 4, 11, 0, 1, 12, 7, 0],
      [0, 2, 14, 5, 10, 12, 0, 0], [0, 0, 6, 13, 10, 0, 0, 0],
    ]
    #expect(
      digits.images.values(as: Float.self).prefix(64).map { Int($0 * 16) } == rows.flatMap { $0 })
  }
}
