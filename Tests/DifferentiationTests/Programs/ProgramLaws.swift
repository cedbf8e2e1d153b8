// What every program must obey. A check returns what it finds; RandomProgramTests decides what to do
// with it.

import Foundation

@testable import AdjointArrays
@testable import AdjointDifferentiation

/// A law that a program breaks.
struct ProgramFinding: CustomStringConvertible {
  enum Law: String {
    /// The same bits when everything is put off or nothing, on one thread or two, with a pool of
    /// memory full of NaN.
    case sameBits
    /// Recording changes no bit of the value.
    case recording
    /// `⟨∇f, u⟩` is the tangent along `u`.
    case forwardIsReverse
    /// `uᵀ H v`, once by two reverse walks, once by a forward walk over a reverse one.
    case secondOrdersAgree
    /// `⟨∇f, u⟩` is the derivative of `t ↦ f(x + t u)` by differences.
    case differences
    /// `H u` is the derivative of `t ↦ ∇f(x + t u)` by differences.
    case secondDifferences
    /// The same program on tensors of rank 0, and in float64, does the same but for rounding.
    case otherForm
    /// A program that is right throws nothing.
    case noMistake
  }

  var law: Law
  var problem: String
  var description: String { "\(law): \(problem)" }
}

extension Program {
  /// Everything the walks say about the program at its point.
  private struct Answers {
    var value: Double
    var recorded: Double
    var gradient: [Double]
    var tangent: Double
    /// `H v` by a reverse walk inside a differentiated function.
    var product: [Double]
    /// `uᵀ H v` by a forward walk over a recorded reverse walk.
    var forwardOverReverse: Double

    /// Where two answers differ in a bit, or by more than rounding.
    ///
    /// NaN is NaN whatever its sign, and so is zero: "nothing arrived" is marked by minus zero.
    func difference(from other: Answers, rounding: Double, ofSums: Double) -> String? {
      let pairs: [(String, [Double], [Double], Double)] = [
        ("the value", [value], [other.value], rounding),
        ("the recorded value", [recorded], [other.recorded], rounding),
        ("the gradient", gradient, other.gradient, rounding),
        ("H v", product, other.product, ofSums),
        ("the tangent", [tangent], [other.tangent], ofSums),
        ("uᵀ H v", [forwardOverReverse], [other.forwardOverReverse], ofSums),
      ]
      for (name, a, b, rounding) in pairs {
        // Comparing bytes is faster than comparing numbers, and nearly always enough.
        if Self.haveSameBytes(a, b) { continue }
        let size = a.reduce(1) { max($0, abs($1)) }
        let isSame = zip(a, b).allSatisfy { a, b in
          a == b || (a.isNaN && b.isNaN) || abs(a - b) <= rounding * size
        }
        if !isSame { return "\(name) is \(a) or \(b)" }
      }
      return nil
    }

    private static func haveSameBytes(_ a: [Double], _ b: [Double]) -> Bool {
      a.count == b.count && memcmp(a, b, a.count * MemoryLayout<Double>.stride) == 0
    }
  }

  /// The first law that the program breaks, or nil.
  func finding() -> ProgramFinding? {
    do { return try check() } catch {
      return ProgramFinding(law: .noMistake, problem: "\(error)")
    }
  }

  private func check() throws -> ProgramFinding? {
    func finding(_ law: ProgramFinding.Law, _ problem: String) -> ProgramFinding {
      ProgramFinding(law: law, problem: problem)
    }
    var draws = Draws(7)
    let u = draws.weights(point.count), v = draws.weights(point.count)
    let answers = try answers(u, v, deferral: .max, threads: 1)
    let isSingle = dtype == .float32

    // The derivative of a single number is of type `Double`, by the functions of the scalar tape, if
    // the number is known; by the kernels, in its own type, if it has yet to be computed.
    let ofNumbers = isSingle ? 1e-3 : 1e-10
    let hasNumbers = hasSingleNumbers
    for (deferral, threads) in [(1, 2), (1, 1), (Int.max, 2)] {
      // One thread and nothing put off is what all are compared with; the last of the others finds
      // memory that is not zero.
      if threads == 1, point.count < 1000 { continue }
      if deferral == .max { fillPool() }
      let isDeferred = deferral == 1
      let others = try self.answers(u, v, deferral: deferral, threads: threads)
      let difference = answers.difference(
        from: others, rounding: isDeferred && hasNumbers ? ofNumbers : 0,
        ofSums: isDeferred ? ofNumbers : 0)
      if let difference {
        return finding(.sameBits, "deferral \(deferral), \(threads) threads: \(difference)")
      }
    }
    if answers.value.bitPattern != answers.recorded.bitPattern {
      return finding(.recording, "\(answers.value) without a tape, \(answers.recorded) on one")
    }

    let slope = inner(answers.gradient, u)
    let size = 1 + inner(answers.gradient.map(abs), u.map(abs))
    if !(abs(slope - answers.tangent) <= (isSingle ? 1e-3 : 1e-10) * size) {
      return finding(.forwardIsReverse, "\(slope) in reverse, \(answers.tangent) forward")
    }
    let curvature = inner(answers.product, u)
    let secondSize = 1 + inner(answers.product.map(abs), u.map(abs))
    if !(abs(curvature - answers.forwardOverReverse) <= (isSingle ? 1e-2 : 1e-9) * secondSize) {
      return finding(
        .secondOrdersAgree,
        "\(curvature) by two reverse walks, \(answers.forwardOverReverse) by a forward one")
    }
    if isSingle || isScalar, point.count < 1000 {
      let other = try otherForm.answers(u, v, deferral: .max, threads: 1)
      let tolerance = isSingle ? 1e-2 : 1e-9
      let sameBranches = try otherForm.decisions(at: point) == decisions(at: point)
      for (a, b) in [(other.gradient, answers.gradient), (other.product, answers.product)]
      where sameBranches && !Self.areClose(a, b, tolerance) {
        return finding(.otherForm, "\(b), in the other form \(a)")
      }
    }
    return isSingle || point.count > 1000 ? nil : try differences(answers, u)
  }

  /// Whether some value is a tensor of one element.
  private var hasSingleNumbers: Bool {
    var registers = values(at: point)
    guard (try? run(instructions, &registers)) != nil else { return false }
    let hasNested = instructions.contains { if case .gradient = $0.body { true } else { false } }
    return hasNested || registers.contains { $0.form.shape.reduce(1, *) == 1 }
  }

  private static func areClose(_ a: [Double], _ b: [Double], _ tolerance: Double) -> Bool {
    let size = (a + b).reduce(1) { max($0, abs($1)) }
    return zip(a, b).allSatisfy { abs($0 - $1) <= tolerance * size }
  }

  /// Derivatives along a direction by differences, if the program decides the same all along it.
  private func differences(_ answers: Answers, _ u: [Double]) throws -> ProgramFinding? {
    let here = try decisions(at: point)
    func moved(_ t: Double) -> [Double] { zip(point, u).map { $0 + t * $1 } }
    let subject = subject
    let slope = inner(answers.gradient, u)
    let product = try subject.secondPullback(point, [1], u)
    // What is steep may also bend, so the step is the smaller the larger the derivatives are; and if
    // differences disagree, it may be they that are wrong.
    let steepness = product.reduce(abs(slope)) { max($0, abs($1)) }
    var finding: ProgramFinding?
    for factor in [1, 0.125, 0.015625] {
      let step = factor / (64 * (2 + steepness))
      let decidesTheSame = try [step, -step].allSatisfy { try decisions(at: moved($0)) == here }
      guard decidesTheSame else { continue }
      let expected = try Differences.derivative(step: step) { try subject.value(moved($0)) }[0]
      if !(abs(slope - expected) <= 1e-6 * (1 + abs(slope) + abs(answers.value))) {
        finding = ProgramFinding(law: .differences, problem: "\(slope), by differences \(expected)")
        continue
      }
      let second = try Differences.derivative(step: step, levels: 5) {
        try subject.linearized(moved($0)).pullback([1])
      }
      if Self.areClose(product, second, 1e-5) { return nil }
      finding = ProgramFinding(
        law: .secondDifferences, problem: "\(product), by differences \(second)")
    }
    return finding
  }

  private func answers(
    _ u: [Double], _ v: [Double], deferral: Int, threads: Int
  ) throws -> Answers {
    let before = (Deferral.threshold, Parallelism.limit)
    defer { (Deferral.threshold, Parallelism.limit) = before }
    (Deferral.threshold, Parallelism.limit) = (deferral, threads)
    let subject = subject
    let (recorded, pullback) = try subject.linearized(point)
    return Answers(
      value: try subject.value(point)[0], recorded: recorded[0], gradient: try pullback([1]),
      tangent: try tangent(along: u) { try result($0) },
      product: try subject.secondPullback(point, [1], v),
      forwardOverReverse: try forwardOverReverse(u, v))
  }

  /// `uᵀ H v`: the tangent of `⟨∇f, v⟩`.
  private func forwardOverReverse(_ u: [Double], _ v: [Double]) throws -> Double {
    try tangent(along: u) { xs in
      if isScalar {
        let slopes = gradient(at: xs.map(\.scalar)) { (xs: [Scalar]) -> Scalar in
          (try? result(xs.map { .scalar($0) }).scalar) ?? Scalar(.nan)
        }
        return .scalar(zip(slopes, v).reduce(0) { $0 + $1.0 * $1.1 })
      }
      let slopes = try gradient(at: xs.map(\.tensor)) { (xs: [Tensor]) throws -> Tensor in
        try result(xs.map { .tensor($0) }).tensor
      }
      let directions = values(at: v).map(\.tensor)
      return .tensor(zip(slopes, directions).map { ($0 * $1).sum() }.sum())
    }
  }

  /// The tangent along a direction of a function of the inputs.
  ///
  /// The tape is the current one meanwhile: on a tape of one's own, outer variables are foreign to
  /// a gradient at a constant.
  private func tangent(
    along u: [Double], _ f: ([Value]) throws -> Value
  ) throws -> Double {
    let tape = Tape()
    let directions = values(at: u)
    if isScalar {
      let xs = tape.variables(point)
      let y = try CurrentTape.with(tape) { try f(xs.map { .scalar($0) }) }
      return tape.tangent(of: y.scalar, along: Array(zip(xs, u)))
    }
    let xs = values(at: point).map { tape.variable($0.tensor) }
    let y = try CurrentTape.with(tape) { try f(xs.map { .tensor($0) }) }
    return try tape.tangent(of: y.tensor, along: Array(zip(xs, directions.map(\.tensor)))).item
  }

  /// The same program in float64 if it is in float32, and on tensors if it is on scalars.
  private var otherForm: Program {
    var other = self
    other.isScalar = false
    other.dtype = .float64
    other.instructions = instructions.map { $0.inFloat64(onTensors: isScalar) }
    return other
  }

  /// Leaves memory of many sizes in the pool, full of NaN: what reads memory that it has not written
  /// does not get by on zeros.
  private func fillPool() {
    for count in [1, 2, 3, 4, 6, 9, 12, 16, 20, 25, 32, 48, 64, 128] {
      for dtype in [DType.float32, .float64] {
        let arrays = (0..<4).map { _ in
          NDArray(repeating: .nan, shape: [count], dtype: dtype)
        }
        _ = arrays.map { $0.item(at: 0) }
      }
    }
  }
}

extension Instruction {
  fileprivate func inFloat64(onTensors: Bool) -> Instruction {
    var other = self
    switch body {
    case .gradient(let inner):
      other.body = .gradient(inner.map { $0.inFloat64(onTensors: onTensors) })
    case .constant(let numbers, var form):
      form.isScalar = form.isScalar && !onTensors
      other.body = .constant(numbers, form)
    case .operation(let operation, let arguments):
      other.body = .operation(
        operation,
        arguments.map { if case .dtype = $0 { .dtype(.float64) } else { $0 } })
    }
    return other
  }
}
