// Matrix products against the triple loop, in every layout.

import Testing

@testable import AdjointArrays

@Suite struct NDArrayMatmulTests {
  private func definition(_ a: NDArray, _ b: NDArray) throws -> NDArray {
    let target = try a.shape.matmul(b.shape)
    let left = a.rank == 1 ? a.expanded(at: 0) : a
    let right = b.rank == 1 ? b.expanded(at: 1) : b
    let inner = left.shape[left.rank - 1]
    return .tabulated(target, a.dtype) { index in
      var index = index
      let column = b.rank == 1 ? 0 : index.removeLast()
      let row = a.rank == 1 ? 0 : index.removeLast()
      return (0..<inner).reduce(0) { sum, k in
        sum + left.at(index.suffix(left.rank - 2) + [row, k])
          * right.at(index.suffix(right.rank - 2) + [k, column])
      }
    }
  }

  @Test(arguments: [DType.float32, .float64, .int32])
  func productsFollowTheDefinition(dtype: DType) throws {
    for (first, second) in [
      ([2, 3], [3, 4]), ([3], [3, 4]), ([2, 3], [3]), ([3], [3]), ([1, 1], [1, 1]),
      ([5, 2, 3], [3, 4]), ([2, 1, 2, 3], [3, 3, 4]), ([3], [5, 3, 4]), ([5, 2, 3], [3]),
      ([2, 3], [5, 3, 4]), ([2, 0], [0, 4]), ([0, 3], [3, 4]), ([0, 2, 3], [3, 4]),
      ([17, 33], [33, 19]), ([4, 1, 5], [5, 6]), ([1, 4, 3], [3, 2]), ([4, 1, 5], [4, 5, 6]),
    ] as [(Shape, Shape)] {
      let a = NDArray.wholeNumbers(first, dtype, seed: 1)
      let b = NDArray.wholeNumbers(second, dtype, seed: 2)
      let expected = try definition(a, b)
      for x in a.layouts {
        for y in b.layouts { #expect(same(.matmul(x, y), expected), "\(first) \(second)") }
      }
    }
  }

  @Test func stretchedAndTransposedOperandsAreReadInPlace() throws {
    let a = NDArray.wholeNumbers([4, 3], seed: 1)
    let b = NDArray.wholeNumbers([4, 5], seed: 2)
    #expect(same(.matmul(a.swappingLastTwoAxes(), b), try definition(a.swappingLastTwoAxes(), b)))
    let stretched = NDArray.wholeNumbers([1, 3]).broadcast(to: [6, 3])
    let right = NDArray.wholeNumbers([3, 2])
    #expect(same(.matmul(stretched, right), try definition(stretched, right)))
    let batch = a.broadcast(to: [7, 4, 3])
    #expect(same(.matmul(batch, right), try definition(batch, right)))
  }

  @Test func largeProductsAreCutRightly() {
    // Whole numbers up to 8: every product and sum is exact in float32, so any cut gives equal
    // bits.
    for (m, k, n) in [(300, 130, 70), (70, 130, 300), (257, 129, 255), (1, 700, 900)] {
      let a = NDArray.wholeNumbers(Shape([m, k]), .float32, seed: 1)
      let b = NDArray.wholeNumbers(Shape([k, n]), .float32, seed: 2)
      let product = NDArray.matmul(a, b)
      let integers = NDArray.matmul(a.converted(to: .int32), b.converted(to: .int32))
      #expect(same(product.converted(to: .int32), integers))
    }
  }

  // One pass gives the bits of three: the product, the sum with the bias, and `relu`.
  @Test(arguments: [DType.float32, .float64])
  func biasAndReluMayBePartOfTheProduct(dtype: DType) {
    var generator = RandomGenerator(seed: 5)
    for (first, second) in [
      ([7, 5], [5, 9]), ([128, 70], [70, 10]), ([300, 90], [90, 260]), ([4, 3, 5], [5, 6]),
      ([3, 2, 5], [3, 5, 6]), ([5], [5, 4]), ([2, 0], [0, 4]), ([0, 3], [3, 4]),
    ] as [(Shape, Shape)] {
      let a = NDArray.normal(shape: first, dtype: dtype, using: &generator)
      let b = NDArray.normal(shape: second, dtype: dtype, using: &generator)
      let wide = NDArray.normal(
        shape: Shape([second[second.rank - 1], 2]), dtype: dtype, using: &generator)
      // Every other element of a column: the bias need not be contiguous.
      let bias = wide.swappingLastTwoAxes().sliced([.index(0)])
      let plain = NDArray.matmul(a, b)
      let sum = NDArray.binary(.add, plain, bias)
      #expect(identical(.matmul(a, b, bias: bias), sum))
      #expect(identical(.matmul(a, b, bias: bias, rectifying: true), .unary(.relu, sum)))
      #expect(identical(.matmul(a, b, bias: nil, rectifying: true), .unary(.relu, plain)))
    }
  }
}
