// A matrix product with a row added to each row of the result, as one primitive, because the bias
// is then added while a tile of the product is still in registers. It has never heard of layers.

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

  func pullback(_ adjoint: Tensor, at use: borrowing PrimitiveUse) {
    let product = MatrixProduct()
    // In plain numbers without views of transposed operands, and laid out as the operands are.
    let plain = adjoint.isRecorded || use.isRecorded ? nil : adjoint.array
    use.give(0) {
      if let plain, let w = use.value(1) {
        return Tensor(.product(plain, w, transposingSecond: true, like: use.value(0) ?? w))
      }
      return product.product(adjoint, use[1].transposed(), isPutOff: true)
    }
    use.give(1) {
      if let plain, let x = use.value(0) {
        return Tensor(.product(x, transposingFirst: true, plain, like: use.value(1) ?? x))
      }
      return product.product(use[0].transposed(), adjoint, isPutOff: true)
    }
    use.give(2) {
      if let plain, let b = use.value(2) { return Tensor(plain.sumOfRows(like: b)) }
      return adjoint.sum(over: 0)
    }
  }

  func pushforward(_ tangents: PrimitiveTangents, at use: borrowing PrimitiveUse) -> Tensor {
    let product = MatrixProduct()
    return tangents.sum { position, tangent in
      switch position {
      case 0: product.product(tangent, use[1])
      case 1: product.product(use[0], tangent)
      default: tangent.broadcast(to: use.resultType.shape)
      }
    }
  }
}

extension Tensor {
  /// `x W + b` over the last axis of `x`: a layer's affine map as one operation.
  ///
  /// - Precondition: the last axis of `x` has as many elements as `weight` has rows, and `bias` as
  ///   many as it has columns; mistakes are told as for ``matmul(_:_:)``.
  package static func affine(_ x: Tensor, _ weight: Tensor, _ bias: Tensor) -> Tensor {
    guard x.rank == 2, weight.rank == 2, bias.rank == 1, !x.isLiteral else {
      return matmul(x, weight) + bias
    }
    let (a, w, b) = (x.array.fields, weight.array.fields, bias.array.fields)
    guard a.pointee.dtype.isFloatingPoint, a.pointee.dtype == w.pointee.dtype,
      a.pointee.dtype == b.pointee.dtype, a.pointee.shape[1] == w.pointee.shape[0],
      b.pointee.shape[0] == w.pointee.shape[1]
    else {
      return applying(
        AffineMap(), to: [x, weight, bias], as: AffineMap().name,
        giving: x.shape.expectedOutputs(w.pointee.shape[1]))
    }
    let value = NDArray.matmul(x.array, weight.array, bias: bias.array)
    return recording(AffineMap(), x, weight, bias, value: value)
  }
}
