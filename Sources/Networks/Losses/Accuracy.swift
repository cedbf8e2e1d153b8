// How often the largest score is that of the right class.

import AdjointDifferentiation

/// The share of rows whose largest logit stands at the label, from 0 to 1.
///
/// Of no rows it is NaN, as the mean of nothing is.
///
/// - Parameters:
///   - logits: scores or probabilities of shape `[…, classes]`.
///   - labels: whole numbers from 0 below `classes`, of type `int32` and shape `[…]`. A label that
///     is no class, and shapes that do not fit, are refused as a ``TensorError``.
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
  guard logits.shape[logits.rank - 1] > 0 else {
    return refused(
      "accuracy", [logits], "the logits have shape \(logits.shape), without any classes",
      "The last axis counts the classes."
    ).item
  }
  let classes = logits.shape[logits.rank - 1]
  if let position = labels.ndArray.firstIndex(outside: 0..<classes) {
    let label = Int(labels.ndArray.item(at: position))
    return refusedLabel(label, position, classes, "accuracy", logits).item
  }
  let predictions = logits.detached().argmax(over: -1).values(as: Int32.self)
  let pairs = zip(predictions, labels.values(as: Int32.self))
  return Double(pairs.count(where: { $0 == $1 })) / Double(predictions.count)
}

/// The share of rows whose largest logit stands at the label, from 0 to 1.
public func accuracy(logits: Tensor, labels: [Int]) -> Double {
  withLabels(labels, logits, "accuracy") {
    Tensor(accuracy(logits: logits, labels: $0), dtype: .float64)
  }
  .item
}
