// How a program that breaks a law is made small: instructions are dropped, constants made simple and
// axes short, as long as the law stays broken.

import AdjointDifferentiation

extension Program {
  /// The smallest program found that breaks the same law.
  func shrunk(breaking law: ProgramFinding.Law) -> Program {
    var smallest = self
    var attempts = 0
    search: while attempts < 4000 {
      for candidate in smallest.smaller() {
        attempts += 1
        if candidate.usesItsVariables, (try? candidate.decisions(at: candidate.point)) != nil,
          candidate.finding()?.law == law
        {
          smallest = candidate
          continue search
        }
      }
      break
    }
    return smallest
  }

  /// Programs that are smaller by one step, the largest steps first.
  private func smaller() -> [Program] {
    var candidates: [Program] = []
    func with(_ change: (inout Program) -> Void) {
      var candidate = self
      change(&candidate)
      candidates.append(candidate)
    }
    if results.count > 1 {
      for place in results.indices { with { $0.results = [results[place]] } }
      for place in results.indices { with { $0.results.remove(at: place) } }
    }
    let (lists, maps) = Self.smaller(instructions, after: values(at: point), in: self)
    for (list, map) in zip(lists, maps) {
      with { program in
        program.instructions = list
        program.results = results.map { (map($0.register), $0.weight) }
      }
    }
    if shapesAreFree { candidates += shorter() }
    for place in results.indices where results[place].weight != 1 {
      with { $0.results[place].weight = 1 }
    }
    for place in inputs.indices {
      for simpler in Self.simpler(inputs[place]) { with { $0.inputs[place] = simpler } }
    }
    return candidates
  }

  /// Simpler numbers, the simplest first; the same are not simpler, or there would be no end.
  private static func simpler(_ numbers: [Double]) -> [[Double]] {
    let simple = [
      numbers.map { _ in 1 }, numbers.map { _ in 0.5 }, numbers.map { ($0 * 2).rounded() / 2 },
    ]
    return Array(simple.prefix { $0 != numbers })
  }

  /// Lists with one instruction less, or a simpler one, and where each register went.
  private static func smaller(
    _ list: [Instruction], after outer: [Value], in program: Program
  ) -> (lists: [[Instruction]], maps: [(Int) -> Int]) {
    var lists: [[Instruction]] = []
    var maps: [(Int) -> Int] = []
    var registers = outer
    guard (try? program.run(list, &registers)) != nil else { return ([], []) }
    for place in list.indices.reversed() {
      let register = outer.count + place
      let form = registers[register].form
      let isUsed = list[(place + 1)...].contains { ProgramGenerator.reads($0).contains(register) }
      var stands = (0..<register).filter { registers[$0].form == form }
      let isOutermost = outer.count == program.inputs.count
      // What is read by none, the result of the program included, may just go.
      if isOutermost, !isUsed, !program.results.contains(where: { $0.register == register }) {
        stands = [0]
      }
      for other in stands {
        // Nothing may be left of an inner list, whose last value is its result.
        if list.count == 1, !isOutermost { continue }
        let map = { (i: Int) in i == register ? other : i > register ? i - 1 : i }
        var fewer = list
        fewer.remove(at: place)
        lists.append(fewer.map { $0.reading(map) })
        maps.append(map)
      }
      func replacing(_ body: Instruction.Body, _ operands: [Int]) {
        var changed = list
        changed[place] = Instruction(body: body, operands: operands)
        lists.append(changed)
        maps.append { $0 }
      }
      switch list[place].body {
      case .gradient(let inner):
        let variable = registers[list[place].operands[0]]
        let before = Array(registers[..<register]) + [variable]
        for body in smaller(inner, after: before, in: program).lists {
          replacing(.gradient(body), list[place].operands)
        }
      case .constant(let numbers, let form):
        for numbers in simpler(numbers) { replacing(.constant(numbers, form), []) }
      case .operation:
        let numbers = registers[register].numbers.map { ($0 * 64).rounded() / 64 }
        replacing(.constant(numbers, form), [])
      }
    }
    return (lists, maps)
  }

  /// Whether no argument speaks of a shape or a position, so that axes may change their lengths.
  private var shapesAreFree: Bool {
    func isFree(_ instruction: Instruction) -> Bool {
      switch instruction.body {
      case .gradient(let inner): inner.allSatisfy(isFree)
      case .constant(_, let form): form.shape.isEmpty
      case .operation(_, let arguments):
        arguments.allSatisfy { if case .number = $0 { true } else { false } }
      }
    }
    return !isScalar && instructions.allSatisfy(isFree)
  }

  /// Programs with one length shorter wherever it occurs, and without the first axes.
  private func shorter() -> [Program] {
    Set(shapes.joined()).filter { $0 > 1 }.sorted(by: >).map { length in
      var candidate = self
      for place in shapes.indices {
        candidate.shapes[place] = shapes[place].map { $0 == length ? (length + 1) / 2 : $0 }
        let count = candidate.shapes[place].reduce(1, *)
        candidate.inputs[place] = Array(inputs[place].prefix(count))
      }
      return candidate
    }
  }
}

extension Instruction {
  /// The instruction with other registers for its operands, inside of it too.
  func reading(_ map: (Int) -> Int) -> Instruction {
    var other = self
    other.operands = operands.map(map)
    if case .gradient(let inner) = body {
      other.body = .gradient(inner.map { $0.reading(map) })
    }
    return other
  }
}
