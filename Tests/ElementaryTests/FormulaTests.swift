// The table read as formulas: the same rules that the walks run.

import AdjointElementary
import Testing

@Suite struct FormulaTests {
  @Test func derivativesReadAsInABook() {
    let x = Formula("x"), a = Formula("a"), b = Formula("b")
    #expect(Elementary.Opcode.sin.derivative(of: x).description == "cos(x)")
    #expect(Elementary.Opcode.cos.derivative(of: x).description == "-sin(x)")
    #expect(Elementary.Opcode.exp.derivative(of: x).description == "exp(x)")
    #expect(Elementary.Opcode.tanh.derivative(of: x).description == "1 - tanh(x) * tanh(x)")
    #expect(Elementary.Opcode.sqrt.derivative(of: x).description == "0.5 / sqrt(x)")
    #expect(
      Elementary.Opcode.sigmoid.derivative(of: x).description == "sigmoid(x) * (1 - sigmoid(x))")
    let product = Elementary.Opcode.multiply.derivatives(of: a, b)
    #expect(product.first == b && product.second == a)
    #expect(Elementary.Opcode.subtract.derivatives(of: a, b).second.description == "-1")
  }

  @Test func parenthesesKeepTheMeaning() {
    let x = Formula("x"), y = Formula("y")
    #expect(((x + y) * x).description == "(x + y) * x")
    #expect((x - (y - x)).description == "x - (y - x)")
    #expect((x / (y * x)).description == "x / (y * x)")
    #expect((-(x + y)).description == "-(x + y)")
    #expect((x * -2).description == "x * (-2)")
    #expect((2 * x + 0).description == "2 * x")
    #expect(Formula._select(Formula._isLess(x, 0), -x, x).description == "(x < 0 ? -x : x)")
  }

  /// Every rule of the table can be written down.
  @Test(arguments: Elementary.Opcode.allCases)
  func everyRuleHasAFormula(_ opcode: Elementary.Opcode) {
    if opcode.arity == 1 {
      #expect(!opcode.derivative(of: Formula("x")).description.isEmpty)
    } else {
      let (first, second) = opcode.derivatives(of: Formula("a"), Formula("b"))
      #expect(!first.description.isEmpty && !second.description.isEmpty)
    }
  }
}
