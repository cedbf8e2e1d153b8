// How loops that treat each channel on its own are cut into pieces for threads. It has never heard
// of what the loops compute.

import AdjointKernels

/// The pieces of a loop under a window: by positions, or by whole images and channels.
struct ChannelLoops {
  let images: Int
  let window: SlidingWindow
  let channels: Int

  /// The elements read for which a thread is woken.
  private static let worthAThread = 1 << 16
  /// Channels are cut in whole cache lines of either element type.
  private static let leastChannels = 16

  init(_ images: Int, _ window: SlidingWindow, _ channels: Int) {
    self.images = images
    self.window = window
    self.channels = channels
  }

  init(_ geometry: PoolingGeometry) {
    self.init(geometry.images, geometry.window, geometry.channels)
  }

  init(_ geometry: ConvolutionGeometry) {
    self.init(geometry.images, geometry.window, geometry.inputs)
  }

  /// The positions that are worth a thread.
  var positionsPerPiece: Int {
    max(1, ChannelLoops.worthAThread / max(1, channels * window.taps))
  }

  /// For loops that write to positions: any cut will do.
  func overPositions(_ body: (_ channels: Range<Int>, _ first: Int, _ count: Int) -> Void) {
    let (all, length) = (images * window.positions, positionsPerPiece)
    parallelFor(pieces: ceilingQuotient(all, length)) { piece in
      body(0..<channels, piece * length, min(length, all - piece * length))
    }
  }

  /// For loops that add to pixels, which neighboring positions share: a piece owns whole images,
  /// and where there are few of those, only some channels.
  func overImages(_ body: (_ channels: Range<Int>, _ first: Int, _ count: Int) -> Void) {
    let perPiece = max(1, positionsPerPiece / max(1, window.positions))
    let pieces = ceilingQuotient(images, perPiece)
    let cuts = max(1, min(4 / max(1, pieces), channels / ChannelLoops.leastChannels))
    let width =
      ceilingQuotient(ceilingQuotient(channels, cuts), ChannelLoops.leastChannels)
      * ChannelLoops.leastChannels
    let strips = ceilingQuotient(channels, width)
    parallelFor(pieces: pieces * strips) { piece in
      let (group, strip) = piece.quotientAndRemainder(dividingBy: strips)
      let end = min(images, (group + 1) * perPiece)
      body(
        (strip * width)..<min(channels, (strip + 1) * width), group * perPiece * window.positions,
        (end - group * perPiece) * window.positions)
    }
  }
}
