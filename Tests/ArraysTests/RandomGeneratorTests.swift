// The block function's published answers, and independence of split generators.

import Testing

@testable import AdjointArrays

@Suite struct RandomGeneratorTests {
  @Test func blocksMatchThePublishedVectors() {
    // The vectors of Philox4x32-10 in kat_vectors of the Random123 distribution: four counter
    // words, two key words, four result words, lowest first.
    let vectors: [([UInt32], [UInt32], [UInt32])] = [
      ([0, 0, 0, 0], [0, 0], [0x6627_E8D5, 0xE169_C58D, 0xBC57_AC4C, 0x9B00_DBD8]),
      (
        [.max, .max, .max, .max], [.max, .max],
        [0x408F_276D, 0x41C8_3B0E, 0xA20B_C7C6, 0x6D54_51FD]
      ),
      (
        [0x243F_6A88, 0x85A3_08D3, 0x1319_8A2E, 0x0370_7344], [0xA409_3822, 0x299F_31D0],
        [0xD16C_FE09, 0x94FD_CCEB, 0x5001_E420, 0x2412_6EA1]
      ),
    ]
    func join(_ low: UInt32, _ high: UInt32) -> UInt64 { UInt64(high) << 32 | UInt64(low) }
    for (counter, key, result) in vectors {
      let block = Philox.block(
        counter: (join(counter[0], counter[1]), join(counter[2], counter[3])),
        key: join(key[0], key[1]))
      #expect(block.low == join(result[0], result[1]))
      #expect(block.high == join(result[2], result[3]))
    }
  }

  @Test func fillingDrawsTheSameWordsAsCalling() {
    for skipped in 0..<3 {
      for count in [0, 1, 2, 7, 64] {
        var one = RandomGenerator(seed: 42)
        for _ in 0..<skipped { _ = one.next() }
        var other = one
        let calls = (0..<count).map { _ in one.next() }
        let filled = [UInt64](unsafeUninitializedCapacity: count) { buffer, initialized in
          other.fill(UnsafeMutableBufferPointer(rebasing: buffer[..<count]))
          initialized = count
        }
        #expect(calls == filled)
        #expect(one == other)
      }
    }
  }

  @Test func equalSeedsAgreeAndDifferentOnesDoNot() {
    func words(_ seed: UInt64) -> [UInt64] {
      var generator = RandomGenerator(seed: seed)
      return (0..<20).map { _ in generator.next() }
    }
    #expect(words(1) == words(1))
    #expect(Set(words(1)).isDisjoint(with: words(2)))
  }

  @Test func splitGeneratorsShareNoWords() {
    var parent = RandomGenerator(seed: 7)
    var family = (0..<20).map { _ in parent.split() }
    family.append(parent)
    var grandchildren = family.map { member in
      var member = member
      return member.split()
    }
    family += grandchildren
    grandchildren.removeAll()
    var seen: Set<UInt64> = []
    for var member in family {
      for _ in 0..<50 { #expect(seen.insert(member.next()).inserted) }
    }
  }
}
