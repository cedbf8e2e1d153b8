// How random words become arrays of numbers of a distribution.
//
// Element i is a function of word i alone, made of + - * / and sqrt. So the numbers are the same on
// every platform, for every number of threads, and for every source that gives the same words.

import AdjointSupport

extension NDArray {
  /// Independent numbers, uniform in a range.
  ///
  /// Each takes one word of the generator.
  ///
  /// - Precondition: the range is not empty and finite, the type floating-point.
  package static func uniform(
    _ range: Range<Double>, shape: Shape, dtype: DType = .float32,
    using generator: inout some RandomNumberGenerator
  ) -> NDArray {
    require(
      !range.isEmpty && (range.upperBound - range.lowerBound).isFinite,
      "uniform: there is no uniform distribution over \(range). "
        + "Pass a range of finite numbers that is not empty.")
    let (low, width) = (range.lowerBound, range.upperBound - range.lowerBound)
    // Rounding may reach the upper bound, which is not part of the range.
    let last =
      dtype == .float32
      ? Double(Float(range.upperBound).largestBelow(range.upperBound)) : range.upperBound.nextDown
    return floating(
      shape, dtype, &generator, Uniform(low: low, width: width, last: max(low, last)))
  }

  /// Independent numbers of a normal distribution.
  ///
  /// By the inverse distribution function (Wichura's AS 241), one word of the generator each; the
  /// largest possible deviation is 8.2 standard deviations.
  ///
  /// - Precondition: both numbers are finite, the standard deviation is not negative, and the type
  ///   is a floating-point one.
  package static func normal(
    mean: Double = 0, standardDeviation: Double = 1, shape: Shape, dtype: DType = .float32,
    using generator: inout some RandomNumberGenerator
  ) -> NDArray {
    floating(
      shape, dtype, &generator,
      Gaussian(mean, standardDeviation, firstShare: 0))
  }

  /// Independent numbers of a normal distribution without its tails beyond two standard deviations.
  ///
  /// The deviations of the truncated numbers themselves are smaller: 0.87962566 times
  /// `standardDeviation`. One word of the generator each, no rejection.
  ///
  /// - Precondition: both numbers are finite, the standard deviation is not negative, and the type
  ///   is a floating-point one.
  package static func truncatedNormal(
    mean: Double = 0, standardDeviation: Double = 1, shape: Shape, dtype: DType = .float32,
    using generator: inout some RandomNumberGenerator
  ) -> NDArray {
    floating(
      shape, dtype, &generator,
      Gaussian(mean, standardDeviation, firstShare: Normal.shareBelowMinusTwo))
  }

  /// Independent booleans, true with a probability.
  ///
  /// - Precondition: the probability lies between 0 and 1.
  package static func bernoulli(
    probability: Double, shape: Shape, using generator: inout some RandomNumberGenerator
  ) -> NDArray {
    require(
      probability >= 0 && probability <= 1,
      "bernoulli: the probability is \(probability). Pass a number from 0 to 1.")
    let result = NDArray(uninitialized: shape, dtype: .bool)
    let bytes = result.storage.bytes
    drawing(shape.elementCount, &generator) { first, words in
      for i in 0..<words.count {
        bytes.element(first &+ i, words[i].unit < probability ? 1 : 0 as UInt8)
      }
    }
    return result
  }

  /// The numbers 0 … `count - 1` in random order, `int32`, every order equally likely.
  package static func permutation(
    _ count: Int, using generator: inout some RandomNumberGenerator
  ) -> NDArray {
    require(
      count >= 0 && count <= Int(Int32.max),
      "permutation: there is none of \(count) numbers. Ask for 0 to \(Int32.max) numbers.")
    var numbers = Array(0..<Int32(count))
    // Fisher and Yates, from the end. The standard library's `shuffle` may change its algorithm.
    var remaining = count
    while remaining > 1 {
      let place = below(UInt64(remaining), &generator)
      remaining -= 1
      numbers.swapAt(remaining, Int(place))
    }
    return NDArray(numbers, shape: Shape([count]))
  }

  // MARK: From words to numbers

  /// A whole number below a bound, without bias.
  ///
  /// Lemire, "Fast random integer generation in an interval" (2019): the high half of a product,
  /// where the low half is rejected if it falls into the surplus.
  private static func below(
    _ bound: UInt64, _ generator: inout some RandomNumberGenerator
  ) -> UInt64 {
    let surplus = (0 &- bound) % bound
    while true {
      let product = bound.multipliedFullWidth(by: generator.next() as UInt64)
      if product.low >= surplus { return product.high }
    }
  }

  private static func floating(
    _ shape: Shape, _ dtype: DType, _ generator: inout some RandomNumberGenerator,
    _ distribution: some Distribution
  ) -> NDArray {
    require(
      dtype.isFloatingPoint,
      "\(distribution.name): the numbers are not \(dtype). "
        + "Ask for .float32 or .float64, or use bernoulli or permutation.")
    let result = NDArray(uninitialized: shape, dtype: dtype)
    let bytes = result.storage.bytes
    let isFloat = dtype == .float32
    drawing(shape.elementCount, &generator) { first, words in
      if isFloat {
        for i in 0..<words.count { bytes.element(first &+ i, Float(distribution.number(words[i]))) }
      } else {
        for i in 0..<words.count { bytes.element(first &+ i, distribution.number(words[i])) }
      }
    }
    return result
  }

  /// Draws words and hands them out in parts; the counter-based generator is drawn from in
  /// parallel.
  private static func drawing(
    _ count: Int, _ generator: inout some RandomNumberGenerator,
    _ body: (_ first: Int, _ words: UnsafeMutableBufferPointer<UInt64>) -> Void
  ) {
    let part = 1 << 13
    if var source = generator as? RandomGenerator {
      let start = source
      parallelFor(pieces: ceilingQuotient(count, part)) { piece in
        let first = piece * part
        withUnsafeTemporaryAllocation(of: UInt64.self, capacity: min(part, count - first)) {
          var local = start.advanced(by: first)
          local.fill($0)
          body(first, $0)
        }
      }
      source = start.advanced(by: count)
      generator.replace(with: source)
      return
    }
    for first in stride(from: 0, to: count, by: part) {
      withUnsafeTemporaryAllocation(of: UInt64.self, capacity: min(part, count - first)) { words in
        for i in 0..<words.count { words[i] = generator.next() }
        body(first, words)
      }
    }
  }
}

extension UInt64 {
  /// A multiple of 2⁻⁵³ in `0..<1`.
  @inline(__always)
  fileprivate var unit: Double { Double(self >> 11) * 0x1p-53 }

  /// The middle of one of 2⁵² equal parts of the unit interval: never 0, never 1, symmetric to ½.
  @inline(__always)
  fileprivate var openUnit: Double { (Double(self >> 12) + 0.5) * 0x1p-52 }
}

/// A function from random words to numbers of a distribution.
///
/// A type rather than a closure, so that the loops over millions of words call it directly.
private protocol Distribution {
  /// The function that users call.
  var name: String { get }
  func number(_ word: UInt64) -> Double
}

private struct Uniform: Distribution {
  let low: Double
  let width: Double
  let last: Double
  var name: String { "uniform" }
  @inline(__always)
  func number(_ word: UInt64) -> Double { min(low + width * word.unit, last) }
}

/// A normal distribution without the given share at either end.
private struct Gaussian: Distribution {
  let mean: Double
  let deviation: Double
  let firstShare: Double
  var name: String { firstShare > 0 ? "truncatedNormal" : "normal" }

  init(_ mean: Double, _ deviation: Double, firstShare: Double) {
    self.mean = mean
    self.deviation = deviation
    self.firstShare = firstShare
    require(
      mean.isFinite && deviation >= 0 && deviation.isFinite,
      "\(name): the mean is \(mean) and the standard deviation \(deviation). "
        + "Pass finite numbers, and a standard deviation of 0 or more.")
  }

  @inline(__always)
  func number(_ word: UInt64) -> Double {
    mean + deviation * Normal.quantile(firstShare + (1 - 2 * firstShare) * word.openUnit)
  }
}

extension RandomNumberGenerator {
  /// Continues as another generator of the same type.
  fileprivate mutating func replace(with other: RandomGenerator) {
    if let other = other as? Self { self = other }
  }
}

extension Float {
  /// The largest `Float` below a number near this one.
  fileprivate func largestBelow(_ bound: Double) -> Float {
    Double(self) < bound ? self : nextDown
  }
}
