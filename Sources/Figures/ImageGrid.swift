// How arrays of numbers are shown as small images. It has never heard of where the numbers come
// from.

import AdjointSupport

/// Small images beside each other, each with a caption.
///
/// A list of images, not one drawing: each has its own text for readers who do not see it, and the
/// rows break where the window ends.
public struct ImageGrid: Sendable {
  /// One image.
  public struct Image: Sendable {
    /// The numbers, row by row from the top; numbers that are not finite are drawn as zero.
    public let pixels: [Float]
    /// The number of pixels from top to bottom.
    public let height: Int
    /// The number of pixels from left to right.
    public let width: Int
    /// What is written below it.
    public var caption: String
    /// What it shows, for readers who do not see it.
    public var summary: String

    /// Creates an image.
    ///
    /// - Precondition: `pixels` has `height * width` elements, both at least 1.
    public init(pixels: [Float], height: Int, width: Int, caption: String, summary: String) {
      require(
        height > 0 && width > 0 && isPicture(pixels.count, height, width),
        "ImageGrid.Image: \(pixels.count) numbers are not \(height) rows of \(width) pixels. "
          + "Pass one number for each pixel, and at least one pixel.")
      self.pixels = pixels
      self.height = height
      self.width = width
      self.caption = caption
      self.summary = summary
    }
  }

  /// How numbers become colors.
  public enum Coloring: String, Sendable {
    /// From 0, paper, to 1, ink.
    case ink
    /// Zero is white, positive numbers blue, negative ones orange, on one scale for all the images.
    case signed
  }

  /// What the images are together.
  public var title: String
  /// How numbers become colors.
  public var coloring: Coloring
  /// The images.
  public var images: [Image]

  /// Creates a list of images.
  public init(title: String, coloring: Coloring, images: [Image]) {
    self.title = title
    self.coloring = coloring
    self.images = images
  }

  /// The list as part of a page.
  func markup() -> Markup {
    let limit = images.lazy.flatMap(\.pixels).filter(\.isFinite).map(\.magnitude).max() ?? 0
    let items = images.map { image in
      // About 72 pixels a side, in whole multiples so that all pixels are equally large.
      let scale = max(1, 72 / max(image.width, image.height))
      let picture = PNG(
        pixels: image.pixels.map { color(of: $0, limit: limit) }, width: image.width,
        height: image.height)
      return Markup.element(
        "li", [:],
        .element(
          "img",
          [
            "src": picture.address, "width": "\(image.width * scale)",
            "height": "\(image.height * scale)", "alt": image.summary,
          ]) + .element("span", [:], text: image.caption))
    }
    return .element("ul", ["class": "images"], .lines(items))
  }

  private func color(of value: Float, limit: Float) -> Color {
    let value = value.isFinite ? value : 0
    switch coloring {
    case .ink:
      let level = UInt32(((1 - min(max(value, 0), 1)) * 255).rounded())
      return Color(level << 16 | level << 8 | level)
    case .signed:
      // 63 steps each way: at most 127 colors, and no step is visible.
      let part = limit > 0 ? (Double(value / limit) * 63).rounded() / 63 : 0
      let end = part >= 0 ? Palette.light.right : Palette.light.wrong
      return Color(0xFFFFFF).mixed(with: end, part.magnitude)
    }
  }
}
