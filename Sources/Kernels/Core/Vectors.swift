// What this file knows: the six SIMD types the kernels compute with, and the few operations on them
// that must be spelled for a concrete type. It has never heard of instruction sets or functions.
//
// Arithmetic that the standard library writes for any SIMD type (`+`, `addingProduct`, `&<<`, ...)
// compiles to single instructions once specialised. Comparisons and rounding do so only where the
// compiler sees the concrete type, hence one conformance per type; a generic comparison becomes a
// loop over lanes that is ten times slower. Check with `objdump -d` after a change here.

/// A SIMD type with 32-bit floating-point lanes.
public protocol Float32Vector: SIMD where Scalar == Float {
  /// The lanes as bit patterns.
  associatedtype Bits32: SIMD where Bits32.Scalar == UInt32
  /// See `Lanes.exchange`.
  static func exchange(_ a: inout Self, _ b: inout Self, _ distance: Int)
  /// `a < b` lane by lane.
  static func isLess(_ a: Self, _ b: Self) -> SIMDMask<MaskStorage>
  /// `a == b` lane by lane.
  static func isEqual(_ a: Self, _ b: Self) -> SIMDMask<MaskStorage>
  /// The correctly rounded square root.
  static func root(_ x: Self) -> Self
  /// The nearest whole number in the direction of the rule, by the processor's own instruction.
  static func whole(_ x: Self, _ rule: FloatingPointRoundingRule) -> Self
}

/// A SIMD type with 64-bit floating-point lanes.
public protocol Float64Vector: SIMD where Scalar == Double {
  /// The lanes as bit patterns.
  associatedtype Bits64: SIMD where Bits64.Scalar == UInt64
  /// See `Lanes.exchange`.
  static func exchange(_ a: inout Self, _ b: inout Self, _ distance: Int)
  /// `a < b` lane by lane.
  static func isLess(_ a: Self, _ b: Self) -> SIMDMask<MaskStorage>
  /// `a == b` lane by lane.
  static func isEqual(_ a: Self, _ b: Self) -> SIMDMask<MaskStorage>
  /// The correctly rounded square root.
  static func root(_ x: Self) -> Self
  /// The nearest whole number in the direction of the rule, by the processor's own instruction.
  static func whole(_ x: Self, _ rule: FloatingPointRoundingRule) -> Self
}

// The library's `squareRoot()` branches to a C function for negative numbers (which would set
// `errno`) and is therefore never vectorised. The compiler's intrinsic has no such branch. Wider
// vectors cannot be passed to it, because the calling convention splits them; hence the halves below.
@_silgen_name("llvm.sqrt.v4f32")
@usableFromInline
func squareRoots(_ x: SIMD4<Float>) -> SIMD4<Float>

@_silgen_name("llvm.sqrt.v2f64")
@usableFromInline
func squareRoots(_ x: SIMD2<Double>) -> SIMD2<Double>

extension SIMD4: Float32Vector where Scalar == Float {
  public typealias Bits32 = SIMD4<UInt32>
  @inlinable @inline(__always)
  public static func isLess(_ a: Self, _ b: Self) -> SIMDMask<MaskStorage> { a .< b }
  @inlinable @inline(__always)
  public static func isEqual(_ a: Self, _ b: Self) -> SIMDMask<MaskStorage> { a .== b }
  @inlinable @inline(__always)
  public static func root(_ x: Self) -> Self {
    squareRoots(x)
  }
  @inlinable @inline(__always)
  public static func whole(_ x: Self, _ rule: FloatingPointRoundingRule) -> Self {
    x.rounded(rule)
  }
}

extension SIMD8: Float32Vector where Scalar == Float {
  public typealias Bits32 = SIMD8<UInt32>
  @inlinable @inline(__always)
  public static func isLess(_ a: Self, _ b: Self) -> SIMDMask<MaskStorage> { a .< b }
  @inlinable @inline(__always)
  public static func isEqual(_ a: Self, _ b: Self) -> SIMDMask<MaskStorage> { a .== b }
  @inlinable @inline(__always)
  public static func root(_ x: Self) -> Self {
    Self(lowHalf: squareRoots(x.lowHalf), highHalf: squareRoots(x.highHalf))
  }
  @inlinable @inline(__always)
  public static func whole(_ x: Self, _ rule: FloatingPointRoundingRule) -> Self {
    x.rounded(rule)
  }
}

extension SIMD16: Float32Vector where Scalar == Float {
  public typealias Bits32 = SIMD16<UInt32>
  @inlinable @inline(__always)
  public static func isLess(_ a: Self, _ b: Self) -> SIMDMask<MaskStorage> { a .< b }
  @inlinable @inline(__always)
  public static func isEqual(_ a: Self, _ b: Self) -> SIMDMask<MaskStorage> { a .== b }
  @inlinable @inline(__always)
  public static func root(_ x: Self) -> Self {
    Self(lowHalf: SIMD8<Float>.root(x.lowHalf), highHalf: SIMD8<Float>.root(x.highHalf))
  }
  @inlinable @inline(__always)
  public static func whole(_ x: Self, _ rule: FloatingPointRoundingRule) -> Self {
    x.rounded(rule)
  }
}

extension SIMD2: Float64Vector where Scalar == Double {
  public typealias Bits64 = SIMD2<UInt64>
  @inlinable @inline(__always)
  public static func isLess(_ a: Self, _ b: Self) -> SIMDMask<MaskStorage> { a .< b }
  @inlinable @inline(__always)
  public static func isEqual(_ a: Self, _ b: Self) -> SIMDMask<MaskStorage> { a .== b }
  @inlinable @inline(__always)
  public static func root(_ x: Self) -> Self {
    squareRoots(x)
  }
  @inlinable @inline(__always)
  public static func whole(_ x: Self, _ rule: FloatingPointRoundingRule) -> Self {
    x.rounded(rule)
  }
}

extension SIMD4: Float64Vector where Scalar == Double {
  public typealias Bits64 = SIMD4<UInt64>
  @inlinable @inline(__always)
  public static func isLess(_ a: Self, _ b: Self) -> SIMDMask<MaskStorage> { a .< b }
  @inlinable @inline(__always)
  public static func isEqual(_ a: Self, _ b: Self) -> SIMDMask<MaskStorage> { a .== b }
  @inlinable @inline(__always)
  public static func root(_ x: Self) -> Self {
    Self(lowHalf: squareRoots(x.lowHalf), highHalf: squareRoots(x.highHalf))
  }
  @inlinable @inline(__always)
  public static func whole(_ x: Self, _ rule: FloatingPointRoundingRule) -> Self {
    x.rounded(rule)
  }
}

extension SIMD8: Float64Vector where Scalar == Double {
  public typealias Bits64 = SIMD8<UInt64>
  @inlinable @inline(__always)
  public static func isLess(_ a: Self, _ b: Self) -> SIMDMask<MaskStorage> { a .< b }
  @inlinable @inline(__always)
  public static func isEqual(_ a: Self, _ b: Self) -> SIMDMask<MaskStorage> { a .== b }
  @inlinable @inline(__always)
  public static func root(_ x: Self) -> Self {
    Self(lowHalf: SIMD4<Double>.root(x.lowHalf), highHalf: SIMD4<Double>.root(x.highHalf))
  }
  @inlinable @inline(__always)
  public static func whole(_ x: Self, _ rule: FloatingPointRoundingRule) -> Self {
    x.rounded(rule)
  }
}
