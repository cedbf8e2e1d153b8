// What this file knows: how lanes of 64 bits compute. The functions built from these operations are in
// LaneFunctions.swift. The twin for the other width is Float32Lanes.swift; the two differ in
// constants, and stay apart because a constant is best read next to the bits that it stands for.

import AdjointElementary

#if canImport(Darwin)
  public import Darwin
#elseif canImport(Glibc)
  public import Glibc
#elseif canImport(Musl)
  public import Musl
#elseif canImport(Android)
  public import Android
#elseif canImport(ucrt)
  public import ucrt
#endif

/// One register of 64-bit floating-point lanes of the given instruction set.
@frozen
public struct Float64Lanes<Instructions: InstructionSet>: Lanes {
  /// The SIMD type of the standard library that stands for the register.
  public typealias Vector = Instructions.Vector64
  /// The lanes as bit patterns.
  public typealias Bits = Vector.Bits64
  /// One truth value per lane.
  public typealias Mask = SIMDMask<Vector.MaskStorage>

  /// The lanes.
  public var vector: Vector

  /// Wraps a vector.
  @inlinable @inline(__always)
  public init(vector: Vector) { self.vector = vector }
  /// The lanes with the given bit patterns.
  @inlinable @inline(__always)
  public init(bits: Bits) { vector = unsafeBitCast(bits, to: Vector.self) }
  /// The bit patterns of the lanes.
  @inlinable @inline(__always)
  public var bits: Bits { unsafeBitCast(vector, to: Bits.self) }

  @inlinable @inline(__always)
  public init(_ x: Double) { vector = Vector(repeating: x) }
  @inlinable @inline(__always)
  public init(nearest x: Double) { vector = Vector(repeating: Double(x)) }
  @inlinable @inline(__always)
  public init(floatLiteral value: Double) { self.init(nearest: value) }
  @inlinable @inline(__always)
  public init(integerLiteral value: Int) { vector = Vector(repeating: Double(value)) }

  @inlinable @inline(__always) public static var width: Int { Vector.scalarCount }
  @inlinable @inline(__always) public static var element: KernelElement { .float64 }
  @inlinable @inline(__always)
  public static func load(_ address: UnsafeRawPointer) -> Self {
    Self(vector: address.loadUnaligned(as: Vector.self))
  }
  @inlinable @inline(__always)
  public func store(_ address: UnsafeMutableRawPointer) {
    address.storeBytes(of: vector, as: Vector.self)
  }
}

// MARK: - Arithmetic and comparisons

extension Float64Lanes {
  @inlinable @inline(__always)
  public static func + (a: Self, b: Self) -> Self { Self(vector: a.vector + b.vector) }
  @inlinable @inline(__always)
  public static func - (a: Self, b: Self) -> Self { Self(vector: a.vector - b.vector) }
  @inlinable @inline(__always)
  public static func * (a: Self, b: Self) -> Self { Self(vector: a.vector * b.vector) }
  @inlinable @inline(__always)
  public static func / (a: Self, b: Self) -> Self { Self(vector: a.vector / b.vector) }
  // The library's prefix minus of a SIMD type is `0 - x`, which loses the sign of a zero.
  @inlinable @inline(__always)
  public static prefix func - (a: Self) -> Self { Self(bits: a.bits ^ signBit) }

  @inlinable @inline(__always)
  public static func multiplyAdd(_ a: Self, _ b: Self, _ c: Self) -> Self {
    Instructions.fusesMultiplyAdd
      ? Self(vector: c.vector.addingProduct(a.vector, b.vector)) : c + a * b
  }

  @inlinable @inline(__always)
  public static func _isLess(_ a: Self, _ b: Self) -> Mask { Vector.isLess(a.vector, b.vector) }
  @inlinable @inline(__always)
  public static func _isEqual(_ a: Self, _ b: Self) -> Mask { Vector.isEqual(a.vector, b.vector) }
  @inlinable @inline(__always)
  public static func _select(_ mask: Mask, _ a: Self, _ b: Self) -> Self {
    Self(vector: b.vector.replacing(with: a.vector, where: mask))
  }

  @inlinable @inline(__always)
  public static func _sqrt(_ x: Self) -> Self { Self(vector: Vector.root(x.vector)) }
  @inlinable @inline(__always)
  public static func _abs(_ x: Self) -> Self { magnitude(x) }

  @inlinable @inline(__always)
  public static func _floor(_ x: Self) -> Self {
    if Instructions.roundsInOneInstruction { return Self(vector: Vector.whole(x.vector, .down)) }
    let nearest = nearestWhole(x)
    return signed(magnitude(nearest - _select(_isLess(x, nearest), 1, 0)), like: x)
  }
  @inlinable @inline(__always)
  public static func _ceil(_ x: Self) -> Self {
    if Instructions.roundsInOneInstruction { return Self(vector: Vector.whole(x.vector, .up)) }
    let nearest = nearestWhole(x)
    return signed(magnitude(nearest + _select(_isLess(nearest, x), 1, 0)), like: x)
  }
  @inlinable @inline(__always)
  public static func _round(_ x: Self) -> Self {
    if Instructions.roundsInOneInstruction {
      return Self(vector: Vector.whole(x.vector, .toNearestOrEven))
    }
    return nearestWhole(x)
  }

  /// Ties to even by arithmetic: numbers beyond 2^52 have no fraction to lose.
  @inlinable @inline(__always)
  static func nearestWhole(_ x: Self) -> Self {
    let shift: Self = 0x1p52
    let size = magnitude(x)
    return _select(_isLess(size, shift), signed((size + shift) - shift, like: x), x)
  }
}

// MARK: - Bits

extension Float64Lanes {
  @inlinable @inline(__always)
  static var signBit: Bits { Bits(repeating: 0x8000_0000_0000_0000) }

  @inlinable @inline(__always)
  public static func magnitude(_ x: Self) -> Self { Self(bits: x.bits & ~signBit) }
  @inlinable @inline(__always)
  public static func signed(_ magnitude: Self, like sign: Self) -> Self {
    Self(bits: magnitude.bits | (sign.bits & signBit))
  }

  // 1.5 · 2^52: the sum has a spacing of one, and its lowest bits hold the whole number as a two's
  // complement. Conversions to integer types would be taken apart into lanes.
  @inlinable @inline(__always)
  public static var roundingShift: Self { 6_755_399_441_055_744 }

  @inlinable @inline(__always)
  public static func powerOfTwo(shifted: Self) -> Self {
    Self(bits: (shifted.bits &+ Bits(repeating: 1023)) &<< Bits(repeating: 52))
  }

  @inlinable @inline(__always)
  public static func exponentAndSignificand(_ x: Self) -> (exponent: Self, significand: Self) {
    let isSubnormal = _isLess(x, 0x1p-1022)
    let normal = _select(isSubnormal, x * 0x1p52, x)
    // Adding the distance from √½ to 1 carries into the exponent exactly for significands from √2 on.
    let biased = normal.bits &+ Bits(repeating: 0x3FF0_0000_0000_0000 - 0x3FE6_A09E_667F_3BCD)
    let significand = Self(
      bits: (biased & Bits(repeating: 0x000F_FFFF_FFFF_FFFF))
        &+ Bits(repeating: 0x3FE6_A09E_667F_3BCD))
    let exponent = Self(
      bits: (biased &>> Bits(repeating: 52)) &+ Bits(repeating: 0x4338_0000_0000_0000))
    return (
      exponent - roundingShift - _select(isSubnormal, 1023 + 52, 1023), significand
    )
  }

  @inlinable @inline(__always)
  public static func exchange(_ a: inout Self, _ b: inout Self, _ distance: Int, _ zero: Self) {
    Vector.exchange(&a.vector, &b.vector, distance)
    a = Self(bits: a.bits ^ zero.bits)
    b = Self(bits: b.bits ^ zero.bits)
  }
}

// MARK: - Constants of the polynomials

extension Float64Lanes {
  // exp(-745.14) is below half of the smallest subnormal number, exp(709.79) above the largest number.
  @inlinable @inline(__always)
  public static var exponentialRange: (lowest: Self, highest: Self) { (-746, 710) }
  // 33 significant bits, so that the product with an exponent is exact without a fused instruction.
  @inlinable @inline(__always)
  public static var logarithmOfTwo: (high: Self, low: Self) {
    (6.931_471_803_691_238_164_90e-1, 1.908_214_929_270_587_700_02e-10)
  }
  @inlinable @inline(__always)
  public static var negligible: Self { 0x1p-55 }

  // Minimax for the relative error of exp, 5.4e-20 before rounding. Even and odd powers are summed
  // apart: one chain of ten dependent steps would wait for itself.
  @inlinable @inline(__always)
  public static func exponentialTail(_ r: Self) -> Self {
    let z = r * r
    var even: Self = 2.082_653_396_103_514_48e-9
    even = multiplyAdd(even, z, 2.755_758_280_351_497_17e-7)
    even = multiplyAdd(even, z, 2.480_158_692_459_525_42e-5)
    even = multiplyAdd(even, z, 1.388_888_888_911_726_89e-3)
    even = multiplyAdd(even, z, 4.166_666_666_666_608_91e-2)
    even = multiplyAdd(even, z, 0.5)
    var odd: Self = 2.511_214_443_282_805_66e-8
    odd = multiplyAdd(odd, z, 2.755_723_455_897_245_15e-6)
    odd = multiplyAdd(odd, z, 1.984_126_989_668_074_75e-4)
    odd = multiplyAdd(odd, z, 8.333_333_333_316_917_15e-3)
    odd = multiplyAdd(odd, z, 1.666_666_666_666_668_36e-1)
    return multiplyAdd(odd, r, even)
  }

  // Coefficients of FreeBSD's log, |error| < 2^-58.
  @inlinable @inline(__always)
  public static func logarithmTail(_ z: Self) -> Self {
    let w = z * z
    var even: Self = 1.531_383_769_920_937_332e-1
    even = multiplyAdd(even, w, 2.222_219_843_214_978_396e-1)
    even = multiplyAdd(even, w, 3.999_999_999_940_941_908e-1)
    var odd: Self = 1.479_819_860_511_658_591e-1
    odd = multiplyAdd(odd, w, 1.818_357_216_161_805_012e-1)
    odd = multiplyAdd(odd, w, 2.857_142_874_366_239_149e-1)
    odd = multiplyAdd(odd, w, 6.666_666_666_666_735_130e-1)
    return multiplyAdd(even, w, z * odd)
  }
}

// MARK: - Functions left to the system's library, lane by lane

extension Float64Lanes {
  // Out of line: the call of a C function spills every register anyway.
  @inlinable @inline(never)
  static func eachLane(_ x: Self, _ function: @convention(c) (Double) -> Double) -> Self {
    var lanes = x
    withUnsafeMutableBytes(of: &lanes) { bytes in
      for lane in 0..<width {
        let x = bytes.load(fromByteOffset: lane &* size, as: Double.self)
        bytes.storeBytes(of: function(x), toByteOffset: lane &* size, as: Double.self)
      }
    }
    return lanes
  }
  @inlinable @inline(never)
  static func eachLane(
    _ a: Self, _ b: Self, _ function: @convention(c) (Double, Double) -> Double
  ) -> Self {
    var lanes = (a, b)
    withUnsafeMutableBytes(of: &lanes) { bytes in
      for lane in 0..<width {
        let a = bytes.load(fromByteOffset: lane &* size, as: Double.self)
        let b = bytes.load(fromByteOffset: stride &+ lane &* size, as: Double.self)
        bytes.storeBytes(of: function(a, b), toByteOffset: lane &* size, as: Double.self)
      }
    }
    return lanes.0
  }

  @inlinable @inline(__always)
  public static func _sin(_ x: Self) -> Self { eachLane(x, sin) }
  @inlinable @inline(__always)
  public static func _cos(_ x: Self) -> Self { eachLane(x, cos) }
  @inlinable @inline(__always)
  public static func _tan(_ x: Self) -> Self { eachLane(x, tan) }
  @inlinable @inline(__always)
  public static func _asin(_ x: Self) -> Self { eachLane(x, asin) }
  @inlinable @inline(__always)
  public static func _acos(_ x: Self) -> Self { eachLane(x, acos) }
  @inlinable @inline(__always)
  public static func _atan(_ x: Self) -> Self { eachLane(x, atan) }
  @inlinable @inline(__always)
  public static func _sinh(_ x: Self) -> Self { eachLane(x, sinh) }
  @inlinable @inline(__always)
  public static func _cosh(_ x: Self) -> Self { eachLane(x, cosh) }
  @inlinable @inline(__always)
  public static func _asinh(_ x: Self) -> Self { eachLane(x, asinh) }
  @inlinable @inline(__always)
  public static func _acosh(_ x: Self) -> Self { eachLane(x, acosh) }
  @inlinable @inline(__always)
  public static func _atanh(_ x: Self) -> Self { eachLane(x, atanh) }
  @inlinable @inline(__always)
  public static func _erf(_ x: Self) -> Self { eachLane(x, erf) }
  @inlinable @inline(__always)
  public static func _pow(_ x: Self, _ exponent: Self) -> Self { eachLane(x, exponent, pow) }
  @inlinable @inline(__always)
  public static func _atan2(_ y: Self, _ x: Self) -> Self { eachLane(y, x, atan2) }
}
