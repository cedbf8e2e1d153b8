// What this file knows: how adjoints are carried from a result back to the variables. It is the
// transpose of ForwardMode, statement by statement.
//
//   adjoint[result] ← 1
//   for each record, from the last to the first:
//     for each operand:  adjoint[operand] += adjoint[record] · ∂record/∂operand
//
// One walk serves two purposes. With plain numbers (`Double`) it computes gradients. With recorded
// numbers (`Scalar`) its own arithmetic goes on the tape, so that an outer derivative can be taken.

import AdjointArrays
import AdjointElementary

/// The kind of number in which a walk keeps the adjoints of scalars.
protocol AdjointNumber: Algebra {
  /// "Nothing has arrived", which is not the same as zero: an operation without an adjoint is
  /// skipped, so it cannot contribute 0 · ∞.
  static var none: Self { get }
  var isNone: Bool { get }
  /// False for none and for a plain zero, of which every rule makes zeros, so it need not be asked.
  /// (And the optimiser, which knows then that the seed is not zero, drops the selection in `_scaled`.)
  var contributes: Bool { get }
  /// What a slot holds after one more contribution.
  static func sum(_ adjoint: Self, _ contribution: Self) -> Self
  /// "Something has arrived" for records that are tensors, whose adjoints live elsewhere.
  static var arrived: Self { get }
  /// True when the walk's own arithmetic goes on the tape: the records may then move while it runs, and
  /// it asks which of them an outer derivative has made inactive.
  static var isRecorded: Bool { get }
  static func operand(_ value: Double, _ index: Int32, _ header: UnsafeMutablePointer<TapeHeader>)
    -> Self
  init(_ scalar: Scalar)
  var scalar: Scalar { get }
}

extension Double: AdjointNumber {
  // Minus zero is the identity of floating-point addition (-0 + g = g for every g), so it can mark an
  // empty slot: no second array, and the first contribution is added like any other. A branch that
  // stores it instead was measured: it costs more than the addition it saves.
  static var none: Double { -0.0 }
  @inline(__always)
  static func sum(_ adjoint: Double, _ contribution: Double) -> Double { adjoint + contribution }
  var isNone: Bool { bitPattern == (-0.0).bitPattern }
  var contributes: Bool { self != 0 }
  static var arrived: Double { 0 }
  @inline(__always) static var isRecorded: Bool { false }
  @inline(__always)
  static func operand(_ value: Double, _ index: Int32, _ header: UnsafeMutablePointer<TapeHeader>)
    -> Double
  { value }
  var scalar: Scalar { Scalar(self) }
}

extension Scalar: AdjointNumber {
  static var none: Scalar { Scalar(-0.0) }
  // An addition that changes nothing need not be recorded.
  static func sum(_ adjoint: Scalar, _ contribution: Scalar) -> Scalar {
    adjoint.isNone ? contribution : adjoint + contribution
  }
  var isNone: Bool { index < 0 && value.isNone }
  // A recorded zero may still vary with an outer variable.
  var contributes: Bool { !isNone }
  static var arrived: Scalar { Scalar(0) }
  @inline(__always) static var isRecorded: Bool { true }
  @inline(__always)
  static func operand(_ value: Double, _ index: Int32, _ header: UnsafeMutablePointer<TapeHeader>)
    -> Scalar
  { Scalar(value, at: index, of: header, generation: header.pointee.generation) }
  init(_ scalar: Scalar) { self = scalar }
  var scalar: Scalar { self }
}

/// Which records a walk covers, and what becomes of an adjoint that has been passed on.
///
/// A type and not a value, so that each kind of walk is compiled for itself and the hot loop asks
/// neither question.
protocol WalkExtent {
  /// True when the walk covers the tape from its first record on, so that every operand takes part.
  static var isWholeTape: Bool { get }
  /// True when the slot of a record is emptied as soon as its adjoint has been passed on.
  static var empties: Bool { get }
}

/// All records, when only the adjoints of the inputs are wanted.
///
/// Emptied slots serve the next walk: filling them anew would write eight bytes a record once more.
enum WholeTape: WalkExtent {
  @inline(__always) static var isWholeTape: Bool { true }
  @inline(__always) static var empties: Bool { true }
}

/// The records from a bottom on, with all adjoints kept to be looked at.
enum Stretch: WalkExtent {
  @inline(__always) static var isWholeTape: Bool { false }
  @inline(__always) static var empties: Bool { false }
}

/// The adjoints of a walk and the records they belong to.
///
/// Plain pointers, so that the hot loop counts no references.
struct AdjointSlots<Number: AdjointNumber, Extent: WalkExtent> {
  let header: UnsafeMutablePointer<TapeHeader>
  /// The first record that the walk covers.
  let bottom: Int
  /// Which records depend on the variables of this walk; all, when nil.
  let active: UnsafePointer<Bool>?
  /// One slot a record, from `bottom` on.
  private let adjoints: UnsafeMutablePointer<Number>
  /// The records as they lie when the walk begins.
  private let firstRecord: UnsafeMutablePointer<Record>

  init(
    header: UnsafeMutablePointer<TapeHeader>, bottom: Int,
    adjoints: UnsafeMutablePointer<Number>, active: UnsafePointer<Bool>?
  ) {
    self.header = header
    self.bottom = bottom
    self.adjoints = adjoints
    self.active = active
    firstRecord = header.pointee.base
  }

  /// The records as they lie now.
  @inline(__always)
  var records: UnsafeMutablePointer<Record> {
    Number.isRecorded ? header.pointee.base : firstRecord
  }

  @inline(__always)
  private func slot(_ index: Int) -> UnsafeMutablePointer<Number> {
    adjoints + (Extent.isWholeTape ? index : index &- bottom)
  }

  /// The adjoint of a record whose turn has come.
  @inline(__always)
  func take(_ index: Int) -> Number {
    let slot = slot(index)
    let adjoint = slot.pointee
    if Extent.empties { slot.pointee = .none }
    return adjoint
  }

  @inline(__always)
  func put(_ adjoint: Number, at index: Int) { slot(index).pointee = adjoint }

  @inline(__always)
  func asksForAdjoint(_ index: Int32) -> Bool {
    if Extent.isWholeTape { return index >= 0 }
    guard Int(index) >= bottom else { return false }
    guard Number.isRecorded, let active else { return true }
    return active[Int(index) &- bottom]
  }

  @inline(__always)
  func add(_ contribution: Number, to index: Int32) {
    let slot = slot(Int(index))
    slot.pointee = .sum(slot.pointee, contribution)
  }

  /// The value at a place, as a number of the walk.
  @inline(__always)
  func value(_ index: Int32) -> Number {
    Number.operand(records[Int(index)].value, index, header)
  }
}

/// A walk over the records from `top` down to the bottom of its slots.
struct ReverseWalk<Number: AdjointNumber, Extent: WalkExtent> {
  let tape: Tape
  let slots: AdjointSlots<Number, Extent>
  /// The first side-table entry that the walk covers.
  let tensorBottom: Int
  /// One slot a tensor, from `tensorBottom` on.
  var tensorAdjoints: [Tensor?]
  /// Frees what the tape kept as soon as it has been used.
  let releases: Bool
  /// Keeps the adjoints of intermediate tensors, to be looked at.
  let keepsAll: Bool
  /// Adjoints of single elements that wait for their tensor's turn.
  private var elements: [Int: [(position: Int32, adjoint: Number)]] = [:]

  init(
    _ tape: Tape, _ slots: AdjointSlots<Number, Extent>, tensorBottom: Int, releases: Bool,
    keepsAll: Bool
  ) {
    self.tape = tape
    self.slots = slots
    self.tensorBottom = tensorBottom
    tensorAdjoints = Array(repeating: nil, count: tape.tensors.count - tensorBottom)
    self.releases = releases
    self.keepsAll = keepsAll
  }

  /// Walks back from the record `top`, whose adjoint has been put in place, down to `end`.
  ///
  /// The adjoint of the record below the present one is held in a register: in most programs an
  /// operation uses the result of the one just before it, and a number that goes through memory
  /// arrives later than one that does not. A long chain waits for nothing else.
  ///
  /// One word is read some 4 KB ahead of the walk. Operands lie anywhere within that distance, and the
  /// processor fetches in advance only what follows the foremost stream of addresses: without it the
  /// first operand in each new line of a tape larger than the caches waits for main memory.
  mutating func run(from top: Int, downTo end: Int) {
    let slots = slots
    var index = top
    var seed = slots.take(index)
    var ahead: UInt8 = 0
    // A load whose result nobody uses would be removed.
    defer { slots.header.pointee.readAhead = ahead }
    while index >= end {
      if !Number.isRecorded {
        ahead ^= slots.records[Swift.max(index &- 160, 0)].code.rawValue
      }
      var step = ElementaryStep(
        slots: slots, record: slots.records + index, index: index, seed: seed,
        below: slots.take(index &- 1))
      if !Extent.empties { slots.put(seed, at: index) }
      let isDone =
        seed.contributes
        ? step.record.pointee.code.visit(&step)
        : seed.isNone || step.record.pointee.code.isElementary
      if !isDone {
        // The operands may lie anywhere, the record below included.
        slots.put(step.below, at: index &- 1)
        special(index, seed)
        step.below = slots.take(index &- 1)
      }
      seed = step.below
      index &-= 1
    }
    slots.put(seed, at: index)
  }

  private mutating func special(_ index: Int, _ seed: Number) {
    let record = slots.records[index]
    switch record.code {
    case .alias:
      if slots.asksForAdjoint(record.first) { slots.add(seed, to: record.first) }
    case .element:
      guard slots.asksForAdjoint(record.first) else { return }
      slots.put(.arrived, at: Int(record.first))
      let slot = Int(slots.header.pointee.base[Int(record.first)].first)
      let layout = tape.tensors[slot].layout
      if layout.elementCount == 1 {
        add(Tensor.joined([seed.scalar], shape: layout.shape, dtype: layout.dtype), toTensor: slot)
      } else {
        elements[slot, default: []].append((record.second, seed))
      }
    case .custom:
      let node = tape.customs[Int(record.first)]
      let contributions = node.pullback(seed.scalar)
      for (operand, contribution) in zip(node.operands, contributions)
      where slots.asksForAdjoint(operand) {
        slots.add(Number(contribution), to: operand)
      }
    case .tensor:
      tensor(at: Int(record.first))
    default: break  // Variables and constants have no operands.
    }
  }

  private mutating func tensor(at slot: Int) {
    if !elements.isEmpty, let waiting = elements.removeValue(forKey: slot) {
      let type = tape.tensors[slot].type
      add(
        Tensor.scattering(
          waiting.map(\.adjoint.scalar), at: waiting.map(\.position), into: type),
        toTensor: slot)
    }
    let place = slot - tensorBottom
    guard tensorAdjoints[place] != nil else { return }
    let node = tape.tensors.pointer(to: slot)
    if !Number.isRecorded, tensorAdjoints[place]?.isRecorded == false,
      let function = node.pointee.function
    {
      return elementwise(function, at: slot)
    }
    // A variable, or the input of this level: its adjoint is what the walk is for.
    guard OperandList.contains(&node.pointee.kept.operands, where: slots.asksForAdjoint),
      let adjoint = keepsAll ? tensorAdjoints[place] : tensorAdjoints[place].take()
    else { return }
    let primitive = node.pointee.primitive
    // Moved out before the rule runs, so that what it reads is freed as soon as it returns. A copy would
    // count a reference for everything that was kept.
    let application = Application(
      kept: releases ? node.pointee.release() : node.pointee.kept,
      resultIndex: node.pointee.index, layout: node.pointee.layout,
      header: slots.header, isRecorded: Number.isRecorded, bottom: Int32(slots.bottom),
      active: slots.active)
    var contributions = primitive.pullback(adjoint, at: application)
    if primitive is FromScalars {
      return distribute(contributions[0], over: application.kept.operands)
    }
    for position in contributions.indices {
      let index = application.index(position)
      guard slots.asksForAdjoint(index), let contribution = contributions[position].take() else {
        continue
      }
      precondition(
        contribution.array.fields.hasShape(of: application.fields(position)),
        """
        the pullback of `\(primitive.name)` returned an adjoint of shape \
        \(contribution.shape) for an operand of shape \(application.shape(position)); an adjoint \
        has the shape of what it belongs to
        """)
      add(contribution, toTensor: Int(slots.header.pointee.base[Int(index)].first))
      slots.put(.arrived, at: Int(index))
    }
  }

  /// An elementwise operation in a plain walk: its rules are calls of fused kernels.
  ///
  /// The same as the general way, without the arrays and the boxes that it needs to hold any number of
  /// operands of any primitive; they would take longer than the rule on a small tensor.
  private mutating func elementwise(_ function: Elementary.Opcode, at slot: Int) {
    let place = slot - tensorBottom
    guard let seed = (keepsAll ? tensorAdjoints[place] : tensorAdjoints[place].take())?.array else {
      return
    }
    let node = tape.tensors.pointer(to: slot)
    let kept = releases ? node.pointee.release() : node.pointee.kept
    let y = kept.result ?? seed
    let a = kept.operands[0].value ?? seed
    if function.arity == 1 {
      guard slots.asksForAdjoint(kept.operands.index(0)),
        let contribution = ElementwiseUnary(function: function).plainChain(seed, x: a, y: y)
      else { return }
      return pass(contribution, to: 0, of: kept.operands)
    }
    let b = kept.operands[1].value ?? seed
    let rule = ElementwiseBinary(function: function)
    if slots.asksForAdjoint(kept.operands.index(0)) {
      pass(rule.plainChainFirst(seed, a, b, y: y), to: 0, of: kept.operands)
    }
    if slots.asksForAdjoint(kept.operands.index(1)) {
      pass(rule.plainChainSecond(seed, a, b, y: y), to: 1, of: kept.operands)
    }
  }

  /// Adds a contribution, summed over the axes along which the operand was stretched.
  private mutating func pass(
    _ contribution: NDArray, to position: Int, of operands: borrowing OperandList
  ) {
    let (fields, index) = (operands[position].fields, Int(operands.index(position)))
    let isWhole = contribution.fields.hasShape(of: fields)
    add(
      Tensor(isWhole ? contribution : contribution.summed(to: fields.pointee.shape)),
      toTensor: Int(slots.records[index].first))
    slots.put(.arrived, at: index)
  }

  /// The adjoint of a tensor made of scalars, handed to them one by one.
  private func distribute(_ adjoint: Tensor?, over operands: OperandList) {
    guard let adjoint else { return }
    for position in operands.indices where slots.asksForAdjoint(operands.index(position)) {
      slots.add(Number(adjoint.element(atFlat: position)), to: operands.index(position))
    }
  }

  private mutating func add(_ contribution: Tensor, toTensor slot: Int) {
    let place = slot - tensorBottom
    guard var present = tensorAdjoints[place].take() else {
      tensorAdjoints[place] = contribution
      return
    }
    guard !present.isRecorded, !contribution.isRecorded else {
      tensorAdjoints[place] = present + contribution
      return
    }
    // Held by nobody else, the sum is formed in place.
    var sum = present.array
    present = contribution
    sum.accumulate(contribution.array)
    tensorAdjoints[place] = Tensor(sum)
  }
}

/// What one elementary operation hands to its operands; false if the record is no such operation.
private struct ElementaryStep<Number: AdjointNumber, Extent: WalkExtent>: RecordVisitor {
  let slots: AdjointSlots<Number, Extent>
  /// Read before a rule runs: a rule that is itself recorded may move the records.
  let record: UnsafeMutablePointer<Record>
  let index: Int
  let seed: Number
  /// The adjoint of the record below this one.
  var below: Number

  @inline(__always)
  mutating func visit<F: UnaryFunction>(_ function: F.Type) -> Bool {
    if F.isPiecewiseConstant { return true }
    let first = record.pointee.first
    let (seed, x, y) = (seed, slots.value(first), y)
    pass(F.chain(seed, x: x, y: y), to: first)
    return true
  }

  @inline(__always)
  mutating func visit<F: BinaryFunction>(_ function: F.Type, _ form: Record.Form) -> Bool {
    let first = record.pointee.first
    let (seed, x, y) = (seed, slots.value(first), y)
    switch form {
    case .variables:
      let second = record.pointee.second
      let b = slots.value(second)
      pass(F.chainFirst(seed, x, b, y: y), to: first)
      pass(F.chainSecond(seed, x, b, y: y), to: second)
    case .constantSecond:
      let b = Number(Scalar(record.pointee.constant))
      pass(F.chainFirst(seed, x, b, y: y), to: first)
    case .constantFirst:
      let a = Number(Scalar(record.pointee.constant))
      pass(F.chainSecond(seed, a, x, y: y), to: first)
    }
    return true
  }

  @inline(__always)
  mutating func visitOther() -> Bool { false }

  @inline(__always)
  private var y: Number {
    Number.operand(record.pointee.value, Int32(truncatingIfNeeded: index), slots.header)
  }

  @inline(__always)
  private mutating func pass(_ contribution: @autoclosure () -> Number, to operand: Int32) {
    guard Extent.isWholeTape || slots.asksForAdjoint(operand) else { return }
    let contribution = contribution()
    if Int(operand) == index &- 1 {
      below = .sum(below, contribution)
    } else {
      slots.add(contribution, to: operand)
    }
  }
}
