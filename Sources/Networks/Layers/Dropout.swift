// Dropout, which acts only where a generator is passed.

import AdjointArrays
import AdjointDifferentiation
import AdjointSupport

/// Each element becomes zero with probability `p`; the others are multiplied by `1/(1 - p)`.
///
/// The expectation of every element stays what it was, so a network trained with dropout is used
/// without it and without a factor. With probability 1 all elements become zero.
public func dropout(
  _ x: Tensor, probability: Double, using generator: inout some RandomNumberGenerator
) -> Tensor {
  requireProbability(probability, "dropout")
  if probability == 0 { return x }
  let survival = 1 - probability
  let mask = Tensor.bernoulli(probability: survival, shape: x.shape, using: &generator)
  // A choice and not a factor of zero, which would make NaN of an infinite adjoint. If nothing
  // survives there is nothing to be enlarged.
  return `where`(mask, x * (survival > 0 ? 1 / survival : 1), 0)
}

private func requireProbability(_ probability: Double, _ operation: String) {
  require(
    probability >= 0 && probability <= 1,
    "\(operation): the probability is \(probability). Pass a number from 0 to 1.")
}

/// A layer that sets some of its inputs to zero in training, so that no unit relies on another one.
///
/// Srivastava and others (2014). It acts when it is called with a generator, `layer(x, using: &g)`;
/// `layer(x)` is `x`, and is refused inside a differentiated call: a network in training that
/// forgot the generator would train without dropout. Where the derivative of the network in use is
/// meant, ``forInference(_:)`` says so.
public struct Dropout: Layer, ParameterFree, Hashable {
  /// The probability of becoming zero.
  public var probability: Double

  /// Creates a layer.
  ///
  /// - Precondition: the probability lies between 0 and 1.
  public init(_ probability: Double = 0.5) {
    requireProbability(probability, "Dropout")
    self.probability = probability
  }

  /// The input, unchanged.
  ///
  /// Inside a differentiated call it is refused as a ``TensorError`` unless ``forInference(_:)`` or
  /// `withoutRecording` surrounds it.
  public func callAsFunction(_ x: Tensor) -> Tensor {
    guard probability > 0, x.isDifferentiatedHere, !Inference.isMeant else { return x }
    return Tensor.failing(
      .generator, "Dropout", [x],
      ShapeError(
        problem: "it is called without a random number generator inside a differentiated call",
        remedy:
          "In training pass one on, as in network(x, using: &generator); to differentiate the "
          + "network as it is used, write forInference { network(x) }."))
  }

  /// The input with some elements set to zero and the others enlarged.
  public func callAsFunction(
    _ x: Tensor, using generator: inout some RandomNumberGenerator
  ) -> Tensor { dropout(x, probability: probability, using: &generator) }
}
