// Transforms in a row, and restricted to some parameters. The chain has never heard of how it is
// run.

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
  /// Every parameter needs at least one such link on its way: ``Optimizer`` refuses to train
  /// without.
  public static func scale(by learningRate: Optimizer.Schedule) -> TransformChain {
    TransformChain(ScaleBySchedule(learningRate))
  }

  /// `u ← −u`: the optimizer climbs instead of descending.
  public static var ascend: TransformChain { TransformChain(Ascend()) }

  /// `v ← μ v + u`, then `u ← v`; with Nesterov's look ahead `u ← u + μ v`.
  ///
  /// Polyak 1964; Nesterov's form as in Sutskever et al. 2013, "On the importance of initialization
  /// and momentum in deep learning".
  public static func momentum(_ decay: Double = 0.9, nesterov: Bool = false) -> TransformChain {
    TransformChain(Momentum(decay: decay, isNesterov: nesterov))
  }

  /// `v ← ρ v + (1 − ρ) u²`, then `u ← u / (√v + ε)`.
  public static func scaleByRootMeanSquare(
    decay: Double = 0.9, epsilon: Double = 1e-8
  ) -> TransformChain {
    TransformChain(ScaleByRootMeanSquare(decay: decay, epsilon: epsilon))
  }

  /// `m ← β₁ m + (1 − β₁) u` and `v ← β₂ v + (1 − β₂) u²`, then
  /// `u ← (m / (1 − β₁ᵗ)) / (√(v / (1 − β₂ᵗ)) + ε)`.
  public static func scaleByAdam(
    beta1: Double = 0.9, beta2: Double = 0.999, epsilon: Double = 1e-8
  ) -> TransformChain {
    TransformChain(ScaleByAdam(beta1: beta1, beta2: beta2, epsilon: epsilon))
  }

  /// `u ← u + λ w`, where `w` is the parameter before the step.
  ///
  /// Before an adaptive link this is the gradient of the penalty `λ‖w‖²/2`; after it, the decoupled
  /// weight decay of ``adamW(learningRate:beta1:beta2:epsilon:weightDecay:decaying:)``.
  public static func addDecayedWeights(
    _ decay: Double, to filter: Optimizer.ParameterFilter = .all
  ) -> TransformChain {
    .only(filter, TransformChain(AddDecayedWeights(decay: decay)))
  }

  /// `u ← u · min(1, c / ‖u‖)`, the Euclidean norm taken over all parameters together.
  ///
  /// Pascanu et al. 2013, "On the difficulty of training recurrent neural networks". Free of charge
  /// as the first link; see ``GradientTransform/readsNorm`` for the others.
  public static func clipGlobalNorm(_ maximum: Double) -> TransformChain {
    TransformChain(ClipGlobalNorm(maximum))
  }

  /// `u ← min(max(u, lower), upper)`, element by element.
  public static func clip(to range: ClosedRange<Double>) -> TransformChain {
    TransformChain(Clip(range: range))
  }
}
