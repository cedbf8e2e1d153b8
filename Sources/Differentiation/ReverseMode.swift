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
  mutating func run(from top: Int, downTo end: Int) {
    var (index, seed) = (top, slots.take(top))
    while true {
      (index, seed) = slots.passNumbers(from: index, seed, downTo: end)
      guard index >= end else { return }
      special(index, seed)
      index -= 1
      seed = slots.take(index)
    }
  }

  private mutating func special(_ index: Int, _ seed: Number) {
    let record = slots.records[index]
    switch record.code {
    case .alias:
      if slots.asksForAdjoint(record.first) { slots.add(seed, to: record.first) }
    case .element:
      guard slots.asksForAdjoint(record.first) else { return }
      slots.put(.arrived, at: Int(record.first))
      let slot = Int(slots.header.pointee.records[Int(record.first)].first)
      elements[slot, default: []].append((Int32(slots.constant(of: record)), seed))
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
        add(contribution, toTensor: Int(slots.header.pointee.records[Int(index)].first))
        slots.put(.arrived, at: Int(index))
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
    let isWhole = contribution.fields.hasShape(of: operand.fields)
    add(
      Tensor(isWhole ? contribution : contribution.summed(to: operand.fields.pointee.shape)),
      toTensor: Int(slots.records[Int(operand.index)].first))
    slots.put(.arrived, at: Int(operand.index))
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
