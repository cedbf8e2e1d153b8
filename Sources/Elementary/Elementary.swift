// What this file knows: the closed list of elementary functions, and how to get from the number
// that a record or a kernel stores back to the entry of the table.

/// The table of elementary functions.
///
/// Each function is a type nested in this namespace that says, once and for every ``Algebra``, how
/// it computes and how a change of its operand reaches its result.
public enum Elementary {
  /// The number by which records and kernels name an elementary function.
  public enum Opcode: UInt8, Sendable, CaseIterable, Codable {
    case negate, abs, sign, floor, ceil, round
    case exp, expMinusOne, log, logOnePlus
    case square, sqrt, rsqrt
    case sin, cos, tan, asin, acos, atan
    case sinh, cosh, tanh, asinh, acosh, atanh
    case erf, sigmoid, softplus, relu
    case add, subtract, multiply, divide, scaled
    case pow, atan2, minimum, maximum

    /// The number of operands, 1 or 2.
    @inlinable @inline(__always)
    public var arity: Int { rawValue < Opcode.add.rawValue ? 1 : 2 }

    /// The printed name, such as `sin` or `+`.
    public var name: String {
      if arity == 1 { unary(NameOfUnary()) } else { binary(NameOfBinary()) }
    }
  }
}

/// What a derivative rule reads besides the seed; a value not named here need not be kept.
public struct Reads: OptionSet, Sendable {
  /// The raw bits.
  public let rawValue: UInt8
  /// Creates the set with the given bits.
  @inlinable public init(rawValue: UInt8) { self.rawValue = rawValue }
  /// The rule reads the operands.
  public static let operands = Reads(rawValue: 1)
  /// The rule reads the result.
  public static let result = Reads(rawValue: 2)
}

/// One elementary function of one operand.
public protocol UnaryFunction: Sendable {
  /// The number that records and kernels store.
  static var opcode: Elementary.Opcode { get }
  /// The printed name.
  static var name: String { get }
  /// What ``chain(_:x:y:)`` reads.
  static var reads: Reads { get }
  /// True for step functions: their derivative is zero by convention and nothing is propagated.
  static var isPiecewiseConstant: Bool { get }
  /// `y = f(x)`.
  static func value<A: Algebra>(_ x: A) -> A
  /// `seed · f'(x)`, with `y = f(x)` at hand.
  ///
  /// The same line serves both directions, because multiplication by a number is its own transpose:
  /// an adjoint of `y` goes in and its contribution to the adjoint of `x` comes out, or a tangent of
  /// `x` goes in and the tangent of `y` comes out.
  static func chain<A: Algebra>(_ seed: A, x: A, y: A) -> A
}

/// One elementary function of two operands.
public protocol BinaryFunction: Sendable {
  /// The number that records and kernels store.
  static var opcode: Elementary.Opcode { get }
  /// The printed name.
  static var name: String { get }
  /// What the two chain rules read.
  static var reads: Reads { get }
  /// `y = f(a, b)`.
  static func value<A: Algebra>(_ a: A, _ b: A) -> A
  /// `seed · ∂f/∂a`, with `y = f(a, b)` at hand.
  static func chainFirst<A: Algebra>(_ seed: A, _ a: A, _ b: A, y: A) -> A
  /// `seed · ∂f/∂b`, with `y = f(a, b)` at hand.
  static func chainSecond<A: Algebra>(_ seed: A, _ a: A, _ b: A, y: A) -> A
}

extension UnaryFunction {
  /// False for all but the step functions.
  @inlinable @inline(__always)
  public static var isPiecewiseConstant: Bool { false }
}

/// Something to be done with an entry of the table that is known only at run time.
public protocol UnaryVisitor {
  /// What the visit returns.
  associatedtype Result
  /// Called with the entry.
  func visit<F: UnaryFunction>(_ function: F.Type) -> Result
}

/// Something to be done with an entry of the table that is known only at run time.
public protocol BinaryVisitor {
  /// What the visit returns.
  associatedtype Result
  /// Called with the entry.
  func visit<F: BinaryFunction>(_ function: F.Type) -> Result
}

extension Elementary.Opcode {
  /// Calls the visitor with the entry for this opcode; the one switch over functions of one operand.
  ///
  /// Inlined with a concrete visitor it becomes a jump table whose cases are specialized.
  @inlinable @inline(__always)
  public func unary<V: UnaryVisitor>(_ visitor: V) -> V.Result {
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
    case .add, .subtract, .multiply, .divide, .scaled, .pow, .atan2, .minimum, .maximum:
      preconditionFailure("\(self) takes two operands")
    }
  }

  /// Calls the visitor with the entry for this opcode; the one switch over functions of two operands.
  @inlinable @inline(__always)
  public func binary<V: BinaryVisitor>(_ visitor: V) -> V.Result {
    switch self {
    case .add: visitor.visit(Elementary.Add.self)
    case .subtract: visitor.visit(Elementary.Subtract.self)
    case .multiply: visitor.visit(Elementary.Multiply.self)
    case .divide: visitor.visit(Elementary.Divide.self)
    case .scaled: visitor.visit(Elementary.Scaled.self)
    case .pow: visitor.visit(Elementary.Power.self)
    case .atan2: visitor.visit(Elementary.ArcTan2.self)
    case .minimum: visitor.visit(Elementary.Minimum.self)
    case .maximum: visitor.visit(Elementary.Maximum.self)
    default: preconditionFailure("this function takes one operand")
    }
  }
}

private struct NameOfUnary: UnaryVisitor {
  func visit<F: UnaryFunction>(_ function: F.Type) -> String { F.name }
}

private struct NameOfBinary: BinaryVisitor {
  func visit<F: BinaryFunction>(_ function: F.Type) -> String { F.name }
}
