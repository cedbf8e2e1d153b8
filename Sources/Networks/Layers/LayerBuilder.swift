// How `if` and `for` in a list of layers become layers themselves.

import AdjointDifferentiation

/// Builds a ``Sequential`` from a list of layers, with `if`, `else`, `switch` and `for`.
@resultBuilder
public enum LayerBuilder {
  /// A list of layers.
  public static func buildBlock<each L: Layer>(_ layers: repeat each L) -> Sequential<repeat each L>
  {
    Sequential<repeat each L>(repeat each layers)
  }
  /// One layer.
  public static func buildExpression<L: Layer>(_ layer: L) -> L { layer }
  /// `if` without `else`.
  public static func buildOptional<L: Layer>(_ layer: L?) -> OptionalLayer<L> {
    OptionalLayer(layer)
  }
  /// The first branch of `if` and `else`.
  public static func buildEither<First: Layer, Second: Layer>(
    first layer: First
  ) -> EitherLayer<First, Second> { .first(layer) }
  /// The second branch of `if` and `else`.
  public static func buildEither<First: Layer, Second: Layer>(
    second layer: Second
  ) -> EitherLayer<First, Second> { .second(layer) }
  /// `for`.
  public static func buildArray<L: Layer>(_ layers: [L]) -> RepeatedLayer<L> {
    RepeatedLayer(layers)
  }
}

/// A layer that may be missing, and is the identity then.
public struct OptionalLayer<L: Layer>: Layer {
  /// The layer.
  public var layer: L?

  /// Wraps a layer.
  public init(_ layer: L?) { self.layer = layer }

  /// The layer's result, or the input.
  public func callAsFunction(_ input: Tensor) -> Tensor { layer?(input) ?? input }

  /// The layer's result in training, or the input.
  public func callAsFunction(
    _ input: Tensor, using generator: inout some RandomNumberGenerator
  ) -> Tensor { layer?(input, using: &generator) ?? input }

  /// Reads the layer, or nothing.
  public init(from decoder: any Decoder) throws {
    layer = try decoder.singleValueContainer().decode(L?.self)
  }

  /// Writes the layer; the wrapper leaves no trace in the names.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(layer)
  }
}

/// One of two layers.
public enum EitherLayer<First: Layer, Second: Layer>: Layer {
  /// The layer of the `if` branch.
  case first(First)
  /// The layer of the `else` branch.
  case second(Second)

  /// The layer's result.
  public func callAsFunction(_ input: Tensor) -> Tensor {
    switch self {
    case .first(let layer): layer(input)
    case .second(let layer): layer(input)
    }
  }

  /// The layer's result in training.
  public func callAsFunction(
    _ input: Tensor, using generator: inout some RandomNumberGenerator
  ) -> Tensor {
    switch self {
    case .first(let layer): layer(input, using: &generator)
    case .second(let layer): layer(input, using: &generator)
    }
  }

  private enum CodingKeys: String, CodingKey { case first, second }

  /// Reads the layer of the branch that was written.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    if container.contains(.first) {
      self = .first(try container.decode(First.self, forKey: .first))
    } else {
      self = .second(try container.decode(Second.self, forKey: .second))
    }
  }

  /// Writes the layer under the name of its branch.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    switch self {
    case .first(let layer): try container.encode(layer, forKey: .first)
    case .second(let layer): try container.encode(layer, forKey: .second)
    }
  }
}

/// Layers of one type, applied one after the other.
public struct RepeatedLayer<L: Layer>: Layer {
  /// The layers.
  public var layers: [L]

  /// A sequence of the given layers.
  public init(_ layers: [L]) { self.layers = layers }

  /// The last layer's result.
  public func callAsFunction(_ input: Tensor) -> Tensor {
    layers.reduce(input) { x, layer in layer(x) }
  }

  /// The last layer's result in training.
  public func callAsFunction(
    _ input: Tensor, using generator: inout some RandomNumberGenerator
  ) -> Tensor {
    var x = input
    for layer in layers { x = layer(x, using: &generator) }
    return x
  }

  /// Reads the layers from a list.
  public init(from decoder: any Decoder) throws {
    layers = try decoder.singleValueContainer().decode([L].self)
  }

  /// Writes the layers as a list; the wrapper leaves no trace in the names.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(layers)
  }
}
