// Gray levels as characters.

import Testing

@testable import AdjointFigures

@Suite struct TextPictureTests {
  @Test func levels() {
    let pixels: [Float] = [0, 0.25, 0.5, 0.75, 1, .nan, -3, 7, .infinity, -.infinity]
    let blocks = TextPicture(pixels: pixels, height: 2, width: 5)
    #expect(blocks.lines == ["  ░░▒▒▓▓██", "    ████  "])
    let ascii = TextPicture(pixels: pixels, height: 2, width: 5, shades: .ascii)
    #expect(ascii.lines == ["  ..::++##", "    ####  "])
    #expect(ascii.lines.joined().utf8.allSatisfy { $0 < 0x80 })
  }

  @Test func largeImagesAreAveraged() {
    // 28 pixels a side exceed 16, squares of 2 x 2 make it 14.
    let picture = TextPicture(
      pixels: [Float](repeating: 1, count: 28 * 28), height: 28, width: 28)
    #expect(picture.lines.count == 14)
    #expect(picture.lines.allSatisfy { $0 == String(repeating: "█", count: 28) })
  }

  @Test func picturesBesideEachOther() {
    let dark = TextPicture(pixels: [1, 1], height: 2, width: 1, shades: .ascii)
    let light = TextPicture(pixels: [0.25], height: 1, width: 1, shades: .ascii)
    let row = TextPicture.sideBySide([dark, light], captions: ["a", "long"], gap: 2)
    #expect(row == "a   long\n##  ..\n##")
  }

  @Test func nothingToShow() {
    #expect(TextPicture(pixels: [], height: 0, width: 0).lines.isEmpty)
    #expect(TextPicture.sideBySide([], captions: []) == "")
  }
}
