// Elementary functions, or their chain rules, on every element of arrays that broadcast. What a
// function computes is said in its table alone; here its memory is found, and what is large is put
// off (see DeferredExpression).

import AdjointElementary
import AdjointKernels

extension NDArray {
  /// `f(x)`, element by element.
  ///
  /// Whole numbers whose result `int32` does not hold stop the program; see ``whole(_:_:)``.
  package static func unary(_ f: Elementary.Opcode, _ x: NDArray) -> NDArray {
    guard x.fields.pointee.dtype.isFloatingPoint else {
      return orStop("\(f.name)") { () throws(ShapeError) in try whole(f, x) }
    }
    let work = Elementwise(f, .value, x.fields)
    if work.isWorthDeferring || x.awaitsReduction { return work.deferring([x], x.layout.dense) }
    let result = x.uninitializedLike()
    work.run(into: result.storage.bytes, x)
    return result
  }

  /// `f(a, b)`, element by element; the operands broadcast.
  ///
  /// Whole numbers whose result `int32` does not hold stop the program; see ``whole(_:_:_:)``.
  ///
  /// - Precondition: the operands have the same type and broadcast.
  package static func binary(_ f: Elementary.Opcode, _ a: NDArray, _ b: NDArray) -> NDArray {
    let (first, second) = (a.fields, b.fields)
    precondition(
      first.pointee.dtype == second.pointee.dtype,
      "\(f.name) of \(first.pointee.dtype) and \(second.pointee.dtype); convert one of them first")
    guard first.pointee.dtype.isFloatingPoint else {
      return orStop("\(f.name)") { () throws(ShapeError) in try whole(f, a, b) }
    }
    if second.pointee.shape.rank == 0 || first.hasShape(of: second) {
      return binary(f, a, b, like: a)
    }
    if first.pointee.shape.rank == 0 { return binary(f, a, b, like: b) }
    let shape = Shape.checkedBroadcast(first.pointee.shape, second.pointee.shape)
    if shape == first.pointee.shape { return binary(f, a, b, like: a) }
    if shape == second.pointee.shape { return binary(f, a, b, like: b) }
    let layout = ArrayLayout(shape, first.pointee.dtype)
    let work = Elementwise(f, .value, layout.fields)
    if work.isWorthDeferring { return work.deferring([a, b], layout) }
    let result = NDArray(uninitialized: layout)
    work.run(into: result.storage.bytes, a, b)
    return result
  }

  /// `f(a, b)` for a result of the shape of one operand.
  @inline(__always)
  private static func binary(
    _ f: Elementary.Opcode, _ a: NDArray, _ b: NDArray, like model: NDArray
  ) -> NDArray {
    let work = Elementwise(f, .value, model.fields)
    if work.isWorthDeferring || a.awaitsReduction || b.awaitsReduction {
      return work.deferring([a, b], model.layout.dense)
    }
    let result = model.uninitializedLike()
    work.run(into: result.storage.bytes, a, b)
    return result
  }

  /// `seed · f'(x)`, element by element, with `y = f(x)` at hand.
  ///
  /// The result has the shape of `y`. What `f` does not read (see `Reads`) may be any array that
  /// broadcasts to that shape.
  package static func chain(
    _ f: Elementary.Opcode, seed: NDArray, x: NDArray, y: NDArray
  ) -> NDArray {
    let work = Elementwise(f, .chainFirst, y.fields)
    if work.isWorthDeferring { return work.deferring([seed, x, y], y.layout.dense) }
    let result = y.uninitializedLike()
    work.run(into: result.storage.bytes, seed, x, y)
    return result
  }

  /// `seed · ∂f/∂a`, element by element, with `y = f(a, b)` at hand; the result has the shape of
  /// `y`.
  package static func chainFirst(
    _ f: Elementary.Opcode, seed: NDArray, _ a: NDArray, _ b: NDArray, y: NDArray
  ) -> NDArray {
    chain(f, .chainFirst, seed, a, b, y)
  }

  /// `seed · ∂f/∂b`, element by element, with `y = f(a, b)` at hand; the result has the shape of
  /// `y`.
  package static func chainSecond(
    _ f: Elementary.Opcode, seed: NDArray, _ a: NDArray, _ b: NDArray, y: NDArray
  ) -> NDArray {
    chain(f, .chainSecond, seed, a, b, y)
  }

  private static func chain(
    _ f: Elementary.Opcode, _ role: ElementwiseRole, _ seed: NDArray, _ a: NDArray,
    _ b: NDArray, _ y: NDArray
  ) -> NDArray {
    let work = Elementwise(f, role, y.fields)
    if work.isWorthDeferring { return work.deferring([seed, a, b, y], y.layout.dense) }
    let result = y.uninitializedLike()
    work.run(into: result.storage.bytes, seed, a, b, y)
    return result
  }

  /// Adds an array of the same shape and type to this one, in place if it is not shared.
  package mutating func accumulate(_ other: NDArray) {
    precondition(
      other.fields.hasType(of: fields),
      "a \(dtype) array of shape \(shape) cannot take up a \(other.dtype) one of \(other.shape)")
    let work = Elementwise(.add, .value, fields)
    if !work.isWorthDeferring, isOverwritable {
      work.run(into: mutableAddress, self, other)
    } else {
      self = NDArray.binary(.add, copy self, other)
    }
  }
}

extension NDArray {
  /// True for a number that will be known when the elements behind it have been gone through.
  ///
  /// What is computed from it, a mean or a weighted loss, waits too: otherwise the elements would
  /// be gone through for this number alone, and for the gradient a second time.
  @inline(__always)
  fileprivate var awaitsReduction: Bool {
    guard storage.isDeferred, let expression = storage.expression, elementCount == 1 else {
      return false
    }
    return expression.awaitsReduction
  }
}

/// One elementary function in one role for a result of one layout.
private struct Elementwise {
  let function: Elementary.Opcode
  let role: ElementwiseRole
  /// Shape and type of the result, which is dense; valid while the array is held that they are
  /// from.
  let layout: UnsafePointer<LayoutFields>

  @inline(__always)
  init(
    _ function: Elementary.Opcode, _ role: ElementwiseRole, _ layout: UnsafePointer<LayoutFields>
  ) {
    let dtype = layout.pointee.dtype
    precondition(
      dtype.isFloatingPoint,
      "\(function.name) is not defined for \(dtype); convert to a floating-point type first")
    self.function = function
    self.role = role
    self.layout = layout
  }

  private var dtype: DType { layout.pointee.dtype }
  private var count: Int { layout.pointee.elementCount }

  // MARK: Later

  /// True if the result is large enough to be put off.
  @inline(__always)
  var isWorthDeferring: Bool {
    count >= Deferral.threshold && count > 0 && dtype.isFloatingPoint
  }

  func deferring(_ operands: [NDArray], _ layout: ArrayLayout) -> NDArray {
    for operand in operands { check(operand) }
    return DeferredExpression.deferring(function, role, operands, layout: layout)
  }

  private func check(_ operand: borrowing NDArray) {
    let own = operand.fields
    precondition(
      own.pointee.dtype == dtype, "\(function.name) of \(dtype) meets \(own.pointee.dtype)")
    precondition(
      own.hasShape(of: layout) || own.pointee.shape.isBroadcastable(to: layout.pointee.shape),
      "\(function.name): \(own.pointee.shape) does not broadcast to \(layout.pointee.shape)")
  }

  // MARK: At once

  // Operands are borrowed: counting references would take longer than the loop over a small array.

  func run(into destination: UnsafeMutableRawPointer, _ x: borrowing NDArray) {
    if isSmall, lies(x) {
      var address = x.address
      call(count, &address, destination)
      return withExtendedLifetime(x.storage) {}
    }
    runSegmented(into: destination, [copy x])
  }

  func run(
    into destination: UnsafeMutableRawPointer, _ a: borrowing NDArray, _ b: borrowing NDArray
  ) {
    if isSmall, lies(a), lies(b) {
      withUnsafeTemporaryAllocation(of: UnsafeRawPointer.self, capacity: 2) { addresses in
        addresses[0] = a.address
        addresses[1] = b.address
        call(count, UnsafePointer(addresses.baseAddress!), destination)
      }
      withExtendedLifetime(a.storage) {}
      return withExtendedLifetime(b.storage) {}
    }
    runSegmented(into: destination, [copy a, copy b])
  }

  func run(
    into destination: UnsafeMutableRawPointer, _ seed: borrowing NDArray, _ x: borrowing NDArray,
    _ y: borrowing NDArray
  ) {
    if isSmall, lies(seed), lies(x), lies(y) {
      withUnsafeTemporaryAllocation(of: UnsafeRawPointer.self, capacity: 3) { addresses in
        addresses[0] = seed.address
        addresses[1] = x.address
        addresses[2] = y.address
        call(count, UnsafePointer(addresses.baseAddress!), destination)
      }
      withExtendedLifetime(seed.storage) {}
      withExtendedLifetime(x.storage) {}
      return withExtendedLifetime(y.storage) {}
    }
    runSegmented(into: destination, [copy seed, copy x, copy y])
  }

  func run(
    into destination: UnsafeMutableRawPointer, _ seed: borrowing NDArray, _ a: borrowing NDArray,
    _ b: borrowing NDArray, _ y: borrowing NDArray
  ) {
    if isSmall, lies(seed), lies(a), lies(b), lies(y) {
      withUnsafeTemporaryAllocation(of: UnsafeRawPointer.self, capacity: 4) { addresses in
        addresses[0] = seed.address
        addresses[1] = a.address
        addresses[2] = b.address
        addresses[3] = y.address
        call(count, UnsafePointer(addresses.baseAddress!), destination)
      }
      withExtendedLifetime(seed.storage) {}
      withExtendedLifetime(a.storage) {}
      withExtendedLifetime(b.storage) {}
      return withExtendedLifetime(y.storage) {}
    }
    runSegmented(into: destination, [copy seed, copy a, copy b, copy y])
  }

  /// Operands that are stretched, strided or large.
  @inline(never)
  private func runSegmented(into destination: UnsafeMutableRawPointer, _ operands: [NDArray]) {
    if count <= ElementwiseDriver.segment, count > 0,
      operands.allSatisfy({ lies($0) || $0.elementCount == 1 && $0.dtype == dtype })
    {
      return runRepeating(into: destination, operands)
    }
    withUnsafeTemporaryAllocation(of: SegmentOperand.self, capacity: operands.count) { segments in
      for (place, operand) in operands.enumerated() {
        check(operand)
        segments.initializeElement(at: place, to: SegmentOperand(operand, over: layout))
      }
      ElementwiseDriver.run(
        shape: layout.pointee.shape, destination: destination, elementSize: dtype.byteCount,
        operands: segments, piece: piece, kernel: call)
    }
    withExtendedLifetime(operands) {}
  }

  /// A small array meets single numbers: they are written out once, without a plan.
  private func runRepeating(into destination: UnsafeMutableRawPointer, _ operands: [NDArray]) {
    let slot = (layout.pointee.byteCount + 63) & ~63
    withScratchBytes(operands.count * slot) { room in
      withUnsafeTemporaryAllocation(of: UnsafeRawPointer.self, capacity: operands.count) {
        addresses in
        for (place, operand) in operands.enumerated() {
          addresses[place] = operand.address
          if lies(operand) { continue }
          let buffer = room + place &* slot
          switch dtype.byteCount {
          case 4:
            let value = operand.address.element(0, as: UInt32.self)
            for i in 0..<count { buffer.element(i, value) }
          default:
            let value = operand.address.element(0, as: UInt64.self)
            for i in 0..<count { buffer.element(i, value) }
          }
          addresses[place] = UnsafeRawPointer(buffer)
        }
        call(count, UnsafePointer(addresses.baseAddress!), destination)
      }
    }
    withExtendedLifetime(operands) {}
  }

  /// The elements that are worth a thread's while.
  private var piece: Int { function.isCheap ? 1 << 16 : 1 << 14 }

  // Most arrays of a small model are dense and one piece: they skip the driver's bookkeeping, which
  // would cost as much as the operation.

  @inline(__always)
  private var isSmall: Bool { count &- 1 < piece && count > 0 }

  /// True if the elements of the operand lie as those of the result do.
  @inline(__always)
  private func lies(_ operand: borrowing NDArray) -> Bool {
    let own = operand.fields
    if own == layout { return own.pointee.isContiguous }
    // One element for a result of one element is dense whatever its axes are called.
    return own.pointee.dtype == dtype
      && (own.pointee.isContiguous && own.pointee.shape == layout.pointee.shape
        || count == 1 && own.pointee.elementCount == 1)
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
    case .int32, .bool: preconditionFailure("elements are floating-point numbers here")
    }
  }
}
