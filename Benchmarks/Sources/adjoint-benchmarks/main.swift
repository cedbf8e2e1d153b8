// swift run -c release --package-path Benchmarks adjoint-benchmarks [--filter REGEX] [--threads N]
//   [--json] [--compare baseline.json], and more; see --help.

import Adjoint
import Foundation

func complain(_ message: String) {
  FileHandle.standardError.write(Data("adjoint-benchmarks: \(message)\n".utf8))
}

#if DEBUG
  complain("a debug build measures nothing; add `-c release`")
  exit(64)
#else
  do {
    exit(try run(try Options(CommandLine.arguments.dropFirst())))
  } catch let error as UsageError {
    complain(error.description)
    exit(error.code)
  }
#endif

/// Runs what was asked for; the result is the exit code.
func run(_ options: Options) throws -> Int32 {
  if options.help {
    print(Options.usage)
    return 0
  }
  if let threads = options.threads { Parallelism.limit = threads }
  let baseline = try options.compare.map { path throws(UsageError) in
    try Baseline(contentsOf: path)
  }
  let all =
    makeScalarBenchmarks() + makeOverheadBenchmarks() + makeElementwiseBenchmarks()
    + makeMatmulBenchmarks() + makeMLPBenchmarks(reference: options.reference)
    + makeTinyMLPBenchmarks(reference: options.reference) + makeTraversalBenchmarks()
    + makeConvolutionBenchmarks() + makeMemoryBenchmarks()
  var benchmarks = all.filter { options.includes($0.title) }
  if options.limits { benchmarks = makeLimitBenchmarks() + benchmarks }
  guard !benchmarks.isEmpty else { throw UsageError("no title matches the filter") }

  if let ratio = options.isolation {
    return try Isolation(seconds: options.seconds).holds(
      for: benchmarks.map(\.title), within: ratio) ? 0 : 1
  }

  var code: Int32 = 0
  func attempt<T>(_ title: String, _ body: () throws -> T) throws -> T? {
    do { return try body() } catch let error as UsageError { throw error } catch {
      complain(error is WrongResult ? "\(error)" : "\(title): \(error)")
      code = 1
      return nil
    }
  }
  if options.memory {
    guard benchmarks.count == 1 else {
      throw UsageError("--memory takes a filter that matches one title: a process has one peak")
    }
    _ = try attempt(benchmarks[0].title) { print(try memoryLine(benchmarks[0])) }
    return code
  }

  if options.afterOthers {
    for other in all { _ = try attempt(other.title) { blackHole(try other.make().step()) } }
    useLargeTape()
  }
  var runs = try benchmarks.compactMap { benchmark in
    try attempt(benchmark.title) { try Run(preparing: benchmark) }
  }
  for index in runs.indices { try runs[index].calibrate(seconds: options.seconds) }
  for _ in 0..<Run.rounds {
    for index in runs.indices {
      try runs[index].measure(seconds: options.seconds / Double(Run.rounds))
    }
  }

  let measurements = runs.map(\.measurement)
  var limits: [String: Double] = [:]
  for measurement in measurements {
    if let work = measurement.work { limits[measurement.title] = measurement.rate(of: work) }
  }
  for measurement in measurements {
    print(options.json ? measurement.json : measurement.line(limits: limits))
  }
  if let baseline {
    let (report, isWorse) = baseline.compared(with: measurements, tolerance: options.tolerance)
    let text = report.joined(separator: "\n") + "\n"
    // Standard output is JSON and nothing else where JSON was asked for.
    (options.json ? FileHandle.standardError : .standardOutput).write(Data(text.utf8))
    if isWorse { code = 1 }
  }
  return code
}

/// What ten steps occupy at most, beyond the process before the workload was made.
func memoryLine(_ benchmark: Benchmark) throws -> String {
  // Some code is loaded with the first step, which is not what is asked for.
  for other in makeTinyMLPBenchmarks(reference: nil) { blackHole(try other.make().step()) }
  let before = ResidentMemory.current
  let (step, _) = try benchmark.make()
  MemoryReport.trim()
  ResidentMemory.resetPeak()
  MemoryReport.resetPeak()
  for _ in 0..<10 { blackHole(try step()) }
  return """
    {"title": "\(benchmark.title)", "threads": \(Parallelism.limit), \
    "peak_bytes": \(MemoryReport.current.peak), \
    "resident_growth_bytes": \(ResidentMemory.peak - before)}
    """
}
