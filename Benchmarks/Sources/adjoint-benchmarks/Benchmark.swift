// What a benchmark says about itself. How it is repeated is in Runner.swift.

import Adjoint

/// One workload: a step that is repeated, and a check of what it computed.
struct Benchmark {
  /// The stable name.
  var title: String
  /// Elementary operations in one step, where that is a meaningful count.
  var operations: Int?
  /// Bytes of tape per operation, where that applies.
  var bytesPerOperation: (() -> Double)?
  /// The step whose result is checked: later than the first where a step changes what the next one
  /// starts from.
  var checkedStep = 1
  /// What one step asks of the hardware, where that is known.
  var work: Work?
  /// What the arrays of one step must occupy, where that is reported.
  var memory: MemoryBounds?
  /// Makes the workload; the setup is not timed.
  ///
  /// The step returns a number to be checked.
  var make: () throws -> (step: () throws -> Double, check: (Double) -> Bool)
}

/// An amount of work, and the title of the benchmark that shows how fast the hardware could do it.
struct Work {
  enum Unit {
    /// Additions and multiplications.
    case operations
    case bytes
  }
  var amount: Double
  var unit: Unit
  var limit: String?
  /// How many threads share it; more than one only where the figure for one is of interest.
  var threads = 1
}

/// Bytes of arrays.
struct MemoryBounds {
  /// Held by the workload before its step.
  var inputs: Int
  /// Without which no implementation can do: the inputs and the results.
  var least: Int
}

/// True if the result has four digits in common with what is expected.
func isNear(_ value: Double, _ expected: Double) -> Bool {
  abs(value - expected) <= 1e-4 * max(abs(expected), 1e-3)
}

/// Keeps the optimizer from removing a computation whose result is not read.
@inline(never)
func blackHole(_ value: Double) {
  withUnsafePointer(to: value) { consumed = $0.pointee }
}

/// Makes sure that all elements have been computed.
@inline(never)
func blackHole(_ tensor: Tensor) {
  tensor.withUnsafeBytes { blackHole(Double($0.first ?? 0)) }
}

nonisolated(unsafe) private var consumed = 0.0
