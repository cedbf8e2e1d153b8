// Reading and writing parts of a tensor. Each way of reading stands beside the way of writing that
// is its transpose; repeated positions add.
//
// A program may read a tensor part by part, as in a loop over its rows. Then the parts of its
// adjoint wait until all are there and are put together once: each for itself, they would be as
// many tensors of the full size.

import AdjointArrays
import AdjointElementary

/// A linear map that reads a part of its operand; its transpose is a ``PartWriting``.
protocol PartReading: Primitive {
  associatedtype Writing: PartWriting
  /// What writes the part into zeros of the given shape.
  func writing(into shape: Shape) -> Writing
}

extension PartReading {
  var reads: Reads { [] }

  func pullback(_ adjoint: Tensor, at use: borrowing PrimitiveUse) {
    use.give(0, part: adjoint, through: writing(into: use.shape(0)))
  }

  func pushforward(_ tangents: PrimitiveTangents, at use: borrowing PrimitiveUse) -> Tensor {
    tangents.sum { _, tangent in Tensor.applying(self, tangent) }
  }
}

/// A linear map that writes a part into zeros; its transpose is a ``PartReading``.
protocol PartWriting: LinearPrimitive {
  var shape: Shape { get }
  /// Adds the part to an array of the shape that the caller has made and not shared.
  func add(_ part: NDArray, to whole: NDArray)
  /// Reads the part where it was written.
  func read(_ whole: Tensor) -> Tensor
}

extension PartWriting {
  func transposed(_ adjoint: Tensor, at use: borrowing PrimitiveUse) -> Tensor { read(adjoint) }
}

/// The sum of parts written into zeros; its transpose reads them all.
struct Assemble: Primitive {
  let writings: [any PartWriting]
  let type: TensorType

  var name: String { "\(writings.count) parts into \(type.shape)" }
  var reads: Reads { [] }

  func resultType(of operands: [TensorType]) throws(ShapeError) -> TensorType { type }

  func evaluate(_ operands: [NDArray]) -> NDArray {
    let whole = NDArray.zeros(type.shape, dtype: type.dtype)
    for (writing, part) in zip(writings, operands) { writing.add(part, to: whole) }
    return whole
  }

  func pullback(_ adjoint: Tensor, at use: borrowing PrimitiveUse) {
    // Dense, or each part that is picked by number would make it so anew.
    let adjoint = adjoint.dense
    for position in 0..<use.count { use.give(position) { writings[position].read(adjoint) } }
  }

  func pushforward(_ tangents: PrimitiveTangents, at use: borrowing PrimitiveUse) -> Tensor {
    let moving = (0..<tangents.count).filter { tangents[$0] != nil }
    return Tensor.applying(
      Assemble(writings: moving.map { writings[$0] }, type: type),
      to: moving.compactMap { tangents[$0] })
  }
}

extension Tensor {
  /// The same tensor, laid out row by row.
  fileprivate var dense: Tensor {
    let values = array.contiguous()
    guard isRecorded, let header = liveHeader else { return Tensor(values) }
    return Tensor(values, at: index, of: header, generation: generation)
  }
}

/// A rectangular part; its transpose is ``Embed``.
struct Slice: PartReading {
  let items: [IndexItem]

  var name: String { "slice" }

  func resultType(of operands: [TensorType]) throws(ShapeError) -> TensorType {
    TensorType(try operands[0].shape.sliced(items).shape, operands[0].dtype)
  }

  func evaluate(_ operands: [NDArray]) -> NDArray { operands[0].sliced(items) }

  func writing(into shape: Shape) -> Embed { Embed(items: items, shape: shape) }
}

/// Zeros with a rectangular part written in; its transpose is ``Slice``.
struct Embed: PartWriting {
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

  func add(_ part: NDArray, to whole: NDArray) { whole.add(part, at: items) }

  func read(_ whole: Tensor) -> Tensor { whole.sliced(items) }
}

/// A tensor with another one in the place of a rectangular part.
///
/// What is replaced has no influence, so it receives zeros and is not multiplied by them.
struct Replace: Primitive {
  let items: [IndexItem]

  var name: String { "replace a slice" }
  var reads: Reads { [] }

  func resultType(of operands: [TensorType]) throws(ShapeError) -> TensorType {
    let (whole, part) = (operands[0], operands[1])
    let place = try whole.shape.sliced(items).shape
    guard part.dtype == whole.dtype else {
      throw ShapeError(
        problem: "the elements are \(whole.dtype) and the new ones \(part.dtype)",
        remedy: "Convert the new ones, as in x.converted(to: .\(whole.dtype)).")
    }
    guard part.shape.isBroadcastable(to: place) else {
      throw ShapeError(
        problem: "a tensor of shape \(part.shape) does not fill a slice of shape \(place)",
        remedy: "Give it the shape of the slice, or one that can be broadcast to it.")
    }
    return whole
  }

  func evaluate(_ operands: [NDArray]) -> NDArray {
    var result = operands[0]
    result.replace(items, with: operands[1])
    return result
  }

  func pullback(_ adjoint: Tensor, at use: borrowing PrimitiveUse) {
    use.give(0) { adjoint.replacing(items, with: 0) }
    // A part that was stretched to the slice gets the sum.
    use.give(1) { adjoint.sliced(items) }
  }

  func pushforward(_ tangents: PrimitiveTangents, at use: borrowing PrimitiveUse) -> Tensor {
    let whole = tangents[0] ?? .zeros(use.shape(0), dtype: use.dtype(0))
    return whole.replacing(items, with: tangents[1] ?? 0)
  }
}

/// Slices of one axis picked by number: `y[.., j, ..] = x[.., indices[j], ..]`; its transpose is
/// ``ScatterAdd``.
struct Gather: PartReading {
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

  func writing(into shape: Shape) -> ScatterAdd {
    ScatterAdd(indices: indices, axis: axis, shape: shape)
  }
}

/// Slices added into zeros by number: `y[.., indices[j], ..] += x[.., j, ..]`; its transpose is
/// ``Gather``.
struct ScatterAdd: PartWriting {
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

  func add(_ part: NDArray, to whole: NDArray) { whole.scatterAdd(part, indices, along: axis) }

  func read(_ whole: Tensor) -> Tensor {
    Tensor.applying(Gather(indices: indices, axis: axis), whole)
  }
}

/// One element per position along an axis: `y[.., j, ..] = x[.., indices[.., j, ..], ..]`; its
/// transpose is ``ScatterAddAlong``.
struct GatherAlong: PartReading {
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

  func writing(into shape: Shape) -> ScatterAddAlong {
    ScatterAddAlong(indices: indices, axis: axis, shape: shape)
  }

  private func requireAlong(_ shape: Shape) throws(ShapeError) {
    try requireIndices(indices, within: shape[axis])
    try requireSameButFor(axis, shape, indices.shape)
  }
}

/// One element per position added into zeros along an axis; its transpose is ``GatherAlong``.
struct ScatterAddAlong: PartWriting {
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

  func add(_ part: NDArray, to whole: NDArray) {
    whole.scatterAddAlong(part, indices, axis: axis)
  }

  func read(_ whole: Tensor) -> Tensor {
    Tensor.applying(GatherAlong(indices: indices, axis: axis), whole)
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
