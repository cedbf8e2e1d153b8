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
      let layout = tape.tensors[slot].layout
      if layout.elementCount == 1 {
        add(Tensor.joined([seed.scalar], shape: layout.shape, dtype: layout.dtype), toTensor: slot)
      } else {
        elements[slot, default: []].append((Int32(slots.constant(of: record)), seed))
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
    // Not `precondition`, whose text optimized code leaves out: the primitive may be a user's own.
    guard contributions.count == application.count else {
      fatalError(
        """
        the pullback of `\(primitive.name)` returned \(contributions.count) adjoints for \
        \(application.count) operands; it returns one for each, nil where none is asked for
        """)
    }
    for position in contributions.indices {
      let index = application.index(position)
      guard slots.asksForAdjoint(index), let contribution = contributions[position].take() else {
        continue
      }
      guard contribution.array.fields.hasShape(of: application.fields(position)) else {
        fatalError(
          """
          the pullback of `\(primitive.name)` returned an adjoint of shape \
          \(contribution.shape) for an operand of shape \(application.shape(position)); an adjoint \
          has the shape of what it belongs to
          """)
      }
      add(contribution, toTensor: Int(slots.header.pointee.records[Int(index)].first))
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
