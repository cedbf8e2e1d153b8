// Recorded numbers beside numbers of the program: `x / n`, `rate * x`, `x .> threshold`. Each form
// converts the number and calls the one for `Double` or for two tensors.
//
// The arithmetic operators are spelled out for each type and not generic over it: a generic form is
// tried in every formula, and the type checker takes several times as long. With `Double` they
// stand beside the operators themselves, in `Scalar` and `Tensor`. All are disfavored, so that a
// literal never chooses them: otherwise `1.0 / 3` would be ambiguous wherever the module is
// imported.

import AdjointArrays
import AdjointElementary

extension Scalar {
  /// A constant.
  @_disfavoredOverload @inlinable @inline(__always)
  public init<N: PlainNumber>(_ number: N) { self.init(number.operand) }

  @_disfavoredOverload @inlinable @inline(__always)
  public static func + (a: Scalar, b: Int) -> Scalar { a + Double(b) }
  @_disfavoredOverload @inlinable @inline(__always)
  public static func + (a: Int, b: Scalar) -> Scalar { Double(a) + b }
  @_disfavoredOverload @inlinable @inline(__always)
  public static func + (a: Scalar, b: Float) -> Scalar { a + Double(b) }
  @_disfavoredOverload @inlinable @inline(__always)
  public static func + (a: Float, b: Scalar) -> Scalar { Double(a) + b }
  @_disfavoredOverload @inlinable @inline(__always)
  public static func - (a: Scalar, b: Int) -> Scalar { a - Double(b) }
  @_disfavoredOverload @inlinable @inline(__always)
  public static func - (a: Int, b: Scalar) -> Scalar { Double(a) - b }
  @_disfavoredOverload @inlinable @inline(__always)
  public static func - (a: Scalar, b: Float) -> Scalar { a - Double(b) }
  @_disfavoredOverload @inlinable @inline(__always)
  public static func - (a: Float, b: Scalar) -> Scalar { Double(a) - b }
  @_disfavoredOverload @inlinable @inline(__always)
  public static func * (a: Scalar, b: Int) -> Scalar { a * Double(b) }
  @_disfavoredOverload @inlinable @inline(__always)
  public static func * (a: Int, b: Scalar) -> Scalar { Double(a) * b }
  @_disfavoredOverload @inlinable @inline(__always)
  public static func * (a: Scalar, b: Float) -> Scalar { a * Double(b) }
  @_disfavoredOverload @inlinable @inline(__always)
  public static func * (a: Float, b: Scalar) -> Scalar { Double(a) * b }
  @_disfavoredOverload @inlinable @inline(__always)
  public static func / (a: Scalar, b: Int) -> Scalar { a / Double(b) }
  @_disfavoredOverload @inlinable @inline(__always)
  public static func / (a: Int, b: Scalar) -> Scalar { Double(a) / b }
  @_disfavoredOverload @inlinable @inline(__always)
  public static func / (a: Scalar, b: Float) -> Scalar { a / Double(b) }
  @_disfavoredOverload @inlinable @inline(__always)
  public static func / (a: Float, b: Scalar) -> Scalar { Double(a) / b }
  @_disfavoredOverload
  public static func += <N: PlainNumber>(a: inout Scalar, b: N) { a = a + b.operand }
  @_disfavoredOverload
  public static func -= <N: PlainNumber>(a: inout Scalar, b: N) { a = a - b.operand }
  @_disfavoredOverload
  public static func *= <N: PlainNumber>(a: inout Scalar, b: N) { a = a * b.operand }
  @_disfavoredOverload
  public static func /= <N: PlainNumber>(a: inout Scalar, b: N) { a = a / b.operand }
}

extension Tensor {
  /// A tensor without axes.
  @_disfavoredOverload
  public init<N: PlainNumber>(_ number: N, dtype: DType = .float32) {
    self.init(number.operand, dtype: dtype)
  }

  @_disfavoredOverload
  public static func + (a: Tensor, b: Int) -> Tensor { a + Double(b) }
  @_disfavoredOverload
  public static func + (a: Int, b: Tensor) -> Tensor { Double(a) + b }
  @_disfavoredOverload
  public static func + (a: Tensor, b: Float) -> Tensor { a + Double(b) }
  @_disfavoredOverload
  public static func + (a: Float, b: Tensor) -> Tensor { Double(a) + b }
  @_disfavoredOverload
  public static func - (a: Tensor, b: Int) -> Tensor { a - Double(b) }
  @_disfavoredOverload
  public static func - (a: Int, b: Tensor) -> Tensor { Double(a) - b }
  @_disfavoredOverload
  public static func - (a: Tensor, b: Float) -> Tensor { a - Double(b) }
  @_disfavoredOverload
  public static func - (a: Float, b: Tensor) -> Tensor { Double(a) - b }
  @_disfavoredOverload
  public static func * (a: Tensor, b: Int) -> Tensor { a * Double(b) }
  @_disfavoredOverload
  public static func * (a: Int, b: Tensor) -> Tensor { Double(a) * b }
  @_disfavoredOverload
  public static func * (a: Tensor, b: Float) -> Tensor { a * Double(b) }
  @_disfavoredOverload
  public static func * (a: Float, b: Tensor) -> Tensor { Double(a) * b }
  @_disfavoredOverload
  public static func / (a: Tensor, b: Int) -> Tensor { a / Double(b) }
  @_disfavoredOverload
  public static func / (a: Int, b: Tensor) -> Tensor { Double(a) / b }
  @_disfavoredOverload
  public static func / (a: Tensor, b: Float) -> Tensor { a / Double(b) }
  @_disfavoredOverload
  public static func / (a: Float, b: Tensor) -> Tensor { Double(a) / b }
  @_disfavoredOverload
  public static func += <N: PlainNumber>(a: inout Tensor, b: N) { a = a + b.operand }
  @_disfavoredOverload
  public static func -= <N: PlainNumber>(a: inout Tensor, b: N) { a = a - b.operand }
  @_disfavoredOverload
  public static func *= <N: PlainNumber>(a: inout Tensor, b: N) { a = a * b.operand }
  @_disfavoredOverload
  public static func /= <N: PlainNumber>(a: inout Tensor, b: N) { a = a / b.operand }
}

extension Tensor {
  @_disfavoredOverload
  public static func .== <N: PlainNumber>(a: Tensor, b: N) -> Tensor {
    a .== Tensor(literal: b.operand)
  }
  @_disfavoredOverload
  public static func .== <N: PlainNumber>(a: N, b: Tensor) -> Tensor {
    Tensor(literal: a.operand) .== b
  }
  @_disfavoredOverload
  public static func .!= <N: PlainNumber>(a: Tensor, b: N) -> Tensor {
    a .!= Tensor(literal: b.operand)
  }
  @_disfavoredOverload
  public static func .!= <N: PlainNumber>(a: N, b: Tensor) -> Tensor {
    Tensor(literal: a.operand) .!= b
  }
  @_disfavoredOverload
  public static func .< <N: PlainNumber>(a: Tensor, b: N) -> Tensor {
    a .< Tensor(literal: b.operand)
  }
  @_disfavoredOverload
  public static func .< <N: PlainNumber>(a: N, b: Tensor) -> Tensor {
    Tensor(literal: a.operand) .< b
  }
  @_disfavoredOverload
  public static func .<= <N: PlainNumber>(a: Tensor, b: N) -> Tensor {
    a .<= Tensor(literal: b.operand)
  }
  @_disfavoredOverload
  public static func .<= <N: PlainNumber>(a: N, b: Tensor) -> Tensor {
    Tensor(literal: a.operand) .<= b
  }
  @_disfavoredOverload
  public static func .> <N: PlainNumber>(a: Tensor, b: N) -> Tensor {
    a .> Tensor(literal: b.operand)
  }
  @_disfavoredOverload
  public static func .> <N: PlainNumber>(a: N, b: Tensor) -> Tensor {
    Tensor(literal: a.operand) .> b
  }
  @_disfavoredOverload
  public static func .>= <N: PlainNumber>(a: Tensor, b: N) -> Tensor {
    a .>= Tensor(literal: b.operand)
  }
  @_disfavoredOverload
  public static func .>= <N: PlainNumber>(a: N, b: Tensor) -> Tensor {
    Tensor(literal: a.operand) .>= b
  }
}

extension Scalar {
  @_disfavoredOverload @inlinable
  public static func == <N: PlainNumber>(a: Scalar, b: N) -> Bool { a.value == b.operand }
  @_disfavoredOverload @inlinable
  public static func == <N: PlainNumber>(a: N, b: Scalar) -> Bool { a.operand == b.value }
  @_disfavoredOverload @inlinable
  public static func != <N: PlainNumber>(a: Scalar, b: N) -> Bool { a.value != b.operand }
  @_disfavoredOverload @inlinable
  public static func != <N: PlainNumber>(a: N, b: Scalar) -> Bool { a.operand != b.value }
  @_disfavoredOverload @inlinable
  public static func < <N: PlainNumber>(a: Scalar, b: N) -> Bool { a.value < b.operand }
  @_disfavoredOverload @inlinable
  public static func < <N: PlainNumber>(a: N, b: Scalar) -> Bool { a.operand < b.value }
  @_disfavoredOverload @inlinable
  public static func <= <N: PlainNumber>(a: Scalar, b: N) -> Bool { a.value <= b.operand }
  @_disfavoredOverload @inlinable
  public static func <= <N: PlainNumber>(a: N, b: Scalar) -> Bool { a.operand <= b.value }
  @_disfavoredOverload @inlinable
  public static func > <N: PlainNumber>(a: Scalar, b: N) -> Bool { a.value > b.operand }
  @_disfavoredOverload @inlinable
  public static func > <N: PlainNumber>(a: N, b: Scalar) -> Bool { a.operand > b.value }
  @_disfavoredOverload @inlinable
  public static func >= <N: PlainNumber>(a: Scalar, b: N) -> Bool { a.value >= b.operand }
  @_disfavoredOverload @inlinable
  public static func >= <N: PlainNumber>(a: N, b: Scalar) -> Bool { a.operand >= b.value }
}

/// `a` where the mask is true, else the number `b`.
@_disfavoredOverload
public func `where`<N: PlainNumber>(_ mask: Tensor, _ a: Tensor, _ b: N) -> Tensor {
  `where`(mask, a, Tensor(literal: b.operand))
}

/// The number `a` where the mask is true, else `b`.
@_disfavoredOverload
public func `where`<N: PlainNumber>(_ mask: Tensor, _ a: N, _ b: Tensor) -> Tensor {
  `where`(mask, Tensor(literal: a.operand), b)
}
