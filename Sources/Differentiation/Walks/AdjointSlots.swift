// What this file knows: where a reverse walk keeps the adjoints of numbers, and in which kind of number.

import AdjointElementary
import AdjointKernels

/// The kind of number in which a walk keeps the adjoints of scalars.
protocol AdjointNumber: Algebra {
  /// "Nothing has arrived", which is not the same as zero: an operation without an adjoint is
  /// skipped, so it cannot contribute 0 · ∞.
  static var none: Self { get }
  var isNone: Bool { get }
  /// False for none and for a plain zero, of which every rule makes zeros, so it need not be asked.
  /// (And the optimizer, which knows then that the seed is not zero, drops the selection in `_scaled`.)
  var contributes: Bool { get }
  /// What a slot holds after one more contribution.
  static func sum(_ adjoint: Self, _ contribution: Self) -> Self
  /// "Something has arrived" for records that are tensors, whose adjoints live elsewhere.
  static var arrived: Self { get }
  /// True when the walk's own arithmetic goes on the tape: the records may then move while it runs, and
  /// it asks which of them an outer derivative has made inactive.
  static var isRecorded: Bool { get }
  static func operand(_ value: Double, _ index: Int, _ header: UnsafeMutablePointer<TapeHeader>)
    -> Self
  init(_ scalar: Scalar)
  var scalar: Scalar { get }
}

extension Double: AdjointNumber {
  // Minus zero is the identity of floating-point addition (-0 + g = g for every g), so it can mark an
  // empty slot: no second array, and the first contribution is added like any other. A branch that
  // stores it instead was measured: it costs more than the addition it saves.
  static var none: Double { -0.0 }
  @inline(__always)
  static func sum(_ adjoint: Double, _ contribution: Double) -> Double { adjoint + contribution }
  var isNone: Bool { bitPattern == (-0.0).bitPattern }
  var contributes: Bool { self != 0 }
  static var arrived: Double { 0 }
  @inline(__always) static var isRecorded: Bool { false }
  @inline(__always)
  static func operand(_ value: Double, _ index: Int, _ header: UnsafeMutablePointer<TapeHeader>)
    -> Double
  { value }
  var scalar: Scalar { Scalar(self) }
}

extension Scalar: AdjointNumber {
  static var none: Scalar { Scalar(-0.0) }
  // An addition that changes nothing need not be recorded.
  static func sum(_ adjoint: Scalar, _ contribution: Scalar) -> Scalar {
    adjoint.isNone ? contribution : adjoint + contribution
  }
  var isNone: Bool { header == nil && value.isNone }
  // A recorded zero may still vary with an outer variable.
  var contributes: Bool { !isNone }
  static var arrived: Scalar { Scalar(0) }
  @inline(__always) static var isRecorded: Bool { true }
  @inline(__always)
  static func operand(_ value: Double, _ index: Int, _ header: UnsafeMutablePointer<TapeHeader>)
    -> Scalar
  { Scalar(value, at: index, of: header) }
  init(_ scalar: Scalar) { self = scalar }
  var scalar: Scalar { self }
}

/// Which records a walk covers, and what becomes of an adjoint that has been passed on.
///
/// A type and not a value, so that each kind of walk is compiled for itself and the hot loop asks
/// neither question.
protocol WalkExtent {
  /// True when the walk covers the tape from its first record on, so that every operand takes part.
  static var isWholeTape: Bool { get }
  /// True when the slot of a record is emptied as soon as its adjoint has been passed on.
  static var empties: Bool { get }
}

/// All records, when only the adjoints of the inputs are wanted.
///
/// Emptied slots serve the next walk: filling them anew would write eight bytes a record once more.
enum WholeTape: WalkExtent {
  @inline(__always) static var isWholeTape: Bool { true }
  @inline(__always) static var empties: Bool { true }
}

/// The records from a bottom on, with all adjoints kept to be looked at.
enum Stretch: WalkExtent {
  @inline(__always) static var isWholeTape: Bool { false }
  @inline(__always) static var empties: Bool { false }
}

/// The adjoints of a walk and the records they belong to.
///
/// Plain pointers, so that the hot loop counts no references.
struct AdjointSlots<Number: AdjointNumber, Extent: WalkExtent> {
  let header: UnsafeMutablePointer<TapeHeader>
  /// The first record that the walk covers.
  let bottom: Int
  /// Which records depend on the variables of this walk; all, when nil.
  let active: UnsafePointer<Bool>?
  /// One slot a record, from `bottom` on.
  private let adjoints: UnsafeMutablePointer<Number>
  /// The records and their values as they lie when the walk begins.
  private let firstRecord: UnsafeMutablePointer<Record>
  private let firstValue: UnsafeMutablePointer<Double>

  init(
    header: UnsafeMutablePointer<TapeHeader>, bottom: Int,
    adjoints: UnsafeMutablePointer<Number>, active: UnsafePointer<Bool>?
  ) {
    self.header = header
    self.bottom = bottom
    self.adjoints = adjoints
    self.active = active
    firstRecord = header.pointee.records
    firstValue = header.pointee.values
  }

  /// The records as they lie now.
  @inline(__always)
  var records: UnsafeMutablePointer<Record> {
    Number.isRecorded ? header.pointee.records : firstRecord
  }

  @inline(__always)
  private func slot(_ index: Int) -> UnsafeMutablePointer<Number> {
    adjoints + (Extent.isWholeTape ? index : index &- bottom)
  }

  /// Asks for the cache line of a record that the walk will come to.
  @inline(__always)
  func fetch(_ index: Int) {
    prefetch(UnsafeRawPointer(firstRecord) + index &* MemoryLayout<Record>.stride, byteCount: 1)
  }

  /// The adjoint of a record whose turn has come.
  @inline(__always)
  func take(_ index: Int) -> Number {
    let slot = slot(index)
    let adjoint = slot.pointee
    if Extent.empties { slot.pointee = .none }
    return adjoint
  }

  @inline(__always)
  func put(_ adjoint: Number, at index: Int) { slot(index).pointee = adjoint }

  @inline(__always)
  func asksForAdjoint(_ index: Int32) -> Bool {
    if Extent.isWholeTape { return index >= 0 }
    guard Int(index) >= bottom else { return false }
    guard Number.isRecorded, let active else { return true }
    return active[Int(index) &- bottom]
  }

  @inline(__always)
  func add(_ contribution: Number, to index: Int32) {
    update(Int(index)) { .sum($0, contribution) }
  }

  @inline(__always)
  func update(_ index: Int, _ change: (Number) -> Number) {
    let slot = slot(index)
    slot.pointee = change(slot.pointee)
  }

  /// The value at a place, as a number of the walk.
  @inline(__always)
  func value(_ index: Int) -> Number {
    let values = Number.isRecorded ? header.pointee.values : firstValue
    return Number.operand(values[index], index, header)
  }

  /// The constant operand of a record that has one.
  @inline(__always)
  func constant(of record: Record) -> Double { header.pointee.constants[Int(record.second)] }
}
