// What a number of one element type becomes in another.

import AdjointSupport

extension NDArray {
  /// The elements in another type; itself if it has that type already.
  ///
  /// As for Swift's own numbers, floating point to integer truncates toward zero, and what is then
  /// not a number of `int32` (NaN and the infinities among it) stops the program; who can do better
  /// asks ``firstNumberBeyondInt32()`` before. To boolean, everything but zero is true (NaN too);
  /// from boolean, true is 1. `float64` and `int32` round to the nearest `float32`.
  package func converted(to dtype: DType) -> NDArray {
    if dtype == self.dtype { return self }
    let source = self.dtype
    if dtype == .int32, let number = firstNumberBeyondInt32() {
      stop("values(as:): \(ShapeError.notInt32(number).description)")
    }
    return NDArray.segmented(shape, dtype, [self]) { count, operands, destination in
      let from = operands[0]
      switch source {
      case .float32: convert(from, Float.self, count, destination, dtype)
      case .float64: convert(from, Double.self, count, destination, dtype)
      case .int32: convert(from, Int32.self, count, destination, dtype)
      case .bool: convert(from, UInt8.self, count, destination, dtype)
      }
    }
  }
}

extension NDArray {
  /// The first element, in row-major order, that is no number of `int32` after truncation.
  package func firstNumberBeyondInt32() -> Double? {
    switch dtype {
    case .float32: firstBeyondInt32(Float.self)
    case .float64: firstBeyondInt32(Double.self)
    case .int32, .bool: nil
    }
  }

  private func firstBeyondInt32<T: BinaryFloatingPoint & BitwiseCopyable>(
    _ type: T.Type
  ) -> Double? {
    withUnsafeContiguousBytes { bytes in
      guard let numbers = bytes.baseAddress else { return nil }
      let count = elementCount
      @inline(__always) func isBeyond(_ i: Int) -> Bool {
        let whole = Double(numbers.element(i, as: T.self)).rounded(.towardZero)
        // Comparisons with NaN are false.
        return !(whole >= -0x1p31 && whole < 0x1p31)
      }
      var beyond = 0
      for i in 0..<count { beyond &+= isBeyond(i) ? 1 : 0 }
      guard beyond > 0 else { return nil }
      return (0..<count).first(where: isBeyond).map { Double(numbers.element($0, as: T.self)) }
    }
  }
}

extension ShapeError {
  /// The refusal of a number that has no counterpart in int32.
  package static func notInt32(_ number: Double) -> ShapeError {
    ShapeError(
      problem: "\(number) is not a number of int32",
      remedy: "Convert finite numbers within ±2147483647; replace others first, as in "
        + "x.clamped(to: -1000...1000).")
  }
}

/// A number that knows what it becomes in each element type.
private protocol Convertible: BitwiseCopyable {
  var asFloat: Float { get }
  var asDouble: Double { get }
  var asInt32: Int32 { get }
  var asBool: UInt8 { get }
}

extension Float: Convertible {
  fileprivate var asFloat: Float { self }
  fileprivate var asDouble: Double { Double(self) }
  fileprivate var asInt32: Int32 { Int32(self) }
  fileprivate var asBool: UInt8 { self == 0 ? 0 : 1 }
}

extension Double: Convertible {
  fileprivate var asFloat: Float { Float(self) }
  fileprivate var asDouble: Double { self }
  fileprivate var asInt32: Int32 { Int32(self) }
  fileprivate var asBool: UInt8 { self == 0 ? 0 : 1 }
}

extension Int32: Convertible {
  fileprivate var asFloat: Float { Float(self) }
  fileprivate var asDouble: Double { Double(self) }
  fileprivate var asInt32: Int32 { self }
  fileprivate var asBool: UInt8 { self == 0 ? 0 : 1 }
}

extension UInt8: Convertible {
  fileprivate var asFloat: Float { self == 0 ? 0 : 1 }
  fileprivate var asDouble: Double { self == 0 ? 0 : 1 }
  fileprivate var asInt32: Int32 { self == 0 ? 0 : 1 }
  fileprivate var asBool: UInt8 { self }
}

@inline(__always)
private func convert<T: Convertible>(
  _ source: UnsafeRawPointer, _ type: T.Type, _ count: Int,
  _ destination: UnsafeMutableRawPointer, _ dtype: DType
) {
  switch dtype {
  case .float32:
    for i in 0..<count { destination.element(i, source.element(i, as: T.self).asFloat) }
  case .float64:
    for i in 0..<count { destination.element(i, source.element(i, as: T.self).asDouble) }
  case .int32:
    for i in 0..<count { destination.element(i, source.element(i, as: T.self).asInt32) }
  case .bool:
    for i in 0..<count { destination.element(i, source.element(i, as: T.self).asBool) }
  }
}
