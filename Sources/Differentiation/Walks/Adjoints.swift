// What this file knows: what a reverse walk returns, and which of its two forms a walk takes.

import AdjointArrays

/// The adjoints that a reverse walk computed: how much the result changes with each record.
///
/// ```swift
/// let adjoints = tape.gradients(of: loss)
/// print(adjoints[w])
/// ```
public struct Adjoints {
  /// One slot a record, after a spare one: a walk reads the slot below the one it is at.
  enum Numbers {
    case plain([Double])
    case recorded([Scalar])
    /// The result depends on no variable of the tape.
    case empty
  }
  /// What the walk starts from.
  enum Seed {
    case scalar(Scalar)
    case tensor(Tensor)
  }

  let header: UnsafeMutablePointer<TapeHeader>
  let generation: UInt32
  let bottom: Int
  let tensorBottom: Int
  var numbers: Numbers
  var tensors: [Tensor?]
  /// True when an outer derivative is active and the walk passed records that depend on it.
  var dependsOnOuter = false

  /// The derivative of the result with respect to a scalar on the tape; zero if it was not reached.
  public subscript(_ x: Scalar) -> Double {
    // Adding zero turns the mark for "nothing arrived" into an ordinary zero.
    scalar(x).value + 0
  }

  /// The derivative of the result with respect to a tensor on the tape; zeros if it was not reached.
  public subscript(_ x: Tensor) -> Tensor { tensor(x) ?? Tensor.zeros(like: x) }

  /// The derivatives of the result with respect to many scalars.
  public subscript(_ xs: [Scalar]) -> [Double] { xs.map { self[$0] } }

  /// True when an adjoint arrived: the result was computed from `x`.
  public func reached(_ x: Scalar) -> Bool { !scalar(x).isNone }

  /// True when an adjoint arrived: the result was computed from `x`.
  public func reached(_ x: Tensor) -> Bool { tensor(x) != nil }

  /// The adjoint as a number that an outer derivative can see.
  func scalar(_ x: Scalar) -> Scalar {
    slot(x.index, x.header, x.generation).map(number) ?? .none
  }

  private func number(in slot: Int) -> Scalar {
    switch numbers {
    case .plain(let values): return slot < values.count ? Scalar(values[slot]) : .none
    case .recorded(let values): return slot < values.count ? values[slot] : .none
    case .empty: return .none
    }
  }

  /// Computes what the walk has put off, and the result that it started from, in as few passes as can be.
  ///
  /// Nobody else has seen these tensors yet, so nothing waits for anything else meanwhile.
  func compute(with result: Tensor?) {
    guard
      result?.array.isDeferred ?? false
        || tensors.contains(where: { $0?.array.isDeferred ?? false })
    else { return }
    NDArray.compute((result.map { [$0.array] } ?? []) + tensors.compactMap { $0?.array })
  }

  /// The adjoint of a tensor, or nil if none arrived.
  package func tensor(_ x: Tensor) -> Tensor? {
    guard let slot = slot(x.index, x.header, x.generation) else { return nil }
    let record = header.pointee.records[Int(x.index)]
    guard record.code == .tensor else {
      let adjoint = number(in: slot)
      return adjoint.isNone ? nil : Tensor.joined([adjoint], shape: x.shape, dtype: x.dtype)
    }
    let place = Int(record.first) - tensorBottom
    return place < tensors.count ? tensors[place] : nil
  }

  private func slot(
    _ index: Int32, _ itsHeader: UnsafeMutablePointer<TapeHeader>?, _ itsGeneration: UInt32
  ) -> Int? {
    guard index >= 0 else { return nil }
    precondition(
      itsHeader == header && itsGeneration == generation && header.pointee.generation == generation,
      """
      these adjoints belong to another tape, or to one that was reset or released; ask the tape that \
      the variable was made on
      """)
    return Int(index) >= bottom ? Int(index) - bottom + 1 : nil
  }
}

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
    if let failure { fatalError(failure.description) }
    if let header = result.liveHeader, header != self.header {
      Tape.failOnForeign(result, result, "gradients(of:)")
    }
    return adjoints(
      from: Int(result.index), .scalar(Scalar(seed)), bottom: 0, tensorBottom: 0, outer: false,
      releases: false, keepsAll: true)
  }

  /// Walks back from a tensor of one element.
  ///
  /// - Throws: `TensorError` when a mistake was noted while recording, or when the result has more
  ///   than one element (give a `seed` then).
  public func gradients(of result: Tensor, seed: Tensor? = nil) throws(TensorError) -> Adjoints {
    if let failure { throw failure }
    if result.isRecorded, result.tape !== self {
      throw TensorError(
        .foreignVariable, operation: "gradients(of:)", operands: [result.type.description],
        problem: "the tensor is recorded on another tape",
        remedy: "Ask the tape that its variables were made on.")
    }
    let seed = try result.seed(seed, "gradients(of:)")
    return adjoints(
      from: Int(result.index), .tensor(seed), bottom: 0, tensorBottom: 0, outer: false,
      releases: false, keepsAll: true)
  }

  /// Chooses the form of the walk and runs it.
  func adjoints(
    from top: Int, _ seed: Adjoints.Seed, bottom: Int, tensorBottom: Int, outer: Bool,
    releases: Bool, keepsAll: Bool
  ) -> Adjoints {
    var result = Adjoints(
      header: header, generation: header.pointee.generation, bottom: bottom,
      tensorBottom: tensorBottom, numbers: .empty, tensors: [])
    guard top >= bottom else { return result }
    if outer {
      let (active, dependsOnOuter) = activity(from: bottom, through: top)
      result.dependsOnOuter = dependsOnOuter
      if dependsOnOuter || seed.isRecorded {
        let count = top - bottom + 2
        let adjoints = [Scalar](unsafeUninitializedCapacity: count) { adjoints, filled in
          adjoints.initialize(repeating: .none)
          filled = count
          active.withUnsafeBufferPointer { active in
            let slots = AdjointSlots<Scalar, Stretch>(
              header: header, bottom: bottom, adjoints: adjoints.baseAddress! + 1,
              active: active.baseAddress)
            result.tensors = walk(
              slots, top, downTo: bottom, seed, tensorBottom, releases: false, keepsAll: keepsAll)
          }
        }
        result.numbers = .recorded(adjoints)
        return result
      }
    }
    let count = top - bottom + 2
    let adjoints = [Double](unsafeUninitializedCapacity: count) { adjoints, filled in
      adjoints.initialize(repeating: .none)
      filled = count
      let slots = AdjointSlots<Double, Stretch>(
        header: header, bottom: bottom, adjoints: adjoints.baseAddress! + 1, active: nil)
      result.tensors = plainWalk(
        slots, top, downTo: bottom, seed, tensorBottom, releases: releases, keepsAll: keepsAll)
    }
    result.numbers = .plain(adjoints)
    return result
  }

  /// The derivatives of the number recorded at `top` with respect to the first `count` records, which
  /// are variables.
  func gradient(from top: Int, ofFirst count: Int) -> [Double] {
    let scratch = takeScratch(top + 1)
    let adjoints = scratch.baseAddress!
    let slots = AdjointSlots<Double, WholeTape>(
      header: header, bottom: 0, adjoints: adjoints, active: nil)
    // Variables have no operands, so the walk ends above them, and above the very first record.
    let end = Swift.max(count, 1)
    _ = plainWalk(slots, top, downTo: end, .scalar(1), 0, releases: true, keepsAll: false)
    let reached = Swift.min(top + 1, count)
    let gradient = [Double](unsafeUninitializedCapacity: count) { gradient, filled in
      // Adding zero turns the mark for "nothing arrived" into an ordinary zero.
      for position in 0..<reached {
        gradient[position] = adjoints[position] + 0
        adjoints[position] = .none
      }
      for position in reached..<count { gradient[position] = 0 }
      filled = count
    }
    // Without variables the walk has still ended above the first record.
    if count == 0 { adjoints[0] = .none }
    giveScratch(scratch)
    return gradient
  }

  /// A walk in plain numbers.
  private func plainWalk<Extent: WalkExtent>(
    _ slots: AdjointSlots<Double, Extent>, _ top: Int, downTo end: Int, _ seed: Adjoints.Seed,
    _ tensorBottom: Int, releases: Bool, keepsAll: Bool
  ) -> [Tensor?] {
    // Nothing that a rule computes may land on the tape, and a derivative taken inside a custom rule
    // must not take this tape for its own.
    withoutRecording {
      CurrentTape.with(nil) {
        walk(slots, top, downTo: end, seed, tensorBottom, releases: releases, keepsAll: keepsAll)
      }
    }
  }

  private func walk<Number: AdjointNumber, Extent: WalkExtent>(
    _ slots: AdjointSlots<Number, Extent>, _ top: Int, downTo end: Int, _ seed: Adjoints.Seed,
    _ tensorBottom: Int, releases: Bool, keepsAll: Bool
  ) -> [Tensor?] {
    var walk = ReverseWalk(
      self, slots, tensorBottom: tensorBottom, releases: releases, keepsAll: keepsAll)
    switch seed {
    case .scalar(let seed): slots.put(Number(seed), at: top)
    case .tensor(let seed):
      let record = header.pointee.records[top]
      if record.code == .tensor {
        slots.put(.arrived, at: top)
        walk.tensorAdjoints[Int(record.first) - tensorBottom] = seed
      } else {
        slots.put(Number(seed.element(atFlat: 0)), at: top)
      }
    }
    walk.run(from: top, downTo: end)
    return walk.tensorAdjoints
  }

  /// Which records since `bottom` depend on the level's own inputs, and whether any of those also
  /// depends on a record before `bottom`.
  private func activity(from bottom: Int, through top: Int) -> (
    active: [Bool], dependsOnOuter: Bool
  ) {
    var active = [Bool](repeating: false, count: top - bottom + 1)
    var dependsOnOuter = false
    var previousWasInput = true
    for index in bottom...top {
      let record = header.pointee.records[index]
      // The level's inputs are its first records, without a gap.
      let isInput = previousWasInput && isLevelInput(record, before: bottom)
      previousWasInput = isInput
      var depends = isInput
      if isInput {
        forEachOperand(of: record) { _ in dependsOnOuter = true }
      } else {
        forEachOperand(of: record) { operand in
          if Int(operand) < bottom {
            if operand >= 0 { dependsOnOuter = true }
          } else if active[Int(operand) - bottom] {
            depends = true
          }
        }
      }
      active[index - bottom] = depends
    }
    return (active, dependsOnOuter)
  }

  private func isLevelInput(_ record: Record, before bottom: Int) -> Bool {
    switch record.code {
    case .input: return true
    case .alias: return Int(record.first) < bottom
    case .tensor:
      let node = tensors.pointer(to: Int(record.first)).pointee
      return node.kept.operands.isEmpty
        || (node.primitive is Identity && Int(node.kept.operands[0].index) < bottom)
    default: return false
    }
  }

  /// Visits the indices of a record's operands on the tape, and -1 for constants of other kinds of
  /// operations than elementary functions.
  func forEachOperand(of record: Record, _ body: (Int32) -> Void) {
    switch record.code {
    case .input: break
    case .alias, .element: body(record.first)
    case .custom: for operand in customs[Int(record.first)].operands { body(operand) }
    case .tensor:
      let node = tensors.pointer(to: Int(record.first))
      for position in 0..<node.pointee.kept.operands.count {
        body(node.pointee.kept.operands.index(position))
      }
    default:
      body(record.first)
      if record.code.form == .variables, record.code.opcode?.arity == 2 { body(record.second) }
    }
  }
}

extension Adjoints.Seed {
  var isRecorded: Bool {
    switch self {
    case .scalar(let seed): seed.isRecorded
    case .tensor(let seed): seed.isRecorded
    }
  }
}
