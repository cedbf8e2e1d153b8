// How lanes of 32 bits compute. The functions built from these operations are in
// LaneFunctions.swift and its neighbors, the numbers that those need in Float32Polynomials.swift.
// The twin for the other width is Float64Lanes.swift; the two differ in constants, and stay apart
// because a constant is best read next to the bits that it stands for.

import AdjointElementary
import AdjointKernels

/// One register of 32-bit floating-point lanes of the given instruction set.
@frozen
public struct Float32Lanes<Instructions: InstructionSet>: Lanes {
  /// The SIMD type of the standard library that stands for the register.
  public typealias Vector = Instructions.Vector32
  /// One truth value per lane.
  public typealias Mask = SIMDMask<Vector.MaskStorage>

  /// The lanes.
  public var vector: Vector

  /// Wraps a vector.
  @inlinable @inline(__always)
  public init(vector: Vector) { self.vector = vector }
  /// All lanes with the given bit pattern.
  @inlinable @inline(__always)
  public init(bits: UInt32) { vector = Vector.filled(Float(bitPattern: bits)) }

  @inlinable @inline(__always)
  public init(_ x: Float) { vector = Vector.filled(x) }
  @inlinable @inline(__always)
  public init(nearest x: Double) { vector = Vector.filled(Float(x)) }
  @inlinable @inline(__always)
  public init(floatLiteral value: Double) { self.init(nearest: value) }
  @inlinable @inline(__always)
  public init(integerLiteral value: Int) { vector = Vector.filled(Float(value)) }

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
  @inlinable @inline(__always)
  public static func load(_ address: UnsafeRawPointer, count: Int) -> Self {
    Self(vector: Vector.load(address, count: count))
  }
  @inlinable @inline(__always)
  public func store(_ address: UnsafeMutableRawPointer, count: Int) {
    vector.store(address, count: count)
  }
}

// MARK: - Arithmetic and comparisons

extension Float32Lanes {
  @inlinable @inline(__always)
  public static func + (a: Self, b: Self) -> Self { Self(vector: Vector.sum(a.vector, b.vector)) }
  @inlinable @inline(__always)
  public static func - (a: Self, b: Self) -> Self {
    Self(vector: Vector.difference(a.vector, b.vector))
  }
  @inlinable @inline(__always)
  public static func * (a: Self, b: Self) -> Self {
    Self(vector: Vector.product(a.vector, b.vector))
  }
  @inlinable @inline(__always)
  public static func / (a: Self, b: Self) -> Self {
    Self(vector: Vector.quotient(a.vector, b.vector))
  }
  // Not `0 - x`, which loses the sign of a zero.
  @inlinable @inline(__always)
  public static prefix func - (a: Self) -> Self { a ^ signBit }

  @inlinable @inline(__always)
  public static func multiplyAdd(_ a: Self, _ b: Self, _ c: Self) -> Self {
    Instructions.fusesMultiplyAdd
      ? Self(vector: Vector.fusedMultiplyAdd(a.vector, b.vector, c.vector)) : c + a * b
  }

  @inlinable @inline(__always)
  public static func _isLess(_ a: Self, _ b: Self) -> Mask { Vector.isLess(a.vector, b.vector) }
  @inlinable @inline(__always)
  public static func _isEqual(_ a: Self, _ b: Self) -> Mask { Vector.isEqual(a.vector, b.vector) }
  @inlinable @inline(__always)
  public static func _select(_ mask: Mask, _ a: Self, _ b: Self) -> Self {
    Self(vector: Vector.choice(mask, a.vector, b.vector))
  }

  @inlinable @inline(__always)
  public static func _isAnyTrue(_ mask: Mask) -> Bool { Vector.isAnyTrue(mask) }
  @inlinable @inline(__always)
  public static var fusesMultiplyAdd: Bool { Instructions.fusesMultiplyAdd }

  @inlinable @inline(__always)
  public static func _sqrt(_ x: Self) -> Self { Self(vector: Vector.root(x.vector)) }
  @inlinable @inline(__always)
  public static func _abs(_ x: Self) -> Self { magnitude(x) }

  @inlinable @inline(__always)
  public static func _floor(_ x: Self) -> Self {
    if Instructions.roundsInOneInstruction { return Self(vector: Vector.wholeBelow(x.vector)) }
    let nearest = nearestWhole(x)
    return signed(magnitude(nearest - _select(_isLess(x, nearest), 1, 0)), like: x)
  }
  @inlinable @inline(__always)
  public static func _ceil(_ x: Self) -> Self {
    if Instructions.roundsInOneInstruction { return Self(vector: Vector.wholeAbove(x.vector)) }
    let nearest = nearestWhole(x)
    return signed(magnitude(nearest + _select(_isLess(nearest, x), 1, 0)), like: x)
  }
  @inlinable @inline(__always)
  public static func _round(_ x: Self) -> Self {
    if Instructions.roundsInOneInstruction {
      return Self(vector: Vector.wholeNearest(x.vector))
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
  static var signBit: Self { Self(bits: 0x8000_0000) }
  @inlinable @inline(__always)
  static func & (a: Self, b: Self) -> Self { Self(vector: Vector.bitsOfBoth(a.vector, b.vector)) }
  @inlinable @inline(__always)
  static func | (a: Self, b: Self) -> Self { Self(vector: Vector.bitsOfAny(a.vector, b.vector)) }
  @inlinable @inline(__always)
  static func ^ (a: Self, b: Self) -> Self { Self(vector: Vector.bitsOfOne(a.vector, b.vector)) }
  @inlinable @inline(__always)
  static func &+ (a: Self, b: Self) -> Self { Self(vector: Vector.sumOfBits(a.vector, b.vector)) }
  @inlinable @inline(__always)
  static func &<< (a: Self, places: UInt32) -> Self {
    Self(vector: Vector.bits(a.vector, up: places))
  }
  @inlinable @inline(__always)
  static func &>> (a: Self, places: UInt32) -> Self {
    Self(vector: Vector.bits(a.vector, down: places))
  }

  @inlinable @inline(__always)
  public static func magnitude(_ x: Self) -> Self { x & Self(bits: ~0x8000_0000) }
  @inlinable @inline(__always)
  public static func signed(_ magnitude: Self, like sign: Self) -> Self {
    magnitude | (sign & signBit)
  }
  @inlinable @inline(__always)
  public static func flipped(_ x: Self, by sign: Self) -> Self { x ^ (sign & signBit) }
  @inlinable @inline(__always)
  public static func isNegative(_ x: Self) -> Mask { _isLess(signed(1, like: x), 0) }
  @inlinable @inline(__always)
  public static func head(_ x: Self) -> Self { x & Self(bits: 0xFFFF_F000) }
  @inlinable @inline(__always)
  public static func bit(_ place: Int, of shifted: Self) -> Self {
    (shifted &<< UInt32(31 &- place)) & signBit
  }

  // 1.5 · 2^23: the sum has a spacing of one, and its lowest bits hold the whole number as a two's
  // complement. Conversions to integer types would be taken apart into lanes.
  @inlinable @inline(__always)
  public static var roundingShift: Self { 12_582_912 }

  @inlinable @inline(__always)
  public static func powerOfTwo(shifted: Self) -> Self { (shifted &+ Self(bits: 127)) &<< 23 }

  @inlinable @inline(__always)
  public static func exponentAndSignificand(_ x: Self) -> (exponent: Self, significand: Self) {
    let isSubnormal = _isLess(x, 0x1p-126)
    let normal = _select(isSubnormal, x * 0x1p23, x)
    // Adding the distance from √½ to 1 carries into the exponent exactly for significands from √2
    // on.
    let biased = normal &+ Self(bits: 0x3F80_0000 - 0x3F35_04F3)
    let significand = (biased & Self(bits: 0x007F_FFFF)) &+ Self(bits: 0x3F35_04F3)
    let exponent = (biased &>> 23) &+ Self(bits: 0x4B40_0000)
    return (exponent - roundingShift - _select(isSubnormal, 127 + 23, 127), significand)
  }

  @inlinable @inline(__always)
  public static func exchange(_ a: inout Self, _ b: inout Self, _ distance: Int, _ zero: Self) {
    Vector.exchange(&a.vector, &b.vector, distance)
    a = a ^ zero
    b = b ^ zero
  }
}
