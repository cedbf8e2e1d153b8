// How code outside this room reads and writes the elements of a tensor in place.

import AdjointArrays

extension Tensor {
  /// Shape and element type behind one reference; tensors made alike often share it.
  package var layout: ArrayLayout { isLiteral ? .scalar(.float32) : array.layout }

  /// Shape and element type, valid while the tensor is held.
  package var fields: UnsafePointer<LayoutFields> {
    isLiteral ? ArrayLayout.scalar(.float32).fields : array.fields
  }

  /// Calls the closure with the elements in row-major order.
  public func withUnsafeBytes<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
    isLiteral
      ? try settled.array.withUnsafeContiguousBytes(body)
      : try array.withUnsafeContiguousBytes(body)
  }

  /// Calls the closure with the elements in row-major order, for writing.
  ///
  /// Elements that another tensor shares are copied first, so no other value ever changes; elements
  /// held by this tensor alone are changed in place, without an allocation. What was recorded with
  /// the old elements stays as it was: the tensor is a constant afterwards.
  public mutating func withUnsafeMutableBytes<R>(
    _ body: (UnsafeMutableRawBufferPointer) throws -> R
  ) rethrows -> R {
    if isRecorded || isLiteral { self = Tensor(settled.array) }
    return try array.withUnsafeMutableContiguousBytes(body)
  }
}
