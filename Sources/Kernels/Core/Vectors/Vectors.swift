// What the lanes ask of a SIMD type. It has never heard of instruction sets or functions.
//
// The standard library writes the arithmetic of SIMD types (`+`, `addingProduct`, `&<<`,
// `replacing`, ...) as loops over lanes and leaves it to the optimizer to find the vector
// instruction again. In a long function it does not: it cuts vectors into odd pieces, which is ten
// times slower, and takes minutes to decide so. Therefore the six types that the kernels use say
// here, through the compiler's own operations, that they mean one instruction.

/// A SIMD type with 32-bit floating-point lanes.
public protocol Float32Vector: SIMD where Scalar == Float {
  /// See `Lanes.exchange`.
  static func exchange(_ a: inout Self, _ b: inout Self, _ distance: Int)
  /// The first `count` lanes from an address, at most all; the others are zero, and not looked at.
  static func load(_ address: UnsafeRawPointer, count: Int) -> Self
  /// Writes the first `count` lanes, at most all.
  func store(_ address: UnsafeMutableRawPointer, count: Int)
  /// All lanes equal to `x`.
  static func filled(_ x: Float) -> Self
  /// `a + b` lane by lane.
  static func sum(_ a: Self, _ b: Self) -> Self
  /// `a - b` lane by lane.
  static func difference(_ a: Self, _ b: Self) -> Self
  /// `a b` lane by lane.
  static func product(_ a: Self, _ b: Self) -> Self
  /// `a / b` lane by lane.
  static func quotient(_ a: Self, _ b: Self) -> Self
  /// `a b + c` with one rounding; a call of the C library where the processor has no such
  /// instruction.
  static func fusedMultiplyAdd(_ a: Self, _ b: Self, _ c: Self) -> Self
  /// The correctly rounded square root.
  static func root(_ x: Self) -> Self
  /// The whole number below, by the processor's own instruction.
  static func wholeBelow(_ x: Self) -> Self
  /// The whole number above, by the processor's own instruction.
  static func wholeAbove(_ x: Self) -> Self
  /// The nearest whole number, ties to even, by the processor's own instruction.
  static func wholeNearest(_ x: Self) -> Self

  /// `a < b` lane by lane.
  static func isLess(_ a: Self, _ b: Self) -> SIMDMask<MaskStorage>
  /// `a == b` lane by lane.
  static func isEqual(_ a: Self, _ b: Self) -> SIMDMask<MaskStorage>
  /// `a` where the mask is true, `b` elsewhere.
  static func choice(_ mask: SIMDMask<MaskStorage>, _ a: Self, _ b: Self) -> Self
  /// True if any lane of the mask is.
  static func isAnyTrue(_ mask: SIMDMask<MaskStorage>) -> Bool

  /// The bits that both have.
  static func bitsOfBoth(_ a: Self, _ b: Self) -> Self
  /// The bits that any of the two has.
  static func bitsOfAny(_ a: Self, _ b: Self) -> Self
  /// The bits that only one of the two has.
  static func bitsOfOne(_ a: Self, _ b: Self) -> Self
  /// The sum of the bit patterns as whole numbers.
  static func sumOfBits(_ a: Self, _ b: Self) -> Self
  /// The bit patterns, moved towards the sign.
  static func bits(_ x: Self, up places: UInt32) -> Self
  /// The bit patterns, moved away from the sign.
  static func bits(_ x: Self, down places: UInt32) -> Self
}

/// A SIMD type with 64-bit floating-point lanes.
public protocol Float64Vector: SIMD where Scalar == Double {
  /// See `Lanes.exchange`.
  static func exchange(_ a: inout Self, _ b: inout Self, _ distance: Int)
  /// The first `count` lanes from an address, at most all; the others are zero, and not looked at.
  static func load(_ address: UnsafeRawPointer, count: Int) -> Self
  /// Writes the first `count` lanes, at most all.
  func store(_ address: UnsafeMutableRawPointer, count: Int)
  /// All lanes equal to `x`.
  static func filled(_ x: Double) -> Self
  /// `a + b` lane by lane.
  static func sum(_ a: Self, _ b: Self) -> Self
  /// `a - b` lane by lane.
  static func difference(_ a: Self, _ b: Self) -> Self
  /// `a b` lane by lane.
  static func product(_ a: Self, _ b: Self) -> Self
  /// `a / b` lane by lane.
  static func quotient(_ a: Self, _ b: Self) -> Self
  /// `a b + c` with one rounding; a call of the C library where the processor has no such
  /// instruction.
  static func fusedMultiplyAdd(_ a: Self, _ b: Self, _ c: Self) -> Self
  /// The correctly rounded square root.
  static func root(_ x: Self) -> Self
  /// The whole number below, by the processor's own instruction.
  static func wholeBelow(_ x: Self) -> Self
  /// The whole number above, by the processor's own instruction.
  static func wholeAbove(_ x: Self) -> Self
  /// The nearest whole number, ties to even, by the processor's own instruction.
  static func wholeNearest(_ x: Self) -> Self

  /// `a < b` lane by lane.
  static func isLess(_ a: Self, _ b: Self) -> SIMDMask<MaskStorage>
  /// `a == b` lane by lane.
  static func isEqual(_ a: Self, _ b: Self) -> SIMDMask<MaskStorage>
  /// `a` where the mask is true, `b` elsewhere.
  static func choice(_ mask: SIMDMask<MaskStorage>, _ a: Self, _ b: Self) -> Self
  /// True if any lane of the mask is.
  static func isAnyTrue(_ mask: SIMDMask<MaskStorage>) -> Bool

  /// The bits that both have.
  static func bitsOfBoth(_ a: Self, _ b: Self) -> Self
  /// The bits that any of the two has.
  static func bitsOfAny(_ a: Self, _ b: Self) -> Self
  /// The bits that only one of the two has.
  static func bitsOfOne(_ a: Self, _ b: Self) -> Self
  /// The sum of the bit patterns as whole numbers.
  static func sumOfBits(_ a: Self, _ b: Self) -> Self
  /// The bit patterns, moved towards the sign.
  static func bits(_ x: Self, up places: UInt64) -> Self
  /// The bit patterns, moved away from the sign.
  static func bits(_ x: Self, down places: UInt64) -> Self
}
