// The structure of a model without its tensors, and the names of their fields. It has never heard
// of encoders and decoders.
//
// It is a tree of fields in one array: what a `Codable` conformance wrote, in the order it wrote
// it. A flat list of tensors would do for conformances made by the compiler, which read in the
// order they write; a tree also serves those written by hand, which may read in any order and by
// name.

import AdjointDifferentiation

/// The structure of a model without its tensors.
///
/// `@unchecked Sendable`: nothing changes after the initializer, and the carried values are parts
/// of a model, which is Sendable.
final class Structure: @unchecked Sendable {
  /// What a model holds under one name: a tensor, another value, or further fields.
  struct Field {
    /// The name within a keyed container.
    var key = ""
    /// The position within an unkeyed container, else -1.
    var position: Int32 = -1
    var parent: Int32 = -1
    /// The number of elements, in an unkeyed container.
    var count: Int32 = 0
    var content = Content.empty
  }

  /// What stands in a field.
  enum Content: Equatable {
    case empty
    /// `encodeIfPresent` of nothing: not written, but remembered so that reading is quick.
    case absent
    case null
    case keyed
    case unkeyed
    case trained(Int32)
    case untrained(Int32)
    case carried(Int32)
  }

  let model: Any.Type
  let fields: [Field]
  let carried: [any Encodable]
  /// What is wrong with the model, if it cannot be taken apart; there are no fields then.
  let mistake: ModelError?

  init(model: Any.Type, fields: [Field], carried: [any Encodable]) {
    self.model = model
    self.fields = fields
    self.carried = carried
    mistake = nil
  }

  init(model: Any.Type, mistake: ModelError) {
    self.model = model
    fields = []
    carried = []
    self.mistake = mistake
  }

  /// A mistake of the model as a whole.
  func error(_ problem: String, _ remedy: String) -> ModelError {
    ModelError(
      model: String(describing: model),
      mistakes: [.untraversable(path: "", problem: problem, remedy: remedy)])
  }

  // MARK: Names

  /// The name of a field: the keys on the way to it, joined with dots.
  static func name(of field: Int32, in fields: [Field]) -> String {
    var keys: [String] = []
    var field = field
    while field > 0 {
      let step = fields[Int(field)]
      keys.append(step.position >= 0 ? String(step.position) : step.key)
      field = step.parent
    }
    return keys.reversed().joined(separator: ".")
  }

  /// The name of a tensor.
  ///
  /// A model that is nothing but one tensor calls it `value`.
  private func tensorName(_ field: Int) -> String {
    field == 0 ? "value" : Structure.name(of: Int32(field), in: fields)
  }

  /// The names of the trained tensors, in order.
  var trainedNames: [String] {
    fields.indices.compactMap { field in
      if case .trained = fields[field].content { tensorName(field) } else { nil }
    }
  }

  /// The tensors with their names in the order of declaration, trained and untrained.
  func named(_ trained: [Tensor], _ untrained: [Tensor]) -> [(
    name: String, value: Tensor, isTrained: Bool
  )] {
    fields.indices.compactMap { field in
      switch fields[field].content {
      case .trained(let index): (tensorName(field), trained[Int(index)], true)
      case .untrained(let index): (tensorName(field), untrained[Int(index)], false)
      default: nil
      }
    }
  }
}
