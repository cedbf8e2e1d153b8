// What one link of a chain says of itself. This file has never heard of any particular transform,
// nor of the loop that runs a chain.
//
//   optimizer : (gradient, state, parameter) → (update, state)
//
// Every published method is a few such functions in a row (the factoring of DeepMind's Optax). Here
// a link is given the update a stretch at a time and rewrites it in place, so that a chain of any
// length is one pass over memory and needs no arrays for what passes between its links.

import AdjointArrays

/// One link of an optimizer: it rewrites the update, with a state of its own if it needs one.
///
/// The update starts as the gradient, the direction of steepest *ascent*, and keeps that sense
/// along the whole chain; ``Optimizer`` subtracts what comes out at the end.
///
/// A transform of your own takes a few lines. Lion (Chen et al. 2023, "Symbolic discovery of
/// optimization algorithms"), `u = sign(β₁ m + (1 − β₁) g)`, `m ← β₂ m + (1 − β₂) g`:
///
/// ```swift
/// struct Lion: GradientTransform {
///   let name = "lion"
///   let stateNames = ["momentum"]
///
///   func apply(to stretch: borrowing Optimizer.Stretch) {
///     let update = stretch.update, momentum = stretch.state(0)
///     for i in 0..<stretch.count {
///       let g = update[i], m = momentum[i]
///       let direction = 0.9 * m + 0.1 * g
///       update[i] = direction > 0 ? 1 : direction < 0 ? -1 : 0
///       momentum[i] = 0.99 * m + 0.01 * g
///     }
///   }
/// }
///
/// var optimizer = Optimizer(for: model, .transform(Lion()), .scale(by: 1e-4))
/// ```
public protocol GradientTransform: Sendable {
  /// What the transform is called in descriptions and in the names of saved states.
  var name: String { get }

  /// The names of the arrays that the transform keeps for every parameter, each of the parameter's
  /// shape and zero before the first step; none by default.
  var stateNames: [String] { get }

  /// True if the transform asks for ``Optimizer/ParameterStep/norm``; false by default.
  ///
  /// The norm is that of the updates which enter this transform, so wherever such a transform is
  /// not the first, the chain is run up to it for all parameters before it goes on: a second pass
  /// over memory and one more array for each parameter.
  var readsNorm: Bool { get }

  /// True if the transform multiplies by a learning rate; false by default.
  ///
  /// ``Optimizer`` refuses to train a parameter with a chain in which no transform does, or two do.
  var setsLearningRate: Bool { get }

  /// Called before the stretches of each parameter in each step, to compute what all of them share.
  ///
  /// Whatever it notes in the transform must be a function of the argument alone: it is not saved.
  mutating func prepare(for step: Optimizer.ParameterStep)

  /// Rewrites the update of one stretch of a parameter, and the state of the transform.
  func apply(to stretch: borrowing Optimizer.Stretch)

  // MARK: Quicker ways

  /// This transform and the next one of the chain as one, or nil, the default, to have them run one
  /// after the other.
  ///
  /// The states of the two together are those of this transform, then those of the next. What they
  /// compute must be the same, whether the links stand alone or not.
  func fused(with next: any GradientTransform) -> (any GradientTransform)?

  /// Makes the whole step `w ← w − u`, where `u` is what ``apply(to:)`` makes of the gradient; or
  /// returns false, the default, to have the step made by way of ``apply(to:)``.
  ///
  /// Asked for if the end of the chain, for a parameter, is this transform alone. It saves the
  /// memory that the update would wait in. It must compute the same as ``apply(to:)``.
  func makeStep(on step: borrowing Optimizer.WholeStep) -> Bool
}

extension GradientTransform {
  /// No state.
  public var stateNames: [String] { [] }
  /// The norm is not needed.
  public var readsNorm: Bool { false }
  /// The update keeps its scale.
  public var setsLearningRate: Bool { false }
  /// Nothing to prepare.
  public mutating func prepare(for step: Optimizer.ParameterStep) {}
  /// The transforms are run one after the other.
  public func fused(with next: any GradientTransform) -> (any GradientTransform)? { nil }
  /// The step is made by way of ``apply(to:)``.
  public func makeStep(on step: borrowing Optimizer.WholeStep) -> Bool { false }
}

extension Optimizer {
  /// What a transform may know about one parameter in one step, beside the numbers of a stretch.
  public struct ParameterStep: Sendable {
    /// The name of the parameter, such as `hidden.weight`.
    public let name: String
    /// The shape of the parameter.
    public let shape: Shape
    /// The number of steps that the optimizer has made before this one; what schedules ask for.
    public let step: Int
    /// How often this parameter has been updated, this time included: the `t` of Adam's equations.
    ///
    /// Less than `step + 1` for a parameter that the loss did not reach in every step.
    public let updateCount: Int
    /// The Euclidean norm, over all parameters that the transform is given in this step, of the
    /// updates that enter it; zero unless ``GradientTransform/readsNorm`` is true.
    public let norm: Double
  }
}
