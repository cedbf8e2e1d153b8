// The forms of numbers that the program prints: groups of digits, percentages, clocks.

import AdjointSupport
import Testing

@testable import digits

@Suite struct NumberTextTests {
  @Test(arguments: [
    (0, "0"), (7, "7"), (999, "999"), (60_000, "60,000"), (-1_234_567, "-1,234,567"),
  ])
  func grouped(_ value: Int, _ text: String) { #expect(NumberText.grouped(value) == text) }

  @Test(arguments: [(0, "0:00"), (59, "0:59"), (61, "1:01"), (3_725, "1:02:05"), (-5, "0:00")])
  func clock(_ seconds: Int, _ text: String) {
    #expect(NumberText.clock(.seconds(seconds)) == text)
  }

  @Test func percentHasTwoDecimals() { #expect(NumberText.percent(0.97777) == "97.78 %") }
}
