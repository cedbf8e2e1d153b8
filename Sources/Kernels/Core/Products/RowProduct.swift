// A row times a matrix. Each element of the matrix is used once, so the speed is that of memory,
// and the loops read it in the order in which it lies.

import AdjointElementary
import AdjointKernels

/// `c ← a b` or `c ← c + a b` for one row `a`, with contiguous `c`.
@export(implementation) @inline(__always)
func multiplyRow<T: RegisterTile>(
  _: T.Type, _ n: Int, _ k: Int, _ a: StridedMatrix<UnsafeRawPointer>,
  _ b: StridedMatrix<UnsafeRawPointer>, _ c: UnsafeMutableRawPointer, _ accumulates: Bool
) {
  typealias Element = T.Element
  // Chunks of columns whose sums stay in the first level.
  let chunk = 64 &* Element.width
  let steps = BlockSizes(Element.element).steps(k)
  let isContiguous = b.column == Element.size
  let whole = isContiguous || b.row == Element.size ? n / Element.width &* Element.width : 0
  let scratch = whole > 0 && (accumulates || k > steps) ? Workspace.take() : nil
  var p = 0
  while p < k && whole > 0 {
    let depth = min(steps, k &- p)
    let adding = accumulates || p > 0
    var j = 0
    while j < whole {
      let columns = min(chunk, whole &- j)
      let place = c + j &* Element.size
      var sums = place
      if adding, let scratch { sums = scratch }
      if isContiguous {
        addRows(Element.self, columns, depth, a.from(0, p), b.from(p, j), sums)
      } else {
        dotColumns(Element.self, columns, depth, a.from(0, p), b.from(p, j), sums)
      }
      if adding { moveLine(Element.self, columns, sums, place, adding: true) }
      j &+= columns
    }
    p &+= depth
  }
  if let scratch { Workspace.giveBack(scratch) }
  if whole < n {
    multiplyBlocks(
      T.self, 1, n &- whole, k, a, b.from(0, whole),
      StridedMatrix(c + whole &* Element.size, n &* Element.size, Element.size), accumulates,
      Epilogue())
  }
}

/// Sums of rows of `b`, which are contiguous, weighted with `a`; a whole number of vectors.
///
/// Several rows pass by together, so that a sum is loaded and stored once for all of them.
@export(implementation) @inline(never)
func addRows<Element: Lanes>(
  _: Element.Type, _ n: Int, _ k: Int, _ a: StridedMatrix<UnsafeRawPointer>,
  _ b: StridedMatrix<UnsafeRawPointer>, _ sums: UnsafeMutableRawPointer
) {
  let byteCount = n &* Element.size
  func weight(_ p: Int) -> Element {
    Element((a.address + p &* a.column).loadUnaligned(as: Element.Scalar.self))
  }
  var p = 0
  while p < k {
    let row = b.address + p &* b.row
    let isFirst = p == 0
    var j = 0
    if k &- p >= 4 {
      let (x0, x1, x2, x3) = (weight(p), weight(p &+ 1), weight(p &+ 2), weight(p &+ 3))
      let (row1, row2, row3) = (row + b.row, row + 2 &* b.row, row + 3 &* b.row)
      while j < byteCount {
        var sum = isFirst ? 0 : Element.load(sums + j)
        sum = Element.multiplyAdd(x0, Element.load(row + j), sum)
        sum = Element.multiplyAdd(x1, Element.load(row1 + j), sum)
        sum = Element.multiplyAdd(x2, Element.load(row2 + j), sum)
        sum = Element.multiplyAdd(x3, Element.load(row3 + j), sum)
        sum.store(sums + j)
        j &+= Element.stride
      }
      p &+= 4
    } else {
      let x = weight(p)
      while j < byteCount {
        let sum = isFirst ? 0 : Element.load(sums + j)
        Element.multiplyAdd(x, Element.load(row + j), sum).store(sums + j)
        j &+= Element.stride
      }
      p &+= 1
    }
  }
}

/// Sums along columns of `b`, which are contiguous, weighted with `a`; a whole number of vectors.
///
/// A sum may not be split into partial ones, so blocks are transposed in registers and added row by
/// row.
@export(implementation) @inline(never)
func dotColumns<Element: Lanes>(
  _: Element.Type, _ n: Int, _ k: Int, _ a: StridedMatrix<UnsafeRawPointer>,
  _ b: StridedMatrix<UnsafeRawPointer>, _ sums: UnsafeMutableRawPointer
) {
  typealias Row = NarrowRow<Element>
  switch Element.width {
  case 16: dotBlocks(SixteenRows<Row>.self, n, k, a, b, sums)
  case 8: dotBlocks(EightRows<Row>.self, n, k, a, b, sums)
  case 4: dotBlocks(FourRows<Row>.self, n, k, a, b, sums)
  default: dotBlocks(Twice<Row>.self, n, k, a, b, sums)
  }
}

@export(implementation) @inline(__always)
func dotBlocks<Block: TransposableTile>(
  _: Block.Type, _ n: Int, _ k: Int, _ a: StridedMatrix<UnsafeRawPointer>,
  _ b: StridedMatrix<UnsafeRawPointer>, _ sums: UnsafeMutableRawPointer
) {
  typealias Element = Block.Element
  let size = Element.size
  let zero: Element = opaqueZero(b.column)
  let whole = k / Block.rows &* Block.rows
  // Two groups of columns at a time would shorten the wait of a sum for itself; measured, twice as
  // many streams from memory cost more than that gives.
  var j = 0
  while j < n {
    let lines = b.address + j &* b.column
    var sum: Element = 0
    var p = 0
    while p < whole {
      var block = Block()
      block.load(lines + p &* size, b.column)
      block.transpose(zero)
      block.addRows(to: &sum, a.address + p &* a.column, a.column)
      p &+= Block.rows
    }
    if whole < k {
      addPartialBlock(k &- whole, a.from(0, whole), lines + whole &* size, b.column, &sum)
    }
    sum.store(sums + j &* size)
    j &+= Block.rows
  }
}

/// Adds fewer steps than a vector has lanes.
@export(implementation) @inline(never)
func addPartialBlock<Element: Lanes>(
  _ k: Int, _ a: StridedMatrix<UnsafeRawPointer>, _ lines: UnsafeRawPointer, _ line: Int,
  _ sum: inout Element
) {
  var block = SixteenRows<NarrowRow<Element>>()
  withUnsafeMutableBytes(of: &block) { bytes in
    // The address of a local is never nil.
    let scratch = bytes.baseAddress.unsafelyUnwrapped
    transposePartialBlock(Element.self, Element.width, k, lines, line, scratch, Element.stride)
    for p in 0..<k {
      let x = Element((a.address + p &* a.column).loadUnaligned(as: Element.Scalar.self))
      sum = Element.multiplyAdd(x, Element.load(scratch + p &* Element.stride), sum)
    }
  }
}
