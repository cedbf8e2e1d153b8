// How the patches under a window are copied into the rows of a matrix, and the transpose of that,
// how rows are added back to where they came from. It has never heard of filters or of products.
//
// Channels lie side by side, so the taps of a window row are one run of memory unless the window is
// dilated or only some channels are meant. Everything here moves runs. For one row of positions and
// one row of the window all runs but those at the edges are equally long and equally far apart: the
// inner loop decides nothing.
//
// With a single channel such runs would be as short as a window is wide. There the positions of a
// row are the run, and the matrix is laid out the other way round.

import AdjointElementary
import AdjointKernels

/// See `KernelSet.gatherPatches`.
@export(implementation) @inline(never)
public func gatherPatches<Element: Lanes>(
  _: Element.Type, _ window: SlidingWindow, _ part: PatchPart, _ first: Int, _ count: Int,
  _ image: UnsafeRawPointer, _ patches: UnsafeMutableRawPointer
) {
  let motion = Gathering<Element>(image, patches)
  if part.tapsAreRows {
    walkTaps(motion, window, part, first, count)
  } else {
    walkPatches(motion, window, part, first, count)
  }
}

/// See `KernelSet.scatterPatches`.
@export(implementation) @inline(never)
public func scatterPatches<Element: Lanes>(
  _: Element.Type, _ window: SlidingWindow, _ part: PatchPart, _ first: Int, _ count: Int,
  _ patches: UnsafeRawPointer, _ image: UnsafeMutableRawPointer
) {
  let motion = Scattering<Element>(image, patches)
  if part.tapsAreRows {
    walkTaps(motion, window, part, first, count)
  } else {
    walkPatches(motion, window, part, first, count)
  }
}

/// What is done with the runs of a patch; offsets and counts are in bytes.
@usableFromInline
protocol PatchMotion {
  associatedtype Element: Lanes
  /// A run that lies on the image.
  func move(image: Int, patch: Int, _ byteCount: Int)
  /// A run of the patch that lies beside the image.
  func pass(patch: Int, _ byteCount: Int)
}

/// From the image to patches, with zeros beside the image.
@frozen @usableFromInline
struct Gathering<Element: Lanes>: PatchMotion {
  @usableFromInline let image: UnsafeRawPointer
  @usableFromInline let patches: UnsafeMutableRawPointer
  @export(implementation) @inline(__always)
  init(_ image: UnsafeRawPointer, _ patches: UnsafeMutableRawPointer) {
    (self.image, self.patches) = (image, patches)
  }
  @export(implementation) @inline(__always)
  func move(image offset: Int, patch: Int, _ byteCount: Int) {
    moveLine(
      Element.self, byteCount / Element.size, image + offset, patches + patch, adding: false)
  }
  @export(implementation) @inline(__always)
  func pass(patch: Int, _ byteCount: Int) { clear(patches + patch, byteCount) }
}

/// From patches, added to the image; what lies beside it is dropped.
@frozen @usableFromInline
struct Scattering<Element: Lanes>: PatchMotion {
  @usableFromInline let image: UnsafeMutableRawPointer
  @usableFromInline let patches: UnsafeRawPointer
  @export(implementation) @inline(__always)
  init(_ image: UnsafeMutableRawPointer, _ patches: UnsafeRawPointer) {
    (self.image, self.patches) = (image, patches)
  }
  @export(implementation) @inline(__always)
  func move(image offset: Int, patch: Int, _ byteCount: Int) {
    moveLine(
      Element.self, byteCount / Element.size, patches + patch, image + offset, adding: true)
  }
  @export(implementation) @inline(__always)
  func pass(patch: Int, _ byteCount: Int) {}
}

/// The walk of both: row of positions by row of positions, and in each, window row by window row.
@export(implementation) @inline(__always)
func walkPatches<M: PatchMotion>(
  _ motion: M, _ window: SlidingWindow, _ part: PatchPart, _ first: Int, _ count: Int
) {
  let size = M.Element.size
  let run = part.channelCount &* size
  let length = run &* part.tapCount
  let (firstRow, firstColumn) = part.firstTap.quotientAndRemainder(
    dividingBy: window.columns.taps)
  var walk = WindowWalk(window, at: first)
  var patch = 0
  var left = count
  while left > 0 {
    let positions = min(left, window.columns.positions &- walk.column)
    var (row, column) = (firstRow, firstColumn)
    var (rest, offset) = (part.tapCount, patch)
    while rest > 0 {
      let stop = min(window.columns.taps, column &+ rest)
      let columns = (stop &- column) &* run
      if row >= walk.rows.first && row < walk.rows.end {
        let y = walk.rows.origin &+ row &* window.rows.dilation
        let line =
          (walk.pixelsBefore &+ y &* window.columns.size) &* part.channels &+ part.firstChannel
        walkRow(
          motion, window.columns, part.channels &* size, run, column, stop, walk.column, positions,
          line &* size, offset, length)
      } else {
        for position in 0..<positions { motion.pass(patch: offset &+ position &* length, columns) }
      }
      offset &+= columns
      rest &-= stop &- column
      row &+= 1
      column = 0
    }
    patch &+= positions &* length
    left &-= positions
    walk.advance(by: positions)
  }
}

/// The taps from `column` to `stop` of one window row, at some positions of one row.
///
/// The image row begins at `line`, the patch of the first position at `patch`, that of the next one
/// `length` after it; a pixel of the image and a tap of the patch are `pixel` and `run` apart.
@export(implementation) @inline(never)
func walkRow<M: PatchMotion>(
  _ motion: M, _ axis: WindowAxis, _ pixel: Int, _ run: Int, _ column: Int, _ stop: Int,
  _ first: Int, _ count: Int, _ line: Int, _ patch: Int, _ length: Int
) {
  let isJoined = run == axis.dilation &* pixel
  let step = axis.dilation &* pixel
  var patch = patch
  var position = first
  let end = first &+ count
  while position < end {
    let reach = axis.reach(at: position)
    let low = min(max(reach.first, column), stop)
    let high = min(max(reach.end, low), stop)
    if low == column && high == stop {
      // All taps are on the image, here and up to the position whose last tap reaches the edge.
      let inside = min(end &- position, axis.positions(from: reach, before: stop))
      var image = line &+ (reach.origin &+ column &* axis.dilation) &* pixel
      let stride = axis.stride &* pixel
      if isJoined {
        for _ in 0..<inside {
          motion.move(image: image, patch: patch, (stop &- column) &* run)
          image &+= stride
          patch &+= length
        }
      } else {
        for _ in 0..<inside {
          var (from, to) = (image, patch)
          for _ in column..<stop {
            motion.move(image: from, patch: to, run)
            from &+= step
            to &+= run
          }
          image &+= stride
          patch &+= length
        }
      }
      position &+= inside
    } else {
      var (from, to) = (line &+ (reach.origin &+ low &* axis.dilation) &* pixel, patch)
      if low > column { motion.pass(patch: to, (low &- column) &* run) }
      to &+= (low &- column) &* run
      for _ in low..<high {
        motion.move(image: from, patch: to, run)
        from &+= step
        to &+= run
      }
      if high < stop { motion.pass(patch: to, (stop &- high) &* run) }
      patch &+= length
      position &+= 1
    }
  }
}

/// The walk for a matrix with a row for each tap: row of positions by row of positions, and in
/// each, tap by tap.
@export(implementation) @inline(__always)
func walkTaps<M: PatchMotion>(
  _ motion: M, _ window: SlidingWindow, _ part: PatchPart, _ first: Int, _ count: Int
) {
  let size = M.Element.size
  let axis = window.columns
  let (firstRow, firstColumn) = part.firstTap.quotientAndRemainder(dividingBy: axis.taps)
  var walk = WindowWalk(window, at: first)
  var done = 0
  while done < count {
    let start = walk.column
    let end = min(axis.positions, start &+ (count &- done))
    var (row, column) = (firstRow, firstColumn)
    for tap in 0..<part.tapCount {
      let patch = (tap &* count &+ done) &* size
      // Position j sees pixel j stride - shift; `before` and `beyond` bound those that exist.
      let shift = axis.before &- column &* axis.dilation
      var (before, beyond) = (shift, axis.size &+ shift)
      if axis.stride != 1 {
        before = (max(0, shift) &+ axis.stride &- 1) / axis.stride
        beyond = (max(0, beyond) &+ axis.stride &- 1) / axis.stride
      }
      let low = min(max(before, start), end)
      let high = min(max(beyond, low), end)
      if row < walk.rows.first || row >= walk.rows.end || low == high {
        motion.pass(patch: patch, (end &- start) &* size)
      } else {
        let y = walk.rows.origin &+ row &* window.rows.dilation
        let line = walk.pixelsBefore &+ y &* axis.size
        if low > start { motion.pass(patch: patch, (low &- start) &* size) }
        if axis.stride == 1 {
          motion.move(
            image: (line &+ low &- shift) &* size, patch: patch &+ (low &- start) &* size,
            (high &- low) &* size)
        } else {
          for j in low..<high {
            motion.move(
              image: (line &+ j &* axis.stride &- shift) &* size,
              patch: patch &+ (j &- start) &* size, size)
          }
        }
        if high < end {
          motion.pass(patch: patch &+ (high &- start) &* size, (end &- high) &* size)
        }
      }
      column &+= 1
      if column == axis.taps {
        column = 0
        row &+= 1
      }
    }
    done &+= end &- start
    walk.advance(by: end &- start)
  }
}

@export(implementation) @inline(__always)
func clear(_ target: UnsafeMutableRawPointer, _ byteCount: Int) {
  target.initializeMemory(as: UInt8.self, repeating: 0, count: byteCount)
}

// MARK: - The answers to `KernelSet`

extension LoopSet {
  @export(implementation) @inline(__always)
  public static func gatherPatches(
    _ element: KernelElement, _ window: SlidingWindow, _ part: PatchPart, _ first: Int,
    _ count: Int, _ image: UnsafeRawPointer, _ patches: UnsafeMutableRawPointer
  ) {
    switch element {
    case .float32:
      AdjointKernelCore.gatherPatches(Single.self, window, part, first, count, image, patches)
    case .float64:
      AdjointKernelCore.gatherPatches(Twofold.self, window, part, first, count, image, patches)
    }
  }

  @export(implementation) @inline(__always)
  public static func scatterPatches(
    _ element: KernelElement, _ window: SlidingWindow, _ part: PatchPart, _ first: Int,
    _ count: Int, _ patches: UnsafeRawPointer, _ image: UnsafeMutableRawPointer
  ) {
    switch element {
    case .float32:
      AdjointKernelCore.scatterPatches(Single.self, window, part, first, count, patches, image)
    case .float64:
      AdjointKernelCore.scatterPatches(Twofold.self, window, part, first, count, patches, image)
    }
  }
}
