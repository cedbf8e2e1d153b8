// What an array is (a shape laid over shared storage), and how arrays are made from numbers and
// read back. It has never heard of derivatives.

import AdjointKernels
import AdjointSupport

/// How several numbers become one: `sum`, `product`, `minimum` or `maximum`.
package typealias ReductionKind = AdjointKernels.ReductionKind

/// A rectangular array of numbers of one type, a value like any other.
///
/// Copies share storage until one of them is written to. Views (transposes, slices, broadcasts)
/// share storage too and differ in strides. What only the package itself calls expects arguments
/// that fit: the throwing functions of ``Shape`` are there to check them first.
///
/// - Note: `@unchecked Sendable` because `ManagedBuffer` cannot say that this subclass of it is
///   only read while it is shared; see ``Storage``.
public struct NDArray: @unchecked Sendable {
  var storage: Storage

  init(storage: Storage) { self.storage = storage }

  /// A dense array whose elements the caller fills in before it is shared.
  init(uninitialized shape: Shape, dtype: DType) {
    self.init(
      uninitialized: shape.rank == 0 ? ArrayLayout.scalar(dtype) : ArrayLayout(shape, dtype))
  }

  /// A dense array whose elements the caller fills in before it is shared.
  @inline(__always)
  init(uninitialized layout: ArrayLayout) { storage = Storage.make(layout) }

  /// The same elements in another layout.
  func view(_ shape: Shape, _ strides: AxisVector, offset: Int) -> NDArray {
    NDArray(storage: storage.view(ArrayLayout(shape, strides, layout.dtype), offset: offset))
  }

  /// How the elements lie in the storage.
  @inline(__always)
  package var layout: ArrayLayout { storage.header.layout }

  /// How the elements lie, valid while the array is held.
  @inline(__always)
  package var fields: UnsafePointer<LayoutFields> { storage.header.fields }

  /// A dense array of this one's shape and type, whose elements the caller fills in.
  @inline(__always)
  func uninitializedLike() -> NDArray {
    let layout = storage.header.layout
    return NDArray(
      storage: Storage.make(fields.pointee.isContiguous ? layout : layout.dense))
  }

  /// The position in the storage, in elements, of the element whose indices are all zero.
  @inline(__always)
  var offset: Int { storage.header.offset }

  /// The sizes along the axes.
  public var shape: Shape { fields.pointee.shape }

  /// The distance in elements from one position to the next, for each axis.
  var strides: AxisVector { fields.pointee.strides }

  /// The type of the elements.
  public var dtype: DType { fields.pointee.dtype }

  /// True if the elements lie in row-major order with no gaps.
  package var isContiguous: Bool { fields.pointee.isContiguous }

  /// The number of axes.
  public var rank: Int { fields.pointee.shape.rank }

  /// The number of elements.
  public var elementCount: Int { fields.pointee.elementCount }
}

// MARK: - Making arrays

extension NDArray {
  /// Creates an array from its elements in row-major order.
  ///
  /// - Precondition: there are as many values as the shape has elements.
  public init<T: ArrayElement>(_ values: [T], shape: Shape) {
    require(
      values.count == shape.elementCount,
      "NDArray(_:shape:): \(values.count) values do not fill the shape \(shape). "
        + "Pass \(shape.elementCount) values, or a shape of \(values.count) elements.")
    self.init(uninitialized: shape, dtype: T.dtype)
    values.withUnsafeBytes { source in
      guard let base = source.baseAddress else { return }
      storage.bytes.copyMemory(from: base, byteCount: source.count)
    }
    // Each conforming type has exactly the layout of its dtype, so the bytes are the elements.
  }

  /// Creates an array of equal elements.
  ///
  /// - Precondition: the value is one of the type: a whole number for `int32`, 0 or 1 for `bool`.
  public init(repeating value: Double, shape: Shape, dtype: DType) {
    dtype.requireHolds(value, "NDArray(repeating:shape:dtype:)")
    self.init(uninitialized: shape, dtype: dtype)
    fill(storage.bytes, count: shape.elementCount, dtype, with: value)
  }

  /// Creates an array of one element and no axes.
  public init(scalar value: Double, dtype: DType) {
    self.init(repeating: value, shape: .scalar, dtype: dtype)
  }

  /// An array of zeros.
  public static func zeros(_ shape: Shape, dtype: DType = .float32) -> NDArray {
    let array = NDArray(uninitialized: shape, dtype: dtype)
    array.storage.bytes.initializeMemory(
      as: UInt8.self, repeating: 0, count: shape.elementCount * dtype.byteCount)
    return array
  }

  /// An array of ones.
  public static func ones(_ shape: Shape, dtype: DType = .float32) -> NDArray {
    NDArray(repeating: 1, shape: shape, dtype: dtype)
  }

  /// Creates a dense array whose bytes the closure fills in, in row-major order.
  ///
  /// The closure must write every byte; booleans are 0 or 1.
  package init(
    uninitialized shape: Shape, dtype: DType,
    initializingWith body: (UnsafeMutableRawBufferPointer) -> Void
  ) {
    self.init(uninitialized: shape, dtype: dtype)
    body(
      UnsafeMutableRawBufferPointer(
        start: storage.bytes, count: shape.elementCount * dtype.byteCount))
  }

  /// The numbers 0, 1, 2, … `count - 1`.
  package static func range(_ count: Int, dtype: DType = .int32) -> NDArray {
    require(
      count >= 0, "range: the count is \(count), which is negative. Ask for 0 numbers or more.")
    require(
      dtype != .bool,
      "range: a range of truth values is undefined. Ask for .int32 or a floating-point type.")
    require(
      dtype == .float64 || count <= (dtype == .int32 ? 1 << 31 : 1 << 24 + 1),
      "range: \(dtype) does not hold all of \(count) whole numbers. Ask for .float64.")
    let array = NDArray(uninitialized: Shape([count]), dtype: dtype)
    let bytes = array.storage.bytes
    switch dtype {
    case .float32: for i in 0..<count { bytes.element(i, Float(i)) }
    case .float64: for i in 0..<count { bytes.element(i, Double(i)) }
    case .int32: for i in 0..<count { bytes.element(i, Int32(i)) }
    case .bool: break
    }
    return array
  }
}

// MARK: - Reading

extension NDArray {
  /// The elements in row-major order, converted as ``converted(to:)`` does.
  public func values<T: ArrayElement>(as type: T.Type) -> [T] {
    let dense = converted(to: T.dtype).contiguous()
    let count = elementCount
    return [T](unsafeUninitializedCapacity: count) { buffer, initialized in
      if count > 0, let base = buffer.baseAddress {
        UnsafeMutableRawPointer(base).copyMemory(
          from: dense.address, byteCount: count * T.dtype.byteCount)
      }
      withExtendedLifetime(dense) {}
      initialized = count
    }
  }

  /// The only element, as a `Double`; booleans are 0 or 1.
  ///
  /// - Precondition: the array has one element.
  public func item() -> Double {
    require(
      elementCount == 1,
      "item(): an array of shape \(shape) has \(elementCount) elements. "
        + "Use item(at:) or values(as:) to read one of several.")
    return item(atStorageIndex: offset)
  }

  /// The element at a position in row-major order, as a `Double`.
  public func item(at flatIndex: Int) -> Double {
    require(
      flatIndex >= 0 && flatIndex < elementCount,
      "item(at:): there is no position \(flatIndex) in an array of shape \(shape). "
        + "Positions count from 0, below \(elementCount).")
    var position = offset
    var rest = flatIndex
    var axis = rank - 1
    while axis >= 0 {
      position += rest % shape[axis] * strides[axis]
      rest /= shape[axis]
      axis -= 1
    }
    return item(atStorageIndex: position)
  }

  private func item(atStorageIndex index: Int) -> Double {
    let bytes = UnsafeRawPointer(storage.bytes)
    defer { withExtendedLifetime(storage) {} }
    return switch dtype {
    case .float32: Double(bytes.element(index, as: Float.self))
    case .float64: bytes.element(index, as: Double.self)
    case .int32: Double(bytes.element(index, as: Int32.self))
    case .bool: bytes.element(index, as: UInt8.self) == 0 ? 0 : 1
    }
  }
}
