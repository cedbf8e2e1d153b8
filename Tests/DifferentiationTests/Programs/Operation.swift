// What an instruction of a random program may do: how it is written in Swift, what it does, which
// operands it takes, and where it has kinks. The tables are in the files beside this one.

import AdjointArrays
import AdjointDifferentiation
import AdjointElementary

/// An operation of the catalogue as one line of a program.
struct Operation: Sendable {
  typealias Choice = (operands: [Int], arguments: [Argument])

  /// The line in Swift: `$0` stands for the first operand, `#0` for the first argument.
  var text: String
  /// Operands and arguments that fit, or nil if there are none.
  var choose: @Sendable (inout Chooser) -> Choice?
  /// Whether the values are within the domain, and at some distance from its edge.
  var accepts: @Sendable ([Value]) -> Bool = { _ in true }
  /// What the operation decides by the values; equal numbers mean that it is smooth in between.
  var decides: @Sendable ([Value], [Argument]) -> [Double] = { _, _ in [] }
  var apply: @Sendable ([Value], [Argument]) -> Value

  /// The line with names and arguments filled in.
  func line(_ operands: [String], _ arguments: [Argument]) -> String {
    var line = text
    for (place, name) in operands.enumerated() { line = line.replacing("$\(place)", with: name) }
    for (place, argument) in arguments.enumerated() {
      line = line.replacing("#\(place)", with: argument.description)
    }
    return line
  }

  /// An operation on tensors.
  static func tensors(
    _ text: String, accepts: @escaping @Sendable ([Value]) -> Bool = { _ in true },
    decides: @escaping @Sendable ([Value], [Argument]) -> [Double] = { _, _ in [] },
    choose: @escaping @Sendable (inout Chooser) -> Choice?,
    _ apply: @escaping @Sendable ([Tensor], [Argument]) -> Tensor
  ) -> Operation {
    Operation(text: text, choose: choose, accepts: accepts, decides: decides) { values, arguments in
      .tensor(apply(values.map(\.tensor), arguments))
    }
  }

  /// A property of a shape.
  struct Fit: Sendable {
    var test: @Sendable ([Int]) -> Bool
    static let any = Fit { _ in true }
    static let canGrow = Fit { $0.count < 3 }
    static let hasAxes = Fit { !$0.isEmpty }
    static let hasTwoAxes = Fit { $0.count > 1 }
    static let isMatrix = Fit { $0.count == 2 }
    static let isLong = Fit { $0.reduce(1, *) > 1 }
  }

  static let all: [Operation] = numbers + arithmetic + shaping + choosing + reducing + multiplying
}

/// Draws operands and arguments from the registers of a program that is being made.
struct Chooser {
  var draws: Draws
  let registers: [Value]
  let dtype: DType
  /// Whether only scalars are wanted.
  let isScalar: Bool

  mutating func int(_ range: ClosedRange<Int>) -> Int { .random(in: range, using: &draws) }
  mutating func bool() -> Bool { .random(using: &draws) }
  mutating func pick<T>(_ list: [T]) -> T { list[int(0...list.count - 1)] }

  /// A short number of either sign, not near zero.
  mutating func number() -> Double { Double(int(2...12)) / 4 * (bool() ? 1 : -1) }

  func tensor(_ register: Int) -> Tensor { registers[register].tensor }
  func shape(_ register: Int) -> [Int] { registers[register].form.shape }

  /// A tensor with a property; the younger half of the registers is asked twice as often.
  mutating func tensor(where fits: ([Int]) -> Bool = { _ in true }) -> Int? {
    register { !$0.isScalar && fits($0.shape) }
  }

  mutating func scalar() -> Int? { register(where: \.isScalar) }

  mutating func register(where fits: (Value.Form) -> Bool) -> Int? {
    let fitting = registers.indices.filter { fits(registers[$0].form) }
    guard !fitting.isEmpty else { return nil }
    let young = fitting.suffix((fitting.count + 1) / 2)
    return bool() ? pick(Array(young)) : pick(fitting)
  }

  /// An axis of a register, counted from either end; nil for rank 0.
  mutating func axis(of register: Int) -> Int? {
    let rank = shape(register).count
    guard rank > 0 else { return nil }
    return int(-rank...rank - 1)
  }

  /// The length of an axis that may be counted from the end.
  func length(of register: Int, along axis: Int) -> Int {
    let shape = shape(register)
    return shape[axis < 0 ? axis + shape.count : axis]
  }

  /// Two tensors whose shapes broadcast.
  mutating func pair() -> [Int]? {
    guard let first = tensor() else { return nil }
    let shape = shape(first)
    guard let second = tensor(where: { broadcasts($0, shape) }) else { return nil }
    return bool() ? [first, second] : [second, first]
  }
}

/// Whether two shapes fit from the last axis on.
func broadcasts(_ a: [Int], _ b: [Int]) -> Bool {
  zip(a.reversed(), b.reversed()).allSatisfy { $0 == $1 || $0 == 1 || $1 == 1 }
}
