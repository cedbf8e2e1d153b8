// How a small picture becomes the bytes of a PNG file and a `data:` address. It has never heard of
// what is in the picture.
//
// The pixels are stored, not compressed (RFC 1950 and 1951 allow that): the pictures here have a
// few hundred pixels, where compression would save little and cost an encoder.

import AdjointSupport
import Foundation

/// A picture with at most 256 colors.
struct PNG: Sendable {
  private let bytes: [UInt8]

  /// Encodes a picture given row by row from the top.
  ///
  /// - Precondition: `pixels` has `width * height` elements, both at least 1, of at most 256
  ///   colors.
  init(pixels: [Color], width: Int, height: Int) {
    precondition(
      width > 0 && height > 0 && pixels.count == width * height,
      "\(pixels.count) pixels are not a picture of \(width) x \(height)")
    // The palette holds only colors that occur, in order of first use: small and deterministic.
    var palette: [Color] = []
    var numbers: [UInt32: UInt8] = [:]
    var rows: [UInt8] = []
    rows.reserveCapacity(height * (width + 1))
    for (position, color) in pixels.enumerated() {
      if position % width == 0 { rows.append(0) }  // each row begins with its filter: none
      let code = UInt32(color.red) << 16 | UInt32(color.green) << 8 | UInt32(color.blue)
      if let number = numbers[code] {
        rows.append(number)
      } else {
        precondition(palette.count < 256, "a picture has more than 256 colors")
        let number = UInt8(palette.count)
        numbers[code] = number
        palette.append(color)
        rows.append(number)
      }
    }
    var bytes: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
    let header =
      PNG.bigEndian(UInt32(width)) + PNG.bigEndian(UInt32(height))
      + [8, 3, 0, 0, 0]  // eight bits, palette, deflate, standard filters, not interlaced
    bytes += PNG.chunk("IHDR", header)
    bytes += PNG.chunk("PLTE", palette.flatMap { [$0.red, $0.green, $0.blue] })
    bytes += PNG.chunk("IDAT", PNG.zlibStored(rows))
    bytes += PNG.chunk("IEND", [])
    self.bytes = bytes
  }

  /// The picture as an address that holds it.
  var address: String { "data:image/png;base64," + Data(bytes).base64EncodedString() }

  // MARK: The container

  private static func chunk(_ name: String, _ data: [UInt8]) -> [UInt8] {
    let checked = Array(name.utf8) + data
    var check = CRC32()
    checked.withUnsafeBytes { check.update($0) }
    return bigEndian(UInt32(data.count)) + checked + bigEndian(check.value)
  }

  private static func bigEndian(_ value: UInt32) -> [UInt8] {
    [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) }
  }

  private static func zlibStored(_ data: [UInt8]) -> [UInt8] {
    var result: [UInt8] = [0x78, 0x01]
    let step = 65_535  // the longest stored block
    for start in stride(from: 0, to: data.count, by: step) {
      let block = data[start..<min(start + step, data.count)]
      let length = UInt16(block.count)
      result.append(block.endIndex == data.count ? 1 : 0)
      for half in [length, ~length] {
        result += [UInt8(truncatingIfNeeded: half), UInt8(truncatingIfNeeded: half >> 8)]
      }
      result += block
    }
    var (a, b): (UInt32, UInt32) = (1, 0)  // Adler-32
    for byte in data {
      a = (a + UInt32(byte)) % 65_521
      b = (b + a) % 65_521
    }
    return result + bigEndian(b << 16 | a)
  }
}
