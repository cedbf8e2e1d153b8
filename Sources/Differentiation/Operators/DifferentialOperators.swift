// What this file knows: gradients of functions of tensors, models and mixtures of them.
//
//   valueWithGradient : (X → R) → X → (R, X*)
//   valueWithPullback : (X → Y) → X → (Y, Y* → X*)
//
// Each is the teaching door behind a closure: open a tape, make variables, call the function, walk
// back. A mistake in a shape or element type inside the closure is thrown here, once.
//
// What the compiler makes of a call decides about these signatures. They are disfavored against the
// concrete forms for numbers, or a literal argument (`at: 3.0`), which could be any of them, would
// cost seconds of type-checking. One form is generic over its result, because with two forms (for a
// tensor, for a scalar) the compiler first proves that the wrong one does not fit, formula by formula.
// One argument has a form of its own, because a tuple of one element, as a parameter pack returns it,
// cannot be used in an expression directly; so the packs begin with the second argument.

/// The value and the gradient of a function of one tensor or model.
///
/// ```swift
/// let (loss, gradient) = try valueWithGradient(at: model) { model in
///   softmaxCrossEntropy(logits: model(batch.inputs), labels: batch.labels)
/// }
/// ```
///
/// - Parameters:
///   - x: a tensor, a model, a scalar, or an array or dictionary of them.
///   - f: a function of it that returns a tensor with one element, or a scalar.
/// - Returns: the value, and the derivative with respect to the argument.
/// - Throws: `TensorError` for shapes or element types that do not fit, for a result with more than
///   one element, for an argument without derivatives; and whatever `f` throws.
/// - Complexity: a small multiple of the cost of `f`.
@_disfavoredOverload
public func valueWithGradient<X: Differentiable, Result: DifferentiableResult>(
  at x: X, of f: (X) throws -> Result
) throws -> (value: Result, gradient: X.Adjoint) {
  try differentiated(at: x, of: f, wantsValue: true)
}

/// The gradient of a function of one tensor or model.
@_disfavoredOverload
public func gradient<X: Differentiable, Result: DifferentiableResult>(
  at x: X, of f: (X) throws -> Result
) throws -> X.Adjoint {
  try differentiated(at: x, of: f, wantsValue: false).gradient
}

/// Value and gradient; a value that nobody wants is not computed if it has been put off.
private func differentiated<X: Differentiable, Result: DifferentiableResult>(
  at x: X, of f: (X) throws -> Result, wantsValue: Bool
) throws -> (value: Result, gradient: X.Adjoint) {
  let parts = x.parts
  return try Level.open(on: x.recordingTape(parts)) { level in
    let input = x.recorded(in: level, parts)
    let y = try f(input)
    try level.check()
    let adjoints = try y.gradients(in: level, wantsValue: wantsValue)
    return (y.leaving(level), input.adjoint(in: adjoints, parts))
  }
}

/// The value and the gradient of a function of several tensors, models or scalars.
///
/// ```swift
/// let (value, (dx, dy)) = try valueWithGradient(at: x, y) { x, y in (x * y).sum() }
/// ```
///
/// - Returns: the value, and one derivative for each argument.
/// - Throws: as the form for one argument.
@_disfavoredOverload
public func valueWithGradient<
  X: Differentiable, Y: Differentiable, each Z: Differentiable, Result: DifferentiableResult
>(
  at x: X, _ y: Y, _ z: repeat each Z, of f: (X, Y, repeat each Z) throws -> Result
) throws -> (value: Result, gradient: (X.Adjoint, Y.Adjoint, repeat (each Z).Adjoint)) {
  try differentiated(at: x, y, repeat each z, of: f, wantsValue: true)
}

/// The gradient of a function of several tensors, models or scalars.
@_disfavoredOverload
public func gradient<
  X: Differentiable, Y: Differentiable, each Z: Differentiable, Result: DifferentiableResult
>(
  at x: X, _ y: Y, _ z: repeat each Z, of f: (X, Y, repeat each Z) throws -> Result
) throws -> (X.Adjoint, Y.Adjoint, repeat (each Z).Adjoint) {
  try differentiated(at: x, y, repeat each z, of: f, wantsValue: false).gradient
}

/// Value and gradient for several arguments, likewise.
private func differentiated<
  X: Differentiable, Y: Differentiable, each Z: Differentiable, Result: DifferentiableResult
>(
  at x: X, _ y: Y, _ z: repeat each Z, of f: (X, Y, repeat each Z) throws -> Result,
  wantsValue: Bool
) throws -> (value: Result, gradient: (X.Adjoint, Y.Adjoint, repeat (each Z).Adjoint)) {
  let xParts = x.parts
  let yParts = y.parts
  let zParts = (repeat (each z).parts)
  let tape = recordingTape(x, y, repeat each z, parts: (xParts, yParts, repeat each zParts))
  return try Level.open(on: tape) { level in
    let first = x.recorded(in: level, xParts)
    let second = y.recorded(in: level, yParts)
    let rest = (repeat (each z).recorded(in: level, each zParts))
    let result = try f(first, second, repeat each rest)
    try level.check()
    let adjoints = try result.gradients(in: level, wantsValue: wantsValue)
    return (
      result.leaving(level),
      (
        first.adjoint(in: adjoints, xParts), second.adjoint(in: adjoints, yParts),
        repeat (each rest).adjoint(in: adjoints, each zParts)
      )
    )
  }
}

/// The value of a function of one tensor or model with a tensor of any shape as its result, and its
/// transposed derivative.
///
/// `pullback(seed)` takes an adjoint of the result's shape and returns the adjoint of the argument.
/// The closure keeps the tape; it may be called many times.
///
/// - Throws: as ``valueWithGradient(at:of:)``; the pullback throws when the seed does not have the
///   shape of the result.
@_disfavoredOverload
public func valueWithPullback<X: Differentiable>(
  at x: X, of f: (X) throws -> Tensor
) throws -> (value: Tensor, pullback: (Tensor) throws -> X.Adjoint) {
  let parts = x.parts
  return try Level.open(on: x.recordingTape(parts), keepsTape: true) { level in
    let input = x.recorded(in: level, parts)
    let y = try f(input)
    try level.check()
    return (
      y.leaving(level),
      { seed in input.adjoint(in: try level.adjoints(of: y, pulling: seed), parts) }
    )
  }
}

/// The transposed derivative of a function of one tensor or model.
@_disfavoredOverload
public func pullback<X: Differentiable>(
  at x: X, of f: (X) throws -> Tensor
) throws -> (Tensor) throws -> X.Adjoint {
  try valueWithPullback(at: x, of: f).pullback
}

/// The value of a function of several tensors or models with a tensor of any shape as its result, and
/// its transposed derivative.
@_disfavoredOverload
public func valueWithPullback<
  X: Differentiable, Y: Differentiable, each Z: Differentiable
>(
  at x: X, _ y: Y, _ z: repeat each Z, of f: (X, Y, repeat each Z) throws -> Tensor
) throws -> (
  value: Tensor, pullback: (Tensor) throws -> (X.Adjoint, Y.Adjoint, repeat (each Z).Adjoint)
) {
  let xParts = x.parts
  let yParts = y.parts
  let zParts = (repeat (each z).parts)
  let tape = recordingTape(x, y, repeat each z, parts: (xParts, yParts, repeat each zParts))
  return try Level.open(on: tape, keepsTape: true) { level in
    let first = x.recorded(in: level, xParts)
    let second = y.recorded(in: level, yParts)
    let rest = (repeat (each z).recorded(in: level, each zParts))
    let result = try f(first, second, repeat each rest)
    try level.check()
    return (
      result.leaving(level),
      { seed in
        let adjoints = try level.adjoints(of: result, pulling: seed)
        return (
          first.adjoint(in: adjoints, xParts), second.adjoint(in: adjoints, yParts),
          repeat (each rest).adjoint(in: adjoints, each zParts)
        )
      }
    )
  }
}

/// The transposed derivative of a function of several tensors or models.
@_disfavoredOverload
public func pullback<
  X: Differentiable, Y: Differentiable, each Z: Differentiable
>(
  at x: X, _ y: Y, _ z: repeat each Z, of f: (X, Y, repeat each Z) throws -> Tensor
) throws -> (Tensor) throws -> (X.Adjoint, Y.Adjoint, repeat (each Z).Adjoint) {
  try valueWithPullback(at: x, y, repeat each z, of: f).pullback
}

private func recordingTape<each X: Differentiable>(
  _ x: repeat each X, parts: (repeat (each X).Parts)
) -> Tape? {
  var tape: Tape?
  for (x, parts) in repeat (each x, each parts) {
    if tape == nil { tape = x.recordingTape(parts) }
  }
  return tape
}
