// Where a reverse walk keeps the adjoints of numbers: one slot a record. It has never heard of
// rules.

import AdjointElementary
import AdjointKernels

/// The adjoints of a walk and the records they belong to.
///
/// Plain pointers, so that the hot loop counts no references.
struct AdjointSlots<Kind: WalkKind> {
  typealias Number = Kind.Number

  let header: UnsafeMutablePointer<TapeHeader>
  /// The first record that the walk covers.
  let bottom: Int
  /// One slot a record, from `bottom` on.
  let adjoints: UnsafeMutablePointer<Number>
  /// The records and their values as they lie when the walk begins.
  let firstRecord: UnsafeMutablePointer<Record>
  let firstValue: UnsafeMutablePointer<Double>
  let companion: Kind.Companion

  /// Which records depend on the variables of this walk; all, when nil.
  @inline(__always)
  var active: UnsafePointer<Bool>? { Kind.active(companion) }

  /// What is told of each contribution, if that is wanted.
  @inline(__always)
  var observer: Unmanaged<EdgeObserver>? { Kind.observer(companion) }

  /// The records as they lie now.
  @inline(__always)
  var records: UnsafeMutablePointer<Record> {
    Number.isRecorded ? header.pointee.records : firstRecord
  }

  @inline(__always)
  private func slot(_ index: Int) -> UnsafeMutablePointer<Number> {
    adjoints + (Kind.coversTape ? index : index &- bottom)
  }

  /// Asks for the records, values and slots that the walk will come to.
  ///
  /// The processor finds the pattern itself, but not beyond a page.
  @inline(__always)
  func fetchAhead(of index: Int) {
    let distance = TapeHeader.fetchDistance
    prefetch(UnsafeRawPointer(firstRecord + index) - distance, byteCount: 1)
    prefetch(UnsafeRawPointer(firstValue + index) - distance, byteCount: 1)
    prefetchForWriting(UnsafeRawPointer(slot(index)) - distance)
  }

  /// The adjoint of a record whose turn has come.
  @inline(__always)
  func take(_ index: Int) -> Number {
    let slot = slot(index)
    let adjoint = slot.pointee
    if Kind.coversTape { slot.pointee = .none }
    return adjoint
  }

  @inline(__always)
  func adjoint(_ index: Int) -> Number { slot(index).pointee }

  @inline(__always)
  func put(_ adjoint: Number, at index: Int) { slot(index).pointee = adjoint }

  @inline(__always)
  func asks(for index: Int32) -> Bool {
    if Kind.coversTape { return index >= 0 }
    guard Int(index) >= bottom else { return false }
    guard Number.isRecorded, let active else { return true }
    return active[Int(index) &- bottom]
  }

  /// Adds to a slot and returns what it holds then.
  @inline(__always) @discardableResult
  func add(_ contribution: Number, to index: Int) -> Number {
    let slot = slot(index)
    let sum = Number.sum(slot.pointee, contribution)
    slot.pointee = sum
    return sum
  }

  /// The value at an index, as a number of the walk.
  @inline(__always)
  func value(_ index: Int) -> Number {
    let values = Number.isRecorded ? header.pointee.values : firstValue
    return Number.operand(values[index], index, header)
  }

  /// The constant operand of a record that has one.
  @inline(__always)
  func constant(of record: Record) -> Double { header.pointee.constants[Int(record.second)] }
}

extension AdjointSlots {
  /// - Parameter adjoints: a slot for each record from `bottom` on, all empty, and room for one
  ///   more before them: a walk reads the slot below the one it is at.
  init(
    _ adjoints: UnsafeMutablePointer<Number>, of header: UnsafeMutablePointer<TapeHeader>,
    from bottom: Int, _ companion: Kind.Companion
  ) {
    self.init(
      header: header, bottom: bottom, adjoints: adjoints, firstRecord: header.pointee.records,
      firstValue: header.pointee.values, companion: companion)
  }
}
