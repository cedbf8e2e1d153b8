// The layers that slide a filter over images or sequences.
//
// The weight tells the sizes of a layer, so only what it does not tell is stored beside it.

import AdjointArrays
import AdjointDifferentiation
import AdjointSupport

/// A layer that slides a filter over images, `y = conv2D(x, weight) + bias`.
///
/// ```swift
/// let network = Sequential {
///   Conv2D(inputs: 1, outputs: 16, window: 5, initializer: .heNormal, using: &generator)
///   Activation.relu
///   MaxPool2D(window: 2)
///   Flatten()
///   Linear(inputs: 12 * 12 * 16, outputs: 10, using: &generator)
/// }
/// let logits = network(Tensor.ones([64, 28, 28, 1]))    // [64, 10]
/// ```
///
/// Images are `[images, rows, columns, inputs]`; the result is `[images, rows, columns, outputs]`,
/// see ``conv2D(_:_:stride:padding:dilation:groups:)``.
public struct Conv2D: Layer {
  /// The filter, of shape `[rows, columns, inputs / groups, outputs]`.
  public var weight: Tensor
  /// What is added to each output, of shape `[outputs]`, if the layer has one.
  public var bias: Tensor?
  /// The distance from one position of the window to the next.
  public var stride: PerAxis
  /// What the window may see beyond the edge.
  public var padding: Padding
  /// The distance from one tap of the window to the next.
  public var dilation: PerAxis
  /// The number of groups that inputs and outputs fall into.
  public var groups: Int

  /// A layer with a given weight and bias.
  public init(
    weight: Tensor, bias: Tensor? = nil, stride: PerAxis = 1, padding: Padding = .valid,
    dilation: PerAxis = 1, groups: Int = 1
  ) {
    requireWindow("Conv2D", axes: 2, stride: stride, padding, dilation: dilation)
    self.weight = weight
    self.bias = bias
    self.stride = stride
    self.padding = padding
    self.dilation = dilation
    self.groups = groups
  }

  /// A layer with a random filter and a bias of zeros.
  ///
  /// - Parameters:
  ///   - inputs: the channels of the images.
  ///   - outputs: the channels of the result.
  ///   - window: the rows and columns of the filter.
  ///   - bias: whether something is added after the convolution.
  ///   - initializer: where the filter comes from; its fans are the elements of a patch, and the
  ///     outputs times the taps, of one group.
  /// - Precondition: sizes are positive, `groups` divides `inputs` and `outputs`, and `window` has
  ///   one number or two.
  public init(
    inputs: Int, outputs: Int, window: PerAxis, stride: PerAxis = 1, padding: Padding = .valid,
    dilation: PerAxis = 1, groups: Int = 1, bias: Bool = true,
    initializer: Initializer = .glorotUniform, dtype: DType = .float32,
    using generator: inout some RandomNumberGenerator
  ) {
    let taps = taps(window, "Conv2D")
    requireChannels("Conv2D", inputs, outputs, groups)
    self.init(
      weight: initializer(
        shape: Shape(taps + [inputs / groups, outputs]), groups: groups, dtype: dtype,
        using: &generator),
      bias: bias ? .zeros([outputs], dtype: dtype) : nil, stride: stride, padding: padding,
      dilation: dilation, groups: groups)
  }

  /// `conv2D(x, weight) + bias`.
  public func callAsFunction(_ x: Tensor) -> Tensor {
    adding(
      bias, "Conv2D",
      conv2D(
        x, weight, stride: stride, padding: padding, dilation: dilation, groups: groups))
  }
}

/// A layer that slides a filter over sequences, `y = conv1D(x, weight) + bias`.
///
/// Sequences are `[images, positions, inputs]`; the result is `[images, positions, outputs]`, see
/// ``conv1D(_:_:stride:padding:dilation:groups:)``.
public struct Conv1D: Layer {
  /// The filter, of shape `[positions, inputs / groups, outputs]`.
  public var weight: Tensor
  /// What is added to each output, of shape `[outputs]`, if the layer has one.
  public var bias: Tensor?
  /// The distance from one position of the window to the next.
  public var stride: Int
  /// What the window may see beyond the ends.
  public var padding: Padding
  /// The distance from one tap of the window to the next.
  public var dilation: Int
  /// The number of groups that inputs and outputs fall into.
  public var groups: Int

  /// A layer with a given weight and bias.
  public init(
    weight: Tensor, bias: Tensor? = nil, stride: Int = 1, padding: Padding = .valid,
    dilation: Int = 1, groups: Int = 1
  ) {
    requireWindow("Conv1D", axes: 1, stride: PerAxis(stride), padding, dilation: PerAxis(dilation))
    self.weight = weight
    self.bias = bias
    self.stride = stride
    self.padding = padding
    self.dilation = dilation
    self.groups = groups
  }

  /// A layer with a random filter and a bias of zeros; see ``Conv2D``.
  ///
  /// - Precondition: sizes are positive, and `groups` divides `inputs` and `outputs`.
  public init(
    inputs: Int, outputs: Int, window: Int, stride: Int = 1, padding: Padding = .valid,
    dilation: Int = 1, groups: Int = 1, bias: Bool = true,
    initializer: Initializer = .glorotUniform, dtype: DType = .float32,
    using generator: inout some RandomNumberGenerator
  ) {
    requireSizes("Conv1D", ("window", window))
    requireChannels("Conv1D", inputs, outputs, groups)
    self.init(
      weight: initializer(
        shape: [window, inputs / groups, outputs], groups: groups, dtype: dtype,
        using: &generator),
      bias: bias ? .zeros([outputs], dtype: dtype) : nil, stride: stride, padding: padding,
      dilation: dilation, groups: groups)
  }

  /// `conv1D(x, weight) + bias`.
  public func callAsFunction(_ x: Tensor) -> Tensor {
    adding(
      bias, "Conv1D",
      conv1D(
        x, weight, stride: stride, padding: padding, dilation: dilation, groups: groups))
  }
}

/// A layer that enlarges images, `y = convTransposed2D(x, weight) + bias`.
///
/// Images are `[images, rows, columns, inputs]`; the result is `[images, rows, columns, outputs]`,
/// see ``convTransposed2D(_:_:stride:padding:outputPadding:dilation:groups:)``.
public struct ConvTransposed2D: Layer {
  /// The filter, of shape `[rows, columns, outputs / groups, inputs]`: that of the convolution from
  /// results to images.
  public var weight: Tensor
  /// What is added to each output, of shape `[outputs]`, if the layer has one.
  public var bias: Tensor?
  /// How far the window moves in the result from one pixel to the next.
  public var stride: PerAxis
  /// What is cut off from the result.
  public var padding: Padding
  /// Further rows and columns at the end.
  public var outputPadding: PerAxis
  /// The distance from one tap of the window to the next.
  public var dilation: PerAxis
  /// The number of groups that inputs and outputs fall into.
  public var groups: Int

  /// A layer with a given weight and bias.
  public init(
    weight: Tensor, bias: Tensor? = nil, stride: PerAxis = 1, padding: Padding = .valid,
    outputPadding: PerAxis = 0, dilation: PerAxis = 1, groups: Int = 1
  ) {
    requireWindow("ConvTransposed2D", axes: 2, stride: stride, padding, dilation: dilation)
    self.weight = weight
    self.bias = bias
    self.stride = stride
    self.padding = padding
    self.outputPadding = outputPadding
    self.dilation = dilation
    self.groups = groups
  }

  /// A layer with a random filter and a bias of zeros; see ``Conv2D``.
  ///
  /// - Precondition: sizes are positive, `groups` divides `inputs` and `outputs`, and `window` has
  ///   one number or two.
  public init(
    inputs: Int, outputs: Int, window: PerAxis, stride: PerAxis = 1, padding: Padding = .valid,
    outputPadding: PerAxis = 0, dilation: PerAxis = 1, groups: Int = 1, bias: Bool = true,
    initializer: Initializer = .glorotUniform, dtype: DType = .float32,
    using generator: inout some RandomNumberGenerator
  ) {
    let taps = taps(window, "ConvTransposed2D")
    requireChannels("ConvTransposed2D", inputs, outputs, groups)
    // Drawn as that of the convolution from images to results, so that the fans are those of this
    // layer; then the two kinds of channels change places, in each group.
    let drawn = initializer(
      shape: Shape(taps + [inputs / groups, outputs]), groups: groups, dtype: dtype,
      using: &generator)
    let (own, others) = (inputs / groups, outputs / groups)
    let weight = drawn.reshaped(to: taps + [own, groups, others]).transposed([0, 1, 4, 3, 2])
    self.init(
      weight: Tensor(weight.reshaped(to: taps + [others, inputs]).ndArray.contiguous()),
      bias: bias ? .zeros([outputs], dtype: dtype) : nil, stride: stride, padding: padding,
      outputPadding: outputPadding, dilation: dilation, groups: groups)
  }

  /// `convTransposed2D(x, weight) + bias`.
  public func callAsFunction(_ x: Tensor) -> Tensor {
    adding(
      bias, "ConvTransposed2D",
      convTransposed2D(
        x, weight, stride: stride, padding: padding, outputPadding: outputPadding,
        dilation: dilation, groups: groups))
  }
}

/// The rows and columns of a window.
private func taps(_ window: PerAxis, _ layer: String) -> [Int] {
  requireNumbers(layer, "window", window, axes: 2, from: 1)
  return window.resolved(axes: 2)
}

private func requireChannels(_ layer: String, _ inputs: Int, _ outputs: Int, _ groups: Int) {
  requireSizes(layer, ("inputs", inputs), ("outputs", outputs), ("groups", groups))
  require(
    inputs % groups == 0 && outputs % groups == 0,
    "\(layer): \(groups) groups do not divide \(inputs) inputs and \(outputs) outputs. "
      + "Choose a common divisor of both.")
}

/// Adds a bias, which must not be broadcast silently.
private func adding(_ bias: Tensor?, _ layer: String, _ y: Tensor) -> Tensor {
  guard let bias else { return y }
  guard bias.rank == 1, bias.shape.first == y.shape.last else {
    return Tensor.failing(
      .shape, layer, [bias, y],
      ShapeError(
        problem: "the bias has shape \(bias.shape) and the result \(y.shape)",
        remedy: "A bias has one number for each output: shape [\(y.shape.last ?? 1)]."),
      placeholder: y.type)
  }
  return y + bias
}
