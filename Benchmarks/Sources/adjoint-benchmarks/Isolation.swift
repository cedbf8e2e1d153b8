// Whether a title takes as long after everything else as in a process of its own. It has never
// heard of what the benchmarks compute.
//
// Memory that was used before lies elsewhere than fresh memory, and where buffers lie can cost more
// than what is computed in them. A figure from a fresh process alone says nothing about that.

import Adjoint
import Foundation

/// Records and differentiates a few million operations on numbers, so that the process has large
/// buffers behind it.
func useLargeTape() {
  var values = Recipe.values(stream: 20, count: 1 << 20, bound: 1).map(Double.init)
  values = gradient(at: values) { xs in
    var sum: Scalar = 0
    for x in xs { sum = sum + exp(x) * sin(x) }
    return sum
  }
  blackHole(values[0])
}

/// Runs this program again and again, a title at a time.
struct Isolation {
  /// The time for each figure.
  var seconds: Double

  private struct Line: Decodable {
    var min_ns: Double
  }

  /// Prints a line for each title; false if any takes more than `ratio` times as long after others.
  ///
  /// Both kinds of process take turns, and the minima of three rounds are compared.
  func holds(for titles: [String], within ratio: Double) throws -> Bool {
    var holds = true
    for title in titles {
      var alone = Double.infinity
      var after = Double.infinity
      for _ in 0..<3 {
        alone = min(alone, try minimum(of: title, []))
        after = min(after, try minimum(of: title, ["--after-others"]))
      }
      let isSlower = after > alone * ratio
      holds = holds && !isSlower
      print(
        title.padding(to: 26) + "\(rounded(after / alone, 1000))".padding(to: 8)
          + "of \(rounded(alone / 1e3, 100)) us alone".padding(to: 26)
          + (isSlower ? "slower than \(ratio) allows" : ""))
    }
    return holds
  }

  /// The fastest block of a title in a new process.
  private func minimum(of title: String, _ options: [String]) throws -> Double {
    let process = Process()
    let output = Pipe()
    process.executableURL = Bundle.main.executableURL
    process.arguments =
      [
        "--filter", "^\(NSRegularExpression.escapedPattern(for: title))$", "--json",
        "--threads", "\(Parallelism.limit)", "--seconds", "\(seconds)",
      ] + options
    process.standardOutput = output
    try process.run()
    let data = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      throw UsageError("\(title) failed in a process of its own", code: 1)
    }
    return try JSONDecoder().decode(Line.self, from: data).min_ns
  }
}
