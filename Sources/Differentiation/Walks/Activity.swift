// Which records depend on which: what a nested walk asks for, and whether an outer derivative can
// see it. It has never heard of adjoints.

/// What each record since a mark depends on.
struct Activity {
  /// On the inputs made at the mark.
  var inputs: [Bool]
  /// On a record before the mark, so that an outer derivative passes through it.
  var outer: [Bool]
}

extension Tape {
  /// What the records from `start` to `top` depend on.
  func activity(since start: Mark, through top: Int) -> Activity {
    let bottom = start.records
    let none = [Bool](repeating: false, count: top - bottom + 1)
    var activity = Activity(inputs: none, outer: none)
    var previousWasInput = true
    for index in bottom...top {
      let record = header.pointee.records[index]
      // The inputs of a level are its first records, without a gap.
      let isInput = previousWasInput && isInput(record, of: bottom)
      previousWasInput = isInput
      var (dependsOnInput, dependsOnOuter) = (isInput, false)
      forEachOperand(of: record) { operand in
        let position = Int(operand) - bottom
        if position >= 0 {
          dependsOnInput = dependsOnInput || activity.inputs[position]
          dependsOnOuter = dependsOnOuter || activity.outer[position]
        } else if operand >= 0 {
          dependsOnOuter = true
        }
      }
      activity.inputs[index - bottom] = dependsOnInput
      activity.outer[index - bottom] = dependsOnOuter
    }
    return activity
  }

  /// The records since `start` that the one at `top` was computed from.
  func ancestry(of top: Int, since start: Mark) -> [Bool] {
    let bottom = start.records
    var marks = [Bool](repeating: false, count: top - bottom + 1)
    marks[top - bottom] = true
    for index in stride(from: top, through: bottom, by: -1) where marks[index - bottom] {
      forEachOperand(of: header.pointee.records[index]) { operand in
        if Int(operand) >= bottom { marks[Int(operand) - bottom] = true }
      }
    }
    return marks
  }

  func isInput(_ record: Record, of bottom: Int) -> Bool {
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
        body(node.pointee.application.operands[position].index)
      }
    default:
      body(record.first)
      if record.code.hasTwoVariables { body(record.second) }
    }
  }
}
