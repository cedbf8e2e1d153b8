// Gradients and pullbacks of functions of tensors, models and mixtures of them.
//
//   valueWithGradient : (X → R) → X → (R, X*)
//   valueWithPullback : (X → Y) → X → (Y, Y* → X*)
//
// Each opens a tape, makes variables, calls the function and walks back. A mistake in a shape or an
// element type inside the function is thrown here, once.
//
// The signatures are chosen for the type checker. They are disfavored against the concrete forms
// for numbers, because a literal argument (`at: 3.0`) could be any of them. The closure has a
// `ClosureBody`, so that its arguments have their types before the compiler looks into it. One
// argument has a form of its own, because a tuple of one element, which a parameter pack returns,
// cannot be used in an expression; so the packs begin with the second argument.

/// The value and the gradient of a function of one tensor or model.
///
/// ```swift
/// let (loss, slopes) = try valueWithGradient(at: model) { model in
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
  at x: X, @ClosureBody<Result> of f: (X) throws -> Result,
  file: StaticString = #fileID, line: UInt = #line
) throws -> (value: Result, gradient: X.Adjoint) {
  try differentiated(at: x, of: f, wantsValue: true, CallSite(file: file, line: line))
}

/// The gradient of a function of one tensor or model.
@_disfavoredOverload
public func gradient<X: Differentiable, Result: DifferentiableResult>(
  at x: X, @ClosureBody<Result> of f: (X) throws -> Result,
  file: StaticString = #fileID, line: UInt = #line
) throws -> X.Adjoint {
  try differentiated(at: x, of: f, wantsValue: false, CallSite(file: file, line: line)).gradient
}

/// Value and gradient; a value that is not wanted and has been put off is never computed.
private func differentiated<X: Differentiable, Result: DifferentiableResult>(
  at x: X, of f: (X) throws -> Result, wantsValue: Bool, _ site: CallSite
) throws -> (value: Result, gradient: X.Adjoint) {
  let parts = x._parts
  return try Level.open(on: X._recordingTape(of: parts), at: site) { level in
    let input = try X._variables(for: parts, in: level)
    let y = try f(input.value)
    try level.check()
    let adjoints = try y._gradients(in: level, wantsValue: wantsValue)
    return (y._leaving(level), X._adjoint(of: input.parts, in: adjoints))
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
  at x: X, _ y: Y, _ z: repeat each Z,
  @ClosureBody<Result> of f: (X, Y, repeat each Z) throws -> Result,
  file: StaticString = #fileID, line: UInt = #line
) throws -> (value: Result, gradient: (X.Adjoint, Y.Adjoint, repeat (each Z).Adjoint)) {
  try differentiated(
    at: x, y, repeat each z, of: f, wantsValue: true, CallSite(file: file, line: line))
}

/// The gradient of a function of several tensors, models or scalars.
@_disfavoredOverload
public func gradient<
  X: Differentiable, Y: Differentiable, each Z: Differentiable, Result: DifferentiableResult
>(
  at x: X, _ y: Y, _ z: repeat each Z,
  @ClosureBody<Result> of f: (X, Y, repeat each Z) throws -> Result,
  file: StaticString = #fileID, line: UInt = #line
) throws -> (X.Adjoint, Y.Adjoint, repeat (each Z).Adjoint) {
  try differentiated(
    at: x, y, repeat each z, of: f, wantsValue: false, CallSite(file: file, line: line)
  ).gradient
}

/// Value and gradient for several arguments.
private func differentiated<
  X: Differentiable, Y: Differentiable, each Z: Differentiable, Result: DifferentiableResult
>(
  at x: X, _ y: Y, _ z: repeat each Z, of f: (X, Y, repeat each Z) throws -> Result,
  wantsValue: Bool, _ site: CallSite
) throws -> (value: Result, gradient: (X.Adjoint, Y.Adjoint, repeat (each Z).Adjoint)) {
  let (xParts, yParts) = (x._parts, y._parts)
  let zParts = (repeat (each z)._parts)
  let tape = recordingTape(
    X.self, Y.self, repeat (each Z).self, of: (xParts, yParts, repeat each zParts))
  return try Level.open(on: tape, at: site) { level in
    let first = try X._variables(for: xParts, in: level)
    let second = try Y._variables(for: yParts, in: level)
    let rest = (repeat try (each Z)._variables(for: each zParts, in: level))
    let result = try f(first.value, second.value, repeat (each rest).value)
    try level.check()
    let adjoints = try result._gradients(in: level, wantsValue: wantsValue)
    return (
      result._leaving(level),
      (
        X._adjoint(of: first.parts, in: adjoints), Y._adjoint(of: second.parts, in: adjoints),
        repeat (each Z)._adjoint(of: (each rest).parts, in: adjoints)
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
  at x: X, @ClosureBody<Tensor> of f: (X) throws -> Tensor,
  file: StaticString = #fileID, line: UInt = #line
) throws -> (value: Tensor, pullback: (Tensor) throws -> X.Adjoint) {
  let parts = x._parts
  let site = CallSite(file: file, line: line)
  return try Level.open(on: X._recordingTape(of: parts), keepsTape: true, at: site) { level in
    let input = try X._variables(for: parts, in: level)
    let y = try f(input.value)
    try level.check()
    return (
      y._leaving(level),
      { seed in X._adjoint(of: input.parts, in: try level.adjoints(of: y, pulling: seed)) }
    )
  }
}

/// The transposed derivative of a function of one tensor or model.
@_disfavoredOverload
public func pullback<X: Differentiable>(
  at x: X, @ClosureBody<Tensor> of f: (X) throws -> Tensor,
  file: StaticString = #fileID, line: UInt = #line
) throws -> (Tensor) throws -> X.Adjoint {
  try valueWithPullback(at: x, of: f, file: file, line: line).pullback
}

/// The value of a function of several tensors or models with a tensor of any shape as its result,
/// and its transposed derivative.
@_disfavoredOverload
public func valueWithPullback<
  X: Differentiable, Y: Differentiable, each Z: Differentiable
>(
  at x: X, _ y: Y, _ z: repeat each Z,
  @ClosureBody<Tensor> of f: (X, Y, repeat each Z) throws -> Tensor,
  file: StaticString = #fileID, line: UInt = #line
) throws -> (
  value: Tensor, pullback: (Tensor) throws -> (X.Adjoint, Y.Adjoint, repeat (each Z).Adjoint)
) {
  let (xParts, yParts) = (x._parts, y._parts)
  let zParts = (repeat (each z)._parts)
  let tape = recordingTape(
    X.self, Y.self, repeat (each Z).self, of: (xParts, yParts, repeat each zParts))
  let site = CallSite(file: file, line: line)
  return try Level.open(on: tape, keepsTape: true, at: site) { level in
    let first = try X._variables(for: xParts, in: level)
    let second = try Y._variables(for: yParts, in: level)
    let rest = (repeat try (each Z)._variables(for: each zParts, in: level))
    let result = try f(first.value, second.value, repeat (each rest).value)
    try level.check()
    return (
      result._leaving(level),
      { seed in
        let adjoints = try level.adjoints(of: result, pulling: seed)
        return (
          X._adjoint(of: first.parts, in: adjoints), Y._adjoint(of: second.parts, in: adjoints),
          repeat (each Z)._adjoint(of: (each rest).parts, in: adjoints)
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
  at x: X, _ y: Y, _ z: repeat each Z,
  @ClosureBody<Tensor> of f: (X, Y, repeat each Z) throws -> Tensor,
  file: StaticString = #fileID, line: UInt = #line
) throws -> (Tensor) throws -> (X.Adjoint, Y.Adjoint, repeat (each Z).Adjoint) {
  try valueWithPullback(at: x, y, repeat each z, of: f, file: file, line: line).pullback
}

/// The tape that the first recorded part is on, if one is.
private func recordingTape<each X: Differentiable>(
  _ types: repeat (each X).Type, of parts: (repeat (each X)._Parts)
) -> Tape? {
  for (type, parts) in repeat (each types, each parts) {
    if let tape = type._recordingTape(of: parts) { return tape }
  }
  return nil
}
