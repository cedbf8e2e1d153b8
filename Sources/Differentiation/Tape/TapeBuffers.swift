// The growing buffers that hold the records of a tape, and how one more operation gets into them.
// It has never heard of what an operation means.

import AdjointElementary
import AdjointKernels
import AdjointSupport

/// The part of a tape that recorded numbers point to.
///
/// A handle carries a raw pointer to this header instead of a reference to the tape, because
/// retaining and releasing one costs several times the operation itself. Headers are pooled and
/// never freed, and the generation in `key` tells a handle that has outlived its tape from a live
/// one.
@frozen
@usableFromInline struct TapeHeader {
  @usableFromInline var count: Int
  /// Where the fast path ends: the capacity, or `count` while recording is paused.
  @usableFromInline var limit: Int
  /// The generation, in the upper half: what all live handles have in common.
  @usableFromInline var key: UInt64
  /// One value a record.
  @usableFromInline var values: UnsafeMutablePointer<Double>
  @usableFromInline var records: UnsafeMutablePointer<Record>
  /// The constant operands, in the order of the records that use them.
  ///
  /// There is room for one a record, so that only one end has to be tested; memory that was never
  /// written to costs nothing.
  @usableFromInline var constants: UnsafeMutablePointer<Double>
  @usableFromInline var constantCount: Int
  /// The thread that may record, and its stack once more, since each record looks at it.
  @usableFromInline var stack: ThreadStack
  @usableFromInline var thread: UnsafePointer<ThreadStack>
  @usableFromInline var capacity: Int
  @usableFromInline var pauses: Int
  /// The tape that has this header now; nil while the header is in the store.
  @usableFromInline var owner: Unmanaged<Tape>?

  private static let smallestCapacity = 256

  /// How many bytes ahead of the present place recording and walking ask for memory.
  ///
  /// The processor's own prefetching stops at the end of a page, so it is a page.
  @inlinable @inline(__always)
  static var fetchDistance: Int { 4096 }

  /// Counted up whenever the tape is reset or released.
  var generation: UInt32 { UInt32(truncatingIfNeeded: key >> 32) }

  /// The memory that the records take.
  var byteCount: Int {
    count * (MemoryLayout<Double>.stride + MemoryLayout<Record>.stride)
      + constantCount * MemoryLayout<Double>.stride
  }

  static func make() -> UnsafeMutablePointer<TapeHeader> {
    let header = UnsafeMutablePointer<TapeHeader>.allocate(capacity: 1)
    let capacity = smallestCapacity
    let thread = ThreadStack.current
    header.initialize(
      to: TapeHeader(
        count: 0, limit: capacity, key: 1 << 32, values: column(.values, capacity),
        records: column(.records, capacity), constants: column(.constants, capacity),
        constantCount: 0, stack: thread.pointee, thread: thread, capacity: capacity, pauses: 0,
        owner: nil))
    return header
  }

  private static func column<Element>(
    _ column: TapeColumn, _ capacity: Int
  ) -> UnsafeMutablePointer<Element> {
    column.allocate(capacity * MemoryLayout<Element>.stride)
      .bindMemory(to: Element.self, capacity: capacity)
  }

  /// Replaces the buffers by small ones.
  fileprivate mutating func shrink() {
    TapeColumn.deallocate(values)
    TapeColumn.deallocate(records)
    TapeColumn.deallocate(constants)
    capacity = TapeHeader.smallestCapacity
    values = TapeHeader.column(.values, capacity)
    records = TapeHeader.column(.records, capacity)
    constants = TapeHeader.column(.constants, capacity)
  }
}

extension UnsafeMutablePointer<TapeHeader> {
  /// Records an operation and returns its result, which is a constant while recording is paused.
  @inlinable @inline(__always)
  func append(_ code: Record.Code, _ value: Double, _ first: UInt64, _ second: UInt64) -> Scalar {
    append(at: end, code, value, first, second)
  }

  /// Where the next record will lie.
  ///
  /// An operation asks for it before it checks its operands. The compiler then knows the counts
  /// that the operation before has just stored; after the branch of a check it would read them
  /// again, and what has just been stored takes five cycles to come back.
  @inlinable @inline(__always)
  var end: (record: Int, constant: Int) { (pointee.count, pointee.constantCount) }

  @inlinable @inline(__always)
  func append(
    at end: (record: Int, constant: Int), _ code: Record.Code, _ value: Double, _ first: UInt64,
    _ second: UInt64
  ) -> Scalar {
    let index = end.record
    if _slowPath(!isReady(at: index)), !makeRoom() { return Scalar(value) }
    put(Record(code, first, second), value, at: index)
    pointee.count = index &+ 1
    return Scalar(value, at: index, of: self)
  }

  /// Writes a record and its value, and asks for the lines of those a page further on.
  @inlinable @inline(__always)
  func put(_ record: Record, _ value: Double, at index: Int) {
    let (values, records) = (pointee.values + index, pointee.records + index)
    values.initialize(to: value)
    records.initialize(to: record)
    prefetchForWriting(UnsafeRawPointer(values) + TapeHeader.fetchDistance)
    prefetchForWriting(UnsafeRawPointer(records) + TapeHeader.fetchDistance)
  }

  /// Records an operation with a constant operand.
  @inlinable @inline(__always)
  func append(
    _ code: Record.Code, _ value: Double, _ first: UInt64, constant: Double
  ) -> Scalar {
    append(at: end, code, value, first, constant: constant)
  }

  @inlinable @inline(__always)
  func append(
    at end: (record: Int, constant: Int), _ code: Record.Code, _ value: Double, _ first: UInt64,
    constant: Double
  ) -> Scalar {
    let index = end.record
    if _slowPath(!isReady(at: index)), !makeRoom() { return Scalar(value) }
    (pointee.constants + end.constant).initialize(to: constant)
    put(Record(code, first, UInt64(truncatingIfNeeded: end.constant)), value, at: index)
    pointee.constantCount = end.constant &+ 1
    pointee.count = index &+ 1
    return Scalar(value, at: index, of: self)
  }

  /// Makes room for one record more; false while recording is paused.
  @usableFromInline @inline(never)
  func makeRoom() -> Bool {
    requireOwnThread()
    if pointee.pauses > 0 { return false }
    reserve(pointee.count + 1)
    return true
  }

  /// True if a record may be written at once.
  @inlinable @inline(__always)
  func isReady(at index: Int) -> Bool { index != pointee.limit && pointee.stack.isInUse }

  /// Records an operation that only the side tables know more about, and returns its index, or -1
  /// while recording is paused.
  func append(_ code: Record.Code, _ value: Double, node: Int) -> Int32 {
    append(code, value, UInt64(node), 0).index
  }

  /// Makes room for `needed` records in all.
  func reserve(_ needed: Int) {
    guard needed > pointee.capacity else { return }
    require(
      needed <= Record.limit,
      """
      the tape is full: it holds at most \(Record.limit) operations. Differentiate smaller pieces, \
      for example by walking back after each part.
      """)
    var capacity = pointee.capacity
    while capacity < needed { capacity *= 2 }
    grow(&pointee.values, .values, keeping: pointee.count, to: capacity)
    grow(&pointee.records, .records, keeping: pointee.count, to: capacity)
    grow(&pointee.constants, .constants, keeping: pointee.constantCount, to: capacity)
    pointee.capacity = capacity
    if pointee.pauses == 0 { pointee.limit = capacity }
  }

  private func grow<Element>(
    _ buffer: inout UnsafeMutablePointer<Element>, _ column: TapeColumn, keeping count: Int,
    to capacity: Int
  ) {
    let stride = MemoryLayout<Element>.stride
    buffer = column.grow(buffer, keeping: count * stride, to: capacity * stride)
      .bindMemory(to: Element.self, capacity: capacity)
  }

  /// Forgets all records; every handle made so far becomes stale.
  ///
  /// The buffers are kept if what was used of them is within `bytes`; pages never touched cost
  /// nothing.
  func reset(keepingAtMost bytes: Int) {
    let used = pointee.byteCount
    pointee.key &+= 1 << 32
    pointee.count = 0
    pointee.constantCount = 0
    pointee.pauses = 0
    if used > bytes { pointee.shrink() }
    pointee.limit = pointee.capacity
  }
}
