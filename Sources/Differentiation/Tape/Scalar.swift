// The recorded number, and how an elementary function of it reaches the tape. It has never heard of
// tensors or of walks.

import AdjointElementary

/// A number that can be recorded: the scalar variable of reverse-mode differentiation.
///
/// A `Scalar` holds a `Double` and, when it depends on a variable of a ``Tape``, the index of its
/// record there. Use it like a number; literals and `Double`s mix freely.
///
/// ```swift
/// let (value, slope) = valueWithGradient(at: 3.0) { x in x * x + sin(x) }
/// ```
///
/// A scalar made from a literal or a `Double` is a constant and costs nothing on the tape.
///
/// - Note: `@unchecked Sendable`, because the raw pointer hides from the compiler what makes it
///   safe: headers are never freed, a handle that outlived its tape is recognized by its
///   generation, and a record that comes from another thread than that of the tape stops the
///   program, so only constants are of use elsewhere.
@frozen
public struct Scalar: @unchecked Sendable {
  /// The number.
  public let value: Double
  /// The tape, or nil for a constant.
  @usableFromInline let header: UnsafeMutablePointer<TapeHeader>?
  /// The generation of the tape in the upper half and the index of the record in the lower:
  /// combined with the tape's key, both are checked at once.
  @usableFromInline let stampedIndex: UInt64

  /// A constant.
  @inlinable @inline(__always)
  public init(_ value: Double) {
    self.value = value
    header = nil
    stampedIndex = 0
  }

  /// The result of the record at `index`.
  @inlinable @inline(__always)
  init(_ value: Double, at index: Int, of header: UnsafeMutablePointer<TapeHeader>) {
    self.value = value
    self.header = header
    stampedIndex = header.pointee.key | UInt64(truncatingIfNeeded: index)
  }

  /// The index of the record, or -1 for a constant.
  @inlinable @inline(__always)
  var index: Int32 { header == nil ? -1 : Int32(truncatingIfNeeded: stampedIndex) }

  /// The generation of the header when this number was recorded.
  var generation: UInt32 { UInt32(truncatingIfNeeded: stampedIndex >> 32) }

  /// True when this number is on a tape.
  @inlinable
  public var isRecorded: Bool { header != nil }

  /// The same number as a constant: no derivative passes through it.
  @inlinable
  public func detached() -> Scalar { Scalar(value) }

  /// The same number as the result of a function that is meant not to depend on its arguments.
  public func asConstant() -> Scalar {
    CurrentTape.value?.allowsConstantResult = true
    return detached()
  }

  /// The square, `x * x` as one operation.
  @inlinable @inline(__always)
  public func squared() -> Scalar { Elementary.Square.at(self) }
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
  public static func _select(_ mask: Bool, _ a: Scalar, _ b: Scalar) -> Scalar {
    let (chosen, other) = mask ? (a, b) : (b, a)
    // A bound that holds makes the result constant, which is no mistake.
    if chosen.header == nil, other.header != nil { return chosen.asConstant() }
    return chosen
  }

  @inlinable @inline(__always)
  public static func _apply<F: UnaryFunction>(_ function: F.Type, _ x: Scalar) -> Scalar {
    let y = F.value(x.value)
    guard let header = x.header else { return Scalar(y) }
    let end = header.end
    return header.append(at: end, Record.Code(F.opcode), y, x.liveIndex(on: header), 0)
  }

  // Two numbers of one tape are found by one comparison of their headers, and one more checks that
  // both are live.
  @inlinable @inline(__always)
  public static func _apply<F: BinaryFunction>(
    _ function: F.Type, _ a: Scalar, _ b: Scalar
  ) -> Scalar {
    let y = F.value(a.value, b.value)
    if a.header == b.header {
      guard let header = a.header else { return Scalar(y) }
      let (end, key) = (header.end, header.pointee.key)
      let first = a.stampedIndex ^ key
      let second = b.stampedIndex ^ key
      if _slowPath((first | second) &>> 32 != 0) { Tape.failOnForeign(a, b, F.name) }
      return header.append(at: end, Record.Code(F.opcode), y, first, second)
    }
    guard let header = a.header else {
      let header = b.header.unsafelyUnwrapped
      let end = header.end
      return header.append(
        at: end, Record.Code(F.opcode, .constantFirst), y, b.liveIndex(on: header),
        constant: a.value)
    }
    let end = header.end
    if _slowPath(b.header != nil) { return Tape.recordAcross(F.opcode, a, b, y) }
    return header.append(
      at: end, Record.Code(F.opcode, .constantSecond), y, a.liveIndex(on: header),
      constant: b.value)
  }

  /// The index on a tape whose header is the right one; a stale handle traps.
  @inlinable @inline(__always)
  func liveIndex(on header: UnsafeMutablePointer<TapeHeader>) -> UInt64 {
    // What the generations have in common vanishes, and the index is left.
    let index = stampedIndex ^ header.pointee.key
    if _slowPath(index &>> 32 != 0) { Tape.failOnStale(value) }
    return index
  }

  /// The header if this number is recorded on a live tape; a stale handle traps.
  var liveHeader: UnsafeMutablePointer<TapeHeader>? {
    if let header { _ = liveIndex(on: header) }
    return header
  }

  /// The tape that an operation on this number goes on; none for a constant, as which a number of a
  /// paused tape counts.
  var recordingTape: Tape? {
    guard let header = liveHeader else { return nil }
    header.requireOwnThread()
    guard header.pointee.pauses == 0 else { return nil }
    return header.pointee.owner?.takeUnretainedValue()
  }
}

// `+` and its kin are spelled out for `Scalar` so that the type checker finds them at once, and for
// a `Double` on either side so that program variables need no conversion. The mixed forms are
// disfavored: otherwise `1.0 / 3` could mean a scalar, and plain arithmetic would be ambiguous
// wherever this module is imported.
extension Scalar {
  @inlinable @inline(__always)
  public static func + (a: Scalar, b: Scalar) -> Scalar { _apply(Elementary.Add.self, a, b) }
  @inlinable @inline(__always)
  public static func - (a: Scalar, b: Scalar) -> Scalar {
    _apply(Elementary.Subtract.self, a, b)
  }
  @inlinable @inline(__always)
  public static func * (a: Scalar, b: Scalar) -> Scalar {
    _apply(Elementary.Multiply.self, a, b)
  }
  @inlinable @inline(__always)
  public static func / (a: Scalar, b: Scalar) -> Scalar { _apply(Elementary.Divide.self, a, b) }
  @inlinable @inline(__always)
  public static prefix func - (a: Scalar) -> Scalar { _apply(Elementary.Negate.self, a) }
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
public func min(_ a: Scalar, _ b: Scalar) -> Scalar { Elementary.Min.at(a, b) }

/// The larger of two scalars; at a tie each takes half of the adjoint.
@inlinable @inline(__always)
public func max(_ a: Scalar, _ b: Scalar) -> Scalar { Elementary.Max.at(a, b) }

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
