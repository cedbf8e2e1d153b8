// The functions of two numbers where one of them is a variable of the program: `max(x, eps)`,
// `pow(x, n)`. A literal needs none of this, it becomes whatever the other operand is.
//
// Each form converts the number and calls the one without it. The forms are disfavored, so that a
// literal never chooses them, and generic over the plain number, so that there are two of them for
// a function and not twelve.

/// A number of the program that can stand beside a recorded one: `Double`, `Float` or `Int`.
public protocol PlainNumber: Sendable {
  /// The number as an operand of a recorded operation.
  var operand: Double { get }
  /// The numbers as operands; those of type `Double` as they are, without a copy.
  static func _operands(_ numbers: [Self]) -> [Double]
}

extension PlainNumber {
  public static func _operands(_ numbers: [Self]) -> [Double] { numbers.map(\.operand) }
}

extension Double: PlainNumber {
  @inlinable @inline(__always) public var operand: Double { self }
  public static func _operands(_ numbers: [Double]) -> [Double] { numbers }
}
extension Float: PlainNumber {
  @inlinable @inline(__always) public var operand: Double { Double(self) }
}
extension Int: PlainNumber {
  @inlinable @inline(__always) public var operand: Double { Double(self) }
}

extension RecordedAlgebra {
  @inlinable @inline(__always)
  static func _constant(_ number: some PlainNumber) -> Self { Self(floatLiteral: number.operand) }

  /// Positive infinity.
  @inlinable public static var infinity: Self { Self(floatLiteral: .infinity) }
  /// The number that is none.
  @inlinable public static var nan: Self { Self(floatLiteral: .nan) }
  /// Half of a turn in radians.
  @inlinable public static var pi: Self { Self(floatLiteral: .pi) }
}

/// The smaller of the operands; at a tie the recorded one takes half of the adjoint.
@_disfavoredOverload @inlinable @inline(__always)
public func min<A: RecordedAlgebra, N: PlainNumber>(_ a: A, _ b: N) -> A {
  Elementary.Min.at(a, A._constant(b))
}

/// The smaller of the operands; at a tie the recorded one takes half of the adjoint.
@_disfavoredOverload @inlinable @inline(__always)
public func min<A: RecordedAlgebra, N: PlainNumber>(_ a: N, _ b: A) -> A {
  Elementary.Min.at(A._constant(a), b)
}

/// The larger of the operands; at a tie the recorded one takes half of the adjoint.
@_disfavoredOverload @inlinable @inline(__always)
public func max<A: RecordedAlgebra, N: PlainNumber>(_ a: A, _ b: N) -> A {
  Elementary.Max.at(a, A._constant(b))
}

/// The larger of the operands; at a tie the recorded one takes half of the adjoint.
@_disfavoredOverload @inlinable @inline(__always)
public func max<A: RecordedAlgebra, N: PlainNumber>(_ a: N, _ b: A) -> A {
  Elementary.Max.at(A._constant(a), b)
}

/// `x` to the power `exponent`.
@_disfavoredOverload @inlinable @inline(__always)
public func pow<A: RecordedAlgebra, N: PlainNumber>(_ x: A, _ exponent: N) -> A {
  pow(x, A._constant(exponent))
}

/// `x` to the power `exponent`.
@_disfavoredOverload @inlinable @inline(__always)
public func pow<A: RecordedAlgebra, N: PlainNumber>(_ x: N, _ exponent: A) -> A {
  pow(A._constant(x), exponent)
}

/// The angle of the point `(x, y)`, in `[-π, π]`.
@_disfavoredOverload @inlinable @inline(__always)
public func atan2<A: RecordedAlgebra, N: PlainNumber>(_ y: A, _ x: N) -> A {
  atan2(y, A._constant(x))
}

/// The angle of the point `(x, y)`, in `[-π, π]`.
@_disfavoredOverload @inlinable @inline(__always)
public func atan2<A: RecordedAlgebra, N: PlainNumber>(_ y: N, _ x: A) -> A {
  atan2(A._constant(y), x)
}

/// `log(exp(a) + exp(b))` without overflow.
@_disfavoredOverload @inlinable @inline(__always)
public func logAddExp<A: RecordedAlgebra, N: PlainNumber>(_ a: A, _ b: N) -> A {
  logAddExp(a, A._constant(b))
}

/// `log(exp(a) + exp(b))` without overflow.
@_disfavoredOverload @inlinable @inline(__always)
public func logAddExp<A: RecordedAlgebra, N: PlainNumber>(_ a: N, _ b: A) -> A {
  logAddExp(A._constant(a), b)
}

/// `x log y`, and 0 where `x` is zero.
@_disfavoredOverload @inlinable @inline(__always)
public func xLogY<A: RecordedAlgebra, N: PlainNumber>(_ x: A, _ y: N) -> A {
  xLogY(x, A._constant(y))
}

/// `x log y`, and 0 where `x` is zero.
@_disfavoredOverload @inlinable @inline(__always)
public func xLogY<A: RecordedAlgebra, N: PlainNumber>(_ x: N, _ y: A) -> A {
  xLogY(A._constant(x), y)
}

/// `√(a² + b²)`, without overflow or underflow on the way.
@_disfavoredOverload @inlinable @inline(__always)
public func hypot<A: RecordedAlgebra, N: PlainNumber>(_ a: A, _ b: N) -> A {
  hypot(a, A._constant(b))
}

/// `√(a² + b²)`, without overflow or underflow on the way.
@_disfavoredOverload @inlinable @inline(__always)
public func hypot<A: RecordedAlgebra, N: PlainNumber>(_ a: N, _ b: A) -> A {
  hypot(A._constant(a), b)
}

/// `a - ⌊a/b⌋ b`, with the sign of the divisor.
@_disfavoredOverload @inlinable @inline(__always)
public func remainder<A: RecordedAlgebra, N: PlainNumber>(_ a: A, _ b: N) -> A {
  remainder(a, A._constant(b))
}

/// `a - ⌊a/b⌋ b`, with the sign of the divisor.
@_disfavoredOverload @inlinable @inline(__always)
public func remainder<A: RecordedAlgebra, N: PlainNumber>(_ a: N, _ b: A) -> A {
  remainder(A._constant(a), b)
}
