// How gray levels become characters. It has never heard of terminals; whether one can show block
// characters is for the caller to find out.

import AdjointSupport

/// An image made of characters.
///
///     ▒▒██████▒▒
///         ██░░
///       ██▒▒
public struct TextPicture: Sendable, Equatable {
  /// The characters for light to dark.
  public enum Shades: String, Sendable {
    /// Blocks of Unicode, filled from not at all to wholly.
    case blocks = " ░▒▓█"
    /// Characters that every terminal has.
    case ascii = " .:+#"
  }

  /// The lines from top to bottom, equally long.
  public let lines: [String]

  /// Draws an image of numbers from 0, paper, to 1, ink, two characters a pixel.
  ///
  /// Numbers outside are clamped, NaN is paper. Images higher or wider than `largestSide` are
  /// averaged over squares, so that they fit.
  /// - Precondition: `pixels` has `height * width` elements, and `largestSide` is positive.
  public init(
    pixels: [Float], height: Int, width: Int, shades: Shades = .blocks, largestSide: Int = 16
  ) {
    require(
      isPicture(pixels.count, height, width),
      "TextPicture: \(pixels.count) numbers are not \(height) rows of \(width) pixels. "
        + "Pass one number for each pixel.")
    require(
      largestSide > 0, "TextPicture: the largest side is \(largestSide). Pass 1 or more.")
    let characters = Array(shades.rawValue)
    let square = max(1, (max(height, width) + largestSide - 1) / largestSide)
    lines = stride(from: 0, to: height, by: square).map { top in
      var line = ""
      for left in stride(from: 0, to: width, by: square) {
        var (sum, count): (Float, Float) = (0, 0)
        for row in top..<min(top + square, height) {
          for column in left..<min(left + square, width) {
            let value = pixels[row * width + column]
            sum += value.isNaN ? 0 : min(max(value, 0), 1)
            count += 1
          }
        }
        let character = characters[Int((sum / count * Float(characters.count - 1)).rounded())]
        line += String(repeating: character, count: 2)
      }
      return line
    }
  }

  /// Pictures beside each other, each with its caption above.
  ///
  /// Lines do not end in spaces. A caption wider than its picture makes room for itself.
  /// - Precondition: there are as many captions as pictures, and the gap is not negative.
  public static func sideBySide(
    _ pictures: [TextPicture], captions: [String], gap: Int = 3
  ) -> String {
    require(
      pictures.count == captions.count,
      "sideBySide: there are \(captions.count) captions for \(pictures.count) pictures. "
        + "Pass one for each.")
    require(gap >= 0, "sideBySide: the gap is \(gap). Pass 0 or more.")
    let columns = zip(pictures, captions).map { picture, caption in
      let width = max(caption.count, picture.lines.first?.count ?? 0)
      return (lines: [caption] + picture.lines, width: width)
    }
    let height = columns.map(\.lines.count).max() ?? 0
    return (0..<height).map { row in
      var line = ""
      var end = 0
      for column in columns {
        let text = row < column.lines.count ? column.lines[row] : ""
        line += String(repeating: " ", count: end - line.count) + text
        end += column.width + gap
      }
      while line.last == " " { line.removeLast() }
      return line
    }.joined(separator: "\n")
  }
}

/// True if so many numbers fill so many rows of pixels.
func isPicture(_ count: Int, _ height: Int, _ width: Int) -> Bool {
  let (area, overflows) = height.multipliedReportingOverflow(by: width)
  return height >= 0 && width >= 0 && !overflows && count == area
}
