// How the elements of an array lie in storage. It has never heard of storage.
//
// A layout is made once and shared by every array that lies the same way: the result of an
// elementwise operation takes its operand's layout along by reference. So an array is three words,
// however many axes it may have, and two arrays of one layout are recognized by comparing two
// addresses. Sizes and strides inside the array itself were measured first: 176 bytes, and a
// quarter of the time of a small operation went into copying them.

//
// Even to look at a shared object means to count a reference, twice, and most of what a small
// operation does is to compare shapes. So the sizes are also reached by a plain address, which is
// valid as long as the array is; only what outlives the array holds the object.

/// Sizes, strides and element type.
package struct LayoutFields {
  /// The sizes along the axes.
  package let shape: Shape
  /// The distance in elements from one position to the next, for each axis.
  let strides: AxisVector
  /// The type of the elements.
  package let dtype: DType
  /// The product of the sizes.
  package let elementCount: Int
  /// True if the elements lie in row-major order with no gaps.
  package let isContiguous: Bool

  /// The bytes that the elements take when dense.
  var byteCount: Int { elementCount &* dtype.byteCount }
}

extension UnsafePointer<LayoutFields> {
  /// True for the same sizes and element type, whatever the strides.
  @inline(__always)
  package func hasType(of other: Self) -> Bool {
    self == other
      || (pointee.dtype == other.pointee.dtype && pointee.shape == other.pointee.shape)
  }

  /// True for the same sizes, whatever the strides and the element type.
  @inline(__always)
  package func hasShape(of other: Self) -> Bool {
    self == other || pointee.shape == other.pointee.shape
  }
}

/// Sizes, strides and element type, immutable and shared.
///
/// Sendable by hand: what the address leads to is written once, here, and freed with the object.
package final class ArrayLayout: @unchecked Sendable {
  package let fields: UnsafePointer<LayoutFields>

  private init(_ fields: LayoutFields) {
    let address = UnsafeMutablePointer<LayoutFields>.allocate(capacity: 1)
    address.initialize(to: fields)
    self.fields = UnsafePointer(address)
  }

  deinit { fields.deallocate() }

  /// The layout of a dense array.
  convenience init(_ shape: Shape, _ dtype: DType) {
    self.init(
      LayoutFields(
        shape: shape, strides: shape.denseStrides, dtype: dtype, elementCount: shape.elementCount,
        isContiguous: true))
  }

  /// The layout of a view.
  convenience init(_ shape: Shape, _ strides: AxisVector, _ dtype: DType) {
    self.init(
      LayoutFields(
        shape: shape, strides: strides, dtype: dtype, elementCount: shape.elementCount,
        isContiguous: ArrayLayout.isDense(shape, strides)))
  }

  package var shape: Shape { fields.pointee.shape }
  var strides: AxisVector { fields.pointee.strides }
  package var dtype: DType { fields.pointee.dtype }
  package var elementCount: Int { fields.pointee.elementCount }
  package var isContiguous: Bool { fields.pointee.isContiguous }
  var byteCount: Int { fields.pointee.byteCount }

  /// True for the same sizes and element type, whatever the strides.
  @inline(__always)
  package func hasType(of other: ArrayLayout) -> Bool { fields.hasType(of: other.fields) }

  /// The dense layout of the same sizes and element type.
  var dense: ArrayLayout { isContiguous ? self : ArrayLayout(shape, dtype) }

  private static func isDense(_ shape: Shape, _ strides: AxisVector) -> Bool {
    var step = 1
    var dense = true
    var axis = shape.rank - 1
    while axis >= 0 {
      let size = shape[axis]
      if size == 0 { return true }
      if size != 1 && strides[axis] != step { dense = false }
      step &*= size
      axis -= 1
    }
    return dense
  }

  // Numbers without axes are made all the time: literals, losses, seeds.
  private static let float32Scalar = ArrayLayout(.scalar, .float32)
  private static let float64Scalar = ArrayLayout(.scalar, .float64)

  /// The dense layout of a number without axes.
  package static func scalar(_ dtype: DType) -> ArrayLayout {
    switch dtype {
    case .float32: float32Scalar
    case .float64: float64Scalar
    case .int32, .bool: ArrayLayout(.scalar, dtype)
    }
  }
}
