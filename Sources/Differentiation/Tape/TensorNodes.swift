// What this file knows: what a tape keeps of the operations on tensors, and the growing buffer that
// holds it. How it is walked is in ReverseMode and ForwardMode.

import AdjointArrays
import AdjointElementary

extension Tape {
  /// What the tape keeps of a tensor operation.
  struct TensorNode {
    var primitive: any Primitive
    /// The function, if the primitive is an elementwise one.
    var function: Elementary.Opcode?
    var kept: Kept
    var layout: ArrayLayout
    var index: Int32

    var type: TensorType { TensorType(layout.shape, layout.dtype) }

    /// The operands, and what was kept of them and of the result for the derivative rules.
    struct Kept {
      var operands = OperandList()
      var result: NDArray?
    }

    /// Gives away what was kept; the tape has it no longer.
    mutating func release() -> Kept {
      var given = Kept()
      swap(&given, &kept)
      return given
    }
  }

  /// The operations on tensors, in the order in which they were recorded.
  ///
  /// A buffer of its own and no array: a walk looks at nodes where they lie, and what it would copy out of
  /// an array that is a property of a class, a node with all its references, took longer to count than a
  /// rule on a small tensor takes to run.
  struct TensorNodes: ~Copyable {
    private var base = UnsafeMutablePointer<TensorNode>.allocate(capacity: 16)
    private var capacity = 16
    private(set) var count = 0

    deinit {
      base.deinitialize(count: count)
      base.deallocate()
    }

    /// Where a node lies, until the next one is recorded.
    @inline(__always)
    func pointer(to slot: Int) -> UnsafeMutablePointer<TensorNode> {
      precondition(slot >= 0 && slot < count, "the tape has no such tensor")
      return base + slot
    }

    subscript(slot: Int) -> TensorNode {
      @inline(__always) _read { yield pointer(to: slot).pointee }
    }

    mutating func append(_ node: consuming TensorNode) {
      if count == capacity { grow() }
      (base + count).initialize(to: node)
      count += 1
    }

    @inline(never)
    private mutating func grow() {
      let larger = UnsafeMutablePointer<TensorNode>.allocate(capacity: 2 * capacity)
      larger.moveInitialize(from: base, count: count)
      base.deallocate()
      base = larger
      capacity *= 2
    }

    /// Forgets the nodes recorded last; the memory is kept for the next ones.
    mutating func removeLast(_ number: Int) {
      count -= number
      (base + count).deinitialize(count: number)
    }
  }
}
