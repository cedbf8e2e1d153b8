// Memory for one column of a tape: its values, its records, its constants or its adjoints. It has
// never heard of what the numbers in it mean.
//
// The columns are walked together, one element of each a step, so where they lie relative to one
// another matters. A large block begins where a page begins, so columns of one length would agree
// in the last twelve bits of their addresses at every step. The processor tells lines and pending
// stores apart by just these bits: on Zen 4 the walk then takes two to five times as long. So each
// kind of column starts at a distance of its own from the beginning of a page, and no two can ever
// march in step, whatever the process has allocated before and however large the tape is.
//
// Blocks of their own instead of one block for all columns, because the system's `realloc` moves
// the pages of a large block to a larger one without copying or touching them.

import AdjointSupport

/// What a column holds, which decides where it begins.
enum TapeColumn: Int {
  case values = 1, records, constants, adjoints

  /// The twelve bits in question are those of an address in the smallest page.
  private static let period = 4096

  /// The address of a column modulo the period.
  ///
  /// A multiple of 13 cache lines, a different one for each kind, and never near zero: there the
  /// large blocks of others begin, the elements of Swift's arrays among them, in which some walks
  /// keep their adjoints.
  private var phase: Int { rawValue * 13 * 64 }

  /// Memory for `byteCount` bytes, not initialized.
  func allocate(_ byteCount: Int) -> UnsafeMutableRawPointer {
    let block = TapeColumn.checked(malloc(roomFor(byteCount)), byteCount)
    let column = start(in: block)
    TapeColumn.note(block, before: column)
    return column
  }

  /// Makes a column larger; its first `used` bytes stay.
  func grow(
    _ column: UnsafeMutableRawPointer, keeping used: Int, to byteCount: Int
  ) -> UnsafeMutableRawPointer {
    let block = TapeColumn.block(of: column)
    let distance = block.distance(to: column)
    let moved = TapeColumn.checked(realloc(block, roomFor(byteCount)), byteCount)
    let grown = start(in: moved)
    // Only a small block comes to lie elsewhere in its page as it moves.
    if moved.distance(to: grown) != distance { memmove(grown, moved + distance, used) }
    TapeColumn.note(moved, before: grown)
    return grown
  }

  /// Gives the memory of a column back.
  static func deallocate(_ column: UnsafeMutableRawPointer) { free(block(of: column)) }

  private func roomFor(_ byteCount: Int) -> Int {
    // The address of the block lies before the column.
    byteCount + TapeColumn.period + MemoryLayout<UnsafeMutableRawPointer>.size
  }

  /// Where in a block the column begins.
  private func start(in block: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer {
    let lowest = UInt(bitPattern: block) + UInt(MemoryLayout<UnsafeMutableRawPointer>.size)
    let rest = (UInt(phase) &- lowest) & UInt(TapeColumn.period - 1)
    return block + MemoryLayout<UnsafeMutableRawPointer>.size + Int(rest)
  }

  private static func note(
    _ block: UnsafeMutableRawPointer, before column: UnsafeMutableRawPointer
  ) {
    column.storeBytes(
      of: block, toByteOffset: -MemoryLayout<UnsafeMutableRawPointer>.size,
      as: UnsafeMutableRawPointer.self)
  }

  private static func block(of column: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer {
    column.load(
      fromByteOffset: -MemoryLayout<UnsafeMutableRawPointer>.size,
      as: UnsafeMutableRawPointer.self)
  }

  private static func checked(
    _ block: UnsafeMutableRawPointer?, _ byteCount: Int
  ) -> UnsafeMutableRawPointer {
    guard let block else {
      stop(
        """
        out of memory: a part of a tape with \(byteCount) bytes could not be allocated. \
        Differentiate smaller pieces, for example by walking back after each part.
        """)
    }
    return block
  }
}
