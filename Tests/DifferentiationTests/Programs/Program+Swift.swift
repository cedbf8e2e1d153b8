// How a program is written down in Swift, as a function of its inputs that can be pasted into a
// test.

import AdjointArrays
import AdjointDifferentiation

extension Program {
  /// The program as a function named `program`, and its point.
  var swift: String {
    var lines: [String] = []
    let type = isScalar ? "Scalar" : "Tensor"
    for place in inputs.indices {
      let value =
        isScalar
        ? "\(inputs[place][0])"
        : "Tensor(\(inputs[place]), shape: \(shapes[place]), dtype: .\(dtype))"
      lines.append("let x\(place) = \(value)")
    }
    let throwing = isScalar ? "" : " throws"
    lines.append("func program(_ x: [\(type)])\(throwing) -> \(type) {")
    var names = inputs.indices.map { "x[\($0)]" }
    lines += Self.lines(instructions, &names, dtype, isScalar: isScalar, indent: "  ")
    var registers = values(at: point)
    let ran = (try? run(instructions, &registers)) != nil
    let sum = results.map { result in
      let isNumber = ran && registers[result.register].form.isScalar
      return "\(result.weight) * \(names[result.register])" + (isNumber ? "" : ".sum()")
    }
    // Rank 0 of the element type, even if all that is summed are scalars.
    lines.append("  var sum: \(type) = \(isScalar ? "0" : "Tensor(0, dtype: .\(dtype))")")
    lines += sum.map { "  sum = sum + \($0)" }
    lines += ["  return sum", "}"]
    return lines.joined(separator: "\n")
  }

  private static func lines(
    _ instructions: [Instruction], _ names: inout [String], _ dtype: DType, isScalar: Bool,
    indent: String
  ) -> [String] {
    var lines: [String] = []
    for instruction in instructions {
      let name = "r\(names.count)"
      let operands = instruction.operands.map { names[$0] }
      switch instruction.body {
      case .operation(let operation, let arguments):
        lines.append("let \(name) = \(operation.line(operands, arguments))")
      case .constant(let numbers, let form):
        lines.append(
          form.isScalar
            ? "let \(name) = Scalar(\(numbers[0]))"
            : "let \(name) = Tensor(\(numbers), shape: \(form.shape), dtype: .\(dtype))")
      case .gradient(let inner):
        var inside = names + ["y\(names.count)"]
        let variable = inside[names.count]
        let body = Self.lines(inner, &inside, dtype, isScalar: isScalar, indent: "  ")
        let result = inside[inside.count - 1]
        lines.append(
          isScalar
            ? "let \(name) = gradient(at: \(operands[0])) { \(variable) in"
            : "let \(name) = try gradient(at: \(operands[0])) { \(variable) in")
        lines += body
        lines += ["  return summed(\(result))", "}"]
      }
      names.append(name)
    }
    return lines.map { indent + $0 }
  }
}

/// The sum of what an inner function of a program makes, whichever it is.
func summed(_ x: Scalar) -> Scalar { x }
func summed(_ x: Tensor) -> Tensor { x.sum() }
