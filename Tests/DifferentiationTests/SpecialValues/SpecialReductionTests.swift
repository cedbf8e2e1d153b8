// Reductions at special values, in first and second order, against their definitions row by row.

import AdjointArrays
import AdjointDifferentiation
import AdjointElementary
import Foundation
import Testing

private let inf = Double.infinity
private let nan = Double.nan

/// A reduction of three numbers as it should be; nil is no claim.
struct ReductionReference: Sendable, CustomTestStringConvertible {
  var name: String
  var reduce: @Sendable (Tensor) -> Tensor
  var value: @Sendable ([Double]) -> Double?
  var slopes: @Sendable ([Double]) -> [Double?]
  /// `∂²/∂xᵢ∂xⱼ`.
  var curvature: @Sendable ([Double], Int, Int) -> Double?
  var testDescription: String { name }

  private static func shares(_ isChosen: @escaping @Sendable (Double, [Double]) -> Bool)
    -> @Sendable ([Double]) -> [Double?]
  {
    { x in
      if x.contains(where: \.isNaN) { return x.map { _ in nil } }
      let count = Double(x.filter { isChosen($0, x) }.count)
      return x.map { isChosen($0, x) ? 1 / count : 0 }
    }
  }

  private static func zero(_ x: [Double], _ i: Int, _ j: Int) -> Double? {
    x.contains(where: \.isNaN) ? nil : 0
  }

  static let table: [ReductionReference] = [
    .init(
      name: "sum", reduce: { $0.sum(over: 1) }, value: { $0.reduce(0, +) },
      slopes: { $0.map { _ in 1 } }, curvature: { _, _, _ in 0 }),
    .init(
      name: "mean", reduce: { $0.mean(over: 1) }, value: { $0.reduce(0) { $0 + $1 } / 3 },
      slopes: { $0.map { _ in 1.0 / 3 } }, curvature: { _, _, _ in 0 }),
    .init(
      name: "cumulativeSum", reduce: { $0.cumulativeSum(along: 1).sum(over: 1) },
      value: { 3 * $0[0] + 2 * $0[1] + $0[2] }, slopes: { _ in [3, 2, 1] },
      curvature: { _, _, _ in 0 }),
    .init(
      name: "maximum", reduce: { $0.maximum(over: 1) },
      value: { x in x.contains(where: \.isNaN) ? nan : x.max() },
      slopes: shares { $0 == $1.max() }, curvature: zero),
    .init(
      name: "minimum", reduce: { $0.minimum(over: 1) },
      value: { x in x.contains(where: \.isNaN) ? nan : x.min() },
      slopes: shares { $0 == $1.min() }, curvature: zero),
    .init(
      name: "product", reduce: { $0.product(over: 1) },
      value: { x in
        // Two large numbers leave the range of float32 before a third brings them back.
        x.filter { abs($0) > 1e19 && $0.isFinite }.count > 1 ? nil : x[0] * x[1] * x[2]
      },
      slopes: { x in
        // Where a zero factor meets an infinite one, a zero adjoint may win.
        x.indices.map { i in
          let others = x.indices.filter { $0 != i }.map { x[$0] }
          return others.contains(0) && !others.allSatisfy(\.isFinite)
            ? nil : others[0] * others[1]
        }
      },
      curvature: { x, i, j in i == j ? 0 : x.allSatisfy(\.isFinite) ? x[3 - i - j] : nil }),
    .init(
      name: "logSumExp", reduce: { $0.logSumExp(over: 1) }, value: logSumExp,
      slopes: { weights($0) },
      curvature: { x, i, j in
        guard !x.contains(inf), let p = weights(x)[i], let q = weights(x)[j] else { return nil }
        return i == j ? p * (1 - p) : -p * q
      }),
    .init(
      name: "norm", reduce: { $0.norm(over: [1]) },
      value: { x in x.contains(where: \.isNaN) ? nan : hypot(hypot(x[0], x[1]), x[2]) },
      slopes: { directions($0) },
      curvature: { x, i, j in
        let norm = hypot(hypot(x[0], x[1]), x[2])
        guard norm.isFinite else { return nil }
        if norm == 0 { return 0 }
        return ((i == j ? 1 : 0) - x[i] / norm * (x[j] / norm)) / norm
      }),
    .init(
      name: "variance", reduce: { $0.variance(over: 1) },
      value: { x in
        let mean = (x[0] + x[1] + x[2]) / 3
        return x.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 3
      },
      slopes: { x in
        guard x.allSatisfy(\.isFinite) else { return [nil, nil, nil] }
        let mean = (x[0] + x[1] + x[2]) / 3
        return x.map { 2 * ($0 - mean) / 3 }
      },
      curvature: { x, i, j in
        x.allSatisfy(\.isFinite) ? 2.0 / 3 * ((i == j ? 1 : 0) - 1.0 / 3) : nil
      }),
  ]

  private static func logSumExp(_ x: [Double]) -> Double? {
    if x.contains(where: \.isNaN) { return nan }
    let largest = x.max() ?? -inf
    return largest.isInfinite ? largest : largest + log(x.reduce(0) { $0 + exp($1 - largest) })
  }

  /// The limits of softmax: one infinity takes all, -∞ has no weight, and of nothing but -∞ nothing
  /// can be said.
  private static func weights(_ x: [Double]) -> [Double?] {
    if x.contains(where: \.isNaN) { return x.map { _ in nil } }
    let largest = x.max() ?? -inf
    if largest == inf {
      return x.filter { $0 == inf }.count == 1 ? x.map { $0 == inf ? 1 : 0 } : x.map { _ in nil }
    }
    if largest == -inf { return x.map { _ in nan } }
    let sum = x.reduce(0) { $0 + exp($1 - largest) }
    return x.map { exp($0 - largest) / sum }
  }

  /// `x / ‖x‖`, its limit beside one infinite element, and 0 at the origin.
  private static func directions(_ x: [Double]) -> [Double?] {
    let norm = hypot(hypot(x[0], x[1]), x[2])
    if x.contains(where: \.isNaN) { return x.map { _ in nil } }
    if norm == 0 { return [0, 0, 0] }
    if x.filter(\.isInfinite).count > 1 { return x.map { _ in nil } }
    if norm == inf, !x.contains(where: \.isInfinite) { return x.map { $0 / 2 / (norm / 2) } }
    return x.map { $0.isInfinite ? ($0 > 0 ? 1 : -1) : $0 / norm }
  }
}

@Suite struct SpecialReductionTests {
  private static let numbers: [Double] = [0, -0.0, 1, -1, 2.5, 1e-20, 1e20, inf, -inf, nan]
  /// All triples.
  private static let rows: [[Double]] = numbers.flatMap { a in
    numbers.flatMap { b in numbers.map { [a, b, $0] } }
  }

  @Test(arguments: ReductionReference.table, [DType.float64, .float32])
  func reductionsOfThree(reference: ReductionReference, dtype: DType) throws {
    let rows = Self.rows.map { SpecialValues.numbers(of: dtype, $0) }
    let x = Tensor(rows.flatMap { $0 }, shape: [rows.count, 3], dtype: dtype)
    let f = { (x: Tensor) -> Tensor in reference.reduce(x).sum() }
    let values = reference.reduce(x).doubles
    let slopes = try gradient(at: x, of: f).doubles
    let curvatures = try (0..<3).map { i in
      try gradient(at: x) { (x: Tensor) throws -> Tensor in
        try gradient(at: x, of: f)[.all, i].sum()
      }.doubles
    }
    // Sums of three numbers cancel: the rounding is that of the largest.
    var mistakes: [String] = []
    func check(_ found: Double, _ expected: Double?, _ size: Double, _ what: String) {
      guard let expected else { return }
      let closeness = Closeness(dtype: dtype, units: 64, unitsOfOne: 16 * size)
      if !closeness.holds(found, expected) {
        mistakes.append("\(what) = \(found), right is \(expected)")
      }
    }
    for (r, row) in rows.enumerated() {
      let size = row.filter(\.isFinite).reduce(0) { max($0, abs($1)) }
      check(values[r], reference.value(row), reference.name == "norm" ? 0 : size, "f(\(row))")
      for (i, slope) in reference.slopes(row).enumerated() {
        check(slopes[3 * r + i], slope, 1, "∂\(i)(\(row))")
        for j in 0..<3 {
          check(
            curvatures[i][3 * r + j], reference.curvature(row, i, j), 1, "∂\(i)∂\(j)(\(row))")
        }
      }
    }
    #expect(mistakes == [])
  }

  // What was not chosen gets an exact zero, whatever arrives: sqrt(max(0, -1)) has slopes [∞, 0].
  @Test(arguments: [inf, -inf, nan, 1])
  func losersAreSkipped(adjoint: Double) throws {
    let rows = Self.rows.filter { !$0.contains(where: \.isNaN) }
    let x = Tensor(rows.flatMap { $0 }, shape: [rows.count, 3], dtype: .float64)
    let seed = Tensor(rows.map { _ in adjoint }, dtype: .float64)
    let selections: [(String, (Tensor) -> Tensor, ([Double]) -> Double)] = [
      ("maximum", { $0.maximum(over: 1) }, { $0.max() ?? 0 }),
      ("minimum", { $0.minimum(over: 1) }, { $0.min() ?? 0 }),
      ("maxPool1D", { maxPool1D($0.expanded(at: -1), window: 3).flattened() }, { $0.max() ?? 0 }),
      ("max", { max(max($0[.all, 0], $0[.all, 1]), $0[.all, 2]) }, { $0.max() ?? 0 }),
      ("sorted", { $0.sorted(along: 1)[.all, 0] }, { $0.min() ?? 0 }),
      ("top", { $0.top(1).values.flattened() }, { $0.max() ?? 0 }),
    ]
    for (name, f, extreme) in selections {
      let (_, pullback) = try valueWithPullback(at: x) { (x: Tensor) -> Tensor in f(x) }
      let slopes = try pullback(seed).doubles
      for (r, row) in rows.enumerated() {
        for i in 0..<3 where row[i] != extreme(row) {
          #expect(slopes[3 * r + i] == 0, "\(name) of \(row)")
        }
        let arrived = (0..<3).reduce(0) { $0 + slopes[3 * r + $1] }
        #expect(arrived == adjoint || (arrived.isNaN && adjoint.isNaN), "\(name) of \(row)")
      }
    }
  }
}
