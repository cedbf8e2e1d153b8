// What this file knows: a matrix product with a row added to each row of the result, as one primitive:
// the bias is added while a tile of the product is still in registers.

import AdjointArrays
import AdjointElementary

/// `Y[i, j] = Σ_k X[i, k] W[k, j] + b[j]` for matrices `X` and `W` and a vector `b`.
///
/// With Y = X W + 1 bᵀ:  X̄ = Ȳ Wᵀ,  W̄ = Xᵀ Ȳ  and  b̄ = Ȳᵀ 1, the sum of the rows.
struct AffineMap: Primitive {
  var name: String { "affine" }
  var reads: Reads { [.operands] }

  func resultType(of operands: [TensorType]) throws(ShapeError) -> TensorType {
    let (x, w, b) = (operands[0], operands[1], operands[2])
    let product = try MatrixProduct().resultType(of: [x, w])
    guard x.shape.rank == 2, w.shape.rank == 2, b == TensorType([w.shape[1]], w.dtype) else {
      throw ShapeError(
        problem: "an affine map of \(x) by \(w) with a bias \(b)",
        remedy: "Operands are a matrix, a matrix, and a vector with one element for each column.")
    }
    return product
  }

  func evaluate(_ operands: [NDArray]) -> NDArray {
    .matmul(operands[0], operands[1], bias: operands[2])
  }

  func pullback(_ adjoint: Tensor, at application: Application) -> [Tensor?] {
    if !adjoint.isRecorded, !application.isRecorded {
      return plainPullback(adjoint.array, application)
    }
    let product = MatrixProduct()
    return [
      application.isNeeded(0)
        ? product.product(adjoint, application[1].transposed(), isPutOff: true) : nil,
      application.isNeeded(1)
        ? product.product(application[0].transposed(), adjoint, isPutOff: true) : nil,
      application.isNeeded(2) ? adjoint.sum(over: 0) : nil,
    ]
  }

  /// The same in plain numbers: transposed operands without views of them, results that lie as the
  /// operands do.
  private func plainPullback(_ adjoint: NDArray, _ application: Application) -> [Tensor?] {
    let operands = application.kept.operands
    guard let x = operands[0].value, let w = operands[1].value, let b = operands[2].value else {
      preconditionFailure("an affine map reads its operands, and they were not kept")
    }
    return [
      application.isNeeded(0)
        ? Tensor(.product(adjoint, w, transposingSecond: true, like: x)) : nil,
      application.isNeeded(1)
        ? Tensor(.product(x, transposingFirst: true, adjoint, like: w)) : nil,
      application.isNeeded(2) ? Tensor(adjoint.sumOfRows(like: b)) : nil,
    ]
  }

  func pushforward(_ tangents: [Tensor?], at application: Application) -> Tensor {
    let product = MatrixProduct()
    let shape = application.resultShape
    let parts = [
      tangents[0].map { product.product($0, application[1]) },
      tangents[1].map { product.product(application[0], $0) },
      tangents[2]?.broadcast(to: shape),
    ].compactMap(\.self)
    return parts.dropFirst().reduce(parts.first ?? .zeros(shape, dtype: application.layout.dtype)) {
      $0 + $1
    }
  }
}

extension Tensor {
  /// `x W + b` over the last axis of `x`: a layer's affine map as one operation.
  ///
  /// - Precondition: the last axis of `x` has as many elements as `weight` has rows, and `bias` as many
  ///   as it has columns; mistakes are told as for ``matmul(_:_:)``.
  package static func affine(_ x: Tensor, _ weight: Tensor, _ bias: Tensor) -> Tensor {
    guard x.rank == 2, weight.rank == 2, bias.rank == 1, !x.isLiteral else {
      return matmul(x, weight) + bias
    }
    let (a, w, b) = (x.array.fields, weight.array.fields, bias.array.fields)
    guard a.pointee.dtype.isFloatingPoint, a.pointee.dtype == w.pointee.dtype,
      a.pointee.dtype == b.pointee.dtype, a.pointee.shape[1] == w.pointee.shape[0],
      b.pointee.shape[0] == w.pointee.shape[1]
    else { return applying(AffineMap(), to: [x, weight, bias]) }
    let value = NDArray.matmul(x.array, weight.array, bias: bias.array)
    return recording(AffineMap(), x, weight, bias, value: value)
  }
}
