// The loops in which every channel is on its own: depthwise convolution with both of its
// derivatives, maximum and mean under a window with theirs. One walk over positions serves them
// all; a rule says what happens to one vector of channels at one position.

import AdjointElementary
import AdjointKernels

/// The place of one window position in images, positions and taps, all with the same channels.
///
/// Offsets are in bytes.
@frozen public struct WindowSite {
  /// Of the first tap that is inside: in the image, and in a filter.
  @usableFromInline var image, tap: Int
  /// In an array of positions.
  @usableFromInline var position: Int
  /// The rows and columns of taps that are inside, and the number of all taps.
  @usableFromInline var rows, columns, allTaps: Int
  /// From one position of a row to the next, in the image and in an array of positions.
  @usableFromInline let imageStep, pixel: Int
  /// Where the taps that are inside lie, seen from the first of them.
  @usableFromInline let taps: TapTable

  @export(implementation) @inline(__always)
  init(_ window: SlidingWindow, _ pixel: Int, at first: Int, _ taps: TapTable) {
    (image, tap, rows, columns) = (0, 0, 0, 0)
    position = first &* pixel
    allTaps = window.rows.taps &* window.columns.taps
    imageStep = window.columns.stride &* pixel
    self.pixel = pixel
    self.taps = taps
  }

  /// Looks at where the walk stands now.
  @export(implementation) @inline(__always)
  mutating func update(_ walk: WindowWalk) {
    let rows = walk.rows.end &- walk.rows.first
    let columns = walk.columns.end &- walk.columns.first
    if rows != self.rows || columns != self.columns {
      taps.fill(rows, columns, walk.window, pixel)
      (self.rows, self.columns) = (rows, columns)
    }
    image = walk.pixel(walk.rows.first, walk.columns.first) &* pixel
    tap = (walk.rows.first &* walk.window.columns.taps &+ walk.columns.first) &* pixel
  }

  /// Calls the body for each tap that is inside, with its offsets in the image and in a filter.
  @export(implementation) @inline(__always)
  func forEachTap(_ body: (_ image: Int, _ tap: Int) -> Void) {
    var entry = taps.entries
    let end = entry + rows &* columns &* TapTable.stride
    while entry < end {
      body(
        image &+ entry.load(as: Int.self),
        tap &+ entry.load(fromByteOffset: TapTable.stride / 2, as: Int.self))
      entry += TapTable.stride
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
  @export(implementation) @inline(__always) init() {}
  @export(implementation) @inline(__always)
  public func load(_ address: UnsafeRawPointer) -> Element { Element.load(address) }
  @export(implementation) @inline(__always)
  public func store(_ channels: Element, _ address: UnsafeMutableRawPointer) {
    channels.store(address)
  }
}

/// Fewer channels than a vector has lanes; the others are zero and not written.
@frozen public struct SomeLanes<Element: Lanes>: ChannelAccess {
  @usableFromInline let count: Int
  @export(implementation) @inline(__always) init(_ count: Int) { self.count = count }

  @export(implementation) @inline(__always)
  public func load(_ address: UnsafeRawPointer) -> Element { Element.load(address, count: count) }
  @export(implementation) @inline(__always)
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

/// The one walk of all rules; see `KernelSet.slide`.
@export(implementation) @inline(__always)
func slide<R: WindowRule>(
  _ rule: R, _ window: SlidingWindow, _ channels: Int, _ channelCount: Int, _ first: Int,
  _ count: Int
) {
  typealias Element = R.Element
  let pixel = channels &* Element.size
  let rest = channelCount % Element.width
  let whole = (channelCount &- rest) &* Element.size
  let taps = TapTable(window)
  var walk = WindowWalk(window, at: first)
  var site = WindowSite(window, pixel, at: first, taps)
  var left = count
  while left > 0 {
    site.update(walk)
    let run = min(walk.run, left)
    stepThroughRun(rule, AllLanes<Element>(), site, run, 0, whole)
    if rest > 0 {
      stepThroughRun(rule, SomeLanes<Element>(rest), site, run, whole, whole &+ Element.stride)
    }
    site.position &+= run &* pixel
    walk.advance(by: run)
    left &-= run
  }
  taps.deallocate()
}

/// The steps at `count` positions of one row that see the same taps inside, for the vectors of
/// channels from one offset in a pixel to another.
///
/// A function of its own: together with the walk, the loop would keep its offsets in memory.
@export(implementation) @inline(never)
func stepThroughRun<R: WindowRule, Access: ChannelAccess>(
  _ rule: R, _ access: Access, _ site: WindowSite, _ count: Int, _ low: Int, _ high: Int
) where Access.Element == R.Element {
  var site = site
  for _ in 0..<count {
    var channel = low
    while channel < high {
      rule.step(access, site, channel)
      channel &+= R.Element.stride
    }
    site.image &+= site.imageStep
    site.position &+= site.pixel
  }
}

// MARK: - Depthwise convolution

/// See `WindowLoop.filter`.
@frozen public struct FilterRule<Element: Lanes>: WindowRule {
  @usableFromInline let x, f: UnsafeRawPointer
  @usableFromInline let y: UnsafeMutableRawPointer
  @export(implementation) @inline(__always)
  init(_ x: UnsafeRawPointer, _ f: UnsafeRawPointer, _ y: UnsafeMutableRawPointer) {
    (self.x, self.f, self.y) = (x, f, y)
  }
  @export(implementation) @inline(__always)
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
  @export(implementation) @inline(__always)
  init(_ f: UnsafeRawPointer, _ y: UnsafeRawPointer, _ x: UnsafeMutableRawPointer) {
    (self.f, self.y, self.x) = (f, y, x)
  }
  @export(implementation) @inline(__always)
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
  @export(implementation) @inline(__always)
  init(_ x: UnsafeRawPointer, _ y: UnsafeRawPointer, _ f: UnsafeMutableRawPointer) {
    (self.x, self.y, self.f) = (x, y, f)
  }
  @export(implementation) @inline(__always)
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
  @export(implementation) @inline(__always)
  init(_ x: UnsafeRawPointer, _ y: UnsafeMutableRawPointer) { (self.x, self.y) = (x, y) }
  @export(implementation) @inline(__always)
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
  @export(implementation) @inline(__always)
  init(
    _ x: UnsafeRawPointer, _ y: UnsafeRawPointer, _ t: UnsafeRawPointer,
    _ mean: UnsafeMutableRawPointer
  ) {
    (self.x, self.y, self.t, self.mean) = (x, y, t, mean)
  }
  @export(implementation) @inline(__always)
  public func step<Access: ChannelAccess>(_ access: Access, _ site: WindowSite, _ channel: Int)
  where Access.Element == Element {
    let largest = access.load(y + (site.position &+ channel))
    var count: Element = 0
    var sum: Element = 0
    site.forEachTap { image, _ in
      let (own, tangent) = (
        access.load(x + (image &+ channel)), access.load(t + (image &+ channel))
      )
      let isLargest = Element._isEqual(own, largest)
      count = count + Element._select(isLargest, 1, 0)
      sum = sum + Element._select(isLargest, tangent, Element._passedOver(tangent, own))
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
  @export(implementation) @inline(__always)
  init(
    _ x: UnsafeRawPointer, _ y: UnsafeRawPointer, _ seeds: UnsafeRawPointer,
    _ t: UnsafeMutableRawPointer
  ) {
    (self.x, self.y, self.seeds, self.t) = (x, y, seeds, t)
  }
  @export(implementation) @inline(__always)
  public func step<Access: ChannelAccess>(_ access: Access, _ site: WindowSite, _ channel: Int)
  where Access.Element == Element {
    let largest = access.load(y + (site.position &+ channel))
    var count: Element = 0
    site.forEachTap { image, _ in
      let isLargest = Element._isEqual(access.load(x + (image &+ channel)), largest)
      count = count + Element._select(isLargest, 1, 0)
    }
    let seed = access.load(seeds + (site.position &+ channel))
    let share = seed / count
    site.forEachTap { image, _ in
      let own = access.load(x + (image &+ channel))
      let given = Element._select(
        Element._isEqual(own, largest), share, Element._passedOver(seed, own))
      let place = t + (image &+ channel)
      access.store(access.load(UnsafeRawPointer(place)) + given, place)
    }
  }
}

// MARK: - Mean

/// See `WindowLoop.meanOfInside` and `WindowLoop.meanOfAll`.
@frozen public struct MeanRule<Element: Lanes>: WindowRule {
  @usableFromInline let x: UnsafeRawPointer
  @usableFromInline let y: UnsafeMutableRawPointer
  @usableFromInline let countsAll: Bool
  @export(implementation) @inline(__always)
  init(_ x: UnsafeRawPointer, _ y: UnsafeMutableRawPointer, countsAll: Bool) {
    (self.x, self.y, self.countsAll) = (x, y, countsAll)
  }
  @export(implementation) @inline(__always)
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
  @export(implementation) @inline(__always)
  init(_ y: UnsafeRawPointer, _ x: UnsafeMutableRawPointer, countsAll: Bool) {
    (self.y, self.x, self.countsAll) = (y, x, countsAll)
  }
  @export(implementation) @inline(__always)
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

/// See `KernelSet.slide`.
@export(implementation) @inline(never)
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

// MARK: - The answers to `KernelSet`

extension LoopSet {
  @export(implementation) @inline(__always)
  public static func slide(
    _ loop: WindowLoop, _ element: KernelElement, _ window: SlidingWindow, _ channels: Int,
    _ channelCount: Int, _ first: Int, _ count: Int, _ a: UnsafeRawPointer,
    _ b: UnsafeRawPointer?, _ c: UnsafeRawPointer?, _ destination: UnsafeMutableRawPointer
  ) {
    let operands = Operands(a, b, c)
    switch element {
    case .float32:
      AdjointKernelCore.slide(
        Single.self, loop, window, channels, channelCount, first, count, operands, destination)
    case .float64:
      AdjointKernelCore.slide(
        Twofold.self, loop, window, channels, channelCount, first, count, operands, destination)
    }
  }
}
