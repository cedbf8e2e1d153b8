// What this file knows: that the elements of arrays live in reference-counted blocks, and who may
// write to one. It does not know shapes or element types.

/// A block of bytes that arrays share.
///
/// Immutable once shared: whoever writes has either just made the block or has found it uniquely
/// referenced (`isKnownUniquelyReferenced`). That is why it is Sendable although it holds a pointer.
///
/// `bytes` is the one door to the contents. A block whose contents have yet to be computed (a
/// deferred elementwise expression) can be introduced behind it without changing a signature: the
/// first passage through the door would compute them.
final class Storage: @unchecked Sendable {
  private let block: UnsafeMutableRawPointer
  private let sizeClass: Int

  /// A block of at least `byteCount` uninitialised bytes.
  init(byteCount: Int) {
    sizeClass = StoragePool.sizeClass(for: byteCount)
    block = StoragePool.shared.take(class: sizeClass)
  }

  deinit { StoragePool.shared.giveBack(block, class: sizeClass) }

  /// The contents, valid while the caller keeps this object alive.
  @inline(__always)
  var bytes: UnsafeMutableRawPointer { block }
}
