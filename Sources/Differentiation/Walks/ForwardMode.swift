// How tangents are carried from the variables to a result. It is the transpose of ReverseMode,
// statement by statement, and has never heard of any particular primitive.
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
    let operation = "tangent(of:along:)"
    check(result, operation)
    var walk = ForwardWalk(self)
    for (x, direction) in directions {
      if let index = index(of: x, operation) { walk.numbers[Int(index)] += direction }
    }
    computingOnly { walk.run() }
    check(result, operation)
    return result.isRecorded ? walk.numbers[Int(result.index)] : 0
  }

  /// The directional derivative of a recorded tensor; it has the shape of the result.
  ///
  /// - Throws: `TensorError` when a mistake was noted while recording, or a direction does not have
  ///   the shape of its variable.
  public func tangent(
    of result: Tensor, along directions: [(Tensor, Tensor)]
  ) throws(TensorError) -> Tensor {
    let operation = "tangent(of:along:)"
    try check(result, operation)
    var walk = ForwardWalk(self)
    for (x, direction) in directions {
      if let mistake = foreign(x, operation) { throw mistake }
      guard x.isRecorded else { continue }
      walk.add(try x.fitting(direction, "direction", operation), to: x)
    }
    computingOnly { walk.run() }
    if let failure { throw failure }
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

  /// Adds to the direction of a variable.
  mutating func add(_ direction: Tensor, to x: Tensor) {
    let record = tape.header.pointee.records[Int(x.index)]
    if record.code == .tensor {
      let node = Int(record.first)
      tensors[node] = tensors[node].map { $0 + direction } ?? direction
    } else {
      numbers[Int(x.index)] += direction.item
    }
  }

  mutating func run() {
    for index in numbers.indices { pass(index) }
  }

  private mutating func pass(_ index: Int) {
    let record = tape.header.pointee.records[index]
    switch record.code {
    case .input: break  // A variable keeps the direction it was given.
    case .alias: numbers[index] = numbers[Int(record.first)]
    case .element: numbers[index] = element(record)
    case .custom: numbers[index] = custom(record)
    case .tensor: tensor(Int(record.first))
    default: numbers[index] = elementary(record, y: tape.value(at: Int32(index)))
    }
  }

  private func elementary(_ record: Record, y: Double) -> Double {
    guard let opcode = record.code.opcode else { return 0 }
    guard opcode.arity == 2 else {
      return opcode.chain(numbers[Int(record.first)], x: tape.value(at: record.first), y: y) ?? 0
    }
    let (a, b) = tape.operandValues(record)
    // A constant does not move, and an operand that does not move contributes nothing, whatever its
    // partial.
    let first = record.code.form == .constantFirst ? 0 : numbers[Int(record.first)]
    let second =
      switch record.code.form {
      case .variables: numbers[Int(record.second)]
      case .constantSecond: 0.0
      case .constantFirst: numbers[Int(record.first)]
      }
    return (first == 0 ? 0 : opcode.chainFirst(first, a, b, y: y))
      + (second == 0 ? 0 : opcode.chainSecond(second, a, b, y: y))
  }

  private func element(_ record: Record) -> Double {
    let node = Int(tape.header.pointee.records[Int(record.first)].first)
    return tensors[node]?.element(atFlat: Int(tape.constant(of: record))).value ?? 0
  }

  private func custom(_ record: Record) -> Double {
    // A scalar's own derivative is a row of partials, so the transpose serves both directions.
    let node = tape.customs[Int(record.first)]
    return zip(node.operands, node.pullback(1)).reduce(0) { sum, edge in
      edge.0 < 0 ? sum : sum + edge.1.value * numbers[Int(edge.0)]
    }
  }

  private mutating func tensor(_ index: Int) {
    let node = tape.tensors[index]
    let tangents = node.application.operands.indices.map { position in
      tangent(node.application.operands[position].index)
    }
    guard tangents.contains(where: { $0 != nil }) else { return }
    tensors[index] = withUnsafePointer(to: node.application) { application in
      let use = PrimitiveUse(application, on: tape.header, isRecorded: false, givingTo: nil)
      return node.primitive.pushforward(PrimitiveTangents(tangents), at: use)
    }
  }

  /// The tangent of an operand of an operation on tensors, which may be a number.
  private func tangent(_ index: Int32) -> Tensor? {
    guard index >= 0 else { return nil }
    let record = tape.header.pointee.records[Int(index)]
    guard record.code == .tensor else {
      // Of a gradient that was taken on the way only the records are left, and what its rules read
      // is gone. Nothing moves there, numbers included.
      let number = numbers[Int(index)]
      return number == 0 ? nil : Tensor(number, dtype: .float64)
    }
    return tensors[Int(record.first)]
  }
}
