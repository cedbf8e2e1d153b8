// What a tape keeps of an operation on tensors, and the growing buffer that holds it. It has never
// heard of derivatives: what is kept, and for which rule, is for the primitive to say.

import AdjointArrays
import AdjointElementary
import AdjointSupport

extension Tape {
  /// One operation on tensors.
  struct TensorNode {
    var primitive: any Primitive
    var application: Application
    /// True for the input of a nested derivative: the outer value under an index of its own.
    let isAlias: Bool

    /// The operands by index, and the values that the rules of the primitive read.
    struct Application {
      var operands: OperandList
      var result: NDArray?
      let layout: ArrayLayout
      let index: Int32
    }

    /// True for what a level that begins at the record `bottom` takes derivatives with respect to.
    func isInput(of bottom: Int) -> Bool {
      application.operands.isEmpty || isAlias && Int(application.operands[0].index) < bottom
    }

    /// Moves out what the rules read; of the operands the tape keeps which they are.
    ///
    /// So it is freed as soon as they have run. A copy would count a reference for each operand,
    /// which takes longer than a rule on a small tensor.
    mutating func releaseValues() -> Application {
      var released = Application(
        operands: .indicesAlone(of: &application.operands), result: nil, layout: application.layout,
        index: application.index)
      swap(&released.operands, &application.operands)
      swap(&released.result, &application.result)
      return released
    }
  }

  /// One operand of an operation on tensors.
  struct Operand {
    /// The index of its record; -1 for a constant.
    let index: Int32
    private let layoutFields: UnsafePointer<LayoutFields>?
    private let content: Content

    private enum Content {
      case value(NDArray)
      case layout(ArrayLayout)
      case nothing
    }

    /// No operand, where a list has room for more than it holds.
    init() { self.init(index: -1) }

    /// An operand of which no more is known than which it is.
    init(index: Int32) {
      self.index = index
      layoutFields = nil
      content = .nothing
    }

    /// An operand whose value no rule reads.
    init(index: Int32, layout: ArrayLayout) {
      self.index = index
      layoutFields = layout.fields
      content = .layout(layout)
    }

    init(_ operand: Tensor, keepsValue: Bool) {
      index = operand.tensorIndex
      layoutFields = operand.array.fields
      content = keepsValue ? .value(operand.array) : .layout(operand.array.layout)
    }

    /// Shape and element type, valid while the operand is held; to look at them copies nothing.
    @inline(__always)
    var fields: UnsafePointer<LayoutFields> { layoutFields.unsafelyUnwrapped }

    /// The value, if a rule reads it; by address, since to look at an operand would copy all of it.
    @inline(__always)
    static func value(_ operand: UnsafePointer<Operand>) -> NDArray? {
      if case .value(let array) = operand.pointee.content { array } else { nil }
    }

    var type: TensorType { TensorType(fields.pointee.shape, fields.pointee.dtype) }
  }

  /// The operands of one operation, in order.
  ///
  /// Nearly all operations have at most three, and an array would be an allocation for each of
  /// them.
  struct OperandList {
    private var first = Operand()
    private var second = Operand()
    private var third = Operand()
    private var rest: [Operand] = []
    private(set) var count = 0

    init() {}

    init(_ first: Operand, _ second: Operand? = nil, _ third: Operand? = nil) {
      self.first = first
      self.second = second ?? Operand()
      self.third = third ?? Operand()
      count = third != nil ? 3 : second != nil ? 2 : 1
    }

    init(_ operands: some Collection<Operand>) {
      for operand in operands {
        switch count {
        case 0: first = operand
        case 1: second = operand
        case 2: third = operand
        default: rest.append(operand)
        }
        count += 1
      }
    }

    init(_ operands: [Tensor], keepsValues: Bool) {
      self.init(operands.lazy.map { Operand($0, keepsValue: keepsValues) })
    }

    var isEmpty: Bool { count == 0 }
    var indices: Range<Int> { 0..<count }

    subscript(position: Int) -> Operand {
      @inline(__always) _read {
        switch position {
        case 0: yield first
        case 1: yield second
        case 2: yield third
        default: yield rest[position - 3]
        }
      }
    }

    /// Where an operand lies, for as long as the list stays where it is.
    ///
    /// The first three are the first properties of the list, one after the other.
    @inline(__always)
    static func address(
      of position: Int, in list: UnsafePointer<OperandList>
    ) -> UnsafePointer<Operand> {
      if position < 3 {
        return UnsafeRawPointer(list).assumingMemoryBound(to: Operand.self) + position
      }
      return list.pointee.rest.withUnsafeBufferPointer { rest in
        guard let first = rest.baseAddress, position < rest.count + 3 else {
          stop("the rules of a primitive: it has no operand \(position). Operands count from 0.")
        }
        return first + (position - 3)
      }
    }

    /// The operands without their types and values; by address, since passing the list on would
    /// copy it.
    @inline(__always)
    static func indicesAlone(of list: UnsafePointer<OperandList>) -> OperandList {
      func alone(_ position: Int) -> Operand {
        Operand(index: address(of: position, in: list).pointee.index)
      }
      var indices = OperandList()
      indices.count = list.pointee.count
      (indices.first, indices.second, indices.third) = (alone(0), alone(1), alone(2))
      if indices.count > 3 { indices.rest = (3..<indices.count).map(alone) }
      return indices
    }

    /// True if the test accepts the index of an operand; by address, since passing a list on would
    /// copy it.
    @inline(__always)
    static func contains(_ list: UnsafePointer<OperandList>, where test: (Int32) -> Bool) -> Bool {
      for position in 0..<list.pointee.count {
        if test(address(of: position, in: list).pointee.index) { return true }
      }
      return false
    }
  }

  /// The operations on tensors, in the order in which they were recorded.
  ///
  /// A buffer of its own and no array, because a walk looks at nodes where they lie. What it would
  /// copy out of an array that is a property of a class, a node with all its references, took
  /// longer to count than a rule on a small tensor takes to run.
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
    func pointer(to position: Int) -> UnsafeMutablePointer<TensorNode> {
      precondition(position >= 0 && position < count, "the tape has no such tensor")
      return base + position
    }

    subscript(position: Int) -> TensorNode {
      @inline(__always) _read { yield pointer(to: position).pointee }
    }

    /// The type of a node's result, read where it lies.
    func type(of position: Int) -> TensorType {
      let fields = pointer(to: position).pointee.application.layout.fields
      return TensorType(fields.pointee.shape, fields.pointee.dtype)
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
