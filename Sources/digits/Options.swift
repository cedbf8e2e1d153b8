// The arguments of the program and what is wrong with them. It has never heard of training; numbers
// for it are only checked to be of the right kind.

import AdjointSupport

/// What the arguments ask for.
struct Options: Equatable {
  /// The ways to turn a gradient into a step.
  enum Method: String, CaseIterable {
    case sgd, momentum, rmsprop, adam, adamw
  }

  var mnistDirectory: String?
  var seed: UInt64 = 7
  var epochs: Int?
  var batchSize: Int?
  var learningRate: Double?
  var method = Method.adam
  var savePath: String?
  var loadPath: String?
  var reportPath: String? = "digits-report.html"
  var isQuiet = false
  var wantsHelp = false

  /// The largest number accepted for a count; beyond it, products of counts might overflow.
  static let largestCount = 1_000_000

  init() {}

  /// Reads arguments such as `--seed 7` or `--seed=7`; of repeated ones, the last holds.
  init(_ arguments: [String]) throws(UsageError) {
    var rest = arguments[...]
    while let argument = rest.popFirst() {
      guard argument.hasPrefix("--") || argument == "-h" else {
        throw UsageError("unexpected argument \(argument.quoted)")
      }
      let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let name = String(parts[0])
      let attached = parts.count > 1 ? String(parts[1]) : nil

      /// The value after the name; a name in its place means that it was forgotten.
      func value() throws(UsageError) -> String {
        if let attached { return attached }
        guard let next = rest.first, !next.hasPrefix("--") else {
          throw UsageError("\(name) needs a value")
        }
        rest = rest.dropFirst()
        return next
      }
      func path() throws(UsageError) -> String {
        let path = try value()
        guard !path.isEmpty else { throw UsageError("\(name): the path is empty") }
        return path
      }
      func count(from least: Int) throws(UsageError) -> Int {
        let text = try value()
        guard let count = Int(text), (least...Options.largestCount).contains(count) else {
          throw UsageError(
            "\(name): \(text.quoted) is not a whole number from \(least) to \(Options.largestCount)"
          )
        }
        return count
      }
      func flag() throws(UsageError) -> Bool {
        guard attached == nil else { throw UsageError("\(name) takes no value") }
        return true
      }

      switch name {
      case "--mnist": mnistDirectory = try path()
      case "--seed":
        let text = try value()
        guard let number = UInt64(text) else {
          throw UsageError("--seed: \(text.quoted) is not a whole number from 0 to \(UInt64.max)")
        }
        seed = number
      case "--epochs": epochs = try count(from: 0)
      case "--batch": batchSize = try count(from: 1)
      case "--learning-rate":
        let text = try value()
        guard let number = Double(text), number > 0, number.isFinite else {
          throw UsageError("--learning-rate: \(text.quoted) is not a positive number")
        }
        learningRate = number
      case "--optimizer":
        let text = try value()
        guard let choice = Method(rawValue: text) else {
          let names = Method.allCases.map(\.rawValue).joined(separator: ", ")
          throw UsageError("--optimizer: \(text.quoted) is not one of \(names)")
        }
        method = choice
      case "--save": savePath = try path()
      case "--load": loadPath = try path()
      case "--report": reportPath = try path()
      case "--no-report": if try flag() { reportPath = nil }
      case "--quiet": isQuiet = try flag()
      case "--help", "-h": wantsHelp = try flag()
      default: throw UsageError("unknown option \(name.quoted)")
      }
    }
  }

  static let help = """
    usage: digits [option ...]

    Trains a multilayer perceptron to read handwritten digits, by default 1,797 of them that travel
    inside the program, and shows how well it does on digits that it has never seen.

      --mnist DIRECTORY      train on the IDX files of MNIST, plain or gzip, in DIRECTORY
      --epochs N             passes over the training images (default 100; 5 with --mnist);
                             training stops earlier when validation no longer improves
      --batch N              images in a step (default 32; 128 with --mnist)
      --optimizer NAME       sgd, momentum, rmsprop, adam (default) or adamw
      --learning-rate RATE   size of the steps (default: one that suits the optimizer)
      --seed N               where all random numbers begin (default 7)
      --load FILE            begin with the weights in FILE (safetensors); with --epochs 0, only test
      --save FILE            write the trained weights to FILE (safetensors)
      --report FILE          write the report to FILE (default digits-report.html)
      --no-report            write no report
      --quiet                print the test accuracy only
      --help                 print this

    Exit status: 0 if all went well, 64 for wrong arguments, 66 for files that cannot be read,
    understood or written, 130 after Ctrl-C.
    """
}

/// What is wrong with the arguments, as a phrase without a period.
struct UsageError: Error, Equatable {
  var problem: String

  init(_ problem: String) { self.problem = problem }
}
