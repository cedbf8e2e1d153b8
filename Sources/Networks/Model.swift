// What a model is, and how it becomes variables of a tape. The traversal behind it is in
// Traversal/; what can be done with the parameters is in Model+Parameters.

import AdjointDifferentiation
import AdjointSupport

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
/// There is nothing to implement. The compiler writes the conformance to `Codable`, and that is how
/// a model is taken apart, named (`hidden.weight`), rebuilt and saved. Tensors, models, and arrays,
/// optionals and dictionaries of them are parameters, unless marked ``Untrained``. Every other
/// value (a count, a rate, an enum) is carried along as it is; one that holds tensors without being
/// a model is an error.
///
/// - Note: A conformance to `Codable` written by hand works too, as long as `init(from:)` reads
///   what `encode(to:)` wrote; ``validate()`` checks that.
/// - Note: A model is rebuilt several times in each training step. Default values in declarations,
///   such as `var scale = Tensor.ones([64])`, are made anew each time before they are replaced;
///   values set in an initializer are not.
///
/// A model is printed as its ``summary``: `print(model)` shows names, types and counts, not every
/// number. A model with a `description` of its own is printed as that.
public protocol Model: ModelComponent, Differentiable, AuxiliaryResult, Codable, Sendable,
  CustomStringConvertible
where Adjoint == Gradient<Self>, _Parts == _ModelParts {}

extension Model {
  // MARK: Differentiation

  public var _parts: _ModelParts {
    do throws(ModelError) {
      return try Collector.collecting(self)
    } catch {
      // Thrown when the parts are to become variables, where an error can be thrown.
      return _ModelParts(
        structure: Structure(model: Self.self, mistake: error), trained: [], untrained: [])
    }
  }

  public static func _recordingTape(of parts: _ModelParts) -> Tape? {
    parts.trained.first(where: \.isRecorded).flatMap { Tensor._recordingTape(of: $0) }
  }

  /// The same model with the parameters on the tape of a level, under their names.
  public static func _variables(
    for parts: _ModelParts, in level: Level
  ) throws(TensorError) -> (value: Self, parts: _ModelParts) {
    let structure = parts.structure
    if let mistake = structure.mistake { throw level.refusal(.notDifferentiable(mistake)) }
    for (position, leaf) in parts.trained.enumerated() where !leaf.dtype.isFloatingPoint {
      throw level.refusal(
        .notDifferentiable(
          "\(structure.trainedNames[position]): \(leaf.type)",
          "\(leaf.dtype) tensors have no derivatives",
          "Mark the property @Untrained, or convert the tensor with .converted(to: .float32)."))
    }
    let variables = parts.replacing(trained: parts.trained.map { level.input($0) })
    level.tape.setNames(of: variables.trained) { structure.trainedNames }
    do throws(ModelError) {
      return (try Rebuilder.rebuilding(Self.self, variables), variables)
    } catch {
      throw level.refusal(.notDifferentiable(error))
    }
  }

  /// The derivatives with respect to the parameters.
  public static func _adjoint(of parts: _ModelParts, in adjoints: Adjoints) -> Gradient<Self> {
    Gradient(leaves: parts.trained.map { adjoints.tensor($0) }, parts)
  }

  public func _detached() -> Self { mapTensors { $0.detached() } }

  // MARK: Taking apart and putting together

  /// Checks that the model can be taken apart, named and rebuilt.
  ///
  /// Conformances to `Codable` that the compiler writes always pass; call it in a test of a model
  /// with a conformance written by hand.
  ///
  /// - Throws: ``ModelError`` with the name of the property and the remedy.
  public func validate() throws(ModelError) {
    let parts = try Collector.collecting(self)
    let structure = parts.structure
    var seen: Set<String> = []
    let names = structure.named(parts.trained, parts.untrained).map(\.name)
    let duplicates = names.filter { !seen.insert($0).inserted }
    guard duplicates.isEmpty else {
      throw ModelError(model: "\(Self.self)", mistakes: duplicates.map { .duplicate(name: $0) })
    }
    let rebuilt = try Rebuilder.rebuilding(Self.self, parts)
    let again = try Collector.collecting(rebuilt)
    let namesAgain = again.structure.named(again.trained, again.untrained).map(\.name)
    guard names == namesAgain else {
      throw structure.error(
        "a rebuilt model has the tensors \(namesAgain) instead of \(names)",
        "Let init(from:) restore exactly what encode(to:) wrote.")
    }
  }

  /// The parts of the model; traps when its hand-written conformance to `Codable` does not allow
  /// it.
  ///
  /// A differentiated function throws the same text instead, and ``validate()`` throws it at any
  /// time.
  var collected: _ModelParts {
    do throws(ModelError) {
      return try Collector.collecting(self)
    } catch {
      stop(error.description)
    }
  }

  /// The model of some parts; traps as ``collected`` does.
  static func rebuilt(_ parts: _ModelParts) -> Self {
    do throws(ModelError) {
      return try Rebuilder.rebuilding(Self.self, parts)
    } catch {
      stop(error.description)
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

  fileprivate static func notDifferentiable(_ mistake: ModelError) -> TensorError {
    .notDifferentiable(mistake.model, "the model cannot be traversed", "\(mistake)")
  }
}
