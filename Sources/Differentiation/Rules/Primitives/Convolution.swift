// Convolution as a primitive, and the functions that users call. A convolution is the sum  Σ x[..]
// f[..] y[..]  over all pairs of a pixel and a position that a tap joins, with the place of y left
// open. Leaving open the place of x or of f gives its two derivatives. So one primitive with three
// results is closed under differentiation: the rule of each names the other two.

import AdjointArrays
import AdjointElementary

/// `Σ x f y` with one of the three left open; the operands are the other two, in this order.
struct Convolution: Primitive {
  /// What is left open.
  enum Role: Int { case image, filter, output }

  let geometry: ConvolutionGeometry
  let result: Role

  init(_ geometry: ConvolutionGeometry, result: Role) {
    self.geometry = geometry
    self.result = result
  }

  var name: String {
    switch result {
    case .image: "convolution, transposed"
    case .filter: "convolution, to filter \(geometry.filterShape)"
    case .output: "convolution"
    }
  }
  var reads: Reads { [.operands] }

  private var operandRoles: [Role] {
    switch result {
    case .image: [.filter, .output]
    case .filter: [.image, .output]
    case .output: [.image, .filter]
    }
  }

  private func shape(_ role: Role) -> Shape {
    switch role {
    case .image: geometry.imageShape
    case .filter: geometry.filterShape
    case .output: geometry.outputShape
    }
  }

  func resultType(of operands: [TensorType]) throws(ShapeError) -> TensorType {
    let (a, b) = (operands[0], operands[1])
    guard a.dtype == b.dtype, a.dtype.isFloatingPoint else {
      throw ShapeError(
        problem: "a convolution of \(a.dtype) and \(b.dtype)",
        remedy: "Both operands are float32 or both float64: convert with .converted(to:).")
    }
    let expected = operandRoles.map(shape)
    guard a.shape == expected[0], b.shape == expected[1] else {
      throw ShapeError(
        problem: "a convolution of \(expected[0]) and \(expected[1]) was given \(a.shape) and "
          + "\(b.shape)", remedy: "Pass operands of the shapes that it was made for.")
    }
    return TensorType(shape(result), a.dtype)
  }

  func evaluate(_ operands: [NDArray]) -> NDArray {
    switch result {
    case .image: .convolutionImage(operands[1], operands[0], geometry)
    case .filter: .convolutionFilter(operands[0], operands[1], geometry)
    case .output: .convolution(operands[0], operands[1], geometry)
    }
  }

  /// The adjoint takes the place of the result in the sum, and the place of the operand is left
  /// open.
  func pullback(_ adjoint: Tensor, at use: borrowing PrimitiveUse) {
    let roles = operandRoles
    for position in 0..<2 {
      use.give(position) {
        let other = (roles[1 - position], use[1 - position])
        return sum(leavingOpen: roles[position], (result, adjoint), other)
      }
    }
  }

  func pushforward(_ tangents: PrimitiveTangents, at use: borrowing PrimitiveUse) -> Tensor {
    let roles = operandRoles
    return tangents.sum { position, tangent in
      let other = (roles[1 - position], use[1 - position])
      return sum(leavingOpen: result, (roles[position], tangent), other)
    }
  }

  private func sum(leavingOpen role: Role, _ a: (Role, Tensor), _ b: (Role, Tensor)) -> Tensor {
    let ordered = a.0.rawValue < b.0.rawValue ? [a.1, b.1] : [b.1, a.1]
    return Tensor.applying(Convolution(geometry, result: role), to: ordered)
  }
}

// MARK: - The functions that users call

/// The convolution of images with a filter.
///
/// `Y[n, i, j, o] = Σ_abc X[n, i s + a d - p, j s + b d - p, c] F[a, b, c, o]`, with stride `s`,
/// dilation `d` and padding `p`; beyond the edge X is zero. Strictly this is a correlation: the
/// filter is not turned round.
///
/// ```swift
/// let images = Tensor.ones([8, 28, 28, 3])
/// let filter = Tensor.ones([5, 5, 3, 16])
/// conv2D(images, filter).shape                               // [8, 24, 24, 16]
/// conv2D(images, filter, stride: 2, padding: .same).shape    // [8, 14, 14, 16]
/// ```
///
/// - Parameters:
///   - x: images, `[images, rows, columns, channels]`.
///   - filter: `[rows, columns, channels / groups, outputs]`.
///   - stride: the distance from one position of the window to the next.
///   - padding: what the window may see beyond the edge.
///   - dilation: the distance from one tap of the window to the next.
///   - groups: the channels and the outputs fall into so many groups, and each group of outputs
///     sees its own channels only. With as many groups as channels the convolution is *depthwise*.
/// - Returns: `[images, rows, columns, outputs]` with
///   `⌊(size + before + after - dilation (taps - 1) - 1) / stride⌋ + 1` rows and columns.
/// - Note: Shapes that do not fit, and a window larger than the padded image, are refused as a
///   ``TensorError``.
/// - Complexity: one multiplication for each element of the filter and each position, over `groups`
///   if there are several. Patches are gathered in blocks: besides the result, a workspace of half
///   a megabyte a thread, however large the image is.
public func conv2D(
  _ x: Tensor, _ filter: Tensor, stride: PerAxis = 1, padding: Padding = .valid,
  dilation: PerAxis = 1, groups: Int = 1
) -> Tensor {
  convolution(.output, "conv2D", axes: 2, x, filter) { x, filter throws(ShapeError) in
    try x.convolution(
      filter, stride: stride, padding: padding, dilation: dilation, groups: groups)
  }
}

/// The convolution of sequences with a filter: ``conv2D(_:_:stride:padding:dilation:groups:)``
/// along one axis.
///
/// `Y[n, i, o] = Σ_ac X[n, i s + a d - p, c] F[a, c, o]`.
///
/// - Parameters:
///   - x: sequences, `[images, positions, channels]`.
///   - filter: `[positions, channels / groups, outputs]`.
/// - Returns: `[images, positions, outputs]`.
public func conv1D(
  _ x: Tensor, _ filter: Tensor, stride: Int = 1, padding: Padding = .valid, dilation: Int = 1,
  groups: Int = 1
) -> Tensor {
  convolution(.output, "conv1D", axes: 1, x, filter) { x, filter throws(ShapeError) in
    try x.convolution(
      filter, stride: PerAxis(stride), padding: padding, dilation: PerAxis(dilation),
      groups: groups)
  }
}

/// The transpose of ``conv2D(_:_:stride:padding:dilation:groups:)`` with the same filter, from its
/// outputs to its images.
///
/// `X[n, i s + a d - p, j s + b d - p, c] += Σ_o Y[n, i, j, o] F[a, b, c, o]`, added over all
/// positions and taps. It is the derivative of the convolution, not its inverse, and serves to
/// enlarge images.
///
/// ```swift
/// let small = Tensor.ones([8, 7, 7, 16])
/// let filter = Tensor.ones([4, 4, 3, 16])
/// convTransposed2D(small, filter, stride: 2, padding: 1).shape    // [8, 14, 14, 3]
/// ```
///
/// - Parameters:
///   - y: `[images, rows, columns, channels]`, the channels being the outputs of the convolution.
///   - filter: `[rows, columns, results / groups, channels]`, that of the convolution.
///   - stride: how far the window moves in the result from one element of `y` to the next.
///   - padding: what is cut off from the result; with `.same` it has `size · stride` rows and
///     columns.
///   - outputPadding: further rows and columns at the end, fewer than the stride: a convolution
///     leads from several sizes to the same one, and this tells which is meant.
///   - dilation: the distance from one tap of the window to the next.
///   - groups: as in the convolution.
/// - Returns: `[images, rows, columns, results]` with `(size - 1) stride + dilation (taps - 1) + 1
///   - before - after + outputPadding` rows and columns.
/// - Complexity: as the convolution.
public func convTransposed2D(
  _ y: Tensor, _ filter: Tensor, stride: PerAxis = 1, padding: Padding = .valid,
  outputPadding: PerAxis = 0, dilation: PerAxis = 1, groups: Int = 1
) -> Tensor {
  convolution(.image, "convTransposed2D", axes: 2, y, filter) { y, filter throws(ShapeError) in
    try y.transposedConvolution(
      filter, stride: stride, padding: padding, extra: outputPadding, dilation: dilation,
      groups: groups)
  }
}

/// The transpose of ``conv1D(_:_:stride:padding:dilation:groups:)`` with the same filter:
/// ``convTransposed2D(_:_:stride:padding:outputPadding:dilation:groups:)`` along one axis.
///
/// - Parameters:
///   - y: `[images, positions, channels]`.
///   - filter: `[positions, results / groups, channels]`, that of the convolution.
/// - Returns: `[images, positions, results]`.
public func convTransposed1D(
  _ y: Tensor, _ filter: Tensor, stride: Int = 1, padding: Padding = .valid,
  outputPadding: Int = 0, dilation: Int = 1, groups: Int = 1
) -> Tensor {
  convolution(.image, "convTransposed1D", axes: 1, y, filter) { y, filter throws(ShapeError) in
    try y.transposedConvolution(
      filter, stride: PerAxis(stride), padding: padding, extra: PerAxis(outputPadding),
      dilation: PerAxis(dilation), groups: groups)
  }
}

/// Checks the ranks, finds the geometry, and applies the primitive; sequences are images of one
/// row.
private func convolution(
  _ result: Convolution.Role, _ operation: String, axes: Int, _ x: Tensor, _ filter: Tensor,
  _ geometry: (Shape, Shape) throws(ShapeError) -> ConvolutionGeometry
) -> Tensor {
  let (x, filter) = Tensor.adopted(x, filter)
  do throws(ShapeError) {
    try requireImages(x.shape, axes)
    let geometry = try geometry(x.shape, filter.shape)
    let primitive = Convolution(geometry, result: result)
    let image = result == .output ? geometry.imageShape : geometry.outputShape
    let (left, right) = (x.reshaped(to: image), filter.reshaped(to: geometry.filterShape))
    let operands = result == .output ? [left, right] : [right, left]
    _ = try primitive.resultType(of: operands.map(\.type))
    let value = Tensor.applying(primitive, to: operands)
    return axes == 1 ? value.squeezed(at: 1) : value
  } catch {
    let isOfOneType = x.dtype == filter.dtype && x.dtype.isFloatingPoint
    let outputs = result == .output ? filter.shape.last : filter.shape.dropLast().last
    return Tensor.failing(
      isOfOneType ? .shape : .dtype, operation, [x, filter], error,
      placeholder: TensorType(x.shape.expectedOutputs(outputs), x.dtype))
  }
}

/// Checks that there are as many axes as images have, or as sequences have.
func requireImages(_ shape: Shape, _ axes: Int) throws(ShapeError) {
  guard shape.rank == axes + 2 else {
    throw ShapeError(
      problem: "the argument has shape \(shape), of rank \(shape.rank)",
      remedy: axes == 2
        ? "Pass images: [images, rows, columns, channels]."
        : "Pass sequences: [images, positions, channels].")
  }
}
