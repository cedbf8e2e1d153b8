// The numbers in which the functions of 32-bit lanes differ from those of the other width: ranges,
// constants in parts, coefficients. How they are used is told in LaneFunctions.swift,
// LaneTrigonometry.swift and LaneHyperbolics.swift.

import AdjointElementary
public import AdjointSupport

// MARK: - Exponentials and logarithms

extension Float32Lanes {
  // exp(-103.98) is below half of the smallest subnormal number, exp(88.73) above the largest
  // number.
  @inlinable @inline(__always)
  public static var exponentialRange: (lowest: Self, highest: Self) { (-104.5, 89) }
  // 17 significant bits, so that the product with an exponent is exact without a fused instruction.
  @inlinable @inline(__always)
  public static var logarithmOfTwo: (high: Self, low: Self) {
    (6.931_381_225_6e-1, 9.058_000_614_5e-6)
  }
  @inlinable @inline(__always)
  public static var binaryLogarithmOfE: LanePair<Self> {
    LanePair(1.442_695_022, 1.925_963_034e-8)
  }
  @inlinable @inline(__always)
  public static var decimalLogarithmOfE: LanePair<Self> {
    LanePair(4.342_944_920e-1, -1.010_304_995e-8)
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
  // Two polynomials after N. Juffa, each within one unit in the last place: x + x p(x²) for small
  // |x|, and 1 - exp(q(|x|)) from 475/512 on.
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

  @inlinable @inline(__always)
  public static var complementCenter: Self { 2.5 }
  @inlinable @inline(__always)
  public static var complementLimit: Self { 10.5 }

  // Minimax for the relative error, 2^-27.8.
  @inlinable @inline(__always)
  public static func complementFactor(_ t: Self) -> LanePair<Self> {
    var p: Self = 8.064_549_183e-5
    p = multiplyAdd(p, t, 6.169_382_250e-4)
    p = multiplyAdd(p, t, 3.440_328_583e-4)
    p = multiplyAdd(p, t, -4.421_429_243e-3)
    p = multiplyAdd(p, t, 9.787_837_043e-4)
    p = multiplyAdd(p, t, 3.277_730_197e-2)
    p = multiplyAdd(p, t, -1.029_734_537e-1)
    p = multiplyAdd(p, t, 1.576_278_806e-1)
    p = multiplyAdd(p, t, -9.902_420_640e-2)
    p = multiplyAdd(p, t, -1.223_566_979e-1)
    return .orderedSum(1.264_838_219, p * t)
  }
}

// MARK: - Circular and hyperbolic functions

// Minimax polynomials, fitted with sixty digits by the exchange of extremes; the error given is
// relative to the function, after rounding the coefficients.
extension Float32Lanes {
  // 13 significant bits each: exact products with whole numbers up to 2^11.
  @inlinable @inline(__always)
  public static var partsOfHalfPi: (Self, Self, Self, Self) {
    (
      1.570_556_641, 2.396_702_766e-4,
      1.589_069_143e-8, 2.563_344_068e-12
    )
  }
  @inlinable @inline(__always)
  public static var circularRange: Self { 3200 }
  @inlinable @inline(__always)
  public static var linear: Self { 0x1p-13 }
  @inlinable @inline(__always)
  public static var pi: LanePair<Self> { LanePair(3.141_592_741, -8.742_277_657e-8) }
  @inlinable @inline(__always)
  public static var threeQuarterPi: LanePair<Self> {
    LanePair(2.356_194_496, -5.962_440_319e-9)
  }
  @inlinable @inline(__always)
  public static var twoThirds: LanePair<Self> { LanePair(6.666_666_865e-1, -1.986_821_552e-8) }
  @inlinable @inline(__always)
  public static var scalingRange: (above: Self, factorAbove: Self, below: Self, factorBelow: Self) {
    (0x1p100, 0x1p-24, 0x1p-80, 0x1p64)
  }

  // sin, 2^-26.8.
  @inlinable @inline(__always)
  public static func sineTail(_ z: Self) -> Self {
    var p: Self = -1.951_495_360e-4
    p = multiplyAdd(p, z, 8.332_158_439e-3)
    return multiplyAdd(p, z, -1.666_665_524e-1)
  }

  // cos, 2^-32.6.
  @inlinable @inline(__always)
  public static func cosineTail(_ z: Self) -> Self {
    var p: Self = 2.443_284_939e-5
    p = multiplyAdd(p, z, -1.388_731_413e-3)
    return multiplyAdd(p, z, 4.166_664_556e-2)
  }

  // asin, 2^-27.3.
  @inlinable @inline(__always)
  public static func arcSineTail(_ z: Self) -> Self {
    var p: Self = 4.217_737_913e-2
    p = multiplyAdd(p, z, 2.417_363_599e-2)
    p = multiplyAdd(p, z, 4.547_142_610e-2)
    p = multiplyAdd(p, z, 7.495_290_786e-2)
    return multiplyAdd(p, z, 1.666_675_210e-1)
  }

  // atan, 2^-28.3.
  @inlinable @inline(__always)
  public static func arcTangentTail(_ z: Self) -> Self {
    var p: Self = -6.076_031_551e-2
    p = multiplyAdd(p, z, 1.059_302_166e-1)
    p = multiplyAdd(p, z, -1.424_343_735e-1)
    p = multiplyAdd(p, z, 1.999_846_697e-1)
    return multiplyAdd(p, z, -3.333_331_645e-1)
  }

  // sinh, 2^-27.5.
  @inlinable @inline(__always)
  public static func hyperbolicSineTail(_ z: Self) -> Self {
    var p: Self = 2.816_953_838e-6
    p = multiplyAdd(p, z, 1.983_615_948e-4)
    p = multiplyAdd(p, z, 8.333_349_600e-3)
    return multiplyAdd(p, z, 1.666_666_716e-1)
  }

  // tanh, 2^-26.6.
  @inlinable @inline(__always)
  public static func hyperbolicTangentTail(_ z: Self) -> Self {
    var p: Self = -5.703_880_452e-3
    p = multiplyAdd(p, z, 2.063_818_462e-2)
    p = multiplyAdd(p, z, -5.373_946_950e-2)
    p = multiplyAdd(p, z, 1.333_144_009e-1)
    return multiplyAdd(p, z, -3.333_328_068e-1)
  }

  // asinh, 2^-33.7.
  @inlinable @inline(__always)
  public static func areaHyperbolicSineTail(_ z: Self) -> Self {
    var p: Self = -4.374_531_284e-2
    p = multiplyAdd(p, z, 7.499_191_910e-2)
    return multiplyAdd(p, z, -1.666_666_418e-1)
  }

  // log, 2^-36.7.
  @inlinable @inline(__always)
  public static func logarithmRemainder(_ z: Self) -> Self {
    var p: Self = 2.341_975_868e-1
    p = multiplyAdd(p, z, 2.854_709_029e-1)
    return multiplyAdd(p, z, 4.000_015_259e-1)
  }
}

// MARK: - The system's library, lane by lane

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

  @inlinable @inline(__always)
  public static func librarySine(_ x: Self) -> Self { eachLane(x, sinf) }
  @inlinable @inline(__always)
  public static func libraryCosine(_ x: Self) -> Self { eachLane(x, cosf) }
  @inlinable @inline(__always)
  public static func libraryTangent(_ x: Self) -> Self { eachLane(x, tanf) }
}
