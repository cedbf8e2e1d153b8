// The cost of recording scalar operations and walking them back, with the inputs created and the
// gradient returned inside the timed step, and the cost of the same functions in plain `Double`
// arithmetic.
//
// A function is written once, for any algebra, and counts every operation of its formula once;
// before it is timed, that count is held against the tape and its gradient against one derived by
// hand.

import Adjoint
import Foundation

/// A number that the functions of this file are computed with: `Double` or `Scalar`.
private protocol Number: Algebra where Mask == Bool {}
extension Double: Number {}
extension Scalar: Number {}

/// A function of many numbers with its gradient as derived by hand.
private protocol Workload {
  /// The stable name.
  var title: String { get }
  /// Where the gradient is taken.
  var point: [Double] { get }
  /// Elementary operations in one evaluation.
  var operations: Int { get }
  func value<A: Number>(at x: [A]) -> A
  func gradientByHand() -> [Double]
}

/// Σ x_t with x ← sin(x) a + exp(-x²) / (1 + x²), a = 0.9.
private struct Chain: Workload {
  let title = "scalar-chain"
  let point = [0.5]
  let steps = 1_000_000
  var operations: Int { 9 * steps }

  func value<A: Number>(at x: [A]) -> A {
    var x = x[0]
    var total: A = 0
    for _ in 0..<steps {
      let square = x * x
      x = Elementary.Sin.at(x) * 0.9 + Elementary.Exp.at(-square) / (1 + square)
      total = total + x
    }
    return total
  }

  /// dx_t/dx_0 is the product of the slopes so far: a cos x - 2x exp(-x²) (1/q + 1/q²), q = 1 + x².
  func gradientByHand() -> [Double] {
    var x = point[0]
    var slope = 1.0
    var total = 0.0
    for _ in 0..<steps {
      let q = 1 + x * x
      slope *= 0.9 * cos(x) - 2 * x * exp(-x * x) * (1 / q + 1 / (q * q))
      x = sin(x) * 0.9 + exp(-x * x) / q
      total += slope
    }
    return [total]
  }
}

/// x ← a x + b: nothing but arithmetic, each operation waiting for the one before.
private struct Arithmetic: Workload {
  let title = "scalar-arithmetic"
  let point = [0.5]
  let steps = 1_000_000
  var operations: Int { 2 * steps }

  func value<A: Number>(at x: [A]) -> A {
    var x = x[0]
    for _ in 0..<steps { x = x * 1.000001 + 0.0001 }
    return x
  }

  func gradientByHand() -> [Double] { [pow(1.000001, Double(steps))] }
}

/// Σ (1 - x_i)² + 100 (x_{i+1} - x_i²)².
private struct Rosenbrock: Workload {
  let title = "scalar-rosenbrock"
  let point = (0..<1_000_000).map { Double($0 % 7) * 0.1 }
  var operations: Int { 8 * (point.count - 1) }

  func value<A: Number>(at x: [A]) -> A {
    var total: A = 0
    for i in 0..<(x.count - 1) {
      let a = 1 - x[i]
      let b = x[i + 1] - x[i] * x[i]
      total = total + (a * a + 100 * (b * b))
    }
    return total
  }

  func gradientByHand() -> [Double] {
    let x = point
    return x.indices.map { i in
      var slope = 0.0
      if i + 1 < x.count {
        slope += -2 * (1 - x[i]) - 400 * x[i] * (x[i + 1] - x[i] * x[i])
      }
      if i > 0 { slope += 200 * (x[i] - x[i - 1] * x[i - 1]) }
      return slope
    }
  }
}

/// Π x_i, whose derivatives are the product divided by x_i.
private struct Product: Workload {
  let title = "scalar-product"
  let point = (0..<1_000_000).map { 1 + 1e-7 * Double($0 % 3) }
  var operations: Int { point.count }

  func value<A: Number>(at x: [A]) -> A {
    var product: A = 1
    for factor in x { product = product * factor }
    return product
  }

  func gradientByHand() -> [Double] {
    let product = point.reduce(1, *)
    return point.map { product / $0 }
  }
}

/// The negated penalty-free part and the Wishart prior of a Gaussian mixture's log-likelihood, as
/// in ADBench (Šrajer, Kukelova and Fitzgibbon 2018), without its additive constant.
///
/// Σ_i logsumexp_k(α_k + Σ q_k - ½ |L_k (x_i - μ_k)|²) - n logsumexp(α)
///   + Σ_k (γ²/2 (|exp q_k|² + |l_k|²) - m Σ q_k), with L_k = diag(exp q_k) + strictly lower l_k.
private struct Mixture: Workload {
  let title = "scalar-mixture"
  let dimensions = 10, components = 25, count = 1000
  let gamma = 1.0, m = 0.0
  let point: [Double]
  let data: [Double]

  private var lowerCount: Int { dimensions * (dimensions - 1) / 2 }
  private func mean(_ k: Int) -> Int { components + k * dimensions }
  private func logDiagonal(_ k: Int) -> Int {
    components + components * dimensions + k * (dimensions + lowerCount)
  }
  private func lower(_ k: Int) -> Int { logDiagonal(k) + dimensions }

  init() {
    let parameters = components * (1 + 2 * dimensions + dimensions * (dimensions - 1) / 2)
    point = Recipe.values(stream: 16, count: parameters, bound: 0.5).map(Double.init)
    data = Recipe.values(stream: 17, count: count * dimensions, bound: 1).map(Double.init)
  }

  var operations: Int {
    let (d, k, n) = (dimensions, components, count)
    // x - μ, the diagonal, two for each element below it, squares and their sum, ½, α + Σ q - …
    let term = d + d + 2 * lowerCount + d + (d - 1) + 3
    // Shifts, exponentials, sum, logarithm, shift back.
    let logSumExp = k + k + (k - 1) + 2
    let prior = d + (d - 1) + (d + d + lowerCount + lowerCount - 1) + 4
    return n * (k * term + logSumExp + 1) + logSumExp + 2 + k * prior
  }

  func value<A: Number>(at x: [A]) -> A {
    var diagonals: [A] = []
    var logDeterminants: [A] = []
    for k in 0..<components {
      let q = logDiagonal(k)
      var sum = x[q]
      for j in 1..<dimensions { sum = sum + x[q + j] }
      logDeterminants.append(sum)
      for j in 0..<dimensions { diagonals.append(Elementary.Exp.at(x[q + j])) }
    }
    var total: A = 0
    var terms = Array(repeating: 0 as A, count: components)
    var centered = Array(repeating: 0 as A, count: dimensions)
    var mapped = Array(repeating: 0 as A, count: dimensions)
    for i in 0..<count {
      for k in 0..<components {
        let mean = mean(k), diagonal = k * dimensions
        for j in 0..<dimensions {
          centered[j] = A(floatLiteral: data[i * dimensions + j]) - x[mean + j]
          mapped[j] = diagonals[diagonal + j] * centered[j]
        }
        var element = lower(k)
        for column in 0..<dimensions {
          for row in (column + 1)..<max(dimensions, column + 1) {
            mapped[row] = mapped[row] + x[element] * centered[column]
            element += 1
          }
        }
        var norm = Elementary.Square.at(mapped[0])
        for j in 1..<dimensions { norm = norm + Elementary.Square.at(mapped[j]) }
        terms[k] = x[k] + logDeterminants[k] - 0.5 * norm
      }
      total = total + logSumExp(terms)
    }
    total = total - A(floatLiteral: Double(count)) * logSumExp(Array(x[0..<components]))
    for k in 0..<components {
      var norm = Elementary.Square.at(diagonals[k * dimensions])
      for j in 1..<dimensions { norm = norm + Elementary.Square.at(diagonals[k * dimensions + j]) }
      for j in 0..<lowerCount { norm = norm + Elementary.Square.at(x[lower(k) + j]) }
      let half = A(floatLiteral: 0.5 * gamma * gamma)
      total = total + (half * norm - A(floatLiteral: m) * logDeterminants[k])
    }
    return total
  }

  private func logSumExp<A: Number>(_ terms: [A]) -> A {
    var largest = terms[0]
    for term in terms where A._isLess(largest, term) { largest = term }
    var sum = Elementary.Exp.at(terms[0] - largest)
    for term in terms.dropFirst() { sum = sum + Elementary.Exp.at(term - largest) }
    return Elementary.Log.at(sum) + largest
  }

  /// With the responsibilities r_ik = softmax_k of the terms and y = L (x - μ):
  /// ∂α: Σ_i r - n softmax(α); ∂μ: Σ_i r Lᵀy; ∂q: Σ_i r (1 - y e^q (x - μ)) + γ² e^2q - m;
  /// ∂l: -Σ_i r y (x - μ) + γ² l.
  func gradientByHand() -> [Double] {
    let x = point
    var slopes = Array(repeating: 0.0, count: x.count)
    var centered = Array(repeating: 0.0, count: components * dimensions)
    var mapped = centered
    for i in 0..<count {
      var terms: [Double] = []
      for k in 0..<components {
        let own = k * dimensions
        var norm = 0.0, logDeterminant = 0.0
        for j in 0..<dimensions {
          centered[own + j] = data[i * dimensions + j] - x[mean(k) + j]
          mapped[own + j] = exp(x[logDiagonal(k) + j]) * centered[own + j]
          logDeterminant += x[logDiagonal(k) + j]
        }
        var element = lower(k)
        for column in 0..<(dimensions - 1) {
          for row in (column + 1)..<dimensions {
            mapped[own + row] += x[element] * centered[own + column]
            element += 1
          }
        }
        for j in 0..<dimensions { norm += mapped[own + j] * mapped[own + j] }
        terms.append(x[k] + logDeterminant - 0.5 * norm)
      }
      for (k, responsibility) in softmax(terms).enumerated() {
        let own = k * dimensions
        slopes[k] += responsibility
        for j in 0..<dimensions {
          let diagonal = exp(x[logDiagonal(k) + j])
          slopes[mean(k) + j] += responsibility * diagonal * mapped[own + j]
          slopes[logDiagonal(k) + j] +=
            responsibility * (1 - mapped[own + j] * diagonal * centered[own + j])
        }
        var element = lower(k)
        for column in 0..<(dimensions - 1) {
          for row in (column + 1)..<dimensions {
            slopes[mean(k) + column] += responsibility * x[element] * mapped[own + row]
            slopes[element] -= responsibility * mapped[own + row] * centered[own + column]
            element += 1
          }
        }
      }
    }
    for (k, share) in softmax(Array(x[0..<components])).enumerated() {
      slopes[k] -= Double(count) * share
      for j in 0..<dimensions {
        slopes[logDiagonal(k) + j] += gamma * gamma * exp(2 * x[logDiagonal(k) + j]) - m
      }
      for j in 0..<lowerCount { slopes[lower(k) + j] += gamma * gamma * x[lower(k) + j] }
    }
    return slopes
  }

  private func softmax(_ terms: [Double]) -> [Double] {
    let largest = terms.max() ?? 0
    let weights = terms.map { exp($0 - largest) }
    let sum = weights.reduce(0, +)
    return weights.map { $0 / sum }
  }
}

/// The gradient of a workload on the tape, and its value in plain numbers.
private func makePair(_ workload: some Workload) -> [Benchmark] {
  let records = workload.operations + workload.point.count
  return [
    Benchmark(
      title: workload.title, operations: workload.operations,
      bytesPerOperation: {
        let tape = Tape()
        _ = workload.value(at: tape.variables(workload.point))
        return Double(tape.byteCount) / Double(workload.operations)
      }
    ) {
      let tape = Tape()
      _ = workload.value(at: tape.variables(workload.point))
      guard tape.count == records else {
        throw WrongResult(title: workload.title + " (operations)", value: Double(tape.count))
      }
      let expected = workload.gradientByHand()
      let largest = expected.reduce(0) { max($0, abs($1)) }
      let point = workload.point
      var slopes: [Double] = []
      return (
        step: {
          slopes = gradient(at: point) { workload.value(at: $0) }
          return slopes[0]
        },
        check: { _ in
          slopes.count == expected.count
            && zip(slopes, expected).allSatisfy { abs($0 - $1) <= 1e-9 * largest }
        }
      )
    },
    Benchmark(title: workload.title + "-double", operations: workload.operations) {
      let recorded = workload.value(at: workload.point.map { Scalar($0) }).value
      let point = workload.point
      return (step: { workload.value(at: point) }, check: { $0 == recorded })
    },
  ]
}

func makeScalarBenchmarks() -> [Benchmark] {
  makePair(Chain()) + makePair(Arithmetic()) + makePair(Rosenbrock()) + makePair(Product())
    + makePair(Mixture())
}
