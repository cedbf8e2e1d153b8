// What can be wrong between a model and the tensors it is given, and the sentences that say so.

import AdjointArrays
import AdjointDifferentiation

/// What does not fit between a model and its parameters: every mistake, with its full name.
public struct ModelError: Error, Sendable, Equatable {
  /// One mistake.
  public enum Mistake: Sendable, Equatable {
    /// The model has a tensor of this name and none was given.
    case missing(name: String, expected: TensorType)
    /// A tensor was given that the model has no tensor for.
    case unexpected(name: String, found: TensorType)
    /// Two tensors were given under one name.
    case duplicate(name: String)
    /// The shapes differ.
    case wrongShape(name: String, expected: Shape, found: Shape)
    /// The element types differ.
    case wrongElementType(name: String, expected: DType, found: DType)
    /// The loss was computed without this parameter.
    case unreached(name: String)
    /// The model's `Codable` conformance cannot be used to take it apart and rebuild it.
    case untraversable(path: String, problem: String, remedy: String)
  }

  /// The type of the model.
  public var model: String
  /// All that is wrong, in the order of the model's declarations.
  public var mistakes: [Mistake]

  /// Creates an error.
  public init(model: String, mistakes: [Mistake]) {
    self.model = model
    self.mistakes = mistakes
  }
}

extension ModelError: CustomStringConvertible {
  /// The model, then one line for each mistake with its remedy.
  public var description: String {
    if mistakes.count == 1 { return "\(model): \(mistakes[0])" }
    return "\(model): \(mistakes.count) mistakes\n"
      + mistakes.map { "  \($0)" }.joined(separator: "\n")
  }
}

extension ModelError.Mistake: AdjointError {
  /// What is wrong.
  public var problem: String { parts.problem }
  /// What to do about it.
  public var remedy: String { parts.remedy }

  private var parts: (problem: String, remedy: String) {
    switch self {
    case .missing(let name, let expected):
      (
        "`\(name)` is missing; the model expects \(expected)",
        "Add it, or give the tensors of a model of the same structure."
      )
    case .unexpected(let name, let found):
      (
        "`\(name)` (\(found)) is unexpected; the model has no tensor of that name",
        "Leave it out, or rename it to a name that `parameters` or `state` lists."
      )
    case .duplicate(let name):
      ("`\(name)` is given more than once", "Give each name one tensor.")
    case .wrongShape(let name, let expected, let found):
      (
        "`\(name)` has shape \(found) but the model expects \(expected)",
        expected.elementCount == found.elementCount
          ? "Reshape it with .reshaped(to: \(expected)), or transpose it if its axes are in another "
            + "order." : "Make the model with the sizes of the given tensors."
      )
    case .wrongElementType(let name, let expected, let found):
      (
        "`\(name)` has element type \(found) but the model expects \(expected)",
        "Convert it with .converted(to: .\(expected)), or the model with the same method."
      )
    case .unreached(let name):
      (
        "unreached: the loss never used \(name)",
        "Check that the layer is called, or freeze it."
      )
    case .untraversable(let path, let problem, let remedy):
      ((path.isEmpty ? "" : "at `\(path)`, ") + problem, remedy)
    }
  }
}
