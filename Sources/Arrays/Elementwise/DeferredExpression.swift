// A result that has not been computed yet, when it is computed, and what may be put off. How a tree
// of such results is computed is in ElementwiseProgram.
//
// A large elementwise operation is bound by memory: each one reads and writes whole arrays. Put off
// until a value is read, a run of operations is computed segment by segment, and what lies between
// the first operand and the last result never leaves the cache. The reverse walk needs no mechanism
// of its own: its rules are elementwise operations too, so the chain of adjoints becomes one more
// expression, which recomputes the values it reads instead of having them saved.
//
// Results do not depend on when an expression is computed: every element goes through the same
// instructions in the same order. Small arrays are computed at once, since noting an operation down
// takes as long as some thousand elements.

import AdjointElementary
import AdjointKernels
import Synchronization

/// What is put off, and the limits within which.
package enum Deferral {
  /// The fewest elements of a result that is put off.
  ///
  /// Only speed depends on it. Tests set it to see that, and the environment variable
  /// `ADJOINT_DEFERRAL` sets it for a whole process: with 1 every test tests what is put off.
  package static var threshold: Int {
    get { storedThreshold.load(ordering: .relaxed) }
    set { storedThreshold.store(newValue, ordering: .relaxed) }
  }

  /// Measured: below this, an operation costs less than writing it down and coming back to it.
  package static let usualThreshold = 1 << 14

  private static let storedThreshold = Atomic<Int>(
    environmentNumber("ADJOINT_DEFERRAL") ?? usualThreshold)

  /// The longest path from a result down to what is computed; a bound for the recursion of
  /// releases.
  static let depth = 32
  /// The most operations of one expression, and the most arrays it may keep alive.
  static let operationCount = 96
  static let operandCount = 12
  /// A value that has been computed in passing this often is written down the next time.
  static let recomputations = 2
}

/// One operation whose result has not been computed.
///
/// Expressions refer to one another through the storage of their operands. They may be shared
/// between threads; the thread that needs the elements first computes them under the lock, and the
/// others wait. Locks are taken from results toward operands only, which cannot close a circle.
final class DeferredExpression: Sendable {
  /// The operation, as long as its result has not been computed.
  enum Operation {
    /// One to four operands; a row shorter than the result is stretched.
    case elementwise(Elementary.Opcode, ElementwiseRole, [NDArray])
    /// All elements of one array become one.
    case reduction(ReductionKind, NDArray)
    /// The product of two matrices.
    case product(NDArray, NDArray)

    var operands: [NDArray] {
      switch self {
      case .elementwise(_, _, let operands): operands
      case .reduction(_, let operand): [operand]
      case .product(let first, let second): [first, second]
      }
    }
  }

  /// Sendable by hand: `Storage` is read and written only under the mutex that holds this state,
  /// and what leaves it is not written to while it is shared.
  private struct State: @unchecked Sendable {
    var operation: Operation?
    /// The elements, once computed.
    var result: Storage?
    /// How often the elements have been computed in passing.
    var passes = 0

    /// The operation for a program that computes its result in passing.
    mutating func passed() -> (operation: Operation, isDue: Bool)? {
      guard let operation else { return nil }
      passes += 1
      return (operation, passes > Deferral.recomputations)
    }
  }

  /// Of the result, dense.
  let layout: ArrayLayout
  /// The longest path down to what was computed when this was put off.
  let depth: Int
  /// At least the number of operations to be done; those that are shared may count twice.
  let size: Int
  private let state: Mutex<State>

  private init(_ operation: Operation, _ layout: ArrayLayout, depth: Int, size: Int) {
    self.layout = layout
    self.depth = depth
    self.size = size
    state = Mutex(State(operation: operation))
  }

  /// An array that stands for the result of an elementwise operation.
  static func deferring(
    _ function: Elementary.Opcode, _ role: ElementwiseRole, _ operands: [NDArray],
    layout: ArrayLayout
  ) -> NDArray {
    var (depth, size) = (1, 1)
    for operand in operands {
      guard let inner = operand.pendingExpression(in: layout) else {
        // What is no part of this expression may still be waiting for others.
        depth = max(depth, (operand.storage.expression?.depth ?? 0) + 1)
        continue
      }
      depth = max(depth, inner.depth + 1)
      size += inner.size
    }
    if depth > Deferral.depth || size > Deferral.operationCount {
      let extent = ElementwiseProgram.extent(of: operands, in: layout)
      if depth > Deferral.depth || extent.operations > Deferral.operationCount
        || extent.leaves > Deferral.operandCount
      {
        for operand in operands { _ = operand.storage.bytes }
        (depth, size) = (1, 1)
      } else {
        size = extent.operations + 1
      }
    }
    let expression = DeferredExpression(
      .elementwise(function, role, operands), layout, depth: depth, size: size)
    return NDArray(storage: Storage.deferred(expression))
  }

  /// An array that stands for the reduction of all elements of an expression.
  static func deferring(
    _ kind: ReductionKind, _ operand: NDArray, _ inner: DeferredExpression, shape: Shape
  ) -> NDArray {
    let layout = shape.rank == 0 ? .scalar(operand.dtype) : ArrayLayout(shape, operand.dtype)
    let expression = DeferredExpression(
      .reduction(kind, operand), layout, depth: inner.depth + 1, size: 1)
    return NDArray(storage: Storage.deferred(expression))
  }

  /// An array that stands for the product of two matrices.
  ///
  /// Its elements are never computed segment by segment: a read computes the whole product. It
  /// is put off for those who do not read them; see `NDArray.puttingOffProduct`.
  static func deferring(productOf a: NDArray, _ b: NDArray, layout: ArrayLayout) -> NDArray {
    let depth = max(a.storage.expression?.depth ?? 0, b.storage.expression?.depth ?? 0) + 1
    if depth > Deferral.depth { for operand in [a, b] { _ = operand.storage.bytes } }
    let expression = DeferredExpression(
      .product(a, b), layout, depth: depth > Deferral.depth ? 1 : depth, size: 1)
    return NDArray(storage: Storage.deferred(expression))
  }

  /// The operation, or nil if its result has been computed.
  var pending: Operation? { state.withLock { $0.operation } }

  /// The operation, for a program that computes its result in passing; `isDue` says that the result
  /// has been computed so often that it had better be kept.
  func pendingInPassing() -> (operation: Operation, isDue: Bool)? {
    state.withLock { $0.passed() }
  }

  /// The operation, unless a thread is at work on it.
  func pendingIfFree() -> Operation? {
    state.withLockIfAvailable { $0.operation } ?? nil
  }

  /// True for a reduction that has yet to be computed, and for what is computed from one directly.
  var awaitsReduction: Bool {
    switch pending {
    case nil, .product: false
    case .reduction: true
    case .elementwise(_, _, let operands):
      operands.contains { operand in
        if case .reduction = operand.storage.expression?.pending { true } else { false }
      }
    }
  }

  /// Takes up elements that another program has computed in passing.
  func adopt(_ result: Storage) {
    let taken = Handover(storage: result)
    // What was needed to compute the result is released after the lock.
    let dropped = state.withLock { state -> Operation? in
      guard let operation = state.operation.take() else { return nil }
      state.result = taken.storage
      return operation
    }
    withExtendedLifetime(dropped) {}
  }

  /// The elements, computed now if they have not been before.
  ///
  /// Of other results that are wanted too, those that go over the same elements are computed in the
  /// same pass; the others are left as they are.
  @discardableResult
  func compute(alongside others: [DeferredExpression] = []) -> UnsafeMutableRawPointer {
    let address = state.withLock { state -> UInt in
      if let result = state.result { return UInt(bitPattern: result.bytes) }
      guard let operation = state.operation.take() else {
        preconditionFailure("a deferred result has neither elements nor an operation")
      }
      let result: Storage
      switch consume operation {
      case .elementwise(let function, let role, let operands):
        // The program holds the operands that it reads, and from here on it may be the only one.
        var program = ElementwiseProgram(self, function, role, consume operands)
        for other in others where other !== self { program.include(other) }
        result = program.run()
      case .reduction(let kind, let operand):
        result = Storage.make(layout)
        ReductionDriver(kind: kind, dtype: layout.dtype).runAll(operand, to: result.bytes)
      case .product(let first, let second):
        result = NDArray.matmul(first, second).storage
      }
      state.result = result
      return UInt(bitPattern: result.bytes)
    }
    return UnsafeMutableRawPointer(bitPattern: address).unsafelyUnwrapped
  }

  /// Storage on its way under a lock.
  ///
  /// Sendable by hand: the thread that hands it over has finished writing to it.
  private struct Handover: @unchecked Sendable {
    let storage: Storage
  }
}

extension NDArray {
  /// The expression behind this operand of an elementwise result, if it is one over the same
  /// elements and has yet to be computed.
  ///
  /// Views that stretch or permute a deferred array need its elements in memory.
  func pendingExpression(in layout: ArrayLayout) -> DeferredExpression? {
    guard let expression = storage.expression, expression.layout.hasType(of: layout),
      case .elementwise = expression.pending
    else { return nil }
    return expression
  }

  /// True if the elements have been put off, computed by now or not.
  package var isDeferred: Bool { storage.isDeferred }

  /// Computes what has been put off, results over the same elements in one pass.
  ///
  /// A loss and its gradient share most of what they read: computed together, they read it once.
  package static func compute(_ arrays: [NDArray]) {
    let expressions = arrays.compactMap { array in
      array.storage.expression.flatMap { $0.pending == nil ? nil : $0 }
    }
    if expressions.isEmpty { return }
    // Reductions that a result waits for may be a pass over the elements of another one.
    var companions = expressions
    for expression in expressions {
      guard let operation = expression.pending else { continue }
      for operand in operation.operands {
        guard let inner = operand.storage.expression, case .reduction = inner.pending else {
          continue
        }
        companions.append(inner)
      }
    }
    // The largest first: what goes over few elements, such as a mean, waits for those that go over
    // many.
    for expression in expressions.sorted(by: { $0.layout.elementCount > $1.layout.elementCount }) {
      guard case .elementwise = expression.pending else { continue }
      expression.compute(alongside: companions)
    }
    for expression in expressions { expression.compute() }
  }
}
