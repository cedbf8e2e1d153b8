// Transforms in a row, and restricted to some parameters. The chain has never heard of how it is
// run.

import AdjointSupport

/// Gradient transforms in a row, each taking what the one before it made of the gradient.
///
/// Optimizers take chains, so that links and whole methods mix freely; the order matters:
///
/// ```swift
/// Optimizer(for: model, .clipGlobalNorm(1), .adam(learningRate: 1e-3))
/// Optimizer(for: model, .scaleByAdam(), .addDecayedWeights(0.01), .scale(by: 1e-3))
/// ```
public struct TransformChain: Sendable {
  struct Link: Sendable {
    let transform: any GradientTransform
    let filter: Optimizer.ParameterFilter
  }

  let links: [Link]

  private init(links: [Link]) { self.links = links }

  /// A chain of one link.
  public init(_ transform: some GradientTransform) {
    links = [Link(transform: transform, filter: .all)]
  }

  /// The chains one after another as one.
  public init(_ chains: TransformChain...) { self.init(chains) }

  /// The chains one after another as one.
  public init(_ chains: [TransformChain]) { links = chains.flatMap(\.links) }

  /// The chain for some parameters only; the update of all others passes by it unchanged.
  ///
  /// A norm inside is taken over those parameters alone.
  ///
  /// ```swift
  /// Optimizer(
  ///   for: model, .scaleByAdam(),
  ///   .only(.prefix("encoder."), .scale(by: 1e-5)),
  ///   .only(!.prefix("encoder."), .scale(by: 1e-3)))
  /// ```
  public static func only(
    _ filter: Optimizer.ParameterFilter, _ chains: TransformChain...
  ) -> TransformChain {
    TransformChain(
      links: TransformChain(chains).links.map { link in
        Link(
          transform: link.transform,
          filter: link.filter == .all ? filter : .both(filter, link.filter))
      })
  }
}

// MARK: - Links

extension TransformChain {
  /// A transform of your own as a link; see ``GradientTransform``.
  public static func transform(_ transform: some GradientTransform) -> TransformChain {
    TransformChain(transform)
  }

  /// `u ← η u`, where the learning rate `η` may be a constant or depend on the step.
  ///
  /// Every parameter needs one such link on its way: ``Optimizer`` refuses to train without, and
  /// refuses two.
  ///
  /// - Precondition: no rate of the schedule is negative.
  public static func scale(by learningRate: Optimizer.Schedule) -> TransformChain {
    require(
      learningRate.lowest >= 0,
      "scale(by:): the learning rate is \(learningRate.lowest) in some step, which is negative. "
        + "Use rates of 0 or more, and the link .ascend to climb.")
    return TransformChain(ScaleBySchedule(learningRate, isLearningRate: true))
  }

  /// `u ← c u`, with a factor that is no learning rate, such as one for some of the parameters.
  ///
  /// ```swift
  /// Optimizer(for: model, .adam(learningRate: 1e-3), .only(.suffix("bias"), .multiply(by: 2)))
  /// ```
  ///
  /// - Precondition: the factor is finite.
  public static func multiply(by factor: Double) -> TransformChain {
    require(factor.isFinite, "multiply(by:): the factor is \(factor). Pass a finite number.")
    return TransformChain(ScaleBySchedule(.constant(factor), isLearningRate: false))
  }

  /// `u ← −u`: the optimizer climbs instead of descending.
  public static var ascend: TransformChain { TransformChain(Ascend()) }

  /// `v ← μ v + u`, then `u ← v`; with Nesterov's look ahead `u ← u + μ v`.
  ///
  /// Polyak 1964; Nesterov's form as in Sutskever et al. 2013, "On the importance of initialization
  /// and momentum in deep learning".
  ///
  /// - Precondition: the decay is at least 0 and below 1.
  public static func momentum(_ decay: Double = 0.9, nesterov: Bool = false) -> TransformChain {
    requireDecay(decay, "decay", "momentum")
    return TransformChain(Momentum(decay: decay, isNesterov: nesterov))
  }

  /// `v ← ρ v + (1 − ρ) u²`, then `u ← u / (√v + ε)`.
  ///
  /// - Precondition: the decay is at least 0 and below 1, and `epsilon` finite and not negative.
  public static func scaleByRootMeanSquare(
    decay: Double = 0.9, epsilon: Double = 1e-8
  ) -> TransformChain {
    requireDecay(decay, "decay", "scaleByRootMeanSquare")
    requireNotNegative(epsilon, "epsilon", "scaleByRootMeanSquare")
    return TransformChain(ScaleByRootMeanSquare(decay: decay, epsilon: epsilon))
  }

  /// `m ← β₁ m + (1 − β₁) u` and `v ← β₂ v + (1 − β₂) u²`, then
  /// `u ← (m / (1 − β₁ᵗ)) / (√(v / (1 − β₂ᵗ)) + ε)`.
  ///
  /// - Precondition: the betas are at least 0 and below 1, and `epsilon` is finite and not
  ///   negative.
  public static func scaleByAdam(
    beta1: Double = 0.9, beta2: Double = 0.999, epsilon: Double = 1e-8
  ) -> TransformChain {
    requireDecay(beta1, "beta1", "scaleByAdam")
    requireDecay(beta2, "beta2", "scaleByAdam")
    requireNotNegative(epsilon, "epsilon", "scaleByAdam")
    return TransformChain(ScaleByAdam(beta1: beta1, beta2: beta2, epsilon: epsilon))
  }

  /// `u ← u + λ w`, where `w` is the parameter before the step.
  ///
  /// Before an adaptive link this is the gradient of the penalty `λ‖w‖²/2`; after it, the decoupled
  /// weight decay of ``adamW(learningRate:beta1:beta2:epsilon:weightDecay:decaying:)``.
  ///
  /// - Precondition: the decay is finite and not negative.
  public static func addDecayedWeights(
    _ decay: Double, to filter: Optimizer.ParameterFilter = .all
  ) -> TransformChain {
    requireNotNegative(decay, "decay", "addDecayedWeights")
    return .only(filter, TransformChain(AddDecayedWeights(decay: decay)))
  }

  /// `u ← u · min(1, c / ‖u‖)`, the Euclidean norm taken over all parameters together.
  ///
  /// Pascanu et al. 2013, "On the difficulty of training recurrent neural networks". Free of charge
  /// as the first link; see ``GradientTransform/readsNorm`` for the others.
  ///
  /// - Precondition: the largest norm is finite and positive.
  public static func clipGlobalNorm(_ maximum: Double) -> TransformChain {
    require(
      maximum > 0 && maximum.isFinite,
      "clipGlobalNorm: the largest norm is \(maximum). Pass a finite number above 0.")
    return TransformChain(ClipGlobalNorm(maximum))
  }

  /// `u ← min(max(u, lower), upper)`, element by element.
  ///
  /// - Precondition: the range contains 0.
  public static func clip(to range: ClosedRange<Double>) -> TransformChain {
    require(
      range.contains(0),
      "clip(to:): the range \(range) leaves out 0, so that no update could be small. "
        + "Pass a range round 0, such as -1...1.")
    return TransformChain(Clip(range: range))
  }
}

/// Checks the share that a running mean keeps of what it was.
private func requireDecay(_ decay: Double, _ name: String, _ operation: String) {
  require(
    decay >= 0 && decay < 1,
    "\(operation): \(name) is \(decay). Pass a number from 0 to below 1, such as 0.9.")
}

private func requireNotNegative(_ number: Double, _ name: String, _ operation: String) {
  require(
    number >= 0 && number.isFinite,
    "\(operation): \(name) is \(number). Pass a finite number of 0 or more.")
}
