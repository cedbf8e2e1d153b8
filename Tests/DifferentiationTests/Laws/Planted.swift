// How a test brings an operation with rules of its own, right or wrong.

import AdjointArrays
import AdjointElementary
import Testing

@testable import AdjointDifferentiation

/// A primitive made of closures.
struct Planted: Primitive {
  var name = "planted"
  var reads: Reads = [.operands]
  /// The value, in tensor operations.
  var value: @Sendable ([Tensor]) -> Tensor
  var reverse: @Sendable (_ adjoint: Tensor, _ xs: [Tensor]) -> [Tensor]
  var forward: @Sendable (_ tangents: [Tensor], _ xs: [Tensor]) -> Tensor

  func resultType(of operands: [TensorType]) throws(ShapeError) -> TensorType {
    value(operands.map { Tensor.zeros($0.shape, dtype: $0.dtype) }).type
  }
  func evaluate(_ operands: [NDArray]) -> NDArray { value(operands.map { Tensor($0) }).ndArray }
  func pullback(_ adjoint: Tensor, at use: borrowing PrimitiveUse) {
    let xs = operands(of: use)
    for (position, given) in reverse(adjoint, xs).enumerated() { use.give(position) { given } }
  }
  func pushforward(_ tangents: PrimitiveTangents, at use: borrowing PrimitiveUse) -> Tensor {
    let xs = operands(of: use)
    return forward(xs.indices.map { tangents[$0] ?? .zeros(like: xs[$0]) }, xs)
  }

  private func operands(of use: borrowing PrimitiveUse) -> [Tensor] {
    var operands: [Tensor] = []
    for position in 0..<use.count { operands.append(use[position]) }
    return operands
  }

  func callAsFunction(_ xs: [Tensor]) -> Tensor { Tensor.applying(self, to: xs) }
}

/// A subject that is known to be wrong, or known to be right though hard.
struct Specimen: Sendable, CustomTestStringConvertible {
  var name: String
  /// What is wrong with it: the laws that must report it.
  ///
  /// Empty for a right one.
  var breaks: Set<Law>
  var subject: Subject
  var testDescription: String { name }

  init(_ name: String, breaks: Set<Law> = [], _ subject: Subject) {
    self.name = name
    self.breaks = breaks
    self.subject = subject
  }

  /// A tensor function whose pullback is planted by `withCustomDerivative`.
  static func custom(
    _ name: String, breaks: Set<Law> = [.firstOrder], _ shapes: [[Int]], at point: [Double]? = nil,
    _ value: @escaping @Sendable ([Tensor]) -> Tensor,
    _ pullback: @escaping @Sendable (_ s: Tensor, _ xs: [Tensor]) -> [Tensor]
  ) -> Specimen {
    tensors(name, breaks: breaks, shapes, at: point) { xs in
      withCustomDerivative(at: xs) { xs in (value(xs), { pullback($0, xs) }) }
    }
  }

  /// A scalar function whose pullback is planted by `withCustomDerivative`.
  static func scalars(
    _ name: String, breaks: Set<Law> = [.firstOrder], at point: [Double],
    _ value: @escaping @Sendable ([Scalar]) -> Scalar,
    _ pullback: @escaping @Sendable (_ s: Scalar, _ xs: [Scalar]) -> [Scalar]
  ) -> Specimen {
    Specimen(
      name, breaks: breaks,
      Subject(
        name, at: point,
        scalars: { xs in
          withCustomDerivative(at: xs) { xs in (value(xs), { pullback($0, xs) }) }
        }))
  }

  /// A tensor function as it is.
  static func tensors(
    _ name: String, breaks: Set<Law> = [], _ shapes: [[Int]], at point: [Double]? = nil,
    _ f: @escaping @Sendable ([Tensor]) -> Tensor
  ) -> Specimen {
    let operands = shapes.map { Operand(shape: $0) }
    let count = operands.reduce(0) { $0 + $1.count }
    return Specimen(
      name, breaks: breaks, Subject(name, operands, at: point ?? Catalogue.spread(count), f))
  }
}
