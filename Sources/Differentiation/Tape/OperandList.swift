// What this file knows: how to keep the operands of one operation without an array of their own in
// the usual case. It does not know what an operation is.

/// The operands of one operation, in order.
///
/// Nearly all operations have at most three, and an array would be an allocation for each of them. What
/// a walk asks of an operand is read where it lies: a copy would count references.
struct OperandList {
  private var first = Application.Operand()
  private var second = Application.Operand()
  private var third = Application.Operand()
  private var rest: [Application.Operand] = []
  private(set) var count = 0
  /// The places on the tape of the first operands, once more: to look at them copies nothing.
  private var places: (Int32, Int32, Int32) = (-1, -1, -1)

  init() {}

  init(_ operand: Application.Operand) {
    first = operand
    places.0 = operand.index
    count = 1
  }

  init(_ first: Application.Operand, _ second: Application.Operand) {
    self.first = first
    self.second = second
    places = (first.index, second.index, -1)
    count = 2
  }

  init(
    _ first: Application.Operand, _ second: Application.Operand, _ third: Application.Operand
  ) {
    self.first = first
    self.second = second
    self.third = third
    places = (first.index, second.index, third.index)
    count = 3
  }

  init(_ operands: some Collection<Application.Operand>) {
    for operand in operands {
      switch count {
      case 0: (first, places.0) = (operand, operand.index)
      case 1: (second, places.1) = (operand, operand.index)
      case 2: (third, places.2) = (operand, operand.index)
      default: rest.append(operand)
      }
      count += 1
    }
  }

  init(_ operands: [Tensor], keepsValues: Bool) {
    self.init(operands.lazy.map { Application.Operand($0, keepsValue: keepsValues) })
  }

  var isEmpty: Bool { count == 0 }
  var indices: Range<Int> { 0..<count }

  subscript(position: Int) -> Application.Operand {
    @inline(__always) _read {
      precondition(position >= 0 && position < count, "an operation has no such operand")
      switch position {
      case 0: yield first
      case 1: yield second
      case 2: yield third
      default: yield rest[position - 3]
      }
    }
  }

  /// The place of an operand on the tape.
  @inline(__always)
  func index(_ position: Int) -> Int32 {
    switch position {
    case 0: places.0
    case 1: places.1
    case 2: places.2
    default: rest[position - 3].index
    }
  }

  /// True if there is an operand in a place that the test accepts; by address, since passing a list on
  /// would copy it.
  @inline(__always)
  static func contains(_ list: UnsafePointer<OperandList>, where test: (Int32) -> Bool) -> Bool {
    let (count, places) = (list.pointee.count, list.pointee.places)
    if count > 0 && test(places.0) || count > 1 && test(places.1) || count > 2 && test(places.2) {
      return true
    }
    return count > 3 && list.pointee.rest.contains { test($0.index) }
  }
}
