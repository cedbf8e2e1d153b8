// The colors, for a light and a dark page, and how readable they are. It has never heard of what is
// drawn with them.

/// A color in sRGB.
struct Color: Sendable, Equatable {
  var red: UInt8
  var green: UInt8
  var blue: UInt8

  /// The color `0xRRGGBB`.
  init(_ code: UInt32) {
    red = UInt8(truncatingIfNeeded: code >> 16)
    green = UInt8(truncatingIfNeeded: code >> 8)
    blue = UInt8(truncatingIfNeeded: code)
  }

  /// `#rrggbb`.
  var css: String {
    "#"
      + [red, green, blue].map { channel in
        let digits = String(channel, radix: 16)
        return digits.count == 1 ? "0" + digits : digits
      }.joined()
  }

  /// The color a part `t` of the way to `other`, channel by channel.
  func mixed(with other: Color, _ t: Double) -> Color {
    func mix(_ a: UInt8, _ b: UInt8) -> UInt8 {
      UInt8((Double(a) + (Double(b) - Double(a)) * min(max(t, 0), 1)).rounded())
    }
    var result = self
    result.red = mix(red, other.red)
    result.green = mix(green, other.green)
    result.blue = mix(blue, other.blue)
    return result
  }

  /// The relative luminance of WCAG 2, from 0 for black to 1 for white.
  ///
  /// The exponent 2.4 of sRGB is approximated by Newton's method below: this file needs no libm, so
  /// that the choice of black or white text cannot differ between platforms.
  var luminance: Double {
    0.2126 * Color.linear(red) + 0.7152 * Color.linear(green) + 0.0722 * Color.linear(blue)
  }

  private static func linear(_ channel: UInt8) -> Double {
    let c = Double(channel) / 255
    if c <= 0.04045 { return c / 12.92 }
    let x = (c + 0.055) / 1.055
    // x^2.4 = x² · y² where y = x^0.2 solves y⁵ = x.
    var y = 0.6 + 0.4 * x
    for _ in 0..<20 { y -= (y * y * y * y * y - x) / (5 * y * y * y * y) }
    return x * x * y * y
  }

  /// The contrast ratio of WCAG 2, from 1 to 21.
  func contrast(to other: Color) -> Double {
    let (a, b) = (luminance, other.luminance)
    return (max(a, b) + 0.05) / (min(a, b) + 0.05)
  }
}

/// The colors of one theme.
struct Palette: Sendable {
  var background: Color
  var panel: Color
  var text: Color
  var muted: Color
  var rule: Color
  var series: [Color]
  /// The far ends of the ramps: `right` for large, positive and correct; `wrong` for the opposite.
  var right: Color
  var wrong: Color
  /// Where both ramps begin.
  var zero: Color

  static let light = Palette(
    background: Color(0xFFFFFF), panel: Color(0xF4F6F8), text: Color(0x1B1F24),
    muted: Color(0x4F5965), rule: Color(0xD5DBE1),
    series: [0x0B5CAD, 0xB3470C, 0x1A7F37, 0x7B3FC4, 0x8A5A00, 0x4F5965].map(Color.init),
    right: Color(0x0A4A8F), wrong: Color(0xA83A08), zero: Color(0xF1F4F7))

  static let dark = Palette(
    background: Color(0x11161C), panel: Color(0x1A2129), text: Color(0xE6EAEF),
    muted: Color(0xA9B4C0), rule: Color(0x36414D),
    series: [0x6CB0FF, 0xFFA05C, 0x56D364, 0xC8A4FF, 0xE3B341, 0xA9B4C0].map(Color.init),
    right: Color(0x8CC4FF), wrong: Color(0xFFAE78), zero: Color(0x161D24))

  /// The number of steps of a ramp after zero.
  static let levels = 8

  enum Ramp: String, CaseIterable, Sendable { case right, wrong }

  /// The color of step `level` of a ramp; step 0 is `zero`.
  func color(_ ramp: Ramp, level: Int) -> Color {
    // The first step is already visible: a single mistake must not look like none.
    let t = level == 0 ? 0 : 0.12 + 0.88 * Double(level - 1) / Double(Palette.levels - 1)
    return zero.mixed(with: ramp == .right ? right : wrong, t)
  }

  /// Black or white, whichever is easier to read on `color`.
  ///
  /// The better of the two has a contrast of at least √21 = 4.58, so AA (4.5) holds on any color.
  static func textColor(on color: Color) -> Color {
    let (black, white) = (Color(0x000000), Color(0xFFFFFF))
    return color.contrast(to: black) >= color.contrast(to: white) ? black : white
  }

  /// The style sheet variables of this theme.
  var variables: String {
    var result = "--background:\(background.css);--panel:\(panel.css);--text:\(text.css);"
    result += "--muted:\(muted.css);--rule:\(rule.css);"
    for (index, color) in series.enumerated() { result += "--series-\(index):\(color.css);" }
    for ramp in Ramp.allCases {
      for level in 0...Palette.levels {
        let color = color(ramp, level: level)
        result += "--\(ramp.rawValue)-\(level):\(color.css);"
        result += "--on-\(ramp.rawValue)-\(level):\(Palette.textColor(on: color).css);"
      }
    }
    return result
  }
}
