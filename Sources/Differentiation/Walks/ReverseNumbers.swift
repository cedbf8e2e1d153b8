// How a reverse walk passes through the records that are elementary functions of numbers. It has
// never heard of tensors: everything else that a walk meets is in ReverseMode.
//
// The loop is a function of its own, and not a part of the walk over all kinds of records, because
// it needs every register: with the rest of the walk beside it, a tenth of its time went into
// putting numbers aside and fetching them back.

import AdjointElementary

extension AdjointSlots {
  /// Walks back from a record whose adjoint has been taken, down to `end` or to the first record
  /// that is no elementary function and has something to pass on; returns where that is, and its
  /// adjoint.
  ///
  /// The adjoint of the record below the present one is held in a register: in most programs an
  /// operation uses the result of the one just before it, and a number that goes through memory
  /// arrives later than one that does not. A long chain waits for nothing else.
  ///
  /// A walk over a whole tape does not look for the end at each record: below its end lie variables
  /// only, of which it stops at the first that has an adjoint. One without, of which there may be
  /// many, is where it looks.
  @inline(__always)
  func passNumbers(from top: Int, _ topmost: Number, downTo end: Int) -> (Int, Number) {
    Self.passNumbers(
      from: top, topmost, downTo: end, header, bottom, adjoints, firstRecord, firstValue, companion)
  }

  /// The same from the fields one by one.
  ///
  /// In a structure they would lie in memory, where a store to a slot might change them for all
  /// that the compiler knows, and be read again for each record.
  @inline(never)
  private static func passNumbers(
    from top: Int, _ topmost: Number, downTo end: Int, _ header: UnsafeMutablePointer<TapeHeader>,
    _ bottom: Int, _ adjoints: UnsafeMutablePointer<Number>,
    _ firstRecord: UnsafeMutablePointer<Record>, _ firstValue: UnsafeMutablePointer<Double>,
    _ companion: Kind.Companion
  ) -> (Int, Number) {
    let slots = AdjointSlots(
      header: header, bottom: bottom, adjoints: adjoints, firstRecord: firstRecord,
      firstValue: firstValue, companion: companion)
    var index = top
    var seed = topmost
    while Kind.coversTape || index >= end {
      if !Number.isRecorded { slots.fetchAhead(of: index) }
      let record = slots.records[index]
      var step = ElementaryStep(
        slots: slots, record: record, index: index, seed: seed, below: slots.take(index &- 1))
      if !Kind.coversTape { slots.put(seed, at: index) }
      let isDone =
        seed.contributes
        ? record.code.visit(&step)
        : index >= end && !record.code.passesOn(zero: !seed.isNone)
      if !isDone {
        // The operands may lie anywhere, the record below included.
        slots.put(step.below, at: index &- 1)
        if Kind.coversTape, index < end { slots.put(seed, at: index) }
        return (index, seed)
      }
      seed = step.below
      index &-= 1
    }
    slots.put(seed, at: index)
    return (index, seed)
  }

  /// Adds to a slot, and tells the observer if there is one.
  func give(
    _ contribution: Number, from index: Int, _ seed: Number, to operand: Int, _ position: Int
  ) {
    let sum = add(contribution, to: operand)
    observe(contribution, from: index, seed, to: operand, position, sum: sum)
  }

  @inline(__always)
  fileprivate func observe(
    _ contribution: Number, from index: Int, _ seed: Number, to operand: Int, _ position: Int,
    sum: Number
  ) {
    if !Kind.coversTape, observer != nil {
      tell(contribution, from: index, seed, to: operand, position, sum: sum)
    }
  }

  // Not inlined: it stands at every contribution of every rule.
  @inline(never)
  private func tell(
    _ contribution: Number, from index: Int, _ seed: Number, to operand: Int, _ position: Int,
    sum: Number
  ) {
    observer?._withUnsafeGuaranteedRef {
      $0.saw(
        contribution.scalar.value, from: index, .number(seed.scalar.value), to: operand,
        partial: $0.partial(of: index, position), sum: sum.scalar.value)
    }
  }
}

extension Record.Code {
  /// True for a record that has something to pass on although its slot holds zero or nothing.
  ///
  /// Whether anything has arrived at a tensor is not written in its slot.
  @inline(__always)
  fileprivate func passesOn(zero isZero: Bool) -> Bool {
    isZero ? !isElementary : self == .tensor
  }
}

/// What one elementary operation hands to its operands; false if the record is no such operation.
private struct ElementaryStep<Kind: WalkKind>: RecordVisitor {
  typealias Number = Kind.Number

  let slots: AdjointSlots<Kind>
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
    give(0, to: first) { rule(F.self, seed, x, y) }
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
      if Kind.coversTape, _slowPath(first == second) {
        // In one go: the second addition to a slot would wait until the first came back from
        // memory.
        giveBoth(
          firstRule(F.self, seed, x, b, y), secondRule(F.self, seed, x, b, y), to: first)
      } else {
        // The result of the record below is more often the second operand: a + b * c.
        give(0, to: first, isSeldomBelow: true) { firstRule(F.self, seed, x, b, y) }
        give(1, to: second) { secondRule(F.self, seed, x, b, y) }
      }
    case .constantSecond:
      let b = Number(Scalar(slots.constant(of: record)))
      give(0, to: first) { firstRule(F.self, seed, x, b, y) }
    case .constantFirst:
      let a = Number(Scalar(slots.constant(of: record)))
      give(1, to: first) { secondRule(F.self, seed, a, x, y) }
    }
    return true
  }

  @inline(__always)
  mutating func visitOther() -> Bool { false }

  @inline(__always)
  private var y: Number { slots.value(index) }

  /// Adds to the adjoint of an operand, if it is asked for.
  ///
  /// - Parameters:
  ///   - position: which operand of the function it is.
  ///   - isSeldomBelow: where the compiler should put the two cases, no more: the usual one is
  ///     reached without a jump.
  @inline(__always)
  private mutating func give(
    _ position: Int, to operand: Int, isSeldomBelow: Bool = false, _ contribution: () -> Number
  ) {
    guard Kind.coversTape || slots.asks(for: Int32(truncatingIfNeeded: operand)) else { return }
    let isBelow = operand == index &- 1
    // The contribution stands in both branches, so that the usual one ends where the loop begins.
    if isSeldomBelow ? _slowPath(isBelow) : isBelow {
      let contribution = contribution()
      below = .sum(below, contribution)
      slots.observe(contribution, from: index, seed, to: operand, position, sum: below)
    } else {
      let contribution = contribution()
      let sum = slots.add(contribution, to: operand)
      slots.observe(contribution, from: index, seed, to: operand, position, sum: sum)
    }
  }

  @inline(__always)
  private mutating func giveBoth(_ first: Number, _ second: Number, to operand: Int) {
    if operand == index &- 1 {
      below = .sum(.sum(below, first), second)
    } else {
      slots.put(.sum(.sum(slots.adjoint(operand), first), second), at: operand)
    }
  }
}

// The rules, in place where the walk computes in plain numbers. Where it is recorded each is a
// call: with the recording of every operation of every rule in one function, that function alone
// was a seventh of the module's code, and a call takes little beside three operations recorded.

@inline(__always)
private func rule<F: UnaryFunction, Number: AdjointNumber>(
  _: F.Type, _ seed: Number, _ x: Number, _ y: Number
) -> Number {
  Number.isRecorded ? outlined(F.self, seed, x, y) : F.chain(seed, x: x, y: y)
}

@inline(__always)
private func firstRule<F: BinaryFunction, Number: AdjointNumber>(
  _: F.Type, _ seed: Number, _ a: Number, _ b: Number, _ y: Number
) -> Number {
  Number.isRecorded ? outlinedFirst(F.self, seed, a, b, y) : F.chainFirst(seed, a, b, y: y)
}

@inline(__always)
private func secondRule<F: BinaryFunction, Number: AdjointNumber>(
  _: F.Type, _ seed: Number, _ a: Number, _ b: Number, _ y: Number
) -> Number {
  Number.isRecorded ? outlinedSecond(F.self, seed, a, b, y) : F.chainSecond(seed, a, b, y: y)
}

@inline(never)
private func outlined<F: UnaryFunction, Number: AdjointNumber>(
  _: F.Type, _ seed: Number, _ x: Number, _ y: Number
) -> Number { F.chain(seed, x: x, y: y) }

@inline(never)
private func outlinedFirst<F: BinaryFunction, Number: AdjointNumber>(
  _: F.Type, _ seed: Number, _ a: Number, _ b: Number, _ y: Number
) -> Number { F.chainFirst(seed, a, b, y: y) }

@inline(never)
private func outlinedSecond<F: BinaryFunction, Number: AdjointNumber>(
  _: F.Type, _ seed: Number, _ a: Number, _ b: Number, _ y: Number
) -> Number { F.chainSecond(seed, a, b, y: y) }
