// What this file knows: the primitives at which a walk ends or passes from one algebra to another:
// variables, the inputs of nested derivatives, and tensors made of scalars.

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
  func pullback(_ adjoint: Tensor, at application: Application) -> [Tensor?] { [] }
  func pushforward(_ tangents: [Tensor?], at application: Application) -> Tensor {
    .zeros(type.shape, dtype: type.dtype)
  }
}

/// The input of a nested derivative: the outer value under a place of its own.
struct Identity: Primitive {
  var name: String { "input" }
  var reads: Reads { [] }
  func resultType(of operands: [TensorType]) throws(ShapeError) -> TensorType { operands[0] }
  func evaluate(_ operands: [NDArray]) -> NDArray { operands[0] }
  func pullback(_ adjoint: Tensor, at application: Application) -> [Tensor?] { [adjoint] }
  func pushforward(_ tangents: [Tensor?], at application: Application) -> Tensor {
    tangents[0] ?? .zeros(application.resultShape, dtype: application.type.dtype)
  }
}

/// Scalars side by side: `y[i] = x_i`.
///
/// Its operands are scalar records, so the walks hand the adjoint out (and collect the tangents)
/// element by element.
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
  func pullback(_ adjoint: Tensor, at application: Application) -> [Tensor?] { [adjoint] }
  func pushforward(_ tangents: [Tensor?], at application: Application) -> Tensor {
    Tensor.joined(
      tangents.map { $0.map { $0.element(atFlat: 0) } ?? 0 }, shape: shape, dtype: dtype)
  }
}

extension Tensor {
  /// A tensor made of scalars, on their tape.
  static func joined(_ scalars: [Scalar], shape: Shape, dtype: DType) -> Tensor {
    let value = NDArray(scalars.map(\.value), shape: shape).converted(to: dtype)
    guard let tape = scalars.lazy.compactMap({ Tape.of($0) }).first else { return Tensor(value) }
    for scalar in scalars {
      guard let header = scalar.liveHeader, header != tape.header else { continue }
      Tape.failOnForeign(scalars[0], scalar, "Tensor(_:)")
    }
    let index = tape.header.append(.tensor, 0, place: tape.tensors.count)
    guard index >= 0 else { return Tensor(value) }
    tape.tensors.append(
      Tape.TensorNode(
        primitive: FromScalars(shape: shape, dtype: dtype), function: nil,
        kept: Tape.TensorNode.Kept(
          operands: OperandList(
            scalars.map { Application.Operand(index: $0.index, layout: .scalar(.float64)) })),
        layout: value.layout, index: index))
    return Tensor(value, at: index, of: tape.header, generation: tape.header.pointee.generation)
  }

  /// Zeros of the given type with some elements added to: the transpose of reading single elements.
  static func scattering(_ scalars: [Scalar], at positions: [Int32], into type: TensorType)
    -> Tensor
  {
    let flat = Tensor.joined(scalars, shape: [scalars.count], dtype: type.dtype)
    let indices = NDArray(positions, shape: [positions.count])
    return Tensor.applying(
      ScatterAdd(indices: indices, axis: 0, shape: [type.shape.elementCount]), flat
    ).reshaped(type.shape)
  }
}
