// The numbers in which the functions of 64-bit lanes differ from those of the other width: ranges,
// constants in parts, coefficients. How they are used is told in LaneFunctions.swift,
// LaneTrigonometry.swift and LaneHyperbolics.swift.

import AdjointElementary
public import AdjointSupport

// MARK: - Exponentials and logarithms

extension Float64Lanes {
  // exp(-745.14) is below half of the smallest subnormal number, exp(709.79) above the largest
  // number.
  @inlinable @inline(__always)
  public static var exponentialRange: (lowest: Self, highest: Self) { (-746, 710) }
  // 33 significant bits, so that the product with an exponent is exact without a fused instruction.
  @inlinable @inline(__always)
  public static var logarithmOfTwo: (high: Self, low: Self) {
    (6.931_471_803_691_238_164_90e-1, 1.908_214_929_270_587_700_02e-10)
  }
  @inlinable @inline(__always)
  public static var binaryLogarithmOfE: LanePair<Self> {
    LanePair(1.442_695_040_888_963_39, 2.035_527_374_093_103_31e-17)
  }
  @inlinable @inline(__always)
  public static var decimalLogarithmOfE: LanePair<Self> {
    LanePair(4.342_944_819_032_518_17e-1, 1.098_319_650_216_765_07e-17)
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

// MARK: - Circular and hyperbolic functions

// Minimax polynomials, fitted with sixty digits by the exchange of extremes; the error given is
// relative to the function, after rounding the coefficients.
extension Float64Lanes {
  // 33 significant bits each: exact products with whole numbers up to 2^20.
  @inlinable @inline(__always)
  public static var partsOfHalfPi: (Self, Self, Self, Self) {
    (
      1.570_796_326_734_125_6, 6.077_100_506_303_966_0e-11,
      2.022_266_248_711_166_5e-21, 8.478_427_660_368_899_6e-32
    )
  }
  @inlinable @inline(__always)
  public static var circularRange: Self { 1_600_000 }
  @inlinable @inline(__always)
  public static var linear: Self { 0x1p-27 }
  @inlinable @inline(__always)
  public static var pi: LanePair<Self> {
    LanePair(3.141_592_653_589_793_1, 1.224_646_799_147_353_2e-16)
  }
  @inlinable @inline(__always)
  public static var threeQuarterPi: LanePair<Self> {
    LanePair(2.356_194_490_192_344_8, 9.184_850_993_605_148_4e-17)
  }
  @inlinable @inline(__always)
  public static var twoThirds: LanePair<Self> {
    LanePair(6.666_666_666_666_666_3e-1, 3.700_743_415_417_188_3e-17)
  }
  @inlinable @inline(__always)
  public static var scalingRange: (above: Self, factorAbove: Self, below: Self, factorBelow: Self) {
    (0x1p900, 0x1p-64, 0x1p-700, 0x1p200)
  }

  // sin, 2^-56.4.
  @inlinable @inline(__always)
  public static func sineTail(_ z: Self) -> Self {
    let w = z * z
    var even: Self = -2.505_074_550_721_541_1e-8
    even = multiplyAdd(even, w, -1.984_126_982_955_474_4e-4)
    even = multiplyAdd(even, w, -1.666_666_666_666_663_0e-1)
    var odd: Self = 1.589_608_998_200_360_9e-10
    odd = multiplyAdd(odd, w, 2.755_731_360_811_445_3e-6)
    odd = multiplyAdd(odd, w, 8.333_333_333_322_080_1e-3)
    return multiplyAdd(odd, z, even)
  }

  // cos, 2^-59.4.
  @inlinable @inline(__always)
  public static func cosineTail(_ z: Self) -> Self {
    let w = z * z
    var even: Self = 2.087_569_873_721_215_6e-9
    even = multiplyAdd(even, w, 2.480_158_728_880_250_1e-5)
    even = multiplyAdd(even, w, 4.166_666_666_666_659_5e-2)
    var odd: Self = -1.135_842_381_065_869_0e-11
    odd = multiplyAdd(odd, w, -2.755_731_416_440_816_1e-7)
    odd = multiplyAdd(odd, w, -1.388_888_888_887_298_2e-3)
    return multiplyAdd(odd, z, even)
  }

  // asin, 2^-55.7.
  @inlinable @inline(__always)
  public static func arcSineTail(_ z: Self) -> Self {
    let w = z * z
    var even: Self = -1.625_711_134_114_865_2e-2
    even = multiplyAdd(even, w, 6.520_607_018_802_059_2e-3)
    even = multiplyAdd(even, w, 1.388_498_703_106_388_0e-2)
    even = multiplyAdd(even, w, 2.237_175_646_821_698_2e-2)
    even = multiplyAdd(even, w, 4.464_285_682_683_480_4e-2)
    even = multiplyAdd(even, w, 1.666_666_666_666_540_3e-1)
    var odd: Self = 3.193_518_495_238_198_4e-2
    odd = multiplyAdd(odd, w, 1.954_882_562_441_393_3e-2)
    odd = multiplyAdd(odd, w, 1.217_088_013_887_937_5e-2)
    odd = multiplyAdd(odd, w, 1.735_972_929_690_516_1e-2)
    odd = multiplyAdd(odd, w, 3.038_195_920_089_282_0e-2)
    odd = multiplyAdd(odd, w, 7.500_000_000_338_742_6e-2)
    return multiplyAdd(odd, z, even)
  }

  // atan, 2^-57.6.
  @inlinable @inline(__always)
  public static func arcTangentTail(_ z: Self) -> Self {
    let w = z * z
    var even: Self = -1.789_004_056_673_784_4e-2
    even = multiplyAdd(even, w, -5.038_672_288_355_596_6e-2)
    even = multiplyAdd(even, w, -6.663_084_137_841_132_6e-2)
    even = multiplyAdd(even, w, -9.090_897_655_096_993_9e-2)
    even = multiplyAdd(even, w, -1.428_571_428_012_154_8e-1)
    even = multiplyAdd(even, w, -3.333_333_333_333_319_3e-1)
    var odd: Self = 3.804_870_087_762_474_8e-2
    odd = multiplyAdd(odd, w, 5.847_746_859_032_421_8e-2)
    odd = multiplyAdd(odd, w, 7.692_058_428_872_439_2e-2)
    odd = multiplyAdd(odd, w, 1.111_111_077_980_402_0e-1)
    odd = multiplyAdd(odd, w, 1.999_999_999_995_282_2e-1)
    return multiplyAdd(odd, z, even)
  }

  // sinh, 2^-56.6.
  @inlinable @inline(__always)
  public static func hyperbolicSineTail(_ z: Self) -> Self {
    let w = z * z
    var even: Self = 7.758_749_739_442_580_8e-13
    even = multiplyAdd(even, w, 2.505_212_313_713_204_5e-8)
    even = multiplyAdd(even, w, 1.984_126_984_143_188_1e-4)
    even = multiplyAdd(even, w, 1.666_666_666_666_666_9e-1)
    var odd: Self = 1.605_725_973_730_482_3e-10
    odd = multiplyAdd(odd, w, 2.755_731_915_706_928_2e-6)
    odd = multiplyAdd(odd, w, 8.333_333_333_333_147_6e-3)
    return multiplyAdd(odd, z, even)
  }

  // tanh, 2^-56.0.
  @inlinable @inline(__always)
  public static func hyperbolicTangentTail(_ z: Self) -> Self {
    let w = z * z
    var even: Self = -1.606_576_666_247_032_4e-5
    even = multiplyAdd(even, w, -2.285_519_962_947_204_3e-4)
    even = multiplyAdd(even, w, -1.454_957_028_791_119_0e-3)
    even = multiplyAdd(even, w, -8.863_220_957_655_262_2e-3)
    even = multiplyAdd(even, w, -5.396_825_393_111_621_3e-2)
    even = multiplyAdd(even, w, -3.333_333_333_333_285_4e-1)
    var odd: Self = 7.713_047_214_173_941_7e-5
    odd = multiplyAdd(odd, w, 5.863_104_951_262_618_6e-4)
    odd = multiplyAdd(odd, w, 3.591_988_812_547_876_6e-3)
    odd = multiplyAdd(odd, w, 2.186_948_757_264_369_6e-2)
    odd = multiplyAdd(odd, w, 1.333_333_333_326_176_5e-1)
    return multiplyAdd(odd, z, even)
  }

  // asinh, 2^-60.7.
  @inlinable @inline(__always)
  public static func areaHyperbolicSineTail(_ z: Self) -> Self {
    let w = z * z
    var even: Self = -2.235_681_863_539_835_3e-2
    even = multiplyAdd(even, w, -4.464_285_631_359_415_2e-2)
    even = multiplyAdd(even, w, -1.666_666_666_666_650_8e-1)
    var odd: Self = 1.661_917_713_759_419_9e-2
    odd = multiplyAdd(odd, w, 3.038_178_594_634_338_7e-2)
    odd = multiplyAdd(odd, w, 7.499_999_999_800_396_9e-2)
    return multiplyAdd(odd, z, even)
  }

  // log, 2^-65.9.
  @inlinable @inline(__always)
  public static func logarithmRemainder(_ z: Self) -> Self {
    let w = z * z
    var even: Self = 1.319_770_005_221_445_9e-1
    even = multiplyAdd(even, w, 1.538_676_308_283_143_7e-1)
    even = multiplyAdd(even, w, 2.222_222_252_116_297_4e-1)
    even = multiplyAdd(even, w, 4.000_000_000_000_226_7e-1)
    var odd: Self = 1.325_667_650_158_061_9e-1
    odd = multiplyAdd(odd, w, 1.818_178_424_996_014_0e-1)
    odd = multiplyAdd(odd, w, 2.857_142_857_009_323_8e-1)
    return multiplyAdd(odd, z, even)
  }
}

// MARK: - Error function

extension Float64Lanes {
  // As in single precision: x + x p(x²) up to 1, 2^-55; beyond, 1 - exp(q(|x| - 1)) with q fitted
  // to log(1 - erf) so that the result is right to 2^-57. From 5.95 on the result is one.
  @inlinable @inline(__always)
  public static func _erf(_ x: Self) -> Self {
    let size = magnitude(x)
    let near = multiplyAdd(errorFunctionTail(x * x), x, x)
    let (shifted, _, r) = reduced(complementExponent(limited(size, 1, 5.95) - 1))
    let far = signed(1 - (1 + exponentialOfRest(r).high) * powerOfTwo(shifted: shifted), like: x)
    return _select(_isLess(size, 1), near, far)
  }

  /// `erf(x) / x - 1`, given `z = x²`.
  @inlinable @inline(__always)
  static func errorFunctionTail(_ z: Self) -> Self {
    let w = z * z
    var even: Self = 1.371_098_870_419_052_3e-8
    even = multiplyAdd(even, w, 1.644_713_269_978_662_1e-6)
    even = multiplyAdd(even, w, 1.205_529_358_693_695_0e-4)
    even = multiplyAdd(even, w, 5.223_977_606_130_842_0e-3)
    even = multiplyAdd(even, w, 1.128_379_167_094_420_0e-1)
    even = multiplyAdd(even, w, 1.283_791_670_955_125_6e-1)
    var odd: Self = -7.779_462_971_761_596_0e-10
    odd = multiplyAdd(odd, w, -1.620_631_875_296_920_8e-7)
    odd = multiplyAdd(odd, w, -1.492_471_243_953_481_4e-5)
    odd = multiplyAdd(odd, w, -8.548_325_929_766_244_3e-4)
    odd = multiplyAdd(odd, w, -2.686_617_064_311_341_5e-2)
    odd = multiplyAdd(odd, w, -3.761_263_890_318_352_1e-1)
    return multiplyAdd(odd, z, even)
  }

  /// `log(1 - erf(1 + u))`.
  @inlinable @inline(__always)
  static func complementExponent(_ u: Self) -> Self {
    let w = u * u
    var even: Self = 1.049_501_365_793_747_3e-12
    even = multiplyAdd(even, w, 3.709_354_241_741_833_1e-10)
    even = multiplyAdd(even, w, 1.498_643_769_290_737_8e-8)
    even = multiplyAdd(even, w, 9.805_556_609_552_291_2e-8)
    even = multiplyAdd(even, w, -2.058_745_424_023_579_2e-6)
    even = multiplyAdd(even, w, -2.715_847_753_456_532_0e-5)
    even = multiplyAdd(even, w, 2.373_225_905_336_190_9e-4)
    even = multiplyAdd(even, w, 1.003_382_537_845_524_6e-2)
    even = multiplyAdd(even, w, -8.431_072_563_586_590_2e-1)
    even = multiplyAdd(even, w, -1.849_605_509_933_248_2)
    var odd: Self = -2.906_432_983_531_622_4e-11
    odd = multiplyAdd(odd, w, -2.881_408_620_919_642_0e-9)
    odd = multiplyAdd(odd, w, -5.226_658_207_598_578_4e-8)
    odd = multiplyAdd(odd, w, 1.420_389_809_425_063_7e-7)
    odd = multiplyAdd(odd, w, 9.607_961_437_056_939_2e-6)
    odd = multiplyAdd(odd, w, 2.627_756_286_191_568_9e-5)
    odd = multiplyAdd(odd, w, -1.977_902_594_003_259_5e-3)
    odd = multiplyAdd(odd, w, -4.156_109_804_218_227_6e-2)
    odd = multiplyAdd(odd, w, -2.638_967_514_234_788_6)
    return multiplyAdd(odd, u, even)
  }

  @inlinable @inline(__always)
  public static var complementCenter: Self { 4 }
  @inlinable @inline(__always)
  public static var complementLimit: Self { 28 }

  // Minimax for the relative error, 2^-56.4.
  @inlinable @inline(__always)
  public static func complementFactor(_ t: Self) -> LanePair<Self> {
    let w = t * t
    var even: Self = -1.800_145_325_956_406_27e-9
    even = multiplyAdd(even, w, -7.842_046_405_692_393_84e-9)
    even = multiplyAdd(even, w, 6.288_826_065_553_815_11e-8)
    even = multiplyAdd(even, w, 3.012_733_439_636_917_25e-7)
    even = multiplyAdd(even, w, -1.122_482_155_542_240_10e-5)
    even = multiplyAdd(even, w, 1.506_222_902_107_936_79e-4)
    even = multiplyAdd(even, w, -7.577_733_614_454_862_77e-4)
    even = multiplyAdd(even, w, -1.619_773_405_471_671_22e-2)
    even = multiplyAdd(even, w, -6.633_036_581_203_936_85e-2)
    even = multiplyAdd(even, w, -1.010_390_660_363_235_24e-1)
    even = multiplyAdd(even, w, 1.537_965_210_262_013_87e-2)
    even = even * w
    var odd: Self = -1.364_992_128_589_912_11e-8
    odd = multiplyAdd(odd, w, 1.151_600_184_796_843_99e-7)
    odd = multiplyAdd(odd, w, -8.347_656_590_376_617_11e-7)
    odd = multiplyAdd(odd, w, 5.717_498_136_291_589_30e-6)
    odd = multiplyAdd(odd, w, -2.440_295_365_583_697_54e-5)
    odd = multiplyAdd(odd, w, -1.992_555_796_118_391_18e-4)
    odd = multiplyAdd(odd, w, 5.031_969_770_623_769_51e-3)
    odd = multiplyAdd(odd, w, 3.716_751_556_069_999_16e-2)
    odd = multiplyAdd(odd, w, 9.373_283_499_691_459_35e-2)
    odd = multiplyAdd(odd, w, 6.809_705_425_473_354_39e-2)
    odd = multiplyAdd(odd, w, -1.396_211_168_405_628_59e-1)
    return .orderedSum(1.232_995_118_625_552_56, multiplyAdd(odd, t, even))
  }
}

// MARK: - The system's library, lane by lane

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

  @inlinable @inline(__always)
  public static func librarySine(_ x: Self) -> Self { eachLane(x, sin) }
  @inlinable @inline(__always)
  public static func libraryCosine(_ x: Self) -> Self { eachLane(x, cos) }
  @inlinable @inline(__always)
  public static func libraryTangent(_ x: Self) -> Self { eachLane(x, tan) }
}
