// Elementwise arithmetic on 32-bit integers, in which no number is lost: a result that int32 does
// not hold is an error, as it is for Swift's own integers. The kernels below know floating point
// only.
//
// Each loop collects, beside the results, one bit that says whether any of them was wrong. So it
// stays a loop without branches, which the compiler turns into vectors; which operands they were is
// found out by a second loop, where there were any.

import AdjointElementary

extension NDArray {
  /// `f(x)` of whole numbers, element by element.
  ///
  /// - Throws: ``ShapeError`` for a result that `int32` does not hold.
  package static func whole(
    _ f: Elementary.Opcode, _ x: NDArray
  ) throws(ShapeError) -> NDArray {
    try whole(f, x.shape, [x])
  }

  /// `f(a, b)` of whole numbers, element by element; the operands broadcast.
  ///
  /// Division truncates toward zero.
  ///
  /// - Throws: ``ShapeError`` for a result that `int32` does not hold, and for a division by zero.
  /// - Precondition: the operands are `int32` and broadcast.
  package static func whole(
    _ f: Elementary.Opcode, _ a: NDArray, _ b: NDArray
  ) throws(ShapeError) -> NDArray {
    try whole(f, Shape.checkedBroadcast(a.shape, b.shape), [a, b])
  }

  private static func whole(
    _ f: Elementary.Opcode, _ shape: Shape, _ operands: [NDArray]
  ) throws(ShapeError) -> NDArray {
    precondition(
      operands.allSatisfy { $0.dtype == .int32 },
      "\(f.name) of \(operands.map(\.dtype)); convert to int32 first")
    let first = FirstMistake()
    let result = segmented(shape, .int32, operands) { count, operands, destination in
      if let (a, b) = integerElementwise(f, count, operands, destination) {
        first.note(f.mistake(a, b))
      }
    }
    try first.check()
    return result
  }
}

extension Elementary.Opcode {
  /// The refusal of operands whose result `int32` does not hold.
  fileprivate func mistake(_ a: Int32, _ b: Int32) -> ShapeError {
    if self == .divide, b == 0 {
      return ShapeError(
        problem: "\(a) / 0 is not a whole number",
        remedy: "Divide by numbers other than 0, or convert to .float64 first.")
    }
    return .beyondInt32(
      arity == 1 ? "\(name)(\(a))" : isInfix ? "\(a) \(name) \(b)" : "\(name)(\(a), \(b))")
  }
}

/// `f(x)` or `f(a, b)` over dense operands of `Int32`.
///
/// - Returns: the first operands whose result is not a number of that type, if there are any.
private func integerElementwise(
  _ function: Elementary.Opcode, _ count: Int, _ operands: UnsafePointer<UnsafeRawPointer>,
  _ destination: UnsafeMutableRawPointer
) -> (Int32, Int32)? {
  let (a, b) = (operands[0], function.arity == 2 ? operands[1] : operands[0])
  @inline(__always) func loop(_ f: (Int32, Int32) -> Checked) -> (Int32, Int32)? {
    var marks: Int32 = 0
    for i in 0..<count {
      let result = f(a.element(i, as: Int32.self), b.element(i, as: Int32.self))
      destination.element(i, result.number)
      marks |= result.mark
    }
    guard marks < 0 else { return nil }
    for i in 0..<count {
      let (x, y) = (a.element(i, as: Int32.self), b.element(i, as: Int32.self))
      if f(x, y).mark < 0 { return (x, y) }
    }
    return nil
  }
  switch function {
  case .negate: return loop { x, _ in Checked.difference(0, x) }
  case .abs:
    return loop { x, _ in
      // Only the smallest number has no opposite, and stays negative.
      let magnitude = x < 0 ? 0 &- x : x
      return Checked(number: magnitude, mark: magnitude)
    }
  case .sign: return loop { x, _ in Checked(number: x.signum(), mark: 0) }
  case .square: return loop { x, _ in Checked.product(x, x) }
  case .add:
    return loop { x, y in
      // A sum has overflowed if its sign is that of neither operand.
      let sum = x &+ y
      return Checked(number: sum, mark: (x ^ sum) & (y ^ sum))
    }
  case .subtract: return loop { x, y in Checked.difference(x, y) }
  case .multiply: return loop { x, y in Checked.product(x, y) }
  case .divide:
    return loop { x, y in
      let (quotient, isWrong) = x.dividedReportingOverflow(by: y)
      return Checked(number: quotient, mark: isWrong ? -1 : 0)
    }
  case .min: return loop { x, y in Checked(number: min(x, y), mark: 0) }
  case .max: return loop { x, y in Checked(number: max(x, y), mark: 0) }
  default:
    preconditionFailure(
      "\(function.name) is not defined for int32; convert to a floating-point type first")
  }
}

/// A result of arithmetic, and a mark that is negative if it is not a number of the type.
private struct Checked {
  let number: Int32
  let mark: Int32

  @inline(__always)
  static func difference(_ x: Int32, _ y: Int32) -> Checked {
    let difference = x &- y
    return Checked(number: difference, mark: (x ^ y) & (x ^ difference))
  }

  @inline(__always)
  static func product(_ x: Int32, _ y: Int32) -> Checked {
    let product = Int64(x) &* Int64(y)
    let low = Int32(truncatingIfNeeded: product)
    // The upper half repeats the sign of the lower one, or digits are lost.
    let lost = Int32(truncatingIfNeeded: product >> 32) ^ (low >> 31)
    return Checked(number: low, mark: lost == 0 ? 0 : -1)
  }
}
