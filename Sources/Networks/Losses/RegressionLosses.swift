// The distances between predicted and true numbers. p stands for a prediction, y for its target.

import AdjointDifferentiation
import AdjointElementary
import AdjointSupport

/// Half the squared error, `½ (p - y)²`; its derivative is the error itself.
///
/// Predictions and targets have one shape; nothing is broadcast.
public func halfSquaredError(
  _ predictions: Tensor, _ targets: Tensor, reduction: LossReduction = .mean
) -> Tensor {
  compared("halfSquaredError", ("predictions", "targets"), predictions, targets) { p, y in
    // ½ (p - y)²
    reduction(0.5 * (p - y).squared())
  }
}

/// The squared error, `(p - y)²`, by default its mean.
///
/// Predictions and targets have one shape; nothing is broadcast.
public func meanSquaredError(
  _ predictions: Tensor, _ targets: Tensor, reduction: LossReduction = .mean
) -> Tensor {
  compared("meanSquaredError", ("predictions", "targets"), predictions, targets) { p, y in
    // (p - y)²
    reduction((p - y).squared())
  }
}

/// The absolute error, `|p - y|`, by default its mean; where it is zero, so is its derivative.
///
/// Predictions and targets have one shape; nothing is broadcast.
public func meanAbsoluteError(
  _ predictions: Tensor, _ targets: Tensor, reduction: LossReduction = .mean
) -> Tensor {
  compared("meanAbsoluteError", ("predictions", "targets"), predictions, targets) { p, y in
    // |p - y|
    reduction(abs(p - y))
  }
}

/// Huber's loss: `½ r²` for `|r| ≤ δ`, else `δ (|r| - ½ δ)`, with `r = p - y`.
///
/// It is squared near zero and absolute far away, so single wild targets count less. Its derivative
/// is the error, cut off at ±δ. Predictions and targets have one shape; nothing is broadcast.
///
/// - Precondition: `delta` is finite and positive.
public func huber(
  _ predictions: Tensor, _ targets: Tensor, delta: Double = 1, reduction: LossReduction = .mean
) -> Tensor {
  require(
    delta > 0 && delta.isFinite, "huber: delta is \(delta). Pass a finite number above 0.")
  return compared("huber", ("predictions", "targets"), predictions, targets) { p, y in
    let r = p - y
    // ½ r²             if |r| ≤ δ, where c = r
    // δ (|r| - ½ δ)    otherwise,  where c = ±δ
    // Both are c (r - ½ c): no branch computes the square of a wild r, which could overflow.
    let c = max(min(r, Tensor(delta, dtype: r.dtype)), Tensor(-delta, dtype: r.dtype))
    return reduction(c * (r - 0.5 * c))
  }
}
