// How figures are compared with those of an earlier run.
//
// The minimum decides: on a shared machine the median moves with what others do, and a change that
// costs time raises both.

import Adjoint
import Foundation

/// The figures of an earlier run, as `--json` wrote them.
struct Baseline {
  private struct Line: Decodable {
    var title: String
    var threads: Int
    var median_ns: Double
    var min_ns: Double
  }

  private let path: String
  private var lines: [String: Line] = [:]

  /// Reads one line of JSON a benchmark; figures for other numbers of threads are not compared.
  init(contentsOf path: String) throws(UsageError) {
    self.path = path
    guard let data = FileManager.default.contents(atPath: path) else {
      throw UsageError("\(path) cannot be read; write it with --json > \(path)", code: 66)
    }
    let decoder = JSONDecoder()
    for (number, text) in data.split(separator: UInt8(ascii: "\n")).enumerated() {
      guard let line = try? decoder.decode(Line.self, from: text), line.min_ns > 0 else {
        throw UsageError(
          "\(path), line \(number + 1) is not a figure; write the file with --json", code: 65)
      }
      if line.threads == Parallelism.limit { lines[line.title] = line }
    }
  }

  /// The verdict on some measurements.
  ///
  /// - Returns: a line for each title, and whether any is slower than `tolerance` allows or none
  ///   could be compared at all.
  func compared(
    with measurements: [Measurement], tolerance: Double
  ) -> (report: [String], isWorse: Bool) {
    var report: [String] = []
    var isWorse = false
    var compared = 0
    for measurement in measurements {
      guard let line = lines[measurement.title] else {
        report.append(measurement.title.padding(to: 26) + "not in \(path)")
        continue
      }
      compared += 1
      let ratio = measurement.minimumNanoseconds / line.min_ns
      let ofMedians = measurement.medianNanoseconds / line.median_ns
      let isSlower = ratio > tolerance
      isWorse = isWorse || isSlower
      report.append(
        measurement.title.padding(to: 26)
          + "\(rounded(ratio, 1000))".padding(to: 8)
          + "of medians \(rounded(ofMedians, 1000))".padding(to: 20)
          + (isSlower ? "slower than \(tolerance) allows" : ""))
    }
    if compared == 0 {
      report.append(
        "nothing to compare: \(path) has no such title for \(Parallelism.limit) threads")
    }
    return (report, isWorse || compared == 0)
  }
}
