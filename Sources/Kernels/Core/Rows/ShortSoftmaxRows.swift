// Softmax and cross-entropy of rows too short for a vector each to be worth while.
//
// As many rows as a vector has lanes are turned on their side, one row to a lane. Then the largest
// element and the sum are plain vector operations, where along a row they would be folded lane by
// lane: for the ten classes of digits that takes a tenth of the time.

import AdjointElementary

/// A stretch of rows on its side: vector `j` holds the elements `j` of all of them.
@frozen @usableFromInline
struct SidewaysRows<Element: Lanes> {
  @usableFromInline let columns: UnsafeMutableRawPointer
  @usableFromInline let count: Int

  /// The longest rows that are treated so; vectors of them take 4 KiB at most.
  @export(implementation) @inline(__always)
  static var limit: Int { 64 }

  @export(implementation) @inline(__always)
  init(_ columns: UnsafeMutableRawPointer, _ count: Int) {
    self.columns = columns
    self.count = count
  }

  /// Calls the body for as many rows at a time as there are lanes, with their first one's number.
  @export(implementation) @inline(__always)
  static func overRows(
    _ rows: Int, _ count: Int, _ body: (_ first: Int, _ rows: Int, _ block: Self) -> Void
  ) {
    withUnsafeTemporaryAllocation(
      byteCount: limit &* Element.stride, alignment: 64
    ) { scratch in
      let columns = scratch.baseAddress.unsafelyUnwrapped
      for j in 0..<count { (0 as Element).store(columns + j &* Element.stride) }
      var first = 0
      while first < rows {
        body(first, min(Element.width, rows &- first), Self(columns, count))
        first &+= Element.width
      }
    }
  }

  @export(implementation) @inline(__always)
  subscript(j: Int) -> Element {
    get { Element.load(columns + j &* Element.stride) }
    nonmutating set { newValue.store(columns + j &* Element.stride) }
  }

  /// Copies rows onto their side.
  @export(implementation) @inline(__always)
  func fill(_ rows: Int, _ source: UnsafeRawPointer) {
    typealias Scalar = Element.Scalar
    var address = source
    for row in 0..<rows {
      var target = columns + row &* Element.size
      for _ in 0..<count {
        target.storeBytes(of: address.loadUnaligned(as: Scalar.self), as: Scalar.self)
        address += Element.size
        target += Element.stride
      }
    }
  }

  /// Copies rows back from their side.
  @export(implementation) @inline(__always)
  func empty(_ rows: Int, _ target: UnsafeMutableRawPointer) {
    typealias Scalar = Element.Scalar
    var address = target
    for row in 0..<rows {
      var source = UnsafeRawPointer(columns + row &* Element.size)
      for _ in 0..<count {
        address.storeBytes(of: source.loadUnaligned(as: Scalar.self), as: Scalar.self)
        address += Element.size
        source += Element.stride
      }
    }
  }

  /// `x ← x − shift`; see `Row.shift` and `Lanes.lowered`.
  @export(implementation) @inline(__always)
  func subtractShift() {
    var largest = self[0]
    for j in 1..<count { largest = MaximumReduction<Element>.combine(largest, self[j]) }
    let shift = largest.asShift
    for j in 0..<count { self[j] = self[j].lowered(by: shift) }
  }

  /// `Σ exp(x)`, and the exponentials in place of `x` if wanted.
  @export(implementation) @inline(__always)
  func sumOfExponentials(kept: Bool) -> Element {
    var sum: Element = 0
    for j in 0..<count {
      let power = Element._exp(self[j])
      if kept { self[j] = power }
      sum = sum + power
    }
    return sum
  }
}

/// As `softmax`, for `count` up to `SidewaysRows.limit`.
@export(implementation) @inline(never)
func softmaxOfShortRows<Element: Lanes>(
  _: Element.Type, _ rows: Int, _ count: Int, _ x: UnsafeRawPointer,
  _ y: UnsafeMutableRawPointer, _ isLogarithm: Bool
) {
  SidewaysRows<Element>.overRows(rows, count) { first, rows, block in
    let at = first &* count &* Element.size
    block.fill(rows, x + at)
    block.subtractShift()
    let sum = block.sumOfExponentials(kept: !isLogarithm)
    if isLogarithm {
      let logarithm = Element._log(sum)
      for j in 0..<count { block[j] = block[j] - logarithm }
    } else {
      for j in 0..<count { block[j] = block[j] / sum }
    }
    block.empty(rows, y + at)
  }
}

/// As `crossEntropy`, for `count` up to `SidewaysRows.limit`.
@export(implementation) @inline(never)
func crossEntropyOfShortRows<Element: Lanes>(
  _: Element.Type, _ rows: Int, _ count: Int, _ x: UnsafeRawPointer, _ labels: UnsafeRawPointer,
  _ losses: UnsafeMutableRawPointer
) {
  typealias Scalar = Element.Scalar
  SidewaysRows<Element>.overRows(rows, count) { first, rows, block in
    block.fill(rows, x + first &* count &* Element.size)
    block.subtractShift()
    var logarithm = Element._log(block.sumOfExponentials(kept: false))
    withUnsafeMutableBytes(of: &logarithm) { logarithm in
      for row in 0..<rows {
        let label = Int(labels.loadUnaligned(fromByteOffset: (first &+ row) &* 4, as: Int32.self))
        let chosen = block.columns.loadUnaligned(
          fromByteOffset: label &* Element.stride &+ row &* Element.size, as: Scalar.self)
        let sum = logarithm.loadUnaligned(fromByteOffset: row &* Element.size, as: Scalar.self)
        (losses + (first &+ row) &* Element.size).storeBytes(of: sum - chosen, as: Scalar.self)
      }
    }
  }
}

/// As `crossEntropyPullback`, for `count` up to `SidewaysRows.limit`.
@export(implementation) @inline(never)
func crossEntropyPullbackOfShortRows<Element: Lanes>(
  _: Element.Type, _ rows: Int, _ count: Int, _ x: UnsafeRawPointer, _ labels: UnsafeRawPointer,
  _ seeds: UnsafeRawPointer, _ result: UnsafeMutableRawPointer
) {
  typealias Scalar = Element.Scalar
  SidewaysRows<Element>.overRows(rows, count) { first, rows, block in
    let at = first &* count &* Element.size
    block.fill(rows, x + at)
    block.subtractShift()
    let sum = block.sumOfExponentials(kept: true)
    var seed: Element = 0
    withUnsafeMutableBytes(of: &seed) { seed in
      seed.baseAddress.unsafelyUnwrapped.copyMemory(
        from: seeds + first &* Element.size, byteCount: rows &* Element.size)
    }
    for j in 0..<count { block[j] = Element._scaled(seed, block[j] / sum) }
    block.empty(rows, result + at)
    for row in first..<(first &+ rows) {
      let label = Int(labels.loadUnaligned(fromByteOffset: row &* 4, as: Int32.self))
      let chosen = result + (row &* count &+ label) &* Element.size
      let seed = seeds.loadUnaligned(fromByteOffset: row &* Element.size, as: Scalar.self)
      chosen.storeBytes(of: chosen.loadUnaligned(as: Scalar.self) - seed, as: Scalar.self)
    }
  }
}
