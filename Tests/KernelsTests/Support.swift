// How to call a set of kernels with arrays, what one float32 number computes, and how far two numbers
// are apart.

import AdjointElementary
import AdjointKernelCore
import AdjointKernels
import Foundation
import Testing

/// The sets under test, by name, so that a failing test prints which one.
let setNames = Kernels.available.map { $0.name }

func kernelSet(_ name: String) -> any KernelSet.Type {
  Kernels.available.first { $0.name == name } ?? Kernels.active
}

/// A seeded generator (SplitMix64), so that a failure can be repeated.
struct Generator: RandomNumberGenerator {
  var state: UInt64
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}

/// An element type of the kernels, with the algebra in which one element is computed by the system.
protocol Element: BinaryFloatingPoint where RawSignificand: FixedWidthInteger {
  associatedtype Plain: NumericAlgebra
  static var kernelElement: KernelElement { get }
  static func plain(_ x: Self) -> Plain
  static func number(_ x: Plain) -> Self
  /// The bits as an integer in which neighboring numbers differ by one.
  var ordinal: Int { get }
}

extension Double: Element {
  static var kernelElement: KernelElement { .float64 }
  static func plain(_ x: Double) -> Double { x }
  static func number(_ x: Double) -> Double { x }
  var ordinal: Int {
    let bits = Int(Int64(bitPattern: magnitude.bitPattern))
    return sign == .minus ? -bits : bits
  }
}

extension Float: Element {
  static var kernelElement: KernelElement { .float32 }
  static func plain(_ x: Float) -> SingleNumber { SingleNumber(x: x) }
  static func number(_ x: SingleNumber) -> Float { x.x }
  var ordinal: Int {
    let bits = Int(magnitude.bitPattern)
    return sign == .minus ? -bits : bits
  }
}

/// The number of representable numbers between two; 0 for two NaN, and huge for one.
func ulps<S: Element>(_ a: S, _ b: S) -> Int {
  if a.isNaN && b.isNaN { return 0 }
  if a.isNaN || b.isNaN { return .max }
  // Finite numbers and infinities of either sign are at most 2^64 steps apart.
  let (distance, overflow) = a.ordinal.subtractingReportingOverflow(b.ordinal)
  return overflow ? .max : abs(distance)
}

/// A float32 number in the algebra of the table, every function in the system's single precision.
///
/// A wrapper, because literals of an algebra are written in double precision.
struct SingleNumber: NumericAlgebra {
  typealias Mask = Bool
  var x: Float
  init(x: Float) { self.x = x }
  init(floatLiteral value: Double) { x = Float(value) }
  init(integerLiteral value: Int) { x = Float(value) }
  static func + (a: Self, b: Self) -> Self { Self(x: a.x + b.x) }
  static func - (a: Self, b: Self) -> Self { Self(x: a.x - b.x) }
  static func * (a: Self, b: Self) -> Self { Self(x: a.x * b.x) }
  static func / (a: Self, b: Self) -> Self { Self(x: a.x / b.x) }
  static prefix func - (a: Self) -> Self { Self(x: -a.x) }
  static func _isLess(_ a: Self, _ b: Self) -> Bool { a.x < b.x }
  static func _isEqual(_ a: Self, _ b: Self) -> Bool { a.x == b.x }
  static func _select(_ mask: Bool, _ a: Self, _ b: Self) -> Self { mask ? a : b }
  // By way of double precision: correctly rounded but for rare ties, whatever the system's
  // single-precision functions are like.
  private static func through(_ f: (Double) -> Double, _ a: Self) -> Self {
    Self(x: Float(f(Double(a.x))))
  }
  static func _abs(_ a: Self) -> Self { Self(x: a.x.magnitude) }
  static func _exp(_ a: Self) -> Self { through(Double._exp, a) }
  static func _expMinusOne(_ a: Self) -> Self { through(Double._expMinusOne, a) }
  static func _exp2(_ a: Self) -> Self { through(Double._exp2, a) }
  static func _log(_ a: Self) -> Self { through(Double._log, a) }
  static func _logOnePlus(_ a: Self) -> Self { through(Double._logOnePlus, a) }
  static func _log2(_ a: Self) -> Self { through(Double._log2, a) }
  static func _log10(_ a: Self) -> Self { through(Double._log10, a) }
  static func _sqrt(_ a: Self) -> Self { Self(x: a.x.squareRoot()) }
  static func _cbrt(_ a: Self) -> Self { through(Double._cbrt, a) }
  static func _sin(_ a: Self) -> Self { through(Double._sin, a) }
  static func _cos(_ a: Self) -> Self { through(Double._cos, a) }
  static func _tan(_ a: Self) -> Self { through(Double._tan, a) }
  static func _asin(_ a: Self) -> Self { through(Double._asin, a) }
  static func _acos(_ a: Self) -> Self { through(Double._acos, a) }
  static func _atan(_ a: Self) -> Self { through(Double._atan, a) }
  static func _sinh(_ a: Self) -> Self { through(Double._sinh, a) }
  static func _cosh(_ a: Self) -> Self { through(Double._cosh, a) }
  static func _tanh(_ a: Self) -> Self { through(Double._tanh, a) }
  static func _asinh(_ a: Self) -> Self { through(Double._asinh, a) }
  static func _acosh(_ a: Self) -> Self { through(Double._acosh, a) }
  static func _atanh(_ a: Self) -> Self { through(Double._atanh, a) }
  static func _erf(_ a: Self) -> Self { through(Double._erf, a) }
  static func _erfc(_ a: Self) -> Self { through(Double._erfc, a) }
  static func _logGamma(_ a: Self) -> Self { through(Double._logGamma, a) }
  static func _floor(_ a: Self) -> Self { Self(x: a.x.rounded(.down)) }
  static func _ceil(_ a: Self) -> Self { Self(x: a.x.rounded(.up)) }
  static func _round(_ a: Self) -> Self { Self(x: a.x.rounded(.toNearestOrEven)) }
  static func _pow(_ a: Self, _ b: Self) -> Self {
    Self(x: Float(Double._pow(Double(a.x), Double(b.x))))
  }
  static func _atan2(_ a: Self, _ b: Self) -> Self {
    Self(x: Float(Double._atan2(Double(a.x), Double(b.x))))
  }
  static func _hypot(_ a: Self, _ b: Self) -> Self {
    Self(x: Float(Double._hypot(Double(a.x), Double(b.x))))
  }
  static func _remainder(_ a: Self, _ b: Self) -> Self {
    // In double precision the sum with a divisor would round twice.
    let remainder = a.x.truncatingRemainder(dividingBy: b.x)
    if remainder == 0 { return Self(x: Float(signOf: b.x, magnitudeOf: remainder)) }
    return Self(x: (remainder < 0) == (b.x < 0) ? remainder : remainder + b.x)
  }
}

/// One line of the table, evaluated for one element by the system.
struct PlainLine<S: Element>: UnaryVisitor, BinaryVisitor {
  var role: ElementwiseRole
  var operands: [S]

  func visit<F: UnaryFunction>(_ function: F.Type) -> S {
    let p = operands.map(S.plain)
    return S.number(role == .value ? F.value(p[0]) : F.chain(p[0], x: p[1], y: p[2]))
  }

  func visit<F: BinaryFunction>(_ function: F.Type) -> S {
    let p = operands.map(S.plain)
    switch role {
    case .value: return S.number(F.value(p[0], p[1]))
    case .chainFirst: return S.number(F.chainFirst(p[0], p[1], p[2], y: p[3]))
    case .chainSecond: return S.number(F.chainSecond(p[0], p[1], p[2], y: p[3]))
    }
  }

  static func value(_ function: Elementary.Opcode, _ role: ElementwiseRole, _ operands: [S]) -> S {
    let line = PlainLine(role: role, operands: operands)
    return function.arity == 1 ? function.unary(line) : function.binary(line)
  }
}

extension Elementary.Opcode {
  /// The lines that the table has for this function.
  var roles: [ElementwiseRole] {
    arity == 1 ? [.value, .chainFirst] : [.value, .chainFirst, .chainSecond]
  }
}

extension KernelSet {
  /// Calls the elementwise kernel on the first `count` elements of each operand.
  static func line<S: Element>(
    _ function: Elementary.Opcode, _ role: ElementwiseRole, _ operands: [[S]], count: Int? = nil,
    filler: S = -7
  ) -> [S] {
    var result = [S](repeating: filler, count: operands[0].count)
    withAddresses(operands) { addresses in
      result.withUnsafeMutableBytes { bytes in
        guard let destination = bytes.baseAddress else { return }
        elementwise(
          function, role, S.kernelElement, count ?? operands[0].count, addresses, destination)
      }
    }
    return result
  }

  /// Calls the product; strides in elements.
  static func product<S: Element>(
    _ m: Int, _ n: Int, _ k: Int, _ a: [S], _ aStrides: (Int, Int), _ b: [S],
    _ bStrides: (Int, Int), into c: inout [S], row: Int, accumulates: Bool,
    bias: [S]? = nil, rectifies: Bool = false
  ) {
    a.withUnsafeBytes { a in
      b.withUnsafeBytes { b in
        c.withUnsafeMutableBytes { c in
          guard let a = a.baseAddress, let b = b.baseAddress, let c = c.baseAddress else { return }
          (bias ?? []).withUnsafeBytes { bytes in
            multiply(
              S.kernelElement, m, n, k, a, aStrides.0, aStrides.1, b, bStrides.0, bStrides.1, c,
              row, accumulates,
              Epilogue(bias: bias == nil ? nil : bytes.baseAddress, rectifies: rectifies))
          }
        }
      }
    }
  }

  /// Reduces an array.
  static func reduced<S: Element>(_ kind: ReductionKind, _ x: [S]) -> S {
    reducedRows(kind, x, rows: 1)[0]
  }

  /// Reduces each of some equally long rows; what lies behind the results must stay as it was.
  static func reducedRows<S: Element>(_ kind: ReductionKind, _ x: [S], rows: Int) -> [S] {
    withResult(of: rows, x) { reduce(kind, S.kernelElement, rows, x.count / rows, $0, $1) }
  }

  /// Calls the body with the addresses of an array and of room for a result of `count` elements.
  static func withResult<S: Element>(
    of count: Int, _ x: [S], _ body: (UnsafeRawPointer, UnsafeMutableRawPointer) -> Void
  ) -> [S] {
    var result = [S](repeating: -7, count: count + 1)
    x.withUnsafeBytes { x in
      result.withUnsafeMutableBytes { result in
        guard let x = x.baseAddress, let result = result.baseAddress else { return }
        body(x, result)
      }
    }
    #expect(result[count] == -7, "nothing is written behind the last element")
    return Array(result[..<count])
  }
}

/// Calls `body` with the addresses of the arrays' elements.
func withAddresses<S>(_ arrays: [[S]], _ body: (UnsafePointer<UnsafeRawPointer>) -> Void) {
  let buffers = arrays.map { array in
    let buffer = UnsafeMutableBufferPointer<S>.allocate(capacity: max(1, array.count))
    _ = buffer.initialize(from: array)
    return buffer
  }
  defer { for buffer in buffers { buffer.deallocate() } }
  let addresses = buffers.compactMap { buffer in buffer.baseAddress.map { UnsafeRawPointer($0) } }
  addresses.withUnsafeBufferPointer { pointer in
    if let address = pointer.baseAddress { body(address) }
  }
}

/// The bits of a number, all NaN alike: which of several NaN comes out is not promised.
func bitPattern<S: Element>(_ x: S) -> Int {
  x.isNaN ? .min : x.sign == .minus && x == 0 ? .min + 1 : x.ordinal
}
