// What an entry of the table says about its function. Nothing about a function is said anywhere
// else: the walks, the kernels and the printed forms ask the entry.

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

/// What entries say about functions of one and of two operands alike.
public protocol ElementaryFunction: Sendable {
  /// The number that records and kernels store.
  static var opcode: Elementary.Opcode { get }
  /// The printed name; by default that of the opcode.
  static var name: String { get }
  /// What the rules read.
  static var reads: Reads { get }
  /// True for an operator that is printed between its operands; by default false.
  static var isInfix: Bool { get }
  /// True if a loop over elements is bound by memory rather than by arithmetic; by default false.
  static var isCheap: Bool { get }
  /// True if the function is defined on whole numbers; by default false.
  static var isDefinedOnIntegers: Bool { get }
  /// True if the function of `Float` operands, computed in `Double` and then rounded, is what
  /// arithmetic in `Float` gives; by default false.
  ///
  /// So it is for functions that choose or round to whole numbers. For the four operations and the
  /// root it is so because the 53 digits of a `Double` are more than twice the 24 of a `Float` and
  /// two: the second rounding changes nothing (Figueroa, When is double rounding innocuous?, 1995).
  static var isExactInDouble: Bool { get }
}

extension ElementaryFunction {
  @inlinable public static var name: String { String(describing: opcode) }
  @inlinable @inline(__always) public static var isInfix: Bool { false }
  @inlinable @inline(__always) public static var isCheap: Bool { false }
  @inlinable @inline(__always) public static var isDefinedOnIntegers: Bool { false }
  @inlinable @inline(__always) public static var isExactInDouble: Bool { false }
}

/// One elementary function of one operand.
public protocol UnaryFunction: ElementaryFunction {
  /// True for step functions: their derivative is zero by convention and nothing is propagated.
  static var isPiecewiseConstant: Bool { get }
  /// `y = f(x)`.
  static func value<A: NumericAlgebra>(_ x: A) -> A
  /// `seed · f'(x)`, with `y = f(x)` at hand.
  ///
  /// The same line serves both directions, because multiplication by a number is its own transpose:
  /// an adjoint of `y` goes in and its contribution to the adjoint of `x` comes out, or a tangent
  /// of `x` goes in and the tangent of `y` comes out.
  static func chain<A: Algebra>(_ seed: A, x: A, y: A) -> A
}

/// One elementary function of two operands.
public protocol BinaryFunction: ElementaryFunction {
  /// `y = f(a, b)`.
  static func value<A: NumericAlgebra>(_ a: A, _ b: A) -> A
  /// `seed · ∂f/∂a`, with `y = f(a, b)` at hand.
  static func chainFirst<A: Algebra>(_ seed: A, _ a: A, _ b: A, y: A) -> A
  /// `seed · ∂f/∂b`, with `y = f(a, b)` at hand.
  static func chainSecond<A: Algebra>(_ seed: A, _ a: A, _ b: A, y: A) -> A
}

extension UnaryFunction {
  /// False for all but the step functions.
  @inlinable @inline(__always)
  public static var isPiecewiseConstant: Bool { false }

  /// `f(x)` in any algebra, recorded where the algebra records: `Cos.at(x)`.
  @inlinable @inline(__always)
  public static func at<A: Algebra>(_ x: A) -> A { A._apply(Self.self, x) }
}

extension BinaryFunction {
  /// `f(a, b)` in any algebra, recorded where the algebra records: `Pow.at(a, b)`.
  @inlinable @inline(__always)
  public static func at<A: Algebra>(_ a: A, _ b: A) -> A { A._apply(Self.self, a, b) }
}
