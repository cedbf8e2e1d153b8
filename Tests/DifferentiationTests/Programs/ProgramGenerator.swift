// How a random program is drawn: instruction by instruction, each tried on the values that the
// program has at its point, so that it is defined there, bounded and away from kinks.

import AdjointArrays
import AdjointDifferentiation

struct ProgramGenerator {
  /// The largest number, and the most elements, that an instruction may make.
  ///
  /// Differences lose as many digits as the intermediate results have before the point.
  static let largest = 40.0
  static let mostElements = 48

  private var draws: Draws
  private var program: Program
  private var mostElements = Self.mostElements

  /// A program that depends on the seed alone.
  static func program(seed: Int) throws -> Program {
    var draws = Draws(UInt64(seed) &+ 1)
    // The first numbers of xorshift from small seeds resemble each other.
    for _ in 0..<8 { _ = draws.next() }
    var generator = ProgramGenerator(draws: draws, program: Program(inputs: [], shapes: []))
    return try generator.draw()
  }

  private mutating func int(_ range: ClosedRange<Int>) -> Int { .random(in: range, using: &draws) }

  private mutating func draw() throws -> Program {
    program.isScalar = int(0...5) == 0
    program.dtype = !program.isScalar && int(0...4) == 0 ? .float32 : .float64
    // Some are as large as what is put off and what several threads share.
    let isLarge = !program.isScalar && int(0...159) == 0
    if isLarge { mostElements = 1 << 17 }
    for position in 0..<int(1...3) {
      let shape = isLarge && position == 0 ? [int(129...160), int(128...140)] : shape()
      program.shapes.append(shape)
      program.inputs.append(numbers(shape.reduce(1, *)))
    }
    var registers = program.values(at: program.point)
    let count = isLarge ? int(2...6) : int(2...9)
    program.instructions = try instructions(count, &registers, depth: isLarge ? 2 : 0)
    // What is not used by others, and one that is.
    let used = Set(program.instructions.flatMap(Self.reads))
    for register in registers.indices where !used.contains(register) || int(0...5) == 0 {
      program.results.append((register, Double(int(1...8)) / 4 * (int(0...1) == 0 ? 1 : -1)))
    }
    if program.usesItsVariables, isNeitherSteepNorConstant { return program }
    program = Program(inputs: [], shapes: [])
    return try draw()
  }

  /// Whether the gradient can be asked for, which at a constant is a mistake, and is not so large
  /// that differences would be hopeless.
  private var isNeitherSteepNorConstant: Bool {
    guard let gradient = try? program.subject.linearized(program.point).pullback([1]) else {
      return false
    }
    return gradient.allSatisfy { abs($0) < 300 }
  }

  /// The registers that an instruction and those inside of it read.
  static func reads(_ instruction: Instruction) -> [Int] {
    if case .gradient(let inner) = instruction.body {
      return instruction.operands + inner.flatMap(reads)
    }
    return instruction.operands
  }

  private mutating func shape() -> [Int] {
    guard !program.isScalar else { return [] }
    var shape: [Int] = []
    for _ in 0..<[0, 1, 1, 2, 2, 2, 3][int(0...6)] { shape.append([1, 2, 3, 3, 4, 5][int(0...5)]) }
    return shape
  }

  /// Multiples of 1/64 that `Float` holds exactly.
  private mutating func numbers(_ count: Int) -> [Double] {
    (0..<count).map { _ in
      let x = Double(int(-160...160)) / 64
      return x == 0 ? 0.25 : x
    }
  }

  /// Draws instructions that go on from the registers.
  private mutating func instructions(
    _ count: Int, _ registers: inout [Value], depth: Int
  ) throws -> [Instruction] {
    var made: [Instruction] = []
    for _ in 0..<count {
      for instruction in try next(registers, depth) {
        registers.append(try program.value(of: instruction, registers))
        made.append(instruction)
      }
    }
    return made
  }

  /// One more instruction, after one that leads its operand into the domain if need be.
  private mutating func next(_ registers: [Value], _ depth: Int) throws -> [Instruction] {
    while true {
      if depth < 2, int(0...11) == 0, let nested = try nested(registers, depth) { return nested }
      if int(0...19) == 0 { return [constant()] }
      let operation = Operation.all[int(0...Operation.all.count - 1)]
      var chooser = Chooser(
        draws: draws, registers: registers, dtype: program.dtype, isScalar: program.isScalar)
      let choice = operation.choose(&chooser)
      draws = chooser.draws
      guard let (operands, arguments) = choice else { continue }
      var instruction = Instruction(body: .operation(operation, arguments), operands: operands)
      var registers = registers
      var before: [Instruction] = []
      if !operation.accepts(operands.map { registers[$0] }) {
        for place in operands.indices {
          let remedy = [Operation.Remedy.positive, .positive, .small, .inside][int(0...3)].operation
          let leading = Instruction(body: .operation(remedy, []), operands: [operands[place]])
          before.append(leading)
          registers.append(try program.value(of: leading, registers))
          instruction.operands[place] = registers.count - 1
        }
      }
      if operation.accepts(instruction.operands.map { registers[$0] }),
        isGood(try program.value(of: instruction, registers))
      {
        return before + [instruction]
      }
    }
  }

  private mutating func constant() -> Instruction {
    let shape = shape()
    let isScalar = program.isScalar || (shape.isEmpty && int(0...1) == 0)
    return Instruction(
      body: .constant(
        numbers(shape.reduce(1, *)), Value.Form(isScalar: isScalar, shape: shape)), operands: [])
  }

  /// A gradient of a few instructions that read what is outside, too.
  private mutating func nested(_ registers: [Value], _ depth: Int) throws -> [Instruction]? {
    let operand = int(0...registers.count - 1)
    var inside = registers + [registers[operand]]
    let inner = try instructions(int(1...3), &inside, depth: depth + 1)
    let instruction = Instruction(body: .gradient(inner), operands: [operand])
    // A function whose own gradient is constant, of a linear one for example, does not use its
    // variable, and asking for its gradient is a mistake.
    guard Program.depends(instruction, at: registers.count, on: []) != nil,
      let value = try? program.value(of: instruction, registers), isGood(value)
    else { return nil }
    return [instruction]
  }

  private func isGood(_ value: Value) -> Bool {
    value.form.shape.reduce(1, *) <= mostElements && !value.form.shape.contains(0)
      && value.form.shape.count <= 4
      && value.numbers.allSatisfy { abs($0) <= Self.largest }
  }
}
