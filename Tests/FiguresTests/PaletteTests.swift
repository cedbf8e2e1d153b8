// Everything written can be read, in both themes (WCAG 2, level AA).

import Testing

@testable import AdjointFigures

@Suite struct PaletteTests {
  static let themes = [Palette.light, .dark]

  @Test func luminanceFollowsItsDefinition() {
    #expect(Color(0x000000).luminance == 0)
    #expect(abs(Color(0xFFFFFF).luminance - 1) < 1e-12)
    // ((0x80/255 + 0.055) / 1.055)^2.4 = 0.2158605001
    #expect(abs(Color(0x808080).luminance - 0.2158605001) < 1e-9)
    #expect(abs(Color(0x000000).contrast(to: Color(0xFFFFFF)) - 21) < 1e-9)
  }

  @Test(arguments: themes) func textIsReadable(_ theme: Palette) {
    for background in [theme.background, theme.panel] {
      #expect(theme.text.contrast(to: background) >= 7)
      #expect(theme.muted.contrast(to: background) >= 4.5)
    }
    for color in theme.series { #expect(color.contrast(to: theme.background) >= 4.5) }
  }

  @Test(arguments: themes) func numbersInCellsAreReadableOnEveryStep(_ theme: Palette) {
    for ramp in Palette.Ramp.allCases {
      for level in 0...Palette.levels {
        let cell = theme.color(ramp, level: level)
        #expect(Palette.textColor(on: cell).contrast(to: cell) >= 4.5)
      }
    }
  }

  @Test(arguments: themes) func stepsGoOneWay(_ theme: Palette) {
    for ramp in Palette.Ramp.allCases {
      let distances = (0...Palette.levels).map {
        theme.color(ramp, level: $0).contrast(to: theme.zero)
      }
      for (a, b) in zip(distances, distances.dropFirst()) { #expect(a < b) }
    }
  }
}
