// How a square block of elements is transposed in registers.
//
// With `w` lanes, log₂ w rounds of `w` shuffles turn `w` rows into columns. Loads and stores are
// whole vectors, so each cache line is touched once; that matters where rows lie a power of two
// apart and compete for the same few places of a cache.

import AdjointKernels

/// A tile of one vector for each row, which can be transposed if it is square.
public protocol TransposableTile: RegisterTile {
  /// Loads row `r` from `source + r · rowStride` bytes.
  mutating func load(_ source: UnsafeRawPointer, _ rowStride: Int)
  /// Exchanges groups of lanes between each row and the row of `other` at the same place; see
  /// `Lanes`.
  mutating func exchange(_ other: inout Self, _ distance: Int, _ zero: Element)
  /// Swaps rows and columns.
  mutating func transpose(_ zero: Element)
  /// Adds `a[p] · row p` to the sum, row after row, for elements of `a` that lie `aStep` bytes
  /// apart.
  func addRows(to sum: inout Element, _ a: UnsafeRawPointer, _ aStep: Int)
}

extension NarrowRow: TransposableTile {
  @export(implementation) @inline(__always)
  public mutating func load(_ source: UnsafeRawPointer, _ rowStride: Int) {
    c0 = Element.load(source)
  }
  @export(implementation) @inline(__always)
  public mutating func exchange(_ other: inout Self, _ distance: Int, _ zero: Element) {
    Element.exchange(&c0, &other.c0, distance, zero)
  }
  @export(implementation) @inline(__always)
  public mutating func transpose(_ zero: Element) {}
  @export(implementation) @inline(__always)
  public func addRows(to sum: inout Element, _ a: UnsafeRawPointer, _ aStep: Int) {
    sum = Element.multiplyAdd(Element(a.loadUnaligned(as: Element.Scalar.self)), c0, sum)
  }
}

extension Twice: TransposableTile where Half: TransposableTile {
  @export(implementation) @inline(__always)
  public mutating func load(_ source: UnsafeRawPointer, _ rowStride: Int) {
    upper.load(source, rowStride)
    lower.load(source + Half.rows &* rowStride, rowStride)
  }
  @export(implementation) @inline(__always)
  public mutating func exchange(_ other: inout Self, _ distance: Int, _ zero: Element) {
    upper.exchange(&other.upper, distance, zero)
    lower.exchange(&other.lower, distance, zero)
  }
  @export(implementation) @inline(__always)
  public mutating func transpose(_ zero: Element) {
    upper.exchange(&lower, Half.rows, zero)
    upper.transpose(zero)
    lower.transpose(zero)
  }
  @export(implementation) @inline(__always)
  public func addRows(to sum: inout Element, _ a: UnsafeRawPointer, _ aStep: Int) {
    upper.addRows(to: &sum, a, aStep)
    lower.addRows(to: &sum, a + Half.rows &* aStep, aStep)
  }
}

/// Transposes the square block at `source`, with as many rows as lanes; strides in bytes.
@export(implementation) @inline(__always)
func transposeBlock<Element: Lanes>(
  _: Element.Type, _ source: UnsafeRawPointer, _ sourceRow: Int,
  _ target: UnsafeMutableRawPointer, _ targetRow: Int
) {
  typealias Row = NarrowRow<Element>
  // The width is known when this is compiled for a set; one case remains.
  switch Element.width {
  case 16: transposeBlock(SixteenRows<Row>.self, source, sourceRow, target, targetRow)
  case 8: transposeBlock(EightRows<Row>.self, source, sourceRow, target, targetRow)
  case 4: transposeBlock(FourRows<Row>.self, source, sourceRow, target, targetRow)
  default: transposeBlock(Twice<Row>.self, source, sourceRow, target, targetRow)
  }
}

@export(implementation) @inline(__always)
func transposeBlock<Block: TransposableTile>(
  _: Block.Type, _ source: UnsafeRawPointer, _ sourceRow: Int,
  _ target: UnsafeMutableRawPointer, _ targetRow: Int
) {
  var block = Block()
  block.load(source, sourceRow)
  block.transpose(opaqueZero(sourceRow))
  block.store(target, targetRow, adding: false)
}

/// Zero, which follows from the stride of a matrix being far below 2^62 and nothing in sight says
/// so.
@export(implementation) @inline(__always)
func opaqueZero<Element: Lanes>(_ stride: Int) -> Element {
  Element(Element.Scalar(stride.magnitude &>> 63))
}

// MARK: - Whole matrices

/// See `KernelSet.transpose`.
///
/// The matrix is walked in tiles, and a tile in blocks that fit the registers, down the columns: so
/// the target is written line by line.
@export(implementation) @inline(never)
func transpose<Element: Lanes>(
  _: Element.Type, _ rows: Int, _ columns: Int, _ source: UnsafeRawPointer, _ sourceRow: Int,
  _ target: UnsafeMutableRawPointer, _ targetRow: Int
) {
  let width = Element.width
  let (wholeRows, wholeColumns) = (rows / width &* width, columns / width &* width)
  @inline(__always) func moveElements(_ rows: Range<Int>, _ columns: Range<Int>) {
    for column in columns {
      for row in rows {
        moveElement(
          Element.self, source + (row &* sourceRow &+ column &* Element.size),
          target + (column &* targetRow &+ row &* Element.size))
      }
    }
  }
  var firstRow = 0
  while firstRow < wholeRows {
    let endRow = min(firstRow &+ transposedTile, wholeRows)
    var firstColumn = 0
    while firstColumn < wholeColumns {
      let endColumn = min(firstColumn &+ transposedTile, wholeColumns)
      var column = firstColumn
      while column < endColumn {
        var row = firstRow
        while row < endRow {
          transposeBlock(
            Element.self, source + (row &* sourceRow &+ column &* Element.size), sourceRow,
            target + (column &* targetRow &+ row &* Element.size), targetRow)
          row &+= width
        }
        column &+= width
      }
      firstColumn = endColumn
    }
    moveElements(firstRow..<endRow, wholeColumns..<columns)
    firstRow = endRow
  }
  moveElements(wholeRows..<rows, 0..<columns)
}

/// The rows and columns of a tile: long enough stretches of both matrices for the processor to
/// fetch them ahead, and few enough pages.
@export(implementation) @inline(__always)
var transposedTile: Int { 128 }

// MARK: - Exchanges of lanes, spelled so that each becomes two shuffles

extension SIMD16 where Scalar == Float {
  @export(implementation) @inline(__always)
  public static func exchange(_ a: inout Self, _ b: inout Self, _ distance: Int) {
    if distance == 1 {
      (a.oddHalf, b.evenHalf) = (b.evenHalf, a.oddHalf)
    } else {
      var x = unsafeBitCast(a, to: SIMD8<Double>.self)
      var y = unsafeBitCast(b, to: SIMD8<Double>.self)
      SIMD8<Double>.exchange(&x, &y, distance / 2)
      a = unsafeBitCast(x, to: Self.self)
      b = unsafeBitCast(y, to: Self.self)
    }
  }
}

extension SIMD8 where Scalar == Float {
  @export(implementation) @inline(__always)
  public static func exchange(_ a: inout Self, _ b: inout Self, _ distance: Int) {
    if distance == 1 {
      (a.oddHalf, b.evenHalf) = (b.evenHalf, a.oddHalf)
    } else {
      var x = unsafeBitCast(a, to: SIMD4<Double>.self)
      var y = unsafeBitCast(b, to: SIMD4<Double>.self)
      SIMD4<Double>.exchange(&x, &y, distance / 2)
      a = unsafeBitCast(x, to: Self.self)
      b = unsafeBitCast(y, to: Self.self)
    }
  }
}

extension SIMD4 where Scalar == Float {
  @export(implementation) @inline(__always)
  public static func exchange(_ a: inout Self, _ b: inout Self, _ distance: Int) {
    if distance == 1 {
      (a.oddHalf, b.evenHalf) = (b.evenHalf, a.oddHalf)
    } else {
      (a.highHalf, b.lowHalf) = (b.lowHalf, a.highHalf)
    }
  }
}

extension SIMD8 where Scalar == Double {
  @export(implementation) @inline(__always)
  public static func exchange(_ a: inout Self, _ b: inout Self, _ distance: Int) {
    if distance == 1 {
      (a.oddHalf, b.evenHalf) = (b.evenHalf, a.oddHalf)
    } else if distance == 2 {
      (a.lowHalf.highHalf, b.lowHalf.lowHalf) = (b.lowHalf.lowHalf, a.lowHalf.highHalf)
      (a.highHalf.highHalf, b.highHalf.lowHalf) = (b.highHalf.lowHalf, a.highHalf.highHalf)
    } else {
      (a.highHalf, b.lowHalf) = (b.lowHalf, a.highHalf)
    }
  }
}

extension SIMD4 where Scalar == Double {
  @export(implementation) @inline(__always)
  public static func exchange(_ a: inout Self, _ b: inout Self, _ distance: Int) {
    if distance == 1 {
      (a.oddHalf, b.evenHalf) = (b.evenHalf, a.oddHalf)
    } else {
      (a.highHalf, b.lowHalf) = (b.lowHalf, a.highHalf)
    }
  }
}

extension SIMD2 where Scalar == Double {
  @export(implementation) @inline(__always)
  public static func exchange(_ a: inout Self, _ b: inout Self, _ distance: Int) {
    (a.y, b.x) = (b.x, a.y)
  }
}

// MARK: - The answers to `KernelSet`

extension LoopSet {
  @export(implementation) @inline(__always)
  public static func transpose(
    _ element: KernelElement, _ rows: Int, _ columns: Int, _ source: UnsafeRawPointer,
    _ sourceRow: Int, _ target: UnsafeMutableRawPointer, _ targetRow: Int
  ) {
    switch element {
    case .float32:
      AdjointKernelCore.transpose(
        Single.self, rows, columns, source, sourceRow, target, targetRow)
    case .float64:
      AdjointKernelCore.transpose(
        Twofold.self, rows, columns, source, sourceRow, target, targetRow)
    }
  }
}
