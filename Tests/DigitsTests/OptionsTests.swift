// Every argument that is accepted, and every one that is not.

import Testing

@testable import digits

@Suite struct OptionsTests {
  @Test func withoutArguments() throws {
    let options = try Options([])
    #expect(options == Options())
    #expect(options.seed == 7 && options.reportPath == "digits-report.html" && !options.isQuiet)
  }

  @Test func everyOptionInBothForms() throws {
    let separate = [
      "--mnist", "m", "--seed", "18446744073709551615", "--epochs", "0", "--batch", "1",
      "--learning-rate", "1e-3", "--optimizer", "sgd", "--save", "s", "--load", "l", "--report",
      "r",
      "--quiet", "--help",
    ]
    let joined = [
      "--mnist=m", "--seed=18446744073709551615", "--epochs=0", "--batch=1", "--learning-rate=1e-3",
      "--optimizer=sgd", "--save=s", "--load=l", "--report=r", "--quiet", "-h",
    ]
    var expected = Options()
    expected.mnistDirectory = "m"
    expected.seed = .max
    expected.epochs = 0
    expected.batchSize = 1
    expected.learningRate = 1e-3
    expected.method = .sgd
    expected.savePath = "s"
    expected.loadPath = "l"
    expected.reportPath = "r"
    expected.isQuiet = true
    expected.wantsHelp = true
    #expect(try Options(separate) == expected)
    #expect(try Options(joined) == expected)
  }

  @Test(arguments: Options.Method.allCases) func everyOptimizer(_ method: Options.Method) throws {
    #expect(try Options(["--optimizer", method.rawValue]).method == method)
    #expect(Options.help.contains(method.rawValue))
  }

  @Test func theLastOfRepeatedOptionsHolds() throws {
    #expect(try Options(["--seed", "1", "--seed=2"]).seed == 2)
    #expect(try Options(["--report", "a", "--no-report"]).reportPath == nil)
    #expect(try Options(["--no-report", "--report", "a"]).reportPath == "a")
    #expect(try Options(["--save=a=b"]).savePath == "a=b")
  }

  @Test(arguments: [
    (["x"], #"unexpected argument "x""#),
    (["-x"], #"unexpected argument "-x""#),
    (["--"], #"unknown option "--""#),
    (["--sed", "1"], #"unknown option "--sed""#),
    (["--sed=1"], #"unknown option "--sed""#),
    (["--seed"], "--seed needs a value"),
    (["--seed", "--quiet"], "--seed needs a value"),
    (["--seed", "x"], #"--seed: "x" is not a whole number from 0 to 18446744073709551615"#),
    (["--seed", "-1"], #"--seed: "-1" is not a whole number from 0 to 18446744073709551615"#),
    (["--seed="], #"--seed: "" is not a whole number from 0 to 18446744073709551615"#),
    (["--epochs", "-1"], #"--epochs: "-1" is not a whole number from 0 to 1000000"#),
    (["--epochs", "1.5"], #"--epochs: "1.5" is not a whole number from 0 to 1000000"#),
    (["--epochs", "1000001"], #"--epochs: "1000001" is not a whole number from 0 to 1000000"#),
    (["--batch", "0"], #"--batch: "0" is not a whole number from 1 to 1000000"#),
    (
      ["--batch", "99999999999999999999"],
      #"--batch: "99999999999999999999" is not a whole number from 1 to 1000000"#
    ),
    (["--learning-rate", "0"], #"--learning-rate: "0" is not a positive number"#),
    (["--learning-rate", "-0.1"], #"--learning-rate: "-0.1" is not a positive number"#),
    (["--learning-rate", "nan"], #"--learning-rate: "nan" is not a positive number"#),
    (["--learning-rate", "inf"], #"--learning-rate: "inf" is not a positive number"#),
    (["--learning-rate", "1e999"], #"--learning-rate: "1e999" is not a positive number"#),
    (["--learning-rate", "fast"], #"--learning-rate: "fast" is not a positive number"#),
    (
      ["--optimizer", "Adam"],
      #"--optimizer: "Adam" is not one of sgd, momentum, rmsprop, adam, adamw"#
    ),
    (["--save", ""], "--save: the path is empty"),
    (["--load="], "--load: the path is empty"),
    (["--report", ""], "--report: the path is empty"),
    (["--mnist="], "--mnist: the path is empty"),
    (["--quiet=yes"], "--quiet takes no value"),
    (["--no-report=x"], "--no-report takes no value"),
    (["--help=x"], "--help takes no value"),
    (["a\u{1B}[31m\n\u{202E}b"], #"unexpected argument "a\u{1b}[31m\u{a}\u{202e}b""#),
  ]) func everyMistake(_ arguments: [String], _ problem: String) {
    #expect(throws: UsageError(problem)) { try Options(arguments) }
  }

  @Test func mistakesAreShortWhateverTheArgument() {
    let error = #expect(throws: UsageError.self) {
      try Options([String(repeating: "y", count: 10_000)])
    }
    #expect(error?.problem.count ?? .max < 120)
  }

  @Test func helpFitsATerminalAndNamesEveryOption() {
    #expect(Options.help.split(separator: "\n").allSatisfy { $0.count <= 100 })
    for name in [
      "--mnist", "--epochs", "--batch", "--optimizer", "--learning-rate", "--seed", "--load",
      "--save", "--report", "--no-report", "--quiet", "--help",
    ] {
      #expect(Options.help.contains("  \(name) "))
    }
  }
}
