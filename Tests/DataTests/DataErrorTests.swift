// The form of error messages.

import AdjointSupport
import Testing

@testable import AdjointData

@Suite struct DataErrorTests {
  @Test func descriptionSaysWhereWhatAndWhatToDo() {
    var error = DataError(
      .malformed, file: "weights.safetensors", byteOffset: 8, problem: "this is wrong",
      remedy: "Do that.")
    #expect(error.description == "weights.safetensors: byte 8: this is wrong. Do that.")
    error.byteOffset = nil
    #expect("\(error)" == "weights.safetensors: this is wrong. Do that.")
    error.file = nil
    #expect("\(error)" == "this is wrong. Do that.")
  }

  @Test func fileIsNamedOnce() {
    let error = DataError(.malformed, problem: "p", remedy: "r").named("inner").named("outer")
    #expect(error.file == "inner")
  }

  /// A name in a file may carry an escape sequence for the terminal, a line break, or a megabyte.
  @Test func foreignTextIsMadeHarmless() {
    #expect("a\u{1b}[2J\n\u{202e}".quoted == "\"a\\u{1b}[2J\\u{a}\\u{202e}\"")
    #expect(String(repeating: "x", count: 1_000_000).quoted.utf8.count < 100)
    #expect(
      !DataError(.unreadable, file: "a\nb", problem: "p", remedy: "r").description.contains("\n"))
  }

  @Test func productsAreCheckedWhateverTheirOrder() {
    #expect(checkedProduct([2, 3], unit: 4) == 24)
    #expect(checkedProduct([], unit: 4) == 4)
    #expect(checkedProduct([1 << 32, 1 << 32], unit: 1) == nil)
    #expect(checkedProduct([1 << 62], unit: 2) == nil)
    #expect(checkedProduct([0, 5], unit: 8) == 0)
    #expect(checkedProduct([0, 1 << 40, 1 << 40], unit: 1) == nil)
    #expect(checkedProduct([1 << 40, 1 << 40, 0], unit: 1) == nil)
    #expect(checkedProduct([-1], unit: 1) == nil)
  }
}
