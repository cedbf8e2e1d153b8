// What the layers with a sliding window ask of its numbers when they are made. It has never heard
// of images: whether a window fits one is settled when the layer is called.

import AdjointArrays
import AdjointSupport

/// Stops at a list that does not have one number or one for each axis, and at a number too small.
func requireNumbers(
  _ layer: String, _ name: String, _ numbers: PerAxis, axes: Int, from least: Int
) {
  require(
    numbers.values.count == 1 || numbers.values.count == axes,
    "\(layer): \(name) is \(numbers), with \(numbers.values.count) numbers for \(axes) axes. "
      + "Give one number, or one for each axis.")
  for number in numbers.values {
    require(
      number >= least,
      "\(layer): \(name) is \(numbers). "
        + "Pass \(least == 0 ? "numbers of 0" : "a number of 1") or more.")
  }
}

/// Stops at numbers with which a window cannot slide over anything.
func requireWindow(
  _ layer: String, axes: Int, stride: PerAxis, _ padding: Padding, dilation: PerAxis = 1
) {
  requireNumbers(layer, "stride", stride, axes: axes, from: 1)
  requireNumbers(layer, "dilation", dilation, axes: axes, from: 1)
  if case .explicit(let before, let after) = padding {
    requireNumbers(layer, "padding", before, axes: axes, from: 0)
    requireNumbers(layer, "padding", after, axes: axes, from: 0)
  }
}

extension PerAxis {
  /// One number for each axis.
  func resolved(axes: Int) -> [Int] {
    values.count == 1 ? [Int](repeating: values[0], count: axes) : values
  }
}
