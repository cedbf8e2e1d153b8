// What a number of one element type becomes in another.

extension NDArray {
  /// The elements in another type; itself if it has that type already.
  ///
  /// Floating point to integer truncates toward zero, saturates at the ends and turns NaN into 0.
  /// To boolean, everything but zero is true (NaN too); from boolean, true is 1. `float64` rounds
  /// to the nearest `float32`.
  package func converted(to dtype: DType) -> NDArray {
    if dtype == self.dtype { return self }
    let source = self.dtype
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
  fileprivate var asInt32: Int32 { Int32(saturating: Double(self)) }
  fileprivate var asBool: UInt8 { self == 0 ? 0 : 1 }
}

extension Double: Convertible {
  fileprivate var asFloat: Float { Float(self) }
  fileprivate var asDouble: Double { self }
  fileprivate var asInt32: Int32 { Int32(saturating: self) }
  fileprivate var asBool: UInt8 { self == 0 ? 0 : 1 }
}

extension Int32: Convertible {
  fileprivate var asFloat: Float { Float(self) }
  fileprivate var asDouble: Double { Double(self) }
  fileprivate var asInt32: Int32 { self }
  fileprivate var asBool: UInt8 { self == 0 ? 0 : 1 }

  /// The number truncated toward zero, at most as large as fits; 0 for NaN.
  @inline(__always)
  init(saturating number: Double) {
    if number >= 2_147_483_647 {
      self = .max
    } else if number <= -2_147_483_648 {
      self = .min
    } else {
      self = number.isNaN ? 0 : Int32(number)
    }
  }
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
