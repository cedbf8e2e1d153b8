// The distances between predicted and true classes. p stands for a probability, z for a logit (a
// score from -∞ to ∞ that becomes a probability by sigmoid or softmax), t for a target.
//
// On logits the logarithm and the exponential are taken in one go, so nothing overflows and no
// digit is lost. Probabilities cannot be used as they are at 0 and 1, where the logarithm is
// infinite: they are clipped to ε … 1 - ε with ε = 2⁻²³ for float32 and 2⁻⁵² for float64. The
// derivative is taken at the clipped number, large and of the right sign; that of the clipping
// itself would be zero, and a prediction that is certain and wrong would never be corrected.

import AdjointArrays
import AdjointDifferentiation
import AdjointElementary

// MARK: Two classes

/// The cross-entropy `-(t log p + (1 - t) log(1 - p))` of probabilities of two classes.
///
/// Probabilities are clipped to `ε … 1 - ε`, with ε = 2⁻²³ for `float32` and 2⁻⁵² for `float64`; a
/// number well outside 0 … 1 is an error. Where there are logits, the overload for them is better.
///
/// - Parameters:
///   - probabilities: the predicted probabilities of the first class, of any shape.
///   - targets: 0 or 1, or something between, of the same shape and element type.
public func binaryCrossEntropy(
  probabilities: Tensor, targets: Tensor, reduction: LossReduction = .mean
) -> Tensor {
  let loss = "binaryCrossEntropy"
  return compared(loss, ("probabilities", "targets"), probabilities, targets) { p, t in
    if let mistake = mistake(inProbabilities: p, loss) { return mistake }
    let p = clipped(p)
    // -(t log p + (1 - t) log(1 - p))
    return reduction(-(t * log(p) + (1 - t) * log(1 - p)))
  }
}

/// The cross-entropy `-(t log σ(z) + (1 - t) log(1 - σ(z)))` of logits of two classes.
///
/// - Parameters:
///   - logits: scores, of any shape; `sigmoid(logits)` are the probabilities of the first class.
///   - targets: 0 or 1, or something between, of the same shape and element type.
public func binaryCrossEntropy(
  logits: Tensor, targets: Tensor, reduction: LossReduction = .mean
) -> Tensor {
  compared("binaryCrossEntropy", ("logits", "targets"), logits, targets) { z, t in
    // -(t log σ(z) + (1 - t) log(1 - σ(z))),  with  log σ(z) = -softplus(-z),
    //                                               log(1 - σ(z)) = -softplus(z).
    // The common form softplus(z) - t z loses all digits of a small loss.
    reduction(weighted(t, softplus(-z)) + weighted(1 - t, softplus(z)))
  }
}

// MARK: Several classes

/// The cross-entropy `-log p_y` of probabilities of several classes and the number `y` of the true
/// one.
///
/// Probabilities are clipped from below to 2⁻²³ for `float32` and 2⁻⁵² for `float64`.
///
/// - Parameters:
///   - probabilities: predictions of shape `[…, classes]`, such as `softmax(logits)`.
///   - labels: whole numbers from 0 below `classes`, of type `int32` and shape `[…]`.
public func categoricalCrossEntropy(
  probabilities: Tensor, labels: Tensor, reduction: LossReduction = .mean
) -> Tensor {
  let loss = "categoricalCrossEntropy"
  if let mistake = mistake(in: labels, for: probabilities, "probabilities", loss)
    ?? mistake(inProbabilities: probabilities, loss)
  {
    return mistake
  }
  // -log p_y
  return reduction(-log(clipped(picked(labels, of: probabilities))))
}

/// The cross-entropy `-log p_y` of probabilities of several classes and the number `y` of the true
/// one.
public func categoricalCrossEntropy(
  probabilities: Tensor, labels: [Int], reduction: LossReduction = .mean
) -> Tensor {
  withLabels(labels, probabilities, "categoricalCrossEntropy") {
    categoricalCrossEntropy(probabilities: probabilities, labels: $0, reduction: reduction)
  }
}

/// The cross-entropy `-Σ_c t_c log p_c` of probabilities of several classes and a true
/// distribution.
///
/// Probabilities are clipped as in the overload for labels; both arguments have shape
/// `[…, classes]`.
public func categoricalCrossEntropy(
  probabilities: Tensor, targets: Tensor, reduction: LossReduction = .mean
) -> Tensor {
  let loss = "categoricalCrossEntropy"
  return compared(loss, ("probabilities", "targets"), probabilities, targets) { p, t in
    if let mistake = mistake(inClassesOf: p, "probabilities", loss)
      ?? mistake(inProbabilities: p, loss)
    {
      return mistake
    }
    // -Σ_c t_c log p_c
    return reduction(-(t * log(clipped(p))).sum(over: -1))
  }
}

/// The cross-entropy `-log softmax(z)_y` of logits of several classes and the number `y` of the
/// true one.
///
/// - Parameters:
///   - logits: scores of shape `[…, classes]`.
///   - labels: whole numbers from 0 below `classes`, of type `int32` and shape `[…]`.
public func softmaxCrossEntropy(
  logits: Tensor, labels: Tensor, reduction: LossReduction = .mean
) -> Tensor {
  if let mistake = mistake(in: labels, for: logits, "logits", "softmaxCrossEntropy") {
    return mistake
  }
  // -log softmax(z)_y = log Σ_c exp(z_c) - z_y
  return reduction(logits.crossEntropyOfRows(labels))
}

/// The cross-entropy `-log softmax(z)_y` of logits of several classes and the number `y` of the
/// true one.
public func softmaxCrossEntropy(
  logits: Tensor, labels: [Int], reduction: LossReduction = .mean
) -> Tensor {
  withLabels(labels, logits, "softmaxCrossEntropy") {
    softmaxCrossEntropy(logits: logits, labels: $0, reduction: reduction)
  }
}

/// The cross-entropy `-Σ_c t_c log softmax(z)_c` of logits of several classes and a true
/// distribution.
///
/// Both arguments have shape `[…, classes]`.
public func softmaxCrossEntropy(
  logits: Tensor, targets: Tensor, reduction: LossReduction = .mean
) -> Tensor {
  compared("softmaxCrossEntropy", ("logits", "targets"), logits, targets) { z, t in
    if let mistake = mistake(inClassesOf: z, "logits", "softmaxCrossEntropy") { return mistake }
    // -Σ_c t_c log softmax(z)_c
    return reduction(weighted(t, -logSoftmax(z)).sum(over: -1))
  }
}

// MARK: Parts

/// `t x`, and 0 for a target of 0 even where `x` is infinite, as it is of an infinite logit: a
/// class that cannot be true costs nothing, however certain the prediction.
private func weighted(_ t: Tensor, _ x: Tensor) -> Tensor { Elementary.Scaled.at(t, x) }

/// The element of each row that its label names.
private func picked(_ labels: Tensor, of x: Tensor) -> Tensor {
  x.gatheredElements(labels.expanded(at: -1), along: -1).squeezed(at: -1)
}

/// The numbers, none closer to 0 or 1 than ε; the derivative is that of the identity.
private func clipped(_ p: Tensor) -> Tensor {
  let epsilon = p.dtype == .float64 ? Double.ulpOfOne : Double(Float.ulpOfOne)
  let value = p.detached()
  let low = Tensor(epsilon, dtype: p.dtype)
  let high = Tensor(1 - epsilon, dtype: p.dtype)
  return p + (min(max(value, low), high) - value)
}

/// The refusal of numbers that cannot be probabilities: they are logits, more often than not.
private func mistake(inProbabilities p: Tensor, _ loss: String) -> Tensor? {
  guard p.elementCount > 0, p.dtype.isFloatingPoint else { return nil }
  let value = p.detached()
  let (least, largest) = (value.minimum().item, value.maximum().item)
  // Rounding may carry the result of a softmax a little beyond 1.
  guard least < -1e-3 || largest > 1.001 else { return nil }
  return refused(
    loss, [p], "a probability is \(least < -1e-3 ? least : largest), outside of 0...1",
    "If these are logits, pass them as such: "
      + (loss == "binaryCrossEntropy"
        ? "binaryCrossEntropy(logits:targets:)." : "softmaxCrossEntropy(logits:…)."))
}

private func mistake(inClassesOf x: Tensor, _ name: String, _ loss: String) -> Tensor? {
  guard x.rank == 0 || x.shape[x.rank - 1] == 0 else { return nil }
  return refused(
    loss, [x], "the \(name) have shape \(x.shape), without any classes",
    "The last axis counts the classes.")
}

/// The refusal of labels that do not name one class for each row.
private func mistake(
  in labels: Tensor, for x: Tensor, _ name: String, _ loss: String
) -> Tensor? {
  if let mistake = mistake(inClassesOf: x, name, loss) { return mistake }
  let rows = Shape(x.shape.dropLast())
  let classes = x.shape[x.rank - 1]
  guard x.dtype.isFloatingPoint else {
    return refused(
      loss, [x], "the \(name) are \(x.dtype)", "Convert them, as in x.converted(to: .float32).")
  }
  guard labels.dtype == .int32 else {
    return refused(
      loss, [x, labels], "the labels are \(labels.dtype)",
      labels.shape == x.shape
        ? "Labels are int32 class numbers; a distribution is passed as targets."
        : "Labels are int32 class numbers: make them with Tensor(indices:) or "
          + ".converted(to: .int32).")
  }
  guard labels.shape == rows else {
    return refused(
      loss, [x, labels],
      "the \(name) have shape \(x.shape), so the labels must have shape \(rows), not "
        + "\(labels.shape)", "Give one label for each row of \(name).")
  }
  if let position = labels.ndArray.firstIndex(outside: 0..<classes) {
    return refusedLabel(Int(labels.ndArray.item(at: position)), position, classes, loss, x)
  }
  return nil
}

func refusedLabel(
  _ label: Int, _ position: Int, _ classes: Int, _ loss: String, _ x: Tensor
) -> Tensor {
  refused(
    loss, [x], "label \(label) at position \(position) is not one of the \(classes) classes",
    "Labels count from 0 to \(classes - 1).")
}

/// Calls a loss with labels as a tensor, if they fit into one.
func withLabels(
  _ labels: [Int], _ x: Tensor, _ loss: String, _ body: (Tensor) -> Tensor
) -> Tensor {
  let classes = x.shape.last ?? 0
  if let position = labels.firstIndex(where: { $0 < 0 || $0 >= classes }), classes > 0 {
    return refusedLabel(labels[position], position, classes, loss, x)
  }
  let rows = x.shape.dropLast()
  let tensor = Tensor(indices: classes > 0 ? labels : labels.map { _ in 0 })
  // A plain list names the rows of all leading axes in order.
  return body(rows.reduce(1, *) == labels.count ? tensor.reshaped(to: Array(rows)) : tensor)
}
