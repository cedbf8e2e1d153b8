// How many rows, or many columns, are reduced at a time.
//
// As many rows as a vector has lanes are turned on their side in registers, one row to a lane:
// elements of a short row are then combined one after the other by plain vector operations, and the
// vectors that long rows leave are folded together. Row by row, folding took longer than all the
// rest for rows of less than a hundred elements. A row has the same bits alone and among others.

import AdjointElementary
import AdjointKernels

/// Rows of up to so many elements are combined one after the other.
@export(implementation) @inline(__always)
var shortReduction: Int { 16 }

/// A square tile whose rows, or columns, become one vector.
public protocol ReducibleTile: TransposableTile {
  /// `accumulator[i] ∘ row i [0] ∘ … ∘ row i [count - 1]`, from the left to the right; spoils the
  /// tile.
  mutating func combineElements<R: ReductionRule>(
    _: R.Type, _ accumulator: Element, _ count: Int, _ zero: Element
  ) -> Element where R.Element == Element
  /// `accumulator ∘ row 0 ∘ … ∘ row count - 1`, from the left to the right.
  func combineRows<R: ReductionRule>(_: R.Type, _ accumulator: Element, _ count: Int) -> Element
  where R.Element == Element
  /// Lane `i` becomes row `i` folded in halves, as ``folded(_:_:)`` does with one; spoils the tile.
  mutating func foldRows<R: ReductionRule>(_: R.Type, _ zero: Element) -> Element
  where R.Element == Element
  /// `self ∘ other`, row by row.
  mutating func combine<R: ReductionRule>(_: R.Type, _ other: Self) where R.Element == Element
}

extension NarrowRow: ReducibleTile {
  @export(implementation) @inline(__always)
  public mutating func combineElements<R: ReductionRule>(
    _: R.Type, _ accumulator: Element, _ count: Int, _ zero: Element
  ) -> Element where R.Element == Element { R.combine(accumulator, c0) }
  @export(implementation) @inline(__always)
  public func combineRows<R: ReductionRule>(_: R.Type, _ accumulator: Element, _ count: Int)
    -> Element
  where R.Element == Element { count > 0 ? R.combine(accumulator, c0) : accumulator }
  @export(implementation) @inline(__always)
  public mutating func foldRows<R: ReductionRule>(_: R.Type, _ zero: Element) -> Element
  where R.Element == Element { c0 }
  @export(implementation) @inline(__always)
  public mutating func combine<R: ReductionRule>(_: R.Type, _ other: Self)
  where R.Element == Element {
    c0 = R.combine(c0, other.c0)
  }
}

extension Twice: ReducibleTile where Half: ReducibleTile {
  @export(implementation) @inline(__always)
  public mutating func combineElements<R: ReductionRule>(
    _: R.Type, _ accumulator: Element, _ count: Int, _ zero: Element
  ) -> Element where R.Element == Element {
    upper.exchange(&lower, Half.rows, zero)
    // Columns that are not read need not be made.
    if count <= Half.rows { return upper.combineElements(R.self, accumulator, count, zero) }
    upper.transpose(zero)
    lower.transpose(zero)
    return lower.combineRows(
      R.self, upper.combineRows(R.self, accumulator, Half.rows), count &- Half.rows)
  }
  @export(implementation) @inline(__always)
  public func combineRows<R: ReductionRule>(_: R.Type, _ accumulator: Element, _ count: Int)
    -> Element
  where R.Element == Element {
    let first = upper.combineRows(R.self, accumulator, count)
    return count > Half.rows ? lower.combineRows(R.self, first, count &- Half.rows) : first
  }
  @export(implementation) @inline(__always)
  public mutating func foldRows<R: ReductionRule>(_: R.Type, _ zero: Element) -> Element
  where R.Element == Element {
    upper.exchange(&lower, Half.rows, zero)
    upper.combine(R.self, lower)
    return upper.foldRows(R.self, zero)
  }
  @export(implementation) @inline(__always)
  public mutating func combine<R: ReductionRule>(_: R.Type, _ other: Self)
  where R.Element == Element {
    upper.combine(R.self, other.upper)
    lower.combine(R.self, other.lower)
  }
}

/// See `KernelSet.reduce`.
@export(implementation) @inline(never)
public func reduce<Element: Lanes>(
  _: Element.Type, _ kind: ReductionKind, _ rows: Int, _ count: Int, _ source: UnsafeRawPointer,
  _ destination: UnsafeMutableRawPointer
) {
  switch kind {
  case .sum: reduceRows(SumReduction<Element>.self, rows, count, source, destination)
  case .product: reduceRows(ProductReduction<Element>.self, rows, count, source, destination)
  case .minimum: reduceRows(MinimumReduction<Element>.self, rows, count, source, destination)
  case .maximum: reduceRows(MaximumReduction<Element>.self, rows, count, source, destination)
  }
}

@export(implementation) @inline(never)
func reduceRows<R: ReductionRule>(
  _: R.Type, _ rows: Int, _ count: Int, _ source: UnsafeRawPointer,
  _ destination: UnsafeMutableRawPointer
) {
  typealias Row = NarrowRow<R.Element>
  // The width is known when this is compiled for a set; one case remains.
  switch R.Element.width {
  case 16: reduceRows(R.self, SixteenRows<Row>.self, rows, count, source, destination)
  case 8: reduceRows(R.self, EightRows<Row>.self, rows, count, source, destination)
  case 4: reduceRows(R.self, FourRows<Row>.self, rows, count, source, destination)
  default: reduceRows(R.self, Twice<Row>.self, rows, count, source, destination)
  }
}

@export(implementation) @inline(__always)
func reduceRows<R: ReductionRule, Block: ReducibleTile>(
  _: R.Type, _: Block.Type, _ rows: Int, _ count: Int, _ source: UnsafeRawPointer,
  _ destination: UnsafeMutableRawPointer
) where Block.Element == R.Element {
  let done =
    count <= shortReduction
    ? reduceShortBlocks(R.self, Block.self, rows, count, source, destination)
    : reduceLongBlocks(R.self, Block.self, rows, count, source, destination)
  for row in done..<max(done, rows) {
    (destination + row &* R.Element.size).storeBytes(
      of: reduceRow(R.self, count, source + row &* count &* R.Element.size),
      as: R.Element.Scalar.self)
  }
}

/// Reduces one row.
@export(implementation) @inline(__always)
func reduceRow<R: ReductionRule>(_: R.Type, _ count: Int, _ source: UnsafeRawPointer)
  -> R.Element.Scalar
{
  typealias Element = R.Element
  if count > shortReduction { return folded(R.self, partial(R.self, count, source)) }
  var sum = R.neutral
  for i in 0..<count {
    sum = R.combine(
      sum, Element((source + i &* Element.size).loadUnaligned(as: Element.Scalar.self)))
  }
  return withUnsafeBytes(of: sum) { $0.loadUnaligned(as: Element.Scalar.self) }
}

/// Reduces rows of up to `shortReduction` elements in blocks, and returns how many it has done: all
/// but the last ones.
@export(implementation) @inline(__always)
func reduceShortBlocks<R: ReductionRule, Block: ReducibleTile>(
  _: R.Type, _: Block.Type, _ rows: Int, _ count: Int, _ source: UnsafeRawPointer,
  _ destination: UnsafeMutableRawPointer
) -> Int where Block.Element == R.Element {
  typealias Element = R.Element
  let row = count &* Element.size
  let zero: Element = opaqueZero(row)
  // Vectors reach into the next rows, which have to exist.
  let reach = (count &+ Element.width &- 1) / Element.width &* Element.width
  let end = rows &- (reach &- 1) / count
  var first = 0
  while first &+ Block.rows <= end {
    let address = source + first &* row
    var sum = R.neutral
    var column = 0
    while column < count {
      var block = Block()
      block.load(address + column &* Element.size, row)
      sum = block.combineElements(R.self, sum, count &- column, zero)
      column &+= Element.width
    }
    sum.store(destination + first &* Element.size)
    first &+= Block.rows
  }
  return first
}

/// The same for longer rows.
@export(implementation) @inline(__always)
func reduceLongBlocks<R: ReductionRule, Block: ReducibleTile>(
  _: R.Type, _: Block.Type, _ rows: Int, _ count: Int, _ source: UnsafeRawPointer,
  _ destination: UnsafeMutableRawPointer
) -> Int where Block.Element == R.Element {
  typealias Element = R.Element
  let row = count &* Element.size
  let zero: Element = opaqueZero(row)
  var first = 0
  while first &+ Block.rows <= rows {
    var block = Block()
    withUnsafeMutableBytes(of: &block) { bytes in
      // The address of a local is never nil.
      let partials = bytes.baseAddress.unsafelyUnwrapped
      for i in 0..<Block.rows {
        partial(R.self, count, source + (first &+ i) &* row).store(partials + i &* Element.stride)
      }
    }
    block.foldRows(R.self, zero).store(destination + first &* Element.size)
    first &+= Block.rows
  }
  return first
}

// MARK: - Columns

/// See `KernelSet.reduceColumns`.
@export(implementation) @inline(never)
public func reduceColumns<Element: Lanes>(
  _: Element.Type, _ kind: ReductionKind, _ groups: Int, _ count: Int, _ columns: Int,
  _ source: UnsafeRawPointer, _ sourceRow: Int, _ destination: UnsafeMutableRawPointer
) {
  @inline(__always) func reduce<R: ReductionRule>(_: R.Type) where R.Element == Element {
    for group in 0..<groups {
      combineRows(
        R.self, count, columns, source + group &* count &* sourceRow, sourceRow,
        destination + group &* columns &* Element.size)
    }
  }
  switch kind {
  case .sum: reduce(SumReduction<Element>.self)
  case .product: reduce(ProductReduction<Element>.self)
  case .minimum: reduce(MinimumReduction<Element>.self)
  case .maximum: reduce(MaximumReduction<Element>.self)
  }
}

/// Combines rows one after the other; the results of four vectors at a time stay in registers.
@export(implementation) @inline(__always)
func combineRows<R: ReductionRule>(
  _: R.Type, _ count: Int, _ columns: Int, _ source: UnsafeRawPointer, _ sourceRow: Int,
  _ destination: UnsafeMutableRawPointer
) {
  typealias Element = R.Element
  let stride = Element.stride
  let end = columns &* Element.size
  var j = 0
  while j &+ 4 &* stride <= end {
    var address = source + j
    var a = Element.load(address)
    var b = Element.load(address + stride)
    var c = Element.load(address + 2 &* stride)
    var d = Element.load(address + 3 &* stride)
    for _ in 1..<max(1, count) {
      address += sourceRow
      a = R.combine(a, Element.load(address))
      b = R.combine(b, Element.load(address + stride))
      c = R.combine(c, Element.load(address + 2 &* stride))
      d = R.combine(d, Element.load(address + 3 &* stride))
    }
    a.store(destination + j)
    b.store(destination + j + stride)
    c.store(destination + j + 2 &* stride)
    d.store(destination + j + 3 &* stride)
    j &+= 4 &* stride
  }
  while j &+ stride <= end {
    var sum = Element.load(source + j)
    for row in 1..<max(1, count) {
      sum = R.combine(sum, Element.load(source + (row &* sourceRow &+ j)))
    }
    sum.store(destination + j)
    j &+= stride
  }
  let rest = (end &- j) / Element.size
  if rest > 0 {
    var sum = Element.load(source + j, count: rest)
    for row in 1..<max(1, count) {
      sum = R.combine(sum, Element.load(source + (row &* sourceRow &+ j), count: rest))
    }
    sum.store(destination + j, count: rest)
  }
}

// MARK: - The answers to `KernelSet`

extension LoopSet {
  @export(implementation) @inline(__always)
  public static func reduce(
    _ kind: ReductionKind, _ element: KernelElement, _ rows: Int, _ count: Int,
    _ source: UnsafeRawPointer, _ destination: UnsafeMutableRawPointer
  ) {
    switch element {
    case .float32: AdjointKernelCore.reduce(Single.self, kind, rows, count, source, destination)
    case .float64:
      AdjointKernelCore.reduce(Twofold.self, kind, rows, count, source, destination)
    }
  }

  @export(implementation) @inline(__always)
  public static func reduceColumns(
    _ kind: ReductionKind, _ element: KernelElement, _ groups: Int, _ count: Int, _ columns: Int,
    _ source: UnsafeRawPointer, _ sourceRow: Int, _ destination: UnsafeMutableRawPointer
  ) {
    switch element {
    case .float32:
      AdjointKernelCore.reduceColumns(
        Single.self, kind, groups, count, columns, source, sourceRow, destination)
    case .float64:
      AdjointKernelCore.reduceColumns(
        Twofold.self, kind, groups, count, columns, source, sourceRow, destination)
    }
  }
}
