// Conventions of running results, of medians and of norms: ties, zeros, infinities, NaN.

import AdjointDifferentiation
import AdjointElementary
import Testing

private let inf = Double.infinity
private let logOf2 = 0.6931471805599453

@Suite struct ScanKinkTests {
  private func tensor(_ x: [Double], shape: [Int]? = nil) -> Tensor {
    Tensor(x, shape: shape ?? [x.count], dtype: .float64)
  }

  private func slopes(
    _ x: [Double], shape: [Int]? = nil, _ f: @escaping (Tensor) -> Tensor
  ) throws -> [Double] {
    try gradient(at: tensor(x, shape: shape)) { f($0).sum() }.doubles
  }

  private func curvature(_ x: [Double], _ f: @escaping (Tensor) -> Tensor) throws -> [Double] {
    try gradient(at: tensor(x)) { x in try gradient(at: x) { f($0).sum() }.sum() }.doubles
  }

  // The last of the running results is the reduction: the same value, and the same derivative to
  // second order, ties and zeros included. 1e-14 is some fifty roundings.
  @Test(arguments: [
    [2, 1, 2, 2], [1, 3, 3, -1], [0, 0, 2, 5], [0, -0.0, -1, 0], [5, 4, 3, 2],
    [0.1, 0.1, 0.1, 0.1],
  ])
  func theLastOneIsTheReduction(x: [Double]) throws {
    let pairs: [(String, (Tensor) -> Tensor, (Tensor) -> Tensor)] = [
      ("maximum", { $0.cumulativeMaximum(along: 0)[3] }, { $0.maximum() }),
      ("minimum", { $0.cumulativeMinimum(along: 0)[3] }, { $0.minimum() }),
      ("product", { $0.cumulativeProduct(along: 0)[3] }, { $0.product() }),
      ("logSumExp", { $0.logCumulativeSumExp(along: 0)[3] }, { $0.logSumExp() }),
    ]
    for (name, running, reduction) in pairs {
      func expectSame(_ a: [Double], _ b: [Double], _ what: String) {
        let isSame = zip(a, b).allSatisfy { abs($0 - $1) <= 1e-14 * max(1, abs($1)) }
        #expect(isSame, "\(what) of the \(name) are \(a) and \(b)")
      }
      expectSame(running(tensor(x)).doubles, reduction(tensor(x)).doubles, "values")
      expectSame(try slopes(x, running), try slopes(x, reduction), "slopes")
      expectSame(
        try curvature(x) { running($0).squared() }, try curvature(x) { reduction($0).squared() },
        "curvatures")
    }
  }

  // y = [x0, max(x0, x1), …]: an element receives from every result that it is the extreme of. At
  // [1, 1, 0, 1] the shares are 1, then 1/2 each twice, then 1/3 each.
  @Test func equalExtremesShare() throws {
    #expect(try slopes([1, 3, 2, 5]) { $0.cumulativeMaximum(along: 0) } == [1, 2, 0, 1])
    #expect(try slopes([3, 2, 1]) { $0.cumulativeMaximum(along: 0) } == [3, 0, 0])
    let third = 1.0 / 3
    let shares: [Double] = [third + 0.5 + 0.5 + 1, third + 0.5 + 0.5, 0, third]
    #expect(try slopes([1, 1, 0, 1]) { $0.cumulativeMaximum(along: 0) } == shares)
    #expect(
      try slopes([1, 2, 1, 1], shape: [2, 2]) { $0.cumulativeMinimum(along: 0) }
        == [1.5, 1, 0.5, 1])
  }

  // From the first NaN on, the results belong to what is NaN, and so does a NaN as adjoint.
  @Test func runningExtremesWithNaN() throws {
    let found = try slopes([1, .nan, 2]) { $0.cumulativeMaximum(along: 0) }
    #expect(found[0] == 1 && found[1].isNaN && found[2] == 0)
    #expect(try slopes([1, .nan, 2]) { $0.cumulativeMinimum(along: 0)[0] } == [1, 0, 0])
  }

  // The slope of √ at 0 is infinite. It arrives where the zero was chosen; multiplied by zero it
  // would be NaN everywhere else.
  @Test func losersAreSkipped() throws {
    let found = try slopes([4, 0, -1, -1]) { sqrt($0.cumulativeMinimum(along: 0))[..<2] }
    #expect(found == [0.25, inf, 0, 0])
    #expect(try slopes([0, -1]) { sqrt($0.cumulativeMaximum(along: 0)) } == [inf, 0])
    #expect(try slopes([9, 0, 4]) { sqrt($0.median()) * 4 } == [0, 0, 1])
    #expect(try slopes([1, 0, 2]) { sqrt($0.median(over: 0) - 1) } == [inf, 0, 0])
    #expect(
      try slopes([4, 0, 0, 4], shape: [2, 2]) { sqrt($0.lowerTriangle()[1]) } == [0, 0, inf, 0.25])
    #expect(try slopes([4, 0], shape: [1, 2]) { sqrt($0.diagonal()) } == [0.25, 0])
  }

  // y = [a, ab, abc]; the sum has slopes 1 + b + bc, a + ac, ab and mixed derivatives
  // ∂²/∂a∂b = 1 + c, ∂²/∂a∂c = b, ∂²/∂b∂c = a, so their row sums are 1 + c + b, 1 + c + a, b + a.
  @Test func productsWithZeros() throws {
    for x in [[0.0, 3, 2], [5, 0, 2], [0, 0, 2], [0, 0, 0], [1, 2, 0]] {
      let (a, b, c) = (x[0], x[1], x[2])
      let first: [Double] = [1 + b + b * c, a + a * c, a * b]
      let second: [Double] = [1 + c + b, 1 + c + a, b + a]
      #expect(try slopes(x) { $0.cumulativeProduct(along: 0) } == first)
      #expect(try curvature(x) { $0.cumulativeProduct(along: 0) } == second)
    }
    #expect(tensor([-0.0, 3]).cumulativeProduct(along: 0).doubles.map(\.sign) == [.minus, .minus])
    #expect(tensor([inf, 0]).cumulativeProduct(along: 0).doubles[1].isNaN)
    // Carried as they come, these products stay within range, though pairs of them do not.
    let far = [1, 1e-200, 1e200, 1e200, 1e-200, 1e-200]
    #expect(tensor(far).cumulativeProduct(along: 0).doubles.allSatisfy { $0.isFinite })
    // A result of no influence has none, whatever its derivative: y₁ = ∞ · 1.
    #expect(try slopes([inf, 1]) { $0.cumulativeProduct(along: 0)[0] } == [1, 0])
    #expect(try slopes([1, inf]) { $0.cumulativeProduct(along: 0)[0] } == [1, 0])
  }

  // softmax of the elements so far, added up.
  @Test func runningLogarithmsDoNotOverflow() throws {
    #expect(tensor([1000, 1000]).logCumulativeSumExp(along: 0).doubles == [1000, 1000 + logOf2])
    #expect(try slopes([1000, 1000]) { $0.logCumulativeSumExp(along: 0) } == [1.5, 0.5])
    #expect(try slopes([0, 2000]) { $0.logCumulativeSumExp(along: 0)[1] } == [0, 1])
    let x = tensor([-inf, -inf, 1, 1])
    #expect(x.logCumulativeSumExp(along: 0).doubles == [-inf, -inf, 1, 1 + logOf2])
    #expect(
      try slopes([-inf, -inf, 1, 1]) { $0.logCumulativeSumExp(along: 0)[2...] } == [0, 0, 1.5, 0.5])
    #expect(tensor([0, inf, 1]).logCumulativeSumExp(along: 0).doubles == [0, inf, inf])
    // As in the reduction, +∞ has the whole weight, in equal shares.
    #expect(try slopes([0, inf, 1]) { $0.logCumulativeSumExp(along: 0) } == [1, 2, 0])
    #expect(try slopes([0, inf, inf]) { $0.logCumulativeSumExp(along: 0)[2] } == [0, 0.5, 0.5])
  }

  // A cone: of its subgradients at a constant sample 0 is the least. Numbers such as 0.1, whose
  // mean is rounded, are equal too.
  @Test(arguments: [[0.1, 0.1, 0.1], [7], [1e300, 1e300], [0, 0]])
  func deviationsOfEqualNumbers(x: [Double]) throws {
    let zeros = x.map { _ in 0.0 }
    #expect(tensor(x).standardDeviation().item == 0)
    #expect(try slopes(x) { $0.standardDeviation() } == zeros)
  }

  @Test func deviationsOfTooFew() throws {
    #expect(tensor([]).standardDeviation().item.isNaN)
    #expect(tensor([3]).standardDeviation(correction: 1).item.isNaN)
  }

  // NaN is neither smaller nor larger, so a sample with one has no middle.
  @Test func mediansWithNaNAndTies() throws {
    #expect(tensor([1, .nan, 2]).median().item.isNaN)
    #expect(tensor([1, 2, .nan, 3], shape: [2, 2]).median(over: 1).doubles[0] == 1.5)
    #expect(try slopes([2, 2, 2]) { $0.median() } == [0, 1, 0])
    #expect(try slopes([3, 1, 2, 9]) { $0.median() } == [0.5, 0, 0.5, 0])
    #expect(tensor([-inf, 0, inf]).median().item == 0)
  }

  // |x|₁ has slope 0 at 0, ‖x‖∞ shares, and no power leaves the range that the norm itself is in.
  @Test func normsOfAnyOrder() throws {
    #expect(try slopes([3, 0, -4]) { $0.norm(order: 1) } == [1, 0, -1])
    #expect(try slopes([3, -3, 1]) { $0.norm(order: .infinity) } == [0.5, -0.5, 0])
    for order in [1, 1.5, 2, 3, inf] {
      #expect(try slopes([0, 0]) { $0.norm(order: order) } == [0, 0])
      #expect(tensor([]).norm(order: order).item == 0)
    }
    // 3³ + 4³ + 5³ = 6³; slopes (x/6)².
    for scale in [1e-200, 1, 1e200] {
      let x = [3 * scale, 4 * scale, -5 * scale]
      #expect(abs(tensor(x).norm(order: 3).item / scale - 6) < 1e-14)
      let found = try slopes(x) { $0.norm(order: 3) }
      #expect(zip(found, [9.0 / 36, 16.0 / 36, -25.0 / 36]).allSatisfy { abs($0 - $1) < 1e-14 })
    }
  }

  @Test func emptyAxes() throws {
    for f in [
      { $0.cumulativeProduct(along: 0) }, { $0.cumulativeMaximum(along: 0) },
      { $0.logCumulativeSumExp(along: 0) }, { $0.rolled(by: 1, along: 0) },
      { $0.repeated(2, along: 0) }, { $0.tiled([3, 1]) }, { $0.lowerTriangle() },
      { $0.diagonal() },
    ] as [(Tensor) -> Tensor] {
      #expect(try slopes([], shape: [0, 3], f) == [])
    }
  }
}
