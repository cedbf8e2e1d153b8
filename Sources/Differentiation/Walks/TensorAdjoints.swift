// Where a reverse walk keeps the adjoints of tensors, and how a contribution to one is added. It
// has never heard of rules; what they give comes to it through the use that they are handed.

import AdjointArrays

/// The adjoints of the tensors that a walk covers, with the way to those of its numbers.
///
/// One class for every kind of walk, so that no rule is compiled for each kind.
final class TensorAdjoints {
  /// Where on the tape the walk ends.
  let start: Tape.Mark
  /// One adjoint a tensor, from the start on; nil where none has arrived.
  private(set) var values: [Tensor?]
  /// What the rule that runs now has answered.
  var answers = PrimitiveUse.Answers()
  /// Adjoints of parts that wait for their tensor's turn, by node; empty until there is one.
  private var parts: [[(writing: any PartWriting, part: Tensor)]] = []
  private let header: UnsafeMutablePointer<TapeHeader>
  private let active: UnsafePointer<Bool>?
  /// Adds to the adjoint of a number and returns the sum: the way back to the slots, in which a
  /// tensor made of scalars hands its adjoint out.
  private let addNumber: (Scalar, Int) -> Scalar
  private let observer: EdgeObserver?

  init<Kind: WalkKind>(beside slots: AdjointSlots<Kind>, on tape: Tape, since start: Tape.Mark) {
    self.start = start
    header = slots.header
    active = slots.active
    addNumber = { slots.add(Kind.Number($0), to: $1).scalar }
    observer = slots.observer?.takeUnretainedValue()
    values = Array(repeating: nil, count: tape.tensors.count - start.tensors)
  }

  /// True when the adjoint of this record is wanted.
  @inline(__always)
  func asks(for index: Int32) -> Bool {
    guard Int(index) >= start.records else { return false }
    guard let active else { return true }
    return active[Int(index) &- start.records]
  }

  /// The adjoint of a node, which then has none unless it is to be kept.
  func take(_ node: Int, keeping: Bool) -> Tensor? {
    let position = node &- start.tensors
    return keeping ? values[position] : values[position].take()
  }

  func hasArrived(at node: Int) -> Bool { values[node &- start.tensors] != nil }

  // MARK: Contributions

  /// Adds to the adjoint of an operand, which is a tensor of the type of the contribution.
  func add(_ contribution: Tensor, from index: Int32, to operand: Int32) {
    give(contribution, from: Int(index), adjoint(of: Int(index)), to: Int(operand))
  }

  /// Adds to a part of the adjoint of an operand, when its turn has come.
  func add(
    _ part: Tensor, through writing: some PartWriting, from index: Int32, to operand: Int32
  ) {
    // An observer sees every contribution as it is made.
    guard observer == nil else {
      return add(Tensor.applying(writing, part), from: index, to: operand)
    }
    if parts.isEmpty { parts = Array(repeating: [], count: values.count) }
    let node = Int(header.pointee.records[Int(operand)].first)
    parts[node &- start.tensors].append((writing, part))
  }

  /// Puts together the parts that have waited for a node.
  func assembleParts(of node: Int, _ type: @autoclosure () -> TensorType) {
    let position = node &- start.tensors
    guard !parts.isEmpty, let first = parts[position].first else { return }
    let waiting = parts[position]
    parts[position] = []
    let whole =
      waiting.count == 1
      ? Tensor.applying(first.writing, first.part)
      : Tensor.applying(
        Assemble(writings: waiting.map(\.writing), type: type()), to: waiting.map(\.part))
    add(whole, toNode: node)
  }

  /// Adds to the adjoint of a tensor's record, and tells the observer if there is one.
  func give(
    _ contribution: Tensor, from index: Int, _ adjoint: @autoclosure () -> TapeValue,
    to operand: Int
  ) {
    let node = Int(header.pointee.records[operand].first)
    add(contribution, toNode: node)
    if let observer, let sum = values[node &- start.tensors] {
      observer.saw(contribution, from: index, adjoint(), to: operand, sum: sum)
    }
  }

  /// Adds to the adjoint of an operand, which is a number.
  func add(_ contribution: Scalar, from index: Int32, to operand: Int32) {
    let operand = Int(operand)
    let sum = addNumber(contribution, operand).value
    observer?.saw(
      contribution.value, from: Int(index), adjoint(of: Int(index)), to: operand, partial: 1,
      sum: sum)
  }

  /// Adds to the adjoint of a tensor.
  func add(_ contribution: Tensor, toNode node: Int) {
    let position = node &- start.tensors
    guard var present = values[position].take() else {
      values[position] = contribution
      return
    }
    guard !present.isRecorded, !contribution.isRecorded else {
      values[position] = present + contribution
      return
    }
    // Held by nothing else now, the sum is formed in place.
    var sum = present.array
    present = contribution
    sum.accumulate(contribution.array)
    values[position] = Tensor(sum)
  }

  /// The kept adjoint of a tensor's record, for an observer.
  private func adjoint(of index: Int) -> TapeValue {
    let node = Int(header.pointee.records[index].first)
    guard let adjoint = values[node &- start.tensors] else { return .number(0) }
    return .tensor(adjoint.type, adjoint.array)
  }
}
