// Softmax over dense rows, its logarithm, the cross-entropy behind it, and their transposed
// derivatives. A row is read from memory once: its later passes find it in the cache.
//
// The largest element is subtracted before the exponential, so that nothing overflows. Elements
// that are infinite themselves share the whole weight, which is the limit of rows in which they
// grow. Of a row of nothing but -∞ zero is subtracted, and 0/0 is NaN. Sums are taken in blocks, in
// an order fixed by the length of the row alone.

import AdjointElementary
import AdjointKernels

/// A row of dense elements, vector by vector; the last one may be filled up.
@frozen @usableFromInline
struct Row<Element: Lanes> {
  @usableFromInline let whole: Int
  @usableFromInline let rest: Int

  @export(implementation) @inline(__always)
  init(_ count: Int) {
    whole = count / Element.width &* Element.stride
    rest = count &* Element.size &- whole
  }

  /// The last elements, fewer than a vector has, and `filler` behind them.
  @export(implementation) @inline(__always)
  func last(_ address: UnsafeRawPointer, filler: Element) -> Element {
    var padded = filler
    withUnsafeMutableBytes(of: &padded) { bytes in
      bytes.baseAddress.unsafelyUnwrapped.copyMemory(from: address + whole, byteCount: rest)
    }
    return padded
  }

  /// Stores the last elements.
  @export(implementation) @inline(__always)
  func storeLast(_ value: Element, _ address: UnsafeMutableRawPointer) {
    withUnsafeBytes(of: value) { bytes in
      (address + whole).copyMemory(
        from: bytes.baseAddress.unsafelyUnwrapped, byteCount: rest)
    }
  }

  /// All lanes equal to what all elements together give.
  @export(implementation) @inline(__always)
  func reduced<R: ReductionRule>(_: R.Type, _ term: (_ offset: Int, _ isLast: Bool) -> Element)
    -> Element
  where R.Element == Element {
    var total = R.neutral
    var offset = 0
    while offset < whole {
      // A block of its own keeps the rounding error small, four chains keep the processor busy.
      let end = min(whole, offset &+ reductionBlock &* Element.size)
      var a = R.neutral
      var b = R.neutral
      var c = R.neutral
      var d = R.neutral
      while offset &+ 4 &* Element.stride <= end {
        a = R.combine(a, term(offset, false))
        b = R.combine(b, term(offset &+ Element.stride, false))
        c = R.combine(c, term(offset &+ 2 &* Element.stride, false))
        d = R.combine(d, term(offset &+ 3 &* Element.stride, false))
        offset &+= 4 &* Element.stride
      }
      while offset < end {
        a = R.combine(a, term(offset, false))
        offset &+= Element.stride
      }
      total = R.combine(total, R.combine(R.combine(a, b), R.combine(c, d)))
    }
    if rest > 0 { total = R.combine(total, term(whole, true)) }
    return Element(folded(R.self, total))
  }
}

extension Lanes {
  /// The largest element as what is subtracted: zero in place of -∞ and of NaN.
  @export(implementation) @inline(__always)
  var asShift: Self {
    Self._select(Self._isLess(Self(-Scalar.infinity), self), self, 0)
  }

  /// `x - shift`, zero where both are infinite.
  @export(implementation) @inline(__always)
  func lowered(by shift: Self) -> Self {
    Self._select(Self._isEqual(self, shift), 0, self - shift)
  }
}

extension Row {
  /// What is subtracted from a row before the exponential.
  @export(implementation) @inline(__always)
  func shift(_ x: UnsafeRawPointer) -> Element {
    let largest = reduced(MaximumReduction<Element>.self) { offset, isLast in
      isLast
        ? last(x, filler: MaximumReduction<Element>.neutral) : Element.load(x + offset)
    }
    return largest.asShift
  }

  /// The sum of the exponentials of a row less the shift.
  @export(implementation) @inline(__always)
  func sumOfExponentials(_ x: UnsafeRawPointer, _ shift: Element) -> Element {
    reduced(SumReduction<Element>.self) { offset, isLast in
      let x = isLast ? last(x, filler: Element(-Element.Scalar.infinity)) : Element.load(x + offset)
      return Element._exp(x.lowered(by: shift))
    }
  }

  /// `y ← f(x)`, element by element.
  @export(implementation) @inline(__always)
  func map(
    _ x: UnsafeRawPointer, _ y: UnsafeMutableRawPointer, _ f: (Element) -> Element
  ) {
    var offset = 0
    while offset < whole {
      f(Element.load(x + offset)).store(y + offset)
      offset &+= Element.stride
    }
    if rest > 0 { storeLast(f(last(x, filler: 0)), y) }
  }

  /// `z ← f(x, y)`, element by element.
  @export(implementation) @inline(__always)
  func map(
    _ x: UnsafeRawPointer, _ y: UnsafeRawPointer, _ z: UnsafeMutableRawPointer,
    _ f: (Element, Element) -> Element
  ) {
    var offset = 0
    while offset < whole {
      f(Element.load(x + offset), Element.load(y + offset)).store(z + offset)
      offset &+= Element.stride
    }
    if rest > 0 { storeLast(f(last(x, filler: 0), last(y, filler: 0)), z) }
  }
}

/// See `KernelSet.softmax`.
@export(implementation) @inline(never)
func softmax<Element: Lanes>(
  _: Element.Type, _ rows: Int, _ count: Int, _ x: UnsafeRawPointer,
  _ y: UnsafeMutableRawPointer, _ isLogarithm: Bool
) {
  if count <= SidewaysRows<Element>.limit {
    return softmaxOfShortRows(Element.self, rows, count, x, y, isLogarithm)
  }
  let row = Row<Element>(count)
  var at = 0
  for _ in 0..<rows {
    let (x, y) = (x + at, y + at)
    let shift = row.shift(x)
    if isLogarithm {
      let logarithm = Element._log(row.sumOfExponentials(x, shift))
      row.map(x, y) { $0.lowered(by: shift) - logarithm }
    } else {
      row.map(x, y) { Element._exp($0.lowered(by: shift)) }
      let sum = row.reduced(SumReduction<Element>.self) { offset, isLast in
        isLast ? row.last(y, filler: 0) : Element.load(y + offset)
      }
      row.map(y, y) { $0 / sum }
    }
    at &+= count &* Element.size
  }
}

/// See `KernelSet.softmaxPullback`.
@export(implementation) @inline(never)
func softmaxPullback<Element: Lanes>(
  _: Element.Type, _ rows: Int, _ count: Int, _ y: UnsafeRawPointer, _ seed: UnsafeRawPointer,
  _ result: UnsafeMutableRawPointer
) {
  let row = Row<Element>(count)
  var at = 0
  for _ in 0..<rows {
    let (y, seed) = (y + at, seed + at)
    let mean = row.reduced(SumReduction<Element>.self) { offset, isLast in
      isLast
        ? Element._scaled(row.last(seed, filler: 0), row.last(y, filler: 0))
        : Element._scaled(Element.load(seed + offset), Element.load(y + offset))
    }
    // A zero seed wins over an undefined value, as in every rule of the table.
    row.map(seed, y, result + at) { seed, y in Element._scaled(seed - mean, y) }
    at &+= count &* Element.size
  }
}

/// See `KernelSet.crossEntropy`.
@export(implementation) @inline(never)
func crossEntropy<Element: Lanes>(
  _: Element.Type, _ rows: Int, _ count: Int, _ x: UnsafeRawPointer, _ labels: UnsafeRawPointer,
  _ losses: UnsafeMutableRawPointer
) {
  if count <= SidewaysRows<Element>.limit {
    return crossEntropyOfShortRows(Element.self, rows, count, x, labels, losses)
  }
  let row = Row<Element>(count)
  for index in 0..<rows {
    let x = x + index &* count &* Element.size
    let shift = row.shift(x)
    let logarithm = Element._log(row.sumOfExponentials(x, shift))
    let label = Int(labels.loadUnaligned(fromByteOffset: index &* 4, as: Int32.self))
    let chosen = Element(
      x.loadUnaligned(fromByteOffset: label &* Element.size, as: Element.Scalar.self))
    withUnsafeBytes(of: logarithm - chosen.lowered(by: shift)) { bytes in
      (losses + index &* Element.size).copyMemory(
        from: bytes.baseAddress.unsafelyUnwrapped, byteCount: Element.size)
    }
  }
}

/// See `KernelSet.crossEntropyPullback`.
@export(implementation) @inline(never)
func crossEntropyPullback<Element: Lanes>(
  _: Element.Type, _ rows: Int, _ count: Int, _ x: UnsafeRawPointer, _ labels: UnsafeRawPointer,
  _ seeds: UnsafeRawPointer, _ result: UnsafeMutableRawPointer
) {
  if count <= SidewaysRows<Element>.limit {
    return crossEntropyPullbackOfShortRows(Element.self, rows, count, x, labels, seeds, result)
  }
  let row = Row<Element>(count)
  for index in 0..<rows {
    let at = index &* count &* Element.size
    let (x, result) = (x + at, result + at)
    let shift = row.shift(x)
    row.map(x, result) { Element._exp($0.lowered(by: shift)) }
    let sum = row.reduced(SumReduction<Element>.self) { offset, isLast in
      isLast ? row.last(result, filler: 0) : Element.load(result + offset)
    }
    let scalar = seeds.loadUnaligned(
      fromByteOffset: index &* Element.size, as: Element.Scalar.self)
    let seed = Element(scalar)
    row.map(result, result) { Element._scaled(seed, $0 / sum) }
    let label = Int(labels.loadUnaligned(fromByteOffset: index &* 4, as: Int32.self))
    let chosen = result + label &* Element.size
    chosen.storeBytes(
      of: chosen.loadUnaligned(as: Element.Scalar.self) - scalar, as: Element.Scalar.self)
  }
}

// MARK: - The answers to `KernelSet`

extension LoopSet {
  @export(implementation) @inline(__always)
  public static func softmax(
    _ element: KernelElement, _ rows: Int, _ count: Int, _ x: UnsafeRawPointer,
    _ y: UnsafeMutableRawPointer, _ isLogarithm: Bool
  ) {
    switch element {
    case .float32: AdjointKernelCore.softmax(Single.self, rows, count, x, y, isLogarithm)
    case .float64: AdjointKernelCore.softmax(Twofold.self, rows, count, x, y, isLogarithm)
    }
  }

  @export(implementation) @inline(__always)
  public static func softmaxPullback(
    _ element: KernelElement, _ rows: Int, _ count: Int, _ y: UnsafeRawPointer,
    _ seed: UnsafeRawPointer, _ result: UnsafeMutableRawPointer
  ) {
    switch element {
    case .float32: AdjointKernelCore.softmaxPullback(Single.self, rows, count, y, seed, result)
    case .float64: AdjointKernelCore.softmaxPullback(Twofold.self, rows, count, y, seed, result)
    }
  }

  @export(implementation) @inline(__always)
  public static func crossEntropy(
    _ element: KernelElement, _ rows: Int, _ count: Int, _ x: UnsafeRawPointer,
    _ labels: UnsafeRawPointer, _ losses: UnsafeMutableRawPointer
  ) {
    switch element {
    case .float32: AdjointKernelCore.crossEntropy(Single.self, rows, count, x, labels, losses)
    case .float64: AdjointKernelCore.crossEntropy(Twofold.self, rows, count, x, labels, losses)
    }
  }

  @export(implementation) @inline(__always)
  public static func crossEntropyPullback(
    _ element: KernelElement, _ rows: Int, _ count: Int, _ x: UnsafeRawPointer,
    _ labels: UnsafeRawPointer, _ seeds: UnsafeRawPointer, _ result: UnsafeMutableRawPointer
  ) {
    switch element {
    case .float32:
      AdjointKernelCore.crossEntropyPullback(Single.self, rows, count, x, labels, seeds, result)
    case .float64:
      AdjointKernelCore.crossEntropyPullback(
        Twofold.self, rows, count, x, labels, seeds, result)
    }
  }
}
