// How a deferred result and everything it is made of become a list of instructions, and what
// becomes of the results. It is a tape in small: instructions in order, each one call of a kernel
// on a segment (see ElementwiseProgram+Segments).

import AdjointElementary
import AdjointKernels

/// The instructions for one deferred result, or for several that are computed together.
struct ElementwiseProgram {
  /// Where an instruction reads: a leaf, or what another instruction has put into its row.
  enum Source {
    case leaf(Int)
    case instruction(Int)
  }

  struct Instruction {
    let function: Elementary.Opcode
    let role: ElementwiseRole
    let sources: [Source]
    /// The instruction's row, or the output that it is instead.
    var row = 0
    var output: Int?
  }

  /// What becomes of the elements that an instruction computes.
  enum Output {
    /// They are the result.
    case result
    /// They are written down in passing.
    case kept(DeferredExpression)
    /// They become one number block by block, and are not kept.
    case reduced(ReductionKind, DeferredExpression)
  }

  let layout: ArrayLayout
  /// Whose result is computed; asking it for its operation meanwhile would wait for ever.
  private let root: DeferredExpression
  var instructions: [Instruction] = []
  /// Arrays whose elements are there.
  var leaves: [NDArray] = []
  var outputs: [(kind: Output, instruction: Int)] = []
  var rowCount = 0
  private var places: [ObjectIdentifier: Source] = [:]

  /// The program for the result of an expression.
  init(
    _ root: DeferredExpression, _ function: Elementary.Opcode, _ role: ElementwiseRole,
    _ operands: consuming [NDArray]
  ) {
    self.root = root
    layout = root.layout
    // The result is the first output, whatever else turns out to be due on the way to it.
    outputs.append((.result, 0))
    outputs[0].instruction = emit(function, role, operands)
  }

  /// Adds another result that goes over the same elements; one that does not is left alone.
  mutating func include(_ expression: DeferredExpression) {
    guard outputs.count < 4, let operation = expression.pendingIfFree() else { return }
    switch operation {
    case .elementwise(let function, let role, let operands):
      guard expression.layout.hasType(of: layout) else { return }
      let wasEmitted = places.values.contains { place in
        if case .instruction(let number) = place { isOutput(number, expression) } else { false }
      }
      if wasEmitted { return }
      outputs.append((.kept(expression), emit(function, role, operands)))
    case .reduction(let kind, let operand):
      guard layout.elementCount > 2 * ReductionDriver.block, operand.layout.hasType(of: layout),
        operand.storage.expression === root || operand.pendingExpression(in: layout) != nil,
        case .instruction(let number) = source(of: operand),
        !outputs.contains(where: { $0.instruction == number })
      else { return }
      outputs.append((.reduced(kind, expression), number))
    case .product: return
    }
  }

  private func isOutput(_ number: Int, _ expression: DeferredExpression) -> Bool {
    outputs.contains { output in
      if output.instruction == number, case .kept(let kept) = output.kind {
        kept === expression
      } else {
        false
      }
    }
  }

  // MARK: From expressions to instructions

  /// The number of operations and of leaves that a result with these operands would have.
  static func extent(of operands: [NDArray], in layout: ArrayLayout) -> (
    operations: Int, leaves: Int
  ) {
    var seen: Set<ObjectIdentifier> = []
    var (operations, leaves) = (0, 0)
    var waiting = operands
    while let operand = waiting.popLast() {
      guard seen.insert(ObjectIdentifier(operand.storage)).inserted else { continue }
      if case .elementwise(_, _, let operands) = operand.pendingExpression(in: layout)?.pending {
        operations += 1
        waiting.append(contentsOf: operands)
      } else {
        leaves += 1
      }
    }
    return (operations, leaves)
  }

  /// Appends an operation after all that it reads.
  ///
  /// Recursive: the depth of deferred expressions is bounded when they are made.
  private mutating func emit(
    _ function: Elementary.Opcode, _ role: ElementwiseRole, _ operands: [NDArray]
  ) -> Int {
    var sources: [Source] = []
    sources.reserveCapacity(operands.count)
    for operand in operands { sources.append(source(of: operand)) }
    instructions.append(Instruction(function: function, role: role, sources: sources))
    return instructions.count - 1
  }

  private mutating func source(of operand: NDArray) -> Source {
    // What is included besides may read the result itself.
    if operand.storage.expression === root { return .instruction(outputs[0].instruction) }
    let key = ObjectIdentifier(operand.storage)
    if let expression = operand.pendingExpression(in: layout) {
      if let place = places[key] { return place }
      if let (operation, isDue) = expression.pendingInPassing(),
        case .elementwise(let function, let role, let operands) = operation
      {
        let number = emit(function, role, operands)
        if isDue { outputs.append((.kept(expression), number)) }
        let place = Source.instruction(number)
        places[key] = place
        return place
      }
    }
    for (number, leaf) in leaves.enumerated() where leaf.storage === operand.storage {
      return .leaf(number)
    }
    leaves.append(operand)
    return .leaf(leaves.count - 1)
  }

  /// Gives every instruction a row of its own until the last instruction that reads it has run.
  private mutating func assignRows() {
    var lastUse = [Int](repeating: -1, count: instructions.count)
    for (number, instruction) in instructions.enumerated() {
      for case .instruction(let source) in instruction.sources { lastUse[source] = number }
    }
    for (place, output) in outputs.enumerated() { instructions[output.instruction].output = place }
    var free: [Int] = []
    for number in instructions.indices {
      // A kernel may write over what it reads, so rows read for the last time are free at once.
      for case .instruction(let source) in instructions[number].sources
      where lastUse[source] == number && instructions[source].output == nil {
        if !free.contains(instructions[source].row) { free.append(instructions[source].row) }
      }
      guard instructions[number].output == nil else { continue }
      if let row = free.popLast() {
        instructions[number].row = row
      } else {
        instructions[number].row = rowCount
        rowCount += 1
      }
    }
  }

  // MARK: Running

  /// Computes the result, and what was included.
  ///
  /// It is written over an operand held by this program alone, if there is one.
  mutating func run() -> Storage {
    assignRows()
    let result = disposableLeaf() ?? Storage.make(layout)
    var targets: [Target] = []
    var storages: [Storage] = []
    var partials: [Scratch?] = []
    let blocks = ceilingQuotient(layout.elementCount, ReductionDriver.block)
    for output in outputs {
      switch output.kind {
      case .result:
        targets.append(.array(result.bytes))
        storages.append(result)
        partials.append(nil)
      case .kept:
        let storage = Storage.make(layout)
        targets.append(.array(storage.bytes))
        storages.append(storage)
        partials.append(nil)
      case .reduced(_, let expression):
        targets.append(.block)
        storages.append(Storage.make(expression.layout))
        partials.append(Scratch(byteCount: blocks * layout.dtype.byteCount))
      }
    }
    let code = self.code
    prepared { driver, operands in
      let count = layout.elementCount
      parallelFor(pieces: blocks) { index in
        let start = index &* ReductionDriver.block
        let range = start..<min(start &+ ReductionDriver.block, count)
        run(code, range, driver, operands, targets) { place, elements in
          guard case .reduced(let kind, _) = outputs[place].kind, let partial = partials[place]
          else { return }
          ReductionDriver(kind: kind, dtype: layout.dtype).reduceRow(
            range.count, elements, partial.bytes + index &* layout.dtype.byteCount)
        }
      }
    }
    for (place, output) in outputs.enumerated() {
      switch output.kind {
      case .result: break
      case .kept(let expression): expression.adopt(storages[place])
      case .reduced(let kind, let expression):
        if let partial = partials[place] {
          ReductionDriver(kind: kind, dtype: layout.dtype).run(
            outer: 1, count: blocks, inner: 1, from: partial.bytes, to: storages[place].bytes)
        }
        expression.adopt(storages[place])
      }
    }
    withExtendedLifetime(storages) {}
    return result
  }

  /// The storage of an operand that lies as the result does and is referenced by this program
  /// alone.
  ///
  /// A segment of the result is the last thing written for its elements only if nothing is computed
  /// after it.
  private mutating func disposableLeaf() -> Storage? {
    guard outputs[0].instruction == instructions.count - 1 else { return nil }
    for number in leaves.indices
    where leaves[number].layout.hasType(of: layout) && leaves[number].isOverwritable {
      return leaves[number].storage
    }
    return nil
  }

  /// Reduces the result to one number without keeping its elements.
  mutating func reduce(_ kind: ReductionKind, to destination: UnsafeMutableRawPointer) {
    assignRows()
    let driver = ReductionDriver(kind: kind, dtype: layout.dtype)
    let size = layout.dtype.byteCount
    let block =
      layout.elementCount > 2 * ReductionDriver.block
      ? ReductionDriver.block : layout.elementCount
    let blocks = ceilingQuotient(layout.elementCount, block)
    let partial = Scratch(byteCount: blocks * size)
    var targets = [Target.block]
    var storages: [Storage] = []
    for _ in outputs.dropFirst() {
      let storage = Storage.make(layout)
      storages.append(storage)
      targets.append(.array(storage.bytes))
    }
    let code = self.code
    prepared { elementwise, operands in
      parallelFor(pieces: blocks) { index in
        let start = index &* block
        let range = start..<min(start &+ block, layout.elementCount)
        run(code, range, elementwise, operands, targets) { _, elements in
          driver.reduceRow(range.count, elements, partial.bytes + index &* size)
        }
      }
    }
    for (output, storage) in zip(outputs.dropFirst(), storages) {
      if case .kept(let expression) = output.kind { expression.adopt(storage) }
    }
    driver.run(outer: 1, count: blocks, inner: 1, from: partial.bytes, to: destination)
    withExtendedLifetime((partial, storages)) {}
  }
}
