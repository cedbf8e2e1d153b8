// That the free functions of the table stand beside those of the system's library: a program that
// imports Foundation too must be able to call either without saying which it means.

import AdjointElementary
import Foundation
import Testing

@Suite struct NamesTests {
  // The literals are `Double`s, the formulas are recorded; every call below has one meaning.
  @Test func numbersAndRecordedAlgebrasShareNames() {
    let x = Formula("x"), y = Formula("y")
    #expect(log2(8.0) == 3 && log2(x).description == "log2(x)")
    #expect(log10(1000.0) == 3 && log10(x).description == "log10(x)")
    #expect(exp2(3.0) == 8 && exp2(x).description == "exp2(x)")
    // The library is one unit off here; the vectors are not.
    #expect(abs(cbrt(27.0) - 3) < 1e-15 && cbrt(x).description == "cbrt(x)")
    #expect(erfc(0.0) == 1 && erfc(x).description == "erfc(x)")
    #expect(hypot(3.0, 4.0) == 5 && hypot(x, y).description == "hypot(x, y)")
    // In C the quotient is rounded to nearest, here to the floor.
    #expect(remainder(5.0, 3.0) == -1 && remainder(x, y).description == "remainder(x, y)")
    #expect(erfInverse(0.0) == 0 && erfInverse(x).description == "erfInverse(x)")
    #expect(logGamma(1.0) == 0 && logGamma(x).description == "logGamma(x)")
    #expect(digamma(0.0) == -.infinity && digamma(x).description == "digamma(x)")
    #expect(polygamma(1, 0.0) == .infinity && polygamma(1, x).description == "polygamma(1, x)")
    #expect(logAddExp(0.0, 0.0) == log(2.0) && logAddExp(x, y).description == "logAddExp(x, y)")
    #expect(xLogY(0.0, 0.0) == 0 && xLogY(x, y).description == "xLogY(x, y)")
    #expect(2.0.clamped(to: -1...1) == 1 && Double.nan.clamped(to: -1...1).isNaN)
  }

  // A printed name is that of the opcode, and both are that of the function.
  @Test func printedNames() {
    #expect(Elementary.Opcode.logOnePlus.name == "logOnePlus")
    #expect(Elementary.Opcode.expMinusOne.name == "expMinusOne")
    #expect(Elementary.Opcode.min.name == "min" && Elementary.Opcode.add.name == "+")
    let named = Elementary.Opcode.allCases.filter { !$0.isInfix }
    #expect(named.allSatisfy { $0.name == "\($0)" })
  }
}
