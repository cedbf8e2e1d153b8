// Which taps of a window fall on the image at each position, and where they lie. It has never heard
// of what is computed under the window.

import AdjointKernels

extension WindowAxis {
  /// The place of tap 0 at a position, which may be outside, and the taps that are inside.
  @export(implementation) @inline(__always)
  func reach(at position: Int) -> WindowReach {
    let origin = position &* stride &- before
    let rest = size &- origin
    var first = 0
    if origin < 0 { first = min(taps, (dilation &- 1 &- origin) / dilation) }
    var end = taps
    if (taps &- 1) &* dilation >= rest { end = rest > 0 ? (rest &- 1) / dilation &+ 1 : 0 }
    return WindowReach(origin: origin, first: first, end: max(first, end))
  }

  /// How many positions, from one whose taps from 0 below `stop` are inside, see these inside too.
  @export(implementation) @inline(__always)
  func positions(from reach: WindowReach, before stop: Int) -> Int {
    (size &- 1 &- reach.origin &- (stop &- 1) &* dilation) / stride &+ 1
  }
}

/// What `WindowAxis.reach(at:)` finds.
@frozen @usableFromInline
struct WindowReach {
  @usableFromInline var origin, first, end: Int
  @export(implementation) @inline(__always)
  init(origin: Int, first: Int, end: Int) {
    self.origin = origin
    self.first = first
    self.end = end
  }
}

/// A walk over positions.
@frozen @usableFromInline
struct WindowWalk {
  @usableFromInline let window: SlidingWindow
  /// The number of pixels in the images before this one.
  @usableFromInline var pixelsBefore: Int
  @usableFromInline var row, column: Int
  @usableFromInline var rows, columns: WindowReach

  /// A walk that stands at the given position.
  @export(implementation) @inline(__always)
  init(_ window: SlidingWindow, at position: Int) {
    self.window = window
    let perImage = window.rows.positions &* window.columns.positions
    let image = position / perImage
    let rest = position &- image &* perImage
    pixelsBefore = image &* window.rows.size &* window.columns.size
    row = rest / window.columns.positions
    column = rest &- row &* window.columns.positions
    rows = window.rows.reach(at: row)
    columns = window.columns.reach(at: column)
  }

  /// The number, through all images, of the pixel under a tap that is inside.
  @export(implementation) @inline(__always)
  func pixel(_ tapRow: Int, _ tapColumn: Int) -> Int {
    let y = rows.origin &+ tapRow &* window.rows.dilation
    let x = columns.origin &+ tapColumn &* window.columns.dilation
    return pixelsBefore &+ y &* window.columns.size &+ x
  }

  /// How many positions, from this one to at most the end of the row, see the same taps inside.
  @export(implementation) @inline(__always)
  var run: Int {
    guard columns.first == 0 && columns.end == window.columns.taps else { return 1 }
    return min(
      window.columns.positions(from: columns, before: columns.end),
      window.columns.positions &- column)
  }

  /// Goes on, at most to the end of the row of positions.
  @export(implementation) @inline(__always)
  mutating func advance(by count: Int = 1) {
    column &+= count
    if column == window.columns.positions {
      column = 0
      row &+= 1
      if row == window.rows.positions {
        row = 0
        pixelsBefore &+= window.rows.size &* window.columns.size
      }
      rows = window.rows.reach(at: row)
    }
    columns = window.columns.reach(at: column)
  }
}

/// Where taps lie in an image and in a filter, as two offsets in bytes for each.
///
/// A loop over such a table is one loop with nothing to decide. Two loops, one in the other, take
/// twice as long: the compiler prepares the inner one for many more taps than windows have in a
/// row.
///
/// Nothing here is inlinable: the wide modules call it as compiled for the baseline.
@frozen public struct TapTable {
  @usableFromInline let entries: UnsafeMutableRawPointer

  /// The bytes of an entry.
  @export(implementation) @inline(__always)
  static var stride: Int { 16 }

  @usableFromInline
  init(_ window: SlidingWindow) {
    entries = .allocate(byteCount: max(1, window.taps) * TapTable.stride, alignment: 16)
  }

  @usableFromInline
  func deallocate() { entries.deallocate() }

  /// Fills in so many rows and columns of taps, seen from the first of them.
  @usableFromInline
  func fill(_ rows: Int, _ columns: Int, _ window: SlidingWindow, _ pixel: Int) {
    var entry = entries
    for row in 0..<rows {
      let image = row * window.rows.dilation * window.columns.size
      let tap = row * window.columns.taps
      for column in 0..<columns {
        let offsets = ((image + column * window.columns.dilation) * pixel, (tap + column) * pixel)
        entry.storeBytes(of: offsets.0, as: Int.self)
        entry.storeBytes(of: offsets.1, toByteOffset: TapTable.stride / 2, as: Int.self)
        entry += TapTable.stride
      }
    }
  }
}
