// The laws of dividing a data set: each example in one part, in the given proportions, as the
// generator says.

import AdjointArrays
import AdjointDifferentiation
import Testing

@testable import AdjointData

@Suite struct LabeledDatasetTests {
  /// Examples that carry their own number twice, with class `number % classes`.
  private func data(_ count: Int, classes: Int = 3) -> LabeledDataset {
    LabeledDataset(
      inputs: Tensor((0..<count).flatMap { [Double($0), -Double($0)] }, shape: [count, 2]),
      labels: (0..<count).map { $0 % classes })
  }

  private func numbers(_ part: LabeledDataset) -> [Int] {
    part.inputs[.all, 0].doubles.map { Int($0) }
  }

  private func classes(_ part: LabeledDataset) -> [Int] {
    part.labels.values(as: Int32.self).map { Int($0) }
  }

  @Test func subsetsKeepInputAndLabelTogether() {
    let part = data(7).subset([6, 0, 0, 4])
    #expect(numbers(part) == [6, 0, 0, 4] && classes(part) == [0, 0, 0, 1])
    #expect(data(7).subset([]).inputs.shape == [0, 2])
  }

  @Test(
    arguments: [
      [1.0], [0.5, 0.5], [0.7, 0.15, 0.15], [0.29, 0.71], [0, 1], [0.1, 0.2, 0.3, 0.4],
    ]
      as [[Double]], [0, 1, 2, 10, 100, 537])
  func everyExampleIsInOnePart(_ fractions: [Double], _ count: Int) {
    var generator = Seeded(3)
    let all = data(count)
    for stratified in [false, true] {
      let parts =
        stratified
        ? all.stratifiedSplit(fractions, using: &generator)
        : all.split(fractions, using: &generator)
      #expect(parts.flatMap(numbers).sorted() == Array(0..<count))
      for (part, fraction) in zip(parts, fractions) {
        #expect(part.inputs.rank == 2 && classes(part) == numbers(part).map { $0 % 3 })
        #expect(part.inputs[.all, 1].doubles == numbers(part).map { -Double($0) })
        #expect(abs(Double(part.count) - fraction * Double(count)) <= (stratified ? 1.5 : 1))
        for label in 0..<3 where stratified {
          let share = classes(part).count { $0 == label }
          let members = (0..<count).count { $0 % 3 == label }
          #expect(abs(Double(share) - fraction * Double(members)) < 1 + 1e-9)
        }
      }
    }
  }

  @Test func theGeneratorDecidesAndTheOrderIsMixed() {
    func split(_ seed: UInt64) -> [[Int]] {
      var generator = Seeded(seed)
      return data(80).split([0.5, 0.5], using: &generator).map(numbers)
    }
    #expect(split(1) == split(1) && split(1) != split(2))
    #expect(split(1)[0] != split(1)[0].sorted())
  }

  // Targets of any shape and type travel along.
  @Test func targetsMayBeAnything() {
    var generator = Seeded(4)
    let all = LabeledDataset(
      inputs: Tensor.range(10), labels: Tensor.range(20, dtype: .float64).reshaped(to: [10, 2]))
    for part in all.split([0.4, 0.6], using: &generator) {
      #expect(part.labels.dtype == .float64)
      #expect(part.labels[.all, 0].doubles == part.inputs.doubles.map { 2 * $0 })
    }
  }
}
