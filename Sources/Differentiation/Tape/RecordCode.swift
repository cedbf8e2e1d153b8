// What this file knows: the number by which a record says what was done and where its operands are.
//
// The form of the operands is part of the number, so that the walk gets from a record to the rule
// compiled for exactly this case by one jump. With the form beside the opcode it took three branches
// more a record, a tenth of the whole walk.

import AdjointElementary

extension Record {
  /// Where the operands of a function of two are found.
  @frozen
  public enum Form: UInt8 {
    /// Both are records.
    case variables
    /// The second is a constant.
    case constantSecond
    /// The first is a constant; ``Record/first`` is the index of the second.
    case constantFirst
  }

  /// What a record stands for.
  ///
  /// The elementary functions come first, numbered as ``Elementary/Opcode`` numbers them; then the
  /// functions of two operands with a constant in the second and in the first place, in the same
  /// order; then the operations that are no elementary functions.
  @frozen
  public enum Code: UInt8 {
    case negate, abs, sign, floor, ceil, round
    case exp, expMinusOne, log, logOnePlus
    case square, sqrt, rsqrt
    case sin, cos, tan, asin, acos, atan
    case sinh, cosh, tanh, asinh, acosh, atanh
    case erf, sigmoid, softplus, relu
    case add, subtract, multiply, divide, scaled
    case pow, atan2, minimum, maximum
    case addConstant, subtractConstant, multiplyConstant, divideConstant, scaledConstant
    case powConstant, atan2Constant, minimumConstant, maximumConstant
    case constantAdd, constantSubtract, constantMultiply, constantDivide, constantScaled
    case constantPow, constantAtan2, constantMinimum, constantMaximum
    /// A variable: no operands.
    case input
    /// The same value as its operand; the input of a nested derivative.
    case alias
    /// A tensor operation: `first` is its place in the side table.
    case tensor
    /// One element of a tensor: `first` is the tensor's record, `second` the flat position.
    case element
    /// A scalar function with a derivative of its own: `first` is its place in the side table.
    case custom

    @usableFromInline static let binaryCount: UInt8 = 9

    /// The code of an elementary function.
    @inlinable @inline(__always)
    init(_ opcode: Elementary.Opcode, _ form: Form = .variables) {
      // The cases are numbered without gaps, so the sum is the representation of one of them.
      self = unsafeBitCast(opcode.rawValue &+ form.rawValue &* Self.binaryCount, to: Code.self)
    }

    /// True for a function of the table, whose operands are all numbers.
    var isElementary: Bool { rawValue < Code.input.rawValue }

    /// The elementary function, if this is one.
    public var opcode: Elementary.Opcode? {
      guard isElementary else { return nil }
      return Elementary.Opcode(rawValue: rawValue - form.rawValue * Self.binaryCount)
    }

    /// Where the operands are.
    public var form: Form {
      if rawValue < Code.addConstant.rawValue { return .variables }
      return rawValue < Code.constantAdd.rawValue ? .constantSecond : .constantFirst
    }
  }
}

/// What is to be done for each kind of record.
protocol RecordVisitor {
  /// What the visit returns.
  associatedtype Result
  /// Called for a function of one operand.
  mutating func visit<F: UnaryFunction>(_ function: F.Type) -> Result
  /// Called for a function of two operands.
  mutating func visit<F: BinaryFunction>(_ function: F.Type, _ form: Record.Form) -> Result
  /// Called for everything that is no elementary function.
  mutating func visitOther() -> Result
}

extension Record.Code {
  /// Calls the visitor with the entry of the table and the form of the operands.
  ///
  /// Inlined with a concrete visitor it becomes one jump table whose cases are specialized.
  @inline(__always)
  func visit<V: RecordVisitor>(_ visitor: inout V) -> V.Result {
    switch self {
    case .negate: visitor.visit(Elementary.Negate.self)
    case .abs: visitor.visit(Elementary.AbsoluteValue.self)
    case .sign: visitor.visit(Elementary.Sign.self)
    case .floor: visitor.visit(Elementary.Floor.self)
    case .ceil: visitor.visit(Elementary.Ceiling.self)
    case .round: visitor.visit(Elementary.Round.self)
    case .exp: visitor.visit(Elementary.Exp.self)
    case .expMinusOne: visitor.visit(Elementary.ExpMinusOne.self)
    case .log: visitor.visit(Elementary.Log.self)
    case .logOnePlus: visitor.visit(Elementary.LogOnePlus.self)
    case .square: visitor.visit(Elementary.Square.self)
    case .sqrt: visitor.visit(Elementary.SquareRoot.self)
    case .rsqrt: visitor.visit(Elementary.ReciprocalSquareRoot.self)
    case .sin: visitor.visit(Elementary.Sin.self)
    case .cos: visitor.visit(Elementary.Cos.self)
    case .tan: visitor.visit(Elementary.Tan.self)
    case .asin: visitor.visit(Elementary.ArcSin.self)
    case .acos: visitor.visit(Elementary.ArcCos.self)
    case .atan: visitor.visit(Elementary.ArcTan.self)
    case .sinh: visitor.visit(Elementary.Sinh.self)
    case .cosh: visitor.visit(Elementary.Cosh.self)
    case .tanh: visitor.visit(Elementary.Tanh.self)
    case .asinh: visitor.visit(Elementary.ArcSinh.self)
    case .acosh: visitor.visit(Elementary.ArcCosh.self)
    case .atanh: visitor.visit(Elementary.ArcTanh.self)
    case .erf: visitor.visit(Elementary.Erf.self)
    case .sigmoid: visitor.visit(Elementary.Sigmoid.self)
    case .softplus: visitor.visit(Elementary.Softplus.self)
    case .relu: visitor.visit(Elementary.Relu.self)
    case .add: visitor.visit(Elementary.Add.self, .variables)
    case .subtract: visitor.visit(Elementary.Subtract.self, .variables)
    case .multiply: visitor.visit(Elementary.Multiply.self, .variables)
    case .divide: visitor.visit(Elementary.Divide.self, .variables)
    case .scaled: visitor.visit(Elementary.Scaled.self, .variables)
    case .pow: visitor.visit(Elementary.Power.self, .variables)
    case .atan2: visitor.visit(Elementary.ArcTan2.self, .variables)
    case .minimum: visitor.visit(Elementary.Minimum.self, .variables)
    case .maximum: visitor.visit(Elementary.Maximum.self, .variables)
    case .addConstant: visitor.visit(Elementary.Add.self, .constantSecond)
    case .subtractConstant: visitor.visit(Elementary.Subtract.self, .constantSecond)
    case .multiplyConstant: visitor.visit(Elementary.Multiply.self, .constantSecond)
    case .divideConstant: visitor.visit(Elementary.Divide.self, .constantSecond)
    case .scaledConstant: visitor.visit(Elementary.Scaled.self, .constantSecond)
    case .powConstant: visitor.visit(Elementary.Power.self, .constantSecond)
    case .atan2Constant: visitor.visit(Elementary.ArcTan2.self, .constantSecond)
    case .minimumConstant: visitor.visit(Elementary.Minimum.self, .constantSecond)
    case .maximumConstant: visitor.visit(Elementary.Maximum.self, .constantSecond)
    case .constantAdd: visitor.visit(Elementary.Add.self, .constantFirst)
    case .constantSubtract: visitor.visit(Elementary.Subtract.self, .constantFirst)
    case .constantMultiply: visitor.visit(Elementary.Multiply.self, .constantFirst)
    case .constantDivide: visitor.visit(Elementary.Divide.self, .constantFirst)
    case .constantScaled: visitor.visit(Elementary.Scaled.self, .constantFirst)
    case .constantPow: visitor.visit(Elementary.Power.self, .constantFirst)
    case .constantAtan2: visitor.visit(Elementary.ArcTan2.self, .constantFirst)
    case .constantMinimum: visitor.visit(Elementary.Minimum.self, .constantFirst)
    case .constantMaximum: visitor.visit(Elementary.Maximum.self, .constantFirst)
    case .input, .alias, .tensor, .element, .custom: visitor.visitOther()
    }
  }
}
