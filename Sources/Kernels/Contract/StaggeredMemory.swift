// Where large blocks of memory begin, so that loops which walk through several at once do not make
// the processor mistake one for another. It has never heard of what the blocks hold.

import Synchronization

/// Large blocks that begin at different places of a page, and of different pages.
///
/// The system maps each large block on its own, always at the same place of a page, and blocks of
/// equal size lie multiples of large powers of two apart. Streams through such blocks have
/// addresses that agree in all low bits at every step. Processors look at those alone where they
/// must be quick: the first-level cache guesses its way from a hash of the address, and a load
/// waits for an earlier store whose low 12 bits are its own. On Zen 4 a loop over four such streams
/// takes two to five times as long.
///
/// So each block begins 5 pages and 25 cache lines further on than the last one did, within a
/// window that is reserved beyond its size and of which only the part behind the beginning is ever
/// touched. Of the odd numbers of lines, 25 keeps any five blocks in a row farthest apart within a
/// page.
package enum StaggeredMemory {
  /// How far a block may begin behind the start of its allocation: also the alignment of that, so
  /// that the start is found again from the address.
  private static let window = 64 << 10
  private static let step = 5 * 4096 + 25 * 64
  private static let count = Atomic<Int>(0)

  /// A new block, aligned to a cache line.
  package static func allocate(byteCount: Int) -> UnsafeMutableRawPointer {
    let number = count.wrappingAdd(1, ordering: .relaxed).oldValue
    let offset = (number &* step) & (window - 1)
    return .allocate(byteCount: byteCount + window, alignment: window) + offset
  }

  /// Gives a block back to the system.
  package static func deallocate(_ block: UnsafeMutableRawPointer) {
    (block - Int(UInt(bitPattern: block) & UInt(window - 1))).deallocate()
  }
}
