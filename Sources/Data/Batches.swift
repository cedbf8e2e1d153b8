// How a data set is cut into batches, in order or shuffled, so that each pass sees every example
// once. It has never heard of files, formats or training.

import AdjointArrays
import AdjointDifferentiation
import AdjointSupport

/// Examples that can be fetched by number, several at a time.
public protocol Dataset: Sendable {
  /// Several examples together, in the form that a model takes.
  associatedtype Batch

  /// The number of examples.
  var count: Int { get }

  /// The examples with the given numbers, in that order.
  ///
  /// - Precondition: each index is in `0 ..< count`.
  func batch(at indices: [Int]) -> Batch
}

extension Dataset {
  /// One pass over the examples in their order.
  ///
  /// - Parameters:
  ///   - size: the number of examples in a batch; the last batch has what is left.
  ///   - dropsRemainder: true to leave out a last batch that would be smaller than the others.
  /// - Precondition: `size` is positive.
  public func batches(of size: Int, dropsRemainder: Bool = false) -> Batches<Self> {
    Batches(dataset: self, size: size, order: Array(0..<count), dropsRemainder: dropsRemainder)
  }

  /// One pass over the examples in random order, each of them exactly once.
  ///
  /// The order is drawn here, so the generator has moved on when the call returns, and the batches
  /// are a value that may be walked again, copied, or handed to another task. Make new batches for
  /// each pass:
  ///
  /// ```swift
  /// for epoch in 0..<10 {
  ///   for batch in train.batches(of: 128, shuffledUsing: &generator) { … }
  /// }
  /// ```
  ///
  /// - Parameters:
  ///   - size: the number of examples in a batch; the last batch has what is left.
  ///   - generator: where the order comes from; equal generators give equal orders everywhere.
  ///   - dropsRemainder: true to leave out a last batch that would be smaller than the others; the
  ///     examples left out differ from pass to pass.
  /// - Precondition: `size` is positive.
  public func batches(
    of size: Int, shuffledUsing generator: inout some RandomNumberGenerator,
    dropsRemainder: Bool = false
  ) -> Batches<Self> {
    // Not the standard library's `shuffled`, whose algorithm may change from version to version.
    let order = NDArray.permutation(count, using: &generator).values(as: Int32.self).map(Int.init)
    return Batches(dataset: self, size: size, order: order, dropsRemainder: dropsRemainder)
  }
}

/// One pass over a data set, batch by batch; each batch is fetched when it is asked for.
public struct Batches<Source: Dataset>: RandomAccessCollection, Sendable {
  private let dataset: Source
  private let size: Int
  private let order: [Int]

  /// The number of batches.
  public let endIndex: Int

  init(dataset: Source, size: Int, order: [Int], dropsRemainder: Bool) {
    require(size > 0, "batches(of:): the size is \(size). Pass 1 or more.")
    self.dataset = dataset
    self.size = size
    self.order = order
    // Not (count + size - 1) / size, which overflows for the size Int.max, everything at once.
    endIndex = order.count / size + (dropsRemainder || order.count % size == 0 ? 0 : 1)
  }

  /// 0.
  public var startIndex: Int { 0 }

  /// The numbers of the examples in a batch.
  public func exampleIndices(at position: Int) -> [Int] {
    require(
      position >= 0 && position < endIndex,
      "batches: there is no batch \(position) among \(endIndex). Batches count from 0.")
    let start = position * size
    return Array(order[start..<(start + Swift.min(size, order.count - start))])
  }

  /// Fetches a batch.
  public subscript(position: Int) -> Source.Batch {
    dataset.batch(at: exampleIndices(at: position))
  }
}

// MARK: - Inputs with labels

/// Some inputs with what is to be learned about them.
public struct LabeledBatch: Sendable {
  /// One input for each position along the first axis.
  public var inputs: Tensor
  /// One label for each input: `int32` class numbers, or targets of any shape.
  public var labels: Tensor

  /// Creates a batch.
  public init(inputs: Tensor, labels: Tensor) {
    self.inputs = inputs
    self.labels = labels
  }

  /// The number of examples.
  public var count: Int { inputs.shape.first ?? 0 }
}

/// Inputs and labels in memory, the examples along the first axis of both.
///
/// ```swift
/// let inputs = Tensor([[0, 0], [0, 1], [1, 0], [1, 1]])
/// let data = LabeledDataset(inputs: inputs, labels: [0, 1, 1, 0])
/// for batch in data.batches(of: 2) {
///   print(batch.labels)     // [0, 1], then [1, 0]
/// }
/// ```
public struct LabeledDataset: Dataset {
  /// All inputs, of shape `[count, …]`.
  public let inputs: Tensor
  /// All labels, of shape `[count, …]`.
  public let labels: Tensor

  /// Creates a data set.
  ///
  /// - Precondition: inputs and labels have at least one axis, and the first is equally long in
  ///   both.
  public init(inputs: Tensor, labels: Tensor) {
    require(
      inputs.rank > 0 && labels.rank > 0 && inputs.shape[0] == labels.shape[0],
      "LabeledDataset: inputs \(inputs.type) and labels \(labels.type) do not have one label for "
        + "each input. Let the first axis count the examples in both.")
    self.inputs = inputs.detached()
    self.labels = labels.detached()
  }

  /// Creates a data set with class numbers as labels.
  ///
  /// - Precondition: there is one label for each position along the first axis of the inputs.
  public init(inputs: Tensor, labels: [Int]) {
    self.init(inputs: inputs, labels: Tensor(indices: labels))
  }

  /// The number of examples.
  public var count: Int { inputs.shape[0] }

  /// The examples with the given numbers, in that order.
  public func batch(at indices: [Int]) -> LabeledBatch {
    let rows = checkedRows(indices, count: count)
    return LabeledBatch(
      inputs: Tensor(inputs.ndArray.gathered(rows, along: 0)),
      labels: Tensor(labels.ndArray.gathered(rows, along: 0)))
  }
}

extension LabeledImages: Dataset {
  /// The images with the given numbers: inputs `[n, height · width]`, labels `[n]` of type `int32`.
  public func batch(at indices: [Int]) -> LabeledBatch {
    let rows = checkedRows(indices, count: count)
    return LabeledBatch(
      inputs: Tensor(images.gathered(rows, along: 0)),
      labels: Tensor(indices: indices.map { labels[$0] }))
  }
}

private func checkedRows(_ indices: [Int], count: Int) -> NDArray {
  for index in indices {
    require(
      index >= 0 && index < count,
      "batch(at:): there is no example \(index) among \(count). Examples count from 0.")
  }
  return NDArray(indices.map { Int32($0) }, shape: [indices.count])
}
