// How figures are written, for people and as JSON.

import Adjoint

/// What was measured.
struct Measurement {
  var title: String
  var medianNanoseconds: Double
  var minimumNanoseconds: Double
  var operations: Int?
  var bytesPerOperation: Double?
  var check: Double
  var work: Work?
  var peakBytes: Int?
  var leastBytes: Int?

  /// One line of JSON; fields that do not apply are left out.
  var json: String {
    var fields = [
      "\"title\": \"\(title)\"", "\"threads\": \(Parallelism.limit)",
      "\"median_ns\": \(medianNanoseconds)", "\"min_ns\": \(minimumNanoseconds)",
    ]
    if let operations { fields.append("\"operations\": \(operations)") }
    if let bytesPerOperation { fields.append("\"bytes_per_operation\": \(bytesPerOperation)") }
    if let peakBytes { fields.append("\"peak_bytes\": \(peakBytes)") }
    if check.isFinite { fields.append("\"check\": \(check)") }
    return "{" + fields.joined(separator: ", ") + "}"
  }

  /// One line for people.
  ///
  /// - Parameter limits: the measured rates of the hardware by title.
  func line(limits: [String: Double]) -> String {
    var text = title.padding(to: 26)
    text += "median " + duration(medianNanoseconds).padding(to: 12)
    text += "min " + duration(minimumNanoseconds).padding(to: 12)
    if let work {
      text += rate(of: work, limits: limits)
    } else if let operations {
      text += "\(rounded(minimumNanoseconds / Double(operations), 100)) ns/operation".padding(
        to: 20)
    }
    if let bytesPerOperation { text += "\(bytesPerOperation) bytes/operation" }
    if let peakBytes, let leastBytes {
      let megabytes = rounded(Double(peakBytes) / 1e6, 10)
      let ratio = rounded(Double(peakBytes) / Double(leastBytes), 100)
      text += "peak \(megabytes) MB, \(ratio) of input and result"
    }
    return text
  }

  /// Work done per nanosecond, in the fastest block.
  func rate(of work: Work) -> Double { work.amount / minimumNanoseconds }

  private func rate(of work: Work, limits: [String: Double]) -> String {
    let unit =
      switch work.unit {
      case .operations: "GFLOP/s"
      case .bytes: "GB/s"
      }
    var text = "\(rounded(rate(of: work), 10)) \(unit)".padding(to: 16)
    if work.threads > 1 {
      text += "\(rounded(rate(of: work) / Double(work.threads), 10)) a thread"
    }
    if let title = work.limit, let limit = limits[title] {
      text += "\(rounded(100 * rate(of: work) / limit, 1)) % of the limit".padding(to: 24)
    }
    return text
  }

  private func duration(_ nanoseconds: Double) -> String {
    switch nanoseconds {
    case ..<1e3: "\(rounded(nanoseconds, 10)) ns"
    case ..<1e6: "\(rounded(nanoseconds / 1e3, 100)) us"
    default: "\(rounded(nanoseconds / 1e6, 100)) ms"
    }
  }
}

/// The nearest multiple of `1 / parts`.
func rounded(_ value: Double, _ parts: Double) -> Double { (value * parts).rounded() / parts }

extension String {
  /// The text with spaces behind it, at least one.
  func padding(to width: Int) -> String {
    self + String(repeating: " ", count: max(1, width - count))
  }
}
