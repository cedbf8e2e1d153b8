// Models small enough to be followed by hand, and gradients made to order.

import Adjoint

/// A model that is one tensor.
struct Vector: Model {
  var w: Tensor

  init(_ values: [Double], dtype: DType = .float64) { w = Tensor(values, dtype: dtype) }
}

/// A model with a nested name: `layer.weight`, `layer.bias`, `scale`.
struct Nested: Model {
  struct Layer: Model {
    var weight: Tensor
    var bias: Tensor
  }

  var layer: Layer
  var scale: Tensor

  init(weight: [Double] = [1, 2, 3, 4], bias: [Double] = [5, 6], scale: Double = 7) {
    layer = Layer(
      weight: Tensor(weight, shape: [2, weight.count / 2], dtype: .float64),
      bias: Tensor(bias, dtype: .float64))
    self.scale = Tensor(scale, dtype: .float64)
  }

  /// A gradient whose every element is the given number; nil leaves the parameter unreached.
  func gradient(weight: Double?, bias: Double?, scale: Double?) -> Gradient<Nested> {
    func leaf(_ number: Double?, _ parameter: Tensor) -> Tensor? {
      number.map { .full(parameter.shape, $0, dtype: parameter.dtype) }
    }
    return Gradient(
      leaves: [
        leaf(weight, layer.weight), leaf(bias, layer.bias), leaf(scale, self.scale),
      ], like: self)
  }
}

extension Vector {
  func gradient(_ values: [Double]) -> Gradient<Vector> {
    Gradient(leaves: [Tensor(values, dtype: w.dtype)], like: self)
  }
}

/// Numbers of moderate size from a seed.
func numbers(_ count: Int, seed: UInt64) -> [Double] {
  var generator = RandomGenerator(seed: seed)
  return Tensor.normal(shape: [count], dtype: .float64, using: &generator).doubles
}

/// The largest distance between two lists, relative to numbers larger than one.
func distance(_ a: [Double], _ b: [Double]) -> Double {
  guard a.count == b.count else { return .infinity }
  return zip(a, b).reduce(0) { largest, pair in
    let error = abs(pair.0 - pair.1) / max(1, abs(pair.1))
    // `max` would drop a NaN.
    return error <= largest ? largest : error
  }
}

/// What a chain makes of one gradient, seen with a learning rate of 1: `u = w − w'`.
func update(
  _ chain: TransformChain, of gradient: [Double], at weights: [Double]? = nil
) throws -> [Double] {
  var model = Vector(weights ?? gradient.map { _ in 0 })
  var optimizer = Optimizer(for: model, chain, .scale(by: 1))
  let before = model.w.doubles
  try optimizer.update(&model, along: model.gradient(gradient))
  return zip(before, model.w.doubles).map { $0 - $1 }
}
