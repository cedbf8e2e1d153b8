// The refusal of a step or of a state.

import AdjointArrays

/// A step or a state that an optimizer refuses; nothing has been changed.
public struct OptimizerError: AdjointError, Equatable {
  /// What kind of refusal, for programs that react to it.
  public enum Kind: String, Sendable, Equatable, CaseIterable {
    /// The gradient holds an infinity or a NaN.
    case nonFiniteGradient
    /// The gradient is not that of the model that the optimizer was made for.
    case foreignGradient
    /// The model is not like the one that the optimizer was made for.
    case foreignModel
    /// The state is that of another chain or another model.
    case foreignState
    /// No link of the chain sets a learning rate for a parameter.
    case missingLearningRate
  }

  /// What kind of refusal.
  public var kind: Kind
  /// The first parameter or state concerned, such as `hidden.weight`, if one is.
  public var name: String?
  /// What is wrong.
  public var problem: String
  /// What to do about it.
  public var remedy: String

  /// Creates an error.
  public init(_ kind: Kind, name: String? = nil, problem: String, remedy: String) {
    self.kind = kind
    self.name = name
    self.problem = problem
    self.remedy = remedy
  }
}
