// What this file knows: softmax over the last axis, its logarithm, and the cross-entropy of rows with
// labels, as primitives. Each stands beside the primitive that is its transposed derivative; the rules
// of second order are written in both.

import AdjointArrays
import AdjointElementary

/// `exp(x) / Σ exp(x)` over the last axis; its matrix of derivatives is symmetric.
struct Softmax: Primitive {
  var name: String { "softmax" }
  var reads: Reads { [.result] }

  func resultType(of operands: [TensorType]) throws(ShapeError) -> TensorType { operands[0] }

  func evaluate(_ operands: [NDArray]) -> NDArray { operands[0].softmax(isLogarithm: false) }

  func pullback(_ adjoint: Tensor, at application: Application) -> [Tensor?] {
    [Tensor.applying(SoftmaxPullback(), application.result, adjoint)]
  }

  func pushforward(_ tangents: [Tensor?], at application: Application) -> Tensor {
    tangents[0].map { Tensor.applying(SoftmaxPullback(), application.result, $0) }
      ?? .zeros(application.resultShape, dtype: application.type.dtype)
  }
}

/// `y (g - Σ g y)` over the last axis: linear in `g` and, as such, its own transpose.
struct SoftmaxPullback: Primitive {
  var name: String { "softmax pullback" }
  var reads: Reads { [.operands] }

  func resultType(of operands: [TensorType]) throws(ShapeError) -> TensorType { operands[0] }

  func evaluate(_ operands: [NDArray]) -> NDArray { operands[0].softmaxPullback(operands[1]) }

  func pullback(_ adjoint: Tensor, at application: Application) -> [Tensor?] {
    let (y, g) = (application[0], application[1])
    let rest = g - (g * y).sum(over: -1, keepsDimensions: true)
    let weight = (adjoint * y).sum(over: -1, keepsDimensions: true)
    return [
      application.isNeeded(0) ? adjoint * rest - g * weight : nil,
      application.isNeeded(1) ? Tensor.applying(self, y, adjoint) : nil,
    ]
  }

  func pushforward(_ tangents: [Tensor?], at application: Application) -> Tensor {
    let (y, g) = (application[0], application[1])
    let ofY = tangents[0].map { tangent in
      tangent * (g - (g * y).sum(over: -1, keepsDimensions: true))
        - y * (g * tangent).sum(over: -1, keepsDimensions: true)
    }
    let ofG = tangents[1].map { Tensor.applying(self, y, $0) }
    return added(ofY, ofG) ?? .zeros(application.resultShape, dtype: application.type.dtype)
  }
}

/// `x - log Σ exp(x)` over the last axis.
struct LogSoftmax: Primitive {
  var name: String { "log softmax" }
  var reads: Reads { [.result] }

  func resultType(of operands: [TensorType]) throws(ShapeError) -> TensorType { operands[0] }

  func evaluate(_ operands: [NDArray]) -> NDArray { operands[0].softmax(isLogarithm: true) }

  func pullback(_ adjoint: Tensor, at application: Application) -> [Tensor?] {
    let total = adjoint.sum(over: -1, keepsDimensions: true)
    return [adjoint - exp(application.result) * total]
  }

  func pushforward(_ tangents: [Tensor?], at application: Application) -> Tensor {
    tangents[0].map { tangent in
      tangent - (exp(application.result) * tangent).sum(over: -1, keepsDimensions: true)
    } ?? .zeros(application.resultShape, dtype: application.type.dtype)
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

  func pullback(_ adjoint: Tensor, at application: Application) -> [Tensor?] {
    [Tensor.applying(CrossEntropyPullback(labels: labels), application[0], adjoint)]
  }

  func pushforward(_ tangents: [Tensor?], at application: Application) -> Tensor {
    tangents[0].map { transposed($0, at: application[0], labels) }
      ?? .zeros(application.resultShape, dtype: application.type.dtype)
  }
}

/// `g (softmax(x) - e[label])`, with one `g` for each row of the last axis and `e` the unit vectors.
struct CrossEntropyPullback: Primitive {
  let labels: NDArray

  var name: String { "cross-entropy pullback" }
  var reads: Reads { [.operands] }

  func resultType(of operands: [TensorType]) throws(ShapeError) -> TensorType { operands[0] }

  func evaluate(_ operands: [NDArray]) -> NDArray {
    operands[0].crossEntropyPullback(labels, operands[1])
  }

  func pullback(_ adjoint: Tensor, at application: Application) -> [Tensor?] {
    let (x, g) = (application[0], application[1])
    return [
      application.isNeeded(0)
        ? Tensor.applying(SoftmaxPullback(), softmax(x), adjoint * g.expanded(at: -1)) : nil,
      application.isNeeded(1) ? transposed(adjoint, at: x, labels) : nil,
    ]
  }

  func pushforward(_ tangents: [Tensor?], at application: Application) -> Tensor {
    let (x, g) = (application[0], application[1])
    let ofX = tangents[0].map {
      Tensor.applying(SoftmaxPullback(), softmax(x), $0) * g.expanded(at: -1)
    }
    let ofG = tangents[1].map { Tensor.applying(self, x, $0) }
    return added(ofX, ofG) ?? .zeros(application.resultShape, dtype: application.type.dtype)
  }
}

/// `Σ t softmax(x) - t[label]` for each row: the derivative of the cross-entropy in the direction `t`.
private func transposed(_ t: Tensor, at x: Tensor, _ labels: NDArray) -> Tensor {
  let chosen = t.gatheredElements(Tensor(labels).expanded(at: -1), along: -1).squeezed(at: -1)
  return (t * softmax(x)).sum(over: -1) - chosen
}

private func added(_ a: Tensor?, _ b: Tensor?) -> Tensor? {
  guard let a else { return b }
  return b.map { a + $0 } ?? a
}

extension Tensor {
  /// The cross-entropy `-log softmax(x)[label]` of each row of the last axis.
  ///
  /// - Precondition: `int32` labels, one for each row and inside the last axis, which has elements.
  package func crossEntropyOfRows(_ labels: Tensor) -> Tensor {
    Tensor.applying(CrossEntropy(labels: labels.ndArray), settled)
  }
}
