// Where random bits come from. It does not know distributions or arrays.
//
// Philox4x32-10 (Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC
// 2011) is a function from a counter and a key to 128 bits. Any place of the sequence can be
// computed without the places before it, so threads fill an array with the very numbers one thread
// would.

/// A seeded, splittable source of random bits.
///
/// The same seed gives the same numbers on every platform. A generator is a value: a copy continues
/// as the original would. It is made for simulation, not for secrets.
public struct RandomGenerator: RandomNumberGenerator, Sendable, Codable, Equatable {
  /// The key of the block function: the seed, or a number drawn by the parent of a split.
  private var key: UInt64
  /// The upper half of the counter: 0 for a seeded generator, drawn by the parent of a split.
  private var stream: UInt64
  /// The number of 64-bit words drawn so far; half of it is the lower half of the counter.
  private var position: UInt64

  /// Creates a generator; equal seeds give equal numbers, and different seeds unrelated ones.
  public init(seed: UInt64) {
    key = seed
    stream = 0
    position = 0
  }

  /// The next 64 random bits.
  public mutating func next() -> UInt64 {
    let block = Philox.block(counter: (position >> 1, stream), key: key)
    defer { position &+= 1 }
    return position & 1 == 0 ? block.low : block.high
  }

  /// A generator whose numbers are unrelated to those that this one gives from now on.
  ///
  /// The child's key and stream come from counters with the top bit set, which ``next()`` never
  /// uses.
  public mutating func split() -> RandomGenerator {
    let block = Philox.block(counter: (position | 1 << 63, stream), key: key)
    var child = RandomGenerator(seed: block.low)
    child.stream = block.high
    position &+= 2
    return child
  }

  /// Draws as many words as the buffer holds: exactly what as many calls of ``next()`` would give.
  mutating func fill(_ words: UnsafeMutableBufferPointer<UInt64>) {
    var place = position
    var index = 0
    if place & 1 == 1, index < words.count {
      words[index] = Philox.block(counter: (place >> 1, stream), key: key).high
      index += 1
      place &+= 1
    }
    while index + 1 < words.count {
      let block = Philox.block(counter: (place >> 1, stream), key: key)
      words[index] = block.low
      words[index + 1] = block.high
      index += 2
      place &+= 2
    }
    if index < words.count {
      words[index] = Philox.block(counter: (place >> 1, stream), key: key).low
    }
    position &+= UInt64(words.count)
  }

  /// The generator after the given number of words.
  func advanced(by words: Int) -> RandomGenerator {
    var result = self
    result.position &+= UInt64(words)
    return result
  }
}

/// The block function of the generator.
enum Philox {
  /// 128 random bits for a counter of 128 bits and a key of 64 bits: ten rounds of Philox4x32.
  @inline(__always)
  static func block(
    counter: (low: UInt64, high: UInt64), key: UInt64
  ) -> (low: UInt64, high: UInt64) {
    var x0 = UInt32(truncatingIfNeeded: counter.low)
    var x1 = UInt32(truncatingIfNeeded: counter.low >> 32)
    var x2 = UInt32(truncatingIfNeeded: counter.high)
    var x3 = UInt32(truncatingIfNeeded: counter.high >> 32)
    var k0 = UInt32(truncatingIfNeeded: key)
    var k1 = UInt32(truncatingIfNeeded: key >> 32)
    for _ in 0..<10 {
      let first = UInt64(x0) &* 0xD251_1F53
      let second = UInt64(x2) &* 0xCD9E_8D57
      let y0 = UInt32(truncatingIfNeeded: second >> 32) ^ x1 ^ k0
      let y2 = UInt32(truncatingIfNeeded: first >> 32) ^ x3 ^ k1
      (x0, x1) = (y0, UInt32(truncatingIfNeeded: second))
      (x2, x3) = (y2, UInt32(truncatingIfNeeded: first))
      // The key advances by the golden ratio and by √3 - 1.
      k0 &+= 0x9E37_79B9
      k1 &+= 0xBB67_AE85
    }
    return (UInt64(x1) << 32 | UInt64(x0), UInt64(x3) << 32 | UInt64(x2))
  }
}
