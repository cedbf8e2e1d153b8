// How the instructions of a program are run over segments that stay in the first-level cache, with
// places in one table of addresses instead of references. It has never heard of expressions.

import AdjointElementary
import AdjointKernels

extension ElementwiseProgram {
  /// Where an output goes.
  enum Target {
    /// To its place in an array.
    case array(UnsafeMutableRawPointer)
    /// To the memory of one block, which is looked at when the block is complete.
    case block
  }

  /// An instruction as the loop over segments needs it: places in a table of addresses, no
  /// references.
  struct Step {
    let function: Elementary.Opcode
    let role: ElementwiseRole
    let a, b, c, d: UInt16
    let target: UInt16
  }

  /// The table of addresses: leaves first, then outputs, then rows.
  var code: [Step] {
    func place(_ number: Int) -> UInt16 {
      let instruction = instructions[number]
      return UInt16(
        leaves.count + (instruction.output ?? outputs.count + instruction.row))
    }
    return instructions.indices.map { number in
      let instruction = instructions[number]
      let sources = instruction.sources.map { source -> UInt16 in
        switch source {
        case .leaf(let leaf): UInt16(leaf)
        case .instruction(let other): place(other)
        }
      }
      func source(_ position: Int) -> UInt16 {
        position < sources.count ? sources[position] : sources[0]
      }
      return Step(
        function: instruction.function, role: instruction.role, a: source(0), b: source(1),
        c: source(2), d: source(3), target: place(number))
    }
  }

  /// The elements of one pass through the instructions.
  ///
  /// Measured from 12 to 96 KiB for all rows together: short segments lose more to the calls than
  /// long ones to a first-level cache of 48 KiB, as long as the second level holds them.
  var segment: Int {
    let rows = rowCount + leaves.count + outputs.count
    let fitting = 98_304 / (rows * layout.dtype.byteCount) & ~63
    return min(ElementwiseDriver.segment, max(256, fitting))
  }

  func prepared(
    _ body: (ElementwiseDriver, UnsafeMutableBufferPointer<SegmentOperand>) -> Void
  ) {
    withUnsafeTemporaryAllocation(of: SegmentOperand.self, capacity: leaves.count) { operands in
      for (number, leaf) in leaves.enumerated() {
        operands.initializeElement(at: number, to: SegmentOperand(leaf, over: layout.fields))
      }
      let driver = ElementwiseDriver(layout.shape, operands)
      body(driver, operands)
      withExtendedLifetime(driver) {}
    }
    withExtendedLifetime(leaves) {}
  }

  /// Runs the instructions over a range of the elements; then `finish` sees what goes to no array.
  func run(
    _ code: [Step], _ range: Range<Int>, _ driver: ElementwiseDriver,
    _ operands: UnsafeMutableBufferPointer<SegmentOperand>, _ targets: [Target],
    _ finish: (_ output: Int, _ elements: UnsafeRawPointer) -> Void
  ) {
    let size = layout.dtype.byteCount
    let element: KernelElement = layout.dtype == .float64 ? .float64 : .float32
    let segment = segment
    let (leafCount, outputCount) = (leaves.count, outputs.count)
    let rowBytes = segment &* size
    let kernels = Kernels.active
    let blocks: [Scratch?] = targets.map {
      if case .block = $0 { Scratch(byteCount: range.count &* size) } else { nil }
    }
    // Where each output's element `range.lowerBound` goes.
    let bases: [UnsafeMutableRawPointer] = targets.indices.map { place in
      switch targets[place] {
      case .array(let base): base + range.lowerBound &* size
      case .block: blocks[place].unsafelyUnwrapped.bytes
      }
    }
    let room = Scratch(byteCount: max(1, rowCount &* rowBytes))
    // The next segment of what comes from or goes to main memory is asked for little by little
    // while this one is computed: the processor's own foresight loses the thread at each change of
    // the array.
    let streams =
      operands.indices.filter { operands[$0].isStreamed }
      + targets.indices.compactMap {
        if case .array = targets[$0] { leafCount + $0 } else { nil }
      }
    let ahead = (rowBytes / code.count + 63) & ~63
    let addressCount = leafCount + outputCount + rowCount
    withUnsafeTemporaryAllocation(of: UnsafeMutableRawPointer.self, capacity: addressCount) {
      table in
      for row in 0..<rowCount {
        table[leafCount + outputCount + row] = room.bytes + row &* rowBytes
      }
      code.withUnsafeBufferPointer { code in
        driver.walk(range, operands) { start, count, parts in
          var done = 0
          while done < count {
            let length = min(segment, count &- done)
            for leaf in 0..<leafCount {
              table[leaf] = UnsafeMutableRawPointer(mutating: parts[leaf] + done &* size)
            }
            let position = (start &+ done &- range.lowerBound) &* size
            for output in 0..<outputCount {
              table[leafCount &+ output] = bases[output] + position
            }
            for (number, step) in code.enumerated() {
              let next = number &* ahead
              if next < rowBytes {
                for stream in streams {
                  prefetch(table[stream] + (rowBytes &+ next), byteCount: ahead)
                }
              }
              withUnsafeTemporaryAllocation(of: UnsafeRawPointer.self, capacity: 4) { sources in
                sources[0] = UnsafeRawPointer(table[Int(step.a)])
                sources[1] = UnsafeRawPointer(table[Int(step.b)])
                sources[2] = UnsafeRawPointer(table[Int(step.c)])
                sources[3] = UnsafeRawPointer(table[Int(step.d)])
                kernels.elementwise(
                  step.function, step.role, element, length,
                  UnsafePointer(sources.baseAddress.unsafelyUnwrapped), table[Int(step.target)])
              }
            }
            done &+= length
          }
        }
      }
    }
    for (place, block) in blocks.enumerated() {
      if let block { finish(place, UnsafeRawPointer(block.bytes)) }
    }
    withExtendedLifetime(room) {}
  }
}
