// What this file knows: the few elements that a chain of transforms works on at a time, and the loops
// over them. It has never heard of models, of particular transforms, or of the order of a step.
//
// Rows are noncopyable, so that a transform (a copyable value) cannot keep one beyond the call that
// lent it, and reading is a type of its own, so that a transform cannot write to the parameter.

import AdjointKernels

/// A stretch of one parameter: its update, its value, and the state that a transform keeps for it.
///
/// A chain runs tile by tile: every transform rewrites the update of one tile, which stays in the
/// nearest cache, before the next tile is fetched. So any chain takes one pass over memory.
public struct Tile: ~Copyable {
  /// The most elements that a tile has.
  ///
  /// Update, value and two states of 1024 numbers take 16 KiB (float32) or 32 KiB (float64), what
  /// the nearest cache holds.
  static let capacity = 1024

  /// The number of elements, the same in each row.
  public let count: Int

  let element: KernelElement
  let updateAddress: UnsafeMutableRawPointer
  let parameterAddress: UnsafeRawPointer
  /// Where the first state row of the running transform begins, if it has any.
  let stateAddress: UnsafeMutableRawPointer
  let stateCount: Int
  /// The bytes from one state row to the next.
  let stateStride: Int

  /// The update: on entry what the transforms before this one made of the gradient, on return what
  /// this one makes of it.
  public var update: MutableTileRow {
    MutableTileRow(address: updateAddress, count: count, element: element)
  }

  /// The value of the parameter before the step.
  public var parameter: TileRow {
    TileRow(address: parameterAddress, count: count, element: element)
  }

  /// A state of the running transform, numbered as in ``GradientTransform/stateNames``; zeros before
  /// the first step.
  ///
  /// - Precondition: the transform has named that many states.
  public func state(_ index: Int) -> MutableTileRow {
    precondition(
      index >= 0 && index < stateCount,
      "state \(index) does not exist: the transform names \(stateCount) in `stateNames`")
    return MutableTileRow(
      address: stateAddress + index &* stateStride, count: count, element: element)
  }
}

/// Some neighboring numbers of a tile, `float32` or `float64`, for reading.
public struct TileRow: ~Copyable {
  let address: UnsafeRawPointer
  /// The number of elements.
  public let count: Int
  let element: KernelElement

  /// The element at a position, as a `Double`.
  public subscript(position: Int) -> Double {
    precondition(position >= 0 && position < count, "position \(position) in a row of \(count)")
    return read(address, position, element)
  }
}

/// Some neighboring numbers of a tile, `float32` or `float64`, for reading and writing.
///
/// The named loops run on the widest vectors that the processor has, in the element type; factors are
/// rounded to it. ``replaceEach(with:)`` and the subscript compute in `Double` and take any formula.
public struct MutableTileRow: ~Copyable {
  let address: UnsafeMutableRawPointer
  /// The number of elements.
  public let count: Int
  let element: KernelElement

  /// The element at a position, as a `Double`; writing rounds to the element type.
  public subscript(position: Int) -> Double {
    get {
      precondition(position >= 0 && position < count, "position \(position) in a row of \(count)")
      return read(UnsafeRawPointer(address), position, element)
    }
    nonmutating set {
      precondition(position >= 0 && position < count, "position \(position) in a row of \(count)")
      switch element {
      case .float32:
        address.storeBytes(of: Float(newValue), toByteOffset: position &* 4, as: Float.self)
      case .float64:
        address.storeBytes(of: newValue, toByteOffset: position &* 8, as: Double.self)
      }
    }
  }

  /// `row ← f(row)`, element by element, in `Double`.
  public func replaceEach(with f: (Double) -> Double) {
    for position in 0..<count { self[position] = f(self[position]) }
  }

  /// `row ← other`.
  public func assign(_ other: borrowing MutableTileRow) {
    address.copyMemory(from: other.address, byteCount: count &* element.byteCount)
  }

  /// `row ← α row`.
  ///
  /// Exact for finite elements; an infinity becomes NaN.
  public func multiply(by alpha: Double) {
    // The kernel computes α row + 0 row: the second product of an infinity is NaN, any other is zero.
    Kernels.active.combine(element, count, alpha, address, 0, UnsafeRawPointer(address))
  }

  /// `row ← α row + β other`.
  public func combine(_ alpha: Double, adding beta: Double, times other: borrowing MutableTileRow) {
    Kernels.active.combine(element, count, alpha, address, beta, UnsafeRawPointer(other.address))
  }

  /// `row ← α row + β other`.
  public func combine(_ alpha: Double, adding beta: Double, times other: borrowing TileRow) {
    Kernels.active.combine(element, count, alpha, address, beta, other.address)
  }

  /// `row ← α row + β other²`.
  public func combine(
    _ alpha: Double, adding beta: Double, timesSquareOf other: borrowing MutableTileRow
  ) {
    Kernels.active.combineSquare(
      element, count, alpha, address, beta, UnsafeRawPointer(other.address))
  }

  /// `row ← α numerator / (√(β square) + ε)`.
  public func assign(
    _ alpha: Double, times numerator: borrowing MutableTileRow, overRootOf beta: Double,
    times square: borrowing MutableTileRow, plus epsilon: Double
  ) {
    Kernels.active.rootQuotient(
      element, count, address, alpha, UnsafeRawPointer(numerator.address), beta,
      UnsafeRawPointer(square.address), epsilon)
  }

  /// `row ← min(max(row, lower), upper)`; a NaN stays.
  public func clamp(to range: ClosedRange<Double>) {
    switch element {
    case .float32:
      clampElements(address, count, Float(range.lowerBound), Float(range.upperBound))
    case .float64:
      clampElements(address, count, range.lowerBound, range.upperBound)
    }
  }
}

private func read(
  _ address: UnsafeRawPointer, _ position: Int, _ element: KernelElement
) -> Double {
  switch element {
  case .float32: Double(address.load(fromByteOffset: position &* 4, as: Float.self))
  case .float64: address.load(fromByteOffset: position &* 8, as: Double.self)
  }
}

private func clampElements<Number: BinaryFloatingPoint & BitwiseCopyable>(
  _ address: UnsafeMutableRawPointer, _ count: Int, _ lower: Number, _ upper: Number
) {
  for position in 0..<count {
    let offset = position &* MemoryLayout<Number>.stride
    let number = address.load(fromByteOffset: offset, as: Number.self)
    // Comparisons with NaN are false: it falls through to the last branch.
    let clamped = number < lower ? lower : number > upper ? upper : number
    address.storeBytes(of: clamped, toByteOffset: offset, as: Number.self)
  }
}

extension KernelElement {
  /// The bytes that one element takes.
  var byteCount: Int { self == .float32 ? 4 : 8 }
}
