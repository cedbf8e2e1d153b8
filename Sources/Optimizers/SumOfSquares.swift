// What this file knows: the sum of the squares of many numbers, and whether many numbers are finite. It
// has never heard of gradients or of clipping.

import AdjointDifferentiation
import AdjointKernels

/// The sum of squares of an array, in `Double`, and whether every element is finite.
struct SumOfSquares {
  var value = 0.0
  var isFinite = true

  /// Adds the squares of `count` elements, with scratch for one tile.
  ///
  /// Tiles are added in order, so the bits depend on the elements alone.
  mutating func add(
    _ source: UnsafeRawPointer, count: Int, element: KernelElement,
    scratch: UnsafeMutableRawPointer
  ) {
    var start = 0
    while start < count {
      let length = min(Tile.capacity, count &- start)
      addTile(source + start &* element.byteCount, length, element, scratch)
      start &+= length
    }
  }

  /// A tile at a time in the element type, on the widest vectors.
  ///
  /// Squares leave the range of the element type long before the numbers do: 1e20 is a fine
  /// `float32` but its square is infinite. A sum that is not comfortably inside the range leaves
  /// through the slow door, which also tells the large from the infinite.
  private mutating func addTile(
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
      value += sum
    } else {
      addCarefully(source, count, element)
    }
  }

  /// One element at a time in `Double`.
  private mutating func addCarefully(
    _ source: UnsafeRawPointer, _ count: Int, _ element: KernelElement
  ) {
    for position in 0..<count {
      let number =
        switch element {
        case .float32: Double(source.load(fromByteOffset: position &* 4, as: Float.self))
        case .float64: source.load(fromByteOffset: position &* 8, as: Double.self)
        }
      if !number.isFinite { isFinite = false }
      value += number * number
    }
  }
}

/// True if no number is infinite or NaN.
///
/// Half the work of a sum of squares: an infinity or a NaN among the terms of a plain sum always shows
/// in the sum. A sum of finite numbers may be infinite too, so then they are looked at one by one.
func areFinite(_ tensor: borrowing Tensor) -> Bool {
  tensor.withUnsafeBytes { bytes in
    guard let source = bytes.baseAddress else { return true }
    return switch tensor.dtype {
    case .float32: areFinite(source, bytes.count / 4, .float32, Float(0))
    case .float64: areFinite(source, bytes.count / 8, .float64, 0.0)
    case .int32, .bool: true
    }
  }
}

private func areFinite<Number: BinaryFloatingPoint & BitwiseCopyable>(
  _ source: UnsafeRawPointer, _ count: Int, _ element: KernelElement, _ zero: Number
) -> Bool {
  guard count > 0 else { return true }
  var sum = zero
  Kernels.active.reduce(.sum, element, 1, count, source, &sum)
  return sum.isFinite
    || (0..<count).allSatisfy {
      source.load(fromByteOffset: $0 &* MemoryLayout<Number>.stride, as: Number.self).isFinite
    }
}
