// Softmax over the last axis, its logarithm, the logarithm of the sum of exponentials, and the
// cross-entropy of rows with labels, as primitives. Each stands beside the primitive that is its
// transposed derivative, and the rules of second order are written in both.

import AdjointArrays
import AdjointElementary

/// `exp(x) / Σ exp(x)` over the last axis; its matrix of derivatives is symmetric.
struct Softmax: Primitive {
  var name: String { "softmax" }
  var reads: Reads { [.result] }

  func resultType(of operands: [TensorType]) throws(ShapeError) -> TensorType { operands[0] }

  func evaluate(_ operands: [NDArray]) -> NDArray { operands[0].softmax(isLogarithm: false) }

  func pullback(_ adjoint: Tensor, at use: borrowing PrimitiveUse) {
    use.give(0) { Tensor.applying(SoftmaxPullback(), use.result, adjoint) }
  }

  func pushforward(_ tangents: PrimitiveTangents, at use: borrowing PrimitiveUse) -> Tensor {
    tangents.sum { _, tangent in Tensor.applying(SoftmaxPullback(), use.result, tangent) }
  }
}

/// `y (g - Σ g y)` over the last axis: linear in `g` and, as such, its own transpose.
struct SoftmaxPullback: Primitive {
  var name: String { "softmax pullback" }
  var reads: Reads { [.operands] }

  func resultType(of operands: [TensorType]) throws(ShapeError) -> TensorType { operands[0] }

  func evaluate(_ operands: [NDArray]) -> NDArray { operands[0].softmaxPullback(operands[1]) }

  func pullback(_ adjoint: Tensor, at use: borrowing PrimitiveUse) {
    let (y, g) = (use[0], use[1])
    use.give(0) { adjointOfY(y, g, adjoint) }
    use.give(1) { Tensor.applying(self, y, adjoint) }
  }

  func pushforward(_ tangents: PrimitiveTangents, at use: borrowing PrimitiveUse) -> Tensor {
    let (y, g) = (use[0], use[1])
    return tangents.sum { position, tangent in
      position == 0 ? tangentAlongY(y, g, tangent) : Tensor.applying(self, y, tangent)
    }
  }

  /// `s (g - Σ g y) - g Σ s y`, for the adjoint `s` of the result.
  private func adjointOfY(_ y: Tensor, _ g: Tensor, _ s: Tensor) -> Tensor {
    let rest = g - (g * y).sum(over: -1, keepsDimensions: true)
    return s * rest - g * (s * y).sum(over: -1, keepsDimensions: true)
  }

  /// `t (g - Σ g y) - y Σ g t`, for the tangent `t` of `y`.
  private func tangentAlongY(_ y: Tensor, _ g: Tensor, _ t: Tensor) -> Tensor {
    let rest = g - (g * y).sum(over: -1, keepsDimensions: true)
    return t * rest - y * (g * t).sum(over: -1, keepsDimensions: true)
  }
}

/// `x - log Σ exp(x)` over the last axis.
struct LogSoftmax: Primitive {
  var name: String { "log softmax" }
  var reads: Reads { [.result] }

  func resultType(of operands: [TensorType]) throws(ShapeError) -> TensorType { operands[0] }

  func evaluate(_ operands: [NDArray]) -> NDArray { operands[0].softmax(isLogarithm: true) }

  func pullback(_ adjoint: Tensor, at use: borrowing PrimitiveUse) {
    use.give(0) {
      adjoint - exp(use.result) * adjoint.sum(over: -1, keepsDimensions: true)
    }
  }

  func pushforward(_ tangents: PrimitiveTangents, at use: borrowing PrimitiveUse) -> Tensor {
    tangents.sum { _, tangent in
      tangent - (exp(use.result) * tangent).sum(over: -1, keepsDimensions: true)
    }
  }
}

/// `log Σ exp(x)` over the last axis.
struct LogSumExp: Primitive {
  var name: String { "log-sum-exp" }
  var reads: Reads { [.operands] }

  func resultType(of operands: [TensorType]) throws(ShapeError) -> TensorType {
    TensorType(Shape(operands[0].shape.dropLast()), operands[0].dtype)
  }

  func evaluate(_ operands: [NDArray]) -> NDArray {
    let x = Tensor(operands[0])
    let largest = x.maximum(over: -1, keepsDimensions: true)
    // Of a row of nothing but -∞ the difference would be NaN, as between two elements of +∞.
    let shift = `where`(largest .> -Double.infinity, largest, 0)
    var lowered = x - shift
    if !shift.array.isFinite() { lowered = `where`(x .== shift, 0, lowered) }
    let sum = exp(lowered).sum(over: -1, keepsDimensions: true)
    return (log(sum) + shift).squeezed(at: x.rank - 1).array
  }

  func pullback(_ adjoint: Tensor, at use: borrowing PrimitiveUse) {
    use.give(0) { Elementary.Scaled.at(adjoint.expanded(at: -1), softmax(use[0])) }
  }

  func pushforward(_ tangents: PrimitiveTangents, at use: borrowing PrimitiveUse) -> Tensor {
    tangents.sum { _, tangent in Elementary.Scaled.at(tangent, softmax(use[0])).sum(over: -1) }
  }
}

/// `log Σ exp(x) - x[label]` for each row of the last axis.
struct CrossEntropy: Primitive {
  let labels: NDArray

  var name: String { "cross-entropy" }
  var reads: Reads { [.operands] }

  func resultType(of operands: [TensorType]) throws(ShapeError) -> TensorType {
    TensorType(labels.shape, operands[0].dtype)
  }

  func evaluate(_ operands: [NDArray]) -> NDArray { operands[0].crossEntropy(labels) }

  func pullback(_ adjoint: Tensor, at use: borrowing PrimitiveUse) {
    use.give(0) { Tensor.applying(CrossEntropyPullback(labels: labels), use[0], adjoint) }
  }

  func pushforward(_ tangents: PrimitiveTangents, at use: borrowing PrimitiveUse) -> Tensor {
    tangents.sum { _, tangent in crossEntropyDerivative(tangent, at: use[0], labels) }
  }
}

/// `g (softmax(x) - e[label])`, with one `g` for each row of the last axis and `e` the unit
/// vectors.
struct CrossEntropyPullback: Primitive {
  let labels: NDArray

  var name: String { "cross-entropy pullback" }
  var reads: Reads { [.operands] }

  func resultType(of operands: [TensorType]) throws(ShapeError) -> TensorType { operands[0] }

  func evaluate(_ operands: [NDArray]) -> NDArray {
    operands[0].crossEntropyPullback(labels, operands[1])
  }

  func pullback(_ adjoint: Tensor, at use: borrowing PrimitiveUse) {
    let (x, g) = (use[0], use[1])
    use.give(0) { Tensor.applying(SoftmaxPullback(), softmax(x), adjoint * g.expanded(at: -1)) }
    use.give(1) { crossEntropyDerivative(adjoint, at: x, labels) }
  }

  func pushforward(_ tangents: PrimitiveTangents, at use: borrowing PrimitiveUse) -> Tensor {
    let (x, g) = (use[0], use[1])
    return tangents.sum { position, tangent in
      position == 0
        ? Tensor.applying(SoftmaxPullback(), softmax(x), tangent) * g.expanded(at: -1)
        : Tensor.applying(self, x, tangent)
    }
  }
}

/// `Σ t softmax(x) - t[label]` for each row: the derivative of the cross-entropy in the direction
/// `t`.
private func crossEntropyDerivative(_ t: Tensor, at x: Tensor, _ labels: NDArray) -> Tensor {
  let chosen = t.gatheredElements(Tensor(labels).expanded(at: -1), along: -1).squeezed(at: -1)
  return (t * softmax(x)).sum(over: -1) - chosen
}

extension Tensor {
  /// The cross-entropy `-log softmax(x)[label]` of each row of the last axis.
  ///
  /// - Precondition: `int32` labels, one for each row and inside the last axis, which has elements.
  package func crossEntropyOfRows(_ labels: Tensor) -> Tensor {
    Tensor.applying(CrossEntropy(labels: labels.ndArray), settled)
  }
}
