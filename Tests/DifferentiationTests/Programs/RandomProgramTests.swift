// Random programs over the whole catalogue. Each obeys the laws of ProgramLaws, or is made small and
// printed as Swift.

import AdjointDifferentiation
import Foundation
import Testing

@Suite struct RandomProgramTests {
  /// How many programs are tried; ADJOINT_PROGRAMS sets it.
  static var count: Int {
    ProcessInfo.processInfo.environment["ADJOINT_PROGRAMS"].flatMap { Int($0) } ?? 2000
  }

  // In processes of their own: what is put off and the number of threads are settings of a whole
  // process, and other tests look at what is put off. They always end as a failure, since only then
  // is what a stopped process said last at hand.
  @Test func programsOfEvenSeedsObeyTheLaws() async throws {
    let result = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) { Self.run(from: 0) }
    try expectDone(result)
  }

  @Test func programsOfOddSeedsObeyTheLaws() async throws {
    let result = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) { Self.run(from: 1) }
    try expectDone(result)
  }

  private func expectDone(_ result: ExitTest.Result?) throws {
    let text = String(decoding: try #require(result).standardErrorContent, as: UTF8.self)
    let isDone = text.hasSuffix("done\n")
    // The last seed, if the process stopped there, and whatever was found before.
    let lines = text.split(separator: "\n")
    let seed = lines.last { $0.hasPrefix("seed ") } ?? ""
    let found = lines.filter { !$0.hasPrefix("seed ") }.joined(separator: "\n")
    #expect(isDone, "until \(seed):\n\(found.prefix(8000))")
  }

  private static func say(_ text: String) {
    FileHandle.standardError.write(Data((text + "\n").utf8))
  }

  private static func run(from first: Int) {
    var isRight = true
    for seed in stride(from: first, to: count, by: 2) {
      // A program that stops the process is known by its seed.
      say("seed \(seed)")
      guard let program = try? ProgramGenerator.program(seed: seed) else {
        say("makes no program")
        isRight = false
        continue
      }
      guard let finding = program.finding() else { continue }
      say("of seed \(seed): \(finding)\n\(program.swift)")
      let small = program.shrunk(breaking: finding.law)
      say("smaller: \(small.finding() ?? finding)\n\(small.swift)")
      isRight = false
    }
    if isRight { say("done") }
    exit(EXIT_FAILURE)
  }
}
