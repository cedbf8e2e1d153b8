// A mistake that a caller of the library can make, and what it says. The tables of them are the
// other files; what all of them owe is in MistakeTests.

import Adjoint
import Testing

/// A call that stops the program, with the whole text that it says.
struct Mistake: CustomTestStringConvertible, Sendable {
  var name: String
  var text: String
  var make: @Sendable () throws -> Void

  var testDescription: String { name }

  init(_ name: String, _ text: String, _ make: @escaping @Sendable () throws -> Void) {
    self.name = name
    self.text = text
    self.make = make
  }

  static let all =
    arrays + tensors + wholeNumbers + tapes + rules + layers + models + optimizers + schedules
    + data
    + figures

  static func named(_ name: String) -> Mistake? { all.first { $0.name == name } }

  /// Texts of the sources that no test can bring about in a reasonable time and memory: they tell
  /// that the system has run out of something.
  static let outOfReach = ["out of memory: ", "the tape is full: ", "a tape: the system has no "]
}

/// Calls a function with a generator of its own.
func seeded<R>(_ body: (inout RandomGenerator) throws -> R) rethrows -> R {
  var generator = RandomGenerator(seed: 1)
  return try body(&generator)
}
