// What this file knows: how the elementary table becomes tensor primitives. Values and plain adjoints
// come from fused kernels instantiated from the same rules that the recorded form spells out in
// tensor operations.

import AdjointArrays
import AdjointElementary

/// `y = f(x)`, element by element.
struct ElementwiseUnary: Primitive {
  let function: Elementary.Opcode

  var name: String { function.name }
  var reads: Reads { function.unary(ReadsOfUnary()) }

  func resultType(of operands: [TensorType]) throws(ShapeError) -> TensorType {
    let type = operands[0]
    guard
      type.dtype.isFloatingPoint || (type.dtype == .int32 && function.isDefinedOnIntegers)
    else {
      throw ShapeError(
        problem: "`\(name)` is not defined for \(type.dtype) elements",
        remedy: "Convert the operand first, as in x.converted(to: .float32).")
    }
    return type
  }

  func evaluate(_ operands: [NDArray]) -> NDArray { .unary(function, operands[0]) }

  func pullback(_ adjoint: Tensor, at application: Application) -> [Tensor?] {
    if function.unary(IsPiecewiseConstant()) { return [nil] }
    return [chain(adjoint, application)]
  }

  func pushforward(_ tangents: [Tensor?], at application: Application) -> Tensor {
    guard let tangent = tangents[0], !function.unary(IsPiecewiseConstant()) else {
      return .zeros(application.resultShape, dtype: application.type.dtype)
    }
    return chain(tangent, application)
  }

  private func chain(_ seed: Tensor, _ application: Application) -> Tensor {
    if application.isRecorded || seed.isRecorded {
      return function.unary(
        ChainOfUnary(
          seed: seed, x: application.kept(0) ?? seed, y: application.keptResult ?? seed))
    }
    let y = application.kept.result ?? seed.array
    return plainChain(seed.array, x: application.kept.operands[0].value ?? seed.array, y: y)
      .map(Tensor.init) ?? .zeros(application.resultShape, dtype: application.layout.dtype)
  }

  /// `seed · f'(x)` in plain numbers; nil for a step function, whose derivative is zero.
  ///
  /// What the rule does not read may be any array of the shape of the result.
  func plainChain(_ seed: NDArray, x: NDArray, y: NDArray) -> NDArray? {
    function.unary(IsPiecewiseConstant())
      ? nil : NDArray.chain(function, seed: seed, x: x, y: y)
  }
}

/// `y = f(a, b)`, element by element, with broadcasting.
struct ElementwiseBinary: Primitive {
  let function: Elementary.Opcode

  var name: String { function.name }
  var reads: Reads { function.binary(ReadsOfBinary()) }

  func resultType(of operands: [TensorType]) throws(ShapeError) -> TensorType {
    let (a, b) = (operands[0], operands[1])
    guard a.dtype == b.dtype else {
      throw ShapeError(
        problem: "`\(name)` of \(a.dtype) and \(b.dtype): element types are never mixed silently",
        remedy: "Convert one operand, as in x.converted(to: .\(a.dtype)).")
    }
    guard a.dtype.isFloatingPoint || (a.dtype == .int32 && function.isDefinedOnIntegers) else {
      throw ShapeError(
        problem: "`\(name)` is not defined for \(a.dtype) elements",
        remedy: "Convert the operands first, as in x.converted(to: .float32).")
    }
    return TensorType(try a.shape.broadcast(with: b.shape), a.dtype)
  }

  func evaluate(_ operands: [NDArray]) -> NDArray { .binary(function, operands[0], operands[1]) }

  func pullback(_ adjoint: Tensor, at application: Application) -> [Tensor?] {
    [
      application.isNeeded(0)
        ? chainFirst(adjoint, application).summed(to: application.shape(0)) : nil,
      application.isNeeded(1)
        ? chainSecond(adjoint, application).summed(to: application.shape(1)) : nil,
    ]
  }

  func pushforward(_ tangents: [Tensor?], at application: Application) -> Tensor {
    let shape = application.resultShape
    let first = tangents[0].map { chainFirst($0.broadcast(to: shape), application) }
    let second = tangents[1].map { chainSecond($0.broadcast(to: shape), application) }
    switch (first, second) {
    case (let first?, let second?): return first + second
    case (let one?, nil), (nil, let one?): return one
    case (nil, nil): return .zeros(shape, dtype: application.type.dtype)
    }
  }

  private func chainFirst(_ seed: Tensor, _ application: Application) -> Tensor {
    if application.isRecorded || seed.isRecorded {
      return function.binary(
        ChainFirstOfBinary(
          seed: seed, a: application.kept(0) ?? seed, b: application.kept(1) ?? seed,
          y: application.keptResult ?? seed))
    }
    let (a, b) = (application.kept.operands[0].value, application.kept.operands[1].value)
    return Tensor(
      plainChainFirst(
        seed.array, a ?? seed.array, b ?? seed.array, y: application.kept.result ?? seed.array))
  }

  private func chainSecond(_ seed: Tensor, _ application: Application) -> Tensor {
    if application.isRecorded || seed.isRecorded {
      return function.binary(
        ChainSecondOfBinary(
          seed: seed, a: application.kept(0) ?? seed, b: application.kept(1) ?? seed,
          y: application.keptResult ?? seed))
    }
    let (a, b) = (application.kept.operands[0].value, application.kept.operands[1].value)
    return Tensor(
      plainChainSecond(
        seed.array, a ?? seed.array, b ?? seed.array, y: application.kept.result ?? seed.array))
  }

  /// `seed · ∂f/∂a` in plain numbers.
  ///
  /// What the rule does not read may be any array of the shape of the result. Sums pass the seed on as
  /// it is: the same memory, since nobody writes to it while it is shared.
  func plainChainFirst(_ seed: NDArray, _ a: NDArray, _ b: NDArray, y: NDArray) -> NDArray {
    switch function {
    case .add, .subtract: seed
    // The factor itself is not read; handed over it would be computed, if it has been put off.
    case .multiply: product(seed, b)
    default: .chainFirst(function, seed: seed, a, b, y: y)
    }
  }

  /// `seed · ∂f/∂b` in plain numbers.
  func plainChainSecond(_ seed: NDArray, _ a: NDArray, _ b: NDArray, y: NDArray) -> NDArray {
    switch function {
    case .add: seed
    case .subtract: .unary(.negate, seed)
    case .multiply: product(seed, a)
    default: .chainSecond(function, seed: seed, a, b, y: y)
    }
  }
}

/// The adjoint of one factor from the other one.
///
/// Of an inner product, `(a * b).sum()`, the seed is a one for each element, and the other factor is the
/// adjoint as it lies.
private func product(_ seed: NDArray, _ factor: NDArray) -> NDArray {
  seed.isOneThroughout && factor.fields.hasType(of: seed.fields)
    ? factor : .chainFirst(.multiply, seed: seed, seed, factor, y: seed)
}

extension Application {
  /// The operand if it was kept.
  fileprivate func kept(_ position: Int) -> Tensor? {
    kept.operands[position].value == nil ? nil : self[position]
  }
  /// The result if it was kept.
  fileprivate var keptResult: Tensor? { kept.result == nil ? nil : result }
}

private struct ReadsOfUnary: UnaryVisitor {
  func visit<F: UnaryFunction>(_ function: F.Type) -> Reads { F.reads }
}
private struct IsPiecewiseConstant: UnaryVisitor {
  func visit<F: UnaryFunction>(_ function: F.Type) -> Bool { F.isPiecewiseConstant }
}
private struct ChainOfUnary: UnaryVisitor {
  let seed: Tensor, x: Tensor, y: Tensor
  func visit<F: UnaryFunction>(_ function: F.Type) -> Tensor { F.chain(seed, x: x, y: y) }
}
private struct ReadsOfBinary: BinaryVisitor {
  func visit<F: BinaryFunction>(_ function: F.Type) -> Reads { F.reads }
}
private struct ChainFirstOfBinary: BinaryVisitor {
  let seed: Tensor, a: Tensor, b: Tensor, y: Tensor
  func visit<F: BinaryFunction>(_ function: F.Type) -> Tensor { F.chainFirst(seed, a, b, y: y) }
}
private struct ChainSecondOfBinary: BinaryVisitor {
  let seed: Tensor, a: Tensor, b: Tensor, y: Tensor
  func visit<F: BinaryFunction>(_ function: F.Type) -> Tensor { F.chainSecond(seed, a, b, y: y) }
}

/// `y = a` where the mask is true, else `b`, with broadcasting.
///
/// The adjoint is masked before it is passed on, so the branch not taken gets exact zeros.
struct Select: Primitive {
  let mask: NDArray

  var name: String { "where" }
  var reads: Reads { [] }

  func resultType(of operands: [TensorType]) throws(ShapeError) -> TensorType {
    let (a, b) = (operands[0], operands[1])
    guard a.dtype == b.dtype else {
      throw ShapeError(
        problem: "the two choices have element types \(a.dtype) and \(b.dtype)",
        remedy: "Convert one of them, as in x.converted(to: .\(a.dtype)).")
    }
    return TensorType(
      try mask.shape.broadcast(with: try a.shape.broadcast(with: b.shape)), a.dtype)
  }

  func evaluate(_ operands: [NDArray]) -> NDArray { .select(mask, operands[0], operands[1]) }

  func pullback(_ adjoint: Tensor, at application: Application) -> [Tensor?] {
    let mask = Tensor(mask)
    return [
      application.isNeeded(0)
        ? `where`(mask, adjoint, 0).summed(to: application.shape(0)) : nil,
      application.isNeeded(1)
        ? `where`(mask, 0, adjoint).summed(to: application.shape(1)) : nil,
    ]
  }

  func pushforward(_ tangents: [Tensor?], at application: Application) -> Tensor {
    let shape = application.resultShape
    return `where`(
      Tensor(mask), tangents[0]?.broadcast(to: shape) ?? 0, tangents[1]?.broadcast(to: shape) ?? 0
    ).broadcast(to: shape)
  }
}

/// The same numbers in another element type.
struct Convert: Primitive {
  let dtype: DType

  var name: String { "convert to \(dtype)" }
  var reads: Reads { [] }

  func resultType(of operands: [TensorType]) throws(ShapeError) -> TensorType {
    TensorType(operands[0].shape, dtype)
  }

  func evaluate(_ operands: [NDArray]) -> NDArray { operands[0].converted(to: dtype) }

  func pullback(_ adjoint: Tensor, at application: Application) -> [Tensor?] {
    [adjoint.converted(to: application.dtype(0))]
  }

  func pushforward(_ tangents: [Tensor?], at application: Application) -> Tensor {
    tangents[0]?.converted(to: dtype) ?? .zeros(application.resultShape, dtype: dtype)
  }
}
