// Which types the traversal of a model enters, and how it finds out quickly.

import AdjointDifferentiation
import Synchronization

/// What the traversal of a model enters: tensors, models, and arrays, optionals and dictionaries of
/// them.
///
/// All other values of a model are carried along as they are. Conform your types to ``Model``, not
/// to this protocol.
public protocol ModelComponent {}

extension Tensor: ModelComponent {}
extension Array: ModelComponent where Element: ModelComponent {}
extension Optional: ModelComponent where Wrapped: ModelComponent {}
extension Dictionary: ModelComponent where Value: ModelComponent {}

/// A model without tensors, such as an activation function: the traversal carries it along whole.
public protocol ParameterFree: Model {}

/// A dictionary whose keys can be names: its entries are visited in the order of the keys, because
/// the order of a dictionary changes from run to run.
protocol NamedComponents {
  func visitInOrder(_ body: (_ name: String, _ value: any Encodable) throws -> Void) throws
}

extension Dictionary: NamedComponents where Key: CodingKeyRepresentable, Value: Encodable {
  func visitInOrder(_ body: (_ name: String, _ value: any Encodable) throws -> Void) throws {
    let named = map { (key: $0.key.codingKey, value: $0.value) }
    // Whole numbers in their own order: 2 comes before 10.
    let sorted = named.sorted { a, b in
      if let a = a.key.intValue, let b = b.key.intValue { return a < b }
      return a.key.stringValue < b.key.stringValue
    }
    for (key, value) in sorted { try body(key.stringValue, value) }
  }
}

/// A dictionary with keys of any kind.
protocol AnyDictionary {}
extension Dictionary: AnyDictionary {}

/// What the traversal does with a value of some type.
enum Treatment {
  /// Carry it along.
  case carry
  /// Let it encode itself into its field.
  case enter
  /// The same, and do not train what is inside.
  case enterUntrained
  /// Visit the entries in the order of their names.
  case visitInOrder
  /// Refuse it: its entries have no names and no order.
  case refuse
  /// A type seen for the first time: carry it, unless it turns out to hold tensors.
  case inspect

  // Asking a type for its conformances takes longer than all else the traversal does with a value.
  private static let known = Mutex<[ObjectIdentifier: Treatment]>([:])

  static func remembered(of type: Any.Type) -> Treatment {
    let key = ObjectIdentifier(type)
    if let treatment = known.withLock({ $0[key] }) { return treatment }
    let treatment = derived(of: type)
    if treatment != .inspect { remember(treatment, of: type) }
    return treatment
  }

  static func remember(_ treatment: Treatment, of type: Any.Type) {
    known.withLock { $0[ObjectIdentifier(type)] = treatment }
  }

  private static func derived(of type: Any.Type) -> Treatment {
    if type is any ParameterFree.Type { return .carry }
    if type is any UntrainedComponent.Type { return .enterUntrained }
    guard type is any ModelComponent.Type else { return .inspect }
    if type is any NamedComponents.Type { return .visitInOrder }
    return type is any AnyDictionary.Type ? .refuse : .enter
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
