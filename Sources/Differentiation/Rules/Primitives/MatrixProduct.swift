// The matrix product. It is linear in each operand, so each of its adjoints is a product again:
// with Y = A B,  Ā = Ȳ Bᵀ  and  B̄ = Aᵀ Ȳ.

import AdjointArrays
import AdjointElementary

/// `Y[.., i, j] = Σ_k A[.., i, k] B[.., k, j]` for operands of rank 2 or more, with broadcasting
/// over the leading axes.
///
/// A transposed operand is a view; no copy is made of it.
struct MatrixProduct: Primitive {
  var name: String { "matmul" }
  var reads: Reads { [.operands] }

  func resultType(of operands: [TensorType]) throws(ShapeError) -> TensorType {
    let (a, b) = (operands[0], operands[1])
    guard a.dtype == b.dtype, a.dtype.isFloatingPoint else {
      throw ShapeError(
        problem: "matmul of \(a.dtype) and \(b.dtype)",
        remedy: "Both operands are float32 or both float64: convert with .converted(to:).")
    }
    return TensorType(try a.shape.matmul(b.shape), a.dtype)
  }

  func evaluate(_ operands: [NDArray]) -> NDArray { .matmul(operands[0], operands[1]) }

  func pullback(_ adjoint: Tensor, at use: borrowing PrimitiveUse) {
    use.give(0) { product(adjoint, use[1].transposed(), isPutOff: use.isRecorded) }
    use.give(1) { product(use[0].transposed(), adjoint, isPutOff: use.isRecorded) }
  }

  func pushforward(_ tangents: PrimitiveTangents, at use: borrowing PrimitiveUse) -> Tensor {
    tangents.sum { position, tangent in
      position == 0 ? product(tangent, use[1]) : product(use[0], tangent)
    }
  }

  /// The product of operands whose last axes are known to be a matrix each.
  ///
  /// A rule that is itself recorded puts it off: an outer derivative may not need the value.
  func product(_ a: Tensor, _ b: Tensor, isPutOff: Bool = false) -> Tensor {
    let (first, second) = (a.array.fields, b.array.fields)
    // Two matrices that fit need no further check.
    guard first.pointee.shape.rank == 2, second.pointee.shape.rank == 2,
      first.pointee.shape[1] == second.pointee.shape[0],
      first.pointee.dtype == second.pointee.dtype, first.pointee.dtype.isFloatingPoint,
      !a.isLiteral, !b.isLiteral
    else { return checkedProduct(a.settled, b.settled) }
    return Tensor.recording(
      self, a, b,
      value: isPutOff
        ? .puttingOffProduct(a.array, b.array) : .matmul(a.array, b.array))
  }

  /// The product of any operands, batches among them, or a placeholder of its shape.
  private func checkedProduct(_ a: Tensor, _ b: Tensor) -> Tensor {
    do throws(ShapeError) {
      _ = try resultType(of: [a.type, b.type])
      return Tensor.recording(self, a, b, value: .matmul(a.array, b.array))
    } catch {
      return Tensor.failing(
        .shape, name, [a, b], error,
        placeholder: TensorType(a.shape.expectedProduct(b.shape), a.dtype))
    }
  }
}

/// The matrix product of two tensors.
///
/// `Y[.., i, j] = Σ_k A[.., i, k] B[.., k, j]`. Leading axes broadcast. A first operand of rank 1
/// is a row, a second one a column, and that axis is missing from the result. Lengths `k` that
/// differ, leading axes that do not broadcast, and operands that are not of one floating-point type
/// are refused as a ``TensorError``.
///
/// - Complexity: m · n · k multiplications for each leading index.
public func matmul(_ a: Tensor, _ b: Tensor) -> Tensor {
  let (a, b) = Tensor.adopted(a, b)
  if a.rank == 1, b.rank >= 1 {
    let product = matmul(a.expanded(at: 0), b.rank == 1 ? b.expanded(at: 1) : b)
    return b.rank == 1 ? product.reshaped(to: .scalar) : product.squeezed(at: product.rank - 2)
  }
  if b.rank == 1, a.rank > 1 {
    let product = matmul(a, b.expanded(at: 1))
    return product.squeezed(at: product.rank - 1)
  }
  // One matrix for all: the leading axes of the other operand are rows of one larger product, which
  // is one product for the adjoint of `b` too, instead of a batch that has to be summed.
  if b.rank == 2, a.rank > 2, a.shape[a.rank - 1] == b.shape[0], a.elementCount > 0 {
    let rows = Tensor.applying(MatrixProduct(), a.reshaped(to: [-1, b.shape[0]]), b)
    return rows.reshaped(to: Array(a.shape.dimensions.dropLast()) + [b.shape[1]])
  }
  return MatrixProduct().product(a, b)
}
