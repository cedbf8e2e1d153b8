// What an instruction set must say about itself, and what the loops expect of a vector of lanes. It
// has never heard of any particular instruction set.
//
// Every kernel is written once, generic over a marker type that stands for an instruction set, and
// instantiated by one small module per set that is compiled with that set's flags. The marker is
// part of every lane type and hence of the name of every specialization.
//
// The danger to rule out: two modules emit the same specialization under the same name, the linker
// keeps one copy, and it is the one with wide instructions, which then runs on a processor without
// them. Therefore all generic code here carries the marker in its signature or is always inlined,
// and nothing in it touches `Array`, `String` or any other type that baseline code specializes too.
// To check, with o the object file of a wide module and M its marker, such as X86V4: no function
// that is weak and does not name the marker may contain an instruction of the set. This prints the
// offenders.
//
//     nm $o | awk '$2 == "W" { print $3 }' | grep -v $M | sort > weak
//     objdump -d --no-show-raw-insn $o | awk '/^[0-9a-f]+ </ { f = substr($2, 2, length($2) - 3) }
//       $2 ~ /^(v|andn|bextr|bls|bzhi|mulx|pdep|pext|rorx|sarx|shlx|shrx|lzcnt|movbe)/ { print f }' |
//       sort -u | comm -12 weak -
//
// The proof by use is to run the tests under an emulator: `qemu-x86_64 -cpu Nehalem`.

import AdjointElementary
import AdjointKernels

/// An instruction set: the widths of its vectors and two facts about the hardware.
public protocol InstructionSet: Sendable {
  /// The name by which the table of this set is known, such as `x86-64-v3`.
  static var name: String { get }
  /// True if `a b + c` with one rounding is one instruction; the C library would emulate it
  /// otherwise.
  static var fusesMultiplyAdd: Bool { get }
  /// True if rounding to a whole number is one instruction.
  static var roundsInOneInstruction: Bool { get }

  /// One register of 32-bit lanes.
  associatedtype Vector32: Float32Vector
  /// One register of 64-bit lanes.
  associatedtype Vector64: Float64Vector
}

/// A vector of floating-point lanes: an algebra, plus what loops and polynomials need.
public protocol Lanes: NumericAlgebra {
  /// The type of one lane.
  associatedtype Scalar: BinaryFloatingPoint & BitwiseCopyable

  /// The number of lanes.
  static var width: Int { get }
  /// The type of element that these lanes hold.
  static var element: KernelElement { get }

  /// All lanes equal to `x`.
  init(_ x: Scalar)
  /// All lanes equal to the number nearest to `x`.
  init(nearest x: Double)
  /// Loads from an address of any alignment.
  static func load(_ address: UnsafeRawPointer) -> Self
  /// Stores to an address of any alignment.
  func store(_ address: UnsafeMutableRawPointer)

  /// The first `count` elements at an address, at most as many as there are lanes; the others are
  /// zero.
  static func load(_ address: UnsafeRawPointer, count: Int) -> Self
  /// Stores the first `count` lanes, at most all.
  func store(_ address: UnsafeMutableRawPointer, count: Int)

  /// True if `multiplyAdd` rounds once.
  static var fusesMultiplyAdd: Bool { get }
  /// `a b + c`, with one rounding where the hardware has it.
  static func multiplyAdd(_ a: Self, _ b: Self, _ c: Self) -> Self

  /// `|x|` by clearing the sign bit.
  static func magnitude(_ x: Self) -> Self
  /// `magnitude` (not negative) with the sign bit of `sign`.
  static func signed(_ magnitude: Self, like sign: Self) -> Self

  /// A number that, added to `x`, leaves `x` rounded to a whole number in the lowest bits.
  static var roundingShift: Self { get }
  /// `2^n`, given `n + roundingShift`, for `n` in the range of normal exponents.
  static func powerOfTwo(shifted: Self) -> Self
  /// `x = 2^exponent · significand` with the significand in `[√½, √2)`, for positive finite `x`.
  static func exponentAndSignificand(_ x: Self) -> (exponent: Self, significand: Self)

  /// Arguments of `exp` below this give zero, above the other infinity.
  static var exponentialRange: (lowest: Self, highest: Self) { get }
  /// `log 2` as a sum of a number with trailing zeros and the rest.
  static var logarithmOfTwo: (high: Self, low: Self) { get }
  /// `1 / log 2` in twice the precision.
  static var binaryLogarithmOfE: LanePair<Self> { get }
  /// `1 / log 10` in twice the precision.
  static var decimalLogarithmOfE: LanePair<Self> { get }
  /// Below this magnitude `exp(x) - 1` and `log(1 + x)` round to `x`.
  static var negligible: Self { get }
  /// `(exp(r) - 1 - r) / r²` for `|r| ≤ ½ log 2`.
  static func exponentialTail(_ r: Self) -> Self
  /// `(log(1 + f) - log(1 - f)) / f - 2`, given `z = f²`, for `|f| ≤ 3 - 2√2`.
  static func logarithmTail(_ z: Self) -> Self

  /// Swaps the odd groups of `a` with the even groups of `b`, for groups of `distance` lanes (a
  /// power of two below the width): one round of the transposition of a square block.
  ///
  /// `zero` is a zero that the compiler cannot see through. Without it the rounds are merged into
  /// twice as many shuffles of several sources.
  static func exchange(_ a: inout Self, _ b: inout Self, _ distance: Int, _ zero: Self)

  /// `x` without the lower half of its significand, so that products of two such are exact.
  static func head(_ x: Self) -> Self
  /// `x`, negated where `sign` is negative.
  static func flipped(_ x: Self, by sign: Self) -> Self
  /// A number that is negative where the bit of the whole number `n` is set, given `n +
  /// roundingShift`.
  static func bit(_ place: Int, of shifted: Self) -> Self
  /// True where the sign bit is set.
  static func isNegative(_ x: Self) -> Mask
  /// True if any lane of the mask is.
  static func _isAnyTrue(_ mask: Mask) -> Bool

  /// The largest argument of the circular functions that is not left to the system's library.
  static var circularRange: Self { get }
  /// Below this magnitude `sin(x)` and `tan(x)` round to `x`.
  static var linear: Self { get }
  /// `π/2` as a sum of three numbers with many trailing zeros and the rest.
  static var partsOfHalfPi: (Self, Self, Self, Self) { get }
  /// `π` in twice the precision.
  static var pi: LanePair<Self> { get }
  /// `3π/4` in twice the precision.
  static var threeQuarterPi: LanePair<Self> { get }
  /// `2/3` in twice the precision.
  static var twoThirds: LanePair<Self> { get }
  /// Coordinates of `atan2` outside of these bounds are multiplied by the factors.
  static var scalingRange: (above: Self, factorAbove: Self, below: Self, factorBelow: Self) { get }

  /// `(sin(r) - r) / r³`, given `z = r²`, for `|r| ≤ π/4`.
  static func sineTail(_ z: Self) -> Self
  /// `(cos(r) - 1 + r²/2) / r⁴`, given `z = r²`, for `|r| ≤ π/4`.
  static func cosineTail(_ z: Self) -> Self
  /// `(asin(x) - x) / x³`, given `z = x²`, for `|x| ≤ ½`.
  static func arcSineTail(_ z: Self) -> Self
  /// `(atan(t) - t) / t³`, given `z = t²`, for `|t| ≤ tan(π/8)`.
  static func arcTangentTail(_ z: Self) -> Self
  /// `(sinh(x) - x) / x³`, given `z = x²`, for `|x| ≤ 1`.
  static func hyperbolicSineTail(_ z: Self) -> Self
  /// `(tanh(x) - x) / x³`, given `z = x²`, for `|x| ≤ ⅝`.
  static func hyperbolicTangentTail(_ z: Self) -> Self
  /// `(asinh(x) - x) / x³`, given `z = x²`, for `|x| ≤ ⅛`.
  static func areaHyperbolicSineTail(_ z: Self) -> Self
  /// `((log(1 + f) - log(1 - f)) / f - 2 - ⅔ f²) / f⁴`, given `z = f²`, for `|f| ≤ 3 - 2√2`.
  static func logarithmRemainder(_ z: Self) -> Self

  /// The argument at which ``complementFactor(_:)`` has its middle.
  static var complementCenter: Self { get }
  /// From here on the complement of the error function is zero.
  static var complementLimit: Self { get }
  /// `(1 + 2x) exp(x²) (1 - erf(x))` for `x ≥ 0`, given `t = (x - c) / (x + c)` with the center `c`.
  static func complementFactor(_ t: Self) -> LanePair<Self>

  /// `sin` by the system's library, lane by lane.
  static func librarySine(_ x: Self) -> Self
  /// `cos` by the system's library, lane by lane.
  static func libraryCosine(_ x: Self) -> Self
  /// `tan` by the system's library, lane by lane.
  static func libraryTangent(_ x: Self) -> Self
}

extension Lanes {
  /// The size of a vector in bytes.
  @export(implementation) @inline(__always)
  public static var stride: Int { width &* size }

  /// The size of a lane in bytes.
  @export(implementation) @inline(__always)
  public static var size: Int { MemoryLayout<Scalar>.size }
}
