// That the Swift text of a program is Swift and does what the program does: the text below is
// compiled, and it is what is printed.

import AdjointArrays
import AdjointDifferentiation
import AdjointElementary
import Foundation
import Testing

// Printed:
private func program(_ x: [Tensor]) throws -> Tensor {
  let r2 = 3.0 * tanh(x[0])
  let r3 = Scalar(x[1])
  let r4 = r2 * r3
  let r5 = Tensor([0.5, 2.0], shape: [2], dtype: .float64)
  let r6 = r4.sum(over: [0], keepsDimensions: false)
  let r7 = `where`(Tensor(mask: [true, false], shape: [2]), r5, x[0][0])
  let r8 = try gradient(at: r6) { y8 in
    let r9 = y8 * r5
    let r10 = try gradient(at: r9) { y10 in
      let r11 = exp(y10)
      return summed(r11)
    }
    return summed(r10)
  }
  var sum: Tensor = Tensor(0, dtype: .float64)
  sum = sum + 1.0 * r3
  sum = sum + -0.5 * r7.sum()
  sum = sum + 2.0 * r8.sum()
  return sum
}
// End.

@Suite struct ProgramSwiftTests {
  private static func operation(
    _ text: String, _ operands: [Int], _ arguments: [Argument] = []
  ) throws -> Instruction {
    let all = Operation.all + [Operation.Remedy.small.operation]
    let operation = try #require(all.first { $0.text == text }, "\(text)")
    return Instruction(body: .operation(operation, arguments), operands: operands)
  }

  @Test func whatIsPrintedIsTheProgram() throws {
    var printed = Program(
      inputs: [[0.25, -1, 0.5, 2], [0.75]], shapes: [[2, 2], []])
    printed.instructions = [
      try Self.operation("3.0 * tanh($0)", [0]),
      try Self.operation("Scalar($0)", [1]),
      try Self.operation("$0 * $1", [2, 3]),
      Instruction(
        body: .constant([0.5, 2], Value.Form(isScalar: false, shape: [2])), operands: []),
      try Self.operation(
        "$0.sum(over: #0, keepsDimensions: #1)", [4], [.integers([0]), .flags([false])]),
      Instruction(
        body: .operation(
          .tensors(
            "`where`(Tensor(mask: #0, shape: #1), $0, $1[0])", choose: { _ in nil }
          ) { `where`(Tensor(mask: $1[0].flags, shape: $1[1].integers), $0[0], $0[1][0]) },
          [.flags([true, false]), .integers([2])]), operands: [5, 0]),
      Instruction(
        body: .gradient([
          try Self.operation("$0 * $1", [8, 5]),
          Instruction(body: .gradient([try Self.operation("exp($0)", [10])]), operands: [9]),
        ]), operands: [6]),
    ]
    printed.results = [(3, 1), (7, -0.5), (8, 2)]

    let source = try String(contentsOfFile: #filePath, encoding: .utf8)
    let from = try #require(source.range(of: "// Printed:\nprivate "))
    let to = try #require(source.range(of: "\n// End."))
    let text = try #require(printed.swift.range(of: "func program")).lowerBound
    #expect(printed.swift[text...] == source[from.upperBound..<to.lowerBound])

    let point = printed.values(at: printed.point)
    let ours = try printed.result(point).tensor.doubles
    #expect(ours == (try program(point.map(\.tensor))).doubles)
  }

  // A law that is broken on purpose: of six instructions one is left, and of six numbers a 1.
  @Test func brokenProgramsAreMadeSmall() async {
    // The laws change settings of the whole process.
    await #expect(processExitsWith: .success) { try Self.makeBrokenProgramSmall() }
  }

  static func makeBrokenProgramSmall() throws {
    let wrong = Operation.unary("wrong($0)", { $0 }) { x in
      withCustomDerivative(at: x) { x in (value: sin(x), pullback: { 2 * $0 * cos(x) }) }
    }
    var broken = Program(inputs: [[0.25, -1, 0.5, 2, 1, 3]], shapes: [[2, 3]])
    broken.instructions = [
      try operation("exp($0)", [0]), try operation("$0.squared()", [0]),
      Instruction(body: .operation(wrong, []), operands: [2]),
      try operation("$0.transposed()", [3]), try operation("$0 * $1", [1, 3]),
      Instruction(body: .gradient([try operation("$0 * $1", [6, 5])]), operands: [3]),
    ]
    broken.results = [(1, 2), (4, 1), (6, -0.5)]
    #expect(broken.finding()?.law == .differences)
    let small = broken.shrunk(breaking: .differences)
    #expect(small.instructions.count == 1 && small.swift.contains("wrong(x[0])"))
    #expect(small.point == [1] && small.results.map(\.weight) == [1])
  }
}
