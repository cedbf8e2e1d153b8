// The few elements that a chain of transforms works on at a time, and the loops over them. This
// file has never heard of models, of particular transforms, or of the order of a step.
//
// Rows are noncopyable, so that a transform (a copyable value) cannot keep one beyond the call that
// lent it, and a row for reading is a type of its own, so that a transform cannot write to the
// parameter.

import AdjointArrays
import AdjointSupport

extension Optimizer {
  /// A stretch of one parameter: its update, its value, and the state that a transform keeps for
  /// it.
  ///
  /// A chain runs stretch by stretch: every transform rewrites the update of one stretch, which
  /// stays in the nearest cache, before the next one is fetched. So any chain takes one pass over
  /// memory.
  public struct Stretch: ~Copyable {
    /// The most elements of a stretch.
    ///
    /// Update, value and two states of 1024 numbers take 16 KiB (float32) or 32 KiB (float64), what
    /// the nearest cache holds.
    static let capacity = 1024

    /// The number of elements, the same in each row.
    public let count: Int

    let dtype: DType
    let updateAddress: UnsafeMutableRawPointer
    let parameterAddress: UnsafeRawPointer
    let states: States

    /// The update: on entry what the transforms before this one made of the gradient, on return
    /// what this one makes of it.
    public var update: MutableRow {
      MutableRow(address: updateAddress, count: count, dtype: dtype)
    }

    /// The value of the parameter before the step.
    public var parameter: Row { Row(address: parameterAddress, count: count, dtype: dtype) }

    /// A state of the running transform, numbered as in ``GradientTransform/stateNames``; zeros
    /// before the first step.
    ///
    /// - Precondition: the transform has named that many states.
    public func state(_ index: Int) -> MutableRow { states.row(index, count, dtype) }
  }

  /// The whole step of some elements of one parameter: the gradient on one side, the parameter on
  /// the other.
  public struct WholeStep: ~Copyable {
    /// The number of elements, the same in each row.
    public let count: Int

    let dtype: DType
    let gradientAddress: UnsafeRawPointer
    let parameterAddress: UnsafeMutableRawPointer
    let states: States

    /// The gradient.
    public var gradient: Row { Row(address: gradientAddress, count: count, dtype: dtype) }

    /// The parameter, to be changed in place.
    public var parameter: MutableRow {
      MutableRow(address: parameterAddress, count: count, dtype: dtype)
    }

    /// A state of the transform, numbered as in ``GradientTransform/stateNames``; zeros before the
    /// first step.
    ///
    /// - Precondition: the transform has named that many states.
    public func state(_ index: Int) -> MutableRow { states.row(index, count, dtype) }
  }

  /// Where the states of the running transform are.
  struct States {
    /// Where the first one begins, if there is any.
    let address: UnsafeMutableRawPointer
    let count: Int
    /// The bytes from one state to the next.
    let stride: Int

    func row(_ index: Int, _ length: Int, _ dtype: DType) -> MutableRow {
      require(
        index >= 0 && index < count,
        "state(_:): there is no state \(index), as the transform names \(count) in `stateNames`. "
          + "Name the state there, or ask for one that is named.")
      return MutableRow(address: address + index &* stride, count: length, dtype: dtype)
    }
  }
}

// MARK: - Rows

extension Optimizer {
  /// Some neighboring numbers of a parameter or a state, `float32` or `float64`, for reading.
  public struct Row: ~Copyable {
    let address: UnsafeRawPointer
    /// The number of elements.
    public let count: Int
    let dtype: DType

    /// The element at a position, as a `Double`.
    public subscript(position: Int) -> Double {
      requirePosition(position, count)
      return read(address, position, dtype)
    }
  }

  /// Some neighboring numbers of a parameter or a state, `float32` or `float64`, for reading and
  /// writing.
  ///
  /// The named loops run on the widest vectors that the processor has, in the element type; factors
  /// are rounded to it. ``replaceEach(with:)`` and the subscript compute in `Double` and take any
  /// formula.
  public struct MutableRow: ~Copyable {
    let address: UnsafeMutableRawPointer
    /// The number of elements.
    public let count: Int
    let dtype: DType

    /// The element at a position, as a `Double`; writing rounds to the element type.
    public subscript(position: Int) -> Double {
      get {
        requirePosition(position, count)
        return read(UnsafeRawPointer(address), position, dtype)
      }
      nonmutating set {
        requirePosition(position, count)
        if dtype == .float64 {
          address.storeBytes(of: newValue, toByteOffset: position &* 8, as: Double.self)
        } else {
          address.storeBytes(of: Float(newValue), toByteOffset: position &* 4, as: Float.self)
        }
      }
    }

    /// `row ← f(row)`, element by element, in `Double`.
    public func replaceEach(with f: (Double) -> Double) {
      for position in 0..<count { self[position] = f(self[position]) }
    }

    /// `row ← other`.
    public func assign(_ other: borrowing MutableRow) {
      address.copyMemory(from: other.address, byteCount: count &* dtype.byteCount)
    }

    /// `row ← other`.
    public func assign(_ other: borrowing Row) {
      address.copyMemory(from: other.address, byteCount: count &* dtype.byteCount)
    }

    /// `row ← α row`.
    ///
    /// Exact for finite elements; an infinity becomes NaN.
    public func multiply(by alpha: Double) {
      // The kernel computes α row + 0 row: the second product of an infinity is NaN, any other is
      // zero.
      NumberUpdates.combine(dtype, count, alpha, address, 0, UnsafeRawPointer(address))
    }

    /// `row ← α row + β other`.
    public func combine(_ alpha: Double, adding beta: Double, times other: borrowing MutableRow) {
      NumberUpdates.combine(dtype, count, alpha, address, beta, UnsafeRawPointer(other.address))
    }

    /// `row ← α row + β other`.
    public func combine(_ alpha: Double, adding beta: Double, times other: borrowing Row) {
      NumberUpdates.combine(dtype, count, alpha, address, beta, other.address)
    }

    /// `row ← α row + β other²`.
    public func combine(
      _ alpha: Double, adding beta: Double, timesSquareOf other: borrowing MutableRow
    ) {
      NumberUpdates.combineSquare(
        dtype, count, alpha, address, beta, UnsafeRawPointer(other.address))
    }

    /// `row ← α row + β other²`.
    public func combine(_ alpha: Double, adding beta: Double, timesSquareOf other: borrowing Row) {
      NumberUpdates.combineSquare(dtype, count, alpha, address, beta, other.address)
    }

    /// `row ← α numerator / (√(β square) + ε)`.
    public func assign(
      _ alpha: Double, times numerator: borrowing MutableRow, overRootOf beta: Double,
      times square: borrowing MutableRow, plus epsilon: Double
    ) {
      NumberUpdates.assignRootQuotient(
        dtype, count, address, alpha, UnsafeRawPointer(numerator.address), beta,
        UnsafeRawPointer(square.address), epsilon)
    }

    /// `row ← min(max(row, lower), upper)`; a NaN stays.
    public func clamp(to range: ClosedRange<Double>) {
      if dtype == .float64 {
        clampElements(address, count, range.lowerBound, range.upperBound)
      } else {
        clampElements(address, count, Float(range.lowerBound), Float(range.upperBound))
      }
    }
  }
}

@inline(__always)
private func requirePosition(_ position: Int, _ count: Int) {
  require(
    position >= 0 && position < count,
    "row[\(position)]: the row has \(count) elements. Positions count from 0, below `count`.")
}

private func read(
  _ address: UnsafeRawPointer, _ position: Int, _ dtype: DType
) -> Double {
  dtype == .float64
    ? address.load(fromByteOffset: position &* 8, as: Double.self)
    : Double(address.load(fromByteOffset: position &* 4, as: Float.self))
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
