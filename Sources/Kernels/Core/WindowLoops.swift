// What this file knows: the loops in which every channel is on its own: depthwise convolution with both
// of its derivatives, maximum and mean under a window with theirs. One walk over positions serves them
// all; a rule says what happens to one vector of channels at one position.

import AdjointElementary

/// What a window does to each channel; see `KernelTable.slide` for the operands.
public enum WindowLoop: UInt8, Sendable, CaseIterable {
  /// `y ← Σ f x` over the taps. Operands: `x`, `f`.
  case filter
  /// `x ← x + f y` for each tap. Operands: `f`, `y`.
  case filterToImage
  /// `f ← f + x y` for each tap. Operands: `x`, `y`.
  case filterToTaps
  /// `y ← max x`, NaN if any element is NaN. Operands: `x`.
  case maximum
  /// `y ← mean of t` over the taps where `x` equals `y'`, 0 if there are none.
  ///
  /// Operands: `x`, `y'`, `t`.
  case meanOfExtreme
  /// `t ← t + y / n` for the `n` taps where `x` equals `y'`. Operands: `x`, `y'`, `y`.
  case shareAmongExtreme
  /// `y ← Σ x / n` with `n` the number of taps on the image. Operands: `x`.
  case meanOfInside
  /// `x ← x + y / n` with `n` the number of taps on the image. Operands: `y`.
  case shareAmongInside
  /// `y ← Σ x / n` with `n` the number of all taps. Operands: `x`.
  case meanOfAll
  /// `x ← x + y / n` with `n` the number of all taps. Operands: `y`.
  case shareAmongAll
}

/// The place of one window position in images, positions and taps, all with the same channels.
///
/// Offsets are in bytes.
@frozen public struct WindowSite {
  /// Of the first tap that is inside: in the image, and in a filter.
  @usableFromInline var image, tap: Int
  /// In an array of positions.
  @usableFromInline var position: Int
  /// The taps that are inside, and all taps.
  @usableFromInline var rows, columns, allTaps: Int
  @usableFromInline let rowStep, columnStep, tapRowStep, tapStep: Int

  @inlinable @inline(__always)
  init(_ window: SlidingWindow, _ pixel: Int, at first: Int) {
    (image, tap, rows, columns) = (0, 0, 0, 0)
    position = first &* pixel
    allTaps = window.rows.taps &* window.columns.taps
    rowStep = window.rows.dilation &* window.columns.size &* pixel
    columnStep = window.columns.dilation &* pixel
    tapRowStep = window.columns.taps &* pixel
    tapStep = pixel
  }

  /// Looks at where the walk stands now.
  @inlinable @inline(__always)
  mutating func update(_ walk: WindowWalk) {
    rows = walk.rows.end &- walk.rows.first
    columns = walk.columns.end &- walk.columns.first
    image = walk.pixel(walk.rows.first, walk.columns.first) &* tapStep
    tap = walk.rows.first &* tapRowStep &+ walk.columns.first &* tapStep
  }

  /// Calls the body for each tap that is inside, with its offsets in the image and in a filter.
  @inlinable @inline(__always)
  func forEachTap(_ body: (_ image: Int, _ tap: Int) -> Void) {
    var (image, tap) = (image, tap)
    for _ in 0..<rows {
      var (inImage, inTaps) = (image, tap)
      for _ in 0..<columns {
        body(inImage, inTaps)
        inImage &+= columnStep
        inTaps &+= tapStep
      }
      image &+= rowStep
      tap &+= tapRowStep
    }
  }
}

/// How the channels of one vector are read and written: all lanes, or those that exist.
public protocol ChannelAccess {
  /// The type of vector.
  associatedtype Element: Lanes
  /// The channels at an address.
  func load(_ address: UnsafeRawPointer) -> Element
  /// Writes the channels.
  func store(_ channels: Element, _ address: UnsafeMutableRawPointer)
}

/// As many channels as a vector has lanes.
@frozen public struct AllLanes<Element: Lanes>: ChannelAccess {
  @inlinable @inline(__always) init() {}
  @inlinable @inline(__always)
  public func load(_ address: UnsafeRawPointer) -> Element { Element.load(address) }
  @inlinable @inline(__always)
  public func store(_ channels: Element, _ address: UnsafeMutableRawPointer) {
    channels.store(address)
  }
}

/// Fewer channels than a vector has lanes; the others are zero and not written.
@frozen public struct SomeLanes<Element: Lanes>: ChannelAccess {
  @usableFromInline let count: Int
  @inlinable @inline(__always) init(_ count: Int) { self.count = count }

  @inlinable @inline(__always)
  public func load(_ address: UnsafeRawPointer) -> Element { Element.load(address, count: count) }
  @inlinable @inline(__always)
  public func store(_ channels: Element, _ address: UnsafeMutableRawPointer) {
    channels.store(address, count: count)
  }
}

/// What is done to one vector of channels at one position.
public protocol WindowRule {
  /// The type of vector that the rule computes with.
  associatedtype Element: Lanes
  /// One step; `channel` is the offset of the vector in a pixel.
  func step<Access: ChannelAccess>(_ access: Access, _ site: WindowSite, _ channel: Int)
  where Access.Element == Element
}

/// The one walk of all rules; see `KernelTable.slide`.
@inlinable @inline(never)
func slide<R: WindowRule>(
  _ rule: R, _ window: SlidingWindow, _ channels: Int, _ channelCount: Int, _ first: Int,
  _ count: Int
) {
  typealias Element = R.Element
  let pixel = channels &* Element.size
  let whole = channelCount / Element.width &* Element.stride
  let rest = channelCount % Element.width
  var walk = WindowWalk(window, at: first)
  var site = WindowSite(window, pixel, at: first)
  for _ in 0..<count {
    site.update(walk)
    var channel = 0
    while channel < whole {
      rule.step(AllLanes<Element>(), site, channel)
      channel &+= Element.stride
    }
    if rest > 0 { rule.step(SomeLanes<Element>(rest), site, channel) }
    site.position &+= pixel
    walk.advance()
  }
}

// MARK: - Depthwise convolution

/// See `WindowLoop.filter`.
@frozen public struct FilterRule<Element: Lanes>: WindowRule {
  @usableFromInline let x, f: UnsafeRawPointer
  @usableFromInline let y: UnsafeMutableRawPointer
  @inlinable @inline(__always)
  init(_ x: UnsafeRawPointer, _ f: UnsafeRawPointer, _ y: UnsafeMutableRawPointer) {
    (self.x, self.f, self.y) = (x, f, y)
  }
  @inlinable @inline(__always)
  public func step<Access: ChannelAccess>(_ access: Access, _ site: WindowSite, _ channel: Int)
  where Access.Element == Element {
    var sum: Element = 0
    site.forEachTap { image, tap in
      sum = Element.multiplyAdd(
        access.load(x + (image &+ channel)), access.load(f + (tap &+ channel)), sum)
    }
    access.store(sum, y + (site.position &+ channel))
  }
}

/// See `WindowLoop.filterToImage`.
@frozen public struct FilterToImageRule<Element: Lanes>: WindowRule {
  @usableFromInline let f, y: UnsafeRawPointer
  @usableFromInline let x: UnsafeMutableRawPointer
  @inlinable @inline(__always)
  init(_ f: UnsafeRawPointer, _ y: UnsafeRawPointer, _ x: UnsafeMutableRawPointer) {
    (self.f, self.y, self.x) = (f, y, x)
  }
  @inlinable @inline(__always)
  public func step<Access: ChannelAccess>(_ access: Access, _ site: WindowSite, _ channel: Int)
  where Access.Element == Element {
    let seed = access.load(y + (site.position &+ channel))
    site.forEachTap { image, tap in
      let place = x + (image &+ channel)
      access.store(
        Element.multiplyAdd(
          access.load(f + (tap &+ channel)), seed, access.load(UnsafeRawPointer(place))), place)
    }
  }
}

/// See `WindowLoop.filterToTaps`.
@frozen public struct FilterToTapsRule<Element: Lanes>: WindowRule {
  @usableFromInline let x, y: UnsafeRawPointer
  @usableFromInline let f: UnsafeMutableRawPointer
  @inlinable @inline(__always)
  init(_ x: UnsafeRawPointer, _ y: UnsafeRawPointer, _ f: UnsafeMutableRawPointer) {
    (self.x, self.y, self.f) = (x, y, f)
  }
  @inlinable @inline(__always)
  public func step<Access: ChannelAccess>(_ access: Access, _ site: WindowSite, _ channel: Int)
  where Access.Element == Element {
    let seed = access.load(y + (site.position &+ channel))
    site.forEachTap { image, tap in
      let place = f + (tap &+ channel)
      access.store(
        Element.multiplyAdd(
          access.load(x + (image &+ channel)), seed, access.load(UnsafeRawPointer(place))), place)
    }
  }
}

// MARK: - Maximum

/// See `WindowLoop.maximum`.
@frozen public struct MaximumRule<Element: Lanes>: WindowRule {
  @usableFromInline let x: UnsafeRawPointer
  @usableFromInline let y: UnsafeMutableRawPointer
  @inlinable @inline(__always)
  init(_ x: UnsafeRawPointer, _ y: UnsafeMutableRawPointer) { (self.x, self.y) = (x, y) }
  @inlinable @inline(__always)
  public func step<Access: ChannelAccess>(_ access: Access, _ site: WindowSite, _ channel: Int)
  where Access.Element == Element {
    var largest = MaximumReduction<Element>.neutral
    site.forEachTap { image, _ in
      largest = MaximumReduction<Element>.combine(largest, access.load(x + (image &+ channel)))
    }
    access.store(largest, y + (site.position &+ channel))
  }
}

/// See `WindowLoop.meanOfExtreme`.
@frozen public struct MeanOfExtremeRule<Element: Lanes>: WindowRule {
  @usableFromInline let x, y, t: UnsafeRawPointer
  @usableFromInline let mean: UnsafeMutableRawPointer
  @inlinable @inline(__always)
  init(
    _ x: UnsafeRawPointer, _ y: UnsafeRawPointer, _ t: UnsafeRawPointer,
    _ mean: UnsafeMutableRawPointer
  ) {
    (self.x, self.y, self.t, self.mean) = (x, y, t, mean)
  }
  @inlinable @inline(__always)
  public func step<Access: ChannelAccess>(_ access: Access, _ site: WindowSite, _ channel: Int)
  where Access.Element == Element {
    let largest = access.load(y + (site.position &+ channel))
    var count: Element = 0
    var sum: Element = 0
    site.forEachTap { image, _ in
      let isLargest = Element._isEqual(access.load(x + (image &+ channel)), largest)
      count = count + Element._select(isLargest, 1, 0)
      sum = sum + Element._select(isLargest, access.load(t + (image &+ channel)), 0)
    }
    access.store(
      sum / Element._select(Element._isLess(count, 1), 1, count),
      mean + (site.position &+ channel))
  }
}

/// See `WindowLoop.shareAmongExtreme`.
@frozen public struct ShareAmongExtremeRule<Element: Lanes>: WindowRule {
  @usableFromInline let x, y, seeds: UnsafeRawPointer
  @usableFromInline let t: UnsafeMutableRawPointer
  @inlinable @inline(__always)
  init(
    _ x: UnsafeRawPointer, _ y: UnsafeRawPointer, _ seeds: UnsafeRawPointer,
    _ t: UnsafeMutableRawPointer
  ) {
    (self.x, self.y, self.seeds, self.t) = (x, y, seeds, t)
  }
  @inlinable @inline(__always)
  public func step<Access: ChannelAccess>(_ access: Access, _ site: WindowSite, _ channel: Int)
  where Access.Element == Element {
    let largest = access.load(y + (site.position &+ channel))
    var count: Element = 0
    site.forEachTap { image, _ in
      let isLargest = Element._isEqual(access.load(x + (image &+ channel)), largest)
      count = count + Element._select(isLargest, 1, 0)
    }
    let share = access.load(seeds + (site.position &+ channel)) / count
    site.forEachTap { image, _ in
      let isLargest = Element._isEqual(access.load(x + (image &+ channel)), largest)
      let place = t + (image &+ channel)
      access.store(
        access.load(UnsafeRawPointer(place)) + Element._select(isLargest, share, 0), place)
    }
  }
}

// MARK: - Mean

/// See `WindowLoop.meanOfInside` and `WindowLoop.meanOfAll`.
@frozen public struct MeanRule<Element: Lanes>: WindowRule {
  @usableFromInline let x: UnsafeRawPointer
  @usableFromInline let y: UnsafeMutableRawPointer
  @usableFromInline let countsAll: Bool
  @inlinable @inline(__always)
  init(_ x: UnsafeRawPointer, _ y: UnsafeMutableRawPointer, countsAll: Bool) {
    (self.x, self.y, self.countsAll) = (x, y, countsAll)
  }
  @inlinable @inline(__always)
  public func step<Access: ChannelAccess>(_ access: Access, _ site: WindowSite, _ channel: Int)
  where Access.Element == Element {
    let count = countsAll ? site.allTaps : site.rows &* site.columns
    var sum: Element = 0
    site.forEachTap { image, _ in sum = sum + access.load(x + (image &+ channel)) }
    access.store(
      sum / Element(nearest: Double(count)), y + (site.position &+ channel))
  }
}

/// See `WindowLoop.shareAmongInside` and `WindowLoop.shareAmongAll`.
@frozen public struct ShareRule<Element: Lanes>: WindowRule {
  @usableFromInline let y: UnsafeRawPointer
  @usableFromInline let x: UnsafeMutableRawPointer
  @usableFromInline let countsAll: Bool
  @inlinable @inline(__always)
  init(_ y: UnsafeRawPointer, _ x: UnsafeMutableRawPointer, countsAll: Bool) {
    (self.y, self.x, self.countsAll) = (y, x, countsAll)
  }
  @inlinable @inline(__always)
  public func step<Access: ChannelAccess>(_ access: Access, _ site: WindowSite, _ channel: Int)
  where Access.Element == Element {
    let count = countsAll ? site.allTaps : site.rows &* site.columns
    let share = access.load(y + (site.position &+ channel)) / Element(nearest: Double(count))
    site.forEachTap { image, _ in
      let place = x + (image &+ channel)
      access.store(access.load(UnsafeRawPointer(place)) + share, place)
    }
  }
}

/// See `KernelTable.slide`.
@inlinable @inline(never)
public func slide<Element: Lanes>(
  _: Element.Type, _ loop: WindowLoop, _ window: SlidingWindow, _ channels: Int,
  _ channelCount: Int, _ first: Int, _ count: Int, _ operands: Operands,
  _ destination: UnsafeMutableRawPointer
) {
  @inline(__always)
  func run<R: WindowRule>(_ rule: R) {
    slide(rule, window, channels, channelCount, first, count)
  }
  let (a, b, c) = (operands.a, operands.b, operands.c)
  switch loop {
  case .filter: run(FilterRule<Element>(a, b, destination))
  case .filterToImage: run(FilterToImageRule<Element>(a, b, destination))
  case .filterToTaps: run(FilterToTapsRule<Element>(a, b, destination))
  case .maximum: run(MaximumRule<Element>(a, destination))
  case .meanOfExtreme: run(MeanOfExtremeRule<Element>(a, b, c, destination))
  case .shareAmongExtreme: run(ShareAmongExtremeRule<Element>(a, b, c, destination))
  case .meanOfInside: run(MeanRule<Element>(a, destination, countsAll: false))
  case .meanOfAll: run(MeanRule<Element>(a, destination, countsAll: true))
  case .shareAmongInside: run(ShareRule<Element>(a, destination, countsAll: false))
  case .shareAmongAll: run(ShareRule<Element>(a, destination, countsAll: true))
  }
}
