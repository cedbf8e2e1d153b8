// The innermost loop of a matrix product, a tile of the result that stays in registers while one
// row of `b` after the other passes by. It has never heard of blocks or packing.
//
// The accumulators are a structure composed from smaller ones (twelve rows are twice two times
// three), which the compiler dissolves into registers. The rejected alternatives: an inline array
// needs a newer operating system on Apple platforms, and a tuple cannot be looped over.
//
// Arithmetic is the same in every tile, whatever its shape and position: an element starts at zero
// and takes up `a b` in order of the summation index. So an element has the same bits in a full
// tile, in one at the edge, and in a single row.

import AdjointElementary

/// A number of rows of accumulators.
public protocol RegisterTile: SendableMetatype {
  /// The type of vector that a row consists of.
  associatedtype Element: Lanes
  /// One row of the same width.
  associatedtype Row: RegisterTile where Row.Element == Element
  /// As many rows of one vector.
  associatedtype Narrowed: RegisterTile where Narrowed.Element == Element
  /// The number of rows.
  static var rows: Int { get }
  /// The number of vectors in a row, 1 or 2.
  static var vectors: Int { get }
  /// All zero.
  init()
  /// Adds `a[r] · (b0, b1)` to row `r`, for elements of `a` that lie `aRow` bytes apart.
  mutating func addProducts(_ a: UnsafeRawPointer, _ aRow: Int, _ b0: Element, _ b1: Element)
  /// The same, given the address of the element for row `rows / 2` too.
  ///
  /// If the compiler knows how the addresses are related, it makes each from the one before, and
  /// the chain of additions takes as long as all products.
  mutating func addProducts(
    _ a: UnsafeRawPointer, _ lower: UnsafeRawPointer, _ aRow: Int, _ b0: Element, _ b1: Element)
  /// Stores row `r` at `target + r · rowStride` bytes, or adds it to what is there.
  func store(_ target: UnsafeMutableRawPointer, _ rowStride: Int, adding: Bool)
}

extension RegisterTile {
  @export(implementation) @inline(__always)
  public mutating func addProducts(
    _ a: UnsafeRawPointer, _ lower: UnsafeRawPointer, _ aRow: Int, _ b0: Element, _ b1: Element
  ) {
    addProducts(a, aRow, b0, b1)
  }
}

/// One row of two vectors.
@frozen public struct WideRow<Element: Lanes>: RegisterTile {
  public typealias Row = Self
  public typealias Narrowed = NarrowRow<Element>
  @usableFromInline var c0, c1: Element
  @export(implementation) @inline(__always) public static var rows: Int { 1 }
  @export(implementation) @inline(__always) public static var vectors: Int { 2 }
  @export(implementation) @inline(__always)
  public init() {
    c0 = 0
    c1 = 0
  }
  @export(implementation) @inline(__always)
  public mutating func addProducts(
    _ a: UnsafeRawPointer, _ aRow: Int, _ b0: Element, _ b1: Element
  ) {
    let x = Element(a.loadUnaligned(as: Element.Scalar.self))
    c0 = Element.multiplyAdd(x, b0, c0)
    c1 = Element.multiplyAdd(x, b1, c1)
  }
  @export(implementation) @inline(__always)
  public func store(_ target: UnsafeMutableRawPointer, _ rowStride: Int, adding: Bool) {
    let next = target + Element.stride
    (adding ? Element.load(target) + c0 : c0).store(target)
    (adding ? Element.load(next) + c1 : c1).store(next)
  }
}

/// One row of one vector.
@frozen public struct NarrowRow<Element: Lanes>: RegisterTile {
  public typealias Row = Self
  public typealias Narrowed = Self
  @usableFromInline var c0: Element
  @export(implementation) @inline(__always) public static var rows: Int { 1 }
  @export(implementation) @inline(__always) public static var vectors: Int { 1 }
  @export(implementation) @inline(__always) public init() { c0 = 0 }
  @export(implementation) @inline(__always)
  public mutating func addProducts(
    _ a: UnsafeRawPointer, _ aRow: Int, _ b0: Element, _ b1: Element
  ) {
    c0 = Element.multiplyAdd(Element(a.loadUnaligned(as: Element.Scalar.self)), b0, c0)
  }
  @export(implementation) @inline(__always)
  public func store(_ target: UnsafeMutableRawPointer, _ rowStride: Int, adding: Bool) {
    (adding ? Element.load(target) + c0 : c0).store(target)
  }
}

/// Two tiles, one below the other.
@frozen public struct Twice<Half: RegisterTile>: RegisterTile {
  public typealias Element = Half.Element
  public typealias Row = Half.Row
  public typealias Narrowed = Twice<Half.Narrowed>
  @usableFromInline var upper, lower: Half
  @export(implementation) @inline(__always) public static var rows: Int { 2 &* Half.rows }
  @export(implementation) @inline(__always) public static var vectors: Int { Half.vectors }
  @export(implementation) @inline(__always)
  public init() {
    upper = Half()
    lower = Half()
  }
  @export(implementation) @inline(__always)
  public mutating func addProducts(
    _ a: UnsafeRawPointer, _ aRow: Int, _ b0: Half.Element, _ b1: Half.Element
  ) {
    upper.addProducts(a, aRow, b0, b1)
    lower.addProducts(a + Half.rows &* aRow, aRow, b0, b1)
  }
  @export(implementation) @inline(__always)
  public mutating func addProducts(
    _ a: UnsafeRawPointer, _ lower: UnsafeRawPointer, _ aRow: Int, _ b0: Half.Element,
    _ b1: Half.Element
  ) {
    upper.addProducts(a, aRow, b0, b1)
    self.lower.addProducts(lower, aRow, b0, b1)
  }
  @export(implementation) @inline(__always)
  public func store(_ target: UnsafeMutableRawPointer, _ rowStride: Int, adding: Bool) {
    upper.store(target, rowStride, adding: adding)
    lower.store(target + Half.rows &* rowStride, rowStride, adding: adding)
  }
}

/// Three tiles, one below the other.
@frozen public struct Thrice<Third: RegisterTile>: RegisterTile {
  public typealias Element = Third.Element
  public typealias Row = Third.Row
  public typealias Narrowed = Thrice<Third.Narrowed>
  @usableFromInline var upper, middle, lower: Third
  @export(implementation) @inline(__always) public static var rows: Int { 3 &* Third.rows }
  @export(implementation) @inline(__always) public static var vectors: Int { Third.vectors }
  @export(implementation) @inline(__always)
  public init() {
    upper = Third()
    middle = Third()
    lower = Third()
  }
  @export(implementation) @inline(__always)
  public mutating func addProducts(
    _ a: UnsafeRawPointer, _ aRow: Int, _ b0: Third.Element, _ b1: Third.Element
  ) {
    upper.addProducts(a, aRow, b0, b1)
    middle.addProducts(a + Third.rows &* aRow, aRow, b0, b1)
    lower.addProducts(a + 2 &* Third.rows &* aRow, aRow, b0, b1)
  }
  @export(implementation) @inline(__always)
  public func store(_ target: UnsafeMutableRawPointer, _ rowStride: Int, adding: Bool) {
    upper.store(target, rowStride, adding: adding)
    middle.store(target + Third.rows &* rowStride, rowStride, adding: adding)
    lower.store(target + 2 &* Third.rows &* rowStride, rowStride, adding: adding)
  }
}

/// Twelve rows.
public typealias TwelveRows<Row: RegisterTile> = Twice<Twice<Thrice<Row>>>
/// Six rows.
public typealias SixRows<Row: RegisterTile> = Twice<Thrice<Row>>
/// Eight rows.
public typealias EightRows<Row: RegisterTile> = Twice<Twice<Twice<Row>>>
/// Four rows.
public typealias FourRows<Row: RegisterTile> = Twice<Twice<Row>>
/// Sixteen rows: as many as the widest vector has lanes, and more than any register tile.
public typealias SixteenRows<Row: RegisterTile> = Twice<Twice<Twice<Twice<Row>>>>

/// A tile of `c ← a b` or `c ← c + a b` over `k` steps.
///
/// Strides in bytes: elements of `a` that belong to one step lie `aRow` apart, those of one row
/// `aStep`, and row `T.rows / 2` begins at `lower`; rows of `b` and `c` lie `bRow` and `cRow`
/// apart.
@export(implementation) @inline(never)
func multiplyTile<T: RegisterTile>(
  _: T.Type, _ k: Int, _ a: UnsafeRawPointer, _ lower: UnsafeRawPointer, _ aRow: Int, _ aStep: Int,
  _ b: UnsafeRawPointer, _ bRow: Int, _ c: UnsafeMutableRawPointer, _ cRow: Int, _ adding: Bool,
  _ ahead: inout Lookahead
) {
  accumulateTile(T.self, k, a, lower, aRow, aStep, b, bRow, nil, c, cRow, adding, &ahead)
}

/// As `multiplyTile`; leaves a dense copy of the rows of `b` behind for the tiles that follow.
///
/// The copy is almost free: stores are idle while products are summed.
@export(implementation) @inline(never)
func multiplyTileCopying<T: RegisterTile>(
  _: T.Type, _ k: Int, _ a: UnsafeRawPointer, _ lower: UnsafeRawPointer, _ aRow: Int, _ aStep: Int,
  _ b: UnsafeRawPointer, _ bRow: Int, _ copy: UnsafeMutableRawPointer, _ c: UnsafeMutableRawPointer,
  _ cRow: Int, _ adding: Bool, _ ahead: inout Lookahead
) {
  accumulateTile(T.self, k, a, lower, aRow, aStep, b, bRow, copy, c, cRow, adding, &ahead)
}

@export(implementation) @inline(__always)
func accumulateTile<T: RegisterTile>(
  _: T.Type, _ k: Int, _ a: UnsafeRawPointer, _ lower: UnsafeRawPointer, _ aRow: Int, _ aStep: Int,
  _ b: UnsafeRawPointer, _ bRow: Int, _ copy: UnsafeMutableRawPointer?,
  _ c: UnsafeMutableRawPointer, _ cRow: Int, _ adding: Bool, _ ahead: inout Lookahead
) {
  typealias Element = T.Element
  var tile = T()
  var a = a
  var lower = lower
  var b = b
  var copy = copy
  var next = ahead
  var place = UnsafeRawPointer(c)
  var rows = ahead.includesResult ? T.rows : 0
  var left = k
  repeat {
    if next.count > 0 {
      Lookahead.request(next.row, byteCount: 2 &* Element.stride)
      next.row += next.step
      next.count &-= 1
    }
    if rows > 0 {
      Lookahead.request(place, byteCount: T.vectors &* Element.stride)
      place += cRow
      rows &-= 1
    }
    var steps = min(left, next.interval)
    left &-= steps
    repeat {
      let b0 = Element.load(b)
      let b1 = T.vectors == 2 ? Element.load(b + Element.stride) : b0
      if let place = copy {
        b0.store(place)
        if T.vectors == 2 { b1.store(place + Element.stride) }
        copy = place + T.vectors &* Element.stride
      }
      tile.addProducts(a, lower, aRow, b0, b1)
      a += aStep
      lower += aStep
      b += bRow
      steps &-= 1
    } while steps > 0
  } while left > 0
  ahead = next
  if adding {
    tile.store(c, cRow, adding: true)
  } else {
    tile.store(c, cRow, adding: false)
  }
}
