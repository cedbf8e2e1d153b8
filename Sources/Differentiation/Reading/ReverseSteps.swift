// The reverse walk edge by edge, for people who want to watch it. It has never heard of rules: it
// listens to the walk of ReverseMode, so what it shows is what is computed.

import AdjointArrays
import AdjointSupport

/// One edge of a reverse walk: what one use of an operand adds to the operand's adjoint.
public struct ReverseStep: Sendable, CustomStringConvertible {
  /// The record whose adjoint is passed on.
  public var node: Int
  /// The record that receives it.
  public var operand: Int
  /// The names of both.
  public var labels: (node: String, operand: String)
  /// The adjoint of the node.
  public var adjoint: TapeValue
  /// `∂node/∂operand`, for scalar operations.
  public var partial: Double?
  /// What is added: the adjoint times the partial.
  public var contribution: TapeValue
  /// The operand's adjoint after this step.
  public var sum: TapeValue
  /// Which contribution to the operand this is, from 1, and how many there will be.
  public var part: (number: Int, count: Int)

  /// The chain rule in numbers.
  public var description: String {
    let factor = partial.map { " * \(NumberText.significant($0))" } ?? ""
    return
      "adjoint[\(labels.operand)] += adjoint[\(labels.node)] * d\(labels.node)/d\(labels.operand)"
      + " = \(adjoint)\(factor) = \(contribution) (contribution \(part.number) of \(part.count))"
  }
}

extension Tape {
  /// The single steps of the walk back from a result, one edge a step, in the order of the walk.
  ///
  /// ```swift
  /// for step in tape.reverseSteps(of: loss) { print(step) }
  /// ```
  ///
  /// - Complexity: proportional to the number of edges before `result`, in time and in memory.
  public func reverseSteps(of result: Scalar, seed: Double = 1) -> [ReverseStep] {
    check(result, "reverseSteps(of:)")
    return steps(of: Int(result.index), .scalar(Scalar(seed)))
  }

  /// The single steps of the walk back from a tensor of one element, or with the given seed.
  ///
  /// - Throws: as ``gradients(of:seed:)``.
  public func reverseSteps(
    of result: Tensor, seed: Tensor? = nil
  ) throws(TensorError) -> [ReverseStep] {
    try check(result, "reverseSteps(of:)")
    let steps = steps(of: Int(result.index), .tensor(try result.seed(seed, "reverseSteps(of:)")))
    if let failure { throw failure }
    return steps
  }

  private func steps(of top: Int, _ seed: Seed) -> [ReverseStep] {
    let observer = EdgeObserver(self)
    _ = adjoints(of: top, seed, since: .start, for: .inspection, observer: observer)
    return observer.finishedSteps
  }
}

/// What a walk tells of each contribution that it adds.
final class EdgeObserver {
  private let tape: Tape
  private var steps: [ReverseStep] = []
  /// How many contributions each record has received.
  private var counts: [Int: Int] = [:]

  init(_ tape: Tape) { self.tape = tape }

  /// The steps, each with the number of contributions that its operand received in all.
  var finishedSteps: [ReverseStep] {
    steps.map { step in
      var step = step
      step.part.count = counts[step.operand] ?? 0
      return step
    }
  }

  /// A contribution to the adjoint of a number.
  func saw(
    _ contribution: Double, from node: Int, _ adjoint: TapeValue, to operand: Int,
    partial: Double?, sum: Double
  ) {
    append(node, adjoint, operand, partial, .number(contribution), .number(sum))
  }

  /// A contribution to the adjoint of a tensor.
  func saw(
    _ contribution: Tensor, from node: Int, _ adjoint: TapeValue, to operand: Int, sum: Tensor
  ) {
    append(
      node, adjoint, operand, nil, .tensor(contribution.type, contribution.array),
      .tensor(sum.type, sum.array))
  }

  /// `∂node/∂operand` for an operand of a scalar operation.
  func partial(of node: Int, _ position: Int) -> Double? {
    let partials = tape.node(node).partials
    return position < partials.count ? partials[position] : nil
  }

  private func append(
    _ node: Int, _ adjoint: TapeValue, _ operand: Int, _ partial: Double?,
    _ contribution: TapeValue, _ sum: TapeValue
  ) {
    counts[operand, default: 0] += 1
    steps.append(
      ReverseStep(
        node: node, operand: operand, labels: (tape.label(node), tape.label(operand)),
        adjoint: adjoint, partial: partial, contribution: contribution, sum: sum,
        part: (counts[operand] ?? 0, 0)))
  }
}
