// Arrays of booleans: how they arise from comparisons, combine, and choose.

extension NDArray {
  /// The six comparisons.
  ///
  /// Every comparison with NaN is false, except `notEqual`.
  package enum Comparison: UInt8, Sendable, CaseIterable {
    case equal, notEqual, less, lessOrEqual, greater, greaterOrEqual
  }

  /// Compares element by element; the operands broadcast and the result holds booleans.
  ///
  /// - Precondition: the operands have the same type and broadcast.
  package static func compare(_ comparison: Comparison, _ a: NDArray, _ b: NDArray) -> NDArray {
    precondition(
      a.dtype == b.dtype, "\(comparison) of \(a.dtype) and \(b.dtype); convert one of them first")
    let dtype = a.dtype
    return segmented(Shape.checkedBroadcast(a.shape, b.shape), .bool, [a, b]) {
      count, operands, destination in
      switch dtype {
      case .float32: compareElements(comparison, count, operands, destination, Float.self)
      case .float64: compareElements(comparison, count, operands, destination, Double.self)
      case .int32: compareElements(comparison, count, operands, destination, Int32.self)
      case .bool: compareElements(comparison, count, operands, destination, UInt8.self)
      }
    }
  }

  /// The element of `a` where the mask is true and that of `b` where it is false; all three
  /// broadcast.
  ///
  /// - Precondition: the mask is boolean, `a` and `b` have the same type.
  package static func select(_ mask: NDArray, _ a: NDArray, _ b: NDArray) -> NDArray {
    precondition(mask.dtype == .bool, "select needs a boolean mask, not \(mask.dtype)")
    precondition(
      a.dtype == b.dtype, "select of \(a.dtype) and \(b.dtype); convert one of them first")
    let shape = Shape.checkedBroadcast(Shape.checkedBroadcast(mask.shape, a.shape), b.shape)
    let size = a.dtype.byteCount
    return segmented(shape, a.dtype, [mask, a, b]) { count, operands, destination in
      switch size {
      case 1: selectElements(count, operands, destination, UInt8.self)
      case 4: selectElements(count, operands, destination, UInt32.self)
      default: selectElements(count, operands, destination, UInt64.self)
      }
    }
  }

  /// True where both are true.
  package static func logicalAnd(_ a: NDArray, _ b: NDArray) -> NDArray {
    logical(a, b, .and)
  }

  /// True where at least one is true.
  package static func logicalOr(_ a: NDArray, _ b: NDArray) -> NDArray {
    logical(a, b, .or)
  }

  /// True where the element is false.
  package static func logicalNot(_ a: NDArray) -> NDArray {
    logical(a, a, .not)
  }

  private enum Connective { case and, or, not }

  private static func logical(
    _ a: NDArray, _ b: NDArray, _ connective: Connective
  ) -> NDArray {
    precondition(
      a.dtype == .bool && b.dtype == .bool,
      "logical operations need booleans, not \(a.dtype) and \(b.dtype)")
    return segmented(Shape.checkedBroadcast(a.shape, b.shape), .bool, [a, b]) {
      count, operands, destination in
      let (a, b) = (operands[0], operands[1])
      for i in 0..<count {
        let (first, second) = (a.element(i, as: UInt8.self), b.element(i, as: UInt8.self))
        switch connective {
        case .and: destination.element(i, first & second)
        case .or: destination.element(i, first | second)
        case .not: destination.element(i, first ^ 1)
        }
      }
    }
  }

  /// Runs a loop over dense segments of operands of any types and strides into a new array.
  static func segmented(
    _ shape: Shape, _ dtype: DType, _ operands: [NDArray], piece: Int = 1 << 16,
    _ kernel: SegmentKernel
  ) -> NDArray {
    let result = NDArray(uninitialized: shape, dtype: dtype)
    withUnsafeTemporaryAllocation(of: SegmentOperand.self, capacity: operands.count) { segments in
      for i in operands.indices { segments[i] = SegmentOperand(operands[i], over: result.fields) }
      ElementwiseDriver.run(
        shape: shape, destination: result.storage.bytes, elementSize: dtype.byteCount,
        operands: segments, piece: piece, kernel: kernel)
    }
    withExtendedLifetime(operands) {}
    return result
  }
}

@inline(__always)
private func compareElements<T: Comparable & BitwiseCopyable>(
  _ comparison: NDArray.Comparison, _ count: Int, _ operands: UnsafePointer<UnsafeRawPointer>,
  _ destination: UnsafeMutableRawPointer, _ type: T.Type
) {
  let (a, b) = (operands[0], operands[1])
  @inline(__always) func loop(_ f: (T, T) -> Bool) {
    for i in 0..<count {
      let holds = f(a.element(i, as: T.self), b.element(i, as: T.self))
      destination.element(i, holds ? 1 : 0 as UInt8)
    }
  }
  switch comparison {
  case .equal: loop { $0 == $1 }
  case .notEqual: loop { $0 != $1 }
  case .less: loop { $0 < $1 }
  case .lessOrEqual: loop { $0 <= $1 }
  case .greater: loop { $0 > $1 }
  case .greaterOrEqual: loop { $0 >= $1 }
  }
}

@inline(__always)
private func selectElements<T: BitwiseCopyable>(
  _ count: Int, _ operands: UnsafePointer<UnsafeRawPointer>,
  _ destination: UnsafeMutableRawPointer, _ type: T.Type
) {
  let (mask, a, b) = (operands[0], operands[1], operands[2])
  for i in 0..<count {
    let first = a.element(i, as: T.self)
    let second = b.element(i, as: T.self)
    destination.element(i, mask.element(i, as: UInt8.self) != 0 ? first : second)
  }
}
