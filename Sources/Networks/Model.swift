// What this file knows: what a model is, and how it becomes variables of a tape. The traversal behind
// it is in Traversal/; what can be done with the parameters is in Model+Parameters.

import AdjointDifferentiation

/// A struct of tensors and further models: something that can be trained.
///
/// ```swift
/// struct Classifier: Model {
///   var hidden: Linear
///   var output: Linear
///   func callAsFunction(_ x: Tensor) -> Tensor { output(relu(hidden(x))) }
/// }
/// ```
///
/// There is nothing to implement. The compiler writes the conformance to `Codable`, and that is how a
/// model is taken apart, named (`hidden.weight`), rebuilt and saved. Tensors, models, and arrays,
/// optionals and dictionaries of them are parameters, unless marked ``Untrained``. Every other value
/// (a count, a rate, an enum) is carried along as it is; one that holds tensors without being a model
/// is an error.
///
/// - Note: A conformance to `Codable` written by hand works too, as long as `init(from:)` reads what
///   `encode(to:)` wrote; ``validate()`` checks that.
/// - Note: A model is rebuilt several times in each training step. Default values in declarations,
///   such as `var scale = Tensor.ones([64])`, are made anew each time before they are replaced;
///   values set in an initializer are not.
public protocol Model: ModelComponent, Differentiable, Codable, Sendable
where Adjoint == Gradient<Self>, Parts == ModelParts {}

extension Model {
  // MARK: Differentiation

  /// The model taken apart into its form and its tensors.
  public var parts: ModelParts {
    do throws(ModelError) {
      return try Collector.collecting(self)
    } catch {
      return ModelParts(mistake: error, model: Self.self)
    }
  }

  /// The same model with the parameters on the tape of a level, under their names.
  public func recorded(in level: Level) -> Self { recorded(in: level, parts) }

  /// The same model with the parameters on the tape of a level, under their names.
  public func recorded(in level: Level, _ parts: ModelParts) -> Self {
    do throws(ModelError) {
      if let mistake = parts.mistake { throw mistake }
      let structure = parts.structure
      let trained = parts.trained
      for place in trained.indices where !trained[place].dtype.isFloatingPoint {
        let leaf = trained[place]
        level.tape.note(
          .notDifferentiable(
            "\(structure.trainedNames[place]): \(leaf.type)",
            "\(leaf.dtype) tensors have no derivatives",
            "Mark the property @Untrained, or convert the tensor with .converted(to: .float32)."))
        return self
      }
      let inputs = trained.map { level.input($0) }
      level.tape.setNames(of: inputs) { structure.trainedNames }
      parts.inputs = inputs
      return try Rebuilder.rebuilding(Self.self, structure, inputs, parts.untrained)
    } catch {
      level.tape.note(.notDifferentiable(error.model, "the model cannot be traversed", "\(error)"))
      return self
    }
  }

  /// The derivatives with respect to the parameters.
  public func adjoint(in adjoints: Adjoints) -> Gradient<Self> {
    let parts = collected
    parts.inputs = parts.trained
    return adjoint(in: adjoints, parts)
  }

  /// The derivatives with respect to the parameters.
  public func adjoint(in adjoints: Adjoints, _ parts: ModelParts) -> Gradient<Self> {
    Gradient(leaves: parts.inputs.map { adjoints.tensor($0) }, parts)
  }

  /// The tape that a parameter is recorded on already, if one is.
  public var recordingTape: Tape? { recordingTape(parts) }

  /// The tape that a parameter is recorded on already, if one is.
  public func recordingTape(_ parts: ModelParts) -> Tape? {
    parts.trained.first(where: \.isRecorded)?.recordingTape
  }

  // MARK: Taking apart and putting together

  /// Checks that the model can be taken apart, named and rebuilt.
  ///
  /// Conformances to `Codable` that the compiler writes always pass; call it in a test of a model
  /// with a conformance written by hand.
  ///
  /// - Throws: ``ModelError`` with the place and the remedy.
  public func validate() throws(ModelError) {
    let parts = try Collector.collecting(self)
    let structure = parts.structure
    var seen: Set<String> = []
    let names = structure.named(parts.trained, parts.untrained).map(\.name)
    let duplicates = names.filter { !seen.insert($0).inserted }
    guard duplicates.isEmpty else {
      throw ModelError(model: "\(Self.self)", mistakes: duplicates.map { .duplicate(name: $0) })
    }
    let rebuilt: Self = try Rebuilder.rebuilding(
      Self.self, structure, parts.trained, parts.untrained)
    let again = try Collector.collecting(rebuilt)
    let namesAgain = again.structure.named(again.trained, again.untrained).map(\.name)
    guard names == namesAgain else {
      throw structure.error(
        "a rebuilt model has the tensors \(namesAgain) instead of \(names)",
        "Let init(from:) restore exactly what encode(to:) wrote.")
    }
  }

  /// The parts of the model; traps when its hand-written conformance to `Codable` does not allow it.
  ///
  /// A differentiated function throws the same text instead, and ``validate()`` throws it at any time.
  var collected: ModelParts {
    do throws(ModelError) {
      return try Collector.collecting(self)
    } catch {
      fatalError(error.description)
    }
  }

  /// The model with other tensors in the same places.
  func rebuilt(_ structure: Structure, _ trained: [Tensor], _ untrained: [Tensor]) -> Self {
    Self.rebuilt(structure, trained, untrained)
  }

  static func rebuilt(_ structure: Structure, _ trained: [Tensor], _ untrained: [Tensor]) -> Self {
    do throws(ModelError) {
      return try Rebuilder.rebuilding(Self.self, structure, trained, untrained)
    } catch {
      fatalError(error.description)
    }
  }
}

extension TensorError {
  fileprivate static func notDifferentiable(
    _ operand: String, _ problem: String, _ remedy: String
  ) -> TensorError {
    TensorError(
      .notDifferentiable, operation: "gradient(at:of:)", operands: [operand], problem: problem,
      remedy: remedy)
  }
}
