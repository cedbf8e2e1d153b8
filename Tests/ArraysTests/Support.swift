// Oracles that every test of this room shares: arrays read index by index, and the same array in
// every layout that views can give it.

import AdjointElementary
import Testing

@testable import AdjointArrays

/// All index tuples of a shape in row-major order.
func indices(of shape: Shape) -> [[Int]] {
  var result: [[Int]] = [[]]
  for size in shape {
    result = result.flatMap { prefix in (0..<size).map { prefix + [$0] } }
  }
  return result
}

extension NDArray {
  /// The element at an index tuple; axes of size 1 stretch, missing leading axes are skipped.
  func at(_ index: [Int]) -> Double {
    var flat = 0
    let own = index.suffix(rank)
    for (axis, position) in zip(0..<rank, own) {
      flat = flat * shape[axis] + (shape[axis] == 1 ? 0 : position)
    }
    return item(at: flat)
  }

  /// All elements as doubles.
  var numbers: [Double] { values(as: Double.self) }

  /// An array made index by index: the slow definition that fast code is compared with.
  static func tabulated(
    _ shape: Shape, _ dtype: DType = .float64, _ f: ([Int]) -> Double
  ) -> NDArray {
    NDArray(indices(of: shape).map(f), shape: shape).converted(to: dtype)
  }

  /// Small whole numbers, so that sums and products are exact in every type.
  static func wholeNumbers(
    _ shape: Shape, _ dtype: DType = .float64, seed: UInt64 = 1
  ) -> NDArray {
    var generator = RandomGenerator(seed: seed)
    let real = uniform(-8..<9, shape: shape, dtype: .float64, using: &generator)
    let whole = unary(.floor, real)
    return dtype == .bool
      ? compare(.greater, whole, NDArray(scalar: 0, dtype: .float64)) : whole.converted(to: dtype)
  }

  /// This array in every layout: dense, permuted storage, every second element of a larger one,
  /// stored backward, at an offset.
  var layouts: [NDArray] {
    var result = [copied()]
    guard rank > 0 else {
      result.append(
        NDArray.concatenated([expanded(at: 0), expanded(at: 0)], along: 0).sliced([.index(1)]))
      return result
    }
    let backward = Array((0..<rank).reversed())
    result.append(transposed(backward).copied().transposed(backward))
    result.append(reversed(along: 0).copied().reversed(along: 0))
    result.append(reversed(along: rank - 1).copied().reversed(along: rank - 1))
    let ones = [Int](repeating: 1, count: rank)
    let inside = shape.map { IndexItem.range(from: 1, to: $0 + 1, step: 1) }
    result.append(padded(before: ones, after: ones, value: 1).sliced(inside))
    if shape[rank - 1] > 0, rank < Shape.maximumRank {
      let doubled = NDArray.stacked([self, self], along: rank)
        .reshaped(to: Shape(shape.dropLast() + [2 * shape[rank - 1]]))
      result.append(doubled.sliced([.ellipsis, .range(from: nil, to: nil, step: 2)]))
    }
    return result
  }
}

/// True for equal shapes, types and elements (NaN equals NaN).
func same(_ a: NDArray, _ b: NDArray) -> Bool {
  a.shape == b.shape && a.dtype == b.dtype
    && zip(a.numbers, b.numbers).allSatisfy { $0 == $1 || ($0.isNaN && $1.isNaN) }
}

/// True for the same shape, type and bits.
func identical(_ a: NDArray, _ b: NDArray) -> Bool {
  a.shape == b.shape && a.dtype == b.dtype
    && a.withUnsafeContiguousBytes { x in
      b.withUnsafeContiguousBytes { y in x.elementsEqual(y) }
    }
}

/// `Σ a b` over all elements, in double precision.
func innerProduct(_ a: NDArray, _ b: NDArray) -> Double {
  zip(a.numbers, b.numbers).reduce(0) { $0 + $1.0 * $1.1 }
}

/// Shapes with every peculiarity: no axes, one element, empty axes, sizes around a tile.
let peculiarShapes: [Shape] = [
  [], [1], [0], [7], [1, 1, 1], [2, 3], [3, 0, 2], [2, 1, 3, 1], [4, 5, 6],
  [2, 2, 2, 2, 2, 2, 2, 2],
  [3, 300], [33, 40],
]
