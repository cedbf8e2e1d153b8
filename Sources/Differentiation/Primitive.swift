// What this file knows: the questions every tensor operation answers about itself, all in one place.
// It has never heard of the tape that asks them.

import AdjointArrays
import AdjointElementary

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
/// One declaration holds all that the engine asks: the type of the result, the value, both directions
/// of the derivative, what must be kept for them, and the printed name. There are no default rules,
/// so an operation without a derivative does not compile. Attributes (axes, shapes …) are stored
/// properties, which makes a recorded program data.
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
  func evaluate(_ operands: [NDArray]) -> NDArray

  /// The adjoints of the operands from the adjoint of the result: the transposed derivative.
  ///
  /// One entry an operand; `nil` where the operand has no derivative or is not asked for
  /// (``Application/isNeeded(_:)``).
  func pullback(_ adjoint: Tensor, at application: Application) -> [Tensor?]

  /// The tangent of the result from the tangents of the operands: the derivative.
  ///
  /// `nil` stands for a zero tangent; at least one entry is not `nil`.
  func pushforward(_ tangents: [Tensor?], at application: Application) -> Tensor
}

/// One use of a primitive, as its rules see it.
public struct Application {
  let operands: OperandList
  let resultValue: NDArray?
  let resultIndex: Int32
  let layout: ArrayLayout
  let header: UnsafeMutablePointer<TapeHeader>
  /// True when the rule must be recorded, because an outer derivative is active.
  public let isRecorded: Bool
  /// The first index that the walk covers; operands before it ask for no adjoint.
  let bottom: Int32
  let active: UnsafePointer<Bool>?

  /// What a tape keeps of an operand.
  struct Operand {
    let index: Int32
    private let kept: Kept

    private enum Kept {
      case value(NDArray)
      case layout(ArrayLayout)
    }

    /// An operand whose value no rule reads, or a scalar.
    init(index: Int32, layout: ArrayLayout) {
      self.index = index
      kept = .layout(layout)
    }

    init(_ operand: Tensor, keepsValue: Bool) {
      index = operand.index
      kept = keepsValue ? .value(operand.array) : .layout(operand.array.layout)
    }

    var layout: ArrayLayout {
      switch kept {
      case .value(let array): array.layout
      case .layout(let layout): layout
      }
    }

    /// Shape and type, valid while the operand is held.
    var fields: UnsafePointer<LayoutFields> {
      switch kept {
      case .value(let array): array.fields
      case .layout(let layout): layout.fields
      }
    }

    var value: NDArray? {
      if case .value(let array) = kept { array } else { nil }
    }

    var type: TensorType { TensorType(layout.shape, layout.dtype) }
  }

  /// The operand, if the primitive declared that its rules read it.
  public subscript(_ position: Int) -> Tensor {
    let operand = operands[position]
    guard let value = operand.value else {
      preconditionFailure("operand \(position) was not kept; the primitive's `reads` must name it")
    }
    return tensor(value, operand.index)
  }

  /// The result, if the primitive declared that its rules read it.
  public var result: Tensor {
    guard let resultValue else {
      preconditionFailure("the result was not kept; the primitive's `reads` must name it")
    }
    return tensor(resultValue, resultIndex)
  }

  /// The number of operands.
  public var count: Int { operands.count }

  /// The shape of an operand.
  public func shape(_ position: Int) -> Shape { operands[position].fields.pointee.shape }

  /// The element type of an operand.
  public func dtype(_ position: Int) -> DType { operands[position].fields.pointee.dtype }

  /// The shape of the result.
  public var resultShape: Shape { layout.shape }

  /// The shape and the element type of the result.
  var type: TensorType { TensorType(layout.shape, layout.dtype) }

  /// True when somebody asks for the adjoint of this operand.
  public func isNeeded(_ position: Int) -> Bool {
    let index = operands[position].index
    guard index >= bottom else { return false }
    return active.map { $0[Int(index - bottom)] } ?? true
  }

  /// The tape that this use is recorded on.
  var tape: Tape? { header.pointee.owner?.takeUnretainedValue() }

  private func tensor(_ value: NDArray, _ index: Int32) -> Tensor {
    guard isRecorded, index >= 0 else { return Tensor(value) }
    return Tensor(value, at: index, of: header, generation: header.pointee.generation)
  }
}
