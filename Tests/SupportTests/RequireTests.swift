// The text of a broken promise is printed, in optimized code too, and made only then.

import AdjointSupport
import Testing

@Suite struct RequireTests {
  @Test func aBrokenPromiseStopsWithItsText() async throws {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      AdjointSupport.require([1].count == 2, "there is \([1].count) element, not 2")
    }
    let words = String(decoding: try #require(result).standardErrorContent, as: UTF8.self)
    #expect(words.contains("Fatal error: there is 1 element, not 2"))
  }

  @Test func aKeptPromiseMakesNoText() {
    var isMade = false
    func text() -> String {
      isMade = true
      return ""
    }
    AdjointSupport.require(true, text())
    #expect(!isMade)
  }
}
