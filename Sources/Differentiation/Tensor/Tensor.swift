// The recorded array: its value, its index on a tape, and the elementary functions of it. It has
// never heard of walks.

import AdjointArrays
import AdjointElementary
import AdjointSupport

/// An n-dimensional array that can be recorded.
///
/// A `Tensor` is a value: assigning it makes a copy (storage is shared until one of them changes).
/// Its element type is a run-time property; `float32` is the default. Literals adopt the element
/// type of what they meet, and `float32` never mixes with `float64` silently.
///
/// ```swift
/// let x = Tensor([[1, 2], [3, 4]])
/// let y = (2 * x + 1).sum(over: 0)      // [10.0, 14.0]
/// ```
///
/// - Note: `@unchecked Sendable` for the same reason as ``Scalar``: the way to the tape is a raw
///   pointer that is checked before use, and a record that comes from another
///   thread than that of the tape stops the program.
public struct Tensor: @unchecked Sendable {
  /// The value; of a literal a placeholder, see ``settled``.
  @usableFromInline var array: NDArray
  /// The address of the tape's header, or the bits of a literal.
  ///
  /// A literal is kept here, in `Double`, so that no digit is lost and no array is made for it
  /// before its type is known.
  private let word: UInt
  /// The index on the tape, or one of the two codes below.
  let index: Int32
  let generation: UInt32

  private static let constantCode: Int32 = -1
  private static let literalCode: Int32 = -2

  private init(_ array: NDArray, _ word: UInt, _ index: Int32, _ generation: UInt32) {
    self.array = array
    self.word = word
    self.index = index
    self.generation = generation
  }

  /// A constant tensor with the given value.
  public init(_ array: NDArray) { self.init(array, 0, Tensor.constantCode, 0) }

  init(
    _ array: NDArray, at index: Int32, of header: UnsafeMutablePointer<TapeHeader>,
    generation: UInt32
  ) {
    self.init(array, UInt(bitPattern: header), index, generation)
  }

  /// A number that adopts the element type of what it meets.
  init(literal value: Double) {
    self.init(
      Tensor.literalPlaceholder, UInt(truncatingIfNeeded: value.bitPattern), Tensor.literalCode,
      UInt32(truncatingIfNeeded: value.bitPattern >> 32))
  }

  private static let literalPlaceholder = NDArray(scalar: 0, dtype: .float64)

  var header: UnsafeMutablePointer<TapeHeader>? {
    index >= 0 ? UnsafeMutablePointer(bitPattern: word) : nil
  }

  /// True for a number whose element type is still open.
  package var isLiteral: Bool { index == Tensor.literalCode }

  var literal: Double {
    Double(bitPattern: UInt64(generation) << 32 | UInt64(UInt32(truncatingIfNeeded: word)))
  }

  // MARK: Description of the value

  /// The lengths of the axes.
  public var shape: Shape { array.shape }
  /// The number of axes.
  public var rank: Int { array.rank }
  /// The number of elements.
  public var elementCount: Int { array.elementCount }
  /// The element type.
  public var dtype: DType { isLiteral ? .float32 : array.dtype }
  /// Shape and element type.
  public var type: TensorType { TensorType(shape, dtype) }
  /// True when this tensor is on a tape.
  public var isRecorded: Bool { index >= 0 }
  /// The plain array, without history.
  public var ndArray: NDArray { settled.array }

  /// The same tensor as a constant: no derivative passes through it.
  public func detached() -> Tensor {
    isLiteral ? self : Tensor(array)
  }

  /// The same tensor as the result of a function that is meant not to depend on its arguments.
  ///
  /// A differential operator refuses a result that it finds to be constant, since it is usually a
  /// mistake: the loss of a captured model, say, and not of the parameter of the closure.
  ///
  /// ```swift
  /// let slope = try gradient(at: x) { _ in Tensor(2).asConstant() }  // zeros
  /// ```
  public func asConstant() -> Tensor {
    CurrentTape.value?.allowsConstantResult = true
    return detached()
  }

  /// A literal becomes an ordinary `float32` tensor; others stay.
  package var settled: Tensor { isLiteral ? literal(as: .float32) : self }

  /// This literal as a tensor of the given element type.
  func literal(as dtype: DType) -> Tensor { Tensor(NDArray(scalar: literal, dtype: dtype)) }

  /// The live tape this tensor is recorded on.
  var tape: Tape? { liveHeader?.pointee.owner?.takeUnretainedValue() }

  /// The header if this tensor is recorded on a live tape; a stale one traps.
  @inline(__always)
  var liveHeader: UnsafeMutablePointer<TapeHeader>? {
    guard index >= 0, let header else { return nil }
    if _slowPath(header.pointee.generation != generation) { failOnStale() }
    return header
  }

  /// The header of the live tape that an operation on this tensor goes on; none for a constant, as
  /// which a tensor of a paused tape counts.
  @inline(__always)
  var recordingHeader: UnsafeMutablePointer<TapeHeader>? {
    guard let header = liveHeader else { return nil }
    header.requireOwnThread()
    return header.pointee.pauses == 0 ? header : nil
  }

  /// This tensor, as a constant if its tape is paused.
  var constantIfPaused: Tensor { isRecorded && recordingHeader == nil ? detached() : self }

  @inline(never)
  private func failOnStale() -> Never {
    stop(
      """
      stale variable: this tensor (\(type)) was recorded on a tape that has been released or reset. \
      Do not keep recorded tensors after the differentiated closure has returned; return what you \
      need from it, or keep x.detached().
      """)
  }

  /// A seed or a direction for this tensor, which has its shape and element type.
  func fitting(
    _ given: Tensor, _ role: String, _ operation: String
  ) throws(TensorError) -> Tensor {
    let given = given.isLiteral && rank == 0 ? given.literal(as: dtype) : given.settled
    guard given.type != type else { return given.constantIfPaused }
    throw TensorError(
      given.shape == shape ? .dtype : .shape, operation: operation,
      operands: [type.description, given.type.description],
      problem: "the \(role) is of type \(given.type), but it is for a tensor of type \(type)",
      remedy: "A \(role) has the shape and the element type of its tensor.")
  }

  /// The seed of a walk from this tensor: the given one, or 1 for a tensor of one element.
  func seed(_ given: Tensor?, _ operation: String) throws(TensorError) -> Tensor {
    if let given { return try fitting(given, "seed", operation) }
    guard elementCount == 1 else {
      throw TensorError(
        .nonScalarLoss, operation: operation, operands: [type.description],
        problem: "the function returned \(elementCount) numbers and a gradient is that of one",
        remedy: "Reduce the result, as in .mean() or .sum(), or use pullback(at:of:) with a seed "
          + "of shape \(shape).")
    }
    return Tensor(NDArray(repeating: 1, shape: shape, dtype: dtype))
  }
}

// MARK: Elementary functions

extension Tensor: RecordedAlgebra {
  /// A comparison of two tensors is a tensor of truth values.
  public typealias Mask = Tensor

  public init(floatLiteral value: Double) { self.init(literal: value) }
  public init(integerLiteral value: Int) { self.init(literal: Double(value)) }

  public static func _isLess(_ a: Tensor, _ b: Tensor) -> Tensor { a .< b }
  public static func _isEqual(_ a: Tensor, _ b: Tensor) -> Tensor { a .== b }
  public static func _select(_ mask: Tensor, _ a: Tensor, _ b: Tensor) -> Tensor {
    `where`(mask, a, b)
  }

  public static func _apply<F: UnaryFunction>(_ function: F.Type, _ x: Tensor) -> Tensor {
    if x.isLiteral { return Tensor(literal: F.value(x.literal)) }
    if let number = number(F.opcode, x) { return number }
    let primitive = ElementwiseUnary(function: F.opcode)
    if !x.array.dtype.isFloatingPoint {
      do throws(ShapeError) {
        _ = try primitive.resultType(of: [x.type])
        return Tensor(try primitive.evaluate([x.array]))
      } catch {
        return failing(.dtype, F.name, [x], error)
      }
    }
    let value = NDArray.unary(F.opcode, x.array)
    return recording(primitive, reading: F.reads, x, value)
  }

  public static func _apply<F: BinaryFunction>(
    _ function: F.Type, _ a: Tensor, _ b: Tensor
  ) -> Tensor {
    if a.isLiteral, b.isLiteral { return Tensor(literal: F.value(a.literal, b.literal)) }
    if let number = number(F.opcode, a, b) { return number }
    let primitive = ElementwiseBinary(function: F.opcode)
    if a.isLiteral { return combined(primitive, a.adopting(b.dtype), b) }
    if b.isLiteral { return combined(primitive, a, b.adopting(a.dtype)) }
    return combined(primitive, a, b)
  }

  private static func combined(_ primitive: ElementwiseBinary, _ a: Tensor, _ b: Tensor) -> Tensor {
    let (first, second) = (a.array.fields, b.array.fields)
    // Operands of one shape and floating-point type fit, whatever the function.
    // So does a number of the same type with anything.
    let dtype = first.pointee.dtype
    if !(dtype == second.pointee.dtype && dtype.isFloatingPoint
      && (second.pointee.shape.rank == 0 || first.pointee.shape.rank == 0
        || first.hasShape(of: second)))
    {
      var type: TensorType?
      do throws(ShapeError) {
        type = try primitive.resultType(of: [a.type, b.type])
        if !dtype.isFloatingPoint {
          return Tensor(try primitive.evaluate([a.array, b.array]))
        }
      } catch {
        return failing(
          a.dtype == b.dtype ? .shape : .dtype, primitive.name, [a, b], error,
          placeholder: type ?? TensorType(a.shape.expectedMeeting(b.shape), a.dtype))
      }
    }
    let value = NDArray.binary(primitive.function, a.array, b.array)
    return recording(primitive, reading: primitive.reads, a, b, value)
  }

  /// Gives a literal the element type of the other operand.
  package static func adopted(_ a: Tensor, _ b: Tensor) -> (Tensor, Tensor) {
    switch (a.isLiteral, b.isLiteral) {
    case (false, false): (a, b)
    case (true, false): (a.adopting(b.dtype), b)
    case (false, true): (a, b.adopting(a.dtype))
    case (true, true): (a.settled, b.settled)
    }
  }

  /// This literal in another element type, unless it would lose its fraction.
  func adopting(_ dtype: DType) -> Tensor {
    if dtype.isFloatingPoint { return literal(as: dtype) }
    let fits = literal == literal.rounded() && literal.magnitude <= Double(Int32.max)
    return fits && dtype == .int32 ? literal(as: dtype) : settled
  }
}

/// A tensor as the operand of an operation with a scalar; ``Tensor`` is the only one.
///
/// The protocol keeps literals out: in `0.5 * a * t`, with a scalar `a`, the literal is then a
/// scalar and not a tensor whose element type is anyone's guess.
public protocol TensorOperand {
  /// The tensor itself.
  var tensor: Tensor { get }
}

extension Tensor: TensorOperand {
  public var tensor: Tensor { self }
}

extension TensorOperand {
  @_disfavoredOverload
  public static func + (a: Self, b: Scalar) -> Tensor {
    a.tensor + Tensor(b, dtype: a.tensor.dtype)
  }
  @_disfavoredOverload
  public static func - (a: Self, b: Scalar) -> Tensor {
    a.tensor - Tensor(b, dtype: a.tensor.dtype)
  }
  @_disfavoredOverload
  public static func * (a: Self, b: Scalar) -> Tensor {
    a.tensor * Tensor(b, dtype: a.tensor.dtype)
  }
  @_disfavoredOverload
  public static func / (a: Self, b: Scalar) -> Tensor {
    a.tensor / Tensor(b, dtype: a.tensor.dtype)
  }
  @_disfavoredOverload
  public static func + (a: Scalar, b: Self) -> Tensor {
    Tensor(a, dtype: b.tensor.dtype) + b.tensor
  }
  @_disfavoredOverload
  public static func - (a: Scalar, b: Self) -> Tensor {
    Tensor(a, dtype: b.tensor.dtype) - b.tensor
  }
  @_disfavoredOverload
  public static func * (a: Scalar, b: Self) -> Tensor {
    Tensor(a, dtype: b.tensor.dtype) * b.tensor
  }
  @_disfavoredOverload
  public static func / (a: Scalar, b: Self) -> Tensor {
    Tensor(a, dtype: b.tensor.dtype) / b.tensor
  }
}

// Spelled out so that the type checker finds the operators at once.
extension Tensor {
  public static func + (a: Tensor, b: Tensor) -> Tensor { _apply(Elementary.Add.self, a, b) }
  public static func - (a: Tensor, b: Tensor) -> Tensor {
    _apply(Elementary.Subtract.self, a, b)
  }
  public static func * (a: Tensor, b: Tensor) -> Tensor {
    _apply(Elementary.Multiply.self, a, b)
  }
  public static func / (a: Tensor, b: Tensor) -> Tensor { _apply(Elementary.Divide.self, a, b) }
  public static prefix func - (a: Tensor) -> Tensor { _apply(Elementary.Negate.self, a) }
  public static prefix func + (a: Tensor) -> Tensor { a }

  // Disfavored as for `Scalar`: plain arithmetic must not become ambiguous.
  @_disfavoredOverload
  public static func + (a: Tensor, b: Double) -> Tensor { a + Tensor(literal: b) }
  @_disfavoredOverload
  public static func - (a: Tensor, b: Double) -> Tensor { a - Tensor(literal: b) }
  @_disfavoredOverload
  public static func * (a: Tensor, b: Double) -> Tensor { a * Tensor(literal: b) }
  @_disfavoredOverload
  public static func / (a: Tensor, b: Double) -> Tensor { a / Tensor(literal: b) }
  @_disfavoredOverload
  public static func + (a: Double, b: Tensor) -> Tensor { Tensor(literal: a) + b }
  @_disfavoredOverload
  public static func - (a: Double, b: Tensor) -> Tensor { Tensor(literal: a) - b }
  @_disfavoredOverload
  public static func * (a: Double, b: Tensor) -> Tensor { Tensor(literal: a) * b }
  @_disfavoredOverload
  public static func / (a: Double, b: Tensor) -> Tensor { Tensor(literal: a) / b }

  public static func += (a: inout Tensor, b: Tensor) { a = a + b }
  public static func -= (a: inout Tensor, b: Tensor) { a = a - b }
  public static func *= (a: inout Tensor, b: Tensor) { a = a * b }
  public static func /= (a: inout Tensor, b: Tensor) { a = a / b }

  /// The elementwise square, `x * x` as one operation.
  public func squared() -> Tensor { Elementary.Square.at(self) }
}

/// The elementwise smaller of two tensors; at a tie each takes half of the adjoint.
public func min(_ a: Tensor, _ b: Tensor) -> Tensor { Elementary.Min.at(a, b) }

/// The elementwise larger of two tensors; at a tie each takes half of the adjoint.
public func max(_ a: Tensor, _ b: Tensor) -> Tensor { Elementary.Max.at(a, b) }
