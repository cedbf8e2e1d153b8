// The normalization of dense rows to mean 0 and variance 1, with a gain and a bias for each column,
// and the transpose of its derivative. A row is read from memory once: its later passes find it in
// the cache.
//
// Mean and deviation are computed again for the transpose and not kept from the forward pass: two
// sums over a row that is in the cache anyway take less time than the rest of the walk waits for
// memory, and nothing has to be carried along with a tape.

import AdjointElementary
import AdjointKernels

extension Row {
  /// Calls the body for every vector of a row.
  @export(implementation) @inline(__always)
  func forEach(_ body: (_ offset: Int, _ isLast: Bool) -> Void) {
    var offset = 0
    while offset < whole {
      body(offset, false)
      offset &+= Element.stride
    }
    if rest > 0 { body(whole, true) }
  }

  /// All lanes equal to what all elements together give, for two terms that share their operands.
  @export(implementation) @inline(__always)
  func reducedPair<R: ReductionRule>(
    _: R.Type, _ terms: (_ offset: Int, _ isLast: Bool) -> (Element, Element)
  ) -> (Element, Element) where R.Element == Element {
    var (first, second) = (R.neutral, R.neutral)
    var offset = 0
    while offset < whole {
      // Blocks and chains as in `reduced`; two chains for each term keep the processor as busy.
      let end = min(whole, offset &+ reductionBlock &* Element.size)
      var (a, b) = (R.neutral, R.neutral)
      var (c, d) = (R.neutral, R.neutral)
      while offset &+ 2 &* Element.stride <= end {
        let (p, q) = terms(offset, false)
        let (r, s) = terms(offset &+ Element.stride, false)
        (a, b) = (R.combine(a, p), R.combine(b, q))
        (c, d) = (R.combine(c, r), R.combine(d, s))
        offset &+= 2 &* Element.stride
      }
      while offset < end {
        let (p, q) = terms(offset, false)
        (a, b) = (R.combine(a, p), R.combine(b, q))
        offset &+= Element.stride
      }
      first = R.combine(first, R.combine(a, c))
      second = R.combine(second, R.combine(b, d))
    }
    if rest > 0 {
      let (p, q) = terms(whole, true)
      (first, second) = (R.combine(first, p), R.combine(second, q))
    }
    return (Element(folded(R.self, first)), Element(folded(R.self, second)))
  }

  /// The mean `μ` of a row and `1 / √(σ² + ε)`, where `σ²` is its variance, in all lanes.
  ///
  /// The mean is subtracted before squares are taken: the difference of two large numbers, which
  /// the mean of squares less the square of the mean would be, loses all digits of rows far from
  /// zero.
  @export(implementation) @inline(__always)
  func statistics(_ x: UnsafeRawPointer, _ count: Element, _ epsilon: Element)
    -> (mean: Element, scale: Element)
  {
    let mean =
      reduced(SumReduction<Element>.self) { offset, isLast in
        isLast ? last(x, filler: 0) : Element.load(x + offset)
      } / count
    let squares = reduced(SumReduction<Element>.self) { offset, isLast in
      let difference = (isLast ? last(x, filler: mean) : Element.load(x + offset)) - mean
      return difference * difference
    }
    let square = squares / count + epsilon
    // Squares leave the range of the numbers long before the numbers do.
    typealias Scalar = Element.Scalar
    let least = Element(Scalar.leastNormalMagnitude / Scalar.ulpOfOne)
    guard Element._isAnyTrue(Element._isLess(least, square)),
      Element._isAnyTrue(Element._isLess(square, Element(Scalar.infinity)))
    else { return scaledStatistics(x, count, epsilon) }
    return (mean, 1 / Element._sqrt(square))
  }

  /// The same for numbers whose sum, or whose squares, are out of range.
  @export(implementation) @inline(never)
  func scaledStatistics(_ x: UnsafeRawPointer, _ count: Element, _ epsilon: Element)
    -> (mean: Element, scale: Element)
  {
    let size = size { offset, isLast in isLast ? last(x, filler: 0) : Element.load(x + offset) }
    let mean =
      reduced(SumReduction<Element>.self) { offset, isLast in
        (isLast ? last(x, filler: 0) : Element.load(x + offset)) / size
      } / count * size
    @inline(__always) func difference(_ offset: Int, _ isLast: Bool) -> Element {
      (isLast ? last(x, filler: mean) : Element.load(x + offset)) - mean
    }
    let distance = self.size(difference)
    let squares = reduced(SumReduction<Element>.self) { offset, isLast in
      let ratio = difference(offset, isLast) / distance
      return ratio * ratio
    }
    let deviation = distance * Element._sqrt(squares / count)
    return (mean, 1 / Element._hypot(deviation, Element._sqrt(epsilon)))
  }

  /// The largest magnitude, to divide by: one if it is zero or no number.
  @export(implementation) @inline(__always)
  private func size(_ term: (_ offset: Int, _ isLast: Bool) -> Element) -> Element {
    let largest = reduced(MaximumReduction<Element>.self) { offset, isLast in
      Element.magnitude(term(offset, isLast))
    }
    let isUsable = Element._isLess(largest, Element(Element.Scalar.infinity))
    return Element._select(isUsable, Element._select(Element._isLess(0, largest), largest, 1), 1)
  }
}

/// See `KernelSet.layerNorm`.
@export(implementation) @inline(never)
func layerNorm<Element: Lanes>(
  _: Element.Type, _ rows: Int, _ count: Int, _ epsilon: Double, _ x: UnsafeRawPointer,
  _ gain: UnsafeRawPointer, _ bias: UnsafeRawPointer, _ y: UnsafeMutableRawPointer
) {
  let row = Row<Element>(count)
  let (number, epsilon) = (Element(nearest: Double(count)), Element(nearest: epsilon))
  for index in 0..<rows {
    let at = index &* count &* Element.size
    let (x, y) = (x + at, y + at)
    let (mean, scale) = row.statistics(x, number, epsilon)
    row.forEach { offset, isLast in
      if isLast {
        let normal = (row.last(x, filler: mean) - mean) * scale
        row.storeLast(
          Element.multiplyAdd(normal, row.last(gain, filler: 0), row.last(bias, filler: 0)), y)
      } else {
        let normal = (Element.load(x + offset) - mean) * scale
        Element.multiplyAdd(normal, Element.load(gain + offset), Element.load(bias + offset))
          .store(y + offset)
      }
    }
  }
}

/// See `KernelSet.layerNormPullback`.
@export(implementation) @inline(never)
func layerNormPullback<Element: Lanes>(
  _: Element.Type, _ rows: Int, _ count: Int, _ epsilon: Double, _ x: UnsafeRawPointer,
  _ gain: UnsafeRawPointer, _ seed: UnsafeRawPointer, _ result: UnsafeMutableRawPointer?,
  _ gainResult: UnsafeMutableRawPointer, _ biasResult: UnsafeMutableRawPointer
) {
  let row = Row<Element>(count)
  let (number, epsilon) = (Element(nearest: Double(count)), Element(nearest: epsilon))
  for index in 0..<rows {
    let at = index &* count &* Element.size
    let (x, seed) = (x + at, seed + at)
    let (mean, scale) = row.statistics(x, number, epsilon)
    // The elements of one vector of the row. A zero seed wins, as in every rule of the table.
    @inline(__always) func normal(_ offset: Int, _ isLast: Bool) -> Element {
      ((isLast ? row.last(x, filler: mean) : Element.load(x + offset)) - mean) * scale
    }
    @inline(__always) func given(_ offset: Int, _ isLast: Bool) -> Element {
      isLast ? row.last(seed, filler: 0) : Element.load(seed + offset)
    }
    @inline(__always) func inner(_ given: Element, _ offset: Int, _ isLast: Bool) -> Element {
      Element._scaled(given, isLast ? row.last(gain, filler: 0) : Element.load(gain + offset))
    }
    // The first row is stored: what was there before does not matter.
    @inline(__always) func add(
      _ value: Element, _ sums: UnsafeMutableRawPointer, _ offset: Int, _ isLast: Bool
    ) {
      if isLast {
        row.storeLast(index == 0 ? value : row.last(sums, filler: 0) + value, sums)
      } else {
        (index == 0 ? value : Element.load(sums + offset) + value).store(sums + offset)
      }
    }
    @inline(__always) func addSeed(_ given: Element, _ normal: Element, _ at: Int, _ isLast: Bool) {
      add(given, biasResult, at, isLast)
      add(Element._scaled(given, normal), gainResult, at, isLast)
    }
    guard let result else {
      row.forEach { offset, isLast in
        addSeed(given(offset, isLast), normal(offset, isLast), offset, isLast)
      }
      continue
    }
    let (seeds, slopes) = row.reducedPair(SumReduction<Element>.self) { offset, isLast in
      let inner = inner(given(offset, isLast), offset, isLast)
      return (inner, Element._scaled(inner, normal(offset, isLast)))
    }
    let (shift, slope) = (seeds / number, slopes / number)
    row.forEach { offset, isLast in
      let (given, normal) = (given(offset, isLast), normal(offset, isLast))
      let across = inner(given, offset, isLast) - shift
      let derivative = Element._scaled(across - Element._scaled(slope, normal), scale)
      if isLast {
        row.storeLast(derivative, result + at)
      } else {
        derivative.store(result + (at &+ offset))
      }
      addSeed(given, normal, offset, isLast)
    }
  }
}

// MARK: - The answers to `KernelSet`

extension LoopSet {
  @export(implementation) @inline(__always)
  public static func layerNorm(
    _ element: KernelElement, _ rows: Int, _ count: Int, _ epsilon: Double,
    _ x: UnsafeRawPointer, _ gain: UnsafeRawPointer, _ bias: UnsafeRawPointer,
    _ y: UnsafeMutableRawPointer
  ) {
    switch element {
    case .float32:
      AdjointKernelCore.layerNorm(Single.self, rows, count, epsilon, x, gain, bias, y)
    case .float64:
      AdjointKernelCore.layerNorm(Twofold.self, rows, count, epsilon, x, gain, bias, y)
    }
  }

  @export(implementation) @inline(__always)
  public static func layerNormPullback(
    _ element: KernelElement, _ rows: Int, _ count: Int, _ epsilon: Double,
    _ x: UnsafeRawPointer, _ gain: UnsafeRawPointer, _ seed: UnsafeRawPointer,
    _ result: UnsafeMutableRawPointer?, _ gainResult: UnsafeMutableRawPointer,
    _ biasResult: UnsafeMutableRawPointer
  ) {
    switch element {
    case .float32:
      AdjointKernelCore.layerNormPullback(
        Single.self, rows, count, epsilon, x, gain, seed, result, gainResult, biasResult)
    case .float64:
      AdjointKernelCore.layerNormPullback(
        Twofold.self, rows, count, epsilon, x, gain, seed, result, gainResult, biasResult)
    }
  }
}
