// How often the largest score is that of the right class.

import AdjointDifferentiation

/// The share of rows whose largest logit stands at the label, from 0 to 1.
///
/// Of no rows it is NaN, as the mean of nothing is.
///
/// - Parameters:
///   - logits: scores or probabilities of shape `[…, classes]`.
///   - labels: whole numbers of type `int32` and shape `[…]`.
public func accuracy(logits: Tensor, labels: Tensor) -> Double {
  guard logits.rank > 0, Array(logits.shape.dropLast()) == labels.shape.dimensions else {
    return refused(
      "accuracy", [logits, labels],
      "the logits have shape \(logits.shape) and the labels \(labels.shape)",
      "Give one label for each row of logits."
    ).item
  }
  guard labels.dtype == .int32 else {
    return refused(
      "accuracy", [labels], "the labels are \(labels.dtype)",
      "Labels are int32 class numbers: make them with Tensor(indices:)."
    ).item
  }
  let predictions = logits.detached().argmax(over: -1).values(as: Int32.self)
  let pairs = zip(predictions, labels.values(as: Int32.self))
  return Double(pairs.count(where: { $0 == $1 })) / Double(predictions.count)
}

/// The share of rows whose largest logit stands at the label, from 0 to 1.
public func accuracy(logits: Tensor, labels: [Int]) -> Double {
  accuracy(logits: logits, labels: Tensor(indices: labels.map { Int(Int32(clamping: $0)) }))
}
