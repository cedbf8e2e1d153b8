// The instructions for 128, 256 and 512 bits of 64-bit lanes, one by one.

import Builtin

extension SIMD2: Float64Vector where Scalar == Double {
  @export(implementation) @inline(__always)
  public static func filled(_ x: Double) -> Self { Self(repeating: x) }
  @export(implementation) @inline(__always)
  public static func sum(_ a: Self, _ b: Self) -> Self {
    of(Builtin.fadd_Vec2xFPIEEE64(a._storage._value, b._storage._value))
  }
  @export(implementation) @inline(__always)
  public static func difference(_ a: Self, _ b: Self) -> Self {
    of(Builtin.fsub_Vec2xFPIEEE64(a._storage._value, b._storage._value))
  }
  @export(implementation) @inline(__always)
  public static func product(_ a: Self, _ b: Self) -> Self {
    of(Builtin.fmul_Vec2xFPIEEE64(a._storage._value, b._storage._value))
  }
  @export(implementation) @inline(__always)
  public static func quotient(_ a: Self, _ b: Self) -> Self {
    of(Builtin.fdiv_Vec2xFPIEEE64(a._storage._value, b._storage._value))
  }
  @export(implementation) @inline(__always)
  public static func fusedMultiplyAdd(_ a: Self, _ b: Self, _ c: Self) -> Self {
    of(Builtin.int_fma_Vec2xFPIEEE64(a._storage._value, b._storage._value, c._storage._value))
  }
  @export(implementation) @inline(__always)
  public static func root(_ x: Self) -> Self {
    of(Builtin.int_sqrt_Vec2xFPIEEE64(x._storage._value))
  }
  @export(implementation) @inline(__always)
  public static func wholeBelow(_ x: Self) -> Self {
    of(Builtin.int_floor_Vec2xFPIEEE64(x._storage._value))
  }
  @export(implementation) @inline(__always)
  public static func wholeAbove(_ x: Self) -> Self {
    of(Builtin.int_ceil_Vec2xFPIEEE64(x._storage._value))
  }
  @export(implementation) @inline(__always)
  public static func wholeNearest(_ x: Self) -> Self {
    of(Builtin.int_rint_Vec2xFPIEEE64(x._storage._value))
  }

  @export(implementation) @inline(__always)
  public static func isLess(_ a: Self, _ b: Self) -> SIMDMask<MaskStorage> { a .< b }
  @export(implementation) @inline(__always)
  public static func isEqual(_ a: Self, _ b: Self) -> SIMDMask<MaskStorage> { a .== b }
  @export(implementation) @inline(__always)
  public static func choice(_ mask: SIMDMask<MaskStorage>, _ a: Self, _ b: Self) -> Self {
    let a = unsafeBitCast(a, to: SIMDMask<MaskStorage>.self)
    let b = unsafeBitCast(b, to: SIMDMask<MaskStorage>.self)
    return unsafeBitCast((a .& mask) .| (b .& .!mask), to: Self.self)
  }
  @export(implementation) @inline(__always)
  public static func isAnyTrue(_ mask: SIMDMask<MaskStorage>) -> Bool {
    let lanes = unsafeBitCast(mask, to: SIMD2<UInt64>.self)
    return lanes.x | lanes.y != 0
  }

  @export(implementation) @inline(__always)
  public static func bitsOfBoth(_ a: Self, _ b: Self) -> Self {
    of(Builtin.and_Vec2xInt64(bits(a), bits(b)))
  }
  @export(implementation) @inline(__always)
  public static func bitsOfAny(_ a: Self, _ b: Self) -> Self {
    of(Builtin.or_Vec2xInt64(bits(a), bits(b)))
  }
  @export(implementation) @inline(__always)
  public static func bitsOfOne(_ a: Self, _ b: Self) -> Self {
    of(Builtin.xor_Vec2xInt64(bits(a), bits(b)))
  }
  @export(implementation) @inline(__always)
  public static func sumOfBits(_ a: Self, _ b: Self) -> Self {
    of(Builtin.add_Vec2xInt64(bits(a), bits(b)))
  }
  @export(implementation) @inline(__always)
  public static func bits(_ x: Self, up places: UInt64) -> Self {
    of(Builtin.shl_Vec2xInt64(bits(x), SIMD2<UInt64>(repeating: places)._storage._value))
  }
  @export(implementation) @inline(__always)
  public static func bits(_ x: Self, down places: UInt64) -> Self {
    of(Builtin.lshr_Vec2xInt64(bits(x), SIMD2<UInt64>(repeating: places)._storage._value))
  }

  @export(implementation) @inline(__always)
  static func of(_ value: Builtin.Vec2xFPIEEE64) -> Self {
    var result = Self()
    result._storage._value = value
    return result
  }
  @export(implementation) @inline(__always)
  static func of(_ bits: Builtin.Vec2xInt64) -> Self {
    of(Builtin.bitcast_Vec2xInt64_Vec2xFPIEEE64(bits))
  }
  @export(implementation) @inline(__always)
  static func bits(_ x: Self) -> Builtin.Vec2xInt64 {
    Builtin.bitcast_Vec2xFPIEEE64_Vec2xInt64(x._storage._value)
  }
}

extension SIMD4: Float64Vector where Scalar == Double {
  @export(implementation) @inline(__always)
  public static func filled(_ x: Double) -> Self { Self(repeating: x) }
  @export(implementation) @inline(__always)
  public static func sum(_ a: Self, _ b: Self) -> Self {
    of(Builtin.fadd_Vec4xFPIEEE64(a._storage._value, b._storage._value))
  }
  @export(implementation) @inline(__always)
  public static func difference(_ a: Self, _ b: Self) -> Self {
    of(Builtin.fsub_Vec4xFPIEEE64(a._storage._value, b._storage._value))
  }
  @export(implementation) @inline(__always)
  public static func product(_ a: Self, _ b: Self) -> Self {
    of(Builtin.fmul_Vec4xFPIEEE64(a._storage._value, b._storage._value))
  }
  @export(implementation) @inline(__always)
  public static func quotient(_ a: Self, _ b: Self) -> Self {
    of(Builtin.fdiv_Vec4xFPIEEE64(a._storage._value, b._storage._value))
  }
  @export(implementation) @inline(__always)
  public static func fusedMultiplyAdd(_ a: Self, _ b: Self, _ c: Self) -> Self {
    of(Builtin.int_fma_Vec4xFPIEEE64(a._storage._value, b._storage._value, c._storage._value))
  }
  @export(implementation) @inline(__always)
  public static func root(_ x: Self) -> Self {
    of(Builtin.int_sqrt_Vec4xFPIEEE64(x._storage._value))
  }
  @export(implementation) @inline(__always)
  public static func wholeBelow(_ x: Self) -> Self {
    of(Builtin.int_floor_Vec4xFPIEEE64(x._storage._value))
  }
  @export(implementation) @inline(__always)
  public static func wholeAbove(_ x: Self) -> Self {
    of(Builtin.int_ceil_Vec4xFPIEEE64(x._storage._value))
  }
  @export(implementation) @inline(__always)
  public static func wholeNearest(_ x: Self) -> Self {
    of(Builtin.int_rint_Vec4xFPIEEE64(x._storage._value))
  }

  @export(implementation) @inline(__always)
  public static func isLess(_ a: Self, _ b: Self) -> SIMDMask<MaskStorage> { a .< b }
  @export(implementation) @inline(__always)
  public static func isEqual(_ a: Self, _ b: Self) -> SIMDMask<MaskStorage> { a .== b }
  @export(implementation) @inline(__always)
  public static func choice(_ mask: SIMDMask<MaskStorage>, _ a: Self, _ b: Self) -> Self {
    let a = unsafeBitCast(a, to: SIMDMask<MaskStorage>.self)
    let b = unsafeBitCast(b, to: SIMDMask<MaskStorage>.self)
    return unsafeBitCast((a .& mask) .| (b .& .!mask), to: Self.self)
  }
  @export(implementation) @inline(__always)
  public static func isAnyTrue(_ mask: SIMDMask<MaskStorage>) -> Bool {
    let lanes = unsafeBitCast(mask, to: SIMD4<UInt64>.self)
    let pair = lanes.lowHalf | lanes.highHalf
    return pair.x | pair.y != 0
  }

  @export(implementation) @inline(__always)
  public static func bitsOfBoth(_ a: Self, _ b: Self) -> Self {
    of(Builtin.and_Vec4xInt64(bits(a), bits(b)))
  }
  @export(implementation) @inline(__always)
  public static func bitsOfAny(_ a: Self, _ b: Self) -> Self {
    of(Builtin.or_Vec4xInt64(bits(a), bits(b)))
  }
  @export(implementation) @inline(__always)
  public static func bitsOfOne(_ a: Self, _ b: Self) -> Self {
    of(Builtin.xor_Vec4xInt64(bits(a), bits(b)))
  }
  @export(implementation) @inline(__always)
  public static func sumOfBits(_ a: Self, _ b: Self) -> Self {
    of(Builtin.add_Vec4xInt64(bits(a), bits(b)))
  }
  @export(implementation) @inline(__always)
  public static func bits(_ x: Self, up places: UInt64) -> Self {
    of(Builtin.shl_Vec4xInt64(bits(x), SIMD4<UInt64>(repeating: places)._storage._value))
  }
  @export(implementation) @inline(__always)
  public static func bits(_ x: Self, down places: UInt64) -> Self {
    of(Builtin.lshr_Vec4xInt64(bits(x), SIMD4<UInt64>(repeating: places)._storage._value))
  }

  @export(implementation) @inline(__always)
  static func of(_ value: Builtin.Vec4xFPIEEE64) -> Self {
    var result = Self()
    result._storage._value = value
    return result
  }
  @export(implementation) @inline(__always)
  static func of(_ bits: Builtin.Vec4xInt64) -> Self {
    of(Builtin.bitcast_Vec4xInt64_Vec4xFPIEEE64(bits))
  }
  @export(implementation) @inline(__always)
  static func bits(_ x: Self) -> Builtin.Vec4xInt64 {
    Builtin.bitcast_Vec4xFPIEEE64_Vec4xInt64(x._storage._value)
  }
}

extension SIMD8: Float64Vector where Scalar == Double {
  @export(implementation) @inline(__always)
  public static func filled(_ x: Double) -> Self { Self(repeating: x) }
  @export(implementation) @inline(__always)
  public static func sum(_ a: Self, _ b: Self) -> Self {
    of(Builtin.fadd_Vec8xFPIEEE64(a._storage._value, b._storage._value))
  }
  @export(implementation) @inline(__always)
  public static func difference(_ a: Self, _ b: Self) -> Self {
    of(Builtin.fsub_Vec8xFPIEEE64(a._storage._value, b._storage._value))
  }
  @export(implementation) @inline(__always)
  public static func product(_ a: Self, _ b: Self) -> Self {
    of(Builtin.fmul_Vec8xFPIEEE64(a._storage._value, b._storage._value))
  }
  @export(implementation) @inline(__always)
  public static func quotient(_ a: Self, _ b: Self) -> Self {
    of(Builtin.fdiv_Vec8xFPIEEE64(a._storage._value, b._storage._value))
  }
  @export(implementation) @inline(__always)
  public static func fusedMultiplyAdd(_ a: Self, _ b: Self, _ c: Self) -> Self {
    of(Builtin.int_fma_Vec8xFPIEEE64(a._storage._value, b._storage._value, c._storage._value))
  }
  @export(implementation) @inline(__always)
  public static func root(_ x: Self) -> Self {
    of(Builtin.int_sqrt_Vec8xFPIEEE64(x._storage._value))
  }
  @export(implementation) @inline(__always)
  public static func wholeBelow(_ x: Self) -> Self {
    of(Builtin.int_floor_Vec8xFPIEEE64(x._storage._value))
  }
  @export(implementation) @inline(__always)
  public static func wholeAbove(_ x: Self) -> Self {
    of(Builtin.int_ceil_Vec8xFPIEEE64(x._storage._value))
  }
  @export(implementation) @inline(__always)
  public static func wholeNearest(_ x: Self) -> Self {
    of(Builtin.int_rint_Vec8xFPIEEE64(x._storage._value))
  }

  @export(implementation) @inline(__always)
  public static func isLess(_ a: Self, _ b: Self) -> SIMDMask<MaskStorage> { a .< b }
  @export(implementation) @inline(__always)
  public static func isEqual(_ a: Self, _ b: Self) -> SIMDMask<MaskStorage> { a .== b }
  @export(implementation) @inline(__always)
  public static func choice(_ mask: SIMDMask<MaskStorage>, _ a: Self, _ b: Self) -> Self {
    let a = unsafeBitCast(a, to: SIMDMask<MaskStorage>.self)
    let b = unsafeBitCast(b, to: SIMDMask<MaskStorage>.self)
    return unsafeBitCast((a .& mask) .| (b .& .!mask), to: Self.self)
  }
  @export(implementation) @inline(__always)
  public static func isAnyTrue(_ mask: SIMDMask<MaskStorage>) -> Bool {
    let lanes = unsafeBitCast(mask, to: SIMD8<UInt64>.self)
    let half = lanes.lowHalf | lanes.highHalf
    let pair = half.lowHalf | half.highHalf
    return pair.x | pair.y != 0
  }

  @export(implementation) @inline(__always)
  public static func bitsOfBoth(_ a: Self, _ b: Self) -> Self {
    of(Builtin.and_Vec8xInt64(bits(a), bits(b)))
  }
  @export(implementation) @inline(__always)
  public static func bitsOfAny(_ a: Self, _ b: Self) -> Self {
    of(Builtin.or_Vec8xInt64(bits(a), bits(b)))
  }
  @export(implementation) @inline(__always)
  public static func bitsOfOne(_ a: Self, _ b: Self) -> Self {
    of(Builtin.xor_Vec8xInt64(bits(a), bits(b)))
  }
  @export(implementation) @inline(__always)
  public static func sumOfBits(_ a: Self, _ b: Self) -> Self {
    of(Builtin.add_Vec8xInt64(bits(a), bits(b)))
  }
  @export(implementation) @inline(__always)
  public static func bits(_ x: Self, up places: UInt64) -> Self {
    of(Builtin.shl_Vec8xInt64(bits(x), SIMD8<UInt64>(repeating: places)._storage._value))
  }
  @export(implementation) @inline(__always)
  public static func bits(_ x: Self, down places: UInt64) -> Self {
    of(Builtin.lshr_Vec8xInt64(bits(x), SIMD8<UInt64>(repeating: places)._storage._value))
  }

  @export(implementation) @inline(__always)
  static func of(_ value: Builtin.Vec8xFPIEEE64) -> Self {
    var result = Self()
    result._storage._value = value
    return result
  }
  @export(implementation) @inline(__always)
  static func of(_ bits: Builtin.Vec8xInt64) -> Self {
    of(Builtin.bitcast_Vec8xInt64_Vec8xFPIEEE64(bits))
  }
  @export(implementation) @inline(__always)
  static func bits(_ x: Self) -> Builtin.Vec8xInt64 {
    Builtin.bitcast_Vec8xFPIEEE64_Vec8xInt64(x._storage._value)
  }
}
