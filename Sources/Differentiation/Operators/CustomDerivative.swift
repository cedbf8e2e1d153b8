// How a function brings its own derivative, given as (value, pullback). It has never heard of the
// walks that ask for it.
//
// The function is called once with its recorded arguments. Unless an outer derivative is active
// nothing it computes is recorded: the walk enters it through the pullback alone. Under an outer
// derivative its operations are recorded too, so that a pullback which uses intermediate results
// can itself be differentiated.

import AdjointArrays
import AdjointElementary
import AdjointSupport

/// A function of one scalar with a derivative of its own.
///
/// ```swift
/// // log(1 + exp(x)), whose automatic derivative would overflow for large x
/// let y = withCustomDerivative(at: x) { x in
///   (value: Scalar(x.value > 30 ? x.value : log(1 + exp(x.value))),
///    pullback: { adjoint in adjoint * sigmoid(x) })
/// }
/// ```
///
/// - Parameters:
///   - x: the argument.
///   - f: returns the value and the map from the adjoint of the value to the adjoint of `x`. To
///     have second derivatives the pullback must be written in scalars, as here.
/// - Returns: the value, recorded as one operation.
public func withCustomDerivative(
  at x: Scalar, named name: String = "custom",
  _ f: (Scalar) -> (value: Scalar, pullback: (Scalar) -> Scalar)
) -> Scalar {
  withCustomDerivative(at: [x], named: name) { xs in
    let (value, pullback) = f(xs[0])
    return (value, { [pullback($0)] })
  }
}

/// A function of several scalars with a derivative of its own.
public func withCustomDerivative(
  at xs: [Scalar], named name: String = "custom",
  _ f: ([Scalar]) -> (value: Scalar, pullback: (Scalar) -> [Scalar])
) -> Scalar {
  guard let tape = xs.recordingTape else { return f(xs).value }
  let operands = tape.indices(of: xs, name)
  let (value, pullback) = tape.unlessNested { f(xs) }
  let result = tape.header.append(.custom, value.value, UInt64(tape.customs.count), 0)
  guard result.isRecorded else { return result }
  tape.customs.append(
    Tape.CustomNode(
      name: name, operands: operands,
      pullback: { adjoint in
        let adjoints = pullback(adjoint)
        requireOneEach(name, adjoints.count, xs.count)
        return adjoints
      }))
  return result
}

/// A function of one tensor with a derivative of its own.
///
/// - Parameters:
///   - x: the argument.
///   - f: returns the value and the map from the adjoint of the value (its shape) to the adjoint of
///     `x` (its shape).
public func withCustomDerivative(
  at x: Tensor, named name: String = "custom",
  _ f: (Tensor) -> (value: Tensor, pullback: (Tensor) -> Tensor)
) -> Tensor {
  withCustomDerivative(at: [x], named: name) { xs in
    let (value, pullback) = f(xs[0])
    return (value, { [pullback($0)] })
  }
}

/// A function of several tensors with a derivative of its own.
public func withCustomDerivative(
  at xs: [Tensor], named name: String = "custom",
  _ f: ([Tensor]) -> (value: Tensor, pullback: (Tensor) -> [Tensor])
) -> Tensor {
  guard let tape = xs.recordingTape else { return f(xs).value }
  let (value, pullback) = tape.unlessNested { f(xs) }
  let primitive = CustomPrimitive(
    name: name, type: value.settled.type, pullbackFunction: pullback)
  return Tensor.recording(primitive, xs, value.settled.array)
}

/// A tensor function whose derivative was given by the user.
struct CustomPrimitive: Primitive {
  let name: String
  let type: TensorType
  let pullbackFunction: (Tensor) -> [Tensor]

  var reads: Reads { [] }
  func resultType(of operands: [TensorType]) throws(ShapeError) -> TensorType { type }
  func evaluate(_ operands: [NDArray]) -> NDArray { .zeros(type.shape, dtype: type.dtype) }

  func pullback(_ adjoint: Tensor, at use: borrowing PrimitiveUse) {
    let adjoints = pullbackFunction(adjoint)
    requireOneEach(name, adjoints.count, use.count)
    for (position, adjoint) in adjoints.enumerated() { use.give(position) { adjoint } }
  }

  /// The derivative from its transpose: `J t` is the gradient of `⟨Jᵀ s, t⟩` with respect to `s`,
  /// because a pullback is linear in its seed.
  ///
  /// The seed is a variable of the same tape, since the pullback may hold other variables of it.
  func pushforward(_ tangents: PrimitiveTangents, at use: borrowing PrimitiveUse) -> Tensor {
    guard let tape = use.tape else { return .zeros(type.shape, dtype: type.dtype) }
    return tape.forgetting {
      let start = tape.end
      let seed = tape.variable(.zeros(type.shape, dtype: type.dtype))
      let adjoints = CurrentTape.with(tape) { pullbackFunction(seed) }
      requireOneEach(name, adjoints.count, use.count)
      let total = tangents.sum { position, tangent in (adjoints[position] * tangent).sum() }
      let derivatives = tape.adjoints(
        of: Int(total.index), .tensor(.ones(.scalar, dtype: type.dtype)), since: start,
        for: .gradient)
      return derivatives[seed]
    }
  }
}

/// Stops at a rule of a user that does not answer for each of its arguments.
private func requireOneEach(_ name: String, _ adjoints: Int, _ arguments: Int) {
  require(
    adjoints == arguments,
    "the pullback of `\(name)`: it returned \(adjoints) adjoints for \(arguments) arguments. "
      + "Return one for each.")
}

extension Tape {
  /// Runs a custom function: recorded only if an outer derivative may look inside.
  fileprivate func unlessNested<R>(_ body: () -> R) -> R {
    depth > 1 ? body() : withoutRecording(body)
  }
}
