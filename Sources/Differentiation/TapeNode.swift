// What this file knows: the records of a tape as a reader sees them: what was computed, from what,
// and with which local partial derivatives.

import AdjointArrays
import AdjointElementary

/// A value on a tape.
public enum TapeValue: Sendable, CustomStringConvertible {
  /// A number.
  case number(Double)
  /// A tensor; its elements only if the tape kept them.
  case tensor(TensorType, NDArray?)

  /// The number in ten digits, a small tensor's elements, or the type of a large one.
  public var description: String {
    switch self {
    case .number(let value): return shortened(value)
    case .tensor(let type, let array):
      guard let array, type.shape.elementCount <= 6 else { return type.description }
      let elements = array.values(as: Double.self).map { shortened($0, digits: 6) }
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

  /// The place on the tape.
  public var index: Int
  /// The printed name of the operation; `variable` and `constant` for those.
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

  /// The recorded operation at a place.
  public func node(_ index: Int) -> TapeNode {
    let record = header.pointee.base[index]
    var node = TapeNode(
      index: index, operation: "variable", operands: [], value: .number(record.value),
      name: name(at: Int32(index)), partials: [], isInfix: false)
    if let opcode = record.opcode {
      node.operation = opcode.name
      node.isInfix = [.add, .subtract, .multiply, .divide].contains(opcode)
      node.operands = [operand(record.first, record.constant)]
      if opcode.arity == 2 { node.operands.append(operand(record.second, record.constant)) }
      node.partials = partials(record, opcode)
      return node
    }
    switch record.code {
    case Record.literal: node.operation = "constant"
    case Record.alias:
      node.operation = "input"
      node.operands = [.node(Int(record.first))]
      node.partials = [1]
    case Record.element:
      node.operation = "element \(record.second)"
      node.operands = [.node(Int(record.first))]
    case Record.custom:
      let custom = customs[Int(record.first)]
      node.operation = custom.name
      node.operands = custom.operands.map { operand($0, 0) }
      node.partials = withoutRecording { custom.pullback(1).map(\.value) }
    case Record.tensor:
      let tensor = tensors[Int(record.first)]
      node.operation = tensor.primitive.name
      node.operands = tensor.operands.map {
        $0.index >= 0 ? .node(Int($0.index)) : .constantTensor($0.type)
      }
      node.value = .tensor(tensor.type, tensor.result)
    default: break
    }
    return node
  }

  private func operand(_ index: Int32, _ constant: Float) -> TapeNode.Operand {
    guard index >= 0 else { return .constant(Double(constant)) }
    let record = header.pointee.base[Int(index)]
    return record.code == Record.literal ? .constant(record.value) : .node(Int(index))
  }

  private func partials(_ record: Record, _ opcode: Elementary.Opcode) -> [Double] {
    let a = number(record.first, record.constant)
    guard opcode.arity == 2 else {
      return [opcode.unary(Partial(x: a, y: record.value))]
    }
    return opcode.binary(
      Partials(a: a, b: number(record.second, record.constant), y: record.value))
  }

  private func number(_ index: Int32, _ constant: Float) -> Double {
    index >= 0 ? header.pointee.base[Int(index)].value : Double(constant)
  }
}

private struct Partial: UnaryVisitor {
  let x: Double, y: Double
  func visit<F: UnaryFunction>(_ function: F.Type) -> Double { F.chain(1, x: x, y: y) }
}

private struct Partials: BinaryVisitor {
  let a: Double, b: Double, y: Double
  func visit<F: BinaryFunction>(_ function: F.Type) -> [Double] {
    [F.chainFirst(1, a, b, y: y), F.chainSecond(1, a, b, y: y)]
  }
}

/// A number in at most `digits` significant digits, for people.
func shortened(_ value: Double, digits: Int = 10) -> String {
  guard value.isFinite, value != 0 else { return value == 0 ? "0" : "\(value)" }
  var scale = 1.0
  var magnitude = value.magnitude
  // The largest and smallest numbers keep all their digits: scaling would overflow.
  guard magnitude > 1e-200, magnitude < 1e200 else { return "\(value)" }
  while magnitude < 1 { (magnitude, scale) = (magnitude * 10, scale * 10) }
  while magnitude >= 10 { (magnitude, scale) = (magnitude / 10, scale / 10) }
  for _ in 1..<digits { scale *= 10 }
  let rounded = (value * scale).rounded() / scale
  let text = "\(rounded)"
  return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
}
