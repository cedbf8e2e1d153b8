// How one operation lies in memory. It has never heard of derivatives.
//
// A record is plain data: no reference counting on the path of a scalar operation, nothing to free
// one by one, and the whole program can be printed, stepped and walked in either direction. An
// operand always precedes its result, so walking backward is already the right order.

import AdjointElementary

/// One operation on the tape: 8 bytes, beside the 8 bytes of its value.
///
/// The word holds, from its highest bit down, the ``code`` in 8 bits, the ``second`` operand in 28
/// and the ``first`` in 28. An operand is the index of an earlier record. At most one may be a
/// constant: it lies in the tape's table of constants, with all its digits, and its position
/// there stands for the second index; the code says which operand it is. An operation on tensors
/// names its node in the tape's side table instead.
///
/// The value is not a part of the record, because a walk reads the values of operands from
/// anywhere, and eight of them share a cache line if nothing else lies between.
@frozen
@usableFromInline struct Record {
  @usableFromInline var word: UInt64

  /// The number of records that an operand index can address.
  @inlinable static var limit: Int { 1 << 28 }

  @inlinable @inline(__always)
  init(_ code: Code, _ first: UInt64, _ second: UInt64) {
    word = UInt64(code.rawValue) &<< 56 | second &<< 28 | first
  }

  /// The index of the first operand that is on the tape; for tensors the side-table index.
  @inlinable @inline(__always)
  var first: Int32 { Int32(truncatingIfNeeded: word & 0x0fff_ffff) }
  /// The index of the second operand, or of the constant among the tape's constants.
  @inlinable @inline(__always)
  var second: Int32 { Int32(truncatingIfNeeded: word &>> 28 & 0x0fff_ffff) }
  /// What was done, and where its operands are.
  @inlinable @inline(__always)
  var code: Code { Code(rawValue: UInt8(truncatingIfNeeded: word &>> 56)) }
}
