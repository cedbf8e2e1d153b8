// The primitives in which several elements become one, and the running sum. They have never heard
// of the order in which a kernel adds.

import AdjointArrays
import AdjointElementary

/// The sum over axes; its transpose is broadcasting.
struct Sum: LinearPrimitive {
  let axes: [Int]
  let keepsDimensions: Bool

  var name: String { "sum over \(axes)" }

  func resultType(of operands: [TensorType]) throws(ShapeError) -> TensorType {
    TensorType(
      try operands[0].shape.reduced(over: axes, keepsDimensions: keepsDimensions),
      operands[0].dtype == .bool ? .int32 : operands[0].dtype)
  }

  func evaluate(_ operands: [NDArray]) throws(ShapeError) -> NDArray {
    operands[0].dtype.isFloatingPoint
      ? operands[0].reduced(.sum, over: axes, keepsDimensions: keepsDimensions)
      : try operands[0].reducedWhole(.sum, over: axes, keepsDimensions: keepsDimensions)
  }

  func transposed(_ adjoint: Tensor, at use: borrowing PrimitiveUse) -> Tensor {
    let shape = use.shape(0)
    return adjoint.restored(axes, of: shape).broadcast(to: shape)
  }
}

/// The largest or smallest element over axes.
///
/// Where several elements are extreme each takes an equal share of the adjoint: of all subgradients
/// of a maximum that is the one with the least norm.
struct Extremum: Primitive {
  let kind: ReductionKind
  let axes: [Int]
  let keepsDimensions: Bool

  var name: String { "\(kind) over \(axes)" }
  var reads: Reads { [.operands, .result] }

  func resultType(of operands: [TensorType]) throws(ShapeError) -> TensorType {
    let shape = operands[0].shape
    if axes.contains(where: { shape[$0] == 0 }) {
      throw ShapeError(
        problem: "the \(kind) over an axis without elements is undefined (shape \(shape))",
        remedy: "Reduce over axes that have elements.")
    }
    guard operands[0].dtype != .bool else {
      throw ShapeError(
        problem: "the \(kind) of truth values is undefined",
        remedy: "Use any(over:) or all(over:), or convert to int32.")
    }
    return TensorType(
      try shape.reduced(over: axes, keepsDimensions: keepsDimensions), operands[0].dtype)
  }

  func evaluate(_ operands: [NDArray]) -> NDArray {
    operands[0].reduced(kind, over: axes, keepsDimensions: keepsDimensions)
  }

  func pullback(_ adjoint: Tensor, at use: borrowing PrimitiveUse) {
    use.give(0) { adjoint.restored(axes, of: use.shape(0)) * shares(use) }
  }

  func pushforward(_ tangents: PrimitiveTangents, at use: borrowing PrimitiveUse) -> Tensor {
    tangents.sum { _, tangent in
      (tangent * shares(use)).sum(over: axes, keepsDimensions: keepsDimensions)
    }
  }

  /// 1 over the number of extreme elements where an element is extreme, else 0.
  ///
  /// Piecewise constant, so it enters a second derivative as a constant.
  private func shares(_ use: borrowing PrimitiveUse) -> Tensor {
    let x = use[0].detached()
    let extreme = use.result.detached().restored(axes, of: x.shape)
    let isExtreme = (x .== extreme).converted(to: x.dtype)
    return isExtreme / max(isExtreme.sum(over: axes, keepsDimensions: true), 1)
  }
}

/// The running sum along an axis; its transpose runs the other way.
struct CumulativeSum: LinearPrimitive {
  let axis: Int
  let isReversed: Bool

  var name: String { "cumulative sum along \(axis)\(isReversed ? ", from the end" : "")" }

  func resultType(of operands: [TensorType]) throws(ShapeError) -> TensorType {
    TensorType(operands[0].shape, operands[0].dtype == .bool ? .int32 : operands[0].dtype)
  }

  func evaluate(_ operands: [NDArray]) throws(ShapeError) -> NDArray {
    try operands[0].cumulativeSum(along: axis, reversed: isReversed)
  }

  func transposed(_ adjoint: Tensor, at use: borrowing PrimitiveUse) -> Tensor {
    Tensor.applying(CumulativeSum(axis: axis, isReversed: !isReversed), adjoint)
  }
}
