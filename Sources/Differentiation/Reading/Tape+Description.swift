// The printed tape, known in the literature as the Wengert list. It has never heard of how adjoints
// are computed.

import AdjointSupport

extension Tape {
  /// The tape as a table: index, operation, value, adjoint, local partial derivatives.
  ///
  /// ```swift
  /// let tape = Tape()
  /// let w = tape.variable(0.5, "w"), x = tape.variable(2, "x")
  /// let y = sigmoid(w * x)
  /// print(tape.described(with: tape.gradients(of: y)))
  /// ```
  /// ```text
  /// index  operation    value         adjoint        partials
  /// v0     w            0.5           0.3932238665
  /// v1     x            2             0.09830596662
  /// v2     w * x        1             0.1966119332   2, 0.5
  /// v3     sigmoid(v2)  0.7310585786  1              0.1966119332
  /// ```
  ///
  /// An adjoint that never arrived is shown as `-`; it is not zero but none.
  ///
  /// - Parameter adjoints: what ``gradients(of:seed:)`` returned; without it the adjoints are left
  ///   out.
  public func described(with adjoints: Adjoints? = nil) -> String {
    var rows = [["index", "operation", "value"]]
    adjoints?.requireTape(header, header.pointee.generation)
    if adjoints != nil { rows[0].append("adjoint") }
    rows[0].append("partials")
    for node in nodes {
      var row = ["v\(node.index)", expression(node), node.value.description]
      if let adjoints { row.append(adjoints.value(at: node.index)?.description ?? "-") }
      row.append(node.partials.map { NumberText.significant($0) }.joined(separator: ", "))
      rows.append(row)
    }
    return alignedColumns(rows)
  }

  /// The operation with its operands by name, such as `0.5 * v6` or `sigmoid(v2)`.
  public func expression(_ node: TapeNode) -> String {
    if node.operands.isEmpty { return node.name ?? node.operation }
    let names = node.operands.map(operandName)
    if node.isInfix { return "\(names[0]) \(node.operation) \(names[1])" }
    return "\(node.operation)(\(names.joined(separator: ", ")))"
  }

  private func operandName(_ operand: TapeNode.Operand) -> String {
    switch operand {
    case .node(let index): label(index)
    case .constant(let value): NumberText.significant(value)
    case .constantTensor(let type): type.description
    }
  }
}

extension Tape: CustomStringConvertible {
  /// The tape as a table, without adjoints.
  public var description: String { described() }
}
