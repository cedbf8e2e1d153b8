// The derivative with respect to a model: for each parameter one tensor or none. What can be
// computed with it is in Gradient+VectorSpace.

import AdjointArrays
import AdjointDifferentiation
import AdjointSupport

/// The derivative of a number with respect to a model.
///
/// ```swift
/// let slopes = try gradient(at: model) { model in loss(model(x), y) }
/// slopes.hidden.weight          // a Tensor of the weight's shape
/// slopes["hidden.weight"]       // the same by name, nil if the loss never used it
/// slopes.unreached              // the names of parameters that the loss never used
/// ```
///
/// A parameter that the loss never used has no derivative, which is not the same as a derivative of
/// zero: it is usually a forgotten layer.
@dynamicMemberLookup
public struct Gradient<M: Model>: Sendable {
  /// The derivatives in the order of the model's parameters; nil where the loss used none.
  public var leaves: [Tensor?] {
    didSet {
      require(
        leaves.count == layouts.count,
        "leaves: a gradient of \(M.self) was given \(leaves.count). "
          + "Keep one for each of its \(layouts.count) parameters.")
    }
  }
  /// Shapes and element types of the parameters, by reference: a gradient is made in every step.
  let layouts: [ArrayLayout]
  let structure: Structure
  private let untrained: [ArrayLayout]

  init(leaves: [Tensor?], _ parts: _ModelParts) {
    self.leaves = leaves
    layouts = parts.layouts
    structure = parts.structure
    untrained = parts.untrained.map(\.layout)
  }

  /// A gradient from its leaves.
  ///
  /// - Precondition: there is one leaf for each parameter of the model, nil or of its type.
  public init(leaves: [Tensor?], like model: M) {
    self.init(leaves: leaves, model.collected)
    require(
      leaves.count == layouts.count,
      "Gradient: there are \(leaves.count) leaves for the \(layouts.count) parameters of "
        + "\(M.self). Pass one for each, or nil.")
    for (index, layout) in layouts.enumerated() {
      guard let leaf = leaves[index], !leaf.fields.hasType(of: layout.fields) else { continue }
      stop(
        "Gradient: the leaf of \(names[index]) is \(leaf.type), and the parameter "
          + "\(layout.dtype) \(layout.shape). Pass a leaf of the type of its parameter, or nil.")
    }
  }

  /// The gradient that is zero everywhere.
  public static func zero(like model: M) -> Gradient {
    let parts = model.collected
    return Gradient(leaves: parts.trained.map { Tensor.zeros(like: $0) }, parts)
  }

  // MARK: Access

  /// The names of the parameters, in order; made when asked for.
  public var names: [String] { structure.trainedNames }

  /// The gradient as a value of the model's type; zeros where no derivative arrived.
  ///
  /// Properties of the model that share a name with a property of the gradient, such as `norm`, are
  /// reached through it.
  public var model: M {
    M.rebuilt(
      _ModelParts(
        structure: structure,
        trained: zip(leaves, layouts).map { leaf, layout in
          leaf ?? .zeros(layout.shape, dtype: layout.dtype)
        },
        untrained: untrained.map(Tensor.standIn)))
  }

  /// The derivative with respect to a part of the model; zeros where none arrived.
  ///
  /// - Complexity: that of rebuilding the model's structure, some microseconds.
  public subscript<Value>(dynamicMember path: KeyPath<M, Value>) -> Value { model[keyPath: path] }

  /// The derivative with respect to the parameter of this name; nil if the loss never used it, or
  /// if the model has no such parameter.
  public subscript(name: String) -> Tensor? {
    names.firstIndex(of: name).flatMap { leaves[$0] }
  }

  // MARK: Unreached parameters

  /// The names of the parameters that the loss never used.
  public var unreached: [String] {
    guard leaves.contains(where: { $0 == nil }) else { return [] }
    return zip(names, leaves).compactMap { name, leaf in leaf == nil ? name : nil }
  }

  /// Checks that the loss used every parameter.
  ///
  /// - Throws: ``ModelError`` that lists the others.
  public func requireAllReached() throws(ModelError) {
    let unreached = unreached
    guard unreached.isEmpty else {
      throw ModelError(
        model: "\(M.self)", mistakes: unreached.map { .unreached(name: $0) })
    }
  }
}

extension Gradient: CustomStringConvertible {
  /// A table of name, shape and norm; parameters that the loss never used say so.
  public var description: String {
    var rows = [["name", "shape", "norm"]]
    for ((name, leaf), layout) in zip(zip(names, leaves), layouts) {
      rows.append([
        name, "\(layout.shape)",
        leaf.map { "\(rounded($0.ndArray.sumOfSquares().root))" }
          ?? ModelError.Mistake.unreached(name: name).description,
      ])
    }
    rows.append(["all", "", "\(rounded(norm))"])
    return alignedColumns(rows)
  }

  /// In `float32`, whose shortest form has as many digits as people read.
  private func rounded(_ value: Double) -> Float { Float(value) }
}
