// A tensor of one element is a number, and goes on the tape as one.
//
// Losses, weights of losses, temperatures, rates: programs on tensors are full of single numbers,
// and what an operation on tensors keeps (a node with operands, layouts and a primitive) costs ten
// times the arithmetic. So an elementwise operation on such tensors is a record of the scalar tape,
// with its operands, its rule and its adjoint in the same places as any other. Only where a number
// meets larger tensors does it pass from one algebra to the other, through the two records that
// exist for that: an element of a tensor, and a tensor of scalars.

import AdjointArrays
import AdjointElementary

extension Tensor {
  /// `f(x)` of a recorded number as a scalar record; nil if `x` is no such thing.
  static func number(_ f: Elementary.Opcode, _ x: Tensor) -> Tensor? {
    guard let header = x.recordingHeader, let a = x.array.number else { return nil }
    let array =
      f.exactValue(a).map { NDArray(number: $0, like: x.array) } ?? NDArray.unary(f, x.array)
    return Tensor(
      array, header.append(Record.Code(f), array.item(), x.scalarIndex(on: header), 0))
  }

  /// `f(a, b)` of numbers, one of them recorded, as a scalar record; nil if they are no such
  /// things.
  static func number(_ f: Elementary.Opcode, _ a: Tensor, _ b: Tensor) -> Tensor? {
    guard let header = a.isRecorded ? a.recordingHeader : b.recordingHeader else { return nil }
    if b.isLiteral { return number(f, a, literal: b.literal, header) }
    if a.isLiteral { return number(f, literal: a.literal, b, header) }
    let (first, second) = (a.array.fields, b.array.fields)
    guard first.pointee.dtype == second.pointee.dtype, let x = a.array.number,
      let y = b.array.number
    else { return nil }
    let array: NDArray
    if second.pointee.shape.rank == 0 || first.hasShape(of: second) {
      array = value(f, x, y, a.array, b.array, like: a.array)
    } else if first.pointee.shape.rank == 0 {
      array = value(f, x, y, a.array, b.array, like: b.array)
    } else {
      // Axes of length one, but not the same: the general rules find those of the result.
      return nil
    }
    if !b.isRecorded {
      let code = Record.Code(f, .constantSecond)
      return Tensor(
        array, header.append(code, array.item(), a.scalarIndex(on: header), constant: y))
    }
    if !a.isRecorded {
      let code = Record.Code(f, .constantFirst)
      return Tensor(
        array, header.append(code, array.item(), b.scalarIndex(on: header), constant: x))
    }
    guard b.mayMeet(header) else { return nil }
    let indices = (a.scalarIndex(on: header), b.scalarIndex(on: header))
    return Tensor(
      array, header.append(Record.Code(f), array.item(), indices.0, indices.1))
  }

  private static func number(
    _ f: Elementary.Opcode, _ a: Tensor, literal: Double,
    _ header: UnsafeMutablePointer<TapeHeader>
  ) -> Tensor? {
    guard let x = a.array.number else { return nil }
    let constant = a.array.dtype.rounded(literal)
    let array =
      f.exactValue(x, constant).map { NDArray(number: $0, like: a.array) }
      ?? .binary(f, a.array, NDArray(number: constant, like: a.array))
    let code = Record.Code(f, .constantSecond)
    return Tensor(
      array, header.append(code, array.item(), a.scalarIndex(on: header), constant: constant))
  }

  private static func number(
    _ f: Elementary.Opcode, literal: Double, _ b: Tensor,
    _ header: UnsafeMutablePointer<TapeHeader>
  ) -> Tensor? {
    guard let y = b.array.number else { return nil }
    let constant = b.array.dtype.rounded(literal)
    let array =
      f.exactValue(constant, y).map { NDArray(number: $0, like: b.array) }
      ?? .binary(f, NDArray(number: constant, like: b.array), b.array)
    let code = Record.Code(f, .constantFirst)
    return Tensor(
      array, header.append(code, array.item(), b.scalarIndex(on: header), constant: constant))
  }

  @inline(__always)
  private static func value(
    _ f: Elementary.Opcode, _ x: Double, _ y: Double, _ a: NDArray, _ b: NDArray,
    like model: NDArray
  ) -> NDArray {
    f.exactValue(x, y).map { NDArray(number: $0, like: model) } ?? .binary(f, a, b)
  }

  /// The tensor of a recorded number.
  @inline(__always)
  init(_ array: NDArray, _ number: Scalar) {
    guard let header = number.header else {
      self.init(array)
      return
    }
    self.init(array, at: number.index, of: header, generation: number.generation)
  }

  /// The scalar record of this recorded number: its own, or one made now for the element of a
  /// tensor.
  @inline(__always)
  private func scalarIndex(on header: UnsafeMutablePointer<TapeHeader>) -> UInt64 {
    let own = UInt64(index)
    guard header.pointee.records[Int(index)].code == .tensor else { return own }
    return UInt64(header.append(.element, array.item(), own, constant: 0).index)
  }

  /// The record of this recorded tensor as an operand of tensor operations: its own, or one made
  /// now for the tensor of a number.
  var tensorIndex: Int32 {
    guard index >= 0, let header, header.pointee.records[Int(index)].code != .tensor else {
      return index
    }
    return Tensor.joined([element(atFlat: 0)], shape: shape, dtype: dtype).index
  }
}
