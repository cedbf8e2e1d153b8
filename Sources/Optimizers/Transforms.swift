// What this file knows: the arithmetic of the links that the published optimizers are made of. It has
// never heard of models or chains. In the equations u is the update, t counts the updates, and state
// arrays start at zero.

import AdjointKernels

/// `u ← η(step) u`.
struct ScaleBySchedule: GradientTransform {
  let schedule: Schedule
  private(set) var rate = 0.0

  init(_ schedule: Schedule) { self.schedule = schedule }

  var name: String { "scale" }
  mutating func prepare(for step: ParameterStep) { rate = schedule.value(at: step.step) }
  func apply(to tile: borrowing Tile) { tile.update.multiply(by: rate) }
}

/// `u ← −u`.
struct Ascend: GradientTransform {
  var name: String { "ascend" }
  func apply(to tile: borrowing Tile) { tile.update.multiply(by: -1) }
}

/// `v ← μ v + u`, then `u ← v`, or with Nesterov's look ahead `u ← u + μ v`.
struct Momentum: GradientTransform {
  let decay: Double
  let isNesterov: Bool

  var name: String { "momentum" }
  var stateNames: [String] { ["velocity"] }
  func apply(to tile: borrowing Tile) {
    let update = tile.update
    let velocity = tile.state(0)
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
  func apply(to tile: borrowing Tile) {
    let update = tile.update
    let square = tile.state(0)
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
  private var correction1 = 1.0
  private var correction2 = 1.0

  init(beta1: Double, beta2: Double, epsilon: Double) {
    self.beta1 = beta1
    self.beta2 = beta2
    self.epsilon = epsilon
  }

  var name: String { "adam" }
  var stateNames: [String] { ["firstMoment", "secondMoment"] }

  // In Double whatever the element type: in the first steps 1 − 0.999ᵗ would lose four digits of
  // float32's seven.
  mutating func prepare(for step: ParameterStep) {
    correction1 = 1 / (1 - power(beta1, step.updateCount))
    correction2 = 1 / (1 - power(beta2, step.updateCount))
  }

  /// The numbers of the step that this link begins and a learning rate, after a weight decay or without
  /// one, ends.
  func factors(weightDecay: Double?, rate: Double) -> AdamFactors {
    AdamFactors(
      beta1: beta1, beta2: beta2, correction1: correction1, correction2: correction2,
      epsilon: epsilon, weightDecay: weightDecay, rate: rate)
  }

  func apply(to tile: borrowing Tile) {
    let update = tile.update
    let first = tile.state(0)
    let second = tile.state(1)
    first.combine(beta1, adding: 1 - beta1, times: update)
    second.combine(beta2, adding: 1 - beta2, timesSquareOf: update)
    update.assign(correction1, times: first, overRootOf: correction2, times: second, plus: epsilon)
  }
}

/// `u ← u + λ w`, where `w` is the parameter.
struct AddDecayedWeights: GradientTransform {
  let decay: Double

  var name: String { "addDecayedWeights" }
  func apply(to tile: borrowing Tile) {
    tile.update.combine(1, adding: decay, times: tile.parameter)
  }
}

/// `u ← u · min(1, c / ‖u‖)`, the norm taken over all parameters together.
struct ClipGlobalNorm: GradientTransform {
  let maximum: Double
  private var factor = 1.0

  init(_ maximum: Double) { self.maximum = maximum }

  var name: String { "clipGlobalNorm" }
  var readsNorm: Bool { true }
  mutating func prepare(for step: ParameterStep) {
    factor = step.norm > maximum ? maximum / step.norm : 1
  }
  func apply(to tile: borrowing Tile) {
    if factor != 1 { tile.update.multiply(by: factor) }
  }
}

/// `u ← min(max(u, a), b)`, element by element.
struct Clip: GradientTransform {
  let range: ClosedRange<Double>

  var name: String { "clip" }
  func apply(to tile: borrowing Tile) { tile.update.clamp(to: range) }
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
