// The command line.

/// What the user asked for cannot be done; the process exits with the code.
struct UsageError: Error, CustomStringConvertible {
  var description: String
  var code: Int32

  init(_ description: String, code: Int32 = 64) {
    self.description = description
    self.code = code
  }
}

/// The options, with their defaults.
struct Options {
  var filter: Regex<AnyRegexOutput>?
  var threads: Int?
  var seconds = 1.0
  var json = false
  var limits = false
  var memory = false
  var compare: String?
  var tolerance = 1.15
  var reference: String?
  var afterOthers = false
  var isolation: Double?
  var help = false

  static let usage = """
    options: --filter REGEX      only the titles that match
             --threads N         at most so many threads
             --seconds S         time for each benchmark, 1 by default
             --json              one line of JSON a benchmark
             --limits            measure the limits of the hardware too
             --memory            memory instead of time, for one title
             --compare FILE      ratios to the figures of an earlier run with --json
             --tolerance R       the largest ratio that is no failure, 1.15 by default
             --after-others      measure after a large tape and a step of every title
             --isolation R       each title alone against after others; beyond R is a failure
             --reference FOLDER  start from mlp.safetensors and tiny_mlp.safetensors there
    """

  init(_ arguments: some Sequence<String>) throws(UsageError) {
    var arguments = Array(arguments)[...]
    while let argument = arguments.popFirst() {
      func value() throws(UsageError) -> String {
        guard let value = arguments.popFirst() else {
          throw UsageError("\(argument) needs a value")
        }
        return value
      }
      func positive<T: LosslessStringConvertible & Comparable & Numeric>(
        _: T.Type
      ) throws(UsageError) -> T {
        guard let number = T(try value()), number > 0 else {
          throw UsageError("\(argument) takes a positive number")
        }
        return number
      }
      switch argument {
      case "--filter":
        let text = try value()
        do { filter = try Regex(text) } catch {
          throw UsageError("--filter takes a regular expression; \(text) is none")
        }
      case "--threads": threads = try positive(Int.self)
      case "--seconds": seconds = try positive(Double.self)
      case "--json": json = true
      case "--limits": limits = true
      case "--memory": memory = true
      case "--compare": compare = try value()
      case "--tolerance": tolerance = try positive(Double.self)
      case "--after-others": afterOthers = true
      case "--isolation": isolation = try positive(Double.self)
      case "--reference": reference = try value()
      case "--help": help = true
      default: throw UsageError("unknown option \(argument); see --help")
      }
    }
  }

  /// True if the title was asked for.
  func includes(_ title: String) -> Bool {
    guard let filter else { return true }
    return title.contains(filter)
  }
}
