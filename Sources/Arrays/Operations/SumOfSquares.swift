// Whether many numbers are finite, and the sum of their squares, which tells the same in one pass.
// It has never heard of gradients or of clipping.

import AdjointKernels

/// The sum of squares of floating-point numbers, in `Double`, and whether every number is finite.
///
/// The squares of numbers beyond 2^±480 are added up apart, on a scale of their own, so that the
/// root is right for all numbers. J. L. Blue, *A portable Fortran program to find the Euclidean
/// norm of a vector* (1978).
package struct SumOfSquares {
  private var ordinary = 0.0
  /// `Σ (x / 2⁶⁰⁰)²` over the large numbers.
  private var large = 0.0
  /// `Σ (x 2⁶⁰⁰)²` over the small numbers.
  private var small = 0.0
  package private(set) var isFinite = true

  /// The sum, infinite if it is too large for a number.
  package var value: Double { ordinary + small / scale / scale + large * scale * scale }

  /// The square root of the sum; of finite numbers it is at most the largest number there is.
  package var root: Double {
    let root =
      large > 0 || large.isNaN
      ? (large + ordinary / scale / scale).squareRoot() * scale
      : ordinary > 0x1p-900 || ordinary.isNaN
        ? ordinary.squareRoot()
        : (ordinary * scale * scale + small).squareRoot() / scale
    return root == .infinity && isFinite ? .greatestFiniteMagnitude : root
  }

  /// Adds another sum.
  package mutating func add(_ other: SumOfSquares) {
    ordinary += other.ordinary
    large += other.large
    small += other.small
    isFinite = isFinite && other.isFinite
  }

  private var scale: Double { 0x1p600 }

  /// The numbers that are squared at a time.
  private static let blockLength = 1024

  /// The most scratch memory that adding takes.
  package static let scratchByteCount = blockLength * 8

  package init() {}

  /// Adds the squares of `count` numbers, with scratch memory for as many, or for 1024 of them.
  ///
  /// They are added block by block in order, so the bits depend on the numbers alone if every call
  /// but the last is given a multiple of 1024 of them.
  package mutating func add(
    _ source: UnsafeRawPointer, count: Int, _ dtype: DType, scratch: UnsafeMutableRawPointer
  ) {
    let element: KernelElement = dtype == .float64 ? .float64 : .float32
    var start = 0
    while start < count {
      let length = min(SumOfSquares.blockLength, count &- start)
      addBlock(source + start &* dtype.byteCount, length, element, scratch)
      start &+= length
    }
  }

  /// A block at a time in the element type, on the widest vectors.
  ///
  /// Squares leave the range of the element type long before the numbers do: 1e20 is a fine
  /// `float32` but its square is infinite. A sum that is not comfortably inside the range is added
  /// up again in `Double`, which also tells the large from the infinite.
  private mutating func addBlock(
    _ source: UnsafeRawPointer, _ count: Int, _ element: KernelElement,
    _ scratch: UnsafeMutableRawPointer
  ) {
    withUnsafePointer(to: source) { operands in
      Kernels.active.elementwise(.square, .value, element, count, operands, scratch)
    }
    let sum: Double
    switch element {
    case .float32:
      var result: Float = 0
      Kernels.active.reduce(.sum, element, 1, count, scratch, &result)
      sum = Double(result)
    case .float64:
      var result = 0.0
      Kernels.active.reduce(.sum, element, 1, count, scratch, &result)
      sum = result
    }
    if sum > 1e-24 && sum < 1e36 {
      ordinary += sum
    } else {
      addInDouble(source, count, element)
    }
  }

  private mutating func addInDouble(
    _ source: UnsafeRawPointer, _ count: Int, _ element: KernelElement
  ) {
    for position in 0..<count {
      let number =
        switch element {
        case .float32: Double(source.load(fromByteOffset: position &* 4, as: Float.self))
        case .float64: source.load(fromByteOffset: position &* 8, as: Double.self)
        }
      if !number.isFinite { isFinite = false }
      if number.magnitude > 0x1p480 {
        large += (number / scale) * (number / scale)
      } else if number.magnitude < 0x1p-480 {
        small += (number * scale) * (number * scale)
      } else {
        ordinary += number * number
      }
    }
  }
}

extension NDArray {
  /// The sum of the squares of all elements of a floating-point array, and whether they are finite.
  package func sumOfSquares() -> SumOfSquares {
    var squares = SumOfSquares()
    withUnsafeContiguousBytes { bytes in
      withScratchBytes(min(bytes.count, SumOfSquares.scratchByteCount)) { scratch in
        guard let source = bytes.baseAddress else { return }
        squares.add(source, count: elementCount, dtype, scratch: scratch)
      }
    }
    return squares
  }

  /// True if no element is NaN or infinite; integers and booleans always are finite.
  ///
  /// An infinity or a NaN among the terms of a plain sum always shows in the sum, which takes half
  /// the time of a sum of squares. A sum of finite numbers may be infinite too, so then the numbers
  /// are looked at one by one.
  package func isFinite() -> Bool {
    withUnsafeContiguousBytes { bytes in
      guard let source = bytes.baseAddress, !bytes.isEmpty else { return true }
      return switch dtype {
      case .float32: areFinite(source, elementCount, .float32, Float(0))
      case .float64: areFinite(source, elementCount, .float64, 0.0)
      case .int32, .bool: true
      }
    }
  }
}

private func areFinite<Number: BinaryFloatingPoint & BitwiseCopyable>(
  _ source: UnsafeRawPointer, _ count: Int, _ element: KernelElement, _ zero: Number
) -> Bool {
  var sum = zero
  Kernels.active.reduce(.sum, element, 1, count, source, &sum)
  return sum.isFinite
    || (0..<count).allSatisfy {
      source.load(fromByteOffset: $0 &* MemoryLayout<Number>.stride, as: Number.self).isFinite
    }
}
