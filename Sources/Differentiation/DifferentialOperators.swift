// What this file knows: gradients of functions of tensors, models and mixtures of them.
//
//   valueWithGradient : (X → R) → X → (R, X*)
//   valueWithPullback : (X → Y) → X → (Y, Y* → X*)
//
// Each is the teaching door behind a closure: open a tape, make variables, call the function, walk
// back. A mistake in a shape or element type inside the closure is thrown here, once.
//
// All are disfavored against the concrete forms for numbers, or a literal argument (`at: 3.0`), which
// could be any of them, would cost seconds of type-checking. The forms for one argument exist because
// a tuple of one element, as a parameter pack returns it, cannot be used in an expression directly.

/// The value and the gradient of a function with one number as its result.
///
/// ```swift
/// let (loss, gradient) = try valueWithGradient(at: model) { model in
///   softmaxCrossEntropy(logits: model(batch.inputs), labels: batch.labels)
/// }
/// ```
///
/// - Parameters:
///   - x: tensors, models, scalars, or arrays and dictionaries of them.
///   - f: a function of them that returns a tensor with one element.
/// - Returns: the value, and one derivative for each argument.
/// - Throws: `TensorError` for shapes or element types that do not fit, for a result with more than
///   one element, for an argument without derivatives; and whatever `f` throws.
/// - Complexity: a small multiple of the cost of `f`.
@_disfavoredOverload
public func valueWithGradient<each X: Differentiable>(
  at x: repeat each X, of f: (repeat each X) throws -> Tensor
) throws -> (value: Tensor, gradient: (repeat (each X).Adjoint)) {
  try differentiating(at: repeat each x, of: f)
}

/// The gradient of a function with one number as its result.
@_disfavoredOverload
public func gradient<each X: Differentiable>(
  at x: repeat each X, of f: (repeat each X) throws -> Tensor
) throws -> (repeat (each X).Adjoint) {
  try valueWithGradient(at: repeat each x, of: f).gradient
}

/// The value and the gradient of a function of tensors or models that returns a scalar.
@_disfavoredOverload
public func valueWithGradient<each X: Differentiable>(
  at x: repeat each X, of f: (repeat each X) throws -> Scalar
) throws -> (value: Scalar, gradient: (repeat (each X).Adjoint)) {
  try differentiating(at: repeat each x, of: f)
}

/// The gradient of a function of tensors or models that returns a scalar.
@_disfavoredOverload
public func gradient<each X: Differentiable>(
  at x: repeat each X, of f: (repeat each X) throws -> Scalar
) throws -> (repeat (each X).Adjoint) {
  try valueWithGradient(at: repeat each x, of: f).gradient
}

/// The value of a function with a tensor of any shape as its result, and its transposed derivative.
///
/// `pullback(seed)` takes an adjoint of the result's shape and returns the adjoints of the arguments.
/// The closure keeps the tape; it may be called many times.
///
/// - Throws: as ``valueWithGradient(at:of:)``; the pullback throws when the seed does not have the
///   shape of the result.
@_disfavoredOverload
public func valueWithPullback<each X: Differentiable>(
  at x: repeat each X, of f: (repeat each X) throws -> Tensor
) throws -> (value: Tensor, pullback: (Tensor) throws -> (repeat (each X).Adjoint)) {
  try pullingBack(at: repeat each x, of: f)
}

/// The transposed derivative of a function with a tensor of any shape as its result.
@_disfavoredOverload
public func pullback<each X: Differentiable>(
  at x: repeat each X, of f: (repeat each X) throws -> Tensor
) throws -> (Tensor) throws -> (repeat (each X).Adjoint) {
  try valueWithPullback(at: repeat each x, of: f).pullback
}

// MARK: One argument

/// The value and the gradient of a function of one tensor or model.
@_disfavoredOverload
public func valueWithGradient<X: Differentiable>(
  at x: X, of f: (X) throws -> Tensor
) throws -> (value: Tensor, gradient: X.Adjoint) {
  let (value, gradient) = try differentiating(at: x, of: f)
  return (value, gradient)
}

/// The gradient of a function of one tensor or model.
@_disfavoredOverload
public func gradient<X: Differentiable>(
  at x: X, of f: (X) throws -> Tensor
) throws -> X.Adjoint {
  try valueWithGradient(at: x, of: f).gradient
}

/// The value and the gradient of a function of one tensor or model that returns a scalar.
@_disfavoredOverload
public func valueWithGradient<X: Differentiable>(
  at x: X, of f: (X) throws -> Scalar
) throws -> (value: Scalar, gradient: X.Adjoint) {
  let (value, gradient) = try differentiating(at: x, of: f)
  return (value, gradient)
}

/// The gradient of a function of one tensor or model that returns a scalar.
@_disfavoredOverload
public func gradient<X: Differentiable>(
  at x: X, of f: (X) throws -> Scalar
) throws -> X.Adjoint {
  try valueWithGradient(at: x, of: f).gradient
}

/// The value of a function of one tensor or model, and its transposed derivative.
@_disfavoredOverload
public func valueWithPullback<X: Differentiable>(
  at x: X, of f: (X) throws -> Tensor
) throws -> (value: Tensor, pullback: (Tensor) throws -> X.Adjoint) {
  let (value, pullback) = try pullingBack(at: x, of: f)
  return (value, pullback)
}

/// The transposed derivative of a function of one tensor or model.
@_disfavoredOverload
public func pullback<X: Differentiable>(
  at x: X, of f: (X) throws -> Tensor
) throws -> (Tensor) throws -> X.Adjoint {
  try valueWithPullback(at: x, of: f).pullback
}

// MARK: What all of them do

/// Opens a tape, makes variables, calls the function, walks back, reads the adjoints off.
private func differentiating<Result: Differentiated, each X: Differentiable>(
  at x: repeat each X, of f: (repeat each X) throws -> Result
) throws -> (value: Result, gradient: (repeat (each X).Adjoint)) {
  try Level.open(on: recordingTape(repeat each x)) { level in
    let inputs = (repeat (each x).recorded(in: level))
    let y = try f(repeat each inputs)
    try level.check()
    let adjoints = try y.gradients(in: level)
    return (y.leaving(level), (repeat (each inputs).adjoint(in: adjoints)))
  }
}

/// Opens a tape, makes variables, calls the function, and leaves the walk to a closure that keeps
/// the tape.
private func pullingBack<each X: Differentiable>(
  at x: repeat each X, of f: (repeat each X) throws -> Tensor
) throws -> (value: Tensor, pullback: (Tensor) throws -> (repeat (each X).Adjoint)) {
  try Level.open(on: recordingTape(repeat each x), keepsTape: true) { level in
    let inputs = (repeat (each x).recorded(in: level))
    let y = try f(repeat each inputs)
    try level.check()
    return (
      y.leaving(level),
      { seed in
        let seed = try y.seed(seed, "pullback(at:of:)")
        let adjoints = try level.adjoints(of: y, seed: seed, releases: false)
        return (repeat (each inputs).adjoint(in: adjoints))
      }
    )
  }
}

private func recordingTape<each X: Differentiable>(_ x: repeat each X) -> Tape? {
  var tape: Tape?
  for x in repeat each x {
    if tape == nil { tape = x.recordingTape }
  }
  return tape
}
