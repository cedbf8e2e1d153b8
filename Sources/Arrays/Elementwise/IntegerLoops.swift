// Elementwise arithmetic on 32-bit integers, which wraps and never traps. The kernels below know
// floating point only.

import AdjointElementary

/// `f(x)` or `f(a, b)` over dense operands of `Int32`.
func integerElementwise(
  _ function: Elementary.Opcode, _ count: Int, _ operands: UnsafePointer<UnsafeRawPointer>,
  _ destination: UnsafeMutableRawPointer
) {
  switch function {
  case .negate: map(count, operands, destination) { 0 &- $0 }
  case .abs: map(count, operands, destination) { $0 < 0 ? 0 &- $0 : $0 }
  case .sign: map(count, operands, destination) { $0.signum() }
  case .square: map(count, operands, destination) { $0 &* $0 }
  case .add: map(count, operands, destination) { $0 &+ $1 }
  case .subtract: map(count, operands, destination) { $0 &- $1 }
  case .multiply: map(count, operands, destination) { $0 &* $1 }
  case .divide: map(count, operands, destination) { quotient($0, $1) }
  case .min: map(count, operands, destination) { min($0, $1) }
  case .max: map(count, operands, destination) { max($0, $1) }
  default:
    preconditionFailure(
      "\(function.name) is not defined for int32; convert to a floating-point type first")
  }
}

/// Truncating division that is defined everywhere: by zero it gives 0, and it wraps at the one
/// quotient that does not fit.
@inline(__always)
private func quotient(_ a: Int32, _ b: Int32) -> Int32 {
  b == 0 ? 0 : a.dividedReportingOverflow(by: b).partialValue
}

@inline(__always)
private func map(
  _ count: Int, _ operands: UnsafePointer<UnsafeRawPointer>,
  _ destination: UnsafeMutableRawPointer, _ f: (Int32) -> Int32
) {
  let x = operands[0]
  for i in 0..<count { destination.element(i, f(x.element(i, as: Int32.self))) }
}

@inline(__always)
private func map(
  _ count: Int, _ operands: UnsafePointer<UnsafeRawPointer>,
  _ destination: UnsafeMutableRawPointer, _ f: (Int32, Int32) -> Int32
) {
  let (a, b) = (operands[0], operands[1])
  for i in 0..<count {
    destination.element(i, f(a.element(i, as: Int32.self), b.element(i, as: Int32.self)))
  }
}
