// The well-known methods as chains, each under its published equation. In the equations g is the
// gradient, w the parameter, η the learning rate, t counts the updates from 1, and everything
// accumulated starts at zero.

import AdjointSupport

extension TransformChain {
  /// Gradient descent: `w ← w − η g`.
  ///
  /// Cauchy 1847, "Méthode générale pour la résolution des systèmes d'équations simultanées".
  public static func gradientDescent(learningRate: Optimizer.Schedule) -> TransformChain {
    .scale(by: learningRate)
  }

  /// Stochastic gradient descent with momentum.
  ///
  ///     g ← g + λ w
  ///     v ← μ v + g
  ///     w ← w − η v                (Nesterov: w ← w − η (g + μ v))
  ///
  /// Sutskever et al. 2013, "On the importance of initialization and momentum in deep learning",
  /// with the learning rate outside the velocity, as has become usual.
  ///
  /// - Precondition: Nesterov's form has a momentum.
  public static func sgd(
    learningRate: Optimizer.Schedule, momentum: Double = 0, nesterov: Bool = false,
    weightDecay: Double = 0
  ) -> TransformChain {
    require(
      momentum != 0 || !nesterov,
      "sgd: Nesterov's look ahead has no momentum to look along. Pass a momentum, such as 0.9.")
    return TransformChain(
      weightDecay == 0 ? TransformChain([]) : .addDecayedWeights(weightDecay),
      momentum == 0 ? TransformChain([]) : .momentum(momentum, nesterov: nesterov),
      .scale(by: learningRate))
  }

  /// RMSProp, steps in units of the root mean square of the gradient.
  ///
  ///     v ← ρ v + (1 − ρ) g²
  ///     w ← w − η g / (√v + ε)
  ///
  /// Tieleman and Hinton 2012, "Lecture 6.5 - RMSProp", COURSERA: Neural Networks for Machine
  /// Learning. With momentum, the quotient passes through a velocity before the learning rate.
  public static func rmsProp(
    learningRate: Optimizer.Schedule, decay: Double = 0.9, epsilon: Double = 1e-8,
    momentum: Double = 0
  ) -> TransformChain {
    TransformChain(
      .scaleByRootMeanSquare(decay: decay, epsilon: epsilon),
      momentum == 0 ? TransformChain([]) : .momentum(momentum),
      .scale(by: learningRate))
  }

  /// Adam, the bias-corrected means of the gradient and of its square.
  ///
  ///     m ← β₁ m + (1 − β₁) g          m̂ = m / (1 − β₁ᵗ)
  ///     v ← β₂ v + (1 − β₂) g²         v̂ = v / (1 − β₂ᵗ)
  ///     w ← w − η m̂ / (√v̂ + ε)
  ///
  /// Kingma and Ba 2015, "Adam: A method for stochastic optimization".
  public static func adam(
    learningRate: Optimizer.Schedule, beta1: Double = 0.9, beta2: Double = 0.999,
    epsilon: Double = 1e-8
  ) -> TransformChain {
    TransformChain(
      .scaleByAdam(beta1: beta1, beta2: beta2, epsilon: epsilon), .scale(by: learningRate))
  }

  /// Adam without a learning rate, for a chain that sets one in a later link.
  ///
  /// ```swift
  /// Optimizer(for: model, .adam(), .scale(by: .cosine(from: 1e-3, over: 500)))
  /// ```
  public static func adam(
    beta1: Double = 0.9, beta2: Double = 0.999, epsilon: Double = 1e-8
  ) -> TransformChain { .scaleByAdam(beta1: beta1, beta2: beta2, epsilon: epsilon) }

  /// AdamW, which is Adam with decoupled weight decay.
  ///
  ///     m, v, m̂, v̂ as in Adam
  ///     w ← w − η (m̂ / (√v̂ + ε) + λ w)
  ///
  /// Loshchilov and Hutter 2019, "Decoupled weight decay regularization"; as in common use, the
  /// decay shrinks with the learning rate. Leave out biases with `decaying: .suffix("weight")`.
  public static func adamW(
    learningRate: Optimizer.Schedule, beta1: Double = 0.9, beta2: Double = 0.999,
    epsilon: Double = 1e-8,
    weightDecay: Double = 0.01, decaying filter: Optimizer.ParameterFilter = .all
  ) -> TransformChain {
    TransformChain(
      .scaleByAdam(beta1: beta1, beta2: beta2, epsilon: epsilon),
      .addDecayedWeights(weightDecay, to: filter),
      .scale(by: learningRate))
  }
}
