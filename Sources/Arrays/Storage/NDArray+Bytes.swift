// How the bytes of an array are reached, from outside and from this room, and when an array may be
// written to.

extension NDArray {
  /// Where the element with all indices zero is, valid while the caller keeps the array alive.
  @inline(__always)
  var address: UnsafeRawPointer {
    UnsafeRawPointer(storage.bytes + offset &* fields.pointee.dtype.byteCount)
  }

  /// ``address`` for writing; only for storage with a single holder.
  @inline(__always)
  var mutableAddress: UnsafeMutableRawPointer {
    storage.bytes + offset &* fields.pointee.dtype.byteCount
  }

  /// The bytes that the elements take when dense.
  var byteCount: Int { elementCount * dtype.byteCount }

  /// True if the elements may be changed where they are.
  @inline(__always)
  var isOverwritable: Bool {
    mutating get {
      isKnownUniquelyReferenced(&storage) && !storage.isView && fields.pointee.isContiguous
    }
  }

  /// Calls the closure with the elements in row-major order; strided arrays are copied first.
  public func withUnsafeContiguousBytes<R>(
    _ body: (UnsafeRawBufferPointer) throws -> R
  ) rethrows -> R {
    guard isContiguous else { return try copied().withUnsafeContiguousBytes(body) }
    defer { withExtendedLifetime(self) {} }
    return try body(UnsafeRawBufferPointer(start: address, count: byteCount))
  }

  /// Calls the closure with the elements in row-major order, for writing.
  ///
  /// If the storage is shared or the array strided, the elements are copied first: no other array
  /// ever sees the change.
  package mutating func withUnsafeMutableContiguousBytes<R>(
    _ body: (UnsafeMutableRawBufferPointer) throws -> R
  ) rethrows -> R {
    if !isOverwritable { self = copied() }
    defer { withExtendedLifetime(self) {} }
    return try body(UnsafeMutableRawBufferPointer(start: mutableAddress, count: byteCount))
  }
}

// MARK: - Elements by number

extension UnsafeRawPointer {
  /// The element with the given number; no overflow checks, for inner loops.
  @inline(__always)
  func element<T: BitwiseCopyable>(_ index: Int, as type: T.Type) -> T {
    (self + index &* MemoryLayout<T>.stride).loadUnaligned(as: T.self)
  }
}

extension UnsafeMutableRawPointer {
  /// Reads the element with the given number.
  @inline(__always)
  func element<T: BitwiseCopyable>(_ index: Int, as type: T.Type) -> T {
    (self + index &* MemoryLayout<T>.stride).loadUnaligned(as: T.self)
  }

  /// Writes the element with the given number.
  @inline(__always)
  func element<T: BitwiseCopyable>(_ index: Int, _ value: T) {
    (self + index &* MemoryLayout<T>.stride).storeBytes(of: value, as: T.self)
  }
}

/// Writes `count` equal elements, made of a `Double` that the type holds.
func fill(_ bytes: UnsafeMutableRawPointer, count: Int, _ dtype: DType, with value: Double) {
  switch dtype {
  case .float32:
    let number = Float(value)
    for i in 0..<count { bytes.element(i, number) }
  case .float64:
    for i in 0..<count { bytes.element(i, value) }
  case .int32:
    let number = Int32(value)
    for i in 0..<count { bytes.element(i, number) }
  case .bool:
    bytes.initializeMemory(as: UInt8.self, repeating: value == 0 ? 0 : 1, count: count)
  }
}
