// How the elementary table becomes tensor primitives. Values and plain adjoints come from fused
// kernels instantiated from the same rules that the recorded form spells out in tensor operations;
// this file has never heard of any particular function but the four of arithmetic.

import AdjointArrays
import AdjointElementary

/// `y = f(x)`, element by element.
struct ElementwiseUnary: Primitive {
  let function: Elementary.Opcode

  var name: String { function.name }
  var reads: Reads { function.reads }

  func resultType(of operands: [TensorType]) throws(ShapeError) -> TensorType {
    let type = operands[0]
    guard
      type.dtype.isFloatingPoint || (type.dtype == .int32 && function.isDefinedOnIntegers)
    else {
      throw ShapeError(
        problem: "it is not defined for \(type.dtype) elements",
        remedy: "Convert the operand first, as in x.converted(to: .float32).")
    }
    return type
  }

  func evaluate(_ operands: [NDArray]) throws(ShapeError) -> NDArray {
    operands[0].dtype.isFloatingPoint
      ? .unary(function, operands[0]) : try .whole(function, operands[0])
  }

  func pullback(_ adjoint: Tensor, at use: borrowing PrimitiveUse) {
    guard !function.isPiecewiseConstant else { return use.giveNothing(0) }
    use.give(0) { chain(adjoint, use) }
  }

  func pushforward(_ tangents: PrimitiveTangents, at use: borrowing PrimitiveUse) -> Tensor {
    function.isPiecewiseConstant
      ? .zeros(use.resultType.shape, dtype: use.resultType.dtype)
      : tangents.sum { _, tangent in chain(tangent, use) }
  }

  /// `seed · f'(x)`.
  ///
  /// What the rule does not read was not kept; any tensor of the result's shape will do for it.
  private func chain(_ seed: Tensor, _ use: borrowing PrimitiveUse) -> Tensor {
    if use.isRecorded || seed.isRecorded {
      let (x, y) = (use.kept(0) ?? seed, use.keptResult ?? seed)
      return function.chain(seed, x: x, y: y) ?? .zeros(like: seed)
    }
    return Tensor(
      .chain(
        function, seed: seed.array, x: use.value(0) ?? seed.array,
        y: use.resultValue ?? seed.array))
  }
}

/// `y = f(a, b)`, element by element, with broadcasting.
struct ElementwiseBinary: Primitive {
  let function: Elementary.Opcode

  var name: String { function.name }
  var reads: Reads { function.reads }

  func resultType(of operands: [TensorType]) throws(ShapeError) -> TensorType {
    let (a, b) = (operands[0], operands[1])
    guard a.dtype == b.dtype else {
      throw ShapeError(
        problem: "\(a.dtype) meets \(b.dtype), and element types are never mixed silently",
        remedy: "Convert one operand, as in x.converted(to: .\(a.dtype)).")
    }
    guard a.dtype.isFloatingPoint || (a.dtype == .int32 && function.isDefinedOnIntegers) else {
      throw ShapeError(
        problem: "it is not defined for \(a.dtype) elements",
        remedy: "Convert the operands first, as in x.converted(to: .float32).")
    }
    return TensorType(try a.shape.broadcast(with: b.shape), a.dtype)
  }

  func evaluate(_ operands: [NDArray]) throws(ShapeError) -> NDArray {
    operands[0].dtype.isFloatingPoint
      ? .binary(function, operands[0], operands[1])
      : try .whole(function, operands[0], operands[1])
  }

  func pullback(_ adjoint: Tensor, at use: borrowing PrimitiveUse) {
    use.give(0) { chain(0, adjoint, use) }
    use.give(1) { chain(1, adjoint, use) }
  }

  func pushforward(_ tangents: PrimitiveTangents, at use: borrowing PrimitiveUse) -> Tensor {
    tangents.sum { position, tangent in
      chain(position, tangent.broadcast(to: use.resultType.shape), use)
    }
  }

  /// `seed · ∂f/∂a` at position 0, `seed · ∂f/∂b` at position 1.
  ///
  /// For what the rule does not read, and which was not kept, any tensor of the shape of the result
  /// will do.
  private func chain(
    _ position: Int, _ seed: Tensor, _ use: borrowing PrimitiveUse
  ) -> Tensor {
    if use.isRecorded || seed.isRecorded {
      let (a, b) = (use.kept(0) ?? seed, use.kept(1) ?? seed)
      let y = use.keptResult ?? seed
      return position == 0
        ? function.chainFirst(seed, a, b, y: y) : function.chainSecond(seed, a, b, y: y)
    }
    let plain = seed.array
    let (a, b) = (use.value(0) ?? plain, use.value(1) ?? plain)
    return Tensor(plainChain(position, plain, a, b, y: use.resultValue ?? plain))
  }

  /// The same in plain numbers.
  ///
  /// Sums pass the seed on as it is: the same memory, since nothing writes to shared memory.
  private func plainChain(
    _ position: Int, _ seed: NDArray, _ a: NDArray, _ b: NDArray, y: NDArray
  ) -> NDArray {
    switch (function, position) {
    case (.add, _), (.subtract, 0): seed
    case (.subtract, _): .unary(.negate, seed)
    // The factor itself is not read; handed over it would be computed, if it has been put off.
    case (.multiply, 0): product(seed, b)
    case (.multiply, _): product(seed, a)
    case (_, 0): .chainFirst(function, seed: seed, a, b, y: y)
    default: .chainSecond(function, seed: seed, a, b, y: y)
    }
  }
}

/// The adjoint of one factor from the other one.
///
/// Of an inner product, `(a * b).sum()`, the seed is a one for each element, and the other factor
/// is the adjoint as it lies.
private func product(_ seed: NDArray, _ factor: NDArray) -> NDArray {
  seed.isOneThroughout && factor.fields.hasType(of: seed.fields)
    ? factor : .chainFirst(.multiply, seed: seed, seed, factor, y: seed)
}

extension PrimitiveUse {
  /// The operand if it was kept.
  fileprivate func kept(_ position: Int) -> Tensor? {
    value(position) == nil ? nil : self[position]
  }
  /// The result if it was kept.
  fileprivate var keptResult: Tensor? { resultValue == nil ? nil : result }
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

  func pullback(_ adjoint: Tensor, at use: borrowing PrimitiveUse) {
    let mask = Tensor(mask)
    use.give(0) { `where`(mask, adjoint, 0) }
    use.give(1) { `where`(mask, 0, adjoint) }
  }

  func pushforward(_ tangents: PrimitiveTangents, at use: borrowing PrimitiveUse) -> Tensor {
    let shape = use.resultType.shape
    return `where`(
      Tensor(mask), tangents[0]?.broadcast(to: shape) ?? 0, tangents[1]?.broadcast(to: shape) ?? 0
    ).broadcast(to: shape)
  }
}

/// The same numbers in another element type.
struct Convert: LinearPrimitive {
  let dtype: DType

  var name: String { "convert to \(dtype)" }

  func resultType(of operands: [TensorType]) throws(ShapeError) -> TensorType {
    TensorType(operands[0].shape, dtype)
  }

  func evaluate(_ operands: [NDArray]) throws(ShapeError) -> NDArray {
    if dtype == .int32, let number = operands[0].firstNumberBeyondInt32() {
      throw .notInt32(number)
    }
    return operands[0].converted(to: dtype)
  }

  func transposed(_ adjoint: Tensor, at use: borrowing PrimitiveUse) -> Tensor {
    adjoint.converted(to: use.dtype(0))
  }
}
