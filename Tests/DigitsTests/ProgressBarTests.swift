// A terminal sees one line, a file sees no control characters.

import Testing

@testable import digits

@Suite struct ProgressBarTests {
  private func hasControls(_ text: String) -> Bool {
    text.unicodeScalars.contains { $0.properties.generalCategory == .control && $0 != "\n" }
  }

  @Test func onATerminal() {
    var bar = ProgressBar(total: 4, style: .terminal(columns: 60), startingAt: .zero)
    let first = bar.text(done: 1, note: "loss 0.5", at: .seconds(1))
    #expect(first == "\r[======                  ]  25 %  loss 0.5  0:03 left")
    // Sooner than anybody can see: nothing.
    #expect(bar.text(done: 2, note: "loss 0.4", at: .milliseconds(1_010)) == "")
    let last = bar.text(done: 4, note: "loss 0.1", at: .seconds(4))
    #expect(last.hasPrefix("\r[========================] 100 %  loss 0.1"))
    // A shorter line blots out the longer one before it.
    #expect(last.count == first.count)
    let end = bar.end()
    #expect(end.first == "\r" && end.last == "\r")
    #expect(end.dropFirst().dropLast().allSatisfy { $0 == " " })
    #expect(bar.end() == "")
  }

  @Test(arguments: 1...90) func aLineNeverFillsTheTerminal(_ columns: Int) {
    var bar = ProgressBar(total: 10, style: .terminal(columns: columns), startingAt: .zero)
    let text = bar.text(done: 3, note: "loss 0.5  accuracy 97.00 %", at: .seconds(1))
    #expect(text.count - 1 < columns)
    #expect(text.filter { $0 == "\r" }.count == 1 && !text.contains("\n"))
  }

  @Test func elsewhere() {
    var bar = ProgressBar(total: 1_000, style: .plain, startingAt: .zero)
    var lines: [String] = []
    for done in 0...1_000 {
      let text = bar.text(done: done, note: "loss 1", at: .milliseconds(done))
      #expect(!hasControls(text))
      if !text.isEmpty { lines.append(text) }
    }
    #expect(lines.count == 10)
    #expect(lines.allSatisfy { $0.hasSuffix("\n") })
    #expect(lines.last == "100 %  loss 1\n")
    #expect(bar.end() == "")
  }

  @Test func strangeNumbersOfSteps() {
    for (total, done) in [
      (0, 0), (0, 5), (-1, 0), (3, -1), (3, 9), (Int.max, Int.max), (Int.max, 1),
    ] {
      var bar = ProgressBar(total: total, style: .terminal(columns: 80), startingAt: .zero)
      #expect(!bar.text(done: done, note: "", at: .seconds(1)).isEmpty)
    }
  }
}
