// What this file knows: the recorded number and how an elementary function of it reaches the tape.

import AdjointElementary

/// A number that can be recorded: the scalar variable of reverse-mode differentiation.
///
/// A `Scalar` holds a `Double` and, when it depends on a variable of a ``Tape``, its place there. Use
/// it like a number; literals and `Double`s mix freely.
///
/// ```swift
/// let (value, slope) = valueWithGradient(at: 3.0) { x in x * x + sin(x) }
/// ```
///
/// A scalar made from a literal or a `Double` is a constant and costs nothing on the tape.
///
/// - Note: `@unchecked Sendable`, because the raw pointer hides from the compiler what makes it
///   safe: headers are never freed, a handle that outlived its tape is recognised by its generation,
///   and a tape belongs to one task at a time, so only constants are of use elsewhere.
@frozen
public struct Scalar: @unchecked Sendable {
  /// The number.
  public let value: Double
  @usableFromInline let header: UnsafeMutablePointer<TapeHeader>?
  /// The place on the tape, or -1 for a constant.
  @usableFromInline let index: Int32
  @usableFromInline let generation: UInt32

  /// A constant.
  @inlinable @inline(__always)
  public init(_ value: Double) {
    self.value = value
    header = nil
    index = -1
    generation = 0
  }

  @inlinable @inline(__always)
  init(
    _ value: Double, at index: Int32, of header: UnsafeMutablePointer<TapeHeader>,
    generation: UInt32
  ) {
    self.value = value
    self.header = header
    self.index = index
    self.generation = generation
  }

  /// True when this number is on a tape.
  @inlinable
  public var isRecorded: Bool { index >= 0 }

  /// The same number as a constant: no derivative passes through it.
  @inlinable
  public func detached() -> Scalar { Scalar(value) }

  /// The square, `x * x` as one operation.
  @inlinable @inline(__always)
  public func squared() -> Scalar { Scalar._square(self) }
}

extension Scalar: RecordedAlgebra {
  /// A comparison of two numbers is true or false.
  public typealias Mask = Bool

  @inlinable @inline(__always)
  public init(floatLiteral value: Double) { self.init(value) }
  @inlinable @inline(__always)
  public init(integerLiteral value: Int) { self.init(Double(value)) }

  @inlinable @inline(__always)
  public static func _isLess(_ a: Scalar, _ b: Scalar) -> Bool { a.value < b.value }
  @inlinable @inline(__always)
  public static func _isEqual(_ a: Scalar, _ b: Scalar) -> Bool { a.value == b.value }
  @inlinable @inline(__always)
  public static func _select(_ mask: Bool, _ a: Scalar, _ b: Scalar) -> Scalar { mask ? a : b }

  @inlinable @inline(__always)
  public static func _recorded<F: UnaryFunction>(_ function: F.Type, _ x: Scalar) -> Scalar {
    let y = F.value(x.value)
    guard let header = x.liveHeader else { return Scalar(y) }
    return Scalar(
      y, at: header.append(Record(Record.Code(F.opcode), y, x.index)), of: header,
      generation: x.generation)
  }

  @inlinable @inline(__always)
  public static func _recorded<F: BinaryFunction>(
    _ function: F.Type, _ a: Scalar, _ b: Scalar
  ) -> Scalar {
    let y = F.value(a.value, b.value)
    guard let header = a.liveHeader else {
      guard let header = b.liveHeader else { return Scalar(y) }
      return Scalar(
        y,
        at: header.append(
          Record(Record.Code(F.opcode, .constantFirst), y, b.index, constant: a.value)),
        of: header, generation: b.generation)
    }
    guard b.index >= 0 else {
      return Scalar(
        y,
        at: header.append(
          Record(Record.Code(F.opcode, .constantSecond), y, a.index, constant: b.value)),
        of: header, generation: a.generation)
    }
    if _slowPath(b.header.unsafelyUnwrapped != header || b.generation != a.generation) {
      Tape.failOnForeign(a, b, F.name)
    }
    return Scalar(
      y, at: header.append(Record(Record.Code(F.opcode), y, a.index, b.index)), of: header,
      generation: a.generation)
  }

  /// The header if this number is recorded on a live tape; a stale handle traps.
  @inlinable @inline(__always)
  var liveHeader: UnsafeMutablePointer<TapeHeader>? {
    guard index >= 0 else { return nil }
    // A number with a place has a header; only the place is asked for.
    let header = self.header.unsafelyUnwrapped
    if _slowPath(header.pointee.generation != generation) { Tape.failOnStale(value) }
    return header
  }
}

// `+` and its kin are spelled out for `Scalar` so that the type checker finds them at once, and for a
// `Double` on either side so that program variables need no conversion. The mixed forms are disfavored:
// otherwise `1.0 / 3` could mean a scalar, and plain arithmetic would be ambiguous wherever this
// module is imported.
extension Scalar {
  @inlinable @inline(__always)
  public static func + (a: Scalar, b: Scalar) -> Scalar { _recorded(Elementary.Add.self, a, b) }
  @inlinable @inline(__always)
  public static func - (a: Scalar, b: Scalar) -> Scalar {
    _recorded(Elementary.Subtract.self, a, b)
  }
  @inlinable @inline(__always)
  public static func * (a: Scalar, b: Scalar) -> Scalar {
    _recorded(Elementary.Multiply.self, a, b)
  }
  @inlinable @inline(__always)
  public static func / (a: Scalar, b: Scalar) -> Scalar { _recorded(Elementary.Divide.self, a, b) }
  @inlinable @inline(__always)
  public static prefix func - (a: Scalar) -> Scalar { _recorded(Elementary.Negate.self, a) }
  @inlinable @inline(__always)
  public static prefix func + (a: Scalar) -> Scalar { a }

  @_disfavoredOverload @inlinable @inline(__always)
  public static func + (a: Scalar, b: Double) -> Scalar { a + Scalar(b) }
  @_disfavoredOverload @inlinable @inline(__always)
  public static func - (a: Scalar, b: Double) -> Scalar { a - Scalar(b) }
  @_disfavoredOverload @inlinable @inline(__always)
  public static func * (a: Scalar, b: Double) -> Scalar { a * Scalar(b) }
  @_disfavoredOverload @inlinable @inline(__always)
  public static func / (a: Scalar, b: Double) -> Scalar { a / Scalar(b) }
  @_disfavoredOverload @inlinable @inline(__always)
  public static func + (a: Double, b: Scalar) -> Scalar { Scalar(a) + b }
  @_disfavoredOverload @inlinable @inline(__always)
  public static func - (a: Double, b: Scalar) -> Scalar { Scalar(a) - b }
  @_disfavoredOverload @inlinable @inline(__always)
  public static func * (a: Double, b: Scalar) -> Scalar { Scalar(a) * b }
  @_disfavoredOverload @inlinable @inline(__always)
  public static func / (a: Double, b: Scalar) -> Scalar { Scalar(a) / b }

  @inlinable @inline(__always)
  public static func += (a: inout Scalar, b: Scalar) { a = a + b }
  @inlinable @inline(__always)
  public static func -= (a: inout Scalar, b: Scalar) { a = a - b }
  @inlinable @inline(__always)
  public static func *= (a: inout Scalar, b: Scalar) { a = a * b }
  @inlinable @inline(__always)
  public static func /= (a: inout Scalar, b: Scalar) { a = a / b }
}

/// The smaller of two scalars; at a tie each takes half of the adjoint.
@inlinable @inline(__always)
public func min(_ a: Scalar, _ b: Scalar) -> Scalar { Scalar._minimum(a, b) }

/// The larger of two scalars; at a tie each takes half of the adjoint.
@inlinable @inline(__always)
public func max(_ a: Scalar, _ b: Scalar) -> Scalar { Scalar._maximum(a, b) }

/// `x` to the power of a constant exponent.
@inlinable @inline(__always)
public func pow(_ x: Scalar, _ exponent: Double) -> Scalar { Scalar._pow(x, Scalar(exponent)) }

/// Scalars compare by value, so that `if x > 0` and `sort` work on them.
extension Scalar: Comparable {
  @inlinable
  public static func == (a: Scalar, b: Scalar) -> Bool { a.value == b.value }
  @inlinable
  public static func < (a: Scalar, b: Scalar) -> Bool { a.value < b.value }
}

extension Scalar: CustomStringConvertible {
  /// The number.
  public var description: String { value.description }
}

extension Double {
  /// The value of a scalar, without its history.
  public init(_ scalar: Scalar) { self = scalar.value }
}
