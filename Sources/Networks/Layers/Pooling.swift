// The layers that make images smaller without parameters of their own.

import AdjointArrays
import AdjointDifferentiation

/// A layer that takes the largest element under a sliding window, see
/// ``maxPool2D(_:window:stride:padding:)``.
public struct MaxPool2D: Layer, ParameterFree, Hashable {
  /// The size of the window.
  public var window: PerAxis
  /// The distance from one position of the window to the next.
  public var stride: PerAxis
  /// How far the window may reach beyond the edge.
  public var padding: Padding

  /// Creates a layer; windows lie side by side unless a stride is given.
  ///
  /// - Precondition: window and stride are positive, and the padding is not negative.
  public init(window: PerAxis, stride: PerAxis? = nil, padding: Padding = .valid) {
    requirePool("MaxPool2D", window, stride ?? window, padding)
    self.window = window
    self.stride = stride ?? window
    self.padding = padding
  }

  /// `maxPool2D(x)`.
  public func callAsFunction(_ x: Tensor) -> Tensor {
    maxPool2D(x, window: window, stride: stride, padding: padding)
  }
}

/// A layer that takes the mean of the elements under a sliding window, see
/// ``averagePool2D(_:window:stride:padding:countsPadding:)``.
public struct AveragePool2D: Layer, ParameterFree, Hashable {
  /// The size of the window.
  public var window: PerAxis
  /// The distance from one position of the window to the next.
  public var stride: PerAxis
  /// How far the window may reach beyond the edge.
  public var padding: Padding
  /// Whether what lies beyond the edge counts, as zeros.
  public var countsPadding: Bool

  /// Creates a layer; windows lie side by side unless a stride is given.
  ///
  /// - Precondition: window and stride are positive, and the padding is not negative.
  public init(
    window: PerAxis, stride: PerAxis? = nil, padding: Padding = .valid, countsPadding: Bool = false
  ) {
    requirePool("AveragePool2D", window, stride ?? window, padding)
    self.window = window
    self.stride = stride ?? window
    self.padding = padding
    self.countsPadding = countsPadding
  }

  /// `averagePool2D(x)`.
  public func callAsFunction(_ x: Tensor) -> Tensor {
    averagePool2D(
      x, window: window, stride: stride, padding: padding, countsPadding: countsPadding)
  }
}

/// A layer that takes the mean of each channel of each image, see ``globalAveragePool2D(_:)``.
public struct GlobalAveragePool2D: Layer, ParameterFree, Hashable {
  /// Creates a layer.
  public init() {}

  /// `globalAveragePool2D(x)`.
  public func callAsFunction(_ x: Tensor) -> Tensor { globalAveragePool2D(x) }
}

private func requirePool(_ layer: String, _ window: PerAxis, _ stride: PerAxis, _ padding: Padding)
{
  requireNumbers(layer, "window", window, axes: 2, from: 1)
  requireWindow(layer, axes: 2, stride: stride, padding)
}
