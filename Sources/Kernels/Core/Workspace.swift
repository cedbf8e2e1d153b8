// What this file knows: memory for packed blocks, kept between calls. It has never heard of matrices.

import Synchronization

/// Buffers of one size, handed out and taken back.
///
/// A fresh allocation of this size costs page faults, more than a small product itself. At most as many
/// buffers exist as calls have ever overlapped. Nothing here is inlinable: the wide modules call it as
/// compiled for the baseline.
public enum Workspace {
  /// The size of a buffer in bytes.
  public static var byteCount: Int { 2 << 20 }

  // Addresses as numbers, since a raw pointer is not Sendable.
  private static let idle = Mutex<[UInt]>([])

  /// An idle buffer, or a new one; aligned to a cache line.
  public static func take() -> UnsafeMutableRawPointer {
    let address = idle.withLock { $0.popLast() }
    if let address, let buffer = UnsafeMutableRawPointer(bitPattern: address) { return buffer }
    return .allocate(byteCount: byteCount, alignment: 64)
  }

  /// Gives a buffer back.
  public static func giveBack(_ buffer: UnsafeMutableRawPointer) {
    idle.withLock { $0.append(UInt(bitPattern: buffer)) }
  }
}
