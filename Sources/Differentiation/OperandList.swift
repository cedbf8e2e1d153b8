// What this file knows: how to keep the operands of one operation without an array of their own in
// the usual case. It does not know what an operation is.

/// The operands of one operation, in order.
///
/// Nearly all operations have at most three, and an array would be an allocation for each of them.
struct OperandList: RandomAccessCollection {
  private var first: Application.Operand?
  private var second: Application.Operand?
  private var third: Application.Operand?
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
    third = iterator.next()
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
  var endIndex: Int {
    if third != nil { return 3 + rest.count }
    return second == nil ? (first == nil ? 0 : 1) : 2
  }

  subscript(position: Int) -> Application.Operand {
    let operand: Application.Operand? =
      switch position {
      case 0: first
      case 1: second
      case 2: third
      default: rest[position - 3]
      }
    guard let operand else { preconditionFailure("an operation has no operand \(position)") }
    return operand
  }
}
