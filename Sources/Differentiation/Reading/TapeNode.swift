// The records of a tape as a reader sees them: what was computed, from what, and with which local
// partial derivatives. It has never heard of walks.

import AdjointArrays
import AdjointElementary
import AdjointSupport

/// A value on a tape.
public enum TapeValue: Sendable, CustomStringConvertible {
  /// A number.
  case number(Double)
  /// A tensor; its elements only if the tape kept them.
  case tensor(TensorType, NDArray?)

  /// The number in ten digits, a small tensor's elements, or the type of a large one.
  public var description: String {
    switch self {
    case .number(let value): return NumberText.significant(value)
    case .tensor(let type, let array):
      guard let array, type.shape.elementCount <= 6 else { return type.description }
      let elements = array.values(as: Double.self).map { NumberText.significant($0, digits: 6) }
      return "\(type.shape) (\(elements.joined(separator: ", ")))"
    }
  }
}

/// One operation of a tape.
public struct TapeNode: Sendable {
  /// What an operand is.
  public enum Operand: Sendable, Equatable {
    /// The result of an earlier record.
    case node(Int)
    /// A number.
    case constant(Double)
    /// A tensor that no derivative is asked of.
    case constantTensor(TensorType)
  }

  /// The index on the tape.
  public var index: Int
  /// The printed name of the operation; `variable` for a variable, `input` for that
  /// of a nested derivative.
  public var operation: String
  /// The operands, in order.
  public var operands: [Operand]
  /// The value.
  public var value: TapeValue
  /// The name that was given to a variable.
  public var name: String?
  /// `∂result/∂operand` for each operand of a scalar operation; empty for tensors.
  public var partials: [Double]
  /// Infix operators are printed between their operands.
  var isInfix: Bool

  /// The name, or `v` and the index.
  public var label: String { name ?? "v\(index)" }
}

extension Tape {
  /// The recorded operations, from the first to the last.
  public var nodes: [TapeNode] { (0..<count).map(node) }

  /// The recorded operation at an index.
  public func node(_ index: Int) -> TapeNode {
    require(
      (0..<count).contains(index),
      "node(_:): there is no node \(index) on a tape of \(count) operations. "
        + "Nodes count from 0, below the tape's `count`.")
    let record = header.pointee.records[index]
    let value = value(at: Int32(index))
    var node = TapeNode(
      index: index, operation: "variable", operands: [], value: .number(value),
      name: name(at: Int32(index)), partials: [], isInfix: false)
    if let opcode = record.code.opcode {
      node.operation = opcode.name
      node.isInfix = opcode.isInfix
      node.operands = operands(record, opcode.arity)
      node.partials = partials(record, opcode, value)
      return node
    }
    switch record.code {
    case .alias:
      node.operation = "input"
      node.operands = [.node(Int(record.first))]
      node.partials = [1]
    case .element:
      node.operation = "element \(Int(constant(of: record)))"
      node.operands = [.node(Int(record.first))]
    case .custom:
      let custom = customs[Int(record.first)]
      node.operation = custom.name
      node.operands = custom.operands.map { $0 < 0 ? .constant(0) : .node(Int($0)) }
      node.partials = computingOnly { custom.pullback(1).map(\.value) }
    case .tensor:
      let tensor = tensors[Int(record.first)]
      node.operation = tensor.primitive.name
      node.operands = tensor.application.operands.indices.map { position in
        let operand = tensor.application.operands[position]
        return operand.index >= 0 ? .node(Int(operand.index)) : .constantTensor(operand.type)
      }
      node.value = .tensor(tensors.type(of: Int(record.first)), tensor.application.result)
    default: break
    }
    return node
  }

  private func operands(_ record: Record, _ arity: Int) -> [TapeNode.Operand] {
    let first = TapeNode.Operand.node(Int(record.first))
    guard arity == 2 else { return [first] }
    return switch record.code.form {
    case .variables: [first, .node(Int(record.second))]
    case .constantSecond: [first, .constant(constant(of: record))]
    case .constantFirst: [.constant(constant(of: record)), first]
    }
  }

  private func partials(
    _ record: Record, _ opcode: Elementary.Opcode, _ y: Double
  ) -> [Double] {
    guard opcode.arity == 2 else {
      return [opcode.chain(1, x: value(at: record.first), y: y) ?? 0]
    }
    let (a, b) = operandValues(record)
    return [opcode.chainFirst(1, a, b, y: y), opcode.chainSecond(1, a, b, y: y)]
  }

  /// The values of both operands of a function of two.
  func operandValues(_ record: Record) -> (Double, Double) {
    switch record.code.form {
    case .variables: (value(at: record.first), value(at: record.second))
    case .constantSecond: (value(at: record.first), constant(of: record))
    case .constantFirst: (constant(of: record), value(at: record.first))
    }
  }

  /// The name of a record, or `v` and its index.
  func label(_ index: Int) -> String { name(at: Int32(index)) ?? "v\(index)" }

  /// The value of a recorded operation.
  func value(at index: Int32) -> Double { header.pointee.values[Int(index)] }

  /// The constant operand of a record that has one.
  func constant(of record: Record) -> Double { header.pointee.constants[Int(record.second)] }
}
