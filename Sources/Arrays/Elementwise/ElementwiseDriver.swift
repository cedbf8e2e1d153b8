// How a loop over dense operands (a kernel) is run over operands of any strides, in segments that
// stay in the first-level cache. It does not know what the kernel computes.
//
// A stretched operand is never written out whole: a single value or a short repeating row fills one
// segment once, and anything else is copied segment by segment just before it is read. Only a large
// transposed operand is made dense first, because a segment of it would touch a cache line for
// every element.

/// The elements of one operand as the driver sees them: strided over the shape of the result.
struct SegmentOperand {
  /// The element whose indices are all zero.
  var base: UnsafeRawPointer
  /// Over the axes of the result; merged and innermost first once planned.
  var strides: AxisVector
  let elementSize: Int
  /// True if the operand is as dense as the result.
  var isDense: Bool
  /// What a segment of it costs.
  var access = Access.copied

  enum Access {
    /// Read in place at the position of the segment.
    case dense
    /// Few elements over and over again, so copied once for all segments.
    case repeated(period: Int)
    /// Read in place where the innermost stride is 1, copied elsewhere.
    case copied

    var isCopied: Bool {
      if case .copied = self { true } else { false }
    }
  }

  /// True once planned if segments are read one after the other where they lie.
  var isStreamed: Bool {
    if isDense { return true }
    if case .dense = access { return true }
    return false
  }

  /// The operand of a result of the given layout, whatever its element type.
  init(_ array: borrowing NDArray, over layout: UnsafePointer<LayoutFields>) {
    base = array.address
    let own = array.fields
    elementSize = own.pointee.dtype.byteCount
    strides = own.pointee.strides
    isDense = own.pointee.isContiguous && own.hasShape(of: layout)
    if !isDense { strides = array.strides(broadcastTo: layout.pointee.shape) }
  }
}

/// A loop over `count` dense elements of each operand.
typealias SegmentKernel = (
  _ count: Int, _ operands: UnsafePointer<UnsafeRawPointer>, _ destination: UnsafeMutableRawPointer
) -> Void

/// The operands of one elementwise operation, ready to be walked segment by segment.
struct ElementwiseDriver {
  /// The elements of a segment: four operands of doubles and a result fit a 48 KiB cache.
  static let segment = 1024

  /// Sizes of the merged axes, innermost first.
  private var sizes = AxisVector()
  /// The elements of one segment; no segment crosses the end of a row if `followsRows`.
  private var segmentCount = ElementwiseDriver.segment
  private var followsRows = false
  private let elementCount: Int
  private let isAllDense: Bool
  private var longestPeriod = 0
  /// Dense copies of transposed operands, kept alive.
  private var copies: [Scratch] = []

  /// Runs the kernel over the whole of a result.
  ///
  /// `piece` is the number of elements worth a thread's while; it must be the same for the same
  /// kernel and a multiple of the segment, so that results do not depend on the number of threads.
  static func run(
    shape: Shape, destination: UnsafeMutableRawPointer, elementSize: Int,
    operands: UnsafeMutableBufferPointer<SegmentOperand>, piece: Int, kernel: SegmentKernel
  ) {
    let count = shape.elementCount
    if count == 0 { return }
    let driver = ElementwiseDriver(shape, operands)
    parallelFor(pieces: ceilingQuotient(count, piece)) { index in
      let start = index &* piece
      driver.walk(start..<min(start &+ piece, count), operands) { first, count, parts in
        kernel(count, parts, destination + first &* elementSize)
      }
    }
    withExtendedLifetime(driver) {}
  }

  // MARK: Planning

  /// Plans the walk, and writes into each operand how it is read.
  init(_ shape: Shape, _ operands: UnsafeMutableBufferPointer<SegmentOperand>) {
    elementCount = shape.elementCount
    isAllDense = operands.allSatisfy(\.isDense)
    if isAllDense { return }
    mergeAxes(shape, operands)
    followsRows = sizes[0] >= ElementwiseDriver.segment / 4
    longestPeriod = 1
    for i in operands.indices {
      if isDense(operands[i].strides) {
        operands[i].access = .dense
        continue
      }
      let period = self.period(of: operands[i].strides)
      if period == 1 || (!followsRows && period <= ElementwiseDriver.segment) {
        operands[i].access = .repeated(period: period)
        longestPeriod = max(longestPeriod, period)
      }
    }
    // Periods are products of trailing sizes, so each divides every longer one: segments that hold
    // whole periods of the longest begin at the beginning of every operand's period.
    segmentCount = ElementwiseDriver.segment / longestPeriod * longestPeriod
    straighten(operands)
  }

  /// Merges neighboring axes that every operand walks as one, and drops those of size 1.
  private mutating func mergeAxes(
    _ shape: Shape, _ operands: UnsafeMutableBufferPointer<SegmentOperand>
  ) {
    var axes = AxisVector()
    var axis = shape.rank - 1
    while axis >= 0 {
      let size = shape[axis]
      if size != 1 {
        let last = sizes.count - 1
        let merges =
          last >= 0
          && operands.allSatisfy { $0.strides[axis] == $0.strides[axes[last]] &* sizes[last] }
        if merges {
          sizes[last] &*= size
        } else {
          sizes.append(size)
          axes.append(axis)
        }
      }
      axis -= 1
    }
    for i in operands.indices {
      var merged = AxisVector()
      for position in 0..<axes.count { merged.append(operands[i].strides[axes[position]]) }
      if axes.count == 0 { merged.append(0) }
      operands[i].strides = merged
    }
    if sizes.count == 0 { sizes.append(1) }
  }

  private func isDense(_ strides: AxisVector) -> Bool {
    var step = 1
    for axis in 0..<sizes.count {
      if strides[axis] != step && sizes[axis] != 1 { return false }
      step &*= sizes[axis]
    }
    return true
  }

  /// The number of elements after which the operand repeats itself.
  private func period(of strides: AxisVector) -> Int {
    var axes = sizes.count
    while axes > 0, strides[axes - 1] == 0 { axes -= 1 }
    var period = 1
    for axis in 0..<axes { period &*= sizes[axis] }
    return period
  }

  /// Gives large transposed operands a dense copy.
  private mutating func straighten(_ operands: UnsafeMutableBufferPointer<SegmentOperand>) {
    guard elementCount >= 8 * ElementwiseDriver.segment else { return }
    for i in operands.indices where operands[i].access.isCopied {
      let strides = operands[i].strides
      guard strides[0] != 1, !(0..<sizes.count).contains(where: { strides[$0] == 0 }) else {
        continue
      }
      let shape = Shape(unchecked: AxisVector(sizes.values.reversed()))
      let copy = Scratch(byteCount: elementCount * operands[i].elementSize)
      copyElements(
        from: operands[i].base, AxisVector(strides.values.reversed()),
        to: copy.bytes, shape.denseStrides, shape: shape, elementSize: operands[i].elementSize)
      operands[i].base = UnsafeRawPointer(copy.bytes)
      operands[i].access = .dense
      copies.append(copy)
    }
  }

  // MARK: Walking

  /// Calls the body for consecutive segments that cover a range of the elements in row-major order.
  ///
  /// Dense operands alone make one segment of the whole range.
  func walk(
    _ range: Range<Int>, _ operands: UnsafeMutableBufferPointer<SegmentOperand>,
    _ body: (_ start: Int, _ count: Int, _ operands: UnsafePointer<UnsafeRawPointer>) -> Void
  ) {
    withUnsafeTemporaryAllocation(of: UnsafeRawPointer.self, capacity: operands.count) { parts in
      guard let addresses = parts.baseAddress else { return }
      if isAllDense {
        for i in operands.indices {
          parts[i] = operands[i].base + range.lowerBound &* operands[i].elementSize
        }
        return body(range.lowerBound, range.count, UnsafePointer(addresses))
      }
      let bufferCount = min(segmentCount, range.count)
      // A range may begin anywhere, so a repeated operand is read from any position of its period
      // on.
      let slot = ((bufferCount + longestPeriod) * 8 + 63) & ~63
      withScratchBytes(operands.count * slot) { room in
        for i in operands.indices {
          if case .repeated(let period) = operands[i].access {
            repeatPeriod(
              period, of: operands[i], bufferCount &+ period &- 1, room + i &* slot)
          }
        }
        walkSegments(range, operands, room, slot, addresses, body)
      }
    }
  }

  private func walkSegments(
    _ range: Range<Int>, _ operands: UnsafeMutableBufferPointer<SegmentOperand>,
    _ room: UnsafeMutableRawPointer, _ slot: Int, _ parts: UnsafeMutablePointer<UnsafeRawPointer>,
    _ body: (_ start: Int, _ count: Int, _ operands: UnsafePointer<UnsafeRawPointer>) -> Void
  ) {
    var start = range.lowerBound
    while start < range.upperBound {
      var count = min(segmentCount, range.upperBound &- start)
      if followsRows { count = min(count, sizes[0] &- start % sizes[0]) }
      for i in operands.indices {
        let operand = operands[i]
        switch operand.access {
        case .dense: parts[i] = operand.base + start &* operand.elementSize
        case .repeated(let period):
          parts[i] = UnsafeRawPointer(room + (i &* slot &+ start % period &* operand.elementSize))
        case .copied:
          if followsRows, operand.strides[0] == 1 {
            parts[i] = operand.base + position(start, operand.strides) &* operand.elementSize
          } else {
            let buffer = room + i &* slot
            copyRange(operand, start, count, buffer)
            parts[i] = UnsafeRawPointer(buffer)
          }
        }
      }
      body(start, count, UnsafePointer(parts))
      start &+= count
    }
  }

  /// Fills a buffer with copies of an operand's period, doubling what is there already.
  private func repeatPeriod(
    _ period: Int, of operand: SegmentOperand, _ count: Int, _ buffer: UnsafeMutableRawPointer
  ) {
    var filled = min(period, count)
    copyRange(operand, 0, filled, buffer)
    while filled < count {
      let more = min(filled, count &- filled)
      (buffer + filled &* operand.elementSize).copyMemory(
        from: buffer, byteCount: more &* operand.elementSize)
      filled &+= more
    }
  }

  /// Where an operand keeps the element with the given row-major number.
  private func position(_ number: Int, _ strides: AxisVector) -> Int {
    var rest = number
    var position = 0
    for axis in 0..<sizes.count {
      position &+= rest % sizes[axis] &* strides[axis]
      rest /= sizes[axis]
    }
    return position
  }

  private func copyRange(
    _ operand: SegmentOperand, _ start: Int, _ count: Int, _ destination: UnsafeMutableRawPointer
  ) {
    switch operand.elementSize {
    case 1: copyRange(operand, start, count, destination, UInt8.self)
    case 4: copyRange(operand, start, count, destination, UInt32.self)
    default: copyRange(operand, start, count, destination, UInt64.self)
    }
  }

  /// Copies the elements with the given row-major numbers to dense memory, row by row.
  private func copyRange<E: BitwiseCopyable>(
    _ operand: SegmentOperand, _ start: Int, _ count: Int, _ destination: UnsafeMutableRawPointer,
    _ type: E.Type
  ) {
    var index = AxisVector(repeating: 0, count: sizes.count)
    var rest = start
    var position = 0
    for axis in 0..<sizes.count {
      index[axis] = rest % sizes[axis]
      rest /= sizes[axis]
      position &+= index[axis] &* operand.strides[axis]
    }
    // The two innermost axes are kept in local variables: with short rows they are all that moves.
    let (rowSize, step) = (sizes[0], operand.strides[0])
    let (columnSize, rowStep) = sizes.count > 1 ? (sizes[1], operand.strides[1]) : (1, 0)
    var column = index[0]
    var row = sizes.count > 1 ? index[1] : 0
    var source = operand.base + position &* MemoryLayout<E>.stride
    var target = destination
    var remaining = count
    while true {
      let run = min(rowSize &- column, remaining)
      if step == 0 {
        let value = source.element(0, as: E.self)
        for i in 0..<run { target.element(i, value) }
      } else if step == 1 {
        for i in 0..<run { target.element(i, source.element(i, as: E.self)) }
      } else {
        for i in 0..<run { target.element(i, source.element(i &* step, as: E.self)) }
      }
      remaining &-= run
      if remaining == 0 { return }
      target += run &* MemoryLayout<E>.stride
      var move = rowStep &- column &* step
      column = 0
      row &+= 1
      if row == columnSize {
        move &-= columnSize &* rowStep
        row = 0
        var axis = 2
        while axis < sizes.count {
          index[axis] &+= 1
          move &+= operand.strides[axis]
          if index[axis] < sizes[axis] { break }
          move &-= sizes[axis] &* operand.strides[axis]
          index[axis] = 0
          axis &+= 1
        }
      }
      source += move &* MemoryLayout<E>.stride
    }
  }
}
