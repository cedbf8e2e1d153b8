// How adjoints are carried from a result back to the variables. It is the transpose of ForwardMode,
// statement by statement, and has never heard of any particular primitive.
//
//   adjoint[result] ← 1
//   for each record, from the last to the first:
//     for each operand:  adjoint[operand] += adjoint[record] · ∂record/∂operand
//
// One loop serves every purpose, see WalkKind. With plain numbers it computes gradients. With
// recorded numbers its own arithmetic goes on the tape, so that an outer derivative can be taken.
// With an observer it can be followed edge by edge.

import AdjointArrays
import AdjointElementary
import AdjointKernels
import AdjointSupport

extension Tape {
  /// Walks back from a scalar and returns the adjoints of all that it was computed from.
  ///
  /// `gradient(at:of:)` is this call behind a closure:
  ///
  /// ```swift
  /// let tape = Tape()
  /// let x = tape.variable(3)
  /// let y = x * x
  /// print(tape.gradients(of: y)[x])   // 6.0
  /// ```
  ///
  /// The tape is left as it was: it can be walked again, from another result or another seed.
  /// A scalar that does not depend on the tape has no adjoints to give; all come out zero.
  ///
  /// - Complexity: proportional to the number of records before `result`.
  public func gradients(of result: Scalar, seed: Double = 1) -> Adjoints {
    check(result, "gradients(of:)")
    let adjoints = adjoints(
      of: Int(result.index), .scalar(Scalar(seed)), since: .start, for: .inspection)
    if let failure { stop(failure.description) }
    return adjoints
  }

  /// Walks back from a tensor of one element.
  ///
  /// - Throws: `TensorError` when a mistake was noted while recording, or when the result has more
  ///   than one element (give a `seed` then).
  public func gradients(of result: Tensor, seed: Tensor? = nil) throws(TensorError) -> Adjoints {
    try check(result, "gradients(of:)")
    let seed = try result.seed(seed, "gradients(of:)")
    let adjoints = adjoints(
      of: Int(result.index), .tensor(seed), since: .start, for: .inspection)
    if let failure { throw failure }
    return adjoints
  }

  /// What a walk starts from: the adjoint of the result.
  enum Seed {
    case scalar(Scalar)
    case tensor(Tensor)

    var isRecorded: Bool {
      switch self {
      case .scalar(let seed): seed.isRecorded
      case .tensor(let seed): seed.isRecorded
      }
    }
  }

  /// Stops at a noted mistake, and at a result of another tape.
  func check(_ result: Scalar, _ operation: String) {
    if let failure { stop(failure.description) }
    _ = index(of: result, operation)
  }

  /// Throws a noted mistake, and refuses a result of another tape.
  func check(_ result: Tensor, _ operation: String) throws(TensorError) {
    if let mistake = failure ?? foreign(result, operation) { throw mistake }
  }

  /// The adjoints of all records since `start`, from the one at `top`.
  ///
  /// - Parameter isNested: true when an outer derivative may depend on what the walk computes; then
  ///   it is recorded if it does.
  func adjoints(
    of top: Int, _ seed: Seed, since start: Mark, isNested: Bool = false, for purpose: WalkPurpose,
    observer: EdgeObserver? = nil
  ) -> Adjoints {
    var result = Adjoints(of: self, through: top, since: start)
    guard top >= start.records else { return result }
    if isNested {
      let activity = activity(since: start, through: top)
      if activity.outer.last == true || seed.isRecorded {
        // What the rules read is on the tape for the outer walk too.
        let purpose = purpose == .gradient ? .pullback : purpose
        let numbers = activity.inputs.withUnsafeBufferPointer { active in
          filling(from: start.records, through: top) { (adjoints: UnsafeMutablePointer<Scalar>) in
            let slots = AdjointSlots<RecordedWalk>(
              adjoints, of: header, from: start.records, active.baseAddress)
            var walk = ReverseWalk(self, slots, since: start, for: purpose)
            walk.run(from: top, seed, downTo: start.records)
            result.tensors = walk.tensors.values
          }
        }
        result.numbers = .recorded(numbers)
        return result
      }
    }
    let numbers = filling(from: start.records, through: top) { adjoints in
      let slots = AdjointSlots<PlainWalk>(
        adjoints, of: header, from: start.records, observer.map(Unmanaged.passUnretained))
      var walk = ReverseWalk(self, slots, since: start, for: purpose)
      computingOnly { walk.run(from: top, seed, downTo: start.records) }
      result.tensors = walk.tensors.values
    }
    result.numbers = .plain(numbers)
    return result
  }

  /// The derivatives of the number recorded at `top` with respect to the first `count` records,
  /// which are variables.
  func gradient(of top: Int, withRespectToFirst count: Int) -> [Double] {
    let scratch = takeScratch(top + 1 + Adjoints.spare)
    defer { giveScratch(scratch) }
    guard let first = scratch.baseAddress else { return [] }
    let adjoints = first + Adjoints.spare
    let slots = AdjointSlots<WholeTapeWalk>(adjoints, of: header, from: 0, ())
    // Variables have no operands, so the walk ends above them, and above the very first record.
    let end = Swift.max(count, 1)
    var walk = ReverseWalk(self, slots, since: .start, for: .gradient)
    computingOnly { walk.run(from: top, .scalar(1), downTo: end) }
    let reached = Swift.min(top + 1, count)
    let gradient = [Double](unsafeUninitializedCapacity: count) { gradient, filled in
      guard let start = gradient.baseAddress else { return }
      for position in 0..<reached {
        prefetchForWriting(UnsafeRawPointer(adjoints + position) + TapeHeader.fetchDistance)
        prefetchForWriting(UnsafeRawPointer(start + position) + TapeHeader.fetchDistance)
        start[position] = slots.take(position).number
      }
      for position in reached..<count { start[position] = 0 }
      filled = count
    }
    // Without variables the walk has still ended above the first record.
    if count == 0 { adjoints[0] = .none }
    return gradient
  }

  /// An empty slot for each record from `bottom` to `top`, after a spare one, filled by a walk.
  private func filling<Number: AdjointNumber>(
    from bottom: Int, through top: Int, _ walk: (UnsafeMutablePointer<Number>) -> Void
  ) -> [Number] {
    let count = top - bottom + 1 + Adjoints.spare
    return [Number](unsafeUninitializedCapacity: count) { adjoints, filled in
      adjoints.initialize(repeating: .none)
      filled = count
      if let first = adjoints.baseAddress { walk(first + Adjoints.spare) }
    }
  }

  /// Runs a walk in plain numbers: nothing that a rule computes may land on the tape, and its
  /// mistakes are noted there.
  func computingOnly<R>(_ walk: () -> R) -> R {
    header.takeOver()
    return CurrentTape.with(self) { withoutRecording(walk) }
  }
}

/// A walk over the records from a result down to the start of its slots.
struct ReverseWalk<Kind: WalkKind> {
  typealias Number = Kind.Number

  let tape: Tape
  let slots: AdjointSlots<Kind>
  let tensors: TensorAdjoints
  let purpose: WalkPurpose
  /// Adjoints of single elements that wait for their tensor's turn, by node.
  private var elements: [Int: [(position: Int32, adjoint: Number)]] = [:]

  init(
    _ tape: Tape, _ slots: AdjointSlots<Kind>, since start: Tape.Mark, for purpose: WalkPurpose
  ) {
    self.tape = tape
    self.slots = slots
    self.purpose = purpose
    tensors = TensorAdjoints(beside: slots, on: tape, since: start)
  }

  /// Walks back from the record `top`, whose adjoint is the seed, down to `end`.
  mutating func run(from top: Int, _ seed: Tape.Seed, downTo end: Int) {
    let record = slots.records[top]
    switch seed {
    case .scalar(let seed): slots.put(Number(seed), at: top)
    case .tensor(let seed) where record.code == .tensor:
      tensors.add(seed, toNode: Int(record.first))
    case .tensor(let seed): slots.put(Number(seed.element(atFlat: 0)), at: top)
    }
    var (index, adjoint) = (top, slots.take(top))
    while true {
      (index, adjoint) = slots.passNumbers(from: index, adjoint, downTo: end)
      guard index >= end else { return }
      pass(index, adjoint)
      index -= 1
      adjoint = slots.take(index)
    }
  }

  /// Passes through a record that is no elementary function.
  private mutating func pass(_ index: Int, _ seed: Number) {
    let record = slots.records[index]
    switch record.code {
    case .alias:
      if slots.asks(for: record.first) {
        slots.give(seed, from: index, seed, to: Int(record.first), 0)
      }
    case .element: element(record, index, seed)
    case .custom: custom(record, index, seed)
    case .tensor: tensor(Int(record.first))
    default: break  // A variable has no operands.
    }
  }

  private mutating func element(_ record: Record, _ index: Int, _ seed: Number) {
    guard slots.asks(for: record.first) else { return }
    let node = Int(slots.records[Int(record.first)].first)
    let position = Int32(slots.constant(of: record))
    let type = tape.tensors.type(of: node)
    let contribution: Tensor
    if type.shape.elementCount == 1 {
      contribution = .joined([seed.scalar], shape: type.shape, dtype: type.dtype)
    } else if slots.observer == nil {
      // Elements read one by one are put together once.
      elements[node, default: []].append((position, seed))
      return
    } else {
      contribution = .scattering([seed.scalar], at: [position], into: type)
    }
    tensors.give(
      contribution, from: index, .number(seed.scalar.value), to: Int(record.first))
  }

  private func custom(_ record: Record, _ index: Int, _ seed: Number) {
    let node = tape.customs[Int(record.first)]
    let contributions = node.pullback(seed.scalar)
    for (position, operand) in node.operands.enumerated() where slots.asks(for: operand) {
      slots.give(
        Number(contributions[position]), from: index, seed, to: Int(operand), position)
    }
  }

  private mutating func tensor(_ index: Int) {
    if !elements.isEmpty, let waiting = elements.removeValue(forKey: index) {
      tensors.add(
        .scattering(
          waiting.map(\.adjoint.scalar), at: waiting.map(\.position),
          into: tape.tensors.type(of: index)),
        toNode: index)
    }
    tensors.assembleParts(of: index, tape.tensors.type(of: index))
    let node = tape.tensors.pointer(to: index)
    // A variable, or the input of this level: its adjoint is what the walk is for.
    guard tensors.hasArrived(at: index),
      Tape.OperandList.contains(&node.pointee.application.operands, where: slots.asks),
      let adjoint = tensors.take(index, keeping: purpose == .inspection)
    else { return }
    var application =
      purpose == .gradient ? node.pointee.releaseValues() : node.pointee.application
    withUnsafePointer(to: &application) { application in
      let use = PrimitiveUse(
        application, on: slots.header, isRecorded: Number.isRecorded, givingTo: tensors)
      if Number.isRecorded {
        // A copy, since what the rule records may move the node.
        let primitive = node.pointee.primitive
        use.ask(primitive, adjoint)
      } else {
        use.ask(node.pointee.primitive, adjoint)
      }
    }
  }
}
