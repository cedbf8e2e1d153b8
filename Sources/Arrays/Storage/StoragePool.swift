// How to hand out aligned blocks of memory quickly and to keep returned ones for the next request.
// It does not know what is stored in them.
//
// Fresh large blocks cost page faults, small ones a general allocator's bookkeeping; a training
// step asks for the same sizes again and again. So returned blocks wait in lists by size class, up
// to a bound. Four classes per doubling waste at most a quarter.

import AdjointKernels
import Synchronization

/// How many bytes arrays occupy.
public struct MemoryReport: Sendable, Equatable {
  /// Bytes of blocks that arrays hold now.
  public var live: Int
  /// The largest `live` since the start or since ``resetPeak()``.
  public var peak: Int
  /// Bytes of returned blocks kept for reuse.
  public var pooled: Int

  /// The figures of this moment.
  public static var current: MemoryReport { StoragePool.shared.report() }

  /// Starts a new measurement of the peak at the present `live`.
  public static func resetPeak() { StoragePool.shared.resetPeak() }

  /// Gives the kept blocks back to the system.
  public static func trim() { StoragePool.shared.trim() }
}

/// Aligned blocks of memory by size class, shared by all threads.
final class StoragePool: Sendable {
  static let shared = StoragePool(keeping: 512 << 20)

  /// Wide enough for any vector and for a cache line.
  static let alignment = 64

  /// The most bytes that returned blocks may keep.
  private let limit: Int
  private let state: Mutex<State>

  /// Sendable by hand: the lists are reached only under the mutex that holds this state.
  private struct State: @unchecked Sendable {
    /// The first free block of each class; a free block begins with the address of the next one.
    var free = [UnsafeMutableRawPointer?](repeating: nil, count: StoragePool.classCount)
    var report = MemoryReport(live: 0, peak: 0, pooled: 0)

    /// The largest class with a kept block: dropping it makes the most room.
    var largestKept: Int? { free.lastIndex { $0 != nil } }

    mutating func drop(_ index: Int) {
      guard let block = free[index] else { return }
      free[index] = block.load(as: UnsafeMutableRawPointer?.self)
      let size = StoragePool.byteCount(ofClass: index)
      report.pooled -= size
      StoragePool.deallocate(block, size)
    }
  }

  init(keeping limit: Int) {
    self.limit = limit
    state = Mutex(State())
  }

  // MARK: Size classes: 64 · 2^(c / 4) · (1 + (c mod 4) / 4)

  static let classCount = 4 * (Int.bitWidth - 7)

  static func sizeClass(for byteCount: Int) -> Int {
    if byteCount <= 64 { return 0 }
    let last = byteCount - 1
    let power = Int.bitWidth - 1 - last.leadingZeroBitCount
    let quarter = (last >> (power - 2)) & 3
    return (power - 6) * 4 + quarter + 1
  }

  static func byteCount(ofClass index: Int) -> Int {
    let power = index >> 2
    return ((4 + (index & 3)) << power) << 4
  }

  // MARK: The system's memory

  /// Blocks from this size on begin at different places of a page; see `StaggeredMemory`.
  ///
  /// From here on the system maps each block on its own, so what is reserved beyond its size
  /// occupies no memory. Smaller blocks lie side by side in the heap at distances that are no
  /// powers of two.
  private static let staggeredSize = 128 << 10

  private static func allocate(_ size: Int) -> UnsafeMutableRawPointer {
    size < staggeredSize
      ? .allocate(byteCount: size, alignment: alignment)
      : StaggeredMemory.allocate(byteCount: size)
  }

  private static func deallocate(_ block: UnsafeMutableRawPointer, _ size: Int) {
    if size < staggeredSize { block.deallocate() } else { StaggeredMemory.deallocate(block) }
  }

  // MARK: Requests

  func take(class index: Int) -> UnsafeMutableRawPointer {
    let size = StoragePool.byteCount(ofClass: index)
    let kept: UnsafeMutableRawPointer? = state.withLock { state in
      state.report.live += size
      state.report.peak = max(state.report.peak, state.report.live)
      guard let block = state.free[index] else { return nil }
      state.free[index] = block.load(as: UnsafeMutableRawPointer?.self)
      state.report.pooled -= size
      return block
    }
    return kept ?? StoragePool.allocate(size)
  }

  func giveBack(_ block: UnsafeMutableRawPointer, class index: Int) {
    let size = StoragePool.byteCount(ofClass: index)
    let isKept = state.withLock { state in
      state.report.live -= size
      guard size <= limit else { return false }
      while state.report.pooled + size > limit, let victim = state.largestKept {
        state.drop(victim)
      }
      block.storeBytes(of: state.free[index], as: UnsafeMutableRawPointer?.self)
      state.free[index] = block
      state.report.pooled += size
      return true
    }
    if !isKept { StoragePool.deallocate(block, size) }
  }

  func report() -> MemoryReport { state.withLock { $0.report } }

  func resetPeak() { state.withLock { $0.report.peak = $0.report.live } }

  func trim() {
    state.withLock { state in
      while let victim = state.largestKept { state.drop(victim) }
    }
  }
}

/// Lends a block of memory, aligned to a cache line, while the closure runs.
///
/// From the pool, and only where it is small from the stack: `withUnsafeTemporaryAllocation` turns
/// to the system's allocator beyond a kilobyte, for aligned memory, which takes longer than a small
/// operation; freed at the top of the heap it may be given back to the system and fault in again.
///
/// The closure does not throw. With one that may, inlined into a loop, the compiler (6.3) lets the
/// room on the stack overlap the place where it notes whether an error was thrown.
package func withScratchBytes<R>(
  _ byteCount: Int, _ body: (UnsafeMutableRawPointer) -> R
) -> R {
  if byteCount <= 960 {
    return withUnsafeTemporaryAllocation(byteCount: 960, alignment: 64) { room in
      body(room.baseAddress!)
    }
  }
  let sizeClass = StoragePool.sizeClass(for: byteCount)
  let block = StoragePool.shared.take(class: sizeClass)
  defer { StoragePool.shared.giveBack(block, class: sizeClass) }
  return body(block)
}

/// A block of memory for intermediate results, given back when the last reference goes.
final class Scratch {
  let bytes: UnsafeMutableRawPointer
  private let sizeClass: Int

  init(byteCount: Int) {
    sizeClass = StoragePool.sizeClass(for: byteCount)
    bytes = StoragePool.shared.take(class: sizeClass)
  }

  deinit { StoragePool.shared.giveBack(bytes, class: sizeClass) }
}
