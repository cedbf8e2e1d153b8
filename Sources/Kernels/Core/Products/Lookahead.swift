// What a matrix product asks the memory for while it computes.

import AdjointKernels

/// What the tiles along a panel of a matrix product ask the memory for while they compute: the rows
/// of the panel that comes next, and those of their own part of the result.
///
/// Neither is read in the order of addresses, so the processor does not fetch it by itself.
@frozen @usableFromInline
struct Lookahead {
  /// The next row of the panel, the distance from one to the next, and how many are left.
  @usableFromInline var row: UnsafeRawPointer
  @usableFromInline let step: Int
  @usableFromInline var count: Int
  /// The steps of a tile from one request to the next; all of them if nothing is far away.
  ///
  /// The processor waits when too many lines are on their way, so requests are spread.
  @usableFromInline let interval: Int

  /// Asks for nothing.
  @export(implementation) @inline(__always)
  init(nothingNear row: UnsafeRawPointer) {
    self.row = row
    (step, count, interval) = (0, 0, Int.max)
  }

  /// Asks for `count` rows in the course of `tiles` tiles of at least as many steps.
  @export(implementation) @inline(__always)
  init(_ row: UnsafeRawPointer, _ step: Int, count: Int, tiles: Int) {
    self.row = row
    self.step = step
    self.count = count
    interval = count > 0 ? max(1, min(8, tiles)) : 8
  }

  /// True if the result is likely to be far away.
  @export(implementation) @inline(__always)
  var includesResult: Bool { interval < Int.max }

  /// Asks for a row of up to 128 bytes.
  ///
  /// The line that it may have in common with the row to its left is there since that one was read.
  @export(implementation) @inline(__always)
  static func request(_ row: UnsafeRawPointer, byteCount: Int) {
    prefetch(row + 63, byteCount: 1)
    if byteCount > 64 { prefetch(row + 127, byteCount: 1) }
  }
}
