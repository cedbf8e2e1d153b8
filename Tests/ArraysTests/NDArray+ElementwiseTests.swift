// Elementwise operations against the table evaluated index by index.

import AdjointElementary
import Testing

@testable import AdjointArrays

/// The table in plain double arithmetic: the oracle of this file.
private struct Value: UnaryVisitor, BinaryVisitor {
  var role = 0
  let numbers: [Double]
  func visit<F: UnaryFunction>(_ function: F.Type) -> Double {
    role == 0
      ? F.value(numbers[0]) : F.chain(numbers[0], x: numbers[1], y: numbers[2])
  }
  func visit<F: BinaryFunction>(_ function: F.Type) -> Double {
    switch role {
    case 0: F.value(numbers[0], numbers[1])
    case 1: F.chainFirst(numbers[0], numbers[1], numbers[2], y: numbers[3])
    default: F.chainSecond(numbers[0], numbers[1], numbers[2], y: numbers[3])
    }
  }
}

@Suite struct NDArrayElementwiseTests {
  private let pairs: [(Shape, Shape)] = [
    ([], []), ([5], []), ([], [2, 3]), ([128, 10], [10]), ([10], [128, 10]),
    ([128, 10], [128, 1]),
    ([7, 1, 3], [5, 1]), ([3, 0], [1]), ([0], [1]), ([2, 1, 4, 1], [3, 1, 5]), ([3, 300], [300]),
    ([300, 3], [300, 1]), ([2, 1500], [1500]), ([2, 1500], [2, 1]), ([1, 1500], [3, 1]),
    ([4, 600, 2], [600, 2]), ([1030], [1030]), ([2, 3, 4, 5], [3, 1, 5]), ([6, 700], [6, 700]),
  ]

  @Test func binaryOperationsBroadcastInEveryLayout() {
    for (first, second) in pairs {
      let a = NDArray.wholeNumbers(first, seed: 1)
      let b = NDArray.wholeNumbers(second, seed: 2)
      let shape = Shape.checkedBroadcast(first, second)
      let expected = NDArray.tabulated(shape) { a.at($0) - b.at($0) }
      for x in a.layouts {
        for y in b.layouts {
          #expect(same(.binary(.subtract, x, y), expected), "\(first) \(second)")
        }
      }
    }
  }

  @Test func unaryOperationsWorkInEveryLayout() {
    for shape in peculiarShapes {
      for dtype in [DType.float32, .float64, .int32] {
        let x = NDArray.wholeNumbers(shape, dtype)
        let expected = NDArray.tabulated(shape, dtype) { x.at($0) * x.at($0) }
        for layout in x.layouts { #expect(same(.unary(.square, layout), expected)) }
      }
    }
  }

  @Test(arguments: [DType.float32, .float64])
  func everyFunctionAgreesWithTheTable(dtype: DType) {
    // Inside every domain: (0.1, 0.9), and 1.1 to 1.9 for acosh. The tolerance is that of the
    // kernels' own contract, a few units in the last place, with room for the chain's products.
    let tolerance = dtype == .float32 ? 4e-6 : 1e-13
    var generator = RandomGenerator(seed: 3)
    let shape: Shape = [3, 41]
    func random() -> NDArray {
      .uniform(0.1..<0.9, shape: shape, dtype: dtype, using: &generator)
    }
    func isClose(_ actual: NDArray, _ expected: ([Int]) -> Double) -> Bool {
      indices(of: actual.shape).allSatisfy {
        let value = expected($0)
        return abs(actual.at($0) - value) <= tolerance * max(1, abs(value))
      }
    }
    for f in Elementary.Opcode.allCases {
      let offset = NDArray(scalar: f == .acosh ? 1 : 0, dtype: dtype)
      let a = NDArray.binary(.add, random(), offset)
      let (b, seed) = (random(), random())
      if f.arity == 1 {
        let y = NDArray.unary(f, a)
        #expect(isClose(y) { f.unary(Value(numbers: [a.at($0)])) }, "\(f)")
        #expect(
          isClose(.chain(f, seed: seed, x: a, y: y)) {
            f.unary(Value(role: 1, numbers: [seed.at($0), a.at($0), y.at($0)]))
          }, "\(f)")
        continue
      }
      let y = NDArray.binary(f, a, b)
      #expect(isClose(y) { f.binary(Value(numbers: [a.at($0), b.at($0)])) }, "\(f)")
      for role in 1...2 {
        let chained =
          role == 1
          ? NDArray.chainFirst(f, seed: seed, a, b, y: y)
          : NDArray.chainSecond(f, seed: seed, a, b, y: y)
        #expect(
          isClose(chained) {
            f.binary(Value(role: role, numbers: [seed.at($0), a.at($0), b.at($0), y.at($0)]))
          }, "\(f) \(role)")
      }
    }
  }

  @Test func chainsBroadcastToTheShapeOfTheResult() {
    // ∂(a·b)/∂a = b and ∂(a·b)/∂b = a.
    let a = NDArray.wholeNumbers([4, 1], seed: 1)
    let b = NDArray.wholeNumbers([5], seed: 2)
    let y = NDArray.binary(.multiply, a, b)
    let seed = NDArray(scalar: 3, dtype: .float64)
    #expect(
      same(
        .chainFirst(.multiply, seed: seed, a, b, y: y),
        .tabulated([4, 5]) { 3 * b.at([$0[1]]) }))
    #expect(
      same(
        .chainSecond(.multiply, seed: seed, a, b, y: y),
        .tabulated([4, 5]) { 3 * a.at([$0[0], 0]) }))
    // d(x²)/dx = 2x.
    let square = NDArray.unary(.square, b)
    #expect(same(.chain(.square, seed: seed, x: b, y: square), .tabulated([5]) { 6 * b.at($0) }))
  }

  @Test func anOperandHeldTwiceIsNotOverwritten() {
    let x = NDArray.range(10, dtype: .float64)
    let y = NDArray.binary(.add, x, x)
    #expect(x.numbers == (0..<10).map(Double.init))
    #expect(y.numbers == (0..<10).map { Double(2 * $0) })
    var sum = x
    sum.accumulate(x)
    #expect(x.item(at: 3) == 3 && sum.item(at: 3) == 6)
  }

  @Test func accumulationAddsInEveryLayout() {
    let x = NDArray.wholeNumbers([3, 4], seed: 1)
    let y = NDArray.wholeNumbers([3, 4], seed: 2)
    let expected = NDArray.tabulated([3, 4]) { x.at($0) + y.at($0) }
    for a in x.layouts {
      for b in y.layouts {
        var sum = a
        sum.accumulate(b)
        #expect(same(sum, expected))
      }
    }
  }
}
