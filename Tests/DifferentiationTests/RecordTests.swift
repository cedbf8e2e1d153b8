// What a record stores, and that where its operands are found makes no difference to what they get.

import AdjointElementary
import AdjointSupport
import Testing

@testable import AdjointDifferentiation

@Suite struct RecordTests {
  private static let forms: [Record.Form] = [.variables, .constantSecond, .constantFirst]
  private static let binary = Elementary.Opcode.allCases.filter { $0.arity == 2 }

  @Test func sizeIsOneWord() {
    #expect(MemoryLayout<Record>.stride == 8)
  }

  /// Neither operand reaches into the other one or into the code, however large it is.
  @Test func operandsAndCodeDoNotOverlap() {
    let largest = Int32(Record.limit - 1)
    for rawValue in UInt8.min...UInt8.max {
      let code = Record.Code(rawValue: rawValue)
      for (first, second) in [(0, 0), (largest, 0), (0, largest), (largest, largest), (5, 7)] {
        let record = Record(code, UInt64(first), UInt64(second))
        #expect(record.code == code && record.first == first && record.second == second)
      }
    }
  }

  /// Each constant stays with its record when the buffers move and when records are forgotten.
  @Test func constantsFollowTheirRecords() {
    let tape = Tape()
    let x = tape.variable(2)
    var products: [Scalar] = []
    for step in 0..<1000 {
      products.append(x * (Double(step) + 0.25))
      tape.forgetting { _ = x * -1 }
      _ = x + x
    }
    for step in 0..<1000 {
      #expect(tape.node(1 + 2 * step).operands == [.node(0), .constant(Double(step) + 0.25)])
    }
    #expect(tape.gradients(of: products[999])[x] == 999.25)
    // 16 bytes for the variable, the products and the sums, 8 for each constant.
    #expect(tape.byteCount == 16 * 2001 + 8 * 1000)
    tape.reset()
    #expect(tape.byteCount == 0)
  }

  /// The numbering: opcode and form lead to a code, and the code back to them and to the entry.
  @Test func codesNameFunctionAndForm() {
    var seen = Set<UInt8>()
    for opcode in Elementary.Opcode.allCases {
      for form in opcode.arity == 2 ? Self.forms : [.variables] {
        let code = Record.Code(opcode, form)
        #expect(code.opcode == opcode && code.form == form && code.isElementary)
        var visitor = Reached()
        #expect(code.visit(&visitor) == opcode)
        #expect(visitor.form == form)
        #expect(seen.insert(code.rawValue).inserted)
      }
    }
    for code in [Record.Code.input, .alias, .tensor, .element, .custom] {
      var visitor = Reached()
      #expect(code.visit(&visitor) == nil && code.opcode == nil && !code.isElementary)
      #expect(seen.insert(code.rawValue).inserted)
    }
  }

  /// There is room for 60 more functions, 40 of them of two operands.
  ///
  /// A function of one operand takes one of 256 codes, one of two takes three, and five codes are no
  /// functions. A function that is added takes its share; beyond the last code the next one needs a
  /// word laid out differently.
  @Test func thereIsRoomForSixtyMoreFunctions() {
    #expect(Int(Elementary.Opcode.functionCount) == Elementary.Opcode.allCases.count)
    #expect(Int(Elementary.Opcode.binaryCount) == Self.binary.count)
    let taken = Int(Record.Code.custom.rawValue) + 1
    #expect(taken == Elementary.Opcode.allCases.count + 2 * Self.binary.count + 5)
    #expect(256 - taken >= 20 + 3 * 40)
  }

  /// A constant is an operand without a record, and keeps all its digits.
  @Test(arguments: [1.0 / 3, 0.1, -0.0, .leastNonzeroMagnitude, 1.7e308, .infinity])
  func constantsCostNoRecord(_ constant: Double) {
    let tape = Tape()
    let x = tape.variable(1.7)
    let product = x * constant, quotient = constant / x
    #expect(tape.count == 3)
    #expect(tape.node(1).operands == [.node(0), .constant(constant)])
    #expect(tape.node(2).operands == [.constant(constant), .node(0)])
    #expect(tape.gradients(of: product)[x] == constant)
    #expect(product.value == 1.7 * constant && quotient.value == constant / 1.7)
  }

  /// A constant operand is a variable whose adjoint is not asked for: f(x, c) and f(c, x) have the
  /// partials that f has at two variables, to the bit, in every walk.
  @Test(arguments: binary)
  func constantOperandsGiveTheSamePartials(_ opcode: Elementary.Opcode) {
    for (x, c) in [(0.7, 1.0 / 3), (2.5, 2), (0.3, 0.3), (1.2, 3)] {
      let apply = { (a: Scalar, b: Scalar) in opcode.binary(Apply(a: a, b: b)) }
      let (first, _) = gradient(at: x, c, of: apply)
      let (_, second) = gradient(at: c, x, of: apply)
      for (expected, function) in [
        (first, { (x: Scalar) in apply(x, Scalar(c)) }), (second, { apply(Scalar(c), $0) }),
      ] {
        #expect(gradient(at: x, of: function).bitPattern == expected.bitPattern)
        let tape = Tape()
        let variable = tape.variable(x)
        let y = function(variable)
        #expect(tape.count == 2)
        #expect(tape.gradients(of: y)[variable].bitPattern == expected.bitPattern)
        #expect(tape.tangent(of: y, along: [(variable, 1)]) == expected)
        let steps = Array(tape.reverseSteps(of: y))
        #expect(
          steps.map(\.operand) == [0]
            && steps[0].contribution.description == "\(NumberText.significant(expected))")
        // Recorded for an outer derivative, the rule reads the same constant.
        #expect(gradient(at: Scalar(x), of: function).value.bitPattern == expected.bitPattern)
      }
    }
  }
}

private struct Reached: RecordVisitor {
  var form: Record.Form?
  mutating func visit<F: UnaryFunction>(_ function: F.Type) -> Elementary.Opcode? {
    form = .variables
    return F.opcode
  }
  mutating func visit<F: BinaryFunction>(
    _ function: F.Type, _ form: Record.Form
  ) -> Elementary.Opcode? {
    self.form = form
    return F.opcode
  }
  mutating func visitOther() -> Elementary.Opcode? { nil }
}

private struct Apply: BinaryVisitor {
  let a: Scalar, b: Scalar
  func visit<F: BinaryFunction>(_ function: F.Type) -> Scalar { F.at(a, b) }
}
