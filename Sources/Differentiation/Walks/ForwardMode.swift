// What this file knows: how tangents are carried from the variables to a result. It is the
// transpose of ReverseMode, statement by statement.
//
//   tangent[variable] ← its direction
//   for each record, from the first to the last:
//     tangent[record] = Σ over operands:  ∂record/∂operand · tangent[operand]

import AdjointArrays
import AdjointElementary

extension Tape {
  /// The directional derivative of a recorded scalar: `Σ ∂result/∂x · direction(x)`.
  ///
  /// - Complexity: proportional to the number of records.
  public func tangent(of result: Scalar, along directions: [(Scalar, Double)]) -> Double {
    var walk = ForwardWalk(self)
    for (x, direction) in directions where x.isRecorded { walk.numbers[Int(x.index)] = direction }
    walk.run()
    return result.isRecorded ? walk.numbers[Int(result.index)] : 0
  }

  /// The directional derivative of a recorded tensor; it has the shape of the result.
  ///
  /// - Throws: `TensorError` when a mistake was noted while recording, or a direction does not have
  ///   the shape of its variable.
  public func tangent(
    of result: Tensor, along directions: [(Tensor, Tensor)]
  ) throws(TensorError) -> Tensor {
    if let failure { throw failure }
    var walk = ForwardWalk(self)
    for (x, direction) in directions where x.isRecorded {
      guard direction.shape == x.shape else {
        throw TensorError(
          .shape, operation: "tangent(of:along:)", operands: [x.type.description],
          problem: "the direction has shape \(direction.shape)",
          remedy: "A direction has the shape of its variable, \(x.shape).")
      }
      let record = header.pointee.records[Int(x.index)]
      if record.code == .tensor {
        walk.tensors[Int(record.first)] = direction
      } else {
        walk.numbers[Int(x.index)] = direction.item
      }
    }
    walk.run()
    guard result.isRecorded else { return .zeros(like: result) }
    let record = header.pointee.records[Int(result.index)]
    guard record.code == .tensor else {
      return Tensor(
        NDArray(
          repeating: walk.numbers[Int(result.index)], shape: result.shape, dtype: result.dtype))
    }
    return walk.tensors[Int(record.first)] ?? .zeros(like: result)
  }
}

/// A walk over all records, from the first to the last, in plain numbers.
struct ForwardWalk {
  let tape: Tape
  /// One tangent a record; zero until something arrives.
  var numbers: [Double]
  /// One tangent a tensor; nil stands for zero.
  var tensors: [Tensor?]

  init(_ tape: Tape) {
    self.tape = tape
    numbers = Array(repeating: 0, count: tape.count)
    tensors = Array(repeating: nil, count: tape.tensors.count)
  }

  mutating func run() {
    tape.withoutRecording {
      CurrentTape.with(nil) {
        for index in numbers.indices {
          let record = tape.header.pointee.records[index]
          if let opcode = record.code.opcode {
            numbers[index] = elementary(record, opcode, y: tape.value(at: Int32(index)))
          } else {
            special(record, index)
          }
        }
      }
    }
  }

  private func elementary(
    _ record: Record, _ opcode: Elementary.Opcode, y: Double
  ) -> Double {
    let a = operand(record.first)
    guard opcode.arity == 2 else {
      return opcode.unary(Push(tangent: a.tangent, x: a.value, y: y))
    }
    // A constant does not move.
    func constant() -> (value: Double, tangent: Double) { (tape.constant(of: record), 0) }
    let both =
      switch record.code.form {
      case .variables: PushBoth(a: a, b: operand(record.second), y: y)
      case .constantSecond: PushBoth(a: a, b: constant(), y: y)
      case .constantFirst: PushBoth(a: constant(), b: a, y: y)
      }
    return opcode.binary(both)
  }

  private mutating func special(_ record: Record, _ index: Int) {
    switch record.code {
    case .alias: numbers[index] = numbers[Int(record.first)]
    case .element:
      let slot = Int(tape.header.pointee.records[Int(record.first)].first)
      numbers[index] = tensors[slot]?.element(atFlat: Int(tape.constant(of: record))).value ?? 0
    case .custom:
      // A scalar's own derivative is a row of partials, so the transpose serves both directions.
      let node = tape.customs[Int(record.first)]
      let partials = node.pullback(1)
      for (operand, partial) in zip(node.operands, partials) where operand >= 0 {
        numbers[index] += partial.value * numbers[Int(operand)]
      }
    case .tensor: tensor(at: Int(record.first))
    default: break  // A variable keeps the direction it was given.
    }
  }

  private mutating func tensor(at slot: Int) {
    let node = tape.tensors[slot]
    guard !node.kept.operands.isEmpty else { return }
    let tangents: [Tensor?] = node.kept.operands.indices.map { position in
      let index = node.kept.operands.index(position)
      guard index >= 0 else { return nil }
      if node.primitive is FromScalars { return Tensor(numbers[Int(index)], dtype: .float64) }
      return tensors[Int(tape.header.pointee.records[Int(index)].first)]
    }
    guard tangents.contains(where: { $0 != nil }) else { return }
    let application = Application(
      kept: node.kept, resultIndex: node.index, layout: node.layout,
      header: tape.header, isRecorded: false, bottom: 0, active: nil)
    tensors[slot] = node.primitive.pushforward(tangents, at: application)
  }

  private func operand(_ index: Int32) -> (value: Double, tangent: Double) {
    (tape.value(at: index), numbers[Int(index)])
  }
}

private struct Push: UnaryVisitor {
  let tangent: Double, x: Double, y: Double
  func visit<F: UnaryFunction>(_ function: F.Type) -> Double {
    F.isPiecewiseConstant ? 0 : F.chain(tangent, x: x, y: y)
  }
}

private struct PushBoth: BinaryVisitor {
  let a: (value: Double, tangent: Double), b: (value: Double, tangent: Double), y: Double
  func visit<F: BinaryFunction>(_ function: F.Type) -> Double {
    // An operand that does not move contributes nothing, whatever its partial.
    (a.tangent == 0 ? 0 : F.chainFirst(a.tangent, a.value, b.value, y: y))
      + (b.tangent == 0 ? 0 : F.chainSecond(b.tangent, a.value, b.value, y: y))
  }
}
