// The questions every tensor operation answers about itself, all in one place. It has never heard
// of the tape that an operation is recorded on, or of the walk that asks.

import AdjointArrays
import AdjointElementary
import AdjointSupport

/// Shape and element type of a tensor.
public struct TensorType: Hashable, Sendable, CustomStringConvertible {
  /// The lengths of the axes.
  public var shape: Shape
  /// The element type.
  public var dtype: DType

  /// Creates a type.
  public init(_ shape: Shape, _ dtype: DType) {
    self.shape = shape
    self.dtype = dtype
  }

  /// Such as `float32 [2, 3]`.
  public var description: String { "\(dtype) \(shape)" }
}

/// A tensor operation with a kernel of its own.
///
/// One declaration holds all that the engine asks: the type of the result, the value, both
/// directions of the derivative, what must be kept for them, and the printed name. There are no
/// default rules, so an operation without a derivative does not compile. Attributes (axes, shapes
/// …) are stored properties, which makes a recorded program data.
///
/// The rules are written in the very operations they differentiate. When the tensors they get are
/// recorded, because an outer derivative is being taken, the rule itself is recorded; when they are
/// plain it just computes.
public protocol Primitive {
  /// The printed name with its attributes, such as `sum over [0]`.
  var name: String { get }

  /// The values that the rules below read; others are freed at once.
  var reads: Reads { get }

  /// The type of the result.
  ///
  /// - Throws: `ShapeError` when the operands do not fit, with the remedy.
  func resultType(of operands: [TensorType]) throws(ShapeError) -> TensorType

  /// The value, for operands that ``resultType(of:)`` has accepted.
  ///
  /// - Throws: `ShapeError` when the elements do not allow it, such as whole numbers whose sum
  ///   `int32` does not hold.
  func evaluate(_ operands: [NDArray]) throws(ShapeError) -> NDArray

  /// The transposed derivative: gives each operand what it receives from the adjoint of the result.
  ///
  /// A contribution is computed only if the walk asks for it, see ``PrimitiveUse/give(_:_:)``.
  func pullback(_ adjoint: Tensor, at use: borrowing PrimitiveUse)

  /// The derivative: the tangent of the result from the tangents of the operands.
  func pushforward(_ tangents: PrimitiveTangents, at use: borrowing PrimitiveUse) -> Tensor
}

/// A primitive that is a linear map of its one operand: `f(a x + b y) = a f(x) + b f(y)`.
///
/// A linear map is its own derivative, so it only has to say its transpose.
public protocol LinearPrimitive: Primitive {
  /// `fᵀ`: what the operand receives from the adjoint of the result.
  func transposed(_ adjoint: Tensor, at use: borrowing PrimitiveUse) -> Tensor
}

extension LinearPrimitive {
  /// Nothing: the derivative is the same everywhere.
  public var reads: Reads { [] }

  public func pullback(_ adjoint: Tensor, at use: borrowing PrimitiveUse) {
    use.give(0) { transposed(adjoint, at: use) }
  }

  public func pushforward(_ tangents: PrimitiveTangents, at use: borrowing PrimitiveUse) -> Tensor {
    tangents.sum { _, tangent in Tensor.applying(self, tangent) }
  }
}

/// The tangents of the operands of one use of a primitive, at least one of which moves.
public struct PrimitiveTangents {
  private let tangents: [Tensor?]

  init(_ tangents: [Tensor?]) { self.tangents = tangents }

  /// The number of operands.
  public var count: Int { tangents.count }

  /// The tangent of an operand; nil if the operand does not move.
  public subscript(_ position: Int) -> Tensor? { tangents[position] }

  /// `Σ ∂f/∂operand · tangent` over the operands that move.
  ///
  /// - Parameter term: one summand from the position of an operand and its tangent.
  public func sum(_ term: (_ position: Int, _ tangent: Tensor) -> Tensor) -> Tensor {
    var total: Tensor?
    for (position, tangent) in tangents.enumerated() {
      guard let tangent else { continue }
      let summand = term(position, tangent)
      total = total.map { $0 + summand } ?? summand
    }
    guard let total else { preconditionFailure("a pushforward was asked for, yet nothing moves") }
    return total
  }
}
