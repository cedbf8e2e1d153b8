// The four element types of an array and their sizes. It has never heard of shapes or of memory.

/// The type of the elements of an array, known at run time.
public enum DType: UInt8, Sendable, Codable, CaseIterable, CustomStringConvertible {
  /// IEEE 754 single precision, the default of the layers above.
  case float32
  /// IEEE 754 double precision.
  case float64
  /// Whole numbers of 32 bits, from -2147483648 to 2147483647; a result beyond is an error.
  case int32
  /// One byte, 0 or 1.
  case bool

  /// The bytes that one element takes.
  @inlinable public var byteCount: Int {
    switch self {
    case .float32, .int32: 4
    case .float64: 8
    case .bool: 1
    }
  }

  /// True for the types that have derivatives.
  @inlinable public var isFloatingPoint: Bool { self == .float32 || self == .float64 }

  /// The name, such as `float32`.
  public var description: String {
    switch self {
    case .float32: "float32"
    case .float64: "float64"
    case .int32: "int32"
    case .bool: "bool"
    }
  }
}

/// A Swift type that an array can hold: `Float`, `Double`, `Int32` and `Bool`.
///
/// The list is closed: a conformance of another type would have no ``DType``.
public protocol ArrayElement: Sendable {
  /// The element type of an array of such values.
  static var dtype: DType { get }
}

extension Float: ArrayElement {
  /// `float32`.
  public static var dtype: DType { .float32 }
}

extension Double: ArrayElement {
  /// `float64`.
  public static var dtype: DType { .float64 }
}

extension Int32: ArrayElement {
  /// `int32`.
  public static var dtype: DType { .int32 }
}

extension Bool: ArrayElement {
  /// `bool`; a Swift `Bool` is one byte, 0 or 1, which is the very layout of the array.
  public static var dtype: DType { .bool }
}
