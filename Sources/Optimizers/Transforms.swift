// The arithmetic of the links that the published optimizers are made of. It has never heard of
// models or chains. In the equations u is the update, t counts the updates, and state arrays start
// at zero.

import AdjointArrays

/// `u ← η(step) u`, where `η` is the learning rate, or a factor beside it.
struct ScaleBySchedule: GradientTransform {
  let schedule: Optimizer.Schedule
  let setsLearningRate: Bool
  private(set) var rate = 0.0

  init(_ schedule: Optimizer.Schedule, isLearningRate: Bool) {
    self.schedule = schedule
    setsLearningRate = isLearningRate
  }

  var name: String { setsLearningRate ? "scale" : "multiply" }
  mutating func prepare(for step: Optimizer.ParameterStep) { rate = schedule.value(at: step.step) }
  func apply(to stretch: borrowing Optimizer.Stretch) {
    stretch.update.multiply(by: rate)
  }

  /// `w ← w − η g`: gradient descent and nothing else, without the memory that `η g` would wait in.
  func makeStep(on step: borrowing Optimizer.WholeStep) -> Bool {
    step.parameter.combine(1, adding: -rate, times: step.gradient)
    return true
  }
}

/// `u ← −u`.
struct Ascend: GradientTransform {
  var name: String { "ascend" }
  func apply(to stretch: borrowing Optimizer.Stretch) { stretch.update.multiply(by: -1) }
}

/// `v ← μ v + u`, then `u ← v`, or with Nesterov's look ahead `u ← u + μ v`.
struct Momentum: GradientTransform {
  let decay: Double
  let isNesterov: Bool

  var name: String { "momentum" }
  var stateNames: [String] { ["velocity"] }
  func apply(to stretch: borrowing Optimizer.Stretch) {
    let update = stretch.update
    let velocity = stretch.state(0)
    velocity.combine(decay, adding: 1, times: update)
    if isNesterov {
      update.combine(1, adding: decay, times: velocity)
    } else {
      update.assign(velocity)
    }
  }
}

/// `v ← ρ v + (1 − ρ) u²`, then `u ← u / (√v + ε)`.
struct ScaleByRootMeanSquare: GradientTransform {
  let decay: Double
  let epsilon: Double

  var name: String { "rootMeanSquare" }
  var stateNames: [String] { ["meanSquare"] }
  func apply(to stretch: borrowing Optimizer.Stretch) {
    let update = stretch.update
    let square = stretch.state(0)
    square.combine(decay, adding: 1 - decay, timesSquareOf: update)
    update.assign(1, times: update, overRootOf: 1, times: square, plus: epsilon)
  }
}

/// `m ← β₁ m + (1 − β₁) u` and `v ← β₂ v + (1 − β₂) u²`, then `u ← m̂ / (√v̂ + ε)` with
/// `m̂ = m / (1 − β₁ᵗ)` and `v̂ = v / (1 − β₂ᵗ)`.
struct ScaleByAdam: GradientTransform {
  let beta1: Double
  let beta2: Double
  let epsilon: Double
  fileprivate var correction1 = 1.0
  fileprivate var correction2 = 1.0

  init(beta1: Double, beta2: Double, epsilon: Double) {
    self.beta1 = beta1
    self.beta2 = beta2
    self.epsilon = epsilon
  }

  var name: String { "adam" }
  var stateNames: [String] { ["firstMoment", "secondMoment"] }

  // In Double whatever the element type: in the first steps 1 − 0.999ᵗ would lose four digits of
  // float32's seven.
  mutating func prepare(for step: Optimizer.ParameterStep) {
    correction1 = 1 / (1 - power(beta1, step.updateCount))
    correction2 = 1 / (1 - power(beta2, step.updateCount))
  }

  func apply(to stretch: borrowing Optimizer.Stretch) {
    let update = stretch.update
    let first = stretch.state(0)
    let second = stretch.state(1)
    first.combine(beta1, adding: 1 - beta1, times: update)
    second.combine(beta2, adding: 1 - beta2, timesSquareOf: update)
    update.assign(correction1, times: first, overRootOf: correction2, times: second, plus: epsilon)
  }

  func fused(with next: any GradientTransform) -> (any GradientTransform)? {
    FusedAdam(adam: self, weights: nil, scale: nil).fused(with: next)
  }
}

/// Adam with the weight decay and the learning rate that follow it: with a rate, the whole step is
/// one pass in registers.
private struct FusedAdam: GradientTransform {
  var adam: ScaleByAdam
  var weights: AddDecayedWeights?
  var scale: ScaleBySchedule?

  var name: String { adam.name }
  var stateNames: [String] { adam.stateNames }
  var setsLearningRate: Bool { scale?.setsLearningRate ?? false }

  mutating func prepare(for step: Optimizer.ParameterStep) {
    adam.prepare(for: step)
    scale?.prepare(for: step)
  }

  func apply(to stretch: borrowing Optimizer.Stretch) {
    adam.apply(to: stretch)
    weights?.apply(to: stretch)
    scale?.apply(to: stretch)
  }

  func fused(with next: any GradientTransform) -> (any GradientTransform)? {
    guard scale == nil else { return nil }
    var fused = self
    switch next {
    case let next as ScaleBySchedule: fused.scale = next
    case let next as AddDecayedWeights where weights == nil: fused.weights = next
    default: return nil
    }
    return fused
  }

  func makeStep(on step: borrowing Optimizer.WholeStep) -> Bool {
    guard let scale else { return false }
    step.makeAdamStep(
      AdamFactors(
        beta1: adam.beta1, beta2: adam.beta2, correction1: adam.correction1,
        correction2: adam.correction2, epsilon: adam.epsilon, weightDecay: weights?.decay,
        rate: scale.rate))
    return true
  }
}

extension Optimizer.WholeStep {
  fileprivate func makeAdamStep(_ factors: AdamFactors) {
    let first = state(0)
    let second = state(1)
    NumberUpdates.adam(
      dtype, count, factors, gradient: gradientAddress, first: first.address,
      second: second.address, parameter: parameterAddress)
  }
}

/// `u ← u + λ w`, where `w` is the parameter.
struct AddDecayedWeights: GradientTransform {
  let decay: Double

  var name: String { "addDecayedWeights" }
  func apply(to stretch: borrowing Optimizer.Stretch) {
    stretch.update.combine(1, adding: decay, times: stretch.parameter)
  }
}

/// `u ← u · min(1, c / ‖u‖)`, the norm taken over all parameters together.
struct ClipGlobalNorm: GradientTransform {
  let maximum: Double
  private var factor = 1.0

  init(_ maximum: Double) { self.maximum = maximum }

  var name: String { "clipGlobalNorm" }
  var readsNorm: Bool { true }
  mutating func prepare(for step: Optimizer.ParameterStep) {
    factor = step.norm > maximum ? maximum / step.norm : 1
  }
  func apply(to stretch: borrowing Optimizer.Stretch) {
    if factor != 1 { stretch.update.multiply(by: factor) }
  }
}

/// `u ← min(max(u, a), b)`, element by element.
struct Clip: GradientTransform {
  let range: ClosedRange<Double>

  var name: String { "clip" }
  func apply(to stretch: borrowing Optimizer.Stretch) { stretch.update.clamp(to: range) }
}

/// `base` to a whole power, by repeated squaring: the same bits on every platform, unlike the C
/// library's `pow`.
func power(_ base: Double, _ exponent: Int) -> Double {
  var result = 1.0
  var square = base
  var rest = max(0, exponent)
  while rest > 0 {
    if rest & 1 == 1 { result *= square }
    square *= square
    rest >>= 1
  }
  return result
}
