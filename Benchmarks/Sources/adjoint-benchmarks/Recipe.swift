// The numbers that workloads start from. The same recipe stands in peers/recipe.py, bit for bit, so
// that other implementations start from the same numbers.
//
// A hash of the place, not a generator with a state: any element can be computed on its own, which
// an array language does for all of them at once.

/// Reproducible numbers, one sequence for each stream.
enum Recipe {
  /// The mixed bits of one place: the output function of SplitMix64 (Steele, Lea, Flood 2014).
  static func bits(stream: UInt64, place: Int) -> UInt64 {
    var z = ((stream << 32) &+ UInt64(place) &+ 1) &* 0x9E37_79B9_7F4A_7C15
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// A number in `[0, 1)` with 24 bits, exact in `Float`.
  static func unit(stream: UInt64, place: Int) -> Double {
    Double(bits(stream: stream, place: place) >> 40) * 0x1p-24
  }

  /// Numbers in `[-bound, bound)`: rounded once in `Double`, then once to `Float`.
  static func values(stream: UInt64, count: Int, bound: Double) -> [Float] {
    (0..<count).map { Float((2 * unit(stream: stream, place: $0) - 1) * bound) }
  }

  /// Whole numbers below `bound`.
  static func indices(stream: UInt64, count: Int, below bound: Int) -> [Int] {
    (0..<count).map { Int(bits(stream: stream, place: $0) % UInt64(bound)) }
  }
}
