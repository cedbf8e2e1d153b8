// Integer arithmetic wraps and never traps.

import AdjointElementary
import Testing

@testable import AdjointArrays

@Suite struct IntegerLoopsTests {
  private let extremes: [Int32] = [0, 1, -1, 2, -2, 7, -7, .max, .min, .max - 1, .min + 1]

  private func check(_ f: Elementary.Opcode, _ expected: (Int32, Int32) -> Int32) {
    let count = extremes.count
    let x = NDArray(extremes, shape: Shape([count, 1]))
    let y = NDArray(extremes, shape: Shape([count]))
    let result = NDArray.binary(f, x, y).values(as: Int32.self)
    #expect(result == extremes.flatMap { a in extremes.map { expected(a, $0) } }, "\(f)")
  }

  @Test func arithmeticWraps() {
    check(.add) { $0 &+ $1 }
    check(.subtract) { $0 &- $1 }
    check(.multiply) { $0 &* $1 }
    check(.min) { min($0, $1) }
    check(.max) { max($0, $1) }
    // Truncation toward zero; by zero 0; the one quotient that does not fit wraps to itself.
    check(.divide) { $1 == 0 ? 0 : $1 == -1 ? 0 &- $0 : $0 / $1 }
  }

  @Test func unaryFunctionsWrap() {
    let x = NDArray(extremes, shape: Shape([extremes.count]))
    #expect(NDArray.unary(.negate, x).values(as: Int32.self) == extremes.map { 0 &- $0 })
    #expect(NDArray.unary(.abs, x).values(as: Int32.self) == extremes.map { $0 < 0 ? 0 &- $0 : $0 })
    #expect(NDArray.unary(.sign, x).values(as: Int32.self) == extremes.map { $0.signum() })
    #expect(NDArray.unary(.square, x).values(as: Int32.self) == extremes.map { $0 &* $0 })
  }
}
