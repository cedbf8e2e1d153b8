// What this file knows: how lanes of 32 bits compute. The functions built from these operations are in
// LaneFunctions.swift. The twin for the other width is Float64Lanes.swift; the two differ in
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

/// One register of 32-bit floating-point lanes of the given instruction set.
@frozen
public struct Float32Lanes<Instructions: InstructionSet>: Lanes {
  /// The SIMD type of the standard library that stands for the register.
  public typealias Vector = Instructions.Vector32
  /// The lanes as bit patterns.
  public typealias Bits = Vector.Bits32
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
  public init(_ x: Float) { vector = Vector(repeating: x) }
  @inlinable @inline(__always)
  public init(nearest x: Double) { vector = Vector(repeating: Float(x)) }
  @inlinable @inline(__always)
  public init(floatLiteral value: Double) { self.init(nearest: value) }
  @inlinable @inline(__always)
  public init(integerLiteral value: Int) { vector = Vector(repeating: Float(value)) }

  @inlinable @inline(__always) public static var width: Int { Vector.scalarCount }
  @inlinable @inline(__always) public static var element: KernelElement { .float32 }
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

extension Float32Lanes {
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

  /// Ties to even by arithmetic: numbers beyond 2^23 have no fraction to lose.
  @inlinable @inline(__always)
  static func nearestWhole(_ x: Self) -> Self {
    let shift: Self = 0x1p23
    let size = magnitude(x)
    return _select(_isLess(size, shift), signed((size + shift) - shift, like: x), x)
  }
}

// MARK: - Bits

extension Float32Lanes {
  @inlinable @inline(__always)
  static var signBit: Bits { Bits(repeating: 0x8000_0000) }

  @inlinable @inline(__always)
  public static func magnitude(_ x: Self) -> Self { Self(bits: x.bits & ~signBit) }
  @inlinable @inline(__always)
  public static func signed(_ magnitude: Self, like sign: Self) -> Self {
    Self(bits: magnitude.bits | (sign.bits & signBit))
  }

  // 1.5 · 2^23: the sum has a spacing of one, and its lowest bits hold the whole number as a two's
  // complement. Conversions to integer types would be taken apart into lanes.
  @inlinable @inline(__always)
  public static var roundingShift: Self { 12_582_912 }

  @inlinable @inline(__always)
  public static func powerOfTwo(shifted: Self) -> Self {
    Self(bits: (shifted.bits &+ Bits(repeating: 127)) &<< Bits(repeating: 23))
  }

  @inlinable @inline(__always)
  public static func exponentAndSignificand(_ x: Self) -> (exponent: Self, significand: Self) {
    let isSubnormal = _isLess(x, 0x1p-126)
    let normal = _select(isSubnormal, x * 0x1p23, x)
    // Adding the distance from √½ to 1 carries into the exponent exactly for significands from √2 on.
    let biased = normal.bits &+ Bits(repeating: 0x3F80_0000 - 0x3F35_04F3)
    let significand = Self(
      bits: (biased & Bits(repeating: 0x007F_FFFF)) &+ Bits(repeating: 0x3F35_04F3))
    let exponent = Self(bits: (biased &>> Bits(repeating: 23)) &+ Bits(repeating: 0x4B40_0000))
    return (
      exponent - roundingShift - _select(isSubnormal, 127 + 23, 127), significand
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

extension Float32Lanes {
  // exp(-103.98) is below half of the smallest subnormal number, exp(88.73) above the largest number.
  @inlinable @inline(__always)
  public static var exponentialRange: (lowest: Self, highest: Self) { (-104.5, 89) }
  // 17 significant bits, so that the product with an exponent is exact without a fused instruction.
  @inlinable @inline(__always)
  public static var logarithmOfTwo: (high: Self, low: Self) {
    (6.931_381_225_6e-1, 9.058_000_614_5e-6)
  }
  @inlinable @inline(__always)
  public static var negligible: Self { 0x1p-26 }

  // Minimax for the relative error of exp, 5.2e-11 before rounding.
  @inlinable @inline(__always)
  public static func exponentialTail(_ r: Self) -> Self {
    var p: Self = 1.979_024_389e-4
    p = multiplyAdd(p, r, 1.394_475_854e-3)
    p = multiplyAdd(p, r, 8.333_497_674e-3)
    p = multiplyAdd(p, r, 4.166_629_364e-2)
    p = multiplyAdd(p, r, 1.666_666_586e-1)
    return multiplyAdd(p, r, 5.000_000_068e-1)
  }

  // Coefficients of FreeBSD's logf, |error| < 2^-34.
  @inlinable @inline(__always)
  public static func logarithmTail(_ z: Self) -> Self {
    var p: Self = 0.242_790_788_41
    p = multiplyAdd(p, z, 0.284_987_866_88)
    p = multiplyAdd(p, z, 0.400_009_721_52)
    return z * multiplyAdd(p, z, 0.666_666_626_93)
  }
}

// MARK: - Error function

extension Float32Lanes {
  // Two polynomials after N. Juffa, each within one unit in the last place: x + x p(x²) for small |x|,
  // and 1 - exp(q(|x|)) from 475/512 on. Double precision would need five ranges and stays with the
  // library.
  @inlinable @inline(__always)
  public static func _erf(_ x: Self) -> Self {
    let size = magnitude(x)
    let square = x * x
    var p: Self = -5.967_617_03e-4
    p = multiplyAdd(p, square, 4.991_194_23e-3)
    p = multiplyAdd(p, square, -2.676_813_49e-2)
    p = multiplyAdd(p, square, 1.128_199_25e-1)
    p = multiplyAdd(p, square, -3.761_253_36e-1)
    p = multiplyAdd(p, square, 1.283_791_66e-1)
    let near = multiplyAdd(p, x, x)
    let u = multiplyAdd(-3.883_964_38e-3, size, 2.425_462_19e-2)
    var q = multiplyAdd(-1.728_534_70e-5, size, 3.831_971_26e-4)
    q = multiplyAdd(q, square, u)
    q = multiplyAdd(q, size, -1.067_778_77e-1)
    q = multiplyAdd(q, size, -6.348_466_87e-1)
    q = multiplyAdd(q, size, -1.287_175_12e-1)
    let far = signed(1 - _exp(multiplyAdd(q, size, -size)), like: x)
    return _select(_isLess(0.927_734_375, size), far, near)
  }
}

// MARK: - Functions left to the system's library, lane by lane

extension Float32Lanes {
  // Out of line: the call of a C function spills every register anyway.
  @inlinable @inline(never)
  static func eachLane(_ x: Self, _ function: @convention(c) (Float) -> Float) -> Self {
    var lanes = x
    withUnsafeMutableBytes(of: &lanes) { bytes in
      for lane in 0..<width {
        let x = bytes.load(fromByteOffset: lane &* size, as: Float.self)
        bytes.storeBytes(of: function(x), toByteOffset: lane &* size, as: Float.self)
      }
    }
    return lanes
  }
  @inlinable @inline(never)
  static func eachLane(
    _ a: Self, _ b: Self, _ function: @convention(c) (Float, Float) -> Float
  ) -> Self {
    var lanes = (a, b)
    withUnsafeMutableBytes(of: &lanes) { bytes in
      for lane in 0..<width {
        let a = bytes.load(fromByteOffset: lane &* size, as: Float.self)
        let b = bytes.load(fromByteOffset: stride &+ lane &* size, as: Float.self)
        bytes.storeBytes(of: function(a, b), toByteOffset: lane &* size, as: Float.self)
      }
    }
    return lanes.0
  }

  @inlinable @inline(__always)
  public static func _sin(_ x: Self) -> Self { eachLane(x, sinf) }
  @inlinable @inline(__always)
  public static func _cos(_ x: Self) -> Self { eachLane(x, cosf) }
  @inlinable @inline(__always)
  public static func _tan(_ x: Self) -> Self { eachLane(x, tanf) }
  @inlinable @inline(__always)
  public static func _asin(_ x: Self) -> Self { eachLane(x, asinf) }
  @inlinable @inline(__always)
  public static func _acos(_ x: Self) -> Self { eachLane(x, acosf) }
  @inlinable @inline(__always)
  public static func _atan(_ x: Self) -> Self { eachLane(x, atanf) }
  @inlinable @inline(__always)
  public static func _sinh(_ x: Self) -> Self { eachLane(x, sinhf) }
  @inlinable @inline(__always)
  public static func _cosh(_ x: Self) -> Self { eachLane(x, coshf) }
  @inlinable @inline(__always)
  public static func _asinh(_ x: Self) -> Self { eachLane(x, asinhf) }
  @inlinable @inline(__always)
  public static func _acosh(_ x: Self) -> Self { eachLane(x, acoshf) }
  @inlinable @inline(__always)
  public static func _atanh(_ x: Self) -> Self { eachLane(x, atanhf) }
  @inlinable @inline(__always)
  public static func _pow(_ x: Self, _ exponent: Self) -> Self { eachLane(x, exponent, powf) }
  @inlinable @inline(__always)
  public static func _atan2(_ y: Self, _ x: Self) -> Self { eachLane(y, x, atan2f) }
}
