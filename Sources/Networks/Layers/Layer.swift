// What layers have in common, which is all that a sequence of layers needs to know.

import AdjointDifferentiation
import AdjointSupport

/// A model that is a function from tensors to tensors.
///
/// Layers are called like functions: `layer(x)`. Some behave differently in training, `Dropout`
/// for one. They draw random numbers then, so the call for training is the one that passes a
/// generator; there is no switch to forget. Inside a differentiated call they ask for it, unless
/// ``forInference(_:)`` says that the network is meant as it is used.
///
/// ```swift
/// let prediction = network(x)                     // for use
/// let logits = network(x, using: &generator)      // for training
/// ```
public protocol Layer: Model {
  /// The layer's function.
  func callAsFunction(_ input: Tensor) -> Tensor

  /// The layer's function in training; by default the same.
  func callAsFunction(_ input: Tensor, using generator: inout some RandomNumberGenerator) -> Tensor
}

extension Layer {
  public func callAsFunction(
    _ input: Tensor, using generator: inout some RandomNumberGenerator
  ) -> Tensor { self(input) }
}

/// Stops at a size that is not positive: a layer without elements has nothing to compute with.
func requireSizes(_ layer: String, _ sizes: (name: String, value: Int)...) {
  for (name, value) in sizes {
    require(value > 0, "\(layer): \(name) is \(value). Pass a number of 1 or more.")
  }
}
