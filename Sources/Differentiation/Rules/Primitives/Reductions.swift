// The primitives in which several elements become one. They have never heard of the order in which
// a kernel adds.

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
/// of a maximum that is the one with the least norm. The others are passed over, so that an
/// infinite adjoint makes no NaN of them. Of NaN, which is extreme by definition, the share is NaN.
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
    use.give(0) {
      let (isExtreme, share) = chosen(use)
      let given = Elementary.Scaled.at(adjoint.restored(axes, of: use.shape(0)), share)
      return `where`(isExtreme, given, 0)
    }
  }

  func pushforward(_ tangents: PrimitiveTangents, at use: borrowing PrimitiveUse) -> Tensor {
    tangents.sum { _, tangent in
      let (isExtreme, share) = chosen(use)
      let sum = `where`(isExtreme, tangent, 0).sum(over: axes, keepsDimensions: true)
      return Elementary.Scaled.at(sum, share).reshaped(to: use.resultType.shape)
    }
  }

  /// Which elements are extreme, and 1 over their number.
  ///
  /// Both are piecewise constant, so they enter a second derivative as constants.
  private func chosen(_ use: borrowing PrimitiveUse) -> (isExtreme: Tensor, share: Tensor) {
    let x = use[0].detached()
    let extreme = use.result.detached().restored(axes, of: x.shape)
    var isExtreme = x .== extreme
    let isNumber = extreme .== extreme
    if isNumber.flattened().all(over: 0).array.item() == 0 {
      isExtreme = isExtreme .|| (x .!= x)
    }
    let number = isExtreme.converted(to: x.dtype).sum(over: axes, keepsDimensions: true)
    return (isExtreme, `where`(isNumber, 1 / number, Tensor(literal: .nan)))
  }
}
