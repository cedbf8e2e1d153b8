// The layout in memory on which rules read their operands in place.

import Testing

@testable import AdjointDifferentiation

struct TensorNodeTests {
  private typealias Application = Tape.TensorNode.Application

  /// The list of operands is the first property of an application, and the operands those of the
  /// list.
  @Test func operandsLieWhereTheyAreReadFrom() throws {
    #expect(MemoryLayout<Application>.offset(of: \Application.operands) == 0)
    let operands = (0..<6).map { Tape.Operand(index: Int32($0), layout: .scalar(.float64)) }
    var list = Tape.OperandList(operands)
    for position in operands.indices {
      #expect(Tape.OperandList.address(of: position, in: &list).pointee.index == Int32(position))
      #expect(list[position].index == Int32(position))
    }
  }
}
