// Which shapes meet in a convolution or under a pooling window, and which numbers a stride, a
// padding and a dilation come down to. It computes shapes and touches no element.
//
// Images have their channels last, `[images, rows, columns, channels]`, and filters their outputs
// last, `[rows, columns, channels / groups, outputs]`. A sequence, `[images, positions, channels]`,
// is treated as an image of one row.

import AdjointKernels

/// The three shapes of a convolution and how its window slides: all that a kernel has to be told.
///
/// A convolution is bilinear, and so are its two derivatives: each is the sum `Σ x f y` over two of
/// image, filter and output, so one description serves all three.
package struct ConvolutionGeometry: Hashable, Sendable {
  let images: Int
  let window: SlidingWindow
  let inputs: Int
  let outputs: Int
  let groups: Int

  /// The shape of the image: `[images, rows, columns, inputs]`.
  package var imageShape: Shape {
    Shape(
      unchecked: AxisVector([images, window.rows.size, window.columns.size, inputs]))
  }

  /// The shape of the filter: `[rows, columns, inputs / groups, outputs]`.
  package var filterShape: Shape {
    Shape(
      unchecked: AxisVector([
        window.rows.taps, window.columns.taps, inputs / groups, outputs,
      ]))
  }

  /// The shape of the output: `[images, rows, columns, outputs]`.
  package var outputShape: Shape {
    Shape(
      unchecked: AxisVector([
        images, window.rows.positions, window.columns.positions, outputs,
      ]))
  }
}

/// How a pooling window slides over images.
package struct PoolingGeometry: Hashable, Sendable {
  let images: Int
  let window: SlidingWindow
  let channels: Int

  /// The shape of the image: `[images, rows, columns, channels]`.
  package var imageShape: Shape {
    Shape(
      unchecked: AxisVector([images, window.rows.size, window.columns.size, channels]))
  }

  /// The shape of the output: `[images, rows, columns, channels]`.
  package var outputShape: Shape {
    Shape(
      unchecked: AxisVector([
        images, window.rows.positions, window.columns.positions, channels,
      ]))
  }
}

// MARK: - Convolutions

extension Shape {
  /// The convolution of an image of this shape, or of a sequence, with a filter.
  ///
  /// Along each axis there are `⌊(size + before + after - dilation (taps - 1) - 1) / stride⌋ + 1`
  /// positions.
  ///
  /// - Throws: ``ShapeError`` for ranks or channels that do not fit, and for a window that is
  ///   larger than the padded image.
  package func convolution(
    _ filter: Shape, stride: PerAxis, padding: Padding, dilation: PerAxis, groups: Int
  ) throws(ShapeError) -> ConvolutionGeometry {
    let axes = try windowAxes()
    try requireFilter(filter, axes)
    let (inputs, outputs) = (self[rank - 1], filter[filter.rank - 1])
    try requireGroups(groups, inputs, outputs)
    guard filter[filter.rank - 2] == inputs / groups else {
      throw ShapeError(
        problem: "the filter \(filter) takes \(filter[filter.rank - 2]) channels, "
          + "but \(self) has \(inputs)\(groups == 1 ? "" : " in \(groups) groups")",
        remedy:
          "A filter is [\(axes == 1 ? "" : "rows, ")columns, channels / groups, outputs], and "
          + "images have their channels last.")
    }
    let window = try slidingWindow(
      Array(filter.prefix(axes)), stride: stride, padding: padding, dilation: dilation)
    let geometry = ConvolutionGeometry(
      images: self[0], window: window, inputs: inputs, outputs: outputs, groups: groups)
    _ = try Shape(validating: geometry.outputShape.dimensions)
    return geometry
  }

  /// The convolution whose output has this shape, seen from its output.
  ///
  /// Along each axis the image has `(size - 1) stride + dilation (taps - 1) + 1 - before - after +
  /// extra` elements: `extra`, from 0 to `stride - 1`, tells sizes apart that give the same output.
  /// With padding `.same` it has `size · stride - extra`.
  ///
  /// - Throws: ``ShapeError`` as ``convolution(_:stride:padding:dilation:groups:)`` does, and for
  ///   an image without elements.
  package func transposedConvolution(
    _ filter: Shape, stride: PerAxis, padding: Padding, extra: PerAxis, dilation: PerAxis,
    groups: Int
  ) throws(ShapeError) -> ConvolutionGeometry {
    let axes = try windowAxes()
    try requireFilter(filter, axes)
    let outputs = self[rank - 1]
    guard filter[filter.rank - 1] == outputs else {
      throw ShapeError(
        problem: "the filter \(filter) takes \(filter[filter.rank - 1]) channels, "
          + "but \(self) has \(outputs)",
        remedy: "The filter of a transposed convolution is that of the convolution: "
          + "[\(axes == 1 ? "" : "rows, ")columns, results / groups, channels].")
    }
    guard groups >= 1, groups <= Shape.largestNumber else {
      throw ShapeError(problem: "there are \(groups) groups", remedy: "Use at least one group.")
    }
    let (inputs, overflows) = filter[filter.rank - 2].multipliedReportingOverflow(by: groups)
    guard !overflows else {
      throw ShapeError(problem: "there are \(groups) groups", remedy: "Use fewer groups.")
    }
    try requireGroups(groups, inputs, outputs)
    let strides = try stride.resolved("stride", axes, 1...)
    let dilations = try dilation.resolved("dilation", axes, 1...)
    let extras = try extra.resolved("output padding", axes, 0...)
    let sides = try padding.sides(axes)
    var imageSize: [Int] = []
    for axis in 0..<axes {
      guard extras[axis] < strides[axis] else {
        throw ShapeError(
          problem: "an output padding of \(extras[axis]) is not less than the stride "
            + "\(strides[axis])",
          remedy: "It tells apart the sizes that give the same convolution: use 0 to stride - 1.")
      }
      let size = self[axis + 1]
      let extent = dilations[axis] * (filter[axis] - 1) + 1
      let grown =
        switch sides {
        case .same: size * strides[axis] - extras[axis]
        case .explicit(let before, let after):
          (size - 1) * strides[axis] + extent - before[axis] - after[axis] + extras[axis]
        }
      guard grown >= 1 else {
        throw ShapeError(
          problem: "\(size) \(Shape.axisName(axis, axes)) with this padding would give \(grown)",
          remedy: "Use less padding.")
      }
      imageSize.append(grown)
    }
    let image = try Shape(validating: [self[0]] + imageSize + [inputs])
    let geometry = try image.convolution(
      filter, stride: stride, padding: padding, dilation: dilation, groups: groups)
    return geometry
  }

  /// The pooling of an image of this shape, or of a sequence.
  ///
  /// There are as many positions as in a convolution without dilation.
  ///
  /// - Throws: ``ShapeError`` for a rank that does not fit, for a window that is larger than the
  ///   padded image, and for padding that a window fits into: its maximum would be that of nothing.
  package func pooling(
    window: PerAxis, stride: PerAxis, padding: Padding
  ) throws(ShapeError) -> PoolingGeometry {
    let axes = try windowAxes()
    let taps = try window.resolved("window", axes, 1...)
    if case .explicit(let before, let after) = try padding.sides(axes) {
      for axis in 0..<axes where Swift.max(before[axis], after[axis]) >= taps[axis] {
        throw ShapeError(
          problem: "a window of \(taps[axis]) \(Shape.axisName(axis, axes)) fits into a padding of "
            + "\(Swift.max(before[axis], after[axis])), where it would see nothing",
          remedy: "Use less padding than the window is long.")
      }
    }
    let sliding = try slidingWindow(taps, stride: stride, padding: padding, dilation: 1)
    guard sliding.pixels > 0 else {
      throw ShapeError(
        problem: "an image of shape \(self) has no elements to pool",
        remedy: "Pass images with at least one row and column.")
    }
    return PoolingGeometry(images: self[0], window: sliding, channels: self[rank - 1])
  }
}

// MARK: - Checks

extension Shape {
  /// Keeps every product of two numbers of a window within an `Int`.
  fileprivate static let largestNumber = 1 << 30

  fileprivate static func axisName(_ axis: Int, _ axes: Int) -> String {
    axes == 1 ? "positions" : axis == 0 ? "rows" : "columns"
  }

  /// The number of axes along which a window slides: 2 for images, 1 for sequences.
  private func windowAxes() throws(ShapeError) -> Int {
    guard rank == 3 || rank == 4 else {
      throw ShapeError(
        problem: "\(self) is neither a batch of images nor one of sequences",
        remedy:
          "Images are [images, rows, columns, channels], sequences [images, positions, channels].")
    }
    for axis in 1..<rank where self[axis] > Shape.largestNumber {
      throw ShapeError(
        problem: "axis \(axis) of \(self) is longer than \(Shape.largestNumber)",
        remedy: "Cut the image into parts.")
    }
    return rank - 2
  }

  private func requireFilter(_ filter: Shape, _ axes: Int) throws(ShapeError) {
    guard filter.rank == axes + 2 else {
      throw ShapeError(
        problem: "a filter of shape \(filter) has \(filter.rank) axes, but \(self) takes one of "
          + "\(axes + 2)",
        remedy: "A filter is [\(axes == 1 ? "" : "rows, ")columns, channels / groups, outputs].")
    }
    for axis in 0..<filter.rank where filter[axis] < 1 || filter[axis] > Shape.largestNumber {
      throw ShapeError(
        problem: "axis \(axis) of the filter \(filter) has length \(filter[axis])",
        remedy:
          "Every axis of a filter has at least one element and at most \(Shape.largestNumber).")
    }
  }

  private func requireGroups(
    _ groups: Int, _ inputs: Int, _ outputs: Int
  ) throws(ShapeError) {
    guard groups >= 1, inputs % groups == 0, outputs % groups == 0 else {
      throw ShapeError(
        problem: "\(inputs) channels and \(outputs) outputs do not fall into \(groups) groups",
        remedy: "The number of groups divides both.")
    }
  }

  /// Settles the numbers of a window on an image of this shape.
  private func slidingWindow(
    _ taps: [Int], stride: PerAxis, padding: Padding, dilation: PerAxis
  ) throws(ShapeError) -> SlidingWindow {
    let axes = rank - 2
    let strides = try stride.resolved("stride", axes, 1...)
    let dilations = try dilation.resolved("dilation", axes, 1...)
    let sides = try padding.sides(axes)
    var settled: [WindowAxis] = []
    if axes == 1 {
      settled.append(
        WindowAxis(size: 1, taps: 1, stride: 1, dilation: 1, before: 0, positions: 1))
    }
    for axis in 0..<axes {
      let size = self[axis + 1]
      let extent = dilations[axis] * (taps[axis] - 1) + 1
      var (before, after) = (0, 0)
      switch sides {
      case .same:
        let missing = Swift.max(
          0, (ceilingQuotient(size, strides[axis]) - 1) * strides[axis] + extent - size)
        (before, after) = (missing / 2, missing - missing / 2)
      case .explicit(let left, let right): (before, after) = (left[axis], right[axis])
      }
      let room = size + before + after - extent
      guard room >= 0 else {
        let spread = dilations[axis] == 1 ? "" : " (\(taps[axis]) with dilation \(dilations[axis]))"
        throw ShapeError(
          problem: "a window of \(extent)\(spread) does not fit \(size) "
            + "\(Shape.axisName(axis, axes)) with a padding of \(before) and \(after)",
          remedy: "Use a smaller window, more padding, or a larger image.")
      }
      settled.append(
        WindowAxis(
          size: size, taps: taps[axis], stride: strides[axis], dilation: dilations[axis],
          before: before, positions: room / strides[axis] + 1))
    }
    return SlidingWindow(rows: settled[0], columns: settled[1])
  }
}

extension PerAxis {
  /// One number for each axis, each in the range.
  fileprivate func resolved(
    _ what: String, _ axes: Int, _ range: PartialRangeFrom<Int>
  ) throws(ShapeError) -> [Int] {
    guard values.count == 1 || values.count == axes else {
      throw ShapeError(
        problem: "a \(what) of \(values) has \(values.count) numbers for \(axes) axes",
        remedy: "Give one number, or one for each axis.")
    }
    for value in values where !range.contains(value) || value > Shape.largestNumber {
      throw ShapeError(
        problem: "a \(what) of \(value) is not possible",
        remedy: "Use a number from \(range.lowerBound) to \(Shape.largestNumber).")
    }
    return values.count == axes ? values : [Int](repeating: values[0], count: axes)
  }
}

extension Padding {
  /// Numbers, or the rule that finds them.
  fileprivate enum Sides {
    case same
    case explicit(before: [Int], after: [Int])
  }

  fileprivate func sides(_ axes: Int) throws(ShapeError) -> Sides {
    switch self {
    case .same: return .same
    case .valid:
      let none = [Int](repeating: 0, count: axes)
      return .explicit(before: none, after: none)
    case .explicit(let before, let after):
      return .explicit(
        before: try before.resolved("padding", axes, 0...),
        after: try after.resolved("padding", axes, 0...))
    }
  }
}
