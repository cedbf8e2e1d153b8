// Variables of the program beside recorded numbers, in every place where a literal may stand, and
// functions of the system's library, which must not become ambiguous beside those of the package.

import Adjoint
import Foundation
import Testing

@Suite struct PlainNumberTests {
  private let x = Tensor([1, 2], dtype: .float64), s = Scalar(2)
  private let n = 4, rate: Float = 0.5, eps = 0.25

  /// Each operator with `Int`, `Float` and `Double` on either side is the one with a literal.
  @Test func operators() {
    #expect((x + n).doubles == [5, 6] && (n + x).doubles == [5, 6])
    #expect((x - n).doubles == [-3, -2] && (n - x).doubles == [3, 2])
    #expect((x * n).doubles == [4, 8] && (n * x).doubles == [4, 8])
    #expect((x / n).doubles == [0.25, 0.5] && (n / x).doubles == [4, 2])
    #expect((x + rate).doubles == [1.5, 2.5] && (rate + x).doubles == [1.5, 2.5])
    #expect((x - rate).doubles == [0.5, 1.5] && (rate - x).doubles == [-0.5, -1.5])
    #expect((x * rate).doubles == [0.5, 1] && (rate * x).doubles == [0.5, 1])
    #expect((x / rate).doubles == [2, 4] && (rate / x).doubles == [0.5, 0.25])
    #expect((x + eps - eps * x).doubles == [1, 1.75] && (eps / x / eps).doubles == [1, 0.5])
    #expect((s + n, n + s, s - n, n - s) == (6, 6, -2, 2))
    #expect((s * n, n * s, s / n, n / s) == (8, 8, 0.5, 2))
    #expect((s + rate, rate + s, s - rate, rate - s) == (2.5, 2.5, 1.5, -1.5))
    #expect((s * rate, rate * s, s / rate, rate / s) == (1, 1, 4, 0.25))
  }

  @Test func assignments() {
    var (y, t) = (x, s)
    y += n
    y -= eps
    y *= rate
    y /= n
    t += n
    t -= eps
    t *= rate
    t /= n
    #expect(y.doubles == [0.59375, 0.71875])
    #expect(t.value == 0.71875)
  }

  @Test func comparisons() {
    #expect((x .> eps).doubles == [1, 1] && (n .<= x).doubles == [0, 0])
    #expect((x .== n).doubles == [0, 0] && (rate .!= x).doubles == [1, 1])
    #expect((x .< n).doubles == [1, 1] && (x .>= rate).doubles == [1, 1])
    #expect(s > eps && s < n && eps <= s && n >= s && s != rate && rate != s)
    #expect(!(s == n) && !(n == s))
  }

  /// A whole number keeps the element type of what it meets.
  @Test func elementTypes() {
    #expect((Tensor(indices: [1, 2]) * n).dtype == .int32)
    #expect((x / n).dtype == .float64 && (Tensor([1, 2]) * eps).dtype == .float32)
  }

  @Test func functions() {
    #expect(max(x, eps).doubles == [1, 2] && max(n, x).doubles == [4, 4])
    #expect(min(x, rate).doubles == [0.5, 0.5] && min(eps, x).doubles == [0.25, 0.25])
    #expect(pow(x, n).doubles == [1, 16] && pow(n, x).doubles == [4, 16])
    #expect(pow(eps, x).doubles == [0.25, 0.0625] && pow(x, rate).doubles[0] == 1)
    #expect((max(s, eps), max(n, s), min(s, rate), min(eps, s)) == (2, 4, 0.5, 0.25))
    #expect((pow(s, n), pow(n, s), pow(eps, s), pow(s, 3)) == (16, 16, 0.0625, 8))
    #expect(hypot(x, n).doubles[0] == hypot(1, 4.0) && atan2(s, eps) == Scalar(atan2(2, 0.25)))
    #expect(remainder(x, n).doubles == [1, 2] && xLogY(n, Scalar(1)) == 0)
    #expect(logAddExp(s, n) == logAddExp(n, s))
    // ∂ of 4ˣ at ½ is 4ˣ log 4.
    let slope = gradient(at: 0.5) { x in pow(n, x) }
    #expect(abs(slope - 2 * log(4)) < 1e-12)
  }

  @Test func choices() {
    let mask = x .> 1
    let masked = `where`(mask, x, -.infinity)
    #expect(masked.doubles[0] == -.infinity)
    let (chosen, limited) = (`where`(mask, .nan, x), `where`(mask, x, eps))
    #expect(chosen.doubles[0] == 1 && limited.doubles == [0.25, 2])
    let (counted, bounded) = (`where`(mask, n, x), max(x, -.infinity))
    #expect(counted.doubles == [1, 4] && bounded.doubles == [1, 2])
    #expect(abs(sin(2 * .pi * s)) < 1e-12 && (x * .pi).doubles[0] == .pi)
  }

  @Test func besideFoundation() {
    #expect(pow(10000, -0.5) == 0.01 && pow(2, 0.5) == sqrt(2) && pow(eps, 2) == 0.0625)
    let numbers = [1.0, 2], scalars = [s, s], tensors = [x, x]
    let (logarithms, powers, roots) = (numbers.map(log), numbers.map(exp), numbers.map(sqrt))
    #expect(logarithms == [0, log(2)] && powers == [exp(1), exp(2)] && roots == [1, sqrt(2)])
    let (ofScalars, ofTensors) = (scalars.map(log), tensors.map(log))
    #expect(ofScalars[0].value == log(2))
    #expect(ofTensors[1].doubles == logarithms)
    let sum = scalars.map(exp).reduce(0, +)
    let twice = 2 * exp(2.0)
    #expect(sum.value == twice)
    let shares = numbers.map(sigmoid)
    #expect(shares[0] == sigmoid(1))
    #expect(log(onePlus: s).value == log(onePlus: 2))
    let plain = 1.0 / 3 + numbers.reduce(0, +)
    #expect(plain == 1.0 / 3 + 3 && [1, 2].reduce(1, *) == 2)
    #expect(max(n, 2) == 4 && max(eps, 0) == 0.25 && n * 2 + 1 == 9 && rate * 2 == 1)
  }

  /// Formulas of all of them, in a closure.
  @Test func inClosures() throws {
    let slope = try gradient(at: x) { x in
      (0.5 * x / n + rate * x.squared() - eps * x * n + (x - rate) / (n + 0 * x)).sum() / n
    }
    // (1/8 + x - 1 + 1/4) / 4
    #expect(slope.doubles == [0.09375, 0.34375])
    #expect(gradient(at: 1.0) { x in 0.5 * x / n + rate * x * x - eps * x * n } == 0.125)
    #expect(x.norm(over: -1).item == x.norm().item)
  }

  @Test func conversions() {
    #expect(Scalar(n) == 4 && Scalar(rate) == 0.5)
    #expect(Tensor(n).item == 4 && Tensor(rate, dtype: .float64).dtype == .float64)
    #expect(gradient(at: [1, 2]) { x in x[0] * x[1] } == [2, 1])
    #expect(valueWithGradient(at: 1, 2) { x, y in x * y }.value == 2)
  }
}
