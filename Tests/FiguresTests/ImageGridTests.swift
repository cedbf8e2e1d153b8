// Images keep their numbers, and PNG files are what their readers expect.

import Testing

@testable import AdjointFigures

@Suite struct ImageGridTests {
  @Test func theBytesOfASmallPicture() {
    // Two pixels, white and black: decoded once with another reader (Python's zlib and struct).
    let png = PNG(pixels: [Color(0xFFFFFF), Color(0x000000)], width: 2, height: 1)
    #expect(
      png.address == """
        data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAIAAAABCAMAAADD/I+4AAAABlBMVEX///8AAABVwtN+AAAADklEQVR4AQEDAPz/AAABAAQAAgshi3EAAAAASUVORK5CYII=
        """)
  }

  @Test func imagesHaveTheirOwnTexts() throws {
    let grid = ImageGrid(
      title: "weights", coloring: .signed,
      images: [
        .init(pixels: [-1, 0, 1, 0.5], height: 2, width: 2, caption: "<1>", summary: "\"one\""),
        .init(pixels: [.nan, .infinity], height: 1, width: 2, caption: "", summary: ""),
      ])
    let reader = try MarkupReader(grid.markup().source)
    #expect(reader.all("img").map { $0.attributes["alt"] } == ["\"one\"", ""])
    #expect(reader.all("img").allSatisfy { $0.attributes["width"] == "72" })
    #expect(reader.text.contains("<1>"))
  }

  @Test func allGreyLevelsAndLargePicturesFit() {
    let pixels = (0..<90_000).map { Float($0 % 256) / 255 }
    let grid = ImageGrid(
      title: "", coloring: .ink,
      images: [.init(pixels: pixels, height: 300, width: 300, caption: "", summary: "")])
    // 90,300 bytes of rows need two stored blocks; base64 makes four characters of three bytes.
    #expect(grid.markup().source.utf8.count > 90_300 * 4 / 3)
  }
}
