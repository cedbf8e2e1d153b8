// Two things to do with memory that loops of all rooms share: to ask for it before it is needed,
// and to move a few bytes at once.

/// The compiler's own operation; the numbers are literals wherever it is called.
@_silgen_name("llvm.prefetch.p0")
@usableFromInline
func prefetchLine(
  _ address: UnsafeRawPointer, _ isWrite: Int32, _ locality: Int32, _ isData: Int32)

/// Asks for the cache lines of a stretch of memory, without waiting for them.
///
/// A hint: addresses that do not exist are no error.
@inlinable @inline(__always)
public func prefetch(_ address: UnsafeRawPointer, byteCount: Int) {
  var offset = 0
  while offset < byteCount {
    prefetchLine(address + offset, 0, 3, 1)
    offset &+= 64
  }
}

/// Asks for a cache line that will be written to, without waiting for it.
@inlinable @inline(__always)
public func prefetchForWriting(_ address: UnsafeRawPointer) {
  prefetchLine(address, 1, 3, 1)
}

/// Copies a value at the beginning and another one `last` bytes on.
@inlinable @inline(__always)
public func movePair<Value: BitwiseCopyable>(
  _: Value.Type, _ source: UnsafeRawPointer, _ target: UnsafeMutableRawPointer, _ last: Int
) {
  let first = source.loadUnaligned(as: Value.self)
  let second = source.loadUnaligned(fromByteOffset: last, as: Value.self)
  target.storeBytes(of: first, as: Value.self)
  target.storeBytes(of: second, toByteOffset: last, as: Value.self)
}
