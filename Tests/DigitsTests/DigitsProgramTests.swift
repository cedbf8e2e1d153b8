// What the program writes where, and which status it exits with.

import Adjoint
import Foundation
import Testing

@testable import digits

@Suite struct DigitsProgramTests {
  /// A terminal that remembers, and a directory of its own that is removed afterwards.
  final class Place {
    let directory: String
    private(set) var output = ""
    private(set) var error = ""

    init() throws {
      directory = NSTemporaryDirectory() + "digits-" + UUID().uuidString
      try FileManager.default.createDirectory(
        atPath: directory, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: directory) }

    func path(_ name: String) -> String { "\(directory)/\(name)" }

    /// Runs the program; progress goes to a file unless a number of columns is given.
    func run(_ arguments: String..., columns: Int? = nil) -> Int32 {
      output = ""
      error = ""
      var time = Duration.zero
      let terminal = Terminal(
        writeOutput: { self.output += $0 }, writeError: { self.error += $0 },
        progressStyle: columns.map { .terminal(columns: $0) } ?? .plain, hasBlocks: true,
        now: {
          time += .milliseconds(20)
          return time
        })
      return DigitsProgram.run(arguments, on: terminal)
    }

    var files: [String] {
      ((try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []).sorted()
    }
  }

  /// True if the text has a control character other than the line feed.
  private func hasControls(_ text: String) -> Bool {
    text.unicodeScalars.contains { $0.properties.generalCategory == .control && $0 != "\n" }
  }

  @Test func aRunTellsWritesAndSucceeds() throws {
    let place = try Place()
    let status = place.run(
      "--epochs", "2", "--report", place.path("r.html"), "--save", place.path("m.safetensors"))
    #expect(status == 0)
    #expect(place.output.contains(/(?m)^test accuracy [0-9]{2}\.[0-9]{2} %$/))
    #expect(place.output.contains("true digit | "))
    #expect(place.output.contains(" read as "))
    #expect(place.files == ["m.safetensors", "r.html"])
    #expect(!hasControls(place.output) && !hasControls(place.error))
    // Two epochs are told in about ten lines.
    #expect((2...10).contains(place.error.split(separator: "\n").count))
  }

  /// The page shows a run without options; only the time it took depends on the machine.
  @Test func theReadmeShowsWhatIsPrinted() throws {
    let place = try Place()
    #expect(place.run("--report", place.path("digits-report.html")) == 0)
    let root = URL(fileURLWithPath: #filePath)
      .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    let page = try String(contentsOf: root.appendingPathComponent("README.md"), encoding: .utf8)
    let section = try #require(page.components(separatedBy: "## What the program prints\n").last)
    let parts = section.components(separatedBy: "```")
    try #require(parts.count > 1 && parts[1].hasPrefix("text\n"))
    func lines(_ text: String) -> [String] {
      text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
        String(line.reversed().drop { $0 == " " }.reversed())
          .replacing(/in [0-9.]+ s,/, with: "in some seconds,")
      }
    }
    let printed = lines(place.output.replacing(place.directory + "/", with: ""))
    let shown = lines(String(parts[1].dropFirst("text\n".count)))
    #expect(printed.count == shown.count)
    for (a, b) in zip(printed, shown) { #expect(a == b) }
  }

  @Test func onATerminalTheBarStaysOnOneLineAndIsCleared() throws {
    let place = try Place()
    #expect(place.run("--epochs", "1", "--no-report", columns: 72) == 0)
    #expect(!place.error.contains("\n"))
    #expect(place.error.contains("\r[") && place.error.contains(" left"))
    #expect(place.error.hasSuffix("\r"))
    #expect(place.error.split(separator: "\r").allSatisfy { $0.count < 72 })
    #expect(!hasControls(place.output))
  }

  @Test func quietSaysOneLine() throws {
    let place = try Place()
    #expect(place.run("--epochs", "1", "--no-report", "--quiet") == 0)
    #expect(place.output.wholeMatch(of: /test accuracy [0-9.]+ %\n/) != nil)
    #expect(place.error.isEmpty)
  }

  @Test func theSameSeedWritesTheSameReport() throws {
    let place = try Place()
    for name in ["a", "b"] {
      #expect(place.run("--epochs", "1", "--quiet", "--report", place.path(name)) == 0)
    }
    let pages = try ["a", "b"].map { try AtomicFile.read(place.path($0)) }
    #expect(pages[0] == pages[1])
    #expect(
      place.run("--epochs", "1", "--quiet", "--seed", "1", "--report", place.path("c")) == 0)
    #expect(try AtomicFile.read(place.path("c")) != pages[0])
  }

  @Test func savedWeightsGiveTheSameAnswersWithoutTraining() throws {
    let place = try Place()
    let file = place.path("m.safetensors")
    #expect(place.run("--epochs", "2", "--quiet", "--no-report", "--save", file) == 0)
    let accuracy = place.output
    #expect(place.run("--epochs", "0", "--quiet", "--no-report", "--load", file) == 0)
    #expect(place.output == accuracy)
    // Saved again without training, the file is the same bit for bit.
    let copy = place.path("copy")
    #expect(
      place.run("--epochs", "0", "--quiet", "--no-report", "--load", file, "--save", copy) == 0)
    #expect(try AtomicFile.read(file) == AtomicFile.read(copy))
  }

  @Test func helpIsNoMistake() throws {
    let place = try Place()
    #expect(place.run("--help") == 0)
    #expect(place.output.hasPrefix("usage: digits") && place.error.isEmpty)
  }

  @Test(arguments: [["--batch", "0"], ["--epochs=-1"], ["--seed", "x"], ["--nonsense"], ["file"]])
  func wrongArgumentsAreOneLineAndStatus64(_ arguments: [String]) throws {
    let place = try Place()
    let status = DigitsProgram.run(
      arguments,
      on: Terminal(
        writeOutput: { _ in Issue.record("nothing is said about wrong arguments but the error") },
        writeError: { #expect($0.hasPrefix("digits: ") && $0.filter { $0 == "\n" }.count == 1) },
        progressStyle: .plain, hasBlocks: false, now: { .zero }))
    #expect(status == 64)
    #expect(place.files.isEmpty)
  }

  @Test func badFilesAreOneLineAndStatus66() throws {
    let place = try Place()
    func expectRefusal(_ needle: String, _ status: Int32, at line: Int = #line) {
      #expect(status == 66, "line \(line): \(place.error)")
      #expect(place.error.hasPrefix("digits: ") && place.error.filter { $0 == "\n" }.count == 1)
      #expect(place.error.contains(needle), "line \(line): \(place.error)")
    }
    let (missing, damaged, other) = (place.path("missing"), place.path("damaged"), place.path("o"))
    try AtomicFile.write(Array(repeating: 0x7B, count: 100), to: damaged)
    try Safetensors.save(
      tensors: [("first.weight", NDArray.zeros([3, 4])), ("x\u{1B}[31m\n", NDArray.zeros([1]))],
      to: other)

    expectRefusal(missing, place.run("--load", missing, "--no-report"))
    expectRefusal(damaged, place.run("--load", damaged, "--no-report"))
    expectRefusal(
      "does not fit the model Classifier: first.weight has shape [3, 4]",
      place.run("--load", other, "--no-report"))
    expectRefusal(place.directory, place.run("--load", place.directory, "--no-report"))
    expectRefusal(missing, place.run("--mnist", missing, "--no-report"))
    expectRefusal(place.directory, place.run("--mnist", place.directory, "--no-report"))
    expectRefusal("directory does not exist", place.run("--report", missing + "/r.html"))
    expectRefusal("not a directory", place.run("--report", damaged + "/r.html"))
    expectRefusal("not a regular file", place.run("--report", place.directory))
    expectRefusal("not a regular file", place.run("--save", "/dev/null", "--no-report"))
    #expect(place.files == ["damaged", "o"])
  }

  @Test func weightsThatAreNoNumbersAreRefused() throws {
    let place = try Place()
    let file = place.path("m")
    #expect(place.run("--epochs", "0", "--quiet", "--no-report", "--save", file) == 0)
    var tensors = try Safetensors.load(contentsOf: file).tensors
    tensors[0].array = NDArray(
      repeating: .nan, shape: tensors[0].array.shape, dtype: tensors[0].array.dtype)
    try Safetensors.save(tensors: tensors, to: file)
    #expect(place.run("--epochs", "0", "--no-report", "--load", file) == 66)
    #expect(place.error.contains("not finite"))
  }

  @Test func weightsThatOverflowGiveAnswersOfSomeKind() throws {
    let place = try Place()
    let file = place.path("m")
    #expect(place.run("--epochs", "0", "--quiet", "--no-report", "--save", file) == 0)
    var tensors = try Safetensors.load(contentsOf: file).tensors
    for index in tensors.indices {
      // The largest float32: sums of products of it are infinite, their differences NaN.
      tensors[index].array = NDArray(
        repeating: 3.4e38, shape: tensors[index].array.shape, dtype: tensors[index].array.dtype)
    }
    try Safetensors.save(tensors: tensors, to: file)
    #expect(place.run("--epochs", "1", "--load", file, "--report", place.path("r.html")) == 0)
    #expect(place.output.contains("test accuracy "))
  }

  @Test func aLearningRateThatExplodesIsToldAndEndsWell() throws {
    let place = try Place()
    #expect(place.run("--learning-rate", "1e30", "--epochs", "3", "--no-report") == 0)
    #expect(place.output.contains("test accuracy "))
  }

  @Test func batchesLargerThanTheDataAreAllOfIt() throws {
    let place = try Place()
    #expect(
      place.run("--batch", "1000000", "--epochs", "2", "--no-report", "--quiet") == 0)
  }
}
