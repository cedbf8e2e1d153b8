// Programs, not only formulas: the tape differentiates whatever Swift ran.

import AdjointArrays
import AdjointDifferentiation
import AdjointElementary
import Testing

@Suite struct ProgramTests {
  @Test(arguments: [(2.0, 4.0), (-2.0, -1.0)])
  func branches(_ x: Double, _ expected: Double) {
    // x² for positive x, else -x
    expect(gradient(at: x) { x in if x > 0 { return x * x } else { return -x } }, equals: expected)
  }

  @Test func loops() {
    // x¹⁰ by repeated multiplication: 10 x⁹
    let slope = gradient(at: 1.1) { x in
      var product = Scalar(1)
      for _ in 0..<10 { product *= x }
      return product
    }
    var expected = 10.0
    for _ in 0..<9 { expected *= 1.1 }
    #expect(abs(slope - expected) < 1e-13)
  }

  @Test func recursion() {
    // A recursive power, and a while loop until convergence (Newton's square root: 1 / (2 √x)).
    func power(_ x: Scalar, _ n: Int) -> Scalar { n == 0 ? 1 : x * power(x, n - 1) }
    expect(gradient(at: 2.0) { power($0, 5) }, equals: 80)
    let slope = gradient(at: 2.0) { x in
      var root = x
      while true {
        let next = 0.5 * (root + x / root)
        if abs(next.value - root.value) < 1e-15 { return next }
        root = next
      }
    }
    #expect(abs(slope - 1 / (2 * 2.0.squareRoot())) < 1e-14)
  }

  @Test func earlyReturn() {
    func f(_ x: Scalar) -> Scalar {
      guard x.value < 10 else { return 3 * x }
      for k in 1... {
        let term = pow(x, Double(k))
        if term > 50 { return term }
      }
      return x
    }
    // 3² = 9, 27, 81: returns x⁴ at 3, whose derivative is 4 · 27 = 108.
    expect(gradient(at: 3.0, of: f), equals: 108)
    expect(gradient(at: 11.0, of: f), equals: 3)
  }

  @Test func dictionariesOfVariables() throws {
    let slopes = try gradient(at: ["a": Scalar(2), "b": Scalar(3), "c": Scalar(4)]) { x in
      x["a", default: 0] * x["b", default: 0]
    }
    #expect(slopes.mapValues(\.value) == ["a": 3, "b": 2, "c": 0])
    let tensors = try gradient(at: ["w": Tensor([1, 2]), "v": Tensor([3, 4])]) { x in
      ((x["w"] ?? 0) * (x["v"] ?? 0)).sum()
    }
    #expect(tensors["w"]?.doubles == [3, 4])
    #expect(tensors["v"]?.doubles == [1, 2])
  }

  @Test func closuresOverOuterVariables() {
    let slopes = gradient(at: 2.0, 5.0) { a, b in
      let scale: (Scalar) -> Scalar = { $0 * b }
      return scale(a) + scale(a * a)
    }
    // a b + a² b: b + 2 a b = 25, a + a² = 6
    #expect(slopes == (25, 6))
  }

  @Test func inputsUsedTwiceOrNotAtAll() throws {
    let both = gradient(at: 3.0, 4.0) { x, _ in x * x }
    #expect(both == (6, 0))
    expect(gradient(at: 3.0) { _ in 7 }, equals: 0)
    let (first, second) = try gradient(at: Tensor([1, 2]), Tensor([5, 6])) { x, _ in (x * x).sum() }
    #expect(first.doubles == [2, 4])
    #expect(second.doubles == [0, 0])
    let middle: [Double] = gradient(at: [1.0, 2, 3]) { $0[1] }
    #expect(middle == [0, 1, 0])
    let none: [Double] = gradient(at: [Double]()) { _ in 1 }
    #expect(none == [])
  }

  @Test func aVariableInADiscardedBranch() throws {
    // √x and log x at 0 have infinite derivatives; chosen away they contribute exact zeros.
    let slope = gradient(at: 0.0) { x in
      let dangerous = sqrt(x) + log(x)
      return x > 0 ? dangerous : 2 * x
    }
    #expect(slope == 2)
    let slopes = try gradient(at: Tensor([0, 4, -1], dtype: .float64)) { x in
      `where`(x .> 0, sqrt(x) + 1 / x, 0).sum()
    }
    // At 4: 1/4 - 1/16
    #expect(slopes.doubles == [0, 0.1875, 0])
  }

  @Test func tensorPrograms() throws {
    // x W W … applied while the norm is small; compared with the unrolled formula.
    let w = Tensor([[0.9, 0.5], [-0.2, 1.1]], dtype: .float64)
    let x = Tensor([[1, 1]], dtype: .float64)
    var steps = 0
    let slope = try gradient(at: w) { w in
      var y = x
      while y.norm().item < 4 {
        y = matmul(y, w)
        steps += 1
      }
      return y.sum()
    }
    let unrolled = try gradient(at: w) { w in
      var y = x
      for _ in 0..<steps { y = matmul(y, w) }
      return y.sum()
    }
    #expect(steps > 2)
    #expect(slope.doubles == unrolled.doubles)
  }

  @Test func swiftAlgorithmsWork() {
    // map, reduce, zip, sorted on recorded numbers
    let slopes = gradient(at: [3.0, 1, 2]) { x in
      zip(x.sorted(), [1.0, 10, 100]).reduce(Scalar(0)) { $0 + $1.0 * $1.1 }
    }
    #expect(slopes == [100, 1, 10])
    let mapped: [Double] = gradient(at: [3.0, 1, 2]) { $0.map { $0 * $0 }.reduce(0, +) }
    #expect(mapped == [6, 2, 4])
    let largest: [Double] = gradient(at: [3.0, 1, 2]) { $0.max() ?? 0 }
    #expect(largest == [1, 0, 0])
  }

  @Test func pullbacksMayBeCalledAgain() throws {
    let (value, pullback) = valueWithPullback(at: [1.0, 2]) { x in [x[0] * x[1], x[0] + x[1]] }
    #expect(value == [2, 3])
    // Rows of the Jacobian ((2, 1), (1, 1))
    #expect(pullback([1, 0]) == [2, 1])
    #expect(pullback([0, 1]) == [1, 1])
    #expect(pullback([1, 0]) == [2, 1])
    let (product, back) = try valueWithPullback(at: Tensor([1, 2])) { x in x * x }
    #expect(product.doubles == [1, 4])
    #expect(try back(Tensor([1, 10])).doubles == [2, 40])
    #expect(throws: TensorError.self) { try back(Tensor([1, 2, 3])) }
    let (square, slope) = valueWithPullback(at: 3.0) { $0 * $0 }
    #expect(square == 9 && slope(2) == 12 && slope(1) == 6)
  }
}
