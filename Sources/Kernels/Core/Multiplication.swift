// What this file knows: how a matrix product is cut into blocks that fit the caches, and blocks into
// register tiles. It has never heard of threads; they split `m` or `n` above.
//
// The scheme is Goto's: a block of `b` is packed for the outer cache, a block of `a` for the second
// level, and a panel of `b` stays in the first while tiles run down the panels of `a`. The length of a
// block along the summation depends on `k` alone, so every element is summed in the same order however
// `m` and `n` are cut.

import AdjointElementary

/// The sizes of the blocks for one element type, all chosen by measurement.
@frozen @usableFromInline
struct BlockSizes {
  @usableFromInline let m, n, k: Int
  @inlinable @inline(__always)
  init(_ element: KernelElement) {
    // (m + n) k elements, plus a panel of padding each, fit into a workspace of 2 MiB.
    switch element {
    case .float32: (m, n, k) = (240, 1024, 384)
    case .float64: (m, n, k) = (192, 512, 256)
    }
  }

  /// The length of the blocks along a summation of `k` steps: as few as possible, and nearly equal.
  @inlinable @inline(__always)
  func steps(_ k: Int) -> Int {
    let count = (k &+ self.k &- 1) / self.k
    let even = (k &+ count &- 1) / count
    return (even &+ 7) / 8 &* 8
  }
}

/// A strided matrix; strides in bytes.
@frozen public struct StridedMatrix<Address> {
  @usableFromInline var address: Address
  @usableFromInline let row, column: Int
  @inlinable @inline(__always)
  init(_ address: Address, _ row: Int, _ column: Int) {
    self.address = address
    self.row = row
    self.column = column
  }
}

extension StridedMatrix<UnsafeMutableRawPointer> {
  /// The rows from the given one on.
  @inlinable @inline(__always)
  func from(row i: Int) -> Self { Self(address + i &* row, row, column) }
}

/// See `KernelTable.multiply`.
@inlinable @inline(never)
public func multiply<T: Tile>(
  _: T.Type, _ m: Int, _ n: Int, _ k: Int,
  _ a: UnsafeRawPointer, _ aRow: Int, _ aColumn: Int,
  _ b: UnsafeRawPointer, _ bRow: Int, _ bColumn: Int,
  _ c: UnsafeMutableRawPointer, _ cRow: Int, _ accumulates: Bool
) {
  typealias Element = T.Element
  let size = Element.size
  guard m > 0, n > 0 else { return }
  guard k > 0 else {
    if accumulates { return }
    for i in 0..<m {
      let row = c + i &* cRow &* size
      row.initializeMemory(as: UInt8.self, repeating: 0, count: n &* size)
    }
    return
  }
  let left = StridedMatrix(a, aRow &* size, aColumn &* size)
  let right = StridedMatrix(b, bRow &* size, bColumn &* size)
  // Vectors run along the columns. Where there are few columns and more rows, the transposed product
  // fills them better; an element is the same sum either way.
  if n &+ n <= Element.width && m > n {
    multiplyBlocks(
      T.self, n, m, k, StridedMatrix(b, right.column, right.row),
      StridedMatrix(a, left.column, left.row), StridedMatrix(c, size, cRow &* size), accumulates)
  } else {
    multiplyBlocks(T.self, m, n, k, left, right, StridedMatrix(c, cRow &* size, size), accumulates)
  }
}

@inlinable @inline(never)
func multiplyBlocks<T: Tile>(
  _: T.Type, _ m: Int, _ n: Int, _ k: Int, _ a: StridedMatrix<UnsafeRawPointer>,
  _ b: StridedMatrix<UnsafeRawPointer>, _ c: StridedMatrix<UnsafeMutableRawPointer>,
  _ accumulates: Bool
) {
  typealias Element = T.Element
  let sizes = BlockSizes(Element.element)
  let steps = sizes.steps(k)
  if m == 1 && b.column == Element.size && c.column == Element.size && n >= 8 &* Element.width {
    // A single row reads every element of b once: nothing to pack.
    let columns = n / (8 &* Element.width) &* (8 &* Element.width)
    multiplyRow(Element.self, columns, k, steps, a, b, c.address, accumulates)
    if columns < n {
      let offset = columns &* Element.size
      multiplyBlocks(
        T.self, 1, n &- columns, k, a, StridedMatrix(b.address + offset, b.row, b.column),
        StridedMatrix(c.address + offset, c.row, c.column), accumulates)
    }
    return
  }
  let packedA = Workspace.take()
  let packedB = packedA + (sizes.m &+ 16) &* sizes.k &* Element.size
  let panel = 2 &* Element.width
  // A wide panel of rows that lie side by side can be read where it is. Copying it first pays only if
  // many tiles read the copy.
  let readsInPlace = b.column == Element.size && m <= 3 &* T.rows
  var j = 0
  while j < n {
    let columns = min(sizes.n, n &- j)
    var p = 0
    while p < k {
      let depth = min(steps, k &- p)
      let source = b.address + (p &* b.row &+ j &* b.column)
      var q = 0
      while q < columns {
        let valid = min(panel, columns &- q)
        // A remainder of at most one vector gets a narrow panel.
        let width = valid &+ valid <= panel ? Element.width : panel
        if !(readsInPlace && valid == panel) {
          packColumns(
            Element.self, width, valid, depth, source + q &* b.column, b.column, b.row,
            packedB + q &* depth &* Element.size)
        }
        q &+= panel
      }
      var i = 0
      while i < m {
        let rows = min(sizes.m, m &- i)
        packRows(
          T.self, rows, depth, a.address + (i &* a.row &+ p &* a.column), a.row, a.column, packedA)
        multiplyPanels(
          T.self, rows, columns, depth, packedA, packedB, source, readsInPlace ? b.row : 0,
          StridedMatrix(c.address + (i &* c.row &+ j &* c.column), c.row, c.column),
          accumulates || p > 0)
        i &+= rows
      }
      p &+= depth
    }
    j &+= columns
  }
  Workspace.giveBack(packedA)
}

/// Packs one panel of columns of `b`.
@inlinable @inline(never)
func packColumns<Element: Lanes>(
  _: Element.Type, _ width: Int, _ valid: Int, _ k: Int, _ source: UnsafeRawPointer, _ line: Int,
  _ step: Int, _ target: UnsafeMutableRawPointer
) {
  packPanel(Element.self, width, valid, k, source, line, step, target)
}

/// Packs rows of `a` into panels: full tiles, then four rows each, then a single one.
@inlinable @inline(never)
func packRows<T: Tile>(
  _: T.Type, _ rows: Int, _ k: Int, _ source: UnsafeRawPointer, _ line: Int, _ step: Int,
  _ target: UnsafeMutableRawPointer
) {
  typealias Element = T.Element
  let row = k &* Element.size
  var i = 0
  while rows &- i >= T.rows {
    packPanel(
      Element.self, T.rows, T.rows, k, source + i &* line, line, step, target + i &* row)
    i &+= T.rows
  }
  while rows &- i >= 2 {
    packPanel(
      Element.self, 4, min(4, rows &- i), k, source + i &* line, line, step, target + i &* row)
    i &+= 4
  }
  if rows &- i == 1 {
    packPanel(Element.self, 1, 1, k, source + i &* line, line, step, target + i &* row)
  }
}

/// All tiles of a block: `c ← a b` or `c ← c + a b`.
///
/// Full panels of `b` are read from `source`, with rows `sourceRow` bytes apart, unless that is zero.
@inlinable @inline(never)
func multiplyPanels<T: Tile>(
  _: T.Type, _ m: Int, _ n: Int, _ k: Int, _ a: UnsafeRawPointer, _ b: UnsafeRawPointer,
  _ source: UnsafeRawPointer, _ sourceRow: Int, _ c: StridedMatrix<UnsafeMutableRawPointer>,
  _ adding: Bool
) {
  typealias Element = T.Element
  let panel = 2 &* Element.width
  var j = 0
  while j < n {
    let columns = min(panel, n &- j)
    let target = StridedMatrix(c.address + j &* c.column, c.row, c.column)
    if sourceRow != 0 && columns == panel {
      multiplyPanel(
        T.self, m, columns, k, a, source + j &* Element.size, sourceRow, target, adding)
    } else if columns > Element.width {
      multiplyPanel(
        T.self, m, columns, k, a, b + j &* k &* Element.size, 2 &* Element.stride, target, adding)
    } else {
      multiplyPanel(
        T.Narrowed.self, m, columns, k, a, b + j &* k &* Element.size, Element.stride, target,
        adding)
    }
    j &+= panel
  }
}

/// The tiles along one panel of `b`, in the order in which `packRows` has laid out `a`.
@inlinable @inline(__always)
func multiplyPanel<T: Tile>(
  _: T.Type, _ m: Int, _ columns: Int, _ k: Int, _ a: UnsafeRawPointer, _ b: UnsafeRawPointer,
  _ bRow: Int, _ c: StridedMatrix<UnsafeMutableRawPointer>, _ adding: Bool
) {
  let size = T.Element.size
  var i = 0
  while m &- i >= T.rows {
    placeTile(T.self, T.rows, columns, k, a + i &* k &* size, b, bRow, c.from(row: i), adding)
    i &+= T.rows
  }
  while m &- i >= 2 {
    placeTile(
      FourRows<T.Row>.self, min(4, m &- i), columns, k, a + i &* k &* size, b, bRow,
      c.from(row: i), adding)
    i &+= 4
  }
  if m &- i == 1 {
    placeTile(T.Row.self, 1, columns, k, a + i &* k &* size, b, bRow, c.from(row: i), adding)
  }
}

/// Computes a tile and puts its valid part where it belongs.
///
/// At an edge, and where the columns of `c` are not contiguous, the tile goes through the stack.
@inlinable @inline(__always)
func placeTile<T: Tile>(
  _: T.Type, _ rows: Int, _ columns: Int, _ k: Int, _ a: UnsafeRawPointer, _ b: UnsafeRawPointer,
  _ bRow: Int, _ c: StridedMatrix<UnsafeMutableRawPointer>, _ adding: Bool
) {
  typealias Element = T.Element
  if rows == T.rows && columns == T.vectors &* Element.width && c.column == Element.size {
    multiplyTile(T.self, k, a, b, bRow, c.address, c.row, adding)
  } else {
    placeEdge(T.self, rows, columns, k, a, b, bRow, c, adding)
  }
}

@inlinable @inline(never)
func placeEdge<T: Tile>(
  _: T.Type, _ rows: Int, _ columns: Int, _ k: Int, _ a: UnsafeRawPointer, _ b: UnsafeRawPointer,
  _ bRow: Int, _ c: StridedMatrix<UnsafeMutableRawPointer>, _ adding: Bool
) {
  typealias Element = T.Element
  typealias Scalar = Element.Scalar
  var tile = T()
  withUnsafeMutableBytes(of: &tile) { bytes in
    // The address of a local is never nil.
    let scratch = bytes.baseAddress.unsafelyUnwrapped
    let scratchRow = T.vectors &* Element.stride
    multiplyTile(T.self, k, a, b, bRow, scratch, scratchRow, false)
    let size = Element.size
    let side = Element.blockSide
    let whole = c.column == size ? columns / side &* side : 0
    for i in 0..<rows {
      let from = scratch + i &* scratchRow
      let to = c.address + i &* c.row
      var j = 0
      while j < whole {
        Element.moveLine(from + j &* size, to + j &* size, adding: adding)
        j &+= side
      }
      while j < columns {
        let product = from.loadUnaligned(fromByteOffset: j &* size, as: Scalar.self)
        let place = to + j &* c.column
        place.storeBytes(
          of: adding ? place.loadUnaligned(as: Scalar.self) + product : product, as: Scalar.self)
        j &+= 1
      }
    }
  }
}

/// A row times a matrix whose rows are contiguous, eight vectors of columns at a time.
@inlinable @inline(never)
func multiplyRow<Element: Lanes>(
  _: Element.Type, _ n: Int, _ k: Int, _ steps: Int, _ a: StridedMatrix<UnsafeRawPointer>,
  _ b: StridedMatrix<UnsafeRawPointer>, _ c: UnsafeMutableRawPointer, _ accumulates: Bool
) {
  typealias Row = WideRow<Element>
  let width = Row.vectors &* Element.stride
  var p = 0
  while p < k {
    let depth = min(steps, k &- p)
    var j = 0
    while j < n &* Element.size {
      var rows = (Row(), Row(), Row(), Row())
      var left = a.address + p &* a.column
      var right = b.address + (p &* b.row &+ j)
      for _ in 0..<depth {
        rows.0.addProducts(left, right)
        rows.1.addProducts(left, right + width)
        rows.2.addProducts(left, right + 2 &* width)
        rows.3.addProducts(left, right + 3 &* width)
        left += a.column
        right += b.row
      }
      let adding = accumulates || p > 0
      rows.0.store(c + j, 0, adding: adding)
      rows.1.store(c + (j &+ width), 0, adding: adding)
      rows.2.store(c + (j &+ 2 &* width), 0, adding: adding)
      rows.3.store(c + (j &+ 3 &* width), 0, adding: adding)
      j &+= 4 &* width
    }
    p &+= depth
  }
}
