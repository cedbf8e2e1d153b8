// The primitives that move elements without computing with them. Each stands beside the one that is
// its transpose.

import AdjointArrays
import AdjointElementary

/// The same elements in another shape; its transpose reshapes back.
struct Reshape: LinearPrimitive {
  let shape: Shape

  var name: String { "reshape to \(shape)" }

  func resultType(of operands: [TensorType]) throws(ShapeError) -> TensorType {
    guard operands[0].shape.elementCount == shape.elementCount else {
      throw ShapeError(
        problem: "\(operands[0].shape.elementCount) elements do not fill shape \(shape)",
        remedy: "Give a shape of \(operands[0].shape.elementCount) elements; one length may be -1.")
    }
    return TensorType(shape, operands[0].dtype)
  }

  func evaluate(_ operands: [NDArray]) -> NDArray { operands[0].reshaped(to: shape) }

  func transposed(_ adjoint: Tensor, at use: borrowing PrimitiveUse) -> Tensor {
    adjoint.reshaped(to: use.shape(0))
  }
}

/// The axes in another order; its transpose is the inverse permutation.
struct Transpose: LinearPrimitive {
  let permutation: [Int]

  var name: String { "transpose to \(permutation)" }

  func resultType(of operands: [TensorType]) throws(ShapeError) -> TensorType {
    TensorType(try operands[0].shape.permuted(by: permutation), operands[0].dtype)
  }

  func evaluate(_ operands: [NDArray]) -> NDArray { operands[0].transposed(permutation) }

  func transposed(_ adjoint: Tensor, at use: borrowing PrimitiveUse) -> Tensor {
    var inverse = permutation
    for (to, from) in permutation.enumerated() { inverse[from] = to }
    return adjoint.transposed(inverse)
  }
}

/// Elements repeated along new or single axes; its transpose sums over them.
struct Broadcast: LinearPrimitive {
  let shape: Shape

  var name: String { "broadcast to \(shape)" }

  func resultType(of operands: [TensorType]) throws(ShapeError) -> TensorType {
    guard operands[0].shape.isBroadcastable(to: shape) else {
      throw ShapeError(
        problem: "shape \(operands[0].shape) cannot be broadcast to \(shape)",
        remedy: "From the last axis on, each length must be 1 or equal to the target's.")
    }
    return TensorType(shape, operands[0].dtype)
  }

  func evaluate(_ operands: [NDArray]) -> NDArray { operands[0].broadcast(to: shape) }

  func transposed(_ adjoint: Tensor, at use: borrowing PrimitiveUse) -> Tensor {
    adjoint.summed(to: use.shape(0))
  }
}

/// The elements of one axis in reverse order; it is its own transpose.
struct Reverse: LinearPrimitive {
  let axis: Int

  var name: String { "reverse along \(axis)" }

  func resultType(of operands: [TensorType]) throws(ShapeError) -> TensorType { operands[0] }

  func evaluate(_ operands: [NDArray]) -> NDArray { operands[0].reversed(along: axis) }

  func transposed(_ adjoint: Tensor, at use: borrowing PrimitiveUse) -> Tensor {
    adjoint.reversed(along: axis)
  }
}

/// Tensors one after the other along an axis; its transpose cuts them apart.
struct Concatenate: Primitive {
  let axis: Int

  var name: String { "concatenate along \(axis)" }
  var reads: Reads { [] }

  func resultType(of operands: [TensorType]) throws(ShapeError) -> TensorType {
    for operand in operands.dropFirst() where operand.dtype != operands[0].dtype {
      throw ShapeError(
        problem: "the parts have element types \(operands[0].dtype) and \(operand.dtype)",
        remedy: "Convert them to one element type first.")
    }
    return TensorType(
      try Shape.concatenation(operands.map(\.shape), axis: axis), operands[0].dtype)
  }

  func evaluate(_ operands: [NDArray]) -> NDArray { .concatenated(operands, along: axis) }

  func pullback(_ adjoint: Tensor, at use: borrowing PrimitiveUse) {
    var start = 0
    for position in 0..<use.count {
      let length = use.shape(position)[axis]
      use.give(position) { adjoint.slice(along: axis, from: start, count: length) }
      start += length
    }
  }

  func pushforward(_ tangents: PrimitiveTangents, at use: borrowing PrimitiveUse) -> Tensor {
    .concatenated(
      (0..<tangents.count).map { position in
        tangents[position] ?? .zeros(use.shape(position), dtype: use.resultType.dtype)
      }, along: axis)
  }
}

/// A constant border; its transpose cuts the border off.
struct Pad: Primitive {
  let before: [Int]
  let after: [Int]
  let value: Double

  var name: String { "pad by \(before) and \(after)" }
  var reads: Reads { [] }

  func resultType(of operands: [TensorType]) throws(ShapeError) -> TensorType {
    guard operands[0].dtype.holds(value) else {
      throw ShapeError(
        problem: "the border \(value) is not a number of \(operands[0].dtype)",
        remedy: "Pad with a number of this type, or convert the tensor first.")
    }
    return TensorType(
      try operands[0].shape.padded(before: before, after: after), operands[0].dtype)
  }

  func evaluate(_ operands: [NDArray]) -> NDArray {
    operands[0].padded(before: before, after: after, value: value)
  }

  func pullback(_ adjoint: Tensor, at use: borrowing PrimitiveUse) {
    let shape = use.shape(0)
    use.give(0) {
      adjoint.sliced(
        (0..<shape.rank).map {
          IndexItem.range(from: before[$0], to: before[$0] + shape[$0], step: 1)
        })
    }
  }

  func pushforward(_ tangents: PrimitiveTangents, at use: borrowing PrimitiveUse) -> Tensor {
    // The border does not move.
    tangents.sum { _, tangent in tangent.padded(before: before, after: after) }
  }
}
