// A program as data: inputs, and a list of instructions that each make a new value of earlier ones.
// So it can be drawn at random, run, made smaller and written down as Swift. How instructions are
// drawn is in ProgramGenerator, what a program must obey in ProgramLaws.

import AdjointArrays
import AdjointDifferentiation

/// What an instruction makes and takes.
enum Value: Sendable {
  case scalar(Scalar)
  case tensor(Tensor)

  /// Scalars and tensors do not stand for each other in Swift, nor tensors of different shapes.
  struct Form: Hashable {
    var isScalar: Bool
    var shape: [Int]
  }

  var form: Form {
    switch self {
    case .scalar: Form(isScalar: true, shape: [])
    case .tensor(let x): Form(isScalar: false, shape: x.shape.dimensions)
    }
  }

  var tensor: Tensor {
    switch self {
    case .scalar(let x): Tensor(x, dtype: .float64)
    case .tensor(let x): x
    }
  }

  var scalar: Scalar {
    switch self {
    case .scalar(let x): x
    case .tensor(let x): Scalar(x)
    }
  }

  var numbers: [Double] {
    switch self {
    case .scalar(let x): [x.value]
    case .tensor(let x): x.doubles
    }
  }
}

/// What an instruction says besides its operands, as Swift writes it.
enum Argument: Sendable, CustomStringConvertible {
  case number(Double)
  case integer(Int)
  case integers([Int])
  case flags([Bool])
  case text(String)
  case dtype(DType)

  var description: String {
    switch self {
    case .number(let x): "\(x)"
    case .integer(let n): "\(n)"
    case .integers(let list): "\(list)"
    case .flags(let list): list.count == 1 ? "\(list[0])" : "\(list)"
    case .text(let text): text
    case .dtype(let dtype): ".\(dtype)"
    }
  }

  // An argument of another kind than the operation's own is a mistake in its table.
  var number: Double { if case .number(let x) = self { x } else { fatalError("\(self)") } }
  var integer: Int { if case .integer(let n) = self { n } else { fatalError("\(self)") } }
  var integers: [Int] { if case .integers(let list) = self { list } else { fatalError("\(self)") } }
  var flags: [Bool] { if case .flags(let list) = self { list } else { fatalError("\(self)") } }
  var text: String { if case .text(let text) = self { text } else { fatalError("\(self)") } }
  var dtype: DType { if case .dtype(let dtype) = self { dtype } else { fatalError("\(self)") } }
}

/// One line of a program.
struct Instruction: Sendable {
  enum Body: Sendable {
    case operation(Operation, [Argument])
    /// A constant of the program's element type, or a scalar.
    case constant([Double], Value.Form)
    /// The gradient, at the operand, of the sum of what the last instruction makes.
    ///
    /// Inside, the variable is the register after those that exist outside.
    case gradient([Instruction])
  }

  var body: Body
  var operands: [Int]
}

/// A function from tensors to a number.
struct Program: Sendable {
  /// The elements of each input; with `isScalar` each is one scalar.
  var inputs: [[Double]]
  var shapes: [[Int]]
  var dtype = DType.float64
  var isScalar = false
  var instructions: [Instruction] = []
  /// The registers whose sums make up the result, each with its weight.
  var results: [(register: Int, weight: Double)] = []

  var point: [Double] { inputs.flatMap { $0 } }

  /// The result, with the inputs in registers.
  func result(_ inputs: [Value]) throws -> Value {
    var registers = inputs
    try run(instructions, &registers)
    if isScalar {
      return .scalar(results.reduce(0) { $0 + $1.weight * registers[$1.register].scalar })
    }
    return .tensor(
      results.reduce(Tensor(0, dtype: dtype)) { sum, result in
        switch registers[result.register] {
        case .scalar(let x): sum + result.weight * x
        case .tensor(let x): sum + result.weight * x.sum()
        }
      })
  }

  /// Runs instructions one after the other; each adds a register.
  func run(_ instructions: [Instruction], _ registers: inout [Value]) throws {
    for instruction in instructions {
      registers.append(try value(of: instruction, registers))
    }
  }

  func value(of instruction: Instruction, _ registers: [Value]) throws -> Value {
    let operands = instruction.operands.map { registers[$0] }
    switch instruction.body {
    case .operation(let operation, let arguments): return operation.apply(operands, arguments)
    case .constant(let numbers, let form):
      return form.isScalar
        ? .scalar(Scalar(numbers[0]))
        : .tensor(Tensor(numbers, shape: form.shape, dtype: dtype))
    case .gradient(let inner): return try gradient(of: inner, at: operands[0], registers)
    }
  }

  private func gradient(
    of inner: [Instruction], at x: Value, _ outer: [Value]
  ) throws -> Value {
    func inside(_ variable: Value) throws -> Value {
      var registers = outer + [variable]
      try run(inner, &registers)
      return registers[registers.count - 1]
    }
    switch x {
    case .tensor(let x):
      return .tensor(
        try AdjointDifferentiation.gradient(at: x) { (x: Tensor) throws -> Tensor in
          try inside(.tensor(x)).tensor.sum()
        })
    case .scalar(let x) where isScalar:
      // Nothing in a program of scalars throws, and the form for scalars takes no closure that may.
      return .scalar(
        AdjointDifferentiation.gradient(at: x) { (x: Scalar) -> Scalar in
          (try? inside(.scalar(x)).scalar) ?? Scalar(.nan)
        })
    case .scalar(let x):
      return .scalar(
        try AdjointDifferentiation.gradient(at: x) { (x: Scalar) throws -> Scalar in
          switch try inside(.scalar(x)) {
          case .scalar(let y): y
          case .tensor(let y): Scalar(y.sum())
          }
        })
    }
  }

  /// What the instructions decide by the values of their operands: the branches taken, the order of
  /// what is sorted, the whole part of what is rounded; nil if one is asked outside of its domain.
  ///
  /// Between two points with equal decisions the program is smooth.
  func decisions(at point: [Double]) throws -> [Double]? {
    var registers = values(at: point)
    return try decisions(of: instructions, &registers)
  }

  private func decisions(
    of instructions: [Instruction], _ registers: inout [Value]
  ) throws -> [Double]? {
    var decisions: [Double] = []
    for instruction in instructions {
      let operands = instruction.operands.map { registers[$0] }
      switch instruction.body {
      case .operation(let operation, let arguments):
        guard operation.accepts(operands) else { return nil }
        decisions += operation.decides(operands, arguments)
      case .gradient(let inner):
        var inside = registers + operands
        guard let further = try self.decisions(of: inner, &inside) else { return nil }
        decisions += further
      case .constant: break
      }
      registers.append(try value(of: instruction, registers))
    }
    return decisions
  }

  /// Whether each gradient is one of a function that uses its variable, and the result one of the
  /// inputs; others are mistakes, not programs.
  var usesItsVariables: Bool {
    var dependent = Set(inputs.indices)
    for (place, instruction) in instructions.enumerated() {
      let register = inputs.count + place
      guard let isDependent = Self.depends(instruction, at: register, on: dependent) else {
        return false
      }
      if isDependent { dependent.insert(register) }
    }
    return results.contains { dependent.contains($0.register) }
  }

  /// Whether an instruction depends on some of the registers before it; nil if a variable inside is
  /// not used.
  static func depends(
    _ instruction: Instruction, at register: Int, on variables: Set<Int>
  ) -> Bool? {
    var dependent = variables
    if case .gradient(let inner) = instruction.body {
      // Once on the variable inside, once on what the variables outside bring.
      var onVariable: Set = [register]
      for (place, instruction) in inner.enumerated() {
        let register = register + 1 + place
        guard let first = depends(instruction, at: register, on: onVariable),
          let second = depends(instruction, at: register, on: dependent)
        else { return nil }
        if first { onVariable.insert(register) }
        if second { dependent.insert(register) }
      }
      let last = register + inner.count
      guard onVariable.contains(last) else { return nil }
      if dependent.contains(last) { return true }
    }
    return instruction.operands.contains(where: variables.contains)
  }

  /// The inputs at a point, as constants.
  func values(at point: [Double]) -> [Value] {
    var start = 0
    return zip(inputs, shapes).map { numbers, shape in
      defer { start += numbers.count }
      let part = Array(point[start..<start + numbers.count])
      return isScalar
        ? .scalar(Scalar(part[0])) : .tensor(Tensor(part, shape: shape, dtype: dtype))
    }
  }

  /// The program as a function under test.
  ///
  /// A mistake inside is noted by the tape and thrown by the operator; what a nested gradient
  /// throws besides is the same mistake.
  var subject: Subject {
    let placeholder = Tensor(.nan, dtype: dtype)
    if isScalar {
      return Subject("program", at: point) { xs in
        (try? result(xs.map { .scalar($0) }).scalar) ?? Scalar(.nan)
      }
    }
    return Subject("program", shapes.map { Operand(shape: $0, dtype: dtype) }, at: point) { xs in
      (try? result(xs.map { .tensor($0) }).tensor) ?? placeholder
    }
  }
}
