// Where the memory of a tape lies.

import Testing

@testable import AdjointDifferentiation

struct TapeColumnTests {
  private static let kinds: [TapeColumn] = [.values, .records, .constants, .adjoints]

  /// A column keeps what was written, wherever its block moves to, and its address modulo a page.
  @Test(arguments: kinds)
  func growingKeepsTheElementsAndThePhase(_ kind: TapeColumn) {
    var capacity = 256
    var column = kind.allocate(capacity * 8)
    let phase = UInt(bitPattern: column) % 4096
    var others: [UnsafeMutableRawPointer] = []
    for position in 0..<capacity {
      column.storeBytes(of: position, toByteOffset: 8 * position, as: Int.self)
    }
    while capacity < 1 << 20 {
      // Something behind the block, so that it has to move.
      others.append(.allocate(byteCount: 64, alignment: 16))
      column = kind.grow(column, keeping: capacity * 8, to: 2 * capacity * 8)
      #expect(UInt(bitPattern: column) % 4096 == phase)
      let kept = (0..<capacity).allSatisfy {
        column.load(fromByteOffset: 8 * $0, as: Int.self) == $0
      }
      #expect(kept)
      for position in capacity..<(2 * capacity) {
        column.storeBytes(of: position, toByteOffset: 8 * position, as: Int.self)
      }
      capacity *= 2
    }
    TapeColumn.deallocate(column)
    for other in others { other.deallocate() }
  }

  /// No two columns march in step: their addresses modulo a page are some cache lines apart.
  @Test func noTwoColumnsAgree() {
    let columns = TapeColumnTests.kinds.map { $0.allocate(1 << 20) }
    defer { for column in columns { TapeColumn.deallocate(column) } }
    for a in columns.indices {
      for b in columns.indices where a < b {
        let distance = (Int(bitPattern: columns[a]) - Int(bitPattern: columns[b])) & 4095
        #expect(min(distance, 4096 - distance) >= 8 * 64)
      }
    }
  }
}
