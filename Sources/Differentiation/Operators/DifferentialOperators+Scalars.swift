// Gradients of functions of numbers. It has never heard of tensors or models.
//
//   gradient : (R^n → R) → R^n → R^n
//
// Numbers in, numbers out; recorded scalars in, recorded scalars out, so that calls nest. Each form
// is one call of `differentiated` below: open a tape, call the function on variables, walk back.
// These calls cannot fail; a mistake with tensors inside such a function traps with its message.

import AdjointElementary
import AdjointSupport

/// Numbers in, numbers out.
func differentiated(
  _ values: [Double], returnsValue: Bool = true, _ f: ([Scalar]) -> Scalar
) -> (value: Double, gradient: [Double]) {
  Level.open(on: nil) { level in
    let inputs = level.tape.variables(values)
    let y = f(inputs)
    level.trapOnFailure()
    guard !level.isNested else {
      if returnsValue { level.requirePlainResults([y]) }
      let adjoints = level.adjoints(of: y)
      return (y.value, inputs.map { level.requirePlainResult(adjoints.scalar($0)).number })
    }
    guard let result = level.tape.index(of: y, "gradient(at:of:)") else {
      return (y.value, values.map { _ in 0 })
    }
    return (y.value, level.tape.gradient(of: Int(result), withRespectToFirst: values.count))
  }
}

/// Recorded scalars in, recorded scalars out.
func differentiated(
  _ values: [Scalar], _ f: ([Scalar]) -> Scalar
) -> (value: Scalar, gradient: [Scalar]) {
  Level.open(on: values.recordingTape) { level in
    let inputs = values.map { level.input($0) }
    let y = f(inputs)
    level.trapOnFailure()
    let adjoints = level.adjoints(of: y)
    return (level.result(y), [Scalar]._adjoint(of: inputs, in: adjoints))
  }
}

// MARK: One variable

/// The value and the derivative of a function of one number.
///
/// ```swift
/// let (value, slope) = valueWithGradient(at: 3.0) { x in x * x + sin(x) }
/// ```
///
/// - Complexity: a small multiple of the cost of the function, whatever the number of operations.
public func valueWithGradient(
  at x: Double, of f: (Scalar) -> Scalar
) -> (value: Double, gradient: Double) {
  let (value, gradient) = differentiated([x]) { f($0[0]) }
  return (value, gradient[0])
}

/// The value and the derivative of a function of one number, both recorded for an outer derivative.
public func valueWithGradient(
  at x: Scalar, of f: (Scalar) -> Scalar
) -> (value: Scalar, gradient: Scalar) {
  let (value, gradient) = differentiated([x]) { f($0[0]) }
  return (value, gradient[0])
}

/// The derivative of a function of one number.
public func gradient(at x: Double, of f: (Scalar) -> Scalar) -> Double {
  differentiated([x], returnsValue: false) { f($0[0]) }.gradient[0]
}

/// The derivative of a function of one number, recorded for an outer derivative.
public func gradient(at x: Scalar, of f: (Scalar) -> Scalar) -> Scalar {
  valueWithGradient(at: x, of: f).gradient
}

// MARK: Two and three variables

/// The value and the derivatives of a function of two numbers.
public func valueWithGradient(
  at x: Double, _ y: Double, of f: (Scalar, Scalar) -> Scalar
) -> (value: Double, gradient: (Double, Double)) {
  let (value, gradient) = differentiated([x, y]) { f($0[0], $0[1]) }
  return (value, (gradient[0], gradient[1]))
}

/// The value and the derivatives of a function of two numbers, recorded for an outer derivative.
public func valueWithGradient(
  at x: Scalar, _ y: Scalar, of f: (Scalar, Scalar) -> Scalar
) -> (value: Scalar, gradient: (Scalar, Scalar)) {
  let (value, gradient) = differentiated([x, y]) { f($0[0], $0[1]) }
  return (value, (gradient[0], gradient[1]))
}

/// The derivatives of a function of two numbers.
public func gradient(
  at x: Double, _ y: Double, of f: (Scalar, Scalar) -> Scalar
) -> (Double, Double) {
  let gradient = differentiated([x, y], returnsValue: false) { f($0[0], $0[1]) }.gradient
  return (gradient[0], gradient[1])
}

/// The derivatives of a function of two numbers, recorded for an outer derivative.
public func gradient(
  at x: Scalar, _ y: Scalar, of f: (Scalar, Scalar) -> Scalar
) -> (Scalar, Scalar) { valueWithGradient(at: x, y, of: f).gradient }

/// The value and the derivatives of a function of three numbers.
public func valueWithGradient(
  at x: Double, _ y: Double, _ z: Double,
  of f: (Scalar, Scalar, Scalar) -> Scalar
) -> (value: Double, gradient: (Double, Double, Double)) {
  let (value, gradient) = differentiated([x, y, z]) { f($0[0], $0[1], $0[2]) }
  return (value, (gradient[0], gradient[1], gradient[2]))
}

/// The value and the derivatives of a function of three numbers, recorded for an outer derivative.
public func valueWithGradient(
  at x: Scalar, _ y: Scalar, _ z: Scalar,
  of f: (Scalar, Scalar, Scalar) -> Scalar
) -> (value: Scalar, gradient: (Scalar, Scalar, Scalar)) {
  let (value, gradient) = differentiated([x, y, z]) { f($0[0], $0[1], $0[2]) }
  return (value, (gradient[0], gradient[1], gradient[2]))
}

/// The derivatives of a function of three numbers.
public func gradient(
  at x: Double, _ y: Double, _ z: Double,
  of f: (Scalar, Scalar, Scalar) -> Scalar
) -> (Double, Double, Double) {
  let gradient = differentiated([x, y, z], returnsValue: false) { f($0[0], $0[1], $0[2]) }
    .gradient
  return (gradient[0], gradient[1], gradient[2])
}

/// The derivatives of a function of three numbers, recorded for an outer derivative.
public func gradient(
  at x: Scalar, _ y: Scalar, _ z: Scalar,
  of f: (Scalar, Scalar, Scalar) -> Scalar
) -> (Scalar, Scalar, Scalar) { valueWithGradient(at: x, y, z, of: f).gradient }

// MARK: Whole numbers

// A literal without a decimal point means a number, too; without these forms `gradient(at: 3)`
// could be one of a `Double` or of a `Scalar`, and the compiler would ask which.

/// The value and the derivative of a function of one number.
public func valueWithGradient(
  at x: Int, of f: (Scalar) -> Scalar
) -> (value: Double, gradient: Double) { valueWithGradient(at: Double(x), of: f) }

/// The value and the derivatives of a function of two numbers.
public func valueWithGradient(
  at x: Int, _ y: Int, of f: (Scalar, Scalar) -> Scalar
) -> (value: Double, gradient: (Double, Double)) {
  valueWithGradient(at: Double(x), Double(y), of: f)
}

/// The value and the derivatives of a function of three numbers.
public func valueWithGradient(
  at x: Int, _ y: Int, _ z: Int, of f: (Scalar, Scalar, Scalar) -> Scalar
) -> (value: Double, gradient: (Double, Double, Double)) {
  valueWithGradient(at: Double(x), Double(y), Double(z), of: f)
}

/// The derivative of a function of one number.
public func gradient(at x: Int, of f: (Scalar) -> Scalar) -> Double {
  gradient(at: Double(x), of: f)
}

/// The derivatives of a function of two numbers.
public func gradient(
  at x: Int, _ y: Int, of f: (Scalar, Scalar) -> Scalar
) -> (Double, Double) { gradient(at: Double(x), Double(y), of: f) }

/// The derivatives of a function of three numbers.
public func gradient(
  at x: Int, _ y: Int, _ z: Int, of f: (Scalar, Scalar, Scalar) -> Scalar
) -> (Double, Double, Double) { gradient(at: Double(x), Double(y), Double(z), of: f) }

// MARK: Many variables

/// The value and the gradient of a function of many numbers.
@_disfavoredOverload
public func valueWithGradient<Number: DifferentiableNumber & PlainNumber>(
  at x: [Number], @ClosureBody<Scalar> of f: ([Number.Variable]) -> Scalar
) -> (value: Double, gradient: [Double]) {
  differentiated(Number._operands(x)) { f(Number._variables($0)) }
}

/// The value and the gradient of a function of many numbers, recorded for an outer derivative.
@_disfavoredOverload
public func valueWithGradient<Number: DifferentiableNumber & ScalarOperand>(
  at x: [Number], @ClosureBody<Scalar> of f: ([Number.Variable]) -> Scalar
) -> (value: Scalar, gradient: [Scalar]) {
  differentiated(Number._scalars(x)) { f(Number._variables($0)) }
}

/// The gradient of a function of many numbers.
@_disfavoredOverload
public func gradient<Number: DifferentiableNumber & PlainNumber>(
  at x: [Number], @ClosureBody<Scalar> of f: ([Number.Variable]) -> Scalar
) -> [Double] {
  differentiated(Number._operands(x), returnsValue: false) { f(Number._variables($0)) }.gradient
}

/// The gradient of a function of many numbers, recorded for an outer derivative.
@_disfavoredOverload
public func gradient<Number: DifferentiableNumber & ScalarOperand>(
  at x: [Number], @ClosureBody<Scalar> of f: ([Number.Variable]) -> Scalar
) -> [Scalar] { valueWithGradient(at: x, of: f).gradient }

// MARK: Functions that return functions

/// The gradient as a function: `gradient(of: f)(x)` is `gradient(at: x, of: f)`.
public func gradient(of f: @escaping (Scalar) -> Scalar) -> (Double) -> Double {
  { x in gradient(at: x, of: f) }
}

/// The gradient as a function of recorded scalars, so that it can be differentiated again.
@_disfavoredOverload
public func gradient(of f: @escaping (Scalar) -> Scalar) -> (Scalar) -> Scalar {
  { x in gradient(at: x, of: f) }
}

/// The value of a function of one number, and its pullback, `s ↦ s · f'(x)`.
///
/// `pullback(s)` is `s · f'(x)`. The closure keeps the tape; it may be called many times.
public func valueWithPullback(
  at x: Double, of f: (Scalar) -> Scalar
) -> (value: Double, pullback: (Double) -> Double) {
  let (values, pullback) = valueWithPullback(at: [x]) { [f($0[0])] }
  return (values[0], { seed in pullback([seed])[0] })
}

/// The map from a weight `s` to `s · f'(x)`.
public func pullback(at x: Double, of f: (Scalar) -> Scalar) -> (Double) ->
  Double
{
  valueWithPullback(at: x, of: f).pullback
}

/// The values of a function of many numbers with many results, and its transposed derivative.
///
/// `pullback(s)` is `Jᵀ s`, with `J[i, j] = ∂f_i/∂x_j`; it may be called many times.
@_disfavoredOverload
public func valueWithPullback<Number: DifferentiableNumber & PlainNumber>(
  at x: [Number], @ClosureBody<[Scalar]> of f: ([Number.Variable]) -> [Scalar]
) -> (value: [Double], pullback: ([Double]) -> [Double]) {
  Level.open(on: nil, keepsTape: true) { level in
    let inputs = level.tape.variables(Number._operands(x))
    let results = f(Number._variables(inputs))
    level.trapOnFailure()
    level.requirePlainResults(results)
    return (
      results.map(\.value),
      { seeds in
        require(
          seeds.count == results.count,
          "pullback(at:of:): there are \(seeds.count) seeds for the \(results.count) results of "
            + "the function. Pass one for each.")
        let tape = level.tape
        tape.header.takeOver()
        return tape.forgetting {
          // Σ s_i y_i, whose gradient is Jᵀ s.
          let combined = zip(seeds, results).reduce(Scalar(0)) { $0 + $1.0 * $1.1 }
          let adjoints = level.adjoints(of: combined, for: .pullback)
          return inputs.map { level.requirePlainResult(adjoints.scalar($0)).number }
        }
      }
    )
  }
}

/// The transposed derivative of a function of many numbers with many results.
@_disfavoredOverload
public func pullback<Number: DifferentiableNumber & PlainNumber>(
  at x: [Number], @ClosureBody<[Scalar]> of f: ([Number.Variable]) -> [Scalar]
) -> ([Double]) -> [Double] { valueWithPullback(at: x, of: f).pullback }
