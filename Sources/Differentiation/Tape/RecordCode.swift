// The number by which a record says what was done and where its operands are.
//
// The form of the operands is part of the number, so that the walk gets from a record to the rule
// compiled for exactly this case by one jump. With the form beside the opcode it took three
// branches more a record, a tenth of the whole walk. The functions themselves are listed in the
// table only: a code is a number of that list plus an offset for the form.

import AdjointElementary

extension Record {
  /// Where the operands of a function of two are found.
  @frozen
  @usableFromInline enum Form {
    /// Both are records.
    case variables
    /// The second is a constant.
    case constantSecond
    /// The first is a constant; ``Record/first`` is the index of the second.
    case constantFirst

    /// The distance between the code and the number of the function.
    @inlinable @inline(__always)
    var offset: UInt8 {
      switch self {
      case .variables: 0
      case .constantSecond: Elementary.Opcode.functionCount
      case .constantFirst: Elementary.Opcode.functionCount &+ Elementary.Opcode.binaryCount
      }
    }
  }

  /// What a record stands for.
  ///
  /// The elementary functions come first, numbered as ``Elementary/Opcode`` numbers them, those of
  /// two operands before the others; then those of two operands with a constant in the second
  /// place, then with one in the first; then the operations that are no elementary functions. There
  /// are no gaps, because the compiler makes more than one jump table for numbers with gaps.
  @frozen
  @usableFromInline struct Code: Equatable, Sendable {
    @usableFromInline let rawValue: UInt8

    @inlinable @inline(__always)
    init(rawValue: UInt8) { self.rawValue = rawValue }

    /// The number of codes that are elementary functions.
    @inlinable @inline(__always)
    static var elementaryCount: UInt8 {
      Form.constantFirst.offset &+ Elementary.Opcode.binaryCount
    }

    /// A variable: no operands.
    @inlinable @inline(__always) static var input: Code { Code(rawValue: elementaryCount) }
    /// The same value as its operand; the input of a nested derivative.
    @inlinable @inline(__always) static var alias: Code { Code(rawValue: elementaryCount &+ 1) }
    /// A tensor operation: `first` is the number of its node.
    @inlinable @inline(__always) static var tensor: Code { Code(rawValue: elementaryCount &+ 2) }
    /// One element of a tensor: `first` is the tensor's record, the flat position is a constant.
    @inlinable @inline(__always) static var element: Code { Code(rawValue: elementaryCount &+ 3) }
    /// A scalar function with a derivative of its own: `first` is the number of its node.
    @inlinable @inline(__always) static var custom: Code { Code(rawValue: elementaryCount &+ 4) }

    /// The code of an elementary function.
    @inlinable @inline(__always)
    init(_ opcode: Elementary.Opcode, _ form: Form = .variables) {
      rawValue = opcode.rawValue &+ form.offset
    }

    /// True for a function of the table, whose operands are all numbers.
    @inlinable @inline(__always)
    var isElementary: Bool { rawValue < Code.elementaryCount }

    /// The elementary function, if this is one.
    var opcode: Elementary.Opcode? {
      isElementary ? Elementary.Opcode(rawValue: rawValue - form.offset) : nil
    }

    /// True for a function of two records.
    @inline(__always)
    var hasTwoVariables: Bool { rawValue < Elementary.Opcode.binaryCount }

    /// Where the operands are.
    var form: Form {
      if rawValue < Form.constantSecond.offset { return .variables }
      return rawValue < Form.constantFirst.offset ? .constantSecond : .constantFirst
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
    case Record.Form.constantSecond.offset: visit(function, .constantSecond)
    case Record.Form.constantFirst.offset: visit(function, .constantFirst)
    default: visit(function, .variables)
    }
  }
}

extension Record.Code {
  /// Calls the visitor with the entry of the table and the form of the operands.
  ///
  /// Inlined with a concrete visitor it becomes a jump table whose cases are specialized. The
  /// compiler makes one table of the first 64 codes that are asked for and a second one of the
  /// rest, so arithmetic comes first.
  @inline(__always)
  func visit<V: RecordVisitor>(_ visitor: inout V) -> V.Result {
    visit(&visitor, .variables) { visitor in
      visit(&visitor, .constantSecond) { visitor in
        visit(&visitor, .constantFirst) { visitor in
          Elementary.Opcode.unary(rawValue, &visitor) { visitor in visitor.visitOther() }
        }
      }
    }
  }

  /// Calls the visitor if this is the code of a function of two operands in this form.
  @inline(__always)
  private func visit<V: RecordVisitor>(
    _ visitor: inout V, _ form: Record.Form, otherwise: (inout V) -> V.Result
  ) -> V.Result {
    Elementary.Opcode.binary(rawValue, from: form.offset, &visitor, otherwise: otherwise)
  }
}
