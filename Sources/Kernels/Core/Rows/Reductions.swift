// How many numbers become one, in an order fixed by their count alone.
//
// Sums are pairwise: a block of at most 1024 elements is added into four vectors, and blocks are
// added as the leaves of a binary tree. The rounding error then grows with the logarithm of the
// count, and the order does not depend on how many threads share a larger reduction, as long as
// they are handed the same ranges.

import AdjointElementary
import AdjointKernels

/// An associative operation with a neutral element.
public protocol ReductionRule {
  /// The type of vector that the reduction computes with.
  associatedtype Element: Lanes
  /// Leaves any other operand unchanged.
  static var neutral: Element { get }
  /// One step.
  static func combine(_ a: Element, _ b: Element) -> Element
}

/// `a + b`.
public enum SumReduction<Element: Lanes>: ReductionRule {
  // The sum of negative zeros is one; with a positive zero it would not be.
  @export(implementation) @inline(__always) public static var neutral: Element { -(0 as Element) }
  @export(implementation) @inline(__always)
  public static func combine(_ a: Element, _ b: Element) -> Element { a + b }
}

/// `a b`.
public enum ProductReduction<Element: Lanes>: ReductionRule {
  @export(implementation) @inline(__always) public static var neutral: Element { 1 }
  @export(implementation) @inline(__always)
  public static func combine(_ a: Element, _ b: Element) -> Element { a * b }
}

/// The smaller of two, NaN if either is.
public enum MinimumReduction<Element: Lanes>: ReductionRule {
  @export(implementation) @inline(__always)
  public static var neutral: Element { Element(Element.Scalar.infinity) }
  // A comparison with NaN is false: a NaN in `a` stays, and the inner selection admits one in `b`.
  @export(implementation) @inline(__always)
  public static func combine(_ a: Element, _ b: Element) -> Element {
    Element._select(
      Element._isLess(b, a), b, Element._select(Element._isEqual(b, b), a, a + b))
  }
}

/// The larger of two, NaN if either is.
public enum MaximumReduction<Element: Lanes>: ReductionRule {
  @export(implementation) @inline(__always)
  public static var neutral: Element { Element(-Element.Scalar.infinity) }
  @export(implementation) @inline(__always)
  public static func combine(_ a: Element, _ b: Element) -> Element {
    Element._select(
      Element._isLess(a, b), b, Element._select(Element._isEqual(b, b), a, a + b))
  }
}

/// Elements of a block that is reduced without branching into halves.
@export(implementation) @inline(__always)
var reductionBlock: Int { 1024 }

/// Reduces `count` elements to a vector, whose lanes remain to be reduced.
@export(implementation) @inline(never)
func partial<R: ReductionRule>(_: R.Type, _ count: Int, _ source: UnsafeRawPointer) -> R.Element {
  typealias Element = R.Element
  if count > reductionBlock {
    // A multiple of the block, so that only the very last block is not full.
    let left = (count / 2 + reductionBlock - 1) / reductionBlock &* reductionBlock
    return R.combine(
      partial(R.self, left, source),
      partial(R.self, count &- left, source + left &* Element.size))
  }
  var a = R.neutral
  var b = R.neutral
  var c = R.neutral
  var d = R.neutral
  var address = source
  var remaining = count
  while remaining >= 4 &* Element.width {
    a = R.combine(a, Element.load(address))
    b = R.combine(b, Element.load(address + Element.stride))
    c = R.combine(c, Element.load(address + 2 &* Element.stride))
    d = R.combine(d, Element.load(address + 3 &* Element.stride))
    address += 4 &* Element.stride
    remaining &-= 4 &* Element.width
  }
  while remaining >= Element.width {
    a = R.combine(a, Element.load(address))
    address += Element.stride
    remaining &-= Element.width
  }
  if remaining > 0 {
    var padded = R.neutral
    withUnsafeMutableBytes(of: &padded) { bytes in
      bytes.baseAddress.unsafelyUnwrapped.copyMemory(
        from: address, byteCount: remaining &* Element.size)
    }
    b = R.combine(b, padded)
  }
  return R.combine(R.combine(a, b), R.combine(c, d))
}

/// Reduces the lanes of a vector to one number.
///
/// They are folded in halves, by moving the upper half of the lanes over the lower one; the lanes
/// above that are not looked at again.
@export(implementation) @inline(__always)
func folded<R: ReductionRule>(_: R.Type, _ lanes: R.Element) -> R.Element.Scalar {
  typealias Element = R.Element
  var total = lanes
  var half = Element.width / 2
  while half > 0 {
    var upper = R.neutral
    withUnsafeBytes(of: total) { from in
      withUnsafeMutableBytes(of: &upper) { to in
        to.baseAddress.unsafelyUnwrapped.copyMemory(
          from: from.baseAddress.unsafelyUnwrapped + half &* Element.size,
          byteCount: half &* Element.size)
      }
    }
    total = R.combine(total, upper)
    half /= 2
  }
  return withUnsafeBytes(of: total) { $0.loadUnaligned(as: Element.Scalar.self) }
}

/// `b ∘ a`, as a rule for the elementwise loop.
@frozen public struct Accumulation<R: ReductionRule>: Rule {
  public typealias Element = R.Element
  @export(implementation) @inline(__always) init() {}
  @export(implementation) @inline(__always) public static var operandCount: Int { 2 }
  @export(implementation) @inline(__always)
  public func evaluate(_ a: Element, _ b: Element, _ c: Element, _ d: Element) -> Element {
    R.combine(a, b)
  }
}

/// See `KernelSet.accumulate`.
@export(implementation) @inline(never)
public func accumulate<Element: Lanes>(
  _: Element.Type, _ kind: ReductionKind, _ count: Int, _ source: UnsafeRawPointer,
  _ destination: UnsafeMutableRawPointer
) {
  let operands = Operands(destination, source)
  switch kind {
  case .sum: apply(Accumulation<SumReduction<Element>>(), count, operands, destination)
  case .product: apply(Accumulation<ProductReduction<Element>>(), count, operands, destination)
  case .minimum: apply(Accumulation<MinimumReduction<Element>>(), count, operands, destination)
  case .maximum: apply(Accumulation<MaximumReduction<Element>>(), count, operands, destination)
  }
}

// MARK: - The answers to `KernelSet`

extension LoopSet {
  @export(implementation) @inline(__always)
  public static func accumulate(
    _ kind: ReductionKind, _ element: KernelElement, _ count: Int, _ source: UnsafeRawPointer,
    _ destination: UnsafeMutableRawPointer
  ) {
    switch element {
    case .float32: AdjointKernelCore.accumulate(Single.self, kind, count, source, destination)
    case .float64: AdjointKernelCore.accumulate(Twofold.self, kind, count, source, destination)
    }
  }
}
