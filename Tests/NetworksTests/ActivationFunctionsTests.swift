// The activation functions against their formulas in Double, and their values and slopes at kinks
// and far out.

import Adjoint
import Foundation
import Testing

struct ActivationsTests {
  static let table: [(Activation, @Sendable (Double) -> Double)] = [
    (.identity, { $0 }),
    (.relu, { Swift.max($0, 0) }),
    (.sigmoid, { 1 / (1 + Foundation.exp(-$0)) }),
    (.tanh, { Foundation.tanh($0) }),
    (.softplus, { Foundation.log(1 + Foundation.exp($0)) }),
    (.gelu, { $0 / 2 * (1 + Foundation.erf($0 / 2.0.squareRoot())) }),
    (
      .geluTanh,
      {
        $0 / 2
          * (1 + Foundation.tanh((2 / Double.pi).squareRoot() * ($0 + 0.044715 * $0 * $0 * $0)))
      }
    ),
    (.silu, { $0 / (1 + Foundation.exp(-$0)) }),
    (.mish, { $0 * Foundation.tanh(Foundation.log(1 + Foundation.exp($0))) }),
    (.leakyRelu(slope: 0.2), { $0 > 0 ? $0 : 0.2 * $0 }),
    (.elu(scale: 1.5), { $0 > 0 ? $0 : 1.5 * (Foundation.exp($0) - 1) }),
    (
      .selu,
      { 1.0507009873554805 * ($0 > 0 ? $0 : 1.6732632423543772 * (Foundation.exp($0) - 1)) }
    ),
    (.hardTanh, { Swift.min(Swift.max($0, -1), 1) }),
    (.softsign, { $0 / (1 + Swift.abs($0)) }),
    (.logSigmoid, { -Foundation.log(1 + Foundation.exp(-$0)) }),
  ]

  @Test(arguments: table.indices)
  func valuesAndDerivativesFollowTheFormula(row: Int) throws {
    let (activation, formula) = Self.table[row]
    let points = [-3.7, -1.4, -0.6, -0.05, 0.03, 0.7, 1.3, 4.1]
    let x = Tensor(points, dtype: .float64)
    expectClose(activation(x).doubles, points.map(formula), tolerance: 1e-13)
    try expectDerivative(at: x) {
      (activation($0) * Tensor([1, 2, 3, 4, 5, 6, 7, 8], dtype: .float64)).sum()
    }
    let single = activation(x.converted(to: .float32))
    expectClose(single.doubles, points.map(formula), tolerance: 1e-6)
  }

  @Test(arguments: table.indices)
  func nothingOverflows(row: Int) throws {
    let activation = Self.table[row].0
    let x = Tensor([-1e4, 1e4, 0])
    let derivative = try gradient(at: x) { activation($0).sum() }
    #expect(activation(x).floats.allSatisfy { $0.isFinite })
    #expect(derivative.floats.allSatisfy { $0.isFinite })
    let second = try sumOfSecondDerivatives(at: x) { activation($0).sum() }
    #expect(second.allSatisfy { $0.isFinite })
  }

  @Test(arguments: [
    // Kinks: the value of smallest magnitude that is right on one side.
    (Activation.relu, 0.0, 0.0), (.leakyRelu(slope: 0.1), 0, 0.1), (.hardTanh, 1, 0),
    (.hardTanh, -1, 0),
    // No kinks, although the formulas have cases.
    (.elu(scale: 1), 0, 1), (.softsign, 0, 1), (.logSigmoid, 0, 0.5), (.softplus, 0, 0.5),
    (.gelu, 0, 0.5), (.silu, 0, 0.5),
    // Another slope at the left of zero than at the right: the left one.
    (.elu(scale: 1.5), 0, 1.5),
  ])
  func derivativeAtSpecialPoints(activation: Activation, x: Double, expected: Double) throws {
    let derivative = try gradient(at: Tensor([x], dtype: .float64)) { activation($0).sum() }
    #expect(abs(derivative.doubles[0] - expected) < 1e-15)
  }

  @Test func numbersOnATapeHaveTheSameFunctions() {
    for x in [-2.0, -0.3, 0.4, 1.7] {
      let derivative = gradient(at: x) { x in gelu(x) + silu(x) + elu(x) + mish(x) + softsign(x) }
      let h = 1e-6
      func f(_ x: Double) -> Double {
        // gelu, silu, mish, softsign
        [5, 7, 8, 13].reduce(x > 0 ? x : Foundation.exp(x) - 1) { $0 + Self.table[$1].1(x) }
      }
      #expect(abs(derivative - (f(x + h) - f(x - h)) / (2 * h)) < 1e-8)
    }
  }

  @Test func softmaxIsADistributionAlongTheLastAxis() {
    var generator = seeded()
    let x = Tensor.normal(shape: [3, 5], dtype: .float64, using: &generator)
    expectClose(Activation.softmax(x).sum(over: -1).doubles, [1, 1, 1])
    expectClose(exp(Activation.logSoftmax(x)).doubles, Activation.softmax(x).doubles)
  }
}
