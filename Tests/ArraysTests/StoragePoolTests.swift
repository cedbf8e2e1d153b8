// Size classes, reuse, and the bound on what is kept.

import Testing

@testable import AdjointArrays

@Suite struct StoragePoolTests {
  @Test func classesWasteAtMostAQuarter() {
    var generator = RandomGenerator(seed: 1)
    let random = (0..<1000).map { _ in Int(generator.next() >> (20 + generator.next() % 40)) }
    for byteCount in Array(0..<3000) + random where byteCount < 1 << 58 {
      let index = StoragePool.sizeClass(for: byteCount)
      let size = StoragePool.byteCount(ofClass: index)
      #expect(index < StoragePool.classCount)
      #expect(size >= byteCount && size <= max(64, byteCount + byteCount / 4 + 16), "\(byteCount)")
    }
    for index in 0..<100 {
      #expect(StoragePool.sizeClass(for: StoragePool.byteCount(ofClass: index)) == index)
    }
  }

  @Test func returnedBlocksComeBackAligned() {
    let pool = StoragePool(keeping: 1 << 20)
    let block = pool.take(class: 5)
    #expect(UInt(bitPattern: block) % 64 == 0)
    let size = StoragePool.byteCount(ofClass: 5)
    #expect(pool.report() == MemoryReport(live: size, peak: size, pooled: 0))
    pool.giveBack(block, class: 5)
    #expect(pool.report() == MemoryReport(live: 0, peak: size, pooled: size))
    #expect(pool.take(class: 5) == block)
    pool.giveBack(block, class: 5)
    pool.trim()
    #expect(pool.report().pooled == 0)
    pool.resetPeak()
    #expect(pool.report().peak == 0)
  }

  // Others allocate meanwhile, so two of the eight may meet, but never most of them.
  @Test func largeBlocksBeginAtDifferentPlacesOfAPage() {
    let pool = StoragePool(keeping: 0)
    let index = StoragePool.sizeClass(for: 1 << 20)
    let size = StoragePool.byteCount(ofClass: index)
    let blocks = (0..<8).map { _ in pool.take(class: index) }
    defer { for block in blocks { pool.giveBack(block, class: index) } }
    for (number, block) in blocks.enumerated() {
      #expect(UInt(bitPattern: block) % 64 == 0)
      block.initializeMemory(as: UInt8.self, repeating: UInt8(number), count: size)
    }
    #expect(Set(blocks.map { UInt(bitPattern: $0) % 4096 }).count > 4)
    for (number, block) in blocks.enumerated() {
      let bytes = UnsafeRawBufferPointer(start: block, count: size)
      #expect(bytes.allSatisfy { $0 == UInt8(number) })
    }
  }

  @Test func whatIsKeptStaysBelowTheBound() {
    let pool = StoragePool(keeping: 1000)
    let classes = [0, 4, 8, 8, 10, 10, 12, 20]
    let blocks = classes.map { pool.take(class: $0) }
    for (block, index) in zip(blocks, classes) {
      pool.giveBack(block, class: index)
      #expect(pool.report().pooled <= 1000)
    }
    #expect(pool.report().live == 0)
    pool.trim()
  }

  @Test func threadsDoNotShareBlocks() async {
    await withTaskGroup(of: Bool.self) { group in
      for seed in 0..<8 {
        group.addTask {
          (0..<500).allSatisfy { round in
            let value = Double(seed * 1000 + round)
            let x = NDArray(repeating: value, shape: Shape([round % 97 + 1]), dtype: .float64)
            return x.numbers.allSatisfy { $0 == value }
          }
        }
      }
      for await isIntact in group { #expect(isIntact) }
    }
  }
}
