// How examples are divided at random into parts: to train, to validate, to test. It has never heard
// of batches or of formats.

import AdjointArrays
import AdjointDifferentiation
import AdjointSupport

extension LabeledDataset {
  /// The examples with the given numbers, in that order; a number may occur more than once.
  ///
  /// - Precondition: each index is in `0 ..< count`.
  public func subset(_ indices: [Int]) -> LabeledDataset {
    let part = batch(at: indices)
    return LabeledDataset(inputs: part.inputs, labels: part.labels)
  }

  /// Divides the examples at random into parts.
  ///
  /// Every example is in exactly one part. Of n examples part k gets either the floor of
  /// `n * fractions[k]` or one more, in random order. Equal generators give equal parts.
  ///
  /// ```swift
  /// var generator = RandomGenerator(seed: 1)
  /// let data = LabeledDataset(inputs: Tensor.zeros([10, 2]), labels: Tensor.zeros([10]))
  /// let parts = data.split([0.7, 0.3], using: &generator)
  /// print(parts[0].count, parts[1].count)  // 7 3
  /// ```
  ///
  /// - Precondition: no fraction is negative and their sum is 1.
  public func split(
    _ fractions: [Double], using generator: inout some RandomNumberGenerator
  ) -> [LabeledDataset] {
    divided([Array(0..<count)], fractions, using: &generator).map(subset)
  }

  /// Divides the examples at random into parts that each have the classes in the same proportion.
  ///
  /// Every example is in exactly one part. A class of n examples gives part k either the floor of
  /// `n * fractions[k]` or one more; the sizes of the parts are proportional too. Each part is in
  /// random order.
  ///
  /// - Precondition: no fraction is negative and their sum is 1; the labels are class numbers, of
  ///   shape `[count]` and type `int32`.
  public func stratifiedSplit(
    _ fractions: [Double], using generator: inout some RandomNumberGenerator
  ) -> [LabeledDataset] {
    require(
      labels.rank == 1 && labels.dtype == .int32,
      "stratifiedSplit: labels of type \(labels.type) are not one class number for each example. "
        + "Use split(_:using:).")
    var members: [Int32: [Int]] = [:]
    for (index, label) in labels.values(as: Int32.self).enumerated() {
      members[label, default: []].append(index)
    }
    let classes = members.sorted { $0.key < $1.key }.map(\.value)
    return divided(classes, fractions, using: &generator).map(subset)
  }
}

/// Divides the members of some classes at random into parts, each class in the given proportions.
///
/// The members of a class that are left over go to the parts that still lack some from the classes
/// before, so that the sizes of the parts stay proportional too.
func divided(
  _ classes: [[Int]], _ fractions: [Double], using generator: inout some RandomNumberGenerator
) -> [[Int]] {
  require(
    fractions.allSatisfy { $0 >= 0 } && abs(fractions.reduce(0, +) - 1) <= 1e-9,
    "split: the fractions are \(fractions). "
      + "Pass numbers from 0 to 1 whose sum is 1, such as [0.8, 0.2].")
  var parts = [[Int]](repeating: [], count: fractions.count)
  // What each part should have had so far, minus what it got.
  var owed = [Double](repeating: 0, count: fractions.count)
  for var members in classes {
    members.shuffle(using: &generator)
    // The tiny addend keeps 0.29 * 100 = 28.999999999999996 from losing an example.
    var sizes = fractions.map { Int((Double(members.count) * $0 + 1e-9).rounded(.down)) }
    for part in parts.indices {
      owed[part] += Double(members.count) * fractions[part] - Double(sizes[part])
    }
    for _ in 0..<max(0, members.count - sizes.reduce(0, +)) {
      // A part of fraction 0 is never owed anything and stays empty.
      guard let part = owed.indices.max(by: { owed[$0] < owed[$1] }) else { break }
      sizes[part] += 1
      owed[part] -= 1
    }
    var start = 0
    for part in parts.indices {
      let end = min(start + sizes[part], members.count)
      parts[part] += members[start..<end]
      start = end
    }
  }
  return parts.map { $0.shuffled(using: &generator) }
}
