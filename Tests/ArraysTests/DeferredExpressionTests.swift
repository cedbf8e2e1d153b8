// That putting an elementwise operation off changes when it is computed and nothing else.

import AdjointElementary
import AdjointKernels
import Synchronization
import Testing

@testable import AdjointArrays

// Serialized: the threshold is one setting of the whole process. Other suites may run at the same
// time; their results do not depend on it, which is the law tested here.
@Suite(.serialized) struct DeferredExpressionTests {
  /// Runs the body with everything put off, or with nothing.
  private func deferring<R>(_ defers: Bool, _ body: () -> R) -> R {
    let before = Deferral.threshold
    defer { Deferral.threshold = before }
    Deferral.threshold = defers ? 1 : .max
    return body()
  }

  // A value is computed in passing twice and written down the third time. A program that meets it
  // then computes two things, and must not take the one for the other: sum(1 · y) = 10 and sum(k y)
  // = 10 k.
  @Test(arguments: [4, 70_000])
  func whatIsDueInPassingIsNotTakenForTheResult(_ count: Int) {
    let sums = deferring(true) {
      let x = NDArray(repeating: 10 / Double(count), shape: [count], dtype: .float64)
      let y = NDArray.unary(.negate, .unary(.negate, x))
      return (1...6).map { factor in
        let scaled = NDArray.binary(.multiply, y, NDArray(scalar: Double(factor), dtype: .float64))
        return scaled.reduced(.sum, over: [0]).item()
      }
    }
    for (place, sum) in sums.enumerated() {
      #expect(abs(sum - 10 * Double(place + 1)) < 1e-9)
    }
  }

  // A read of a product that was put off gives the bits of the product, through views too; a
  // sum into another array forgets it uncomputed.
  @Test(arguments: [DType.float32, .float64])
  func productsArePutOffAsAWhole(_ dtype: DType) {
    var generator = RandomGenerator(seed: 11)
    let a = NDArray.uniform(-1..<1, shape: [37, 20], dtype: dtype, using: &generator)
    let b = NDArray.uniform(-1..<1, shape: [50, 20], dtype: dtype, using: &generator)
      .swappingLastTwoAxes()
    let expected = NDArray.matmul(a, b)
    let (product, sum) = deferring(true) {
      let product = NDArray.puttingOffProduct(a, b)
      return (product, NDArray.binary(.multiply, product, expected).reduced(.sum, over: [0, 1]))
    }
    #expect(product.isDeferred && product.storage.expression?.pending != nil)
    #expect(sum.storage.expression?.pending != nil && product.shape == [37, 50])
    let turned = product.swappingLastTwoAxes()
    #expect(
      turned.values(as: Double.self) == expected.swappingLastTwoAxes().values(as: Double.self))
    #expect(product.storage.expression?.pending == nil)
    let squares = NDArray.binary(.multiply, expected, expected).reduced(.sum, over: [0, 1])
    #expect(sum.item() == squares.item())
  }

  /// A random run of elementwise operations over a handful of operands; the same for the same seed.
  ///
  /// `forces` says after which operations a result is read.
  private func run(seed: UInt64, shape: Shape, _ dtype: DType, forces: (Int) -> Bool) -> [NDArray] {
    var generator = RandomGenerator(seed: seed)
    func random(_ shape: Shape) -> NDArray {
      .uniform(0.5..<2, shape: shape, dtype: dtype, using: &generator)
    }
    let (rows, columns) = (shape[0], shape[1])
    var values = [
      random(shape), random([columns]), random([rows, 1]), random(.scalar),
      random([columns, rows]).swappingLastTwoAxes(), random(shape).reversed(along: 1),
    ]
    var results: [NDArray] = []
    for step in 0..<40 {
      func pick() -> NDArray { values[Int.random(in: 0..<values.count, using: &generator)] }
      let (a, b) = (pick(), pick())
      var result: NDArray
      switch Int.random(in: 0..<6, using: &generator) {
      case 0: result = .binary(.add, a, b)
      case 1: result = .binary(.multiply, a, b)
      case 2: result = .unary(.tanh, a)
      case 3: result = .unary(.sigmoid, a)
      case 4:
        let y = NDArray.binary(.multiply, a.broadcast(to: shape), b)
        result = .chainFirst(.multiply, seed: pick().broadcast(to: shape), a, b, y: y)
      default:
        let y = NDArray.unary(.exp, NDArray.unary(.sigmoid, a.broadcast(to: shape)))
        result = .chain(.exp, seed: pick().broadcast(to: shape), x: y, y: y)
      }
      if forces(step) { _ = result.isFinite() }
      // Bounded, so that forty steps do not overflow.
      if result.shape == shape, step % 3 == 0 { result = .unary(.sigmoid, result) }
      values.append(result)
      results.append(result)
    }
    return results
  }

  @Test(arguments: [DType.float32, .float64])
  func resultsDoNotDependOnWhenTheyAreComputed(_ dtype: DType) {
    for (seed, shape) in [(1, [3, 5]), (2, [1, 1]), (3, [40, 300]), (4, [130, 70])]
      as [(UInt64, Shape)]
    {
      let atOnce = deferring(false) { run(seed: seed, shape: shape, dtype) { _ in false } }
      for pattern in [0, 1, 2, 5, 40] {
        let later = deferring(true) {
          let results = run(seed: seed, shape: shape, dtype) { pattern > 0 && $0 % pattern == 0 }
          // In an order of their own: the last ones first.
          for result in results.reversed() { _ = result.isFinite() }
          return results
        }
        for (step, (a, b)) in zip(atOnce, later).enumerated() {
          #expect(identical(a, b), "\(dtype) \(shape), step \(step), forced every \(pattern)")
        }
      }
    }
  }

  @Test func nothingIsComputedBeforeSomebodyLooks() {
    deferring(true) {
      let x = NDArray.ones([100])
      let y = NDArray.unary(.exp, x)
      #expect(y.storage.expression?.pending != nil)
      let z = NDArray.binary(.add, y, y)
      #expect(z.item(at: 3) == 2 * y.item(at: 3))
      #expect(z.storage.expression?.pending == nil)
    }
    deferring(false) { #expect(NDArray.unary(.exp, .ones([100])).storage.expression == nil) }
  }

  // A sum takes blocks of elements as they are computed, in the order in which it takes them from
  // memory.
  @Test(arguments: [1, 17, 1000, 65_536, 65_537, 100_003])
  func reductionsTakeElementsAsTheyAreComputed(_ count: Int) {
    var generator = RandomGenerator(seed: 5)
    for dtype in [DType.float32, .float64] {
      let x = NDArray.normal(shape: [count], dtype: dtype, using: &generator)
      let a = NDArray(scalar: 0.3, dtype: dtype)
      for kind in [ReductionKind.sum, .maximum] {
        func value() -> NDArray {
          let y = NDArray.binary(.multiply, .unary(.tanh, x), a)
          return NDArray.binary(.add, y, x).reduced(kind, over: [0])
        }
        #expect(identical(deferring(false, value), deferring(true, value)), "\(kind) of \(count)")
      }
    }
  }

  @Test func reductionLeavesNoElementsBehind() {
    deferring(true) {
      let y = NDArray.unary(.tanh, .ones([100_000]))
      for pass in 1...Deferral.recomputations + 1 {
        #expect(y.storage.expression?.pending != nil, "before pass \(pass)")
        _ = y.reduced(.sum, over: [0]).item()
      }
      // A program that comes back again and again finds them written down.
      #expect(y.storage.expression?.pending == nil)
    }
  }

  // What a differential operator returns: a loss and its gradient, in one pass, with a mean that
  // waits for its sum.
  @Test(arguments: [1000, 100_003])
  func resultsOverTheSameElementsAreComputedTogether(_ count: Int) {
    var generator = RandomGenerator(seed: 6)
    let x = NDArray.normal(shape: [count], dtype: .float32, using: &generator)
    func results() -> [NDArray] {
      let y = NDArray.unary(.tanh, x)
      let z = NDArray.binary(.multiply, y, x)
      let sum = z.reduced(.sum, over: [0])
      let mean = NDArray.binary(.divide, sum, NDArray(scalar: Double(count), dtype: .float32))
      let slope = NDArray.chain(.tanh, seed: x, x: x, y: y)
      let largest = slope.reduced(.maximum, over: [0])
      return [mean, sum, slope, NDArray.binary(.add, slope, y), largest]
    }
    let atOnce = deferring(false, results)
    deferring(true) {
      let later = results()
      #expect(later.allSatisfy { $0.storage.expression?.pending != nil })
      NDArray.compute(later)
      #expect(later.allSatisfy { $0.storage.expression?.pending == nil })
      for (place, (a, b)) in zip(atOnce, later).enumerated() {
        #expect(identical(a, b), "result \(place)")
      }
    }
  }

  @Test func whatIsComputedInPassingTooOftenIsKept() {
    deferring(true) {
      let shared = NDArray.unary(.tanh, .ones([64]))
      for pass in 1...Deferral.recomputations + 1 {
        #expect(shared.storage.expression?.pending != nil, "before pass \(pass)")
        _ = NDArray.unary(.exp, shared).item(at: 0)
      }
      #expect(shared.storage.expression?.pending == nil)
      #expect(identical(shared, deferring(false) { NDArray.unary(.tanh, .ones([64])) }))
    }
  }

  @Test func expressionsAreBounded() {
    deferring(true) {
      let x = NDArray.ones([64])
      // A chain much longer than any stack; releasing it must not recurse.
      var y = x
      for _ in 0..<200_000 { y = .unary(.sigmoid, y) }
      #expect(y.storage.expression.map { $0.depth <= Deferral.depth } == true)
      // Doubling: two to the fortieth paths, forty operations.
      var z = NDArray(repeating: 1e-12, shape: [64], dtype: .float32)
      for _ in 0..<40 { z = .binary(.add, z, z) }
      #expect(z.item(at: 0) == Double(Float(1e-12) * 1_099_511_627_776))
      // Many operands.
      var sum = NDArray.zeros([64])
      for i in 0..<50 {
        sum = .binary(.add, sum, NDArray(repeating: Double(i), shape: [64], dtype: .float32))
      }
      #expect(sum.item(at: 0) == 1225)
    }
  }

  @Test func anOperandThatNobodyElseHoldsGivesItsMemory() {
    deferring(true) {
      let shape: Shape = [4096]
      var x = NDArray.ones(shape, dtype: .float64)
      let place = x.address
      x = .unary(.negate, x)
      #expect(x.address == place)
      x = .binary(.add, NDArray(scalar: 3, dtype: .float64), x)
      #expect(x.address == place)
      #expect(x.item(at: 5) == 2)
      // Held elsewhere, it stays as it is.
      let kept = x
      x = .unary(.square, x)
      #expect(x.address != place)
      #expect(kept.item(at: 7) == 2 && x.item(at: 7) == 4)
      // A part of a larger array does not keep the whole of it.
      var part = NDArray.ones([2, 4096], dtype: .float64).sliced([.range(from: 0, to: 1, step: 1)])
      let whole = part.address
      part = .unary(.negate, part)
      #expect(part.address != whole)
    }
  }

  @Test func threadsMayAskForTheSameResult() {
    deferring(true) {
      var generator = RandomGenerator(seed: 3)
      let x = NDArray.normal(
        shape: [50_000], dtype: .float32, using: &generator)
      let expected = deferring(false) { NDArray.unary(.exp, .unary(.tanh, x)) }
      for _ in 0..<20 {
        let inner = NDArray.unary(.tanh, x)
        let outer = NDArray.unary(.exp, inner)
        let mismatches = Atomic<Int>(0)
        parallelFor(pieces: 8) { piece in
          if piece % 2 == 0 {
            if !identical(outer, expected) { mismatches.add(1, ordering: .relaxed) }
          } else if inner.item(at: piece) != NDArray.unary(.tanh, x).item(at: piece) {
            mismatches.add(1, ordering: .relaxed)
          }
        }
        #expect(mismatches.load(ordering: .relaxed) == 0)
      }
    }
  }
}
