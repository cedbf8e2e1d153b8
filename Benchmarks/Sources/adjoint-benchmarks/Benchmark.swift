// What this file knows: how a benchmark is repeated, checked and reported.

import Adjoint
import Dispatch

/// One workload: a step that is repeated, and a check of what it computed.
struct Benchmark {
  /// The stable name.
  var title: String
  /// Elementary operations in one step, where that is a meaningful count.
  var operations: Int?
  /// Bytes of tape per operation, where that applies.
  var bytesPerOperation: Double?
  /// Makes the workload; the setup is not timed.
  ///
  /// The step returns a number to be checked.
  var make: () throws -> (step: () throws -> Double, check: (Double) -> Bool)
}

/// What was measured.
struct Measurement {
  var title: String
  var medianNanoseconds: Double
  var minimumNanoseconds: Double
  var operations: Int?
  var bytesPerOperation: Double?
  var check: Double

  /// One line of JSON; fields that do not apply are left out.
  var json: String {
    var fields = [
      "\"title\": \"\(title)\"", "\"threads\": \(Threads.limit)",
      "\"median_ns\": \(medianNanoseconds)", "\"min_ns\": \(minimumNanoseconds)",
    ]
    if let operations { fields.append("\"operations\": \(operations)") }
    if let bytesPerOperation { fields.append("\"bytes_per_operation\": \(bytesPerOperation)") }
    if check.isFinite { fields.append("\"check\": \(check)") }
    return "{" + fields.joined(separator: ", ") + "}"
  }

  /// One line for people.
  var line: String {
    var text = title.padding(to: 24)
    text += "median " + duration(medianNanoseconds).padding(to: 12)
    text += "min " + duration(minimumNanoseconds).padding(to: 12)
    if let operations {
      let perOperation = minimumNanoseconds / Double(operations)
      text += "\((perOperation * 100).rounded() / 100) ns/operation".padding(to: 24)
    }
    if let bytesPerOperation { text += "\(bytesPerOperation) bytes/operation" }
    return text
  }

  private func duration(_ nanoseconds: Double) -> String {
    switch nanoseconds {
    case ..<1e3: "\((nanoseconds * 10).rounded() / 10) ns"
    case ..<1e6: "\((nanoseconds / 1e1).rounded() / 1e2) us"
    default: "\((nanoseconds / 1e4).rounded() / 1e2) ms"
    }
  }
}

extension String {
  fileprivate func padding(to width: Int) -> String {
    self + String(repeating: " ", count: max(1, width - count))
  }
}

/// A benchmark whose result was wrong is worth nothing.
struct WrongResult: Error, CustomStringConvertible {
  var title: String
  var value: Double
  var description: String { "\(title): the check failed for the result \(value)" }
}

extension Benchmark {
  /// Repeats the step for about `seconds`, after a warm-up, in blocks long enough to be timed.
  func run(seconds: Double) throws -> Measurement {
    let (step, check) = try make()
    let first = try step()
    guard check(first) else { throw WrongResult(title: title, value: first) }
    var repeats = 1
    while true {
      let time = try time(repeats, step)
      if time > 2e6 || time > seconds * 1e9 / 10 { break }
      repeats *= 2
    }
    var samples: [Double] = []
    let end = DispatchTime.now().uptimeNanoseconds + UInt64(seconds * 1e9)
    while samples.count < 5 || DispatchTime.now().uptimeNanoseconds < end {
      samples.append(try time(repeats, step) / Double(repeats))
    }
    samples.sort()
    return Measurement(
      title: title, medianNanoseconds: samples[samples.count / 2], minimumNanoseconds: samples[0],
      operations: operations, bytesPerOperation: bytesPerOperation, check: first)
  }

  private func time(_ repeats: Int, _ step: () throws -> Double) throws -> Double {
    let start = DispatchTime.now().uptimeNanoseconds
    for _ in 0..<repeats { blackHole(try step()) }
    return Double(DispatchTime.now().uptimeNanoseconds - start)
  }
}

/// Keeps the optimiser from removing a computation whose result nobody reads.
@inline(never)
func blackHole(_ value: Double) {
  withUnsafePointer(to: value) { consumed = $0.pointee }
}

nonisolated(unsafe) private var consumed = 0.0
