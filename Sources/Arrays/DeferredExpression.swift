// What this file knows: an elementwise result that has not been computed yet, when it is computed, and
// what may be put off. How a tree of such results is computed is in ElementwiseProgram.
//
// A large elementwise operation is bound by memory: each one reads and writes whole arrays. Put off
// until somebody looks, a run of operations is computed tile by tile, and what lies between the first
// operand and the last result never leaves the cache. The reverse walk needs no mechanism of its own:
// its rules are elementwise operations too, so the chain of adjoints becomes one more expression,
// which recomputes the values it reads instead of having them saved.
//
// Results do not depend on when an expression is computed: every element goes through the same
// instructions in the same order. Small arrays are computed at once, since noting an operation down
// takes as long as some thousand elements.

import AdjointElementary
import AdjointKernelCore
import Synchronization

/// What is put off, and the limits within which.
package enum Deferral {
  /// The fewest elements of a result that is put off.
  ///
  /// Only speed depends on it. Tests set it to see that.
  package static var threshold: Int {
    get { storedThreshold.load(ordering: .relaxed) }
    set { storedThreshold.store(newValue, ordering: .relaxed) }
  }

  /// Measured: below this, an operation costs less than writing it down and coming back to it.
  package static let usualThreshold = 1 << 14

  private static let storedThreshold = Atomic<Int>(usualThreshold)

  /// The longest path from a result down to what is computed; a bound for the recursion of releases.
  static let depth = 32
  /// The most operations of one expression, and the most arrays it may keep alive.
  static let operationCount = 96
  static let operandCount = 12
  /// A value that has been computed in passing this often is written down the next time.
  static let recomputations = 2
}

/// One elementwise operation whose result has not been computed.
///
/// Expressions refer to one another through the storage of their operands. They may be shared between
/// threads; whoever needs the elements first computes them under the lock, and the others wait. Locks
/// are taken from results toward operands only, which cannot close a circle.
final class DeferredExpression: Sendable {
  /// The operation, as long as its result has not been computed.
  struct Operation {
    let function: Elementary.Opcode
    let role: ElementwiseRole
    /// One to four; a row shorter than the result is stretched.
    let operands: [NDArray]
  }

  private struct State: @unchecked Sendable {
    var operation: Operation?
    /// The elements, once computed.
    var result: Storage?
    /// How often the elements have been computed in passing.
    var passes = 0
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

  /// An array that stands for the result of an operation, to be computed when it is needed.
  static func deferring(
    _ function: Elementary.Opcode, _ role: ElementwiseRole, _ operands: [NDArray],
    layout: ArrayLayout
  ) -> NDArray {
    var (depth, size) = (1, 1)
    for operand in operands {
      guard let inner = operand.pendingExpression(in: layout) else { continue }
      depth = max(depth, inner.depth + 1)
      size += inner.size
    }
    if depth > Deferral.depth || size > Deferral.operationCount {
      let extent = ElementwiseProgram.extent(of: operands, in: layout)
      if depth > Deferral.depth || extent.operations > Deferral.operationCount
        || extent.leaves > Deferral.operandCount
      {
        for operand in operands { operand.pendingExpression(in: layout)?.compute() }
        (depth, size) = (1, 1)
      } else {
        size = extent.operations + 1
      }
    }
    let expression = DeferredExpression(
      Operation(function: function, role: role, operands: operands), layout, depth: depth,
      size: size)
    return NDArray(storage: Storage.deferred(expression))
  }

  /// The operation, or nil if its result has been computed.
  var pending: Operation? { state.withLock { $0.operation } }

  /// The operation, for somebody who computes its result in passing; `isDue` says that the result has
  /// been computed so often that it had better be kept.
  func pendingInPassing() -> (operation: Operation, isDue: Bool)? {
    state.withLock { state in
      guard let operation = state.operation else { return nil }
      state.passes += 1
      return (operation, state.passes > Deferral.recomputations)
    }
  }

  /// Takes up elements that somebody else has computed in passing.
  func adopt(_ result: Storage) {
    let taken = Handover(storage: result)
    // What was needed to compute the result is released after the lock.
    let dropped = state.withLock { state -> Operation? in
      guard let operation = state.operation else { return nil }
      state.result = taken.storage
      state.operation = nil
      return operation
    }
    withExtendedLifetime(dropped) {}
  }

  /// The elements, computed now if they have not been before.
  @discardableResult
  func compute() -> UnsafeMutableRawPointer {
    let address = state.withLock { state -> UInt in
      if let result = state.result { return UInt(bitPattern: result.bytes) }
      guard let operation = state.operation.take() else {
        preconditionFailure("a deferred result has neither elements nor an operation")
      }
      // The program holds the operands that it reads, and from here on it may be the only one.
      var program = ElementwiseProgram(consume operation, layout)
      let result = program.run()
      state.result = result
      return UInt(bitPattern: result.bytes)
    }
    return UnsafeMutableRawPointer(bitPattern: address).unsafelyUnwrapped
  }

  /// Storage on its way under a lock.
  private struct Handover: @unchecked Sendable {
    let storage: Storage
  }
}

extension NDArray {
  /// The expression behind this operand of an elementwise result, if it has yet to be computed and lies
  /// element by element as the result does.
  ///
  /// Views that stretch or permute a deferred array need its elements in memory.
  func pendingExpression(in layout: ArrayLayout) -> DeferredExpression? {
    guard let expression = storage.expression, expression.layout.hasType(of: layout),
      expression.pending != nil
    else { return nil }
    return expression
  }
}
