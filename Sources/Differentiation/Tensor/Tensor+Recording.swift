// How an operation on tensors is checked, computed and recorded, and which tape it is recorded on.
// It has never heard of any particular operation.
//
// The forms for one, two and three operands say the same as the one for a list. They are the path
// of nearly all operations, where an array of operands would take longer than a small operation.
//
// A primitive comes as `any Primitive`, as the tape keeps it. Generic over the primitive, these
// functions were compiled some forty times, once for each, and were an eighth of the module's code.

import AdjointArrays
import AdjointElementary

extension Tensor {
  /// Checks, computes and records one primitive.
  static func applying(_ primitive: any Primitive, _ operands: Tensor...) -> Tensor {
    applying(primitive, to: operands)
  }

  /// Checks, computes and records one primitive.
  public static func applying(_ primitive: any Primitive, to operands: [Tensor]) -> Tensor {
    applying(
      primitive, to: operands, as: primitive.name, giving: operands.first?.shape ?? .scalar)
  }

  /// The same for an operation that users know by another name.
  ///
  /// - Parameter expected: the shape of the placeholder, if the operands do not fit.
  static func applying(
    _ primitive: any Primitive, to operands: [Tensor], as operation: @autoclosure () -> String,
    giving expected: @autoclosure () -> Shape
  ) -> Tensor {
    let operands = operands.map(\.settled)
    var type: TensorType?
    do throws(ShapeError) {
      type = try primitive.resultType(of: operands.map(\.type))
      return recording(primitive, operands, try primitive.evaluate(operands.map(\.array)))
    } catch {
      return failing(
        .shape, operation(), operands, error,
        placeholder: type ?? TensorType(expected(), operands.first?.dtype ?? .float32))
    }
  }

  // MARK: Recording what has been computed

  /// Records a primitive of one operand.
  static func recording(_ primitive: any Primitive, _ x: Tensor, value: NDArray) -> Tensor {
    recording(primitive, reading: primitive.reads, x, value)
  }

  /// Records a primitive of two operands.
  static func recording(
    _ primitive: any Primitive, _ a: Tensor, _ b: Tensor, value: NDArray
  ) -> Tensor {
    recording(primitive, reading: primitive.reads, a, b, value)
  }

  /// Records a primitive of one operand.
  @inline(__always)
  static func recording(
    _ primitive: any Primitive, reading reads: Reads, _ x: Tensor, _ value: NDArray
  ) -> Tensor {
    guard let header = x.liveHeader, value.fields.pointee.dtype.isFloatingPoint else {
      return Tensor(value)
    }
    return header.record(
      primitive, Tape.OperandList(.init(x, keepsValue: reads.contains(.operands))),
      keepsResult: reads.contains(.result), value)
  }

  /// Records a primitive of two operands.
  @inline(__always)
  static func recording(
    _ primitive: any Primitive, reading reads: Reads, _ a: Tensor, _ b: Tensor, _ value: NDArray
  ) -> Tensor {
    guard let header = a.isRecorded ? a.liveHeader : b.liveHeader else { return Tensor(value) }
    guard a.mayMeet(header), b.mayMeet(header), value.fields.pointee.dtype.isFloatingPoint else {
      return recording(primitive, [a, b], value)
    }
    let keeps = reads.contains(.operands)
    return header.record(
      primitive,
      Tape.OperandList(.init(a, keepsValue: keeps), .init(b, keepsValue: keeps)),
      keepsResult: reads.contains(.result), value)
  }

  /// Records a primitive of three operands.
  static func recording(
    _ primitive: any Primitive, _ a: Tensor, _ b: Tensor, _ c: Tensor, value: NDArray
  ) -> Tensor {
    guard
      let header = a.isRecorded ? a.liveHeader : b.isRecorded ? b.liveHeader : c.liveHeader
    else { return Tensor(value) }
    guard a.mayMeet(header), b.mayMeet(header), c.mayMeet(header),
      value.fields.pointee.dtype.isFloatingPoint
    else { return recording(primitive, [a, b, c], value) }
    let keeps = primitive.reads.contains(.operands)
    return header.record(
      primitive,
      Tape.OperandList(
        .init(a, keepsValue: keeps), .init(b, keepsValue: keeps), .init(c, keepsValue: keeps)),
      keepsResult: primitive.reads.contains(.result), value)
  }

  /// Records a primitive, if any operand is recorded.
  static func recording(_ primitive: any Primitive, _ operands: [Tensor], _ value: NDArray)
    -> Tensor
  {
    guard let first = operands.first(where: \.isRecorded), value.dtype.isFloatingPoint,
      let header = first.liveHeader
    else { return Tensor(value) }
    for other in operands where !other.mayMeet(header) {
      // A stale operand has its own message; the variables of a paused tape are constants.
      let met = operands.map(\.constantIfPaused)
      if zip(met, operands).contains(where: { $0.isRecorded != $1.isRecorded }) {
        return recording(primitive, met, value)
      }
      return failing(
        .foreignVariable, primitive.name, operands,
        ShapeError(
          problem: "the operands are recorded on two different tapes",
          remedy: "Make both variables on the same tape, pass the outer one as a further argument "
            + "of the differentiated function, or use x.detached() where no derivative is wanted."),
        placeholder: TensorType(value.shape, value.dtype))
    }
    let reads = primitive.reads
    return header.record(
      primitive, Tape.OperandList(operands, keepsValues: reads.contains(.operands)),
      keepsResult: reads.contains(.result), value)
  }

  /// True where a derivative may be taken of an operation on this tensor: it is recorded, or a
  /// differentiated call is at work, and recording is not paused.
  package var isDifferentiatedHere: Bool {
    guard let tape = tape ?? CurrentTape.value else { return false }
    return !tape.isPaused
  }

  /// True for a constant, and for a tensor recorded on the tape of this header in its present life.
  ///
  /// The header alone does not tell: headers are pooled, so a tensor kept from an earlier call may
  /// have the header of a live one.
  @inline(__always)
  func mayMeet(_ header: UnsafeMutablePointer<TapeHeader>) -> Bool {
    !isRecorded || (self.header == header && generation == header.pointee.generation)
  }
}

extension UnsafeMutablePointer<TapeHeader> {
  /// Records an operation on the tape of this header.
  @inline(__always)
  fileprivate func record(
    _ primitive: any Primitive, _ operands: consuming Tape.OperandList, keepsResult: Bool,
    _ value: NDArray
  ) -> Tensor {
    guard let owner = pointee.owner else { return Tensor(value) }
    return owner.takeUnretainedValue().record(
      primitive, keeping: consume operands, result: keepsResult, value)
  }
}
