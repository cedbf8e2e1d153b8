// Memory for packed blocks, kept between calls. It has never heard of matrices.

import AdjointKernels
import Synchronization

/// Buffers of one size, handed out and taken back.
///
/// A fresh allocation of this size costs page faults, more than a small product itself. At most as
/// many buffers exist as calls have ever overlapped. Nothing here is inlinable: the wide modules
/// call it as compiled for the baseline.
public enum Workspace {
  /// The size of a buffer in bytes.
  public static var byteCount: Int { 4 << 20 }

  // Addresses as numbers, since a raw pointer is not Sendable. The buffer used last waits in a
  // place of its own, which is one exchange away; a lock would cost a tenth of a small product.
  private static let recent = Atomic<UInt>(0)
  private static let idle = Mutex<[UInt]>([])

  /// An idle buffer, or a new one; aligned to a cache line.
  public static func take() -> UnsafeMutableRawPointer {
    var address = recent.exchange(0, ordering: .acquiring)
    if address == 0 { address = idle.withLock { $0.popLast() } ?? 0 }
    if let buffer = UnsafeMutableRawPointer(bitPattern: address) { return buffer }
    return StaggeredMemory.allocate(byteCount: byteCount)
  }

  /// Gives a buffer back.
  public static func giveBack(_ buffer: UnsafeMutableRawPointer) {
    let address = recent.exchange(UInt(bitPattern: buffer), ordering: .acquiringAndReleasing)
    if address != 0 { idle.withLock { $0.append(address) } }
  }
}
