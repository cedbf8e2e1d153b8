// The number by which a record says what was done and where its operands are.
//
// The form of the operands is part of the number, so that the walk gets from a record to the rule
// compiled for exactly this case by one jump. With the form beside the opcode it took three
// branches more a record, a tenth of the whole walk. The functions themselves are listed in the
// table only: a code is a number of that list plus an offset for the form.

import AdjointElementary

extension Record {
  /// Where the operands of a function of two are found.
  ///
  /// The raw value is the distance between the code and the number of the function.
  @frozen
  public enum Form: UInt8 {
    /// Both are records.
    case variables = 0
    /// The second is a constant.
    case constantSecond = 128
    /// The first is a constant; ``Record/first`` is the index of the second.
    case constantFirst = 192
  }

  /// What a record stands for.
  ///
  /// The elementary functions come first, numbered as ``Elementary/Opcode`` numbers them, those of
  /// two operands before the others; from 128 on the functions of two operands with a constant in
  /// the second place, from 192 on with one in the first. The operations that are no elementary
  /// functions are counted from the top down. So there is room for 128 functions, 59 of them of two
  /// operands.
  @frozen
  public struct Code: Equatable, Sendable {
    @usableFromInline let rawValue: UInt8

    @inlinable @inline(__always)
    init(rawValue: UInt8) { self.rawValue = rawValue }

    /// A variable: no operands.
    @inlinable @inline(__always) public static var input: Code { Code(rawValue: 255) }
    /// The same value as its operand; the input of a nested derivative.
    @inlinable @inline(__always) public static var alias: Code { Code(rawValue: 254) }
    /// A tensor operation: `first` is its place in the side table.
    @inlinable @inline(__always) public static var tensor: Code { Code(rawValue: 253) }
    /// One element of a tensor: `first` is the tensor's record, `second` the flat position.
    @inlinable @inline(__always) public static var element: Code { Code(rawValue: 252) }
    /// A scalar function with a derivative of its own: `first` is its place in the side table.
    @inlinable @inline(__always) public static var custom: Code { Code(rawValue: 251) }

    /// The code of an elementary function.
    @inlinable @inline(__always)
    init(_ opcode: Elementary.Opcode, _ form: Form = .variables) {
      rawValue = opcode.rawValue &+ form.rawValue
    }

    /// True for a function of the table, whose operands are all numbers.
    @inlinable @inline(__always)
    var isElementary: Bool { rawValue < Code.custom.rawValue }

    /// The elementary function, if this is one.
    public var opcode: Elementary.Opcode? {
      isElementary ? Elementary.Opcode(rawValue: rawValue - form.rawValue) : nil
    }

    /// Where the operands are.
    public var form: Form {
      if rawValue < Form.constantSecond.rawValue { return .variables }
      return rawValue < Form.constantFirst.rawValue ? .constantSecond : .constantFirst
    }
  }
}

/// What is to be done for each kind of record.
protocol RecordVisitor: UnaryVisitor, BinaryVisitor {
  /// Called for a function of two operands.
  mutating func visit<F: BinaryFunction>(_ function: F.Type, _ form: Record.Form) -> Result
  /// Called for everything that is no elementary function.
  mutating func visitOther() -> Result
}

extension RecordVisitor {
  @inline(__always)
  mutating func visit<F: BinaryFunction>(_ function: F.Type) -> Result {
    visit(function, .variables)
  }
  @inline(__always)
  mutating func visit<F: BinaryFunction>(_ function: F.Type, from base: UInt8) -> Result {
    // The numbers are literals at every call, and this is decided when the list is compiled.
    switch base {
    case Record.Form.constantSecond.rawValue: visit(function, .constantSecond)
    case Record.Form.constantFirst.rawValue: visit(function, .constantFirst)
    default: visit(function, .variables)
    }
  }
}

extension Record.Code {
  /// Calls the visitor with the entry of the table and the form of the operands.
  ///
  /// Inlined with a concrete visitor it becomes one jump table whose cases are specialized. For
  /// that nothing may come after the lists: no code lies between them, which the last line says to
  /// the optimizer, and the other records are asked for first.
  @inline(__always)
  func visit<V: RecordVisitor>(_ visitor: inout V) -> V.Result {
    switch self {
    case .input, .alias, .tensor, .element, .custom: return visitor.visitOther()
    default: break
    }
    return Elementary.Opcode.unary(rawValue, &visitor) { visitor in
      visit(&visitor, .variables) { visitor in
        visit(&visitor, .constantSecond) { visitor in
          visit(&visitor, .constantFirst) { _ in V.Result?.none.unsafelyUnwrapped }
        }
      }
    }
  }

  /// Calls the visitor if this is the code of a function of two operands in this form.
  @inline(__always)
  private func visit<V: RecordVisitor>(
    _ visitor: inout V, _ form: Record.Form, otherwise: (inout V) -> V.Result
  ) -> V.Result {
    Elementary.Opcode.binary(rawValue, from: form.rawValue, &visitor, otherwise: otherwise)
  }
}
