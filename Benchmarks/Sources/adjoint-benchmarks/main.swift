// swift run -c release --package-path Benchmarks adjoint-benchmarks [--filter REGEX] [--threads N]
//   [--seconds S] [--json]

import Adjoint
import Foundation

func fail(_ message: String) -> Never {
  FileHandle.standardError.write(Data("adjoint-benchmarks: \(message)\n".utf8))
  exit(64)
}

#if DEBUG
  fail("a debug build measures nothing; add `-c release`")
#endif

var filter = ""
var json = false
var seconds = 1.0
var arguments = CommandLine.arguments.dropFirst()
while let argument = arguments.popFirst() {
  func value() -> String {
    guard let value = arguments.popFirst() else { fail("\(argument) needs a value") }
    return value
  }
  switch argument {
  case "--filter": filter = value()
  case "--threads":
    guard let count = Int(value()), count > 0 else { fail("--threads takes a positive number") }
    Threads.limit = count
  case "--seconds":
    guard let number = Double(value()), number > 0 else {
      fail("--seconds takes a positive number")
    }
    seconds = number
  case "--json": json = true
  case "--help":
    print("options: --filter REGEX, --threads N, --seconds S (per benchmark), --json")
    exit(0)
  default: fail("unknown option \(argument); see --help")
  }
}

let pattern: Regex<AnyRegexOutput>
do {
  pattern = try Regex(filter)
} catch {
  fail("--filter takes a regular expression; \(filter) is none")
}
let benchmarks =
  makeScalarBenchmarks() + makeTensorBenchmarks() + makeNetworkBenchmarks()
  + makeConvolutionBenchmarks()
for benchmark in benchmarks
where filter.isEmpty || benchmark.title.contains(pattern) {
  do {
    let measurement = try benchmark.run(seconds: seconds)
    print(json ? measurement.json : measurement.line)
  } catch {
    FileHandle.standardError.write(Data("adjoint-benchmarks: \(error)\n".utf8))
    exit(1)
  }
}
