// How a model holds tensors that are part of its state but are not trained.

/// A part of a model that is saved and named but gets no gradient.
///
/// ```swift
/// struct Normalization: Model {
///   var scale: Tensor
///   @Untrained var runningMean: Tensor      // a statistic, updated by the model itself
///   @Untrained var backbone: Encoder        // a frozen model inside a trained one
/// }
/// ```
@propertyWrapper
public struct Untrained<Value: ModelComponent & Codable & Sendable>: ModelComponent, Codable,
  Sendable
{
  /// The tensor, or the model, or the collection of these.
  public var wrappedValue: Value

  /// Wraps a value.
  public init(wrappedValue: Value) { self.wrappedValue = wrappedValue }

  /// Reads the value; the wrapper leaves no trace in the encoded form.
  public init(from decoder: any Decoder) throws {
    wrappedValue = try decoder.singleValueContainer().decode(Value.self)
  }

  /// Writes the value; the wrapper leaves no trace in the encoded form.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(wrappedValue)
  }
}

/// What all ``Untrained`` wrappers have in common.
protocol UntrainedComponent {}
extension Untrained: UntrainedComponent {}
