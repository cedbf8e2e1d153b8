// Numbers read the same everywhere, and no number is too strange to write.

import AdjointSupport
import Testing

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

  @Test func shortKeepsThreeDigits() {
    let values = [0, 1234.5, 12.34, 1.234, 0.1234, 0.01234, 1e-9]
    #expect(
      values.map(NumberText.short) == ["0", "1235", "12.3", "1.23", "0.123", "0.0123", "1e-09"])
  }

  @Test func significantRoundsToTheGivenDigits() {
    let values = [0.7310585786300049, 1e-9, -1234567890123, 2, -0.0, .infinity, 1e300]
    #expect(
      values.map { NumberText.significant($0) } == [
        "0.7310585786", "1e-09", "-1234567890000", "2", "0", "inf", "1e+300",
      ])
    #expect(NumberText.significant(0.123456789, digits: 6) == "0.123457")
  }
}
