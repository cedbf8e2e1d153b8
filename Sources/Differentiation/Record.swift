// What this file knows: how one operation lies in memory, and the growing buffer that holds them.
// It has never heard of derivatives.
//
// A record is plain data: no reference counting on the path of a scalar operation, nothing to free
// one by one, and the whole program can be printed, stepped and walked in either direction. An
// operand always precedes its result, so walking backward is already the right order.

import AdjointElementary

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Android)
  import Android
#endif

/// One operation on the tape: 24 bytes.
///
/// A scalar operation stores its value and the indices of its operands. At most one operand may be a
/// constant. It then takes the eight bytes of the second index, so that a constant costs no record of
/// its own and keeps all its digits; ``code`` says which operand it is. Operations on tensors store an
/// index into the tape's side table instead.
@frozen
public struct Record {
  /// The value of a scalar operation.
  public var value: Double
  /// The index of the second operand, or the bits of the constant.
  @usableFromInline var secondOrConstant: UInt64
  /// The index of the first operand that is on the tape; for tensors the side-table index.
  public var first: Int32
  /// What was done, and where its operands are.
  public var code: Code

  @inlinable @inline(__always)
  init(_ code: Code, _ value: Double, _ first: Int32, _ second: Int32 = -1) {
    self.value = value
    secondOrConstant = UInt64(UInt32(bitPattern: second))
    self.first = first
    self.code = code
  }

  @inlinable @inline(__always)
  init(_ code: Code, _ value: Double, _ operand: Int32, constant: Double) {
    self.value = value
    secondOrConstant = constant.bitPattern
    first = operand
    self.code = code
  }

  /// The index of the second operand, when both are on the tape.
  @inlinable @inline(__always)
  public var second: Int32 { Int32(truncatingIfNeeded: secondOrConstant) }
  /// The constant operand, when there is one.
  @inlinable @inline(__always)
  public var constant: Double { Double(bitPattern: secondOrConstant) }
}

/// The part of a tape that recorded numbers point to.
///
/// A handle carries a raw pointer to this header instead of a reference to the tape, because
/// retaining and releasing one costs several times the operation itself. Headers are pooled and
/// never freed, and `generation` tells a handle that has outlived its tape from a live one.
@frozen
public struct TapeHeader {
  @usableFromInline var base: UnsafeMutablePointer<Record>
  @usableFromInline var count: Int
  /// Where the fast path ends: the capacity, or `count` while recording is paused.
  @usableFromInline var limit: Int
  @usableFromInline var capacity: Int
  @usableFromInline var pauses: Int
  @usableFromInline var generation: UInt32
  /// Where a walk leaves what it read ahead of itself; nobody asks for it.
  @usableFromInline var readAhead: UInt8 = 0
  /// The tape, valid while the generation is.
  @usableFromInline var owner: Unmanaged<Tape>?

  static func make() -> UnsafeMutablePointer<TapeHeader> {
    let header = UnsafeMutablePointer<TapeHeader>.allocate(capacity: 1)
    let capacity = 256
    header.initialize(
      to: TapeHeader(
        base: .allocate(capacity: capacity), count: 0, limit: capacity, capacity: capacity,
        pauses: 0, generation: 1, owner: nil))
    return header
  }
}

extension UnsafeMutablePointer<TapeHeader> {
  /// Appends a record and returns its index, or -1 while recording is paused.
  @inlinable @inline(__always)
  func append(_ record: Record) -> Int32 {
    let index = pointee.count
    if _slowPath(index == pointee.limit) { return appendSlowly(record) }
    (pointee.base + index).initialize(to: record)
    pointee.count = index &+ 1
    return Int32(truncatingIfNeeded: index)
  }

  @usableFromInline @inline(never)
  func appendSlowly(_ record: Record) -> Int32 {
    if pointee.pauses > 0 { return -1 }
    reserve(pointee.count + 1)
    return append(record)
  }

  /// Makes room for `needed` records in all.
  @usableFromInline
  func reserve(_ needed: Int) {
    guard needed > pointee.capacity else { return }
    precondition(
      needed <= Int(Int32.max),
      """
      the tape is full: it holds at most \(Int32.max) operations; differentiate smaller pieces, for \
      example by walking back after each part
      """)
    var capacity = pointee.capacity
    while capacity < needed { capacity *= 2 }
    // The system's `realloc` moves pages of large blocks instead of copying them.
    guard
      let moved = realloc(pointee.base, capacity * MemoryLayout<Record>.stride)
    else { fatalError("out of memory: a tape of \(capacity) operations could not be allocated") }
    pointee.base = moved.assumingMemoryBound(to: Record.self)
    pointee.capacity = capacity
    if pointee.pauses == 0 { pointee.limit = capacity }
  }

  /// Forgets all records; every handle made so far becomes stale.
  ///
  /// A buffer is kept if what was used of it is within `bytes`; pages never touched cost nothing.
  func reset(keepingAtMost bytes: Int) {
    let used = pointee.count * MemoryLayout<Record>.stride
    pointee.generation &+= 1
    pointee.count = 0
    pointee.pauses = 0
    if used > bytes {
      pointee.base.deallocate()
      pointee.capacity = 256
      pointee.base = .allocate(capacity: 256)
    }
    pointee.limit = pointee.capacity
  }
}
