// The promise of `where`: a branch that was not chosen contributes exact zeros,
// even from where it is not defined, in first and in second order.
//
// `where(valid, f(x), 0)` computes f on all elements; those outside its domain become NaN or
// infinite, and get the adjoint 0. What must not happen is 0 · ∞ = NaN in the rule of f: a zero
// adjoint wins.

import AdjointArrays
import AdjointDifferentiation
import AdjointElementary
import Testing

/// A function with a restricted domain, masked to it.
struct MaskedFunction: Sendable, CustomTestStringConvertible {
  var name: String
  var isValid: @Sendable (Tensor) -> Tensor
  var f: @Sendable (Tensor) -> Tensor
  /// Points on the boundary and outside, among points inside.
  var points: [Double]
  var testDescription: String { name }

  init(
    _ name: String, _ points: [Double], where isValid: @escaping @Sendable (Tensor) -> Tensor,
    _ f: @escaping @Sendable (Tensor) -> Tensor
  ) {
    (self.name, self.points, self.isValid, self.f) = (name, points, isValid, f)
  }

  func callAsFunction(_ x: Tensor) -> Tensor { `where`(isValid(x), f(x), 0) }
}

@Suite struct WhereSafetyTests {
  private static let half: [Double] = [-2, -0.5, 0, 0.75, 2]
  private static let unitInterval: [Double] = [-3, -1, -0.25, 0.5, 1, 2]

  static let functions: [MaskedFunction] = [
    .init("sqrt", half, where: { $0 .> 0 }) { sqrt($0) },
    .init("log", half, where: { $0 .> 0 }) { log($0) },
    .init("rsqrt", half, where: { $0 .> 0 }) { rsqrt($0) },
    .init("log1p", [-3, -1, -0.5, 0, 2], where: { $0 .> -1 }) { log(onePlus: $0) },
    .init("1 / x", half, where: { $0 .> 0 }) { 1 / $0 },
    .init("x / x²", half, where: { $0 .> 0 }) { $0 / $0.squared() },
    .init("pow, constant exponent", half, where: { $0 .> 0 }) { pow($0, 0.5) },
    .init("pow, negative exponent", half, where: { $0 .> 0 }) { pow($0, -1.5) },
    .init("pow, the same base and exponent", half, where: { $0 .> 0 }) { pow($0, $0) },
    .init("pow, variable exponent", half, where: { $0 .> 0 }) { pow(2 * $0, $0) },
    .init("asin", unitInterval, where: { abs($0) .< 1 }) { asin($0) },
    .init("acos", unitInterval, where: { abs($0) .< 1 }) { acos($0) },
    .init("atanh", unitInterval, where: { abs($0) .< 1 }) { atanh($0) },
    .init("acosh", [-2, 0.5, 1, 1.5, 3], where: { $0 .> 1 }) { acosh($0) },
    .init("atan2", [0, 0.5, 2], where: { $0 .> 0 }) { atan2($0, $0) },
    .init("norm of rows", half, where: { abs($0) .> 0 }) {
      $0.expanded(at: 1).norm(over: [1])
    },
  ]

  /// The same function on the chosen elements only, where nothing is masked: the oracle.
  private func oracle(_ function: MaskedFunction) throws -> (first: [Double], second: [Double]) {
    let mask = function.isValid(Tensor(function.points, dtype: .float64)).values(as: Bool.self)
    var first: [Double] = [], second: [Double] = []
    for (x, valid) in zip(function.points, mask) {
      guard valid else {
        first.append(0)
        second.append(0)
        continue
      }
      // Twice, because a single number would go through the scalar tape and not through the
      // kernels.
      let point = Tensor([x, x], dtype: .float64)
      first.append(try gradient(at: point) { function.f($0).sum() }.doubles[0])
      second.append(
        try gradient(at: point) { x in try gradient(at: x) { function.f($0).sum() }.sum() }
          .doubles[0])
    }
    return (first, second)
  }

  // Tensors of two elements and of more go through the same kernels lane by lane, so the chosen
  // elements agree to the last bit, and the others are exact zeros.
  @Test(arguments: functions)
  func elementsNotChosenContributeNothing(function: MaskedFunction) throws {
    let x = Tensor(function.points, dtype: .float64)
    let expected = try oracle(function)
    #expect(expected.first.allSatisfy { $0.isFinite } && expected.first.contains(0))
    let first = try gradient(at: x) { function($0).sum() }
    #expect(first.doubles == expected.first)
    let second = try gradient(at: x) { x in try gradient(at: x) { function($0).sum() }.sum() }
    #expect(second.doubles == expected.second)

    let tape = Tape()
    let variable = tape.variable(x)
    let tangent = try tape.tangent(of: function(variable), along: [(variable, .ones(like: x))])
    #expect(tangent.doubles == expected.first)

    let single = try gradient(at: x.converted(to: .float32)) { function($0).sum() }
    for (a, b) in zip(single.doubles, expected.first) {
      #expect(abs(a - b) <= 4 * Double(Float.ulpOfOne) * max(1, abs(b)))
    }
  }

  // The other way round: the branch in first place is the one not chosen.
  @Test(arguments: functions)
  func eitherBranchMayBeTheOneNotChosen(function: MaskedFunction) throws {
    let x = Tensor(function.points, dtype: .float64)
    let slopes = try gradient(at: x) { x in
      `where`(!function.isValid(x), 3 * x, function.f(x)).sum()
    }
    let mask = function.isValid(x).values(as: Bool.self)
    for ((slope, valid), expected) in zip(zip(slopes.doubles, mask), try oracle(function).first) {
      #expect(slope == (valid ? expected : 3))
    }
  }

  // Products and outer functions of what is not defined: x log x is the standard case (an entropy).
  // Here the factor that is infinite or NaN belongs to a function without singularities of its own.
  static let composed: [MaskedFunction] = [
    .init("x log x", half, where: { $0 .> 0 }) { $0 * log($0) },
    .init("sin log x", half, where: { $0 .> 0 }) { sin(log($0)) },
    .init("exp(1/x)", half, where: { $0 .> 0 }) { exp(1 / $0) },
    .init("sqrt(x)²", half, where: { $0 .> 0 }) { sqrt($0).squared() },
    .init("tanh log x", half, where: { $0 .> 0 }) { tanh(log($0)) },
    .init("overflow", [0, 1, 1000], where: { $0 .< 100 }) { exp($0) },
    .init("log(1 + exp)", [0, 1, 1000], where: { $0 .< 100 }) { log(1 + exp($0)) },
    .init("x² log x", half, where: { $0 .> 0 }) { $0.squared() * log($0) },
    .init("sqrt(log x)", [-1, 0, 0.5, 2], where: { $0 .> 1 }) { sqrt(log($0)) },
    .init("1 / sqrt(1 - x²)", unitInterval, where: { abs($0) .< 1 }) { 1 / sqrt(1 - $0 * $0) },
    .init("entropy", [-0.5, 0, 0.25, 1, 1.5], where: { ($0 .> 0) .&& ($0 .< 1) }) {
      $0 * log($0) + (1 - $0) * log(1 - $0)
    },
    .init("norm² log norm", half, where: { abs($0) .> 0 }) {
      let n = $0.expanded(at: 1).norm(over: [1])
      return n * n * log(n)
    },
  ]

  @Test(arguments: composed)
  func composedFunctionsAreSafeInFirstOrder(function: MaskedFunction) throws {
    let x = Tensor(function.points, dtype: .float64)
    let expected = try oracle(function).first
    let found = try gradient(at: x) { function($0).sum() }
    #expect(found.doubles == expected)
  }

  // In second order too: what was masked is a zero adjoint of the first walk, and the second walk
  // lets it win over whatever it meets, be it the other factor or its own adjoint.
  @Test(arguments: composed)
  func composedFunctionsAreSafeInSecondOrder(function: MaskedFunction) throws {
    let x = Tensor(function.points, dtype: .float64)
    let expected = try oracle(function).second
    let found = try gradient(at: x) { x in try gradient(at: x) { function($0).sum() }.sum() }
    for (a, b) in zip(found.doubles, expected) {
      #expect(abs(a - b) <= 4 * Double.ulpOfOne * abs(b), "\(found), expected \(expected)")
    }
  }
}
