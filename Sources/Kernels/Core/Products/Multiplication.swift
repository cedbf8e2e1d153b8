// How a matrix product is cut into blocks that fit the caches, and blocks into register tiles. It
// has never heard of threads; they split `m` or `n` above.
//
// The scheme is Goto's, with less packing: a block of `a` stays in the second level and is read
// where it is; a panel of `b` stays in the first while tiles run down the rows of `a`, and the
// first of these tiles leaves the dense copy that the others read. The length of a block along the
// summation depends on `k` alone, so every element is summed in the same order however `m` and `n`
// are cut.

import AdjointElementary
import AdjointKernels

/// The sizes of the blocks for one element type, all chosen by measurement.
@frozen @usableFromInline
struct BlockSizes {
  @usableFromInline let m, n, k: Int
  @export(implementation) @inline(__always)
  init(_ element: KernelElement) {
    // Blocks of a and of b, with padding, share a workspace.
    switch element {
    case .float32: (m, n, k) = (480, 1024, 384)
    case .float64: (m, n, k) = (240, 1024, 256)
    }
  }

  // Where things are in a workspace: at first a tile and its transpose.
  @export(implementation) @inline(__always)
  var copyOfA: Int { 8 << 10 }
  @export(implementation) @inline(__always)
  var copyOfB: Int { 1 << 20 }

  /// The length of the blocks along a summation of `k` steps: as few as possible, and nearly equal.
  @export(implementation) @inline(__always)
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
  @export(implementation) @inline(__always)
  init(_ address: Address, _ row: Int, _ column: Int) {
    self.address = address
    self.row = row
    self.column = column
  }
  /// The transpose.
  @export(implementation) @inline(__always)
  var turned: Self { Self(address, column, row) }
}

extension StridedMatrix<UnsafeRawPointer> {
  @export(implementation) @inline(__always)
  init(reading address: UnsafeMutableRawPointer, _ row: Int, _ column: Int) {
    self.init(UnsafeRawPointer(address), row, column)
  }
  /// The part from the given row and column on.
  @export(implementation) @inline(__always)
  func from(_ i: Int, _ j: Int) -> Self { Self(address + (i &* row &+ j &* column), row, column) }
}

extension StridedMatrix<UnsafeMutableRawPointer> {
  /// The part from the given row and column on.
  @export(implementation) @inline(__always)
  func from(_ i: Int, _ j: Int) -> Self { Self(address + (i &* row &+ j &* column), row, column) }
}

/// See `KernelSet.multiply`.
@export(implementation) @inline(never)
public func multiply<T: RegisterTile>(
  _: T.Type, _ m: Int, _ n: Int, _ k: Int,
  _ a: UnsafeRawPointer, _ aRow: Int, _ aColumn: Int,
  _ b: UnsafeRawPointer, _ bRow: Int, _ bColumn: Int,
  _ c: UnsafeMutableRawPointer, _ cRow: Int, _ accumulates: Bool, _ epilogue: Epilogue
) {
  typealias Element = T.Element
  let size = Element.size
  guard m > 0, n > 0 else { return }
  let target = StridedMatrix(c, cRow &* size, size)
  guard k > 0 else {
    if !accumulates {
      for i in 0..<m {
        (c + i &* target.row).initializeMemory(as: UInt8.self, repeating: 0, count: n &* size)
      }
    }
    finish(Element.self, m, n, target, epilogue)
    return
  }
  let left = StridedMatrix(a, aRow &* size, aColumn &* size)
  let right = StridedMatrix(b, bRow &* size, bColumn &* size)
  if n == 1 && (cRow == 1 || m == 1) {
    // A column times a matrix is a row times its transpose.
    multiplyRow(
      T.self, m, k, right.turned, left.turned, c, accumulates)
    finish(Element.self, m, n, target, epilogue)
  } else if m == 1 {
    multiplyRow(T.self, n, k, left, right, c, accumulates)
    finish(Element.self, m, n, target, epilogue)
  } else if isBetterTurned(T.self, m, n, k, left, right) {
    multiplyBlocks(
      T.self, n, m, k, right.turned, left.turned, target.turned, accumulates, epilogue)
  } else {
    multiplyBlocks(T.self, m, n, k, left, right, target, accumulates, epilogue)
  }
}

/// True if the transposed product is likely to fill vectors better, because there are few columns.
///
/// Vectors run along the columns; an element is the same sum either way. Estimated in cycles of a
/// processor that starts two vector operations and two loads at a time.
@export(implementation) @inline(__always)
func isBetterTurned<T: RegisterTile>(
  _: T.Type, _ m: Int, _ n: Int, _ k: Int, _ a: StridedMatrix<UnsafeRawPointer>,
  _ b: StridedMatrix<UnsafeRawPointer>
) -> Bool {
  typealias Element = T.Element
  guard n < 2 &* Element.width, n < m else { return false }
  // A narrow tile loads an element of a for each product. Packing a transpose takes a cycle for
  // about half a vector, storing a transposed tile a cycle for two elements.
  func cycles(_ rows: Int, _ columns: Int, isPacked: Bool) -> Int {
    let wide = columns / (2 &* Element.width)
    let rest = columns % (2 &* Element.width)
    let tall = rows / T.rows
    let low = rows % T.rows
    let perStep =
      (wide &+ (rest > Element.width ? 1 : 0))
      &* (tall &* T.rows &+ (low > 0 ? max(low, 4) : 0))
      &+ (rest > 0 && rest <= Element.width ? 1 : 0)
      &* (tall &* (T.rows / 2 &+ 1) &+ (low > 0 ? max(low / 2 &+ 1, 4) : 0))
    return k &* (perStep &+ (isPacked ? columns / (Element.width / 2) : 0))
  }
  return cycles(n, m, isPacked: a.row != Element.size) &+ m &* n / 2
    < cycles(m, n, isPacked: b.column != Element.size)
}

/// The product, block by block, and what becomes of it.
@export(implementation) @inline(never)
func multiplyBlocks<T: RegisterTile>(
  _: T.Type, _ m: Int, _ n: Int, _ k: Int, _ a: StridedMatrix<UnsafeRawPointer>,
  _ b: StridedMatrix<UnsafeRawPointer>, _ c: StridedMatrix<UnsafeMutableRawPointer>,
  _ accumulates: Bool, _ epilogue: Epilogue
) {
  typealias Element = T.Element
  let size = Element.size
  let sizes = BlockSizes(Element.element)
  let steps = sizes.steps(k)
  let width = 2 &* Element.width
  // Rows of b that lie close together stay in the first level without a copy.
  let isNear = b.column == size && steps &* b.row <= 40 << 10
  let readsInPlace = isNear || b.column == size && m <= T.rows
  let copiesA = m > 2 &* T.rows && n >= 8 &* width && crowds(a)
  // Where sums are only stored, the last panel may cover some columns of the one before it again.
  let overlaps = !accumulates && k <= steps && n >= Element.width && c.column == size
  let isPlain =
    readsInPlace && !copiesA && c.column == size && (overlaps || n % Element.width == 0)
  let workspace = isPlain ? nil : Workspace.take()
  var p = 0
  while p < k {
    let depth = min(steps, k &- p)
    let adding = accumulates || p > 0
    var q = 0
    while q < n {
      let columns = min(sizes.n, n &- q)
      var i = 0
      while i < m {
        let rows = min(sizes.m, m &- i)
        var left = a.from(i, p)
        if copiesA, let workspace {
          left = copyRows(Element.self, rows, depth, left, workspace + sizes.copyOfA)
        }
        var j = 0
        while j < columns {
          var valid = min(width, columns &- j)
          var end = j &+ valid
          if overlaps && valid < width {
            // Of less than two vectors in all, the first one comes alone.
            if n < width { end = min(end, j &+ Element.width) }
            valid = n >= width && valid > Element.width ? width : Element.width
          }
          let first = q &+ end &- valid
          let vectors = valid > Element.width ? 2 : 1
          let isWhole = b.column == size && valid == vectors &* Element.width
          var panel = b.from(p, first)
          var copy: UnsafeMutableRawPointer?
          if !(isWhole && readsInPlace), let workspace {
            // With a single block of rows, each panel is done with when the next one comes.
            let slot = workspace + sizes.copyOfB + (m > sizes.m ? j &* depth &* size : 0)
            if i == 0 && isWhole && vectors == 2 && rows >= T.rows {
              copy = slot
            } else {
              if i == 0 {
                packColumns(
                  Element.self, vectors &* Element.width, valid, n &- first, depth, panel, slot)
              }
              panel = StridedMatrix(reading: slot, vectors &* Element.stride, size)
            }
          }
          let target = c.from(i, first)
          // A short tile has no time to ask, nor a single one for what is likely to be in the
          // second level.
          var ahead = Lookahead(nothingNear: panel.address)
          if !isNear && depth > 32 {
            let tiles = (rows &+ T.rows &- 1) / T.rows
            let isCopied = i > 0 && !readsInPlace
            let isExpected = isCopied || b.column == size && (tiles > 1 || k &* b.row > 512 << 10)
            ahead = Lookahead(
              isCopied ? panel.address + width &* depth &* size : b.from(p, q &+ end).address,
              isCopied ? width &* size : b.row, count: isExpected && end < columns ? depth : 0,
              tiles: tiles)
          }
          if vectors == 2 {
            multiplyPanel(
              T.self, rows, valid, depth, left, panel, copy, target, adding, workspace, ahead)
          } else {
            multiplyPanel(
              T.Narrowed.self, rows, valid, depth, left, panel, nil, target, adding, workspace,
              ahead)
          }
          if p &+ depth == k && epilogue.isActive {
            if c.column == size {
              finish(Element.self, rows, valid, target, epilogue.from(column: first, size))
            } else {
              finish(Element.self, valid, rows, target.turned, epilogue.from(column: i, size))
            }
          }
          j = end
        }
        i &+= rows
      }
      q &+= columns
    }
    p &+= depth
  }
  if let workspace { Workspace.giveBack(workspace) }
}

/// True if the lines of a matrix lie a large power of two apart, so that few of them fit into a
/// cache at the same time.
@export(implementation) @inline(__always)
func crowds(_ a: StridedMatrix<UnsafeRawPointer>) -> Bool { max(a.row, a.column) % 2048 == 0 }

/// The product of a block of rows and one panel of `b`.
///
/// The first tile leaves a copy of the panel, if there is a place for it, for the others. At an
/// edge, and where the columns of `c` are not contiguous, tiles go through scratch memory.
@export(implementation) @inline(__always)
func multiplyPanel<T: RegisterTile>(
  _: T.Type, _ rows: Int, _ columns: Int, _ k: Int, _ a: StridedMatrix<UnsafeRawPointer>,
  _ b: StridedMatrix<UnsafeRawPointer>, _ copy: UnsafeMutableRawPointer?,
  _ c: StridedMatrix<UnsafeMutableRawPointer>, _ adding: Bool,
  _ scratch: UnsafeMutableRawPointer?, _ ahead: Lookahead
) {
  typealias Element = T.Element
  var ahead = ahead
  let tileRow = T.vectors &* Element.stride
  guard columns != T.vectors &* Element.width || c.column != Element.size, let scratch else {
    multiplyTiles(T.self, rows, k, a, b, copy, c, adding, &ahead)
    return
  }
  var b = b
  var copy = copy
  var i = 0
  while i < rows {
    let count = min(T.rows, rows &- i)
    let tile = StridedMatrix(scratch, tileRow, Element.size)
    multiplyTiles(T.self, count, k, a.from(i, 0), b, copy, tile, false, &ahead)
    if let place = copy {
      b = StridedMatrix(reading: place, tileRow, Element.size)
      copy = nil
    }
    placeEdge(Element.self, count, columns, tile, c.from(i, 0), adding)
    i &+= count
  }
}

/// The tiles along one panel of `b`, of as many rows as are left.
@export(implementation) @inline(never)
func multiplyTiles<T: RegisterTile>(
  _: T.Type, _ rows: Int, _ k: Int, _ a: StridedMatrix<UnsafeRawPointer>,
  _ b: StridedMatrix<UnsafeRawPointer>, _ copy: UnsafeMutableRawPointer?,
  _ c: StridedMatrix<UnsafeMutableRawPointer>, _ adding: Bool, _ ahead: inout Lookahead
) {
  typealias Row = T.Row
  var (b, i) = (b, 0)
  if let copy {
    multiplyTileCopying(
      T.self, k, a.address, a.address + T.rows / 2 &* a.row, a.row, a.column, b.address, b.row,
      copy, c.address, c.row, adding, &ahead)
    b = StridedMatrix(reading: copy, T.vectors &* T.Element.stride, b.column)
    i = T.rows
  }
  func multiply<Part: RegisterTile>(_: Part.Type) {
    let a = a.from(i, 0)
    multiplyTile(
      Part.self, k, a.address, a.address + Part.rows / 2 &* a.row, a.row, a.column, b.address,
      b.row, c.address + i &* c.row, c.row, adding, &ahead)
    i &+= Part.rows
  }
  while rows &- i >= T.rows { multiply(T.self) }
  // The rest ends with a tile that covers some rows again, where sums are only stored.
  func moveUp(toFit height: Int) {
    if !adding && rows >= height { i = min(i, rows &- height) }
  }
  if T.rows > 8 {
    if rows &- i == 11 { moveUp(toFit: T.rows) }
    if rows &- i == 7 { moveUp(toFit: 8) }
    if rows &- i >= T.rows {
      multiply(T.self)
    } else if rows &- i == 9 || rows &- i == 10 {
      multiply(SixRows<Row>.self)
    } else if rows &- i >= 8 {
      multiply(EightRows<Row>.self)
    }
  }
  if rows &- i == 5 { moveUp(toFit: 6) }
  if rows &- i == 6 { multiply(SixRows<Row>.self) }
  // Fewer than four rows take as long as four.
  if rows &- i > 4 { multiply(FourRows<Row>.self) }
  if rows > i { moveUp(toFit: 4) }
  switch rows &- i {
  case 4: multiply(FourRows<Row>.self)
  case 3: multiply(Thrice<Row>.self)
  case 2: multiply(Twice<Row>.self)
  case 1: multiply(Row.self)
  default: break
  }
}

/// Applies the epilogue to a part of `c` whose columns are contiguous.
@export(implementation) @inline(never)
func finish<Element: Lanes>(
  _: Element.Type, _ rows: Int, _ columns: Int, _ c: StridedMatrix<UnsafeMutableRawPointer>,
  _ epilogue: Epilogue
) {
  guard epilogue.isActive else { return }
  for i in 0..<rows {
    finishLine(
      Element.self, columns, c.address + i &* c.row, epilogue.bias, epilogue.rectifies)
  }
}

extension Epilogue {
  @export(implementation) @inline(__always)
  var isActive: Bool { bias != nil || rectifies }

  /// The epilogue of the columns from the given one on.
  @export(implementation) @inline(__always)
  func from(column: Int, _ size: Int) -> Self {
    Self(bias: bias.map { $0 + column &* size }, rectifies: rectifies)
  }
}

// MARK: - The answers to `KernelSet`

extension LoopSet {
  @export(implementation) @inline(__always)
  public static func multiply(
    _ element: KernelElement, _ m: Int, _ n: Int, _ k: Int,
    _ a: UnsafeRawPointer, _ aRow: Int, _ aColumn: Int,
    _ b: UnsafeRawPointer, _ bRow: Int, _ bColumn: Int,
    _ c: UnsafeMutableRawPointer, _ cRow: Int, _ accumulates: Bool, _ epilogue: Epilogue
  ) {
    switch element {
    case .float32:
      AdjointKernelCore.multiply(
        Tile32.self, m, n, k, a, aRow, aColumn, b, bRow, bColumn, c, cRow,
        accumulates, epilogue)
    case .float64:
      AdjointKernelCore.multiply(
        Tile64.self, m, n, k, a, aRow, aColumn, b, bRow, bColumn, c, cRow,
        accumulates, epilogue)
    }
  }
}
