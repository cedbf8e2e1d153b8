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
  let kept: Tape.TensorNode.Kept
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
    private let layoutFields: UnsafePointer<LayoutFields>?
    private let kept: Kept

    private enum Kept {
      case value(NDArray)
      case layout(ArrayLayout)
      case nothing
    }

    /// No operand: what is in a place that none has taken.
    init() {
      index = -1
      layoutFields = nil
      kept = .nothing
    }

    /// An operand whose value no rule reads, or a scalar.
    init(index: Int32, layout: ArrayLayout) {
      self.index = index
      layoutFields = layout.fields
      kept = .layout(layout)
    }

    init(_ operand: Tensor, keepsValue: Bool) {
      index = operand.tensorPlace
      layoutFields = operand.array.fields
      kept = keepsValue ? .value(operand.array) : .layout(operand.array.layout)
    }

    /// Shape and type, valid while the operand is held; at hand, so that a look at them copies nothing.
    @inline(__always)
    var fields: UnsafePointer<LayoutFields> { layoutFields.unsafelyUnwrapped }

    var layout: ArrayLayout {
      switch kept {
      case .value(let array): array.layout
      case .layout(let layout): layout
      case .nothing: .scalar(.float32)
      }
    }

    var value: NDArray? {
      if case .value(let array) = kept { array } else { nil }
    }

    var type: TensorType { TensorType(layout.shape, layout.dtype) }
  }

  /// The operand, if the primitive declared that its rules read it.
  public subscript(_ position: Int) -> Tensor {
    guard let value = kept.operands[position].value else {
      preconditionFailure("operand \(position) was not kept; the primitive's `reads` must name it")
    }
    return tensor(value, index(position))
  }

  /// The result, if the primitive declared that its rules read it.
  public var result: Tensor {
    guard let value = kept.result else {
      preconditionFailure("the result was not kept; the primitive's `reads` must name it")
    }
    return tensor(value, resultIndex)
  }

  /// The number of operands.
  public var count: Int { kept.operands.count }

  /// The shape of an operand.
  public func shape(_ position: Int) -> Shape { fields(position).pointee.shape }

  /// The element type of an operand.
  public func dtype(_ position: Int) -> DType { fields(position).pointee.dtype }

  /// Shape and type of an operand, valid while this use is held.
  @inline(__always)
  func fields(_ position: Int) -> UnsafePointer<LayoutFields> { kept.operands[position].fields }

  /// The place of an operand on the tape.
  @inline(__always)
  func index(_ position: Int) -> Int32 { kept.operands.index(position) }

  /// The shape of the result.
  public var resultShape: Shape { layout.shape }

  /// The shape and the element type of the result.
  var type: TensorType { TensorType(layout.shape, layout.dtype) }

  /// True when somebody asks for the adjoint of this operand.
  public func isNeeded(_ position: Int) -> Bool {
    let index = index(position)
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
