// The stretch of a tape that one differential operator covers, and how such stretches nest. It has
// never heard of models or of how a walk goes.
//
// A call inside another one records on the same tape: its inputs are fresh records, its walk covers
// only the records since then, and, if an outer derivative can depend on what the walk computes,
// the walk itself is recorded. Each variable is a record of its own, so two derivatives cannot be
// confused.

import AdjointArrays
import AdjointSupport

/// One differential operator at work.
public struct Level {
  /// The tape that the level records on.
  package let tape: Tape
  /// Where on the tape the level begins.
  let start: Tape.Mark
  /// True when an outer derivative is active on the same tape.
  let isNested: Bool
  /// The call that opened the level, for its mistakes to tell.
  let site: CallSite?

  /// Opens a level on the current tape, or on the tape of a recorded input, or on a fresh one.
  static func open<R, E: Error>(
    on recorded: Tape?, keepsTape: Bool = false, at site: CallSite? = nil,
    _ body: (Level) throws(E) -> R
  ) throws(E) -> R {
    let current = CurrentTape.value
    // While recording is paused no derivative is asked of what happens on a tape, so there is no
    // outer one to nest in.
    guard let outer = current.flatMap({ $0.isPaused ? nil : $0 }) ?? recorded else {
      // A tape that a pullback closure keeps alive belongs to that closure alone.
      let tape = keepsTape ? Tape() : TapeStore.takeTape()
      defer { if !keepsTape { TapeStore.give(tape) } }
      let level = Level(tape: tape, start: .start, isNested: false, site: site)
      return try level.run(body)
    }
    let hadFailed = outer.failure != nil
    outer.allowsConstantResult = false
    outer.depth += 1
    defer {
      outer.allowsConstantResult = true
      outer.depth -= 1
    }
    do throws(E) {
      return try Level(tape: outer, start: outer.end, isNested: true, site: site).run(body)
    } catch {
      // The mistake is the caller's to handle; left on the tape it would fail the outer call too.
      if !hadFailed { outer.forgetFailure() }
      throw error
    }
  }

  private func run<R, E: Error>(_ body: (Level) throws(E) -> R) throws(E) -> R {
    try telling { () throws(E) in
      try CurrentTape.with(tape) { () throws(E) -> R in try body(self) }
    }
  }

  /// Runs a part of the operator whose mistakes tell where it was called.
  private func telling<R, E: Error>(_ body: () throws(E) -> R) throws(E) -> R {
    if let site { try site.throwing(body) } else { try body() }
  }

  // MARK: Inputs

  /// The input of this level for a number or a recorded number.
  package func input(_ x: Scalar) -> Scalar {
    guard x.recordingTape != nil, let outer = tape.index(of: x, "gradient(at:of:)") else {
      return tape.variable(x.value)
    }
    return tape.header.append(.alias, x.value, UInt64(outer), 0)
  }

  /// The input of this level for a tensor or a recorded tensor.
  package func input(_ x: Tensor) -> Tensor {
    guard x.recordingHeader != nil else { return tape.variable(x, for: "gradient(at:of:)") }
    if let mistake = tape.foreign(x, "gradient(at:of:)") {
      return Tensor.failing(mistake, on: tape, placeholder: x.type)
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
    if let failure = tape.failure { stop(failure.description) }
  }

  // MARK: Adjoints

  /// The adjoints of the inputs, from a seed for one recorded number.
  func adjoints(of y: Scalar, for purpose: WalkPurpose = .gradient) -> Adjoints {
    _ = tape.index(of: y, "gradient(at:of:)")
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
    if let mistake = tape.foreign(y, "gradient(at:of:)") { throw mistake }
    let adjoints = tape.adjoints(
      of: Int(y.index), .tensor(seed), since: start, isNested: isNested, for: purpose)
    try check()
    try requireDependence(adjoints)
    if !isNested { adjoints.compute(with: wantsValue ? y : nil) }
    return adjoints
  }

  /// The adjoints of the inputs for a seed that a user gave to a pullback; the tape is kept.
  func adjoints(of y: Tensor, pulling seed: Tensor) throws(TensorError) -> Adjoints {
    try telling { () throws(TensorError) in
      try adjoints(of: y, seed: y.seed(seed, "pullback(at:of:)"), for: .pullback)
    }
  }

  /// Refuses a result that was computed from none of the inputs: its derivative would be zero for
  /// ever.
  func requireDependence(_ adjoints: Adjoints) throws(TensorError) {
    guard !tape.allowsConstantResult else { return }
    var end = start.records
    while end < tape.count,
      tape.isInput(tape.header.pointee.records[end], of: start.records)
    {
      if adjoints.hasArrived(at: end) { return }
      end += 1
    }
    let inputs = start.records..<end
    guard !inputs.isEmpty, !inputs.contains(where: adjoints.isAncestor) else { return }
    throw TensorError(
      .unreached, operation: "gradient(at:of:)",
      problem: "the result does not depend on any argument of the function",
      remedy: "Compute it from the parameters of the closure; a model or a tensor captured from "
        + "outside is a constant. If the function is meant to be constant, return "
        + "result.asConstant().")
  }

  /// Plain numbers cannot carry an outer derivative; losing it silently would be a wrong result.
  func requirePlainResult(_ adjoint: Scalar) -> Double {
    if adjoint.isRecorded { failOnPlainResult(adjoint.value) }
    return adjoint.value
  }

  /// The same for the results of the function itself.
  func requirePlainResults(_ results: [Scalar]) {
    guard isNested, let top = results.map(\.index).max(), top >= 0 else { return }
    let dependsOnOuter =
      Int(top) < start.records ? [] : tape.activity(since: start, through: Int(top)).outer
    for y in results where y.isRecorded {
      let position = Int(y.index) - start.records
      if position < 0 || dependsOnOuter[position] { failOnPlainResult(y.value) }
    }
  }

  private func failOnPlainResult(_ value: Double) -> Never {
    stop(
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
    try level.requireDependence(adjoints)
    return adjoints
  }
  public func _leaving(_ level: Level) -> Scalar { level.result(self) }
}
