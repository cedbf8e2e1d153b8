// How to read and make arrays of one number, by itself or stretched, without a detour through
// loops.

extension NDArray {
  /// The element of an array of one floating-point element; nil for any other array, and for a
  /// number that has yet to be computed.
  @inline(__always)
  package var number: Double? {
    let fields = fields
    guard fields.pointee.elementCount == 1, let block = storage.header.block else { return nil }
    defer { withExtendedLifetime(storage) {} }
    return switch fields.pointee.dtype {
    case .float32: Double(UnsafeRawPointer(block).element(offset, as: Float.self))
    case .float64: UnsafeRawPointer(block).element(offset, as: Double.self)
    case .int32, .bool: nil
    }
  }

  /// A number rounded to the floating-point type of an array of one element, and with its axes.
  package init(number: Double, like model: borrowing NDArray) {
    self.init(uninitialized: model.layout)
    let block = storage.bytes
    switch model.dtype {
    case .float32: block.element(0, Float(number))
    case .float64: block.element(0, number)
    case .int32, .bool: preconditionFailure("numbers of this kind are floating-point")
    }
  }

  /// True if this is known to be the number one, stretched over an array.
  package var isOneThroughout: Bool {
    let fields = fields
    guard fields.pointee.elementCount > 1, let block = storage.header.block else { return false }
    for axis in 0..<fields.pointee.shape.rank
    where fields.pointee.strides[axis] != 0 && fields.pointee.shape[axis] != 1 {
      return false
    }
    defer { withExtendedLifetime(storage) {} }
    return switch fields.pointee.dtype {
    case .float32: UnsafeRawPointer(block).element(offset, as: Float.self) == 1
    case .float64: UnsafeRawPointer(block).element(offset, as: Double.self) == 1
    case .int32, .bool: false
    }
  }
}

extension DType {
  /// What this floating-point type makes of a number.
  @inline(__always)
  package func rounded(_ number: Double) -> Double {
    self == .float32 ? Double(Float(number)) : number
  }
}
