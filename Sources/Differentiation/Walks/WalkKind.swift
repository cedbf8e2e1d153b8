// The kinds of reverse walk: in which numbers a walk computes, which records it covers, and what is
// left of adjoints and kept values behind it. Nothing here knows a rule.

import AdjointElementary

/// What a walk is compiled for.
///
/// A type and not a value, so that the hot loop asks none of these questions.
protocol WalkKind {
  /// The numbers in which the adjoints of scalars are kept.
  associatedtype Number: AdjointNumber
  /// True when the walk covers the tape from its first record on and only the adjoints of the
  /// inputs are wanted: every operand takes part, and a slot is emptied once its adjoint has been
  /// passed on.
  ///
  /// Emptied slots serve the next walk. Filling them anew would write eight bytes a record once
  /// more.
  static var coversTape: Bool { get }
  /// What accompanies the slots of such a walk; one field for all kinds, since a structure of more
  /// would no longer be kept in registers.
  associatedtype Companion
  /// Which records depend on the variables of the walk; all, when nil.
  static func active(_ companion: Companion) -> UnsafePointer<Bool>?
  /// What is told of each contribution, if that is wanted.
  static func observer(_ companion: Companion) -> Unmanaged<EdgeObserver>?
}

/// A walk in plain numbers over a whole tape, which functions of numbers are differentiated by.
enum WholeTapeWalk: WalkKind {
  typealias Number = Double
  typealias Companion = Void
  @inline(__always) static var coversTape: Bool { true }
  @inline(__always) static func active(_: Void) -> UnsafePointer<Bool>? { nil }
  @inline(__always) static func observer(_: Void) -> Unmanaged<EdgeObserver>? { nil }
}

/// A walk in plain numbers over the end of a tape: every other, watched or not.
enum PlainWalk: WalkKind {
  typealias Number = Double
  /// An observer outlives the walk, so it is not counted.
  typealias Companion = Unmanaged<EdgeObserver>?
  @inline(__always) static var coversTape: Bool { false }
  @inline(__always) static func active(_: Companion) -> UnsafePointer<Bool>? { nil }
  @inline(__always)
  static func observer(_ observer: Companion) -> Unmanaged<EdgeObserver>? { observer }
}

/// A walk whose own arithmetic goes on the tape, for an outer derivative.
enum RecordedWalk: WalkKind {
  typealias Number = Scalar
  typealias Companion = UnsafePointer<Bool>?
  @inline(__always) static var coversTape: Bool { false }
  @inline(__always)
  static func active(_ active: Companion) -> UnsafePointer<Bool>? { active }
  @inline(__always) static func observer(_: Companion) -> Unmanaged<EdgeObserver>? { nil }
}

/// What else will be asked of a tape and of the adjoints of its tensors after a walk.
enum WalkPurpose {
  /// Nothing: the walk frees what the rules have read and the adjoints it has passed on.
  case gradient
  /// Another walk: the tape keeps what the rules read.
  case pullback
  /// Everything: the adjoints of intermediate tensors are kept as well.
  case inspection
}

/// The kind of number in which a walk keeps the adjoints of scalars.
protocol AdjointNumber: Algebra {
  /// "Nothing has arrived", which is not the same as zero: an operation without an adjoint is
  /// skipped, so it cannot contribute 0 · ∞.
  static var none: Self { get }
  var isNone: Bool { get }
  /// The adjoint as a number: zero if nothing has arrived.
  var number: Self { get }
  /// False for none and for a plain zero, of which every rule makes zeros, so the rule is skipped.
  /// (And the optimizer, which knows then that the seed is not zero, drops the selection in
  /// `_scaled`.)
  var contributes: Bool { get }
  /// What a slot holds after one more contribution.
  static func sum(_ adjoint: Self, _ contribution: Self) -> Self
  /// True when the walk's own arithmetic goes on the tape.
  ///
  /// The records may then move while it runs, and it skips those that do not depend on the inputs
  /// of its level.
  static var isRecorded: Bool { get }
  static func operand(_ value: Double, _ index: Int, _ header: UnsafeMutablePointer<TapeHeader>)
    -> Self
  init(_ scalar: Scalar)
  var scalar: Scalar { get }
}

extension Double: AdjointNumber {
  // Minus zero is the identity of floating-point addition (-0 + g = g for every g), so it can mark
  // an empty slot: no second array, and the first contribution is added like any other. A branch
  // that stores it instead costs more than the addition it saves.
  static var none: Double { -0.0 }
  @inline(__always)
  static func sum(_ adjoint: Double, _ contribution: Double) -> Double { adjoint + contribution }
  var isNone: Bool { bitPattern == (-0.0).bitPattern }
  // Plus zero turns the mark into an ordinary zero and leaves everything else alone.
  var number: Double { self + 0 }
  var contributes: Bool { self != 0 }
  @inline(__always) static var isRecorded: Bool { false }
  @inline(__always)
  static func operand(_ value: Double, _ index: Int, _ header: UnsafeMutablePointer<TapeHeader>)
    -> Double
  { value }
  var scalar: Scalar { Scalar(self) }
}

extension Scalar: AdjointNumber {
  static var none: Scalar { Scalar(-0.0) }
  // An addition that changes nothing is not worth a record.
  static func sum(_ adjoint: Scalar, _ contribution: Scalar) -> Scalar {
    adjoint.isNone ? contribution : adjoint + contribution
  }
  var isNone: Bool { header == nil && value.isNone }
  var number: Scalar { isNone ? 0 : self }
  // A recorded zero may still vary with an outer variable.
  var contributes: Bool { !isNone }
  @inline(__always) static var isRecorded: Bool { true }
  @inline(__always)
  static func operand(_ value: Double, _ index: Int, _ header: UnsafeMutablePointer<TapeHeader>)
    -> Scalar
  { Scalar(value, at: index, of: header) }
  init(_ scalar: Scalar) { self = scalar }
  var scalar: Scalar { self }
}
