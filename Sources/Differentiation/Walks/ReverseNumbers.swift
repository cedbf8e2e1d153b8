// What this file knows: how a reverse walk passes through the records that are elementary functions of
// numbers. Everything else a walk meets is in ReverseMode.
//
// The loop is a function of its own, and not a part of the walk over all kinds of records, because it
// needs every register: with the rest of the walk beside it a tenth of its time went into putting
// numbers aside and fetching them back.

import AdjointElementary

extension AdjointSlots {
  /// Walks back from a record whose adjoint has been taken, down to `end` or to the first record that is
  /// no elementary function but has an adjoint; returns where that is, and the adjoint taken there.
  ///
  /// The adjoint of the record below the present one is held in a register: in most programs an
  /// operation uses the result of the one just before it, and a number that goes through memory
  /// arrives later than one that does not. A long chain waits for nothing else.
  ///
  /// The records some way ahead are asked for. The processor itself finds the pattern in the values and
  /// the adjoints; asking for those as well costs more than it gains.
  @inline(never)
  func passNumbers(from top: Int, _ topmost: Number, downTo end: Int) -> (Int, Number) {
    var index = top
    var seed = topmost
    while index >= end {
      if !Number.isRecorded { fetch(index &- 256) }
      let record = records[index]
      var step = ElementaryStep(
        slots: self, record: record, index: index, seed: seed, below: take(index &- 1))
      if !Extent.empties { put(seed, at: index) }
      let isDone =
        seed.contributes
        ? record.code.visit(&step) : seed.isNone || record.code.isElementary
      if !isDone {
        // The operands may lie anywhere, the record below included.
        put(step.below, at: index &- 1)
        return (index, seed)
      }
      seed = step.below
      index &-= 1
    }
    put(seed, at: index)
    return (index, seed)
  }
}

/// What one elementary operation hands to its operands; false if the record is no such operation.
private struct ElementaryStep<Number: AdjointNumber, Extent: WalkExtent>: RecordVisitor {
  let slots: AdjointSlots<Number, Extent>
  let record: Record
  let index: Int
  let seed: Number
  /// The adjoint of the record below this one.
  var below: Number

  @inline(__always)
  mutating func visit<F: UnaryFunction>(_ function: F.Type) -> Bool {
    if F.isPiecewiseConstant { return true }
    let first = Int(record.first)
    let (seed, x, y) = (seed, slots.value(first), y)
    update(first) { .sum($0, F.chain(seed, x: x, y: y)) }
    return true
  }

  @inline(__always)
  mutating func visit<F: BinaryFunction>(_ function: F.Type, _ form: Record.Form) -> Bool {
    let first = Int(record.first)
    let (seed, x, y) = (seed, slots.value(first), y)
    switch form {
    case .variables:
      let second = Int(record.second)
      let b = slots.value(second)
      if _slowPath(first == second) {
        // In one go: the second addition to a slot would wait until the first came back from memory.
        update(first) {
          .sum(.sum($0, F.chainFirst(seed, x, b, y: y)), F.chainSecond(seed, x, b, y: y))
        }
      } else {
        // The result of the record below is more often the second operand: a + b * c.
        update(first, isSeldomBelow: true) { .sum($0, F.chainFirst(seed, x, b, y: y)) }
        update(second) { .sum($0, F.chainSecond(seed, x, b, y: y)) }
      }
    case .constantSecond:
      let b = Number(Scalar(slots.constant(of: record)))
      update(first) { .sum($0, F.chainFirst(seed, x, b, y: y)) }
    case .constantFirst:
      let a = Number(Scalar(slots.constant(of: record)))
      update(first) { .sum($0, F.chainSecond(seed, a, x, y: y)) }
    }
    return true
  }

  @inline(__always)
  mutating func visitOther() -> Bool { false }

  @inline(__always)
  private var y: Number { slots.value(index) }

  /// Changes the adjoint of an operand, if somebody asks for it.
  ///
  /// - Parameter isSeldomBelow: where the compiler should put the two cases, no more: the usual one is
  ///   reached without a jump.
  @inline(__always)
  private mutating func update(
    _ operand: Int, isSeldomBelow: Bool = false, _ change: (Number) -> Number
  ) {
    guard Extent.isWholeTape || slots.asksForAdjoint(Int32(truncatingIfNeeded: operand)) else {
      return
    }
    let isBelow = operand == index &- 1
    if isSeldomBelow ? _slowPath(isBelow) : isBelow {
      below = change(below)
    } else {
      slots.update(operand, change)
    }
  }
}
