// Reading and writing parts of a tensor. Each way of reading stands beside the way of writing that
// is its transpose; repeated positions add.

import AdjointArrays
import AdjointElementary

/// A rectangular part; its transpose is ``Embed``.
struct Slice: LinearPrimitive {
  let items: [IndexItem]

  var name: String { "slice" }

  func resultType(of operands: [TensorType]) throws(ShapeError) -> TensorType {
    TensorType(try operands[0].shape.sliced(items).shape, operands[0].dtype)
  }

  func evaluate(_ operands: [NDArray]) -> NDArray { operands[0].sliced(items) }

  func transposed(_ adjoint: Tensor, at use: borrowing PrimitiveUse) -> Tensor {
    Tensor.applying(Embed(items: items, shape: use.shape(0)), adjoint)
  }
}

/// Zeros with a rectangular part written in; its transpose is ``Slice``.
struct Embed: LinearPrimitive {
  let items: [IndexItem]
  let shape: Shape

  var name: String { "embed into \(shape)" }

  func resultType(of operands: [TensorType]) throws(ShapeError) -> TensorType {
    let part = try shape.sliced(items).shape
    guard part == operands[0].shape else {
      throw ShapeError(
        problem: "a part of shape \(operands[0].shape) does not fill a slice of shape \(part)",
        remedy: "Give the part the shape of the slice.")
    }
    return TensorType(shape, operands[0].dtype)
  }

  func evaluate(_ operands: [NDArray]) -> NDArray { operands[0].embedded(into: shape, at: items) }

  func transposed(_ adjoint: Tensor, at use: borrowing PrimitiveUse) -> Tensor {
    adjoint.sliced(items)
  }
}

/// Slices of one axis picked by number: `y[.., j, ..] = x[.., indices[j], ..]`; its transpose is
/// ``ScatterAdd``.
struct Gather: LinearPrimitive {
  let indices: NDArray
  let axis: Int

  var name: String { "gather along \(axis)" }

  func resultType(of operands: [TensorType]) throws(ShapeError) -> TensorType {
    let shape = operands[0].shape
    try requireIndices(indices, within: shape[axis])
    var lengths = shape.dimensions
    lengths.replaceSubrange(axis...axis, with: indices.shape.dimensions)
    return TensorType(try Shape(validating: lengths), operands[0].dtype)
  }

  func evaluate(_ operands: [NDArray]) -> NDArray { operands[0].gathered(indices, along: axis) }

  func transposed(_ adjoint: Tensor, at use: borrowing PrimitiveUse) -> Tensor {
    Tensor.applying(
      ScatterAdd(indices: indices, axis: axis, shape: use.shape(0)), adjoint)
  }
}

/// Slices added into zeros by number: `y[.., indices[j], ..] += x[.., j, ..]`; its transpose is
/// ``Gather``.
struct ScatterAdd: LinearPrimitive {
  let indices: NDArray
  let axis: Int
  let shape: Shape

  var name: String { "scatter-add into \(shape) along \(axis)" }

  func resultType(of operands: [TensorType]) throws(ShapeError) -> TensorType {
    try requireIndices(indices, within: shape[axis])
    var lengths = shape.dimensions
    lengths.replaceSubrange(axis...axis, with: indices.shape.dimensions)
    guard operands[0].shape.dimensions == lengths else {
      throw ShapeError(
        problem: "updates of shape \(operands[0].shape) do not fit \(Shape(lengths))",
        remedy: "Updates have the target's shape with axis \(axis) replaced by the indices' shape.")
    }
    try requireNumbers(operands[0].dtype)
    return TensorType(shape, operands[0].dtype)
  }

  func evaluate(_ operands: [NDArray]) throws(ShapeError) -> NDArray {
    try .scatterAdd(into: shape, operands[0], indices, along: axis)
  }

  func transposed(_ adjoint: Tensor, at use: borrowing PrimitiveUse) -> Tensor {
    Tensor.applying(Gather(indices: indices, axis: axis), adjoint)
  }
}

/// One element per position along an axis: `y[.., j, ..] = x[.., indices[.., j, ..], ..]`; its
/// transpose is ``ScatterAddAlong``.
struct GatherAlong: LinearPrimitive {
  let indices: NDArray
  let axis: Int

  var name: String { "gather elements along \(axis)" }

  func resultType(of operands: [TensorType]) throws(ShapeError) -> TensorType {
    try requireAlong(operands[0].shape)
    return TensorType(indices.shape, operands[0].dtype)
  }

  func evaluate(_ operands: [NDArray]) -> NDArray {
    operands[0].gatheredAlong(indices, axis: axis)
  }

  func transposed(_ adjoint: Tensor, at use: borrowing PrimitiveUse) -> Tensor {
    Tensor.applying(
      ScatterAddAlong(indices: indices, axis: axis, shape: use.shape(0)), adjoint)
  }
  private func requireAlong(_ shape: Shape) throws(ShapeError) {
    try requireIndices(indices, within: shape[axis])
    try requireSameButFor(axis, shape, indices.shape)
  }
}

/// One element per position added into zeros along an axis; its transpose is ``GatherAlong``.
struct ScatterAddAlong: LinearPrimitive {
  let indices: NDArray
  let axis: Int
  let shape: Shape

  var name: String { "scatter-add elements into \(shape) along \(axis)" }

  func resultType(of operands: [TensorType]) throws(ShapeError) -> TensorType {
    try requireIndices(indices, within: shape[axis])
    try requireSameButFor(axis, shape, indices.shape)
    guard operands[0].shape == indices.shape else {
      throw ShapeError(
        problem: "updates of shape \(operands[0].shape) do not fit indices of \(indices.shape)",
        remedy: "Give one index for each update.")
    }
    try requireNumbers(operands[0].dtype)
    return TensorType(shape, operands[0].dtype)
  }

  func evaluate(_ operands: [NDArray]) throws(ShapeError) -> NDArray {
    try .scatterAddAlong(into: shape, operands[0], indices, axis: axis)
  }

  func transposed(_ adjoint: Tensor, at use: borrowing PrimitiveUse) -> Tensor {
    Tensor.applying(GatherAlong(indices: indices, axis: axis), adjoint)
  }
}

/// Checks that every index names one of `length` positions.
func requireIndices(_ indices: NDArray, within length: Int) throws(ShapeError) {
  guard indices.dtype == .int32 else {
    throw ShapeError(
      problem: "indices have element type \(indices.dtype)",
      remedy: "Indices are int32: make them with Tensor(indices:) or .converted(to: .int32).")
  }
  if let bad = indices.firstIndex(outside: 0..<length) {
    throw ShapeError(
      problem: "index \(Int(indices.item(at: bad))) at position \(bad) is outside 0..<\(length)",
      remedy: "Check the indices; counting starts at 0.")
  }
}

private func requireNumbers(_ dtype: DType) throws(ShapeError) {
  guard dtype == .bool else { return }
  throw ShapeError(
    problem: "the updates are truth values, which do not add up",
    remedy: "Convert them first, as in x.converted(to: .int32).")
}

private func requireSameButFor(_ axis: Int, _ shape: Shape, _ other: Shape) throws(ShapeError) {
  let fits =
    shape.rank == other.rank
    && (0..<shape.rank).allSatisfy { $0 == axis || shape[$0] == other[$0] }
  guard fits else {
    throw ShapeError(
      problem: "indices of shape \(other) do not fit shape \(shape)",
      remedy: "They have the same rank, and equal lengths on every axis but axis \(axis).")
  }
}
