// What this file knows: the reverse walk taken one edge at a time, for people who want to watch it.
//
// ReverseMode is the walk that runs; this one is written to be looked at: it stops after every
// product of an adjoint and a local partial, so that accumulation at a fan-out is visible. A test
// holds the two to the same bits.

import AdjointArrays
import AdjointElementary
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
  /// The single steps of the walk back from a result, one edge a step.
  ///
  /// ```swift
  /// for step in tape.reverseSteps(of: loss) { print(step) }
  /// ```
  public func reverseSteps(of result: Scalar, seed: Double = 1) -> ReverseSteps {
    ReverseSteps(self, from: Int(result.index), number: seed, tensor: nil)
  }

  /// The single steps of the walk back from a tensor of one element, or with the given seed.
  public func reverseSteps(of result: Tensor, seed: Tensor? = nil) throws(TensorError)
    -> ReverseSteps
  {
    if let failure { throw failure }
    return ReverseSteps(
      self, from: Int(result.index), number: 0, tensor: try result.seed(seed, "reverseSteps(of:)"))
  }
}

/// The steps of a reverse walk, computed as they are asked for.
public struct ReverseSteps: Sequence, IteratorProtocol {
  private let tape: Tape
  private var index: Int
  private var numbers: [Double]
  private var tensors: [Tensor?]
  private var remaining: [Int]
  private let total: [Int]
  private var waiting: [ReverseStep] = []

  init(_ tape: Tape, from top: Int, number: Double, tensor: Tensor?) {
    self.tape = tape
    index = top
    numbers = Array(repeating: .none, count: Swift.max(top + 1, 0))
    tensors = Array(repeating: nil, count: Swift.max(top + 1, 0))
    var uses = Array(repeating: 0, count: Swift.max(top + 1, 0))
    if top >= 0 {
      if let tensor, tape.header.pointee.records[top].code == .tensor {
        tensors[top] = tensor
      } else {
        numbers[top] = tensor?.item ?? number
      }
      var reached = Set([top])
      for index in stride(from: top, through: 0, by: -1) where reached.contains(index) {
        for operand in tape.receivers(of: index) {
          uses[operand] += 1
          reached.insert(operand)
        }
      }
    }
    total = uses
    remaining = uses
  }

  /// The next edge, or nil when all variables have their adjoints.
  public mutating func next() -> ReverseStep? {
    while waiting.isEmpty, index >= 0 {
      let position = index
      index -= 1
      if tensors[position] != nil || !numbers[position].isNone { take(position) }
    }
    return waiting.isEmpty ? nil : waiting.removeFirst()
  }

  private mutating func take(_ position: Int) {
    let record = tape.header.pointee.records[position]
    let y = tape.value(at: Int32(position))
    let seed = numbers[position]
    if let opcode = record.code.opcode {
      let node = tape.node(position)
      var edges: [(Int32, Double, Double)] = []
      if opcode.arity == 1 {
        let x = tape.value(at: record.first)
        if let edge = opcode.unary(Edge(seed: seed, x: x, y: y)) {
          edges.append((record.first, node.partials[0], edge))
        }
      } else {
        let (a, b) = tape.operandValues(record)
        let (first, second) = opcode.binary(Edges(seed: seed, a: a, b: b, y: y))
        switch record.code.form {
        case .variables:
          edges = [
            (record.first, node.partials[0], first), (record.second, node.partials[1], second),
          ]
        case .constantSecond: edges = [(record.first, node.partials[0], first)]
        case .constantFirst: edges = [(record.first, node.partials[1], second)]
        }
      }
      for (operand, partial, contribution) in edges {
        give(contribution, from: position, to: Int(operand), partial)
      }
      return
    }
    switch record.code {
    case .alias: give(seed, from: position, to: Int(record.first), 1)
    case .element:
      let type = tape.tensors[Int(tape.header.pointee.records[Int(record.first)].first)].type
      give(
        Tensor.scattering([Scalar(seed)], at: [Int32(tape.constant(of: record))], into: type),
        from: position,
        to: Int(record.first))
    case .custom:
      let node = tape.customs[Int(record.first)]
      let contributions = tape.withoutRecording { node.pullback(Scalar(seed)) }
      let partials = tape.node(position).partials
      for (place, operand) in node.operands.enumerated() where operand >= 0 {
        give(contributions[place].value, from: position, to: Int(operand), partials[place])
      }
    case .tensor: takeTensor(position, tape.tensors[Int(record.first)])
    default: break
    }
  }

  private mutating func takeTensor(_ position: Int, _ node: Tape.TensorNode) {
    guard let adjoint = tensors[position], !node.kept.operands.isEmpty else { return }
    let application = Application(
      kept: node.kept, resultIndex: node.index, layout: node.layout,
      header: tape.header, isRecorded: false, bottom: 0, active: nil)
    let contributions = tape.withoutRecording {
      node.primitive.pullback(adjoint, at: application)
    }
    for place in node.kept.operands.indices where node.kept.operands.index(place) >= 0 {
      let operand = node.kept.operands.index(place)
      if node.primitive is FromScalars {
        give(
          contributions[0]?.element(atFlat: place).value ?? 0, from: position,
          to: Int(operand), 1)
      } else if let contribution = contributions[place] {
        give(contribution, from: position, to: Int(operand))
      }
    }
  }

  private mutating func give(
    _ contribution: Double, from node: Int, to operand: Int, _ partial: Double
  ) {
    numbers[operand] += contribution
    let adjoint =
      tensors[node].map { TapeValue.tensor($0.type, $0.array) } ?? .number(numbers[node])
    append(node, operand, adjoint, partial, .number(contribution), .number(numbers[operand]))
  }

  private mutating func give(_ contribution: Tensor, from node: Int, to operand: Int) {
    let sum = tensors[operand].map { $0 + contribution } ?? contribution
    tensors[operand] = sum
    let adjoint =
      tensors[node].map { TapeValue.tensor($0.type, $0.array) } ?? .number(numbers[node])
    append(
      node, operand, adjoint, nil, .tensor(contribution.type, contribution.array),
      .tensor(sum.type, sum.array))
  }

  private mutating func append(
    _ node: Int, _ operand: Int, _ adjoint: TapeValue, _ partial: Double?,
    _ contribution: TapeValue, _ sum: TapeValue
  ) {
    remaining[operand] -= 1
    waiting.append(
      ReverseStep(
        node: node, operand: operand,
        labels: (
          tape.name(at: Int32(node)) ?? "v\(node)",
          tape.name(at: Int32(operand)) ?? "v\(operand)"
        ),
        adjoint: adjoint, partial: partial, contribution: contribution, sum: sum,
        part: (total[operand] - remaining[operand], total[operand])))
  }
}

extension Tape {
  /// The records that get a contribution when this one is taken, with repetitions.
  fileprivate func receivers(of index: Int) -> [Int] {
    let record = header.pointee.records[index]
    if let opcode = record.code.opcode, opcode.arity == 1, opcode.unary(IsStep()) { return [] }
    var receivers: [Int] = []
    forEachOperand(of: record) { if $0 >= 0 { receivers.append(Int($0)) } }
    return receivers
  }
}

private struct IsStep: UnaryVisitor {
  func visit<F: UnaryFunction>(_ function: F.Type) -> Bool { F.isPiecewiseConstant }
}

private struct Edge: UnaryVisitor {
  let seed: Double, x: Double, y: Double
  func visit<F: UnaryFunction>(_ function: F.Type) -> Double? {
    F.isPiecewiseConstant ? nil : F.chain(seed, x: x, y: y)
  }
}

private struct Edges: BinaryVisitor {
  let seed: Double, a: Double, b: Double, y: Double
  func visit<F: BinaryFunction>(_ function: F.Type) -> (Double, Double) {
    (F.chainFirst(seed, a, b, y: y), F.chainSecond(seed, a, b, y: y))
  }
}
