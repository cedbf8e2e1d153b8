// What a tape holds, and how variables and operations get on it. It has never heard of a rule or of
// how a walk goes: a tape is walked in Walks/ and printed in Reading/.

import AdjointArrays
import AdjointElementary
import AdjointKernels
import AdjointSupport

/// A recorded program: the list of operations that led from variables to a result.
///
/// ```swift
/// let tape = Tape()
/// let w = tape.variable(0.5, "w"), x = tape.variable(2, "x")
/// let loss = 0.5 * (1 - sigmoid(w * x)).squared()
/// let adjoints = tape.gradients(of: loss)
/// print(adjoints[w], tape.described(with: adjoints))
/// ```
///
/// `gradient(at:of:)` and its kin open a tape, call a function on variables of it and walk it back.
/// With a tape of your own you can look at what they do. A tape belongs to one thread, the one that
/// made it; separate tapes run in parallel. A thread that resets or walks a tape takes it over. A
/// record from another thread stops the program, and so does the use of a variable whose tape has
/// been released.
public final class Tape {
  let header: UnsafeMutablePointer<TapeHeader>
  var tensors = TensorNodes()
  var customs: [CustomNode] = []
  /// Names of variables, and functions that make the names of a run of variables when asked.
  private var names: [Int32: String] = [:]
  private var lateNames: [(first: Int32, count: Int, make: () -> [String])] = []
  /// The first mistake noted while recording.
  private(set) var failure: TensorError?
  /// True when the function at work may have a result that does not depend on its arguments: it
  /// said so, or took a derivative, which of a linear function is constant.
  var allowsConstantResult = false
  /// How many derivatives may be taken of what is recorded now: one, for the tape's own walk, and
  /// one for each differential operator at work inside it.
  var depth = 1
  private var scratch: UnsafeMutableBufferPointer<Double>?

  /// What the tape keeps of a scalar function with a derivative of its own.
  struct CustomNode {
    var name: String
    var operands: [Int32]
    var pullback: (Scalar) -> [Scalar]
  }

  /// An empty tape.
  public init() {
    header = TapeStore.takeHeader()
    header.takeOver()
    header.pointee.owner = Unmanaged.passUnretained(self)
  }

  deinit {
    dropScratch()
    header.pointee.owner = nil
    header.reset(keepingAtMost: TapeStore.keptBytes)
    TapeStore.give(header)
  }

  /// Forgets everything recorded; variables made so far become stale.
  public func reset() {
    require(
      header.pointee.pauses == 0,
      "reset(): the tape is inside withoutRecording. Reset it after the closure has returned.")
    header.takeOver()
    header.reset(keepingAtMost: TapeStore.keptBytes)
    tensors.removeLast(tensors.count)
    customs.removeAll()
    names.removeAll()
    lateNames.removeAll()
    failure = nil
    allowsConstantResult = false
  }

  /// A place on a tape: what had been recorded when it was taken.
  struct Mark {
    /// Records before the mark; the index of the first one after it.
    let records: Int
    let tensors: Int
    let customs: Int
    let constants: Int

    /// Before everything.
    static let start = Mark(records: 0, tensors: 0, customs: 0, constants: 0)
  }

  /// The mark after all that has been recorded.
  var end: Mark {
    Mark(
      records: count, tensors: tensors.count, customs: customs.count,
      constants: header.pointee.constantCount)
  }

  /// The number of operations recorded, variables included.
  public var count: Int { header.pointee.count }

  /// The memory that the recorded operations take, without what tensor operations keep beside them.
  public var byteCount: Int { header.pointee.byteCount }

  // MARK: Variables

  /// A number that derivatives can be taken with respect to.
  public func variable(_ value: Double, _ name: String? = nil) -> Scalar {
    let variable = header.append(.input, value, 0, 0)
    if let name, variable.index >= 0 { names[variable.index] = name }
    return variable
  }

  /// Numbers that derivatives can be taken with respect to, made in one go.
  public func variables(_ values: [Double]) -> [Scalar] {
    header.requireOwnThread()
    guard header.pointee.pauses == 0 else { return values.map { Scalar($0) } }
    let first = header.pointee.count
    header.reserve(first + values.count)
    header.pointee.count = first + values.count
    return [Scalar](unsafeUninitializedCapacity: values.count) { scalars, count in
      guard let start = scalars.baseAddress else { return }
      for (position, value) in values.enumerated() {
        let scalar = start + position
        header.put(Record(.input, 0, 0), value, at: first + position)
        scalar.initialize(to: Scalar(value, at: first + position, of: header))
        prefetchForWriting(UnsafeRawPointer(scalar) + TapeHeader.fetchDistance)
      }
      count = values.count
    }
  }

  /// A tensor that derivatives can be taken with respect to.
  ///
  /// A tensor of whole numbers or truth values has no derivatives: that is a mistake, told by the
  /// call that walks the tape.
  @_disfavoredOverload
  public func variable(_ value: Tensor, _ name: String? = nil) -> Tensor {
    variable(value, name, for: "variable(_:_:)")
  }

  /// A variable for an operation, which is named if it cannot be one.
  func variable(_ value: Tensor, _ name: String? = nil, for operation: String) -> Tensor {
    let value = value.settled
    guard value.dtype.isFloatingPoint else {
      note(
        TensorError(
          .notDifferentiable, operation: operation,
          operands: [(name.map { "\($0): " } ?? "") + value.type.description],
          problem: "\(value.dtype) tensors have no derivatives",
          remedy: "Convert it first, as in x.converted(to: .float32), or pass it to the function "
            + "without differentiating with respect to it."))
      return value
    }
    let variable = record(
      Variable(layout: value.array.layout), keeping: OperandList(), value.array)
    if let name, variable.index >= 0 { names[variable.index] = name }
    return variable
  }

  /// Names variables that were made one after the other; the names are made when they are asked
  /// for.
  package func setNames(of variables: [Tensor], _ make: @escaping () -> [String]) {
    guard let first = variables.first?.index, first >= 0 else { return }
    lateNames.append((first, variables.count, make))
  }

  /// The name of a variable of this tape, if it was given one.
  public func name(of scalar: Scalar) -> String? {
    name(at: index(of: scalar, "name(of:)") ?? -1)
  }

  /// The name of a variable of this tape, if it was given one.
  public func name(of tensor: Tensor) -> String? {
    if let mistake = foreign(tensor, "name(of:)") { stop(mistake.description) }
    return name(at: tensor.index)
  }

  func name(at index: Int32) -> String? {
    guard index >= 0 else { return nil }
    if let name = names[index] { return name }
    for late in lateNames where index >= late.first && Int(index - late.first) < late.count {
      let made = late.make()
      let position = Int(index - late.first)
      return position < made.count ? made[position] : nil
    }
    // The input of a nested derivative goes by the name of what it stands for.
    let record = header.pointee.records[Int(index)]
    if record.code == .alias { return name(at: record.first) }
    if record.code == .tensor {
      let node = tensors.pointer(to: Int(record.first))
      if node.pointee.isAlias { return name(at: node.pointee.application.operands[0].index) }
    }
    return nil
  }

  // MARK: Recording

  /// Records a tensor operation from what is kept of its operands.
  ///
  /// - Parameter isAlias: true for the input of a nested derivative.
  func record(
    _ primitive: consuming any Primitive, keeping operands: consuming OperandList,
    result keepsResult: Bool = false, isAlias: Bool = false, _ value: NDArray
  ) -> Tensor {
    let index = header.append(.tensor, 0, node: tensors.count)
    guard index >= 0 else { return Tensor(value) }
    tensors.append(
      TensorNode(
        primitive: primitive,
        application: TensorNode.Application(
          operands: consume operands, result: keepsResult ? value : nil, layout: value.layout,
          index: index),
        isAlias: isAlias))
    return Tensor(value, at: index, of: header, generation: header.pointee.generation)
  }

  /// Notes a mistake; the first one wins, since the others follow from it.
  package func note(_ error: TensorError) {
    header.requireOwnThread()
    if failure == nil { failure = error }
  }

  /// Forgets a mistake that has been thrown to a caller inside the closure of an outer operator,
  /// who may have caught it.
  func forgetFailure() { failure = nil }

  /// Runs a closure whose operations on this tape's variables are computed but not recorded.
  public func withoutRecording<R, E: Error>(_ body: () throws(E) -> R) throws(E) -> R {
    header.requireOwnThread()
    header.pointee.pauses += 1
    header.pointee.limit = header.pointee.count
    defer {
      header.requireOwnThread()
      header.pointee.pauses -= 1
      if header.pointee.pauses == 0 { header.pointee.limit = header.pointee.capacity }
    }
    return try body()
  }

  /// Runs a closure that records, even while recording is paused, and forgets its records.
  ///
  /// Tensors and scalars made inside must not leave it.
  func forgetting<R>(_ body: () -> R) -> R {
    let mark = end
    let pauses = header.pointee.pauses
    header.pointee.pauses = 0
    header.pointee.limit = header.pointee.capacity
    defer {
      rewind(to: mark)
      header.pointee.pauses = pauses
      header.pointee.limit = pauses > 0 ? mark.records : header.pointee.capacity
    }
    return body()
  }

  private func rewind(to mark: Mark) {
    header.pointee.count = mark.records
    header.pointee.constantCount = mark.constants
    tensors.removeLast(tensors.count - mark.tensors)
    customs.removeLast(customs.count - mark.customs)
    names = names.filter { $0.key < mark.records }
    lateNames.removeAll { $0.first >= mark.records }
  }

  // MARK: Memory for the walk

  /// At least `count` adjoints, all none.
  func takeScratch(_ count: Int) -> UnsafeMutableBufferPointer<Double> {
    if let kept = scratch, kept.count >= count {
      scratch = nil
      return kept
    }
    dropScratch()
    let capacity = Swift.max(count, 256)
    let column = TapeColumn.adjoints.allocate(capacity * MemoryLayout<Double>.stride)
    let fresh = UnsafeMutableBufferPointer(
      start: column.bindMemory(to: Double.self, capacity: capacity), count: capacity)
    fresh.initialize(repeating: .none)
    return fresh
  }

  /// Takes back a buffer whose adjoints are all none again.
  func giveScratch(_ buffer: UnsafeMutableBufferPointer<Double>) {
    dropScratch()
    scratch = buffer
    if buffer.count * MemoryLayout<Double>.stride > TapeStore.keptBytes { dropScratch() }
  }

  private func dropScratch() {
    if let column = scratch?.baseAddress { TapeColumn.deallocate(column) }
    scratch = nil
  }
}

extension Tape {
  /// True while recording is paused; what happens on the tape is then constant.
  var isPaused: Bool { header.pointee.pauses > 0 }

  /// The index of a number recorded on this tape, or nil for a constant; stops at a number of
  /// another tape.
  func index(of x: Scalar, _ operation: String) -> Int32? {
    guard let header = x.liveHeader else { return nil }
    if header != self.header {
      stop(foreign(operation, "the number \(x.value)").description)
    }
    return x.index
  }

  /// The index of each operand of an operation on this tape, or -1 for a constant.
  func indices(of operands: [Scalar], _ operation: String) -> [Int32] {
    operands.map { operand in
      operand.recordingTape.flatMap { _ in index(of: operand, operation) } ?? -1
    }
  }

  /// What is wrong with a tensor that is recorded on another tape; nil if it is not.
  func foreign(_ x: Tensor, _ operation: String) -> TensorError? {
    guard let header = x.liveHeader, header != self.header else { return nil }
    return foreign(operation, x.type.description)
  }

  private func foreign(_ operation: String, _ operand: String) -> TensorError {
    TensorError(
      .foreignVariable, operation: operation, operands: [operand],
      problem: "the operand is recorded on another tape",
      remedy: "Use the tape that its variables were made on, or x.detached() where no derivative "
        + "is wanted.")
  }

  /// Records a function of two numbers of different tapes, which is possible while one of them is
  /// paused: its number is then a constant.
  @usableFromInline @inline(never)
  static func recordAcross(
    _ opcode: Elementary.Opcode, _ a: Scalar, _ b: Scalar, _ value: Double
  ) -> Scalar {
    guard let first = a.liveHeader, let second = b.liveHeader else { return Scalar(value) }
    first.requireOwnThread()
    second.requireOwnThread()
    switch (first.pointee.pauses > 0, second.pointee.pauses > 0) {
    case (false, false): failOnForeign(a, b, opcode.name)
    case (true, true): return Scalar(value)
    case (false, true):
      return first.append(
        Record.Code(opcode, .constantSecond), value, a.liveIndex(on: first), constant: b.value)
    case (true, false):
      return second.append(
        Record.Code(opcode, .constantFirst), value, b.liveIndex(on: second), constant: a.value)
    }
  }

  @usableFromInline @inline(never)
  static func failOnStale(_ value: Double) -> Never {
    stop(
      """
      stale variable: this scalar (value \(value)) was recorded on a tape that has been released or \
      reset. Do not keep recorded numbers after the differentiated closure has returned; return what \
      you need from it, or keep x.detached() or x.value.
      """)
  }

  @usableFromInline @inline(never)
  static func failOnForeign(_ a: Scalar, _ b: Scalar, _ operation: String) -> Never {
    _ = (a.liveHeader, b.liveHeader)
    stop(
      """
      foreign variable: the operands of `\(operation)` (values \(a.value) and \(b.value)) are \
      recorded on two different tapes. Make both variables on the same tape, pass the outer one as a \
      further argument of the differentiated function, or use x.detached() where no derivative is \
      wanted.
      """)
  }
}

/// Runs a closure whose operations are computed but not recorded, inside a differentiated function.
///
/// What it returns is constant for the derivative, as `x.detached()` is. A derivative taken inside
/// is computed as it would be outside, with the variables of the paused function as constants. On a
/// ``Tape`` of your own use its method of the same name.
public func withoutRecording<R, E: Error>(_ body: () throws(E) -> R) throws(E) -> R {
  guard let tape = CurrentTape.value else { return try body() }
  return try tape.withoutRecording(body)
}
