// The models that the tests of this room share, and how a derivative is checked
// against differences of values.

import Adjoint
import Testing

/// Two layers, the second without a bias.
struct Classifier: Model {
  var hidden: Linear
  var output: Linear

  init(using generator: inout some RandomNumberGenerator, dtype: DType = .float32) {
    hidden = Linear(inputs: 3, outputs: 4, dtype: dtype, using: &generator)
    output = Linear(inputs: 4, outputs: 2, bias: false, dtype: dtype, using: &generator)
  }

  func callAsFunction(_ x: Tensor) -> Tensor { output(tanh(hidden(x))) }
}

func seeded(_ seed: UInt64 = 7) -> RandomGenerator { RandomGenerator(seed: seed) }

/// Compares a gradient with central differences.
///
/// The error of `(f(x + h) - f(x - h)) / 2h` is `h² f'''/6` and the rounding of `f` over `h`; with
/// h = 1e-5 both are about 1e-10.
func expectDerivative(
  at x: Tensor, tolerance: Double = 1e-7, sourceLocation: SourceLocation = #_sourceLocation,
  of f: (Tensor) -> Tensor
) throws {
  let derivative = try gradient(at: x, of: f).doubles
  let h = 1e-5
  for index in 0..<x.elementCount {
    var values = x.doubles
    let value = values[index]
    values[index] = value + h
    let above = f(Tensor(values, shape: x.shape.dimensions, dtype: .float64)).item
    values[index] = value - h
    let below = f(Tensor(values, shape: x.shape.dimensions, dtype: .float64)).item
    let difference = (above - below) / (2 * h)
    #expect(
      abs(derivative[index] - difference) <= tolerance * max(1, abs(difference)),
      "element \(index): \(derivative[index]) instead of \(difference)",
      sourceLocation: sourceLocation)
  }
}

/// The second derivative `Σ_j ∂²f/∂x_i∂x_j`, as the gradient of the sum of the gradient.
func sumOfSecondDerivatives(at x: Tensor, of f: (Tensor) -> Tensor) throws -> [Double] {
  try gradient(at: x) { x in try gradient(at: x, of: f).sum() }.doubles
}

/// The error that a differentiated function throws, without the place of the call.
func mistake(_ body: () throws -> Void) -> TensorError? {
  do {
    try body()
    return nil
  } catch {
    var mistake = error as? TensorError
    mistake?.location = nil
    return mistake
  }
}

func expectClose(
  _ a: [Double], _ b: [Double], tolerance: Double = 1e-12,
  sourceLocation: SourceLocation = #_sourceLocation
) {
  #expect(a.count == b.count, sourceLocation: sourceLocation)
  for (x, y) in zip(a, b) {
    #expect(
      abs(x - y) <= tolerance * max(1, abs(y)), "\(a) instead of \(b)",
      sourceLocation: sourceLocation)
  }
}
