// What a pass over a data set promises.

import Adjoint
import Testing

/// The numbers of the examples themselves.
private struct Numbers: Dataset {
  let count: Int
  func batch(at indices: [Int]) -> [Int] { indices }
}

@Suite struct BatchesTests {
  /// Every example exactly once, in batches of the asked size but for the last.
  @Test func aPassSeesEveryExampleOnce() {
    var generator = RandomGenerator(seed: 1)
    for count in [0, 1, 7, 8, 9, 100] {
      for size in [1, 3, 8, 1000, Int.max] {
        let plain = Numbers(count: count).batches(of: size)
        let shuffled = Numbers(count: count).batches(of: size, shuffledUsing: &generator)
        #expect(plain.flatMap { $0 } == Array(0..<count))
        #expect(shuffled.flatMap { $0 }.sorted() == Array(0..<count))
        for batches in [plain, shuffled] {
          #expect(batches.dropLast().allSatisfy { $0.count == size })
          #expect(batches.last.map { !$0.isEmpty && $0.count <= size } ?? (count == 0))
        }
      }
    }
  }

  @Test func droppingTheRemainderLeavesFullBatchesOnly() {
    var generator = RandomGenerator(seed: 1)
    for count in [0, 1, 7, 8, 9] {
      let batches = Numbers(count: count).batches(
        of: 4, shuffledUsing: &generator, dropsRemainder: true)
      #expect(batches.count == count / 4)
      #expect(batches.allSatisfy { $0.count == 4 })
      #expect(Set(batches.flatMap { $0 }).count == count / 4 * 4)
      #expect(Numbers(count: count).batches(of: 4, dropsRemainder: true).count == count / 4)
    }
  }

  /// The order is drawn when the batches are made: they can be walked twice, the next ones differ,
  /// and an equal generator gives equal ones.
  @Test func orderIsAValueDrawnFromTheGenerator() {
    let data = Numbers(count: 50)
    var generator = RandomGenerator(seed: 7)
    let start = generator
    let first = data.batches(of: 8, shuffledUsing: &generator)
    #expect(generator != start)
    #expect(Array(first) == Array(first))
    #expect(Array(data.batches(of: 8, shuffledUsing: &generator)) != Array(first))
    var again = start
    #expect(Array(data.batches(of: 8, shuffledUsing: &again)) == Array(first))
    #expect(first.flatMap { $0 } != Array(0..<50))
    #expect(first.exampleIndices(at: 2) == first[2])
  }

  @Test func batchesCrossTasks() async {
    let batches = Numbers(count: 10).batches(of: 3)
    #expect(await Task { batches.count }.value == 4)
  }

  @Test func labelsStayWithTheirInputs() {
    let inputs = Tensor((0..<24).map(Double.init), shape: [6, 2, 2])
    let data = LabeledDataset(inputs: inputs, labels: [0, 10, 20, 30, 40, 50])
    var generator = RandomGenerator(seed: 3)
    var seen: Set<Int> = []
    for batch in data.batches(of: 4, shuffledUsing: &generator) {
      #expect(batch.labels.dtype == .int32)
      #expect(batch.inputs.shape == [batch.count, 2, 2])
      #expect(batch.labels.shape == [batch.count])
      for (place, label) in batch.labels.doubles.enumerated() {
        // Example k holds 4k, 4k + 1, 4k + 2, 4k + 3, and its label is 10 k.
        let k = label / 10
        seen.insert(Int(k))
        #expect(
          Array(batch.inputs.doubles[(4 * place)..<(4 * place + 4)])
            == [4 * k, 4 * k + 1, 4 * k + 2, 4 * k + 3])
      }
    }
    #expect(seen == [0, 1, 2, 3, 4, 5])
  }

  @Test func labelsMayBeTargetsOfAnyShape() {
    let data = LabeledDataset(
      inputs: Tensor([1, 2, 3]), labels: Tensor([[1, 2], [3, 4], [5, 6]]))
    let batch = data.batch(at: [2, 0])
    #expect(batch.inputs.doubles == [3, 1])
    #expect(batch.labels.doubles == [5, 6, 1, 2])
    #expect(batch.labels.shape == [2, 2])
  }

  @Test func imagesAreADataset() {
    let images = LabeledImages(
      images: NDArray((0..<12).map(Float.init), shape: [3, 4]), labels: [2, 0, 1], height: 2,
      width: 2, classNames: ["a", "b", "c"])
    let batches = images.batches(of: 2)
    #expect(batches.count == 2)
    #expect(batches[0].labels.doubles == [2, 0])
    #expect(batches[1].inputs.doubles == [8, 9, 10, 11])
    #expect(batches[1].inputs.dtype == .float32)
    #expect(batches[1].labels.dtype == .int32)
  }

  @Test func anEmptyDatasetHasNoBatches() {
    let data = LabeledDataset(inputs: .zeros([0, 3]), labels: [])
    #expect(data.count == 0)
    #expect(data.batches(of: 5).isEmpty)
  }
}
