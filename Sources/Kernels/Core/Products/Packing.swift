// How parts of a strided matrix are laid out for the tile loop, where reading them in place would
// be slow or impossible, and how a tile gets into a matrix that it does not fit.
//
// A tile wants whole vectors along the rows of `b`, one row after the other: a panel of `b` is
// stored dense. Of `a` it wants single elements and takes them at any distance; a block of `a` is
// copied, in the order it has, only to spread rows that compete for the same places of the cache.

import AdjointElementary

/// Packs a panel of `width` columns of `b`, of which `valid` exist, over `k` steps; the others
/// become zero.
///
/// The matrix has `readable` columns from the first one on. Behind the target there is room for as
/// many more rows as a vector has lanes.
@export(implementation) @inline(never)
func packColumns<Element: Lanes>(
  _: Element.Type, _ width: Int, _ valid: Int, _ readable: Int, _ k: Int,
  _ b: StridedMatrix<UnsafeRawPointer>, _ target: UnsafeMutableRawPointer
) {
  let (source, row, column) = (b.address, b.row, b.column)
  let size = Element.size
  let targetRow = width &* size
  let zero: Element = 0
  if column == size {
    let whole = valid / Element.width &* Element.stride
    let rest = valid % Element.width &* size
    for p in 0..<k {
      let from = source + p &* row
      let to = target + p &* targetRow
      var j = 0
      while j < whole {
        Element.load(from + j).store(to + j)
        j &+= Element.stride
      }
      if rest > 0 {
        zero.store(to + j)
        movePartial(from + j, to + j, byteCount: rest)
      }
    }
  } else if row == size {
    var p = 0
    while p < k {
      let steps = min(Element.width, k &- p)
      var j = 0
      while j < valid {
        let lines = min(Element.width, valid &- j)
        let from = source + (j &* column &+ p &* size)
        let to = target + (p &* targetRow &+ j &* size)
        // Steps too many read the next lines, where there are such, and their rows are overwritten.
        let last = j &+ lines &- 1
        let isReadable =
          steps == Element.width
          || column > 0
            && (readable &- 1 &- last) &* column &+ (k &- p) &* size >= Element.stride
        if lines == Element.width && isReadable {
          transposeBlock(Element.self, from, column, to, targetRow)
        } else {
          transposePartialBlock(Element.self, lines, steps, from, column, to, targetRow)
        }
        j &+= Element.width
      }
      p &+= steps
    }
  } else {
    for p in 0..<k {
      let to = target + p &* targetRow
      if valid < width { zero.store(to + (width &- Element.width) &* size) }
      for j in 0..<valid {
        moveElement(Element.self, source + (p &* row &+ j &* column), to + j &* size)
      }
    }
  }
}

/// Transposes a block with fewer lines than lanes, or shorter ones; missing lines become zero.
@export(implementation) @inline(never)
func transposePartialBlock<Element: Lanes>(
  _: Element.Type, _ lines: Int, _ steps: Int, _ source: UnsafeRawPointer, _ line: Int,
  _ target: UnsafeMutableRawPointer, _ targetRow: Int
) {
  var block = SixteenRows<NarrowRow<Element>>()
  withUnsafeMutableBytes(of: &block) { bytes in
    // The address of a local is never nil.
    let scratch = bytes.baseAddress.unsafelyUnwrapped
    for i in 0..<lines {
      let from = source + i &* line
      let to = scratch + i &* Element.stride
      if steps == Element.width {
        Element.load(from).store(to)
      } else {
        movePartial(from, to, byteCount: steps &* Element.size)
      }
    }
    transposeBlock(Element.self, scratch, Element.stride, scratch, Element.stride)
    for p in 0..<steps {
      Element.load(scratch + p &* Element.stride).store(target + p &* targetRow)
    }
  }
}

/// Puts the valid part of a tile of up to sixteen rows where it belongs.
@export(implementation) @inline(never)
func placeEdge<Element: Lanes>(
  _: Element.Type, _ rows: Int, _ columns: Int, _ tile: StridedMatrix<UnsafeMutableRawPointer>,
  _ c: StridedMatrix<UnsafeMutableRawPointer>, _ adding: Bool
) {
  if c.column == Element.size {
    placeLines(
      Element.self, rows, columns, tile.address, tile.row, c.address, c.row, adding)
    return
  }
  let turned = tile.address + 16 &* tile.row
  var i = 0
  while i < rows {
    let count = min(Element.width, rows &- i)
    var j = 0
    while j < columns {
      let lines = min(Element.width, columns &- j)
      transposeBlock(
        Element.self, tile.from(i, j).address, tile.row, turned, Element.stride)
      let place = c.from(i, j)
      if c.row == Element.size {
        placeLines(
          Element.self, lines, count, turned, Element.stride, place.address, c.column, adding)
      } else {
        for line in 0..<lines {
          for r in 0..<count {
            moveLine(
              Element.self, 1, turned + (line &* Element.stride &+ r &* Element.size),
              place.from(r, line).address, adding: adding)
          }
        }
      }
      j &+= Element.width
    }
    i &+= Element.width
  }
}

/// Moves lines of equal length, or adds them to those that are there.
@export(implementation) @inline(__always)
func placeLines<Element: Lanes>(
  _: Element.Type, _ lines: Int, _ count: Int, _ source: UnsafeRawPointer, _ sourceLine: Int,
  _ target: UnsafeMutableRawPointer, _ targetLine: Int, _ adding: Bool
) {
  var line = 0
  if !adding && count < Element.width && targetLine == count &* Element.size {
    // Short lines without gaps: what a whole vector writes too far, the next line puts right.
    while (lines &- line) &* targetLine >= Element.stride {
      Element.load(source + line &* sourceLine).store(target + line &* targetLine)
      line &+= 1
    }
  }
  while line < lines {
    moveLine(
      Element.self, count, source + line &* sourceLine, target + line &* targetLine,
      adding: adding)
    line &+= 1
  }
}

/// Copies `rows` lines of `a` over `k` steps in the order they have, and says where and how they
/// lie now.
@export(implementation) @inline(never)
func copyRows<Element: Lanes>(
  _: Element.Type, _ rows: Int, _ k: Int, _ a: StridedMatrix<UnsafeRawPointer>,
  _ target: UnsafeMutableRawPointer
) -> StridedMatrix<UnsafeRawPointer> {
  let size = Element.size
  let isTransposed = a.row == size
  let (lines, count) = isTransposed ? (k, rows) : (rows, k)
  let (line, step) = isTransposed ? (a.column, a.row) : (a.row, a.column)
  let targetLine = lineStride(count &* size)
  for i in 0..<lines {
    let from = a.address + i &* line
    let to = target + i &* targetLine
    if step == size {
      moveLine(Element.self, count, from, to, adding: false)
    } else {
      for p in 0..<count { moveElement(Element.self, from + p &* step, to + p &* size) }
    }
  }
  return isTransposed
    ? StridedMatrix(UnsafeRawPointer(target), size, targetLine)
    : StridedMatrix(UnsafeRawPointer(target), targetLine, size)
}

/// An odd number of cache lines: neighboring lines of a matrix then start in all places of the
/// cache.
@export(implementation) @inline(__always)
func lineStride(_ byteCount: Int) -> Int { (byteCount &+ 63) / 64 * 64 | 64 }

@export(implementation) @inline(__always)
func moveElement<Element: Lanes>(
  _: Element.Type, _ source: UnsafeRawPointer, _ target: UnsafeMutableRawPointer
) {
  target.storeBytes(
    of: source.loadUnaligned(as: Element.Scalar.self), as: Element.Scalar.self)
}
