// The fully connected layer.

import AdjointArrays
import AdjointDifferentiation

/// A fully connected layer, `y = x W + b`.
///
/// The weight has shape `[inputs, outputs]`, so that rows of `x` are examples: an argument of shape
/// `[…, inputs]` gives a result of shape `[…, outputs]`, for any axes in front.
public struct Linear: Layer {
  /// The matrix `W`, of shape `[inputs, outputs]`.
  public var weight: Tensor
  /// The vector `b`, of shape `[outputs]`, if the layer has one.
  public var bias: Tensor?

  /// A layer with a given weight and bias.
  public init(weight: Tensor, bias: Tensor? = nil) {
    self.weight = weight
    self.bias = bias
  }

  /// A layer with random weights and a bias of zeros.
  ///
  /// - Parameters:
  ///   - inputs: the length of the last axis of the argument, at least 1.
  ///   - outputs: the length of the last axis of the result, at least 1.
  ///   - bias: whether something is added after the product.
  ///   - initializer: where the weights come from. Glorot's is made for `tanh` and `sigmoid`, He's
  ///     for `relu`.
  public init(
    inputs: Int, outputs: Int, bias: Bool = true, initializer: Initializer = .glorotUniform,
    dtype: DType = .float32, using generator: inout some RandomNumberGenerator
  ) {
    requireSizes("Linear", ("inputs", inputs), ("outputs", outputs))
    weight = initializer(shape: [inputs, outputs], dtype: dtype, using: &generator)
    self.bias = bias ? .zeros([outputs], dtype: dtype) : nil
  }

  /// The length of the last axis of the argument.
  public var inputs: Int { weight.shape.first ?? 0 }

  /// The length of the last axis of the result.
  public var outputs: Int { weight.shape.last ?? 0 }

  /// `x W + b`.
  public func callAsFunction(_ x: Tensor) -> Tensor {
    if let mistake = mistake(with: x) { return mistake }
    return bias.map { Tensor.affine(x, weight, $0) } ?? matmul(x, weight)
  }

  /// The refusal of an argument that does not fit; the names on the tape say which layer refuses.
  private func mistake(with x: Tensor) -> Tensor? {
    let shape = x.shape
    let result = TensorType(Shape(shape.dropLast() + [outputs]), x.dtype)
    if weight.rank == 2, shape.last == weight.shape[0] {
      guard let bias, bias.rank != 1 || bias.shape[0] != weight.shape[1] else { return nil }
      return Tensor.failing(
        .shape, "Linear", [bias, weight],
        ShapeError(
          problem: "the bias has shape \(bias.shape) and the weight \(weight.shape)",
          remedy: "A weight of shape [inputs, outputs] takes a bias of shape [outputs]."),
        placeholder: result)
    }
    guard weight.rank == 2 else {
      return Tensor.failing(
        .shape, "Linear", [weight],
        ShapeError(
          problem: "the weight has rank \(weight.rank)",
          remedy: "A weight is a matrix of shape [inputs, outputs]."),
        placeholder: result)
    }
    let problem =
      shape.last.map { "the last axis of the argument has length \($0)" }
      ?? "the argument is a single number"
    return Tensor.failing(
      .shape, "Linear", [weight, x],
      ShapeError(
        problem: "the layer takes \(inputs) inputs, but \(problem)",
        remedy: "Pass a tensor of shape [..., \(inputs)]"
          + (shape.last.map { ", or make the layer with inputs: \($0)." } ?? ".")),
      placeholder: result)
  }
}
