// The primitives at which a walk ends or passes from one algebra to another: variables, the inputs
// of nested derivatives, and tensors made of scalars. No walk knows them by name.

import AdjointArrays
import AdjointElementary

/// A variable: it has no operands, so a walk ends here.
struct Variable: Primitive {
  /// By reference, so that a record of a variable needs no box on the heap.
  let layout: ArrayLayout
  private var type: TensorType { TensorType(layout.shape, layout.dtype) }
  var name: String { "variable" }
  var reads: Reads { [] }
  func resultType(of operands: [TensorType]) throws(ShapeError) -> TensorType { type }
  func evaluate(_ operands: [NDArray]) -> NDArray { .zeros(type.shape, dtype: type.dtype) }
  func pullback(_ adjoint: Tensor, at use: borrowing PrimitiveUse) {
    // A walk ends here.
  }
  func pushforward(_ tangents: PrimitiveTangents, at use: borrowing PrimitiveUse) -> Tensor {
    .zeros(type.shape, dtype: type.dtype)
  }
}

/// The input of a nested derivative: the outer value under an index of its own.
struct Identity: LinearPrimitive {
  var name: String { "input" }
  func resultType(of operands: [TensorType]) throws(ShapeError) -> TensorType { operands[0] }
  func evaluate(_ operands: [NDArray]) -> NDArray { operands[0] }
  func transposed(_ adjoint: Tensor, at use: borrowing PrimitiveUse) -> Tensor { adjoint }
}

/// Scalars side by side: `y[i] = x_i`.
///
/// Its operands are records of numbers, so it gives them numbers, element by element.
struct FromScalars: Primitive {
  let shape: Shape
  let dtype: DType
  var name: String { "tensor of scalars" }
  var reads: Reads { [] }
  func resultType(of operands: [TensorType]) throws(ShapeError) -> TensorType {
    TensorType(shape, dtype)
  }
  func evaluate(_ operands: [NDArray]) -> NDArray {
    NDArray(operands.map { $0.item() }, shape: shape).converted(to: dtype)
  }
  func pullback(_ adjoint: Tensor, at use: borrowing PrimitiveUse) {
    for position in 0..<use.count {
      use.give(position, number: { adjoint.element(atFlat: position) })
    }
  }
  func pushforward(_ tangents: PrimitiveTangents, at use: borrowing PrimitiveUse) -> Tensor {
    let scalars = (0..<tangents.count).map { tangents[$0]?.element(atFlat: 0) ?? 0 }
    return .joined(scalars, shape: shape, dtype: dtype)
  }
}

extension Tensor {
  /// A tensor made of scalars, on their tape.
  static func joined(_ scalars: [Scalar], shape: Shape, dtype: DType) -> Tensor {
    if !dtype.isFloatingPoint {
      for scalar in scalars { dtype.requireHolds(scalar.value, "Tensor") }
    }
    let value = NDArray(scalars.map(\.value), shape: shape).converted(to: dtype)
    guard let tape = scalars.recordingTape else { return Tensor(value) }
    let operands = Tape.OperandList(
      tape.indices(of: scalars, "Tensor(_:)").map {
        Tape.Operand(index: $0, layout: .scalar(.float64))
      })
    return tape.record(FromScalars(shape: shape, dtype: dtype), keeping: operands, value)
  }

  /// Zeros of the given type with some elements added to: the transpose of reading single elements.
  static func scattering(_ scalars: [Scalar], at positions: [Int32], into type: TensorType)
    -> Tensor
  {
    let flat = Tensor.joined(scalars, shape: [scalars.count], dtype: type.dtype)
    let indices = NDArray(positions, shape: [positions.count])
    return Tensor.applying(
      ScatterAdd(indices: indices, axis: 0, shape: [type.shape.elementCount]), flat
    ).reshaped(to: type.shape)
  }
}
