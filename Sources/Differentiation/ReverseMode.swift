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
  /// False for a plain zero: every rule makes zeros of it, so it need not be asked. (And the
  /// optimiser, which knows then that the seed is not zero, drops the selection in `_scaled`.)
  var contributes: Bool { get }
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
  // empty slot: no second array, and a mark that is taken for a number does no harm.
  static var none: Double { -0.0 }
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
  var isNone: Bool { index < 0 && value.isNone }
  // A recorded zero may still vary with an outer variable.
  var contributes: Bool { true }
  static var arrived: Scalar { Scalar(0) }
  @inline(__always) static var isRecorded: Bool { true }
  @inline(__always)
  static func operand(_ value: Double, _ index: Int32, _ header: UnsafeMutablePointer<TapeHeader>)
    -> Scalar
  { Scalar(value, at: index, of: header, generation: header.pointee.generation) }
  init(_ scalar: Scalar) { self = scalar }
  var scalar: Scalar { self }
}

/// The adjoints of a walk and the records they belong to.
///
/// Plain pointers, so that the hot loop counts no references.
struct AdjointSlots<Number: AdjointNumber> {
  let header: UnsafeMutablePointer<TapeHeader>
  /// The first record that the walk covers.
  let bottom: Int
  /// One slot a record, from `bottom` on.
  let adjoints: UnsafeMutablePointer<Number>
  /// Which records depend on the variables of this walk; all, when nil.
  let active: UnsafePointer<Bool>?
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
  func asksForAdjoint(_ index: Int32) -> Bool {
    guard Int(index) >= bottom else { return false }
    guard Number.isRecorded, let active else { return true }
    return active[Int(index) &- bottom]
  }

  @inline(__always)
  func add(_ contribution: Number, to index: Int32) {
    let slot = adjoints + (Int(index) &- bottom)
    // Most records are used once. Storing without adding takes the latency of an addition out of the
    // chain from each adjoint to the next, which is what a long walk waits for.
    if _fastPath(slot.pointee.isNone) {
      slot.pointee = contribution
    } else {
      slot.pointee = slot.pointee + contribution
    }
  }

  @inline(__always)
  func operand(_ index: Int32, _ constant: Float) -> Number {
    index >= 0
      ? Number.operand(records[Int(index)].value, index, header)
      : Number(Scalar(Double(constant)))
  }
}

/// A walk over the records from `top` down to the bottom of its slots.
struct ReverseWalk<Number: AdjointNumber> {
  let tape: Tape
  let slots: AdjointSlots<Number>
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
    _ tape: Tape, _ slots: AdjointSlots<Number>, tensorBottom: Int, releases: Bool, keepsAll: Bool
  ) {
    self.tape = tape
    self.slots = slots
    self.tensorBottom = tensorBottom
    tensorAdjoints = Array(repeating: nil, count: tape.tensors.count - tensorBottom)
    self.releases = releases
    self.keepsAll = keepsAll
  }

  /// Walks back from the record `top`; its adjoint has been put in place.
  mutating func run(from top: Int) {
    let slots = slots
    var index = top
    while index >= slots.bottom {
      let seed = slots.adjoints[index &- slots.bottom]
      if !seed.isNone {
        let record = slots.records[index]
        if record.code < Record.input {
          if seed.contributes { elementary(record, index, seed, slots) }
        } else {
          special(record, seed)
        }
      }
      index &-= 1
    }
  }

  @inline(__always)
  private func elementary(
    _ record: Record, _ index: Int, _ seed: Number, _ slots: AdjointSlots<Number>
  ) {
    // The opcodes are numbered from zero without gaps, so the code is the enum's own representation.
    let opcode = unsafeBitCast(record.code, to: Elementary.Opcode.self)
    if opcode.arity == 1 {
      opcode.unary(UnaryStep(slots: slots, record: record, index: index, seed: seed))
    } else {
      opcode.binary(BinaryStep(slots: slots, record: record, index: index, seed: seed))
    }
  }

  private mutating func special(_ record: Record, _ seed: Number) {
    switch record.code {
    case Record.alias:
      if slots.asksForAdjoint(record.first) { slots.add(seed, to: record.first) }
    case Record.element:
      guard slots.asksForAdjoint(record.first) else { return }
      slots.adjoints[Int(record.first) - slots.bottom] = .arrived
      let slot = Int(slots.header.pointee.base[Int(record.first)].first)
      elements[slot, default: []].append((record.second, seed))
    case Record.custom:
      let node = tape.customs[Int(record.first)]
      let contributions = node.pullback(seed.scalar)
      for (operand, contribution) in zip(node.operands, contributions)
      where slots.asksForAdjoint(operand) {
        slots.add(Number(contribution), to: operand)
      }
    case Record.tensor:
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
    guard let adjoint = tensorAdjoints[slot - tensorBottom] else { return }
    if !Number.isRecorded, !adjoint.isRecorded, let function = tape.tensors[slot].function {
      return elementwise(function, at: slot)
    }
    let node = tape.tensors[slot]
    // A variable, or the input of this level: its adjoint is what the walk is for.
    guard node.operands.contains(where: { slots.asksForAdjoint($0.index) }) else { return }
    if !keepsAll { tensorAdjoints[slot - tensorBottom] = nil }
    // Forgotten before the rule runs, so that what it reads is freed as soon as it returns.
    if releases { tape.tensors[slot].release() }
    let application = Application(
      operands: node.operands, resultValue: node.result, resultIndex: node.index,
      layout: node.layout,
      header: slots.header, isRecorded: Number.isRecorded, bottom: Int32(slots.bottom),
      active: slots.active)
    let contributions = node.primitive.pullback(adjoint, at: application)
    if node.primitive is FromScalars {
      distribute(contributions[0], over: node.operands)
    } else {
      for position in node.operands.indices {
        let index = node.operands[position].index
        guard slots.asksForAdjoint(index), let contribution = contributions[position] else {
          continue
        }
        precondition(
          contribution.shape == application.shape(position),
          """
          the pullback of `\(node.primitive.name)` returned an adjoint of shape \
          \(contribution.shape) for an operand of shape \(application.shape(position)); an adjoint \
          has the shape of what it belongs to
          """)
        add(contribution, toTensor: Int(slots.header.pointee.base[Int(index)].first))
        slots.adjoints[Int(index) - slots.bottom] = .arrived
      }
    }
  }

  /// An elementwise operation in a plain walk: its rules are calls of fused kernels.
  ///
  /// The same as the general way, without the arrays and the boxes that it needs to hold any number of
  /// operands of any primitive; they would take longer than the rule on a small tensor.
  private mutating func elementwise(_ function: Elementary.Opcode, at slot: Int) {
    let place = slot - tensorBottom
    guard let seed = tensorAdjoints[place]?.array else { return }
    if !keepsAll { tensorAdjoints[place] = nil }
    // Read where it lies: a copy of the node would count a reference for everything it holds.
    withUnsafeMutablePointer(to: &tape.tensors[slot]) { node in
      let a = node.pointee.operands[0]
      let y = node.pointee.result ?? seed
      if function.arity == 1 {
        if releases { node.pointee.release() }
        guard slots.asksForAdjoint(a.index),
          let contribution = ElementwiseUnary(function: function)
            .plainChain(seed, x: a.value ?? seed, y: y)
        else { return }
        return pass(contribution, to: a)
      }
      let b = node.pointee.operands[1]
      if releases { node.pointee.release() }
      let rule = ElementwiseBinary(function: function)
      if slots.asksForAdjoint(a.index) {
        pass(rule.plainChainFirst(seed, a.value ?? seed, b.value ?? seed, y: y), to: a)
      }
      if slots.asksForAdjoint(b.index) {
        pass(rule.plainChainSecond(seed, a.value ?? seed, b.value ?? seed, y: y), to: b)
      }
    }
  }

  /// Adds a contribution, summed over the axes along which the operand was stretched.
  private mutating func pass(_ contribution: NDArray, to operand: Application.Operand) {
    let isWhole =
      contribution.layout === operand.layout || contribution.layout.shape == operand.layout.shape
    add(
      Tensor(isWhole ? contribution : contribution.summed(to: operand.layout.shape)),
      toTensor: Int(slots.records[Int(operand.index)].first))
    slots.adjoints[Int(operand.index) &- slots.bottom] = .arrived
  }

  /// The adjoint of a tensor made of scalars, handed to them one by one.
  private func distribute(_ adjoint: Tensor?, over operands: OperandList) {
    guard let adjoint else { return }
    for (position, operand) in operands.enumerated() where slots.asksForAdjoint(operand.index) {
      slots.add(Number(adjoint.element(atFlat: position)), to: operand.index)
    }
  }

  private mutating func add(_ contribution: Tensor, toTensor slot: Int) {
    let place = slot - tensorBottom
    guard var present = tensorAdjoints[place] else {
      tensorAdjoints[place] = contribution
      return
    }
    tensorAdjoints[place] = nil
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

private struct UnaryStep<Number: AdjointNumber>: UnaryVisitor {
  let slots: AdjointSlots<Number>
  let record: Record
  let index: Int
  let seed: Number

  @inline(__always)
  func visit<F: UnaryFunction>(_ function: F.Type) {
    guard !F.isPiecewiseConstant, slots.asksForAdjoint(record.first) else { return }
    let x = slots.operand(record.first, 0)
    let y = Number.operand(record.value, Int32(truncatingIfNeeded: index), slots.header)
    slots.add(F.chain(seed, x: x, y: y), to: record.first)
  }
}

private struct BinaryStep<Number: AdjointNumber>: BinaryVisitor {
  let slots: AdjointSlots<Number>
  let record: Record
  let index: Int
  let seed: Number

  @inline(__always)
  func visit<F: BinaryFunction>(_ function: F.Type) {
    let a = slots.operand(record.first, record.constant)
    let b = slots.operand(record.second, record.constant)
    let y = Number.operand(record.value, Int32(truncatingIfNeeded: index), slots.header)
    if slots.asksForAdjoint(record.first) {
      slots.add(F.chainFirst(seed, a, b, y: y), to: record.first)
    }
    if slots.asksForAdjoint(record.second) {
      slots.add(F.chainSecond(seed, a, b, y: y), to: record.second)
    }
  }
}
