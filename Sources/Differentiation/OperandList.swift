// What this file knows: how to keep the operands of one operation without an array of their own in
// the usual case. It does not know what an operation is.

/// The operands of one operation, in order.
///
/// Nearly all operations have one or two, and an array would be an allocation for each of them.
struct OperandList: RandomAccessCollection {
  private var first: Application.Operand?
  private var second: Application.Operand?
  private var rest: [Application.Operand] = []

  init() {}

  init(_ operand: Application.Operand) { first = operand }

  init(_ first: Application.Operand, _ second: Application.Operand) {
    self.first = first
    self.second = second
  }

  init(_ operands: some Collection<Application.Operand>) {
    var iterator = operands.makeIterator()
    first = iterator.next()
    second = iterator.next()
    while let next = iterator.next() { rest.append(next) }
  }

  init(_ operands: [Tensor], keepsValues: Bool) {
    switch operands.count {
    case 1: self.init(Application.Operand(operands[0], keepsValue: keepsValues))
    case 2:
      self.init(
        Application.Operand(operands[0], keepsValue: keepsValues),
        Application.Operand(operands[1], keepsValue: keepsValues))
    default: self.init(operands.map { Application.Operand($0, keepsValue: keepsValues) })
    }
  }

  var startIndex: Int { 0 }
  var endIndex: Int { second == nil ? (first == nil ? 0 : 1) : 2 + rest.count }

  subscript(position: Int) -> Application.Operand {
    let operand = position == 0 ? first : position == 1 ? second : rest[position - 2]
    guard let operand else { preconditionFailure("an operation has no operand \(position)") }
    return operand
  }
}
