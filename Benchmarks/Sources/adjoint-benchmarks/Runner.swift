// How benchmarks are prepared, checked and repeated. It has never heard of what they compute.
//
// The benchmarks are visited in turn, round after round: a minute in which others use the
// machine then costs each of them a little, and not one of them all.

import Adjoint
import Dispatch

/// A benchmark whose result was wrong is worth nothing.
struct WrongResult: Error, CustomStringConvertible {
  var title: String
  var value: Double
  var description: String { "\(title): the check failed for the result \(value)" }
}

/// A benchmark that has been checked and is being repeated.
struct Run {
  static let rounds = 5
  /// Long against the clock's resolution and the cost of reading it.
  private static let blockNanoseconds = 2e6

  let benchmark: Benchmark
  /// What the checked step computed.
  let check: Double
  /// The most bytes that arrays occupied during the checked step, with the inputs.
  let peakBytes: Int?
  private let step: () throws -> Double
  private var repeats = 1
  private var samples: [Double] = []

  /// Makes the workload, takes its steps up to the checked one, and checks that.
  init(preparing benchmark: Benchmark) throws {
    self.benchmark = benchmark
    let (step, check) = try benchmark.make()
    for _ in 1..<benchmark.checkedStep { _ = try step() }
    MemoryReport.resetPeak()
    let before = MemoryReport.current.live
    let value = try step()
    peakBytes = benchmark.memory.map { $0.inputs + MemoryReport.current.peak - before }
    guard check(value) else { throw WrongResult(title: benchmark.title, value: value) }
    self.step = step
    self.check = value
  }

  /// Chooses how many steps make a block; `seconds` is the time for all rounds.
  mutating func calibrate(seconds: Double) throws {
    while true {
      let time = try time(repeats)
      if time > Run.blockNanoseconds || time > seconds * 1e9 / Double(2 * Run.rounds) { return }
      repeats *= 2
    }
  }

  /// Times blocks for about `seconds`, at least one.
  mutating func measure(seconds: Double) throws {
    // The others have used the caches since.
    _ = try time(max(1, repeats / 4))
    let end = now() + seconds * 1e9
    repeat {
      samples.append(try time(repeats) / Double(repeats))
    } while now() < end
  }

  /// The figures so far.
  var measurement: Measurement {
    let sorted = samples.sorted()
    return Measurement(
      title: benchmark.title, medianNanoseconds: sorted[sorted.count / 2],
      minimumNanoseconds: sorted[0], operations: benchmark.operations,
      bytesPerOperation: benchmark.bytesPerOperation?(), check: check, work: benchmark.work,
      peakBytes: peakBytes, leastBytes: benchmark.memory?.least)
  }

  private func time(_ repeats: Int) throws -> Double {
    let start = now()
    for _ in 0..<repeats { blackHole(try step()) }
    return now() - start
  }

  private func now() -> Double { Double(DispatchTime.now().uptimeNanoseconds) }
}
