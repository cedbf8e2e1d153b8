// Maximum and mean under a window that slides over images, and the functions that users call. The
// derivative of each is a linear map that stands beside its transpose, and each of the two is the
// other's derivative rule.

import AdjointArrays
import AdjointElementary

/// The largest element under the window at each position.
///
/// Where several elements of a window are largest each takes an equal share of the adjoint, as in
/// the maximum over an axis. Which ones are largest is piecewise constant, so it enters the
/// derivative as a constant.
struct MaximumPool: Primitive {
  let geometry: PoolingGeometry

  var name: String { "maximum under a window" }
  var reads: Reads { [.operands, .result] }

  func resultType(of operands: [TensorType]) throws(ShapeError) -> TensorType {
    try pooledType(operands[0], geometry.imageShape, geometry.outputShape)
  }

  func evaluate(_ operands: [NDArray]) -> NDArray { .maximumPool(operands[0], geometry) }

  func pullback(_ adjoint: Tensor, at use: borrowing PrimitiveUse) {
    use.give(0) { Tensor.applying(ShareAmongLargest(at: use, geometry), adjoint) }
  }

  func pushforward(_ tangents: PrimitiveTangents, at use: borrowing PrimitiveUse) -> Tensor {
    tangents.sum { _, tangent in Tensor.applying(MeanOfLargest(at: use, geometry), tangent) }
  }
}

/// At each position the mean of the elements that stand where `x` is largest; its transpose is
/// ``ShareAmongLargest``.
struct MeanOfLargest: LinearPrimitive {
  let x: NDArray
  let largest: NDArray
  let geometry: PoolingGeometry

  init(x: NDArray, largest: NDArray, _ geometry: PoolingGeometry) {
    self.x = x
    self.largest = largest
    self.geometry = geometry
  }

  init(at use: borrowing PrimitiveUse, _ geometry: PoolingGeometry) {
    self.init(x: use[0].ndArray, largest: use.result.ndArray, geometry)
  }

  var name: String { "mean of the largest" }

  func resultType(of operands: [TensorType]) throws(ShapeError) -> TensorType {
    try pooledType(operands[0], geometry.imageShape, geometry.outputShape)
  }

  func evaluate(_ operands: [NDArray]) -> NDArray {
    .meanOfLargest(operands[0], x, largest, geometry)
  }

  func transposed(_ adjoint: Tensor, at use: borrowing PrimitiveUse) -> Tensor {
    Tensor.applying(ShareAmongLargest(x: x, largest: largest, geometry), adjoint)
  }
}

/// Elements in equal shares to where `x` is largest under the window; its transpose is
/// ``MeanOfLargest``.
struct ShareAmongLargest: LinearPrimitive {
  let x: NDArray
  let largest: NDArray
  let geometry: PoolingGeometry

  init(x: NDArray, largest: NDArray, _ geometry: PoolingGeometry) {
    self.x = x
    self.largest = largest
    self.geometry = geometry
  }

  init(at use: borrowing PrimitiveUse, _ geometry: PoolingGeometry) {
    self.init(x: use[0].ndArray, largest: use.result.ndArray, geometry)
  }

  var name: String { "shares to the largest" }

  func resultType(of operands: [TensorType]) throws(ShapeError) -> TensorType {
    try pooledType(operands[0], geometry.outputShape, geometry.imageShape)
  }

  func evaluate(_ operands: [NDArray]) -> NDArray {
    .sharedAmongLargest(operands[0], x, largest, geometry)
  }

  func transposed(_ adjoint: Tensor, at use: borrowing PrimitiveUse) -> Tensor {
    Tensor.applying(MeanOfLargest(x: x, largest: largest, geometry), adjoint)
  }
}

/// The mean under the window at each position; its transpose is ``ShareAmongPixels``.
struct AveragePool: LinearPrimitive {
  let geometry: PoolingGeometry
  let countsPadding: Bool

  var name: String { "mean under a window" }

  func resultType(of operands: [TensorType]) throws(ShapeError) -> TensorType {
    try pooledType(operands[0], geometry.imageShape, geometry.outputShape)
  }

  func evaluate(_ operands: [NDArray]) -> NDArray {
    .averagePool(operands[0], geometry, countingPadding: countsPadding)
  }

  func transposed(_ adjoint: Tensor, at use: borrowing PrimitiveUse) -> Tensor {
    Tensor.applying(
      ShareAmongPixels(geometry: geometry, countsPadding: countsPadding), adjoint)
  }
}

/// Elements in equal shares to the pixels under the window; its transpose is ``AveragePool``.
struct ShareAmongPixels: LinearPrimitive {
  let geometry: PoolingGeometry
  let countsPadding: Bool

  var name: String { "shares under a window" }

  func resultType(of operands: [TensorType]) throws(ShapeError) -> TensorType {
    try pooledType(operands[0], geometry.outputShape, geometry.imageShape)
  }

  func evaluate(_ operands: [NDArray]) -> NDArray {
    .sharedAmongPixels(operands[0], geometry, countingPadding: countsPadding)
  }

  func transposed(_ adjoint: Tensor, at use: borrowing PrimitiveUse) -> Tensor {
    Tensor.applying(
      AveragePool(geometry: geometry, countsPadding: countsPadding), adjoint)
  }
}

private func pooledType(
  _ operand: TensorType, _ expected: Shape, _ result: Shape
) throws(ShapeError) -> TensorType {
  guard operand.dtype.isFloatingPoint else {
    throw ShapeError(
      problem: "pooling of \(operand.dtype) elements",
      remedy: "Convert first, as in x.converted(to: .float32).")
  }
  guard operand.shape == expected else {
    throw ShapeError(
      problem: "pooling made for shape \(expected) was given \(operand.shape)",
      remedy: "Pass an operand of the shape that it was made for.")
  }
  return TensorType(result, operand.dtype)
}

// MARK: - The functions that users call

/// The largest element under a window that slides over images, channel by channel; NaN if any is
/// NaN.
///
/// `Y[n, i, j, c] = max_ab X[n, i s + a - p, j s + b - p, c]` over what is on the image. Equal
/// largest elements of a window share the adjoint equally.
///
/// ```swift
/// let x = Tensor([1, 2, 5, 4], shape: [1, 2, 2, 1])
/// maxPool2D(x, window: 2)    // [[[[5.0]]]]
/// ```
///
/// - Parameters:
///   - x: images, `[images, rows, columns, channels]`.
///   - window: the size of the window.
///   - stride: the distance from one position of the window to the next; its size, so that windows
///     lie side by side, unless given.
///   - padding: how far the window may reach beyond the edge, less than its size. Nothing is there.
/// - Returns: `[images, rows, columns, channels]` with `⌊(size + before + after - window) / stride⌋
///   + 1` rows and columns.
/// - Note: Shapes that do not fit are refused as a ``TensorError``.
public func maxPool2D(
  _ x: Tensor, window: PerAxis, stride: PerAxis? = nil, padding: Padding = .valid
) -> Tensor {
  pooling("maxPool2D", axes: 2, x, window, stride ?? window, padding) {
    Tensor.applying(MaximumPool(geometry: $1), $0)
  }
}

/// The largest element under a window that slides over sequences, `[images, positions, channels]`:
/// ``maxPool2D(_:window:stride:padding:)`` along one axis.
public func maxPool1D(
  _ x: Tensor, window: Int, stride: Int? = nil, padding: Padding = .valid
) -> Tensor {
  pooling("maxPool1D", axes: 1, x, PerAxis(window), PerAxis(stride ?? window), padding) {
    Tensor.applying(MaximumPool(geometry: $1), $0)
  }
}

/// The mean of the elements under a window that slides over images, channel by channel.
///
/// `Y[n, i, j, c] = 1/m Σ_ab X[n, i s + a - p, j s + b - p, c]`, over the `m` elements that are on
/// the image: the mean of an image of equal elements is that image. With `countsPadding` there are
/// zeros beyond the edge, and `m` is the size of the window everywhere.
///
/// ```swift
/// let x = Tensor([1, 2, 5, 4], shape: [1, 2, 2, 1])
/// averagePool2D(x, window: 2)    // [[[[3.0]]]]
/// ```
///
/// - Parameters:
///   - x: images, `[images, rows, columns, channels]`.
///   - window: the size of the window.
///   - stride: the distance from one position of the window to the next; its size, unless given.
///   - padding: how far the window may reach beyond the edge, less than its size.
///   - countsPadding: whether what lies beyond the edge counts, as zeros.
/// - Returns: as ``maxPool2D(_:window:stride:padding:)``.
public func averagePool2D(
  _ x: Tensor, window: PerAxis, stride: PerAxis? = nil, padding: Padding = .valid,
  countsPadding: Bool = false
) -> Tensor {
  pooling("averagePool2D", axes: 2, x, window, stride ?? window, padding) {
    Tensor.applying(AveragePool(geometry: $1, countsPadding: countsPadding), $0)
  }
}

/// The mean of the elements under a window that slides over sequences, `[images, positions,
/// channels]`: ``averagePool2D(_:window:stride:padding:countsPadding:)`` along one axis.
public func averagePool1D(
  _ x: Tensor, window: Int, stride: Int? = nil, padding: Padding = .valid,
  countsPadding: Bool = false
) -> Tensor {
  pooling("averagePool1D", axes: 1, x, PerAxis(window), PerAxis(stride ?? window), padding) {
    Tensor.applying(AveragePool(geometry: $1, countsPadding: countsPadding), $0)
  }
}

/// The mean of each channel of each image: `[images, rows, columns, channels]` becomes
/// `[images, channels]`.
public func globalAveragePool2D(_ x: Tensor) -> Tensor {
  do throws(ShapeError) {
    try requireImages(x.shape, 2)
    return x.mean(over: [1, 2])
  } catch {
    return Tensor.failing(
      .shape, "globalAveragePool2D", [x], error,
      placeholder: TensorType(Shape([x.shape.first ?? 1, x.shape.last ?? 1]), x.dtype))
  }
}

/// Checks the rank, finds the geometry, and applies a primitive; sequences are images of one row.
private func pooling(
  _ operation: String, axes: Int, _ x: Tensor, _ window: PerAxis, _ stride: PerAxis,
  _ padding: Padding, _ apply: (Tensor, PoolingGeometry) -> Tensor
) -> Tensor {
  do throws(ShapeError) {
    try requireImages(x.shape, axes)
    let geometry = try x.shape.pooling(window: window, stride: stride, padding: padding)
    let value = apply(x.reshaped(to: geometry.imageShape), geometry)
    return axes == 1 ? value.squeezed(at: 1) : value
  } catch {
    return Tensor.failing(.shape, operation, [x], error)
  }
}
