// What this file knows: what a reverse walk returns, and which of its two forms a walk takes.

import AdjointArrays

/// The adjoints that a reverse walk computed: how much the result changes with each record.
///
/// ```swift
/// let adjoints = tape.gradients(of: loss)
/// print(adjoints[w])
/// ```
public struct Adjoints {
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
    guard let slot = slot(x.index, x.header, x.generation) else { return .none }
    switch numbers {
    case .plain(let values): return slot < values.count ? Scalar(values[slot]) : .none
    case .recorded(let values): return slot < values.count ? values[slot] : .none
    case .empty: return .none
    }
  }

  /// The adjoint of a tensor, or nil if none arrived.
  func tensor(_ x: Tensor) -> Tensor? {
    guard slot(x.index, x.header, x.generation) != nil else { return nil }
    let place = Int(header.pointee.base[Int(x.index)].first) - tensorBottom
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
    return Int(index) >= bottom ? Int(index) - bottom : nil
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
        let count = top - bottom + 1
        let adjoints = UnsafeMutablePointer<Scalar>.allocate(capacity: count)
        defer { adjoints.deallocate() }
        adjoints.initialize(repeating: .none, count: count)
        active.withUnsafeBufferPointer { active in
          let slots = AdjointSlots(
            header: header, bottom: bottom, adjoints: adjoints, active: active.baseAddress)
          result.tensors = walk(slots, top, seed, tensorBottom, releases: false, keepsAll: keepsAll)
        }
        result.numbers = .recorded(Array(UnsafeBufferPointer(start: adjoints, count: count)))
        return result
      }
    }
    let values = plainAdjoints(
      from: top, seed, bottom: bottom, tensorBottom: tensorBottom, releases: releases,
      keepsAll: keepsAll, &result.tensors)
    result.numbers = .plain(Array(values[0...(top - bottom)]))
    giveScratch(values)
    return result
  }

  /// A walk in plain numbers; the caller gives the buffer back to the tape.
  func plainAdjoints(
    from top: Int, _ seed: Adjoints.Seed, bottom: Int, tensorBottom: Int, releases: Bool,
    keepsAll: Bool, _ tensors: inout [Tensor?]
  ) -> UnsafeMutableBufferPointer<Double> {
    let values = takeScratch(top - bottom + 1)
    values.baseAddress!.initialize(repeating: .none, count: top - bottom + 1)
    let slots = AdjointSlots(
      header: header, bottom: bottom, adjoints: values.baseAddress!, active: nil)
    // Nothing that a rule computes may land on the tape, and a derivative taken inside a custom rule
    // must not take this tape for its own.
    tensors = withoutRecording {
      CurrentTape.with(nil) {
        walk(slots, top, seed, tensorBottom, releases: releases, keepsAll: keepsAll)
      }
    }
    return values
  }

  private func walk<Number: AdjointNumber>(
    _ slots: AdjointSlots<Number>, _ top: Int, _ seed: Adjoints.Seed, _ tensorBottom: Int,
    releases: Bool, keepsAll: Bool
  ) -> [Tensor?] {
    var walk = ReverseWalk(
      self, slots, tensorBottom: tensorBottom, releases: releases, keepsAll: keepsAll)
    switch seed {
    case .scalar(let seed): slots.adjoints[top - slots.bottom] = Number(seed)
    case .tensor(let seed):
      slots.adjoints[top - slots.bottom] = .arrived
      walk.tensorAdjoints[Int(header.pointee.base[top].first) - tensorBottom] = seed
    }
    walk.run(from: top)
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
      let record = header.pointee.base[index]
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
    case Record.input: return true
    case Record.alias: return Int(record.first) < bottom
    case Record.tensor:
      let node = tensors[Int(record.first)]
      return node.operands.isEmpty
        || (node.primitive is Identity && Int(node.operands[0].index) < bottom)
    default: return false
    }
  }

  /// Visits the indices of a record's operands; -1 for constants.
  func forEachOperand(of record: Record, _ body: (Int32) -> Void) {
    switch record.code {
    case Record.input, Record.literal: break
    case Record.alias, Record.element: body(record.first)
    case Record.custom: for operand in customs[Int(record.first)].operands { body(operand) }
    case Record.tensor: for operand in tensors[Int(record.first)].operands { body(operand.index) }
    default:
      body(record.first)
      if record.opcode?.arity == 2 { body(record.second) }
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
