// How a window stands on images whose channels lie side by side, as the numbers that loops need. It
// has never heard of shapes, or of what is computed under the window.
//
// A tap is one place of the window, a position one place where the window stands. Positions are
// counted through all images: image by image, row by row.

/// One axis along which a window slides.
@frozen public struct WindowAxis: Hashable, Sendable {
  /// The length of the image.
  public var size: Int
  /// The number of taps.
  public var taps: Int
  /// The distance from one position to the next.
  public var stride: Int
  /// The distance from one tap to the next.
  public var dilation: Int
  /// How far the first position stands before the image.
  public var before: Int
  /// The number of positions.
  public var positions: Int

  /// An axis with all its numbers.
  public init(size: Int, taps: Int, stride: Int, dilation: Int, before: Int, positions: Int) {
    self.size = size
    self.taps = taps
    self.stride = stride
    self.dilation = dilation
    self.before = before
    self.positions = positions
  }
}

/// A window that slides over rows and columns.
@frozen public struct SlidingWindow: Hashable, Sendable {
  /// The two axes.
  public var rows, columns: WindowAxis

  /// A window with both axes.
  public init(rows: WindowAxis, columns: WindowAxis) {
    self.rows = rows
    self.columns = columns
  }

  /// The number of places of the window.
  public var taps: Int { rows.taps &* columns.taps }
  /// The number of positions in one image.
  public var positions: Int { rows.positions &* columns.positions }
  /// The number of pixels of one image.
  public var pixels: Int { rows.size &* columns.size }
}

/// Which elements of the patch under a window are meant: some taps, and of each some channels.
@frozen public struct PatchPart: Hashable, Sendable {
  /// The number of channels of the image.
  public var channels: Int
  /// The channels that are meant.
  public var firstChannel, channelCount: Int
  /// The taps that are meant, counted row by row.
  public var firstTap, tapCount: Int
  /// Whether a matrix of patches has a row for each tap instead of one for each position.
  ///
  /// For images of one channel only.
  public var tapsAreRows: Bool

  /// A part.
  public init(
    channels: Int, firstChannel: Int, channelCount: Int, firstTap: Int, tapCount: Int,
    tapsAreRows: Bool = false
  ) {
    self.channels = channels
    self.firstChannel = firstChannel
    self.channelCount = channelCount
    self.firstTap = firstTap
    self.tapCount = tapCount
    self.tapsAreRows = tapsAreRows
  }

  /// The number of elements.
  public var count: Int { channelCount &* tapCount }
}

/// What a window does to each channel; see `KernelSet.slide` for the operands.
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
