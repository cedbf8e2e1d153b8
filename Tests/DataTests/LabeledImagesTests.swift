// The laws of subsets and of fair division. It has never heard of files.

import AdjointArrays
import Testing

@testable import AdjointData

@Suite struct LabeledImagesTests {
  /// Images of one pixel that carry their own number, with the given count of each class.
  private func images(_ counts: [Int]) -> LabeledImages {
    var generator = Seeded(7)
    let labels = counts.enumerated().flatMap { [Int](repeating: $0, count: $1) }
      .shuffled(using: &generator)
    return LabeledImages(
      images: NDArray(labels.indices.map { Float($0) }, shape: [labels.count, 1]), labels: labels,
      height: 1, width: 1, classNames: counts.indices.map(String.init))
  }

  private func numbers(_ part: LabeledImages) -> [Int] {
    part.images.values(as: Float.self).map { Int($0) }
  }

  @Test func subsetsKeepImageAndLabelTogether() {
    let all = images([3, 4])
    let part = all.subset([6, 0, 0, 3])
    #expect(numbers(part) == [6, 0, 0, 3])
    #expect(part.labels == [6, 0, 0, 3].map { all.labels[$0] })
    #expect(all.subset([]).count == 0)
    #expect(all.subset([]).images.shape == [0, 1])
  }

  @Test(
    arguments: [
      [1.0], [0.5, 0.5], [0.7, 0.15, 0.15], [0.29, 0.71], [0.1, 0.2, 0.3, 0.4], [0, 1], [1, 0],
      [1.0 / 3, 1.0 / 3, 1.0 / 3],
    ] as [[Double]])
  func everyImageIsInOnePartAndEveryClassIsShared(_ fractions: [Double]) {
    var generator = Seeded(8)
    for counts in [[178, 182, 177], [1, 1, 1, 1, 1, 1], [0, 5], [100, 100], [2, 3, 7, 50]] {
      let all = images(counts)
      let parts = all.stratifiedSplit(fractions, using: &generator)
      #expect(parts.count == fractions.count)
      #expect(parts.flatMap(numbers).sorted() == Array(0..<all.count))
      for (part, fraction) in zip(parts, fractions) {
        #expect(zip(numbers(part), part.labels).allSatisfy { all.labels[$0] == $1 })
        for (label, count) in counts.enumerated() {
          let share = part.labels.count { $0 == label }
          #expect(abs(Double(share) - fraction * Double(count)) < 1 + 1e-9)
        }
        // The left-over images of many small classes must not all go to one part.
        #expect(abs(Double(part.count) - fraction * Double(all.count)) <= 1.5)
        if fraction == 0 { #expect(part.count == 0) }
      }
    }
  }

  @Test func theGeneratorDecidesAndTheOrderIsMixed() {
    let all = images([40, 40])
    func split(_ seed: UInt64) -> [[Int]] {
      var generator = Seeded(seed)
      return all.stratifiedSplit([0.5, 0.5], using: &generator).map(numbers)
    }
    #expect(split(1) == split(1))
    #expect(split(1) != split(2))
    // In forty images by class in order, the class would change once.
    var generator = Seeded(9)
    let labels = all.stratifiedSplit([0.5, 0.5], using: &generator)[0].labels
    #expect(zip(labels, labels.dropFirst()).count { $0 != $1 } > 5)
  }
}
