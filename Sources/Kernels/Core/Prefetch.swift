// What this file knows: how to ask for memory before it is needed.

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
