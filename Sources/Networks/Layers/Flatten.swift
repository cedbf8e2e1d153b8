// Joining the axes of each example, as a fully connected layer takes them.

import AdjointArrays
import AdjointDifferentiation

/// A layer that joins all axes but the first: `[n, a, b, …]` becomes `[n, a · b · …]`.
public struct Flatten: Layer, ParameterFree, Hashable {
  /// Creates a layer.
  public init() {}

  /// The input with one axis for each example.
  public func callAsFunction(_ x: Tensor) -> Tensor {
    guard let count = x.shape.first else {
      return Tensor.failing(
        .shape, "Flatten", [x],
        ShapeError(
          problem: "a single number has no axis of examples",
          remedy: "Pass a tensor whose first axis counts the examples."))
    }
    return x.reshaped(to: [count, x.shape.dropFirst().reduce(1, *)])
  }
}
