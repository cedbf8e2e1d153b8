// What this file knows: how the patches under a window are copied into the rows of a matrix, and the
// transpose of that, how rows are added back to where they came from. It has never heard of filters or
// of products.
//
// Channels lie side by side, so the taps of a window row are one run of memory unless the window is
// dilated or only some channels are meant. Everything here moves runs.

import AdjointElementary

/// See `KernelTable.gatherPatches`.
@inlinable @inline(never)
public func gatherPatches<Element: Lanes>(
  _: Element.Type, _ window: SlidingWindow, _ part: PatchPart, _ first: Int, _ count: Int,
  _ image: UnsafeRawPointer, _ patches: UnsafeMutableRawPointer
) {
  let places = PatchPlaces(part, window, Element.size)
  let source = image + part.firstChannel &* Element.size
  var walk = WindowWalk(window, at: first)
  var target = patches
  for _ in 0..<count {
    var (row, column) = (places.firstRow, places.firstColumn)
    var rest = part.tapCount
    while rest > 0 {
      let stop = min(window.columns.taps, column &+ rest)
      let (low, high) = places.inside(walk, row, column, stop)
      if low > column { clear(target, (low &- column) &* places.run) }
      if low < high {
        var from = source + walk.pixel(row, low) &* places.pixel
        var to = target + (low &- column) &* places.run
        if places.isJoined {
          copyRun(Element.self, from, to, (high &- low) &* places.run)
        } else {
          for _ in low..<high {
            copyRun(Element.self, from, to, places.run)
            from += places.step
            to += places.run
          }
        }
      }
      if high < stop {
        clear(target + (high &- column) &* places.run, (stop &- high) &* places.run)
      }
      target += (stop &- column) &* places.run
      rest &-= stop &- column
      row &+= 1
      column = 0
    }
    walk.advance()
  }
}

/// See `KernelTable.scatterPatches`.
@inlinable @inline(never)
public func scatterPatches<Element: Lanes>(
  _: Element.Type, _ window: SlidingWindow, _ part: PatchPart, _ first: Int, _ count: Int,
  _ patches: UnsafeRawPointer, _ image: UnsafeMutableRawPointer
) {
  let places = PatchPlaces(part, window, Element.size)
  let target = image + part.firstChannel &* Element.size
  var walk = WindowWalk(window, at: first)
  var source = patches
  for _ in 0..<count {
    var (row, column) = (places.firstRow, places.firstColumn)
    var rest = part.tapCount
    while rest > 0 {
      let stop = min(window.columns.taps, column &+ rest)
      let (low, high) = places.inside(walk, row, column, stop)
      if low < high {
        var from = source + (low &- column) &* places.run
        var to = target + walk.pixel(row, low) &* places.pixel
        if places.isJoined {
          addRun(Element.self, from, to, (high &- low) &* places.run)
        } else {
          for _ in low..<high {
            addRun(Element.self, from, to, places.run)
            from += places.run
            to += places.step
          }
        }
      }
      source += (stop &- column) &* places.run
      rest &-= stop &- column
      row &+= 1
      column = 0
    }
    walk.advance()
  }
}

/// Distances in bytes, and where the part of a patch begins.
@frozen @usableFromInline
struct PatchPlaces {
  @usableFromInline let pixel, run, step, firstRow, firstColumn: Int
  /// Neighbouring taps are neighbours in memory.
  @usableFromInline let isJoined: Bool

  @inlinable @inline(__always)
  init(_ part: PatchPart, _ window: SlidingWindow, _ size: Int) {
    pixel = part.channels &* size
    run = part.channelCount &* size
    step = window.columns.dilation &* pixel
    firstRow = part.firstTap / window.columns.taps
    firstColumn = part.firstTap &- firstRow &* window.columns.taps
    isJoined = run == step
  }

  /// The taps from `column` to `stop` of a window row that fall on the image.
  @inlinable @inline(__always)
  func inside(_ walk: WindowWalk, _ row: Int, _ column: Int, _ stop: Int) -> (Int, Int) {
    guard row >= walk.rows.first && row < walk.rows.end else { return (stop, stop) }
    let low = min(max(walk.columns.first, column), stop)
    return (low, min(max(walk.columns.end, low), stop))
  }
}

@inlinable @inline(__always)
func clear(_ target: UnsafeMutableRawPointer, _ byteCount: Int) {
  target.initializeMemory(as: UInt8.self, repeating: 0, count: byteCount)
}

/// Copies a run of elements; the last vector overlaps the one before, since a copy may be repeated.
@inlinable @inline(__always)
func copyRun<Element: Lanes>(
  _: Element.Type, _ source: UnsafeRawPointer, _ target: UnsafeMutableRawPointer, _ byteCount: Int
) {
  let line = Element.blockSide &* Element.size
  var offset = 0
  if byteCount >= Element.stride {
    let last = byteCount &- Element.stride
    while offset < last {
      Element.load(source + offset).store(target + offset)
      offset &+= Element.stride
    }
    Element.load(source + last).store(target + last)
  } else if byteCount >= line {
    let last = byteCount &- line
    while offset < last {
      Element.moveLine(source + offset, target + offset, adding: false)
      offset &+= line
    }
    Element.moveLine(source + last, target + last, adding: false)
  } else {
    while offset < byteCount {
      moveElement(Element.self, source + offset, target + offset)
      offset &+= Element.size
    }
  }
}

/// Adds a run of elements to another.
@inlinable @inline(__always)
func addRun<Element: Lanes>(
  _: Element.Type, _ source: UnsafeRawPointer, _ target: UnsafeMutableRawPointer, _ byteCount: Int
) {
  typealias Scalar = Element.Scalar
  let line = Element.blockSide &* Element.size
  var offset = 0
  while byteCount &- offset >= Element.stride {
    (Element.load(UnsafeRawPointer(target + offset)) + Element.load(source + offset))
      .store(target + offset)
    offset &+= Element.stride
  }
  while byteCount &- offset >= line {
    Element.moveLine(source + offset, target + offset, adding: true)
    offset &+= line
  }
  while offset < byteCount {
    let sum =
      (target + offset).loadUnaligned(as: Scalar.self)
      + (source + offset).loadUnaligned(as: Scalar.self)
    (target + offset).storeBytes(of: sum, as: Scalar.self)
    offset &+= Element.size
  }
}
