// What this file knows: numbers that sum up all elements of a tensor, in `float64`, in one pass and
// without a result array. Eight partial sums in a fixed order: the same bits on every run.

import AdjointDifferentiation

/// `Σ x²`.
func sumOfSquares(_ x: Tensor) -> Double { sumOfProducts(x, x) }

/// `Σ x y` for floating-point tensors of one type.
func sumOfProducts(_ x: Tensor, _ y: Tensor) -> Double {
  let isWide = x.dtype == .float64
  return x.withUnsafeBytes { x in
    y.withUnsafeBytes { y in
      isWide
        ? sumOfProducts(x.bindMemory(to: Double.self), y.bindMemory(to: Double.self))
        : sumOfProducts(x.bindMemory(to: Float.self), y.bindMemory(to: Float.self))
    }
  }
}

@inline(__always)
private func sumOfProducts<T: BinaryFloatingPoint>(
  _ x: UnsafeBufferPointer<T>, _ y: UnsafeBufferPointer<T>
) -> Double {
  var lanes = SIMD8<Double>(repeating: 0)
  let whole = x.count & ~7
  var place = 0
  while place < whole {
    var a = SIMD8<Double>()
    var b = SIMD8<Double>()
    for lane in 0..<8 {
      a[lane] = Double(x[place &+ lane])
      b[lane] = Double(y[place &+ lane])
    }
    lanes += a * b
    place &+= 8
  }
  var sum = lanes.sum()
  while place < x.count {
    sum += Double(x[place]) * Double(y[place])
    place &+= 1
  }
  return sum
}

/// `max |x|`; NaN if any is NaN, 0 if there are none.
func maximumMagnitude(_ x: Tensor) -> Double {
  let isWide = x.dtype == .float64
  return x.withUnsafeBytes { x in
    isWide
      ? maximumMagnitude(x.bindMemory(to: Double.self))
      : maximumMagnitude(x.bindMemory(to: Float.self))
  }
}

@inline(__always)
private func maximumMagnitude<T: BinaryFloatingPoint>(_ x: UnsafeBufferPointer<T>) -> Double {
  var largest: T = 0
  for value in x {
    let magnitude = value.magnitude
    // A NaN fails the comparison and is kept; once kept, nothing is greater.
    if !(magnitude <= largest) { largest = magnitude }
    if largest.isNaN { return .nan }
  }
  return Double(largest)
}
