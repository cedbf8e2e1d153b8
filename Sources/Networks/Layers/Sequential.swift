// Layers one after the other.
//
// The layers keep their types: a type-erased list could not be `Codable`, so it could neither be
// saved nor taken apart. The price is a long type, which is inferred and rarely written.

import AdjointDifferentiation

/// Layers applied one after the other.
///
/// ```swift
/// let network = Sequential {
///   Linear(inputs: 64, outputs: 32, using: &generator)
///   Activation.relu
///   for _ in 0..<2 { Linear(inputs: 32, outputs: 32, using: &generator) }
///   if dropsOut { Dropout(0.1) }
///   Linear(inputs: 32, outputs: 10, using: &generator)
/// }
/// ```
///
/// The parameters are named by position: `0.weight`, `2.1.bias`. The type is that of its layers,
/// such as `Sequential<Linear, Activation, Linear>`.
public struct Sequential<each L: Layer>: Layer {
  /// The layers; `network.layers.0` is the first.
  public var layers: (repeat each L)

  /// A sequence of the given layers.
  public init(_ layers: repeat each L) { self.layers = (repeat each layers) }

  /// A sequence of the layers listed in the closure.
  public init(@LayerBuilder layers: () throws -> Sequential<repeat each L>) rethrows {
    self = try layers()
  }

  /// The last layer's result.
  public func callAsFunction(_ input: Tensor) -> Tensor {
    var x = input
    for layer in repeat each layers { x = layer(x) }
    return x
  }

  /// The last layer's result in training.
  public func callAsFunction(
    _ input: Tensor, using generator: inout some RandomNumberGenerator
  ) -> Tensor {
    var x = input
    for layer in repeat each layers { x = layer(x, using: &generator) }
    return x
  }

  /// Reads the layers from a list.
  public init(from decoder: any Decoder) throws {
    var container = try decoder.unkeyedContainer()
    layers = (repeat try container.decode((each L).self))
  }

  /// Writes the layers as a list.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.unkeyedContainer()
    for layer in repeat each layers { try container.encode(layer) }
  }
}
