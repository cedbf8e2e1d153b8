// The closed list of elementary functions, and how to get from the number that a record or a kernel
// stores back to the entry of the table.

import AdjointSupport

/// The table of elementary functions.
///
/// Each function is a type nested in this namespace that says, once and for every ``Algebra``, how
/// it computes and how a change of its operand reaches its result.
public enum Elementary {
  /// The number by which records and kernels name an elementary function.
  ///
  /// Those of two operands come first. A record has 256 codes, of which a function of one operand
  /// takes one and a function of two takes three.
  public enum Opcode: UInt8, Sendable, CaseIterable, Codable {
    case add, subtract, multiply, divide, scaled
    case pow, atan2, min, max
    case logAddExp, xLogY, hypot, remainder, polygamma, absorbed

    case negate, abs, sign, floor, ceil, round
    case exp, expMinusOne, log, logOnePlus
    case square, sqrt, rsqrt
    case sin, cos, tan, asin, acos, atan
    case sinh, cosh, tanh, asinh, acosh, atanh
    case erf, sigmoid, softplus, relu
    case exp2, log2, log10, cbrt, erfc, erfInverse, logGamma, digamma

    /// The number of functions.
    @inlinable @inline(__always)
    public static var functionCount: UInt8 { Opcode.digamma.rawValue &+ 1 }

    /// The number of functions of two operands.
    @inlinable @inline(__always)
    public static var binaryCount: UInt8 { Opcode.negate.rawValue }

    /// The number of operands, 1 or 2.
    @inlinable @inline(__always)
    public var arity: Int { rawValue < Opcode.negate.rawValue ? 2 : 1 }
  }
}

/// Something to be done with an entry of the table that is known only at run time.
public protocol UnaryVisitor {
  /// What the visit returns.
  associatedtype Result
  /// Called with the entry.
  mutating func visit<F: UnaryFunction>(_ function: F.Type) -> Result
}

/// Something to be done with an entry of the table that is known only at run time.
public protocol BinaryVisitor {
  /// What the visit returns.
  associatedtype Result
  /// Called with the entry.
  mutating func visit<F: BinaryFunction>(_ function: F.Type) -> Result
  /// Called with the entry, and with the number from which the list was counted; by default the
  /// visit is the same for all.
  mutating func visit<F: BinaryFunction>(_ function: F.Type, from base: UInt8) -> Result
}

extension BinaryVisitor {
  @inlinable @inline(__always)
  public mutating func visit<F: BinaryFunction>(_ function: F.Type, from base: UInt8) -> Result {
    visit(function)
  }
}

// The list is asked by the raw number, and what is no number of it falls through: the codes of a
// record are several stretches of such numbers, and of lists that are each the fallback of the one
// before the optimizer makes one jump table. A switch over the opcodes themselves would be checked
// by the compiler for completeness, but needs a comparison of ranges in front of it, a branch for
// each record. That nothing is missing is checked by a test.
extension Elementary.Opcode {
  /// Calls the visitor with the entry of this number, if it is that of a function of one operand.
  ///
  /// Inlined with a concrete visitor it becomes a jump table whose cases are specialized.
  @inlinable @inline(__always)
  public static func unary<V: UnaryVisitor>(
    _ number: UInt8, _ visitor: inout V, otherwise: (inout V) -> V.Result
  ) -> V.Result {
    switch number {
    case Self.negate.rawValue: visitor.visit(Elementary.Negate.self)
    case Self.abs.rawValue: visitor.visit(Elementary.Abs.self)
    case Self.sign.rawValue: visitor.visit(Elementary.Sign.self)
    case Self.floor.rawValue: visitor.visit(Elementary.Floor.self)
    case Self.ceil.rawValue: visitor.visit(Elementary.Ceil.self)
    case Self.round.rawValue: visitor.visit(Elementary.Round.self)
    case Self.exp.rawValue: visitor.visit(Elementary.Exp.self)
    case Self.expMinusOne.rawValue: visitor.visit(Elementary.ExpMinusOne.self)
    case Self.log.rawValue: visitor.visit(Elementary.Log.self)
    case Self.logOnePlus.rawValue: visitor.visit(Elementary.LogOnePlus.self)
    case Self.square.rawValue: visitor.visit(Elementary.Square.self)
    case Self.sqrt.rawValue: visitor.visit(Elementary.Sqrt.self)
    case Self.rsqrt.rawValue: visitor.visit(Elementary.Rsqrt.self)
    case Self.sin.rawValue: visitor.visit(Elementary.Sin.self)
    case Self.cos.rawValue: visitor.visit(Elementary.Cos.self)
    case Self.tan.rawValue: visitor.visit(Elementary.Tan.self)
    case Self.asin.rawValue: visitor.visit(Elementary.Asin.self)
    case Self.acos.rawValue: visitor.visit(Elementary.Acos.self)
    case Self.atan.rawValue: visitor.visit(Elementary.Atan.self)
    case Self.sinh.rawValue: visitor.visit(Elementary.Sinh.self)
    case Self.cosh.rawValue: visitor.visit(Elementary.Cosh.self)
    case Self.tanh.rawValue: visitor.visit(Elementary.Tanh.self)
    case Self.asinh.rawValue: visitor.visit(Elementary.Asinh.self)
    case Self.acosh.rawValue: visitor.visit(Elementary.Acosh.self)
    case Self.atanh.rawValue: visitor.visit(Elementary.Atanh.self)
    case Self.erf.rawValue: visitor.visit(Elementary.Erf.self)
    case Self.sigmoid.rawValue: visitor.visit(Elementary.Sigmoid.self)
    case Self.softplus.rawValue: visitor.visit(Elementary.Softplus.self)
    case Self.relu.rawValue: visitor.visit(Elementary.Relu.self)
    case Self.exp2.rawValue: visitor.visit(Elementary.Exp2.self)
    case Self.log2.rawValue: visitor.visit(Elementary.Log2.self)
    case Self.log10.rawValue: visitor.visit(Elementary.Log10.self)
    case Self.cbrt.rawValue: visitor.visit(Elementary.Cbrt.self)
    case Self.erfc.rawValue: visitor.visit(Elementary.Erfc.self)
    case Self.erfInverse.rawValue: visitor.visit(Elementary.ErfInverse.self)
    case Self.logGamma.rawValue: visitor.visit(Elementary.LogGamma.self)
    case Self.digamma.rawValue: visitor.visit(Elementary.Digamma.self)
    default: otherwise(&visitor)
    }
  }

  /// Calls the visitor with the entry of this number, counted from `base`, if it is that of a
  /// function of two operands.
  @inlinable @inline(__always)
  public static func binary<V: BinaryVisitor>(
    _ number: UInt8, from base: UInt8 = 0, _ visitor: inout V, otherwise: (inout V) -> V.Result
  ) -> V.Result {
    switch number {
    case base &+ Self.add.rawValue: visitor.visit(Elementary.Add.self, from: base)
    case base &+ Self.subtract.rawValue: visitor.visit(Elementary.Subtract.self, from: base)
    case base &+ Self.multiply.rawValue: visitor.visit(Elementary.Multiply.self, from: base)
    case base &+ Self.divide.rawValue: visitor.visit(Elementary.Divide.self, from: base)
    case base &+ Self.scaled.rawValue: visitor.visit(Elementary.Scaled.self, from: base)
    case base &+ Self.pow.rawValue: visitor.visit(Elementary.Pow.self, from: base)
    case base &+ Self.atan2.rawValue: visitor.visit(Elementary.Atan2.self, from: base)
    case base &+ Self.min.rawValue: visitor.visit(Elementary.Min.self, from: base)
    case base &+ Self.max.rawValue: visitor.visit(Elementary.Max.self, from: base)
    case base &+ Self.logAddExp.rawValue: visitor.visit(Elementary.LogAddExp.self, from: base)
    case base &+ Self.xLogY.rawValue: visitor.visit(Elementary.XLogY.self, from: base)
    case base &+ Self.hypot.rawValue: visitor.visit(Elementary.Hypot.self, from: base)
    case base &+ Self.remainder.rawValue: visitor.visit(Elementary.Remainder.self, from: base)
    case base &+ Self.polygamma.rawValue: visitor.visit(Elementary.Polygamma.self, from: base)
    case base &+ Self.absorbed.rawValue: visitor.visit(Elementary.Absorbed.self, from: base)
    default: otherwise(&visitor)
    }
  }

  /// Calls the visitor with the entry for this opcode, a function of one operand.
  @inlinable @inline(__always)
  public func unary<V: UnaryVisitor>(_ visitor: V) -> V.Result {
    var visitor = visitor
    return Self.unary(rawValue, &visitor) { _ in
      stopForArity()
    }
  }

  /// Calls the visitor with the entry for this opcode, a function of two operands.
  @inlinable @inline(__always)
  public func binary<V: BinaryVisitor>(_ visitor: V) -> V.Result {
    var visitor = visitor
    return Self.binary(rawValue, &visitor) { _ in
      stopForArity()
    }
  }

  @usableFromInline @inline(never)
  func stopForArity() -> Never {
    require(arity == 1, "unary(_:): `\(name)` takes two operands. Call binary(_:).")
    stop("binary(_:): `\(name)` takes one operand. Call unary(_:).")
  }
}
