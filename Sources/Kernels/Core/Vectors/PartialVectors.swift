// How some lanes of a vector are read and written, the others left alone.
//
// Through memory of its own, a part of a vector is written in two pieces and read back in one, for
// which the processor waits until both have arrived: that made a loop over the last channels of an
// image nine times slower than one over whole vectors. Where a set has no such instruction the
// compiler makes a branch for each lane.

import Builtin

extension SIMD4 where Scalar == Float {
  @export(implementation) @inline(__always)
  public static func load(_ address: UnsafeRawPointer, count: Int) -> Self {
    of(
      Builtin.int_masked_load_Vec4xFPIEEE32_RawPointer(
        address._rawValue, Int32(1)._value, first(count), Self()._storage._value))
  }
  @export(implementation) @inline(__always)
  public func store(_ address: UnsafeMutableRawPointer, count: Int) {
    Builtin.int_masked_store_Vec4xFPIEEE32_RawPointer(
      _storage._value, address._rawValue, Int32(1)._value, Self.first(count))
  }
  @export(implementation) @inline(__always)
  static func first(_ count: Int) -> Builtin.Vec4xInt1 {
    Builtin.cmp_slt_Vec4xInt32(
      SIMD4<Int32>(0, 1, 2, 3)._storage._value,
      SIMD4<Int32>(repeating: Int32(truncatingIfNeeded: count))._storage._value)
  }
}

extension SIMD8 where Scalar == Float {
  @export(implementation) @inline(__always)
  public static func load(_ address: UnsafeRawPointer, count: Int) -> Self {
    of(
      Builtin.int_masked_load_Vec8xFPIEEE32_RawPointer(
        address._rawValue, Int32(1)._value, first(count), Self()._storage._value))
  }
  @export(implementation) @inline(__always)
  public func store(_ address: UnsafeMutableRawPointer, count: Int) {
    Builtin.int_masked_store_Vec8xFPIEEE32_RawPointer(
      _storage._value, address._rawValue, Int32(1)._value, Self.first(count))
  }
  @export(implementation) @inline(__always)
  static func first(_ count: Int) -> Builtin.Vec8xInt1 {
    Builtin.cmp_slt_Vec8xInt32(
      SIMD8<Int32>(0, 1, 2, 3, 4, 5, 6, 7)._storage._value,
      SIMD8<Int32>(repeating: Int32(truncatingIfNeeded: count))._storage._value)
  }
}

extension SIMD16 where Scalar == Float {
  @export(implementation) @inline(__always)
  public static func load(_ address: UnsafeRawPointer, count: Int) -> Self {
    of(
      Builtin.int_masked_load_Vec16xFPIEEE32_RawPointer(
        address._rawValue, Int32(1)._value, first(count), Self()._storage._value))
  }
  @export(implementation) @inline(__always)
  public func store(_ address: UnsafeMutableRawPointer, count: Int) {
    Builtin.int_masked_store_Vec16xFPIEEE32_RawPointer(
      _storage._value, address._rawValue, Int32(1)._value, Self.first(count))
  }
  @export(implementation) @inline(__always)
  static func first(_ count: Int) -> Builtin.Vec16xInt1 {
    Builtin.cmp_slt_Vec16xInt32(
      SIMD16<Int32>(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)._storage._value,
      SIMD16<Int32>(repeating: Int32(truncatingIfNeeded: count))._storage._value)
  }
}

extension SIMD2 where Scalar == Double {
  @export(implementation) @inline(__always)
  public static func load(_ address: UnsafeRawPointer, count: Int) -> Self {
    of(
      Builtin.int_masked_load_Vec2xFPIEEE64_RawPointer(
        address._rawValue, Int32(1)._value, first(count), Self()._storage._value))
  }
  @export(implementation) @inline(__always)
  public func store(_ address: UnsafeMutableRawPointer, count: Int) {
    Builtin.int_masked_store_Vec2xFPIEEE64_RawPointer(
      _storage._value, address._rawValue, Int32(1)._value, Self.first(count))
  }
  @export(implementation) @inline(__always)
  static func first(_ count: Int) -> Builtin.Vec2xInt1 {
    Builtin.cmp_slt_Vec2xInt64(
      SIMD2<Int64>(0, 1)._storage._value,
      SIMD2<Int64>(repeating: Int64(truncatingIfNeeded: count))._storage._value)
  }
}

extension SIMD4 where Scalar == Double {
  @export(implementation) @inline(__always)
  public static func load(_ address: UnsafeRawPointer, count: Int) -> Self {
    of(
      Builtin.int_masked_load_Vec4xFPIEEE64_RawPointer(
        address._rawValue, Int32(1)._value, first(count), Self()._storage._value))
  }
  @export(implementation) @inline(__always)
  public func store(_ address: UnsafeMutableRawPointer, count: Int) {
    Builtin.int_masked_store_Vec4xFPIEEE64_RawPointer(
      _storage._value, address._rawValue, Int32(1)._value, Self.first(count))
  }
  @export(implementation) @inline(__always)
  static func first(_ count: Int) -> Builtin.Vec4xInt1 {
    Builtin.cmp_slt_Vec4xInt64(
      SIMD4<Int64>(0, 1, 2, 3)._storage._value,
      SIMD4<Int64>(repeating: Int64(truncatingIfNeeded: count))._storage._value)
  }
}

extension SIMD8 where Scalar == Double {
  @export(implementation) @inline(__always)
  public static func load(_ address: UnsafeRawPointer, count: Int) -> Self {
    of(
      Builtin.int_masked_load_Vec8xFPIEEE64_RawPointer(
        address._rawValue, Int32(1)._value, first(count), Self()._storage._value))
  }
  @export(implementation) @inline(__always)
  public func store(_ address: UnsafeMutableRawPointer, count: Int) {
    Builtin.int_masked_store_Vec8xFPIEEE64_RawPointer(
      _storage._value, address._rawValue, Int32(1)._value, Self.first(count))
  }
  @export(implementation) @inline(__always)
  static func first(_ count: Int) -> Builtin.Vec8xInt1 {
    Builtin.cmp_slt_Vec8xInt64(
      SIMD8<Int64>(0, 1, 2, 3, 4, 5, 6, 7)._storage._value,
      SIMD8<Int64>(repeating: Int64(truncatingIfNeeded: count))._storage._value)
  }
}
