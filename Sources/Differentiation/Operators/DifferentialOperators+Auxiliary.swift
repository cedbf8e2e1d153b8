// A gradient together with other results of the same function, such as the logits behind a loss.
//
//   valueWithGradientAndAuxiliary : (X → (R, A)) → X → (R, X*, A)
//
// A name of its own and not one more form of `valueWithGradient`: the compiler weighs every form at
// every call, and a closure that returns a tuple against those that return one number.

/// A value that a differentiated function may return beside its result: a tensor, a scalar, a
/// model, a number or text of Swift, or an array, dictionary or optional of them.
///
/// What it requires is between the differential operators and the library's own types; it is no
/// API.
public protocol AuxiliaryResult {
  /// The value as a constant.
  func _detached() -> Self
}

/// The value and the gradient of a function of one tensor or model, and what else the function
/// found out on the way.
///
/// The function returns its result and one auxiliary value. That has no influence on the gradient,
/// and leaves the function as a constant (inside another differentiated function, with its
/// derivative for that one).
///
/// ```swift
/// let (loss, slope, logits) = try valueWithGradientAndAuxiliary(at: model) { model in
///   let logits = model(batch.inputs)
///   return (softmaxCrossEntropy(logits: logits, labels: batch.labels), logits)
/// }
/// print(loss, slope.norm, accuracy(logits: logits, labels: batch.labels))
/// ```
///
/// Several values are returned in an array, a dictionary or a struct that is a model. A model that
/// changes in training, such as one with running statistics, is returned changed in the same way.
///
/// - Returns: the value, the derivative with respect to the argument, and the auxiliary value.
/// - Throws: as ``valueWithGradient(at:of:)``.
@_disfavoredOverload
public func valueWithGradientAndAuxiliary<
  X: Differentiable, Result: DifferentiableResult, A: AuxiliaryResult
>(
  at x: X, @ClosureBody<(Result, A)> of f: (X) throws -> (Result, A),
  file: StaticString = #fileID, line: UInt = #line
) throws -> (value: Result, gradient: X.Adjoint, auxiliary: A) {
  func accompanied(_ x: X) throws -> Accompanied<Result, A> { Accompanied(try f(x)) }
  let (y, slope) = try valueWithGradient(at: x, of: accompanied, file: file, line: line)
  return (y.result, slope, y.auxiliary)
}

/// The value and the gradient of a function of several tensors, models or scalars, and what else
/// the function found out on the way.
///
/// - Returns: the value, one derivative for each argument, and the auxiliary value.
/// - Throws: as the form for one argument.
@_disfavoredOverload
public func valueWithGradientAndAuxiliary<
  X: Differentiable, Y: Differentiable, each Z: Differentiable, Result: DifferentiableResult,
  A: AuxiliaryResult
>(
  at x: X, _ y: Y, _ z: repeat each Z,
  @ClosureBody<(Result, A)> of f: (X, Y, repeat each Z) throws -> (Result, A),
  file: StaticString = #fileID, line: UInt = #line
) throws -> (
  value: Result, gradient: (X.Adjoint, Y.Adjoint, repeat (each Z).Adjoint), auxiliary: A
) {
  let (result, slopes) = try valueWithGradient(
    at: x, y, repeat each z,
    of: { (x: X, y: Y, others: repeat each Z) throws -> Accompanied<Result, A> in
      Accompanied(try f(x, y, repeat each others))
    }, file: file, line: line)
  return (result.result, slopes, result.auxiliary)
}

/// The value and the derivative of a function of one number, and what else the function found out
/// on the way.
public func valueWithGradientAndAuxiliary<A: AuxiliaryResult>(
  at x: Double, @ClosureBody<(Scalar, A)> of f: (Scalar) -> (Scalar, A)
) -> (value: Double, gradient: Double, auxiliary: A) {
  var auxiliary: A?
  func withoutAuxiliary(_ x: Scalar) -> Scalar {
    let (result, rest) = f(x)
    auxiliary = rest._detached()
    return result
  }
  let (value, slope) = valueWithGradient(at: x, of: withoutAuxiliary)
  guard let auxiliary else {
    preconditionFailure("a differential operator did not call its function")
  }
  return (value, slope, auxiliary)
}

/// A result with a value beside it, of which the walk sees the result alone.
private struct Accompanied<Result: DifferentiableResult, A: AuxiliaryResult>: DifferentiableResult {
  let result: Result
  let auxiliary: A

  init(_ pair: (Result, A)) { (result, auxiliary) = pair }

  func _gradients(in level: Level, wantsValue: Bool) throws(TensorError) -> Adjoints {
    try result._gradients(in: level, wantsValue: wantsValue)
  }

  func _leaving(_ level: Level) -> Accompanied {
    Accompanied(
      (result._leaving(level), level.isNested ? auxiliary : auxiliary._detached()))
  }
}

// MARK: - Conformances

extension Double: AuxiliaryResult {
  public func _detached() -> Double { self }
}

extension Float: AuxiliaryResult {
  public func _detached() -> Float { self }
}

extension Int: AuxiliaryResult {
  public func _detached() -> Int { self }
}

extension Bool: AuxiliaryResult {
  public func _detached() -> Bool { self }
}

extension String: AuxiliaryResult {
  public func _detached() -> String { self }
}

extension Tensor: AuxiliaryResult {
  public func _detached() -> Tensor { detached() }
}

extension Scalar: AuxiliaryResult {
  public func _detached() -> Scalar { detached() }
}

extension Array: AuxiliaryResult where Element: AuxiliaryResult {
  public func _detached() -> [Element] { map { $0._detached() } }
}

extension Dictionary: AuxiliaryResult where Value: AuxiliaryResult {
  public func _detached() -> [Key: Value] { mapValues { $0._detached() } }
}

extension Optional: AuxiliaryResult where Wrapped: AuxiliaryResult {
  public func _detached() -> Wrapped? { map { $0._detached() } }
}
