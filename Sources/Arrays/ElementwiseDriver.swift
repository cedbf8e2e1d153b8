// What this file knows: how a loop over dense operands (a kernel) is run over operands of any strides,
// in tiles that stay in the first-level cache. It does not know what the kernel computes.
//
// A stretched operand is never written out whole: a single value or a short repeating row fills one
// tile once, and anything else is copied tile by tile just before it is read. Only a large transposed
// operand is made dense first, because a tile of it would touch a cache line for every element.

/// The elements of one operand as the driver sees them: strided over the shape of the result.
struct TileOperand {
  /// The element whose indices are all zero.
  var base: UnsafeRawPointer
  /// Over the axes of the result; merged and innermost first once planned.
  var strides: AxisVector
  let elementSize: Int
  /// True if the operand is as dense as the result.
  var isDense: Bool
  /// What a tile of it costs.
  var access = Access.copied

  enum Access {
    /// Read in place at the position of the tile.
    case dense
    /// Equal for all tiles, so copied once.
    case repeated
    /// Read in place where the innermost stride is 1, copied elsewhere.
    case copied
  }

  /// The operand of a result of the given shape.
  @inline(__always)
  init(_ array: borrowing NDArray, over shape: Shape) {
    base = array.address
    elementSize = array.dtype.byteCount
    if array.isContiguous && array.shape == shape {
      strides = array.strides
      isDense = true
    } else {
      strides = array.strides(broadcastTo: shape)
      isDense = false
    }
  }
}

/// A loop over `count` dense elements of each operand.
typealias TileKernel = (
  _ count: Int, _ operands: UnsafePointer<UnsafeRawPointer>, _ destination: UnsafeMutableRawPointer
) -> Void

/// The operands of one elementwise operation, ready to be walked tile by tile.
struct ElementwiseDriver {
  /// The elements of a tile: four operands of doubles and a result fit a 48 KiB cache.
  static let tile = 1024

  /// Sizes of the merged axes, innermost first.
  private var sizes = AxisVector()
  /// The elements of one tile; no tile crosses the end of a row if `followsRows`.
  private var tileCount = ElementwiseDriver.tile
  private var followsRows = false
  private let elementCount: Int

  /// Runs the kernel over the whole result.
  ///
  /// `piece` is the number of elements worth a thread's while; it must be the same for the same
  /// kernel and a multiple of the tile, so that results do not depend on the number of threads.
  static func run(
    shape: Shape, destination: UnsafeMutableRawPointer, elementSize: Int,
    operands: UnsafeMutableBufferPointer<TileOperand>, piece: Int, kernel: TileKernel
  ) {
    let count = shape.elementCount
    if count == 0 { return }
    for operand in operands where !operand.isDense {
      let driver = ElementwiseDriver(shape, operands)
      let scratch = driver.straighten(operands)
      defer { withExtendedLifetime(scratch) {} }
      return driver.runTiles(destination, elementSize, operands, piece: piece, kernel: kernel)
    }
    parallelFor(pieces: ceilingQuotient(count, piece)) { index in
      let start = index &* piece
      withUnsafeTemporaryAllocation(of: UnsafeRawPointer.self, capacity: operands.count) { parts in
        for i in 0..<operands.count {
          parts[i] = operands[i].base + start &* operands[i].elementSize
        }
        kernel(
          min(piece, count &- start), UnsafePointer(parts.baseAddress!),
          destination + start &* elementSize)
      }
    }
  }

  // MARK: Planning

  private init(_ shape: Shape, _ operands: UnsafeMutableBufferPointer<TileOperand>) {
    elementCount = shape.elementCount
    mergeAxes(shape, operands)
    followsRows = sizes[0] >= ElementwiseDriver.tile / 4
    var longestPeriod = 1
    for i in operands.indices {
      if isDense(operands[i].strides) {
        operands[i].access = .dense
        continue
      }
      let period = self.period(of: operands[i].strides)
      if period == 1 || (!followsRows && period <= ElementwiseDriver.tile) {
        operands[i].access = .repeated
        longestPeriod = max(longestPeriod, period)
      }
    }
    // Periods are products of trailing sizes, so each divides every longer one: a tile that holds
    // whole periods of the longest holds whole periods of all.
    tileCount = ElementwiseDriver.tile / longestPeriod * longestPeriod
  }

  /// Merges neighbouring axes that every operand walks as one, and drops those of size 1.
  private mutating func mergeAxes(
    _ shape: Shape, _ operands: UnsafeMutableBufferPointer<TileOperand>
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

  /// Gives large transposed operands a dense copy, and returns what keeps the copies alive.
  private func straighten(_ operands: UnsafeMutableBufferPointer<TileOperand>) -> [Storage] {
    var scratch: [Storage] = []
    guard elementCount >= 8 * ElementwiseDriver.tile else { return scratch }
    for i in operands.indices where operands[i].access == .copied {
      let strides = operands[i].strides
      guard strides[0] != 1, !(0..<sizes.count).contains(where: { strides[$0] == 0 }) else {
        continue
      }
      let shape = Shape(unchecked: AxisVector(sizes.values.reversed()))
      let copy = Storage(byteCount: elementCount * operands[i].elementSize)
      copyElements(
        from: operands[i].base, AxisVector(strides.values.reversed()),
        to: copy.bytes, shape.denseStrides, shape: shape, elementSize: operands[i].elementSize)
      operands[i].base = UnsafeRawPointer(copy.bytes)
      operands[i].access = .dense
      scratch.append(copy)
    }
    return scratch
  }

  // MARK: Walking

  private func runTiles(
    _ destination: UnsafeMutableRawPointer, _ elementSize: Int,
    _ operands: UnsafeMutableBufferPointer<TileOperand>, piece: Int, kernel: TileKernel
  ) {
    let tilesPerRow = ceilingQuotient(sizes[0], tileCount)
    let tiles =
      followsRows
      ? elementCount / sizes[0] * tilesPerRow : ceilingQuotient(elementCount, tileCount)
    let tilesPerPiece = max(1, piece / tileCount)
    let bufferCount = min(tileCount, elementCount)
    parallelFor(pieces: ceilingQuotient(tiles, tilesPerPiece)) { index in
      let slot = (bufferCount * 8 + 63) & ~63
      withUnsafeTemporaryAllocation(byteCount: operands.count * slot, alignment: 64) {
        room in
        withUnsafeTemporaryAllocation(of: UnsafeRawPointer.self, capacity: operands.count) {
          parts in
          for i in operands.indices where operands[i].access == .repeated {
            let buffer = room.baseAddress! + i &* slot
            repeatPeriod(of: operands[i], bufferCount, buffer)
            parts[i] = UnsafeRawPointer(buffer)
          }
          for tile in (index * tilesPerPiece)..<min(tiles, (index + 1) * tilesPerPiece) {
            let (start, count) = range(ofTile: tile, tilesPerRow)
            for i in operands.indices {
              let operand = operands[i]
              switch operand.access {
              case .dense: parts[i] = operand.base + start &* operand.elementSize
              case .repeated: break
              case .copied:
                if followsRows, operand.strides[0] == 1 {
                  parts[i] = operand.base + position(start, operand.strides) &* operand.elementSize
                } else {
                  let buffer = room.baseAddress! + i &* slot
                  copyRange(operand, start, count, buffer)
                  parts[i] = UnsafeRawPointer(buffer)
                }
              }
            }
            kernel(
              count, UnsafePointer(parts.baseAddress!), destination + start &* elementSize)
          }
        }
      }
    }
  }

  /// Fills a tile with copies of an operand's period, doubling what is there already.
  private func repeatPeriod(
    of operand: TileOperand, _ count: Int, _ buffer: UnsafeMutableRawPointer
  ) {
    var filled = min(period(of: operand.strides), count)
    copyRange(operand, 0, filled, buffer)
    while filled < count {
      let more = min(filled, count &- filled)
      (buffer + filled &* operand.elementSize).copyMemory(
        from: buffer, byteCount: more &* operand.elementSize)
      filled &+= more
    }
  }

  @inline(__always)
  private func range(ofTile tile: Int, _ tilesPerRow: Int) -> (start: Int, count: Int) {
    if followsRows {
      let (row, part) = tile.quotientAndRemainder(dividingBy: tilesPerRow)
      let first = part &* tileCount
      return (row &* sizes[0] &+ first, min(tileCount, sizes[0] &- first))
    }
    let start = tile &* tileCount
    return (start, min(tileCount, elementCount &- start))
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
    _ operand: TileOperand, _ start: Int, _ count: Int, _ destination: UnsafeMutableRawPointer
  ) {
    switch operand.elementSize {
    case 1: copyRange(operand, start, count, destination, UInt8.self)
    case 4: copyRange(operand, start, count, destination, UInt32.self)
    default: copyRange(operand, start, count, destination, UInt64.self)
    }
  }

  /// Copies the elements with the given row-major numbers to dense memory, row by row.
  private func copyRange<E: BitwiseCopyable>(
    _ operand: TileOperand, _ start: Int, _ count: Int, _ destination: UnsafeMutableRawPointer,
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
