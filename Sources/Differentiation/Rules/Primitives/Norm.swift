// The Euclidean norm as a primitive, because its squares leave the range of the element type long
// before the numbers do. It has never heard of kernels: where the plain sum will do it is the sum
// of the squares, and elsewhere the numbers are divided by the largest of them.

import AdjointArrays
import AdjointElementary

/// `n = √(Σ x²)` over axes; its derivative is the direction `x / n`, and zero at the origin, the
/// subgradient of least norm.
struct Norm: Primitive {
  let axes: [Int]
  let keepsDimensions: Bool

  var name: String { "norm over \(axes)" }
  var reads: Reads { [.operands, .result] }

  func resultType(of operands: [TensorType]) throws(ShapeError) -> TensorType {
    TensorType(
      try operands[0].shape.reduced(over: axes, keepsDimensions: keepsDimensions),
      operands[0].dtype)
  }

  func evaluate(_ operands: [NDArray]) -> NDArray {
    let x = Tensor(operands[0])
    let squares = x.squared().sum(over: axes, keepsDimensions: true)
    // Squares below the least normal number have lost digits, or all of them. In a larger sum they
    // do not count.
    let limit = x.dtype == .float64 ? 0x1p-970 : 0x1p-103
    let isPlain = (squares .>= limit) .&& squares.isFinite()
    var norm = sqrt(squares)
    if x.elementCount > 0, !isPlain.areAllTrue {
      let size = Norm.size(of: x, axes)
      norm = `where`(
        isPlain, norm, size * sqrt((x / size).squared().sum(over: axes, keepsDimensions: true)))
    }
    // Of one element each: this takes the axes away and computes nothing.
    return norm.array.reduced(.sum, over: axes, keepsDimensions: keepsDimensions)
  }

  func pullback(_ adjoint: Tensor, at use: borrowing PrimitiveUse) {
    use.give(0) { Elementary.Scaled.at(adjoint.restored(axes, of: use.shape(0)), direction(use)) }
  }

  func pushforward(_ tangents: PrimitiveTangents, at use: borrowing PrimitiveUse) -> Tensor {
    tangents.sum { _, tangent in
      Elementary.Scaled.at(tangent, direction(use)).sum(
        over: axes, keepsDimensions: keepsDimensions)
    }
  }

  /// `x / n`, and zero at the origin.
  ///
  /// A quotient by a constant is in the range in which the norm is neither zero nor infinite, and
  /// has the same direction.
  private func direction(_ use: borrowing PrimitiveUse) -> Tensor {
    let (x, norm) = (use[0], use.result.restored(axes, of: use.shape(0)))
    let value = norm.detached()
    let isOrdinary = (value .> 0) .&& value.isFinite()
    if x.elementCount == 0 || isOrdinary.areAllTrue { return x / norm }
    let size = abs(x.detached()).maximum(over: axes, keepsDimensions: true)
    // Of infinite elements only their signs are left, and nothing of the finite ones.
    let isBounded = size .< .infinity
    let signs = `where`(abs(x.detached()) .< .infinity, 0, sign(x.detached()))
    let divisor = `where`(isOrdinary, 1, Norm.size(of: x, axes))
    let scaled = `where`(isBounded, x / divisor, signs)
    let length = Tensor.applying(Norm(axes: axes, keepsDimensions: true), scaled)
    let isZero = value .== 0
    return `where`(isZero, 0, scaled / `where`(isZero, 1, length))
  }

  /// The largest magnitude as a constant divisor; one where it is zero or no number.
  private static func size(of x: Tensor, _ axes: [Int]) -> Tensor {
    let size = abs(x.detached()).maximum(over: axes, keepsDimensions: true)
    return `where`((size .> 0) .&& size.isFinite(), size, 1)
  }
}

extension Tensor {
  /// True if all truth values of this tensor are.
  fileprivate var areAllTrue: Bool { flattened().all(over: 0).array.item() != 0 }
}
