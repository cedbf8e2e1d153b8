// The stretch of a tape that one differential operator covers, and how such stretches nest. It has
// never heard of models or of how a walk goes.
//
// A call inside another one records on the same tape: its inputs are fresh records, its walk covers
// only the records since then, and, if an outer derivative can depend on what the walk computes,
// the walk itself is recorded. Each variable is a record of its own, so two derivatives cannot be
// confused.

import AdjointArrays

/// One differential operator at work.
public struct Level {
  /// The tape that the level records on.
  package let tape: Tape
  /// Where on the tape the level begins.
  let start: Tape.Mark
  /// True when an outer derivative is active on the same tape.
  let isNested: Bool

  /// Opens a level on the current tape, or on the tape of a recorded input, or on a fresh one.
  static func open<R, E: Error>(
    on recorded: Tape?, keepsTape: Bool = false, _ body: (Level) throws(E) -> R
  ) throws(E) -> R {
    if let outer = CurrentTape.value ?? recorded {
      let level = Level(tape: outer, start: outer.end, isNested: true)
      outer.depth += 1
      defer { outer.depth -= 1 }
      return try CurrentTape.with(outer) { () throws(E) -> R in try body(level) }
    }
    // A tape that a pullback closure keeps alive belongs to that closure alone.
    let tape = keepsTape ? Tape() : TapeStore.takeTape()
    defer { if !keepsTape { TapeStore.give(tape) } }
    let level = Level(tape: tape, start: .start, isNested: false)
    return try CurrentTape.with(tape) { () throws(E) -> R in try body(level) }
  }

  // MARK: Inputs

  /// The input of this level for a number or a recorded number.
  package func input(_ x: Scalar) -> Scalar {
    guard let header = x.liveHeader else { return tape.variable(x.value) }
    guard header == tape.header else { Tape.failOnForeign(x, x, "gradient(at:of:)") }
    return header.append(.alias, x.value, x.liveIndex(on: header), 0)
  }

  /// The input of this level for a tensor or a recorded tensor.
  package func input(_ x: Tensor, _ name: String? = nil) -> Tensor {
    guard x.isRecorded else { return tape.variable(x, name) }
    guard x.tape === tape else {
      return Tensor.failing(
        .foreignVariable, "gradient(at:of:)", [x],
        ShapeError(
          problem: "the argument is recorded on another tape",
          remedy: "Differentiate on one tape, or pass x.detached()."))
    }
    guard tape.header.pointee.records[Int(x.index)].code == .tensor else {
      // A number on the scalar tape; see Tensor+Numbers.
      return Tensor(
        x.array, tape.header.append(.alias, x.array.item(), UInt64(x.index), 0))
    }
    return tape.record(
      Identity(), keeping: .init(.init(x, keepsValue: false)), isAlias: true, x.array)
  }

  // MARK: Results

  /// A result as it may leave the level: with its history only if an outer derivative wants it.
  func result(_ y: Scalar) -> Scalar { isNested ? y : y.detached() }

  /// A result as it may leave the level: with its history only if an outer derivative wants it.
  func result(_ y: Tensor) -> Tensor { isNested ? y : y.detached() }

  /// Throws the first mistake noted on the tape.
  func check() throws(TensorError) {
    if let failure = tape.failure { throw failure }
  }

  /// Traps with the first mistake noted on the tape, for calls that do not throw.
  func trapOnFailure() {
    if let failure = tape.failure { fatalError(failure.description) }
  }

  // MARK: Adjoints

  /// The adjoints of the inputs, from a seed for one recorded number.
  func adjoints(of y: Scalar, for purpose: WalkPurpose = .gradient) -> Adjoints {
    trapOnForeign(y)
    let adjoints = tape.adjoints(
      of: Int(y.index), .scalar(1), since: start, isNested: isNested, for: purpose)
    trapOnFailure()
    return adjoints
  }

  /// The adjoints of the inputs, from a seed for one recorded tensor.
  ///
  /// What the walk has put off is computed at its end, and the value of `y` with it if that is
  /// wanted.
  func adjoints(
    of y: Tensor, seed: Tensor, for purpose: WalkPurpose = .gradient, wantsValue: Bool = true
  ) throws(TensorError) -> Adjoints {
    if y.isRecorded, y.tape !== tape {
      throw TensorError(
        .foreignVariable, operation: "gradient(at:of:)", operands: [y.type.description],
        problem: "the function returned a tensor that is recorded on another tape",
        remedy: "Return a result computed from the arguments of the closure.")
    }
    let adjoints = tape.adjoints(
      of: Int(y.index), .tensor(seed), since: start, isNested: isNested, for: purpose)
    try check()
    if !isNested { adjoints.compute(with: wantsValue ? y : nil) }
    return adjoints
  }

  /// The adjoints of the inputs for a seed that a user gave to a pullback; the tape is kept.
  func adjoints(of y: Tensor, pulling seed: Tensor) throws(TensorError) -> Adjoints {
    try adjoints(of: y, seed: y.seed(seed, "pullback(at:of:)"), for: .pullback)
  }

  private func trapOnForeign(_ y: Scalar) {
    guard let header = y.liveHeader, header != tape.header else { return }
    Tape.failOnForeign(y, y, "gradient(at:of:)")
  }

  /// Plain numbers cannot carry an outer derivative; losing it silently would be a wrong result.
  func requirePlainResult(_ adjoint: Scalar) -> Double {
    if adjoint.isRecorded { failOnPlainResult(adjoint.value) }
    return adjoint.value
  }

  func failOnPlainResult(_ value: Double) -> Never {
    fatalError(
      """
      a derivative at plain numbers, taken inside another differentiated function, uses a variable \
      of the outer one; it returns plain numbers (here \(value)), so the outer derivative would be \
      lost. Pass a Scalar, as in gradient(at: Scalar(x)), to get a recorded result, or use \
      x.detached() on the outer variable if its derivative is not wanted.
      """)
  }
}

/// What a function with a gradient may return: a ``Tensor`` of one element or a ``Scalar``.
public protocol DifferentiableResult {
  /// Walks back from the result to the inputs of the level.
  func _gradients(in level: Level, wantsValue: Bool) throws(TensorError) -> Adjoints
  /// The result as it may leave the level.
  func _leaving(_ level: Level) -> Self
}

extension Tensor: DifferentiableResult {
  public func _gradients(in level: Level, wantsValue: Bool) throws(TensorError) -> Adjoints {
    try level.adjoints(of: self, seed: seed(nil, "gradient(at:of:)"), wantsValue: wantsValue)
  }
  public func _leaving(_ level: Level) -> Tensor { level.result(self) }
}

extension Scalar: DifferentiableResult {
  public func _gradients(in level: Level, wantsValue: Bool) throws(TensorError) -> Adjoints {
    let adjoints = level.adjoints(of: self)
    try level.check()
    return adjoints
  }
  public func _leaving(_ level: Level) -> Scalar { level.result(self) }
}
