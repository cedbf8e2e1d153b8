// What this file knows: how a deferred result and everything it is made of become a list of
// instructions, and how the list is run over tiles that stay in the first-level cache. It is a tape in
// small: instructions in order, each one call of a kernel on a tile.

import AdjointElementary
import AdjointKernelCore
import AdjointKernels

/// The instructions for one deferred result, or for several that are computed together.
struct ElementwiseProgram {
  /// Where an instruction reads: a leaf, or what another instruction has put into its row.
  private enum Source {
    case leaf(Int)
    case row(Int)
  }

  private struct Instruction {
    let function: Elementary.Opcode
    let role: ElementwiseRole
    var sources: [Source]
    /// The instruction's row, and the output that it is instead, if it is one.
    var row: Int
    var output: Int?
  }

  private let layout: ArrayLayout
  private var instructions: [Instruction] = []
  /// Arrays whose elements are there.
  private var leaves: [NDArray] = []
  /// Results that are written down in passing.
  private var kept: [(expression: DeferredExpression, instruction: Int)] = []
  private var rowCount = 0

  /// The program for the result of an operation.
  init(_ operation: DeferredExpression.Operation, _ layout: ArrayLayout) {
    self.layout = layout
    var places: [ObjectIdentifier: Source] = [:]
    _ = emit(operation, &places)
    assignRows()
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
      if let operation = operand.pendingExpression(in: layout)?.pending {
        operations += 1
        waiting.append(contentsOf: operation.operands)
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
    _ operation: DeferredExpression.Operation, _ places: inout [ObjectIdentifier: Source]
  ) -> Int {
    var sources: [Source] = []
    sources.reserveCapacity(operation.operands.count)
    for operand in operation.operands { sources.append(source(of: operand, &places)) }
    instructions.append(
      Instruction(
        function: operation.function, role: operation.role, sources: sources, row: 0, output: nil))
    return instructions.count - 1
  }

  private mutating func source(
    of operand: NDArray, _ places: inout [ObjectIdentifier: Source]
  ) -> Source {
    let key = ObjectIdentifier(operand.storage)
    if let expression = operand.pendingExpression(in: layout) {
      if let place = places[key] { return place }
      if let (operation, isDue) = expression.pendingInPassing() {
        let number = emit(operation, &places)
        if isDue { kept.append((expression, number)) }
        let place = Source.row(number)
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
      for case .row(let source) in instruction.sources { lastUse[source] = number }
    }
    for (output, kept) in kept.enumerated() { instructions[kept.instruction].output = output + 1 }
    instructions[instructions.count - 1].output = 0
    var free: [Int] = []
    for number in instructions.indices {
      // A kernel may write over what it reads, so rows read for the last time are free at once.
      for case .row(let source) in instructions[number].sources
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

  /// Computes the result.
  ///
  /// It is written over an operand that nobody else holds, if there is one.
  mutating func run() -> Storage {
    let result = disposableLeaf() ?? Storage.make(layout)
    let others = kept.map { _ in Storage.make(layout) }
    let outputs = [result.bytes] + others.map(\.bytes)
    prepared { driver, operands in
      let piece = ElementwiseProgram.piece
      let count = layout.elementCount
      parallelFor(pieces: ceilingQuotient(count, piece)) { index in
        let start = index &* piece
        run(start..<min(start &+ piece, count), driver, operands) {
          outputs[$0] + $1 &* layout.dtype.byteCount
        }
      }
    }
    for (place, storage) in zip(kept, others) { place.expression.adopt(storage) }
    return result
  }

  /// The storage of an operand that lies as the result does and is referenced by this program alone.
  ///
  /// A tile of the result is the last thing written for its elements, when all that reads them has
  /// been run.
  private mutating func disposableLeaf() -> Storage? {
    for number in leaves.indices
    where leaves[number].layout.hasType(of: layout) && leaves[number].isOverwritable {
      return leaves[number].storage
    }
    return nil
  }

  /// Computes the elements in blocks and hands each block out, without keeping them.
  ///
  /// Blocks are handed out on several threads at once, in any order.
  func forEachBlock(
    of blockCount: Int, _ body: (_ block: Int, _ count: Int, _ elements: UnsafeRawPointer) -> Void
  ) {
    let others = kept.map { _ in Storage.make(layout) }
    let size = layout.dtype.byteCount
    prepared { driver, operands in
      parallelFor(pieces: ceilingQuotient(layout.elementCount, blockCount)) { index in
        let start = index &* blockCount
        let range = start..<min(start &+ blockCount, layout.elementCount)
        let room = Scratch(byteCount: range.count &* size)
        run(range, driver, operands) { output, position in
          output == 0
            ? room.bytes + (position &- start) &* size
            : others[output - 1].bytes + position &* size
        }
        body(index, range.count, UnsafeRawPointer(room.bytes))
        withExtendedLifetime(room) {}
      }
    }
    for (place, storage) in zip(kept, others) { place.expression.adopt(storage) }
  }

  /// The elements that are worth a thread's while.
  private static let piece = 1 << 15

  /// The elements of one pass through the instructions: all rows together fill half of a 32 KiB cache.
  private var tile: Int {
    let rows = rowCount + leaves.count + 1
    return min(1024, max(128, 24576 / (rows * layout.dtype.byteCount) & ~63))
  }

  private func prepared(
    _ body: (ElementwiseDriver, UnsafeMutableBufferPointer<TileOperand>) -> Void
  ) {
    withUnsafeTemporaryAllocation(of: TileOperand.self, capacity: leaves.count) { operands in
      for (number, leaf) in leaves.enumerated() {
        operands.initializeElement(at: number, to: TileOperand(leaf, over: layout))
      }
      body(ElementwiseDriver(layout.shape, operands), operands)
    }
    withExtendedLifetime(leaves) {}
  }

  /// Runs the instructions over a range of the elements.
  private func run(
    _ range: Range<Int>, _ driver: ElementwiseDriver,
    _ operands: UnsafeMutableBufferPointer<TileOperand>,
    _ destination: (_ output: Int, _ position: Int) -> UnsafeMutableRawPointer
  ) {
    let size = layout.dtype.byteCount
    let element: KernelElement = layout.dtype == .float64 ? .float64 : .float32
    let tile = tile
    let rowBytes = tile &* size
    let kernels = Kernels.active
    withUnsafeTemporaryAllocation(
      byteCount: max(1, rowCount &* rowBytes), alignment: StoragePool.alignment
    ) { rows in
      let rows = rows.baseAddress.unsafelyUnwrapped
      driver.walk(range, operands) { start, count, parts in
        var done = 0
        while done < count {
          let length = min(tile, count &- done)
          for instruction in instructions {
            withUnsafeTemporaryAllocation(of: UnsafeRawPointer.self, capacity: 4) { addresses in
              for (place, source) in instruction.sources.enumerated() {
                switch source {
                case .leaf(let number): addresses[place] = parts[number] + done &* size
                case .row(let number):
                  let writer = instructions[number]
                  addresses[place] = UnsafeRawPointer(
                    writer.output.map { destination($0, start &+ done) }
                      ?? rows + writer.row &* rowBytes)
                }
              }
              let target =
                instruction.output.map { destination($0, start &+ done) }
                ?? rows + instruction.row &* rowBytes
              kernels.elementwise(
                instruction.function, instruction.role, element, length,
                UnsafePointer(addresses.baseAddress.unsafelyUnwrapped), target)
            }
          }
          done &+= length
        }
      }
    }
  }
}
