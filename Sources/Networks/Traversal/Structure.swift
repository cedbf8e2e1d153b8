// What this file knows: the form of a model with the tensors taken out, and the names of their places.
//
// It is a tree of slots in one array: what a `Codable` conformance wrote, in the order it wrote it. A
// flat list of tensors would do for conformances made by the compiler, which read in the order they
// write; a tree also serves those written by hand, which may read in any order and by name.

import AdjointDifferentiation

/// The form of a model without its tensors.
///
/// `@unchecked Sendable`: nothing changes after the initializer, and the carried values are parts of
/// a model, which is Sendable.
final class Structure: @unchecked Sendable {
  /// A place in the tree.
  struct Slot {
    /// The name within a keyed container.
    var key = ""
    /// The position within an unkeyed container, else -1.
    var position: Int32 = -1
    var parent: Int32 = -1
    /// The number of places within an unkeyed container.
    var count: Int32 = 0
    var content = Content.empty
  }

  /// What stands in a place.
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
  let slots: [Slot]
  let carried: [any Encodable]

  init(model: Any.Type, slots: [Slot], carried: [any Encodable]) {
    self.model = model
    self.slots = slots
    self.carried = carried
  }

  /// A mistake of the model as a whole.
  func error(_ problem: String, _ remedy: String) -> ModelError {
    ModelError(
      model: String(describing: model),
      mistakes: [.untraversable(path: "", problem: problem, remedy: remedy)])
  }

  // MARK: Names

  /// The name of a place: the keys on the way to it, joined with dots.
  static func name(of slot: Int32, in slots: [Slot]) -> String {
    var keys: [String] = []
    var slot = slot
    while slot > 0 {
      let place = slots[Int(slot)]
      keys.append(place.position >= 0 ? String(place.position) : place.key)
      slot = place.parent
    }
    return keys.reversed().joined(separator: ".")
  }

  /// The name of a tensor.
  ///
  /// A model that is nothing but one tensor calls it `value`.
  private func tensorName(_ slot: Int) -> String {
    slot == 0 ? "value" : Structure.name(of: Int32(slot), in: slots)
  }

  /// The names of the trained tensors, in order.
  var trainedNames: [String] {
    slots.indices.compactMap { slot in
      if case .trained = slots[slot].content { tensorName(slot) } else { nil }
    }
  }

  /// The tensors with their names in the order of declaration, trained and untrained.
  func named(_ trained: [Tensor], _ untrained: [Tensor]) -> [(
    name: String, value: Tensor, isTrained: Bool
  )] {
    slots.indices.compactMap { slot in
      switch slots[slot].content {
      case .trained(let place): (tensorName(slot), trained[Int(place)], true)
      case .untrained(let place): (tensorName(slot), untrained[Int(place)], false)
      default: nil
      }
    }
  }
}

/// A key made of a place's own name.
struct SlotKey: CodingKey {
  let stringValue: String
  let intValue: Int?

  init(_ slot: Structure.Slot) {
    intValue = slot.position >= 0 ? Int(slot.position) : nil
    stringValue = intValue.map(String.init) ?? slot.key
  }
  init(stringValue: String) {
    self.stringValue = stringValue
    intValue = nil
  }
  init(intValue: Int) {
    stringValue = String(intValue)
    self.intValue = intValue
  }

  static func path(to slot: Int32, in slots: [Structure.Slot]) -> [any CodingKey] {
    var keys: [any CodingKey] = []
    var slot = slot
    while slot > 0 {
      keys.append(SlotKey(slots[Int(slot)]))
      slot = slots[Int(slot)].parent
    }
    return keys.reversed()
  }
}

/// A value of one type as one of another type that has turned out to be the same.
///
/// A dynamic cast would do this in ten times the time, and the traversal does little else.
///
/// - Precondition: `T` is `U`.
@inline(__always)
func identical<T, U>(_ value: T, _ type: U.Type) -> U { unsafeBitCast(value, to: type) }

/// The value, if it is of the given type.
@inline(__always)
func opened<T: Encodable, U>(_ value: T, _ type: U.Type) -> U? {
  T.self == U.self ? identical(value, type) : nil
}
