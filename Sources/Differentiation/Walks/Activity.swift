// Which records depend on which: what a nested walk asks for, and whether an outer derivative can
// see it. It has never heard of adjoints.

extension Tape {
  /// Which records since `start` depend on the inputs made there, and whether any record since then
  /// depends on one before.
  func activity(since start: Mark, through top: Int) -> (active: [Bool], dependsOnOuter: Bool) {
    let bottom = start.records
    var active = [Bool](repeating: false, count: top - bottom + 1)
    var dependsOnOuter = false
    var previousWasInput = true
    for index in bottom...top {
      let record = header.pointee.records[index]
      // The inputs of a level are its first records, without a gap.
      let isInput = previousWasInput && isInput(record, of: bottom)
      previousWasInput = isInput
      var depends = isInput
      forEachOperand(of: record) { operand in
        if Int(operand) < bottom {
          if operand >= 0 { dependsOnOuter = true }
        } else if active[Int(operand) - bottom] {
          depends = true
        }
      }
      active[index - bottom] = depends
    }
    return (active, dependsOnOuter)
  }

  private func isInput(_ record: Record, of bottom: Int) -> Bool {
    switch record.code {
    case .input: true
    case .alias: Int(record.first) < bottom
    case .tensor:
      tensors.pointer(to: Int(record.first)).pointee.isInput(of: bottom)
    default: false
    }
  }

  /// Visits the indices of a record's operands on the tape, and -1 for constants of other kinds of
  /// operations than elementary functions.
  func forEachOperand(of record: Record, _ body: (Int32) -> Void) {
    switch record.code {
    case .input: break
    case .alias, .element: body(record.first)
    case .custom: for operand in customs[Int(record.first)].operands { body(operand) }
    case .tensor:
      let node = tensors.pointer(to: Int(record.first))
      for position in 0..<node.pointee.application.operands.count {
        body(node.pointee.application.operands.index(position))
      }
    default:
      body(record.first)
      if record.code.form == .variables, record.code.opcode?.arity == 2 { body(record.second) }
    }
  }
}
