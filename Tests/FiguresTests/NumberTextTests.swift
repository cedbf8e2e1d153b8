// What this file knows: numbers read the same everywhere, and no number is too strange to write.

import Testing

@testable import AdjointFigures

@Suite struct NumberTextTests {
  @Test(arguments: [
    (97.777, 2, "97.78"), (0.5, 0, "1"), (-0.001, 2, "0.00"), (-1.005, 1, "-1.0"), (0, 0, "0"),
    (5, 3, "5.000"), (-12.345, 1, "-12.3"), (1e17, 2, "1e+17"), (.infinity, 2, "inf"),
    (.nan, 2, "nan"), (0.0449, 2, "0.04"), (99.999, 2, "100.00"),
  ]) func fixed(_ value: Double, _ decimals: Int, _ text: String) {
    #expect(NumberText.fixed(value, decimals: decimals) == text)
  }

  @Test(arguments: [(12.5, "12.5"), (12, "12"), (0.004, "0"), (-3.10, "-3.1"), (100, "100")])
  func trimmed(_ value: Double, _ text: String) { #expect(NumberText.trimmed(value) == text) }

  @Test(arguments: [
    (0, "0"), (7, "7"), (999, "999"), (60_000, "60,000"), (-1_234_567, "-1,234,567"),
  ])
  func grouped(_ value: Int, _ text: String) { #expect(NumberText.grouped(value) == text) }

  @Test(arguments: [(0, "0:00"), (59, "0:59"), (61, "1:01"), (3_725, "1:02:05"), (-5, "0:00")])
  func clock(_ seconds: Int, _ text: String) {
    #expect(NumberText.clock(.seconds(seconds)) == text)
  }

  @Test func percentHasTwoDecimals() { #expect(NumberText.percent(0.97777) == "97.78 %") }

  @Test func shortKeepsThreeDigits() {
    let values = [0, 1234.5, 12.34, 1.234, 0.1234, 0.01234, 1e-9]
    #expect(
      values.map(NumberText.short) == ["0", "1235", "12.3", "1.23", "0.123", "0.0123", "1e-09"])
  }
}
