// What this file knows: that an elementary function of the table may be evaluated, or its chain rule
// applied, on every element of arrays that broadcast. The table knows the functions; this file only
// finds the memory: it writes over an operand that nobody else holds.

import AdjointElementary
import AdjointKernelCore
import AdjointKernels

extension NDArray {
  /// `f(x)`, element by element.
  ///
  /// Integers know `negate`, `abs`, `sign` and `square`, with wrapping arithmetic.
  public static func unary(_ f: Elementary.Opcode, _ x: consuming NDArray) -> NDArray {
    let shape = x.shape
    let dtype = x.dtype
    let work = Elementwise(f, .value, dtype)
    if x.isOverwritable(as: shape, dtype) {
      work.run(shape, into: x.mutableAddress, x)
      return x
    }
    let result = NDArray(uninitialized: shape, dtype: dtype)
    work.run(shape, into: result.storage.bytes, x)
    return result
  }

  /// `f(a, b)`, element by element; the operands broadcast.
  ///
  /// Integers know `add`, `subtract`, `multiply`, `divide`, `minimum` and `maximum`, with wrapping
  /// arithmetic. Integer division truncates toward zero; division by zero gives 0 and the smallest
  /// number divided by -1 gives itself, so that no element can trap.
  ///
  /// - Precondition: the operands have the same type and broadcast.
  public static func binary(
    _ f: Elementary.Opcode, _ a: consuming NDArray, _ b: consuming NDArray
  ) -> NDArray {
    precondition(
      a.dtype == b.dtype, "\(f.name) of \(a.dtype) and \(b.dtype); convert one of them first")
    let shape = Shape.checkedBroadcast(a.shape, b.shape)
    let dtype = a.dtype
    let work = Elementwise(f, .value, dtype)
    if a.isOverwritable(as: shape, dtype) {
      work.run(shape, into: a.mutableAddress, a, b)
      return a
    }
    if b.isOverwritable(as: shape, dtype) {
      work.run(shape, into: b.mutableAddress, a, b)
      return b
    }
    let result = NDArray(uninitialized: shape, dtype: dtype)
    work.run(shape, into: result.storage.bytes, a, b)
    return result
  }

  /// `seed · f'(x)`, element by element, with `y = f(x)` at hand.
  ///
  /// The result has the shape of `y`. What `f` does not read (see `Reads`) may be any array that
  /// broadcasts to that shape.
  public static func chain(
    _ f: Elementary.Opcode, seed: consuming NDArray, x: NDArray, y: NDArray
  ) -> NDArray {
    let shape = y.shape
    let dtype = seed.dtype
    let work = Elementwise(f, .chainFirst, dtype)
    if seed.isOverwritable(as: shape, dtype) {
      work.run(shape, into: seed.mutableAddress, seed, x, y)
      return seed
    }
    let result = NDArray(uninitialized: shape, dtype: dtype)
    work.run(shape, into: result.storage.bytes, seed, x, y)
    return result
  }

  /// `seed · ∂f/∂a`, element by element, with `y = f(a, b)` at hand; the result has the shape of `y`.
  public static func chainFirst(
    _ f: Elementary.Opcode, seed: consuming NDArray, _ a: NDArray, _ b: NDArray, y: NDArray
  ) -> NDArray {
    chain(f, .chainFirst, seed, a, b, y)
  }

  /// `seed · ∂f/∂b`, element by element, with `y = f(a, b)` at hand; the result has the shape of `y`.
  public static func chainSecond(
    _ f: Elementary.Opcode, seed: consuming NDArray, _ a: NDArray, _ b: NDArray, y: NDArray
  ) -> NDArray {
    chain(f, .chainSecond, seed, a, b, y)
  }

  private static func chain(
    _ f: Elementary.Opcode, _ role: ElementwiseRole, _ seed: consuming NDArray, _ a: NDArray,
    _ b: NDArray, _ y: NDArray
  ) -> NDArray {
    let shape = y.shape
    let dtype = seed.dtype
    let work = Elementwise(f, role, dtype)
    if seed.isOverwritable(as: shape, dtype) {
      work.run(shape, into: seed.mutableAddress, seed, a, b, y)
      return seed
    }
    let result = NDArray(uninitialized: shape, dtype: dtype)
    work.run(shape, into: result.storage.bytes, seed, a, b, y)
    return result
  }

  /// Adds an array of the same shape and type to this one, in place if nobody else holds it.
  public mutating func accumulate(_ other: NDArray) {
    precondition(
      other.shape == shape && other.dtype == dtype,
      "a \(dtype) array of shape \(shape) cannot take up a \(other.dtype) one of \(other.shape)")
    if isOverwritable(as: shape, dtype) {
      Elementwise(.add, .value, dtype).run(shape, into: mutableAddress, self, other)
    } else {
      self = NDArray.binary(.add, copy self, other)
    }
  }
}

/// One elementary function in one role for one element type.
private struct Elementwise {
  let function: Elementary.Opcode
  let role: ElementwiseRole
  let dtype: DType

  init(_ function: Elementary.Opcode, _ role: ElementwiseRole, _ dtype: DType) {
    precondition(
      dtype.isFloatingPoint || (dtype == .int32 && role == .value),
      "\(function.name) is not defined for \(dtype); convert to a floating-point type first")
    self.function = function
    self.role = role
    self.dtype = dtype
  }

  // Operands are borrowed: a retained copy would hide from a caller that it holds the only one.
  func run(
    _ shape: Shape, into destination: UnsafeMutableRawPointer, _ x: borrowing NDArray
  ) {
    if isSmall(shape), isDense(x, shape) {
      var address = x.address
      call(shape.elementCount, &address, destination)
      return withExtendedLifetime(x.storage) {}
    }
    withUnsafeTemporaryAllocation(of: TileOperand.self, capacity: 1) { operands in
      operands[0] = operand(x, shape)
      run(shape, into: destination, operands)
    }
    withExtendedLifetime(x.storage) {}
  }

  func run(
    _ shape: Shape, into destination: UnsafeMutableRawPointer, _ a: borrowing NDArray,
    _ b: borrowing NDArray
  ) {
    if isSmall(shape), isDense(a, shape), isDense(b, shape) {
      withUnsafeTemporaryAllocation(of: UnsafeRawPointer.self, capacity: 2) { addresses in
        addresses[0] = a.address
        addresses[1] = b.address
        call(shape.elementCount, UnsafePointer(addresses.baseAddress!), destination)
      }
      withExtendedLifetime(a.storage) {}
      return withExtendedLifetime(b.storage) {}
    }
    withUnsafeTemporaryAllocation(of: TileOperand.self, capacity: 2) { operands in
      operands[0] = operand(a, shape)
      operands[1] = operand(b, shape)
      run(shape, into: destination, operands)
    }
    withExtendedLifetime(a.storage) {}
    withExtendedLifetime(b.storage) {}
  }

  func run(
    _ shape: Shape, into destination: UnsafeMutableRawPointer, _ seed: borrowing NDArray,
    _ x: borrowing NDArray, _ y: borrowing NDArray
  ) {
    withUnsafeTemporaryAllocation(of: TileOperand.self, capacity: 3) { operands in
      operands[0] = operand(seed, shape)
      operands[1] = operand(x, shape)
      operands[2] = operand(y, shape)
      run(shape, into: destination, operands)
    }
    withExtendedLifetime(seed.storage) {}
    withExtendedLifetime(x.storage) {}
    withExtendedLifetime(y.storage) {}
  }

  func run(
    _ shape: Shape, into destination: UnsafeMutableRawPointer, _ seed: borrowing NDArray,
    _ a: borrowing NDArray, _ b: borrowing NDArray, _ y: borrowing NDArray
  ) {
    withUnsafeTemporaryAllocation(of: TileOperand.self, capacity: 4) { operands in
      operands[0] = operand(seed, shape)
      operands[1] = operand(a, shape)
      operands[2] = operand(b, shape)
      operands[3] = operand(y, shape)
      run(shape, into: destination, operands)
    }
    withExtendedLifetime(seed.storage) {}
    withExtendedLifetime(a.storage) {}
    withExtendedLifetime(b.storage) {}
    withExtendedLifetime(y.storage) {}
  }

  @inline(__always)
  private func operand(_ array: borrowing NDArray, _ shape: Shape) -> TileOperand {
    let (type, own) = (array.dtype, array.shape)
    precondition(type == dtype, "\(function.name) of \(dtype) meets \(type)")
    precondition(
      own == shape || own.isBroadcastable(to: shape),
      "\(function.name): \(own) does not broadcast to \(shape)")
    return TileOperand(array, over: shape)
  }

  private func run(
    _ shape: Shape, into destination: UnsafeMutableRawPointer,
    _ operands: UnsafeMutableBufferPointer<TileOperand>
  ) {
    ElementwiseDriver.run(
      shape: shape, destination: destination, elementSize: dtype.byteCount, operands: operands,
      piece: piece, kernel: call)
  }

  /// The elements that are worth a thread's while.
  private var piece: Int { function.isCheap ? 1 << 16 : 1 << 14 }

  // Most arrays of a small model are dense and one piece: they skip the driver's bookkeeping, which
  // would cost as much as the operation.

  private func isSmall(_ shape: Shape) -> Bool { (1...piece).contains(shape.elementCount) }

  @inline(__always)
  private func isDense(_ array: borrowing NDArray, _ shape: Shape) -> Bool {
    // One element for a result of one element is dense whatever its axes are called.
    array.dtype == dtype
      && (array.isContiguous && array.shape == shape
        || shape.elementCount == 1 && array.elementCount == 1)
  }

  private func call(
    _ count: Int, _ operands: UnsafePointer<UnsafeRawPointer>,
    _ destination: UnsafeMutableRawPointer
  ) {
    switch dtype {
    case .float32:
      Kernels.active.elementwise(function, role, .float32, count, operands, destination)
    case .float64:
      Kernels.active.elementwise(function, role, .float64, count, operands, destination)
    case .int32, .bool: integerElementwise(function, count, operands, destination)
    }
  }
}

extension Elementary.Opcode {
  /// True for the functions whose loops are bound by memory rather than by arithmetic.
  fileprivate var isCheap: Bool {
    switch self {
    case .negate, .abs, .sign, .floor, .ceil, .round, .square, .relu, .add, .subtract, .multiply,
      .scaled, .minimum, .maximum, .divide, .sqrt:
      true
    default: false
    }
  }
}
