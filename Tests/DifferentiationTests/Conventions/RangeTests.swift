// Roots of sums of squares are right over the whole range of their type, in value and in both
// orders: the squares of 1e20 leave the range of float32, 1e20 does not.
//
// The law is homogeneity. With n(s v) = s n(v) the gradient u = v/‖v‖ does not depend on the scale
// s, and the Hessian (I - u uᵀ)/n falls as 1/s.

import AdjointArrays
import AdjointDifferentiation
import AdjointElementary
import Testing

@Suite struct RangeTests {
  private static let scales: [(DType, [Double])] = [
    (.float32, [1e-36, 1e-30, 1e-24, 1e-20, 1e-10, 1, 1e10, 1e18, 1e20, 1e30, 1e37]),
    (.float64, [1e-300, 1e-200, 1e-160, 1e-100, 1, 1e100, 1e155, 1e200, 1e300]),
  ]

  private func close(_ a: [Double], _ b: [Double], _ dtype: DType) -> Bool {
    let tolerance = dtype == .float32 ? 1e-5 : 1e-13
    let size = b.map(abs).max() ?? 0
    return a.count == b.count && zip(a, b).allSatisfy { abs($0 - $1) <= tolerance * size }
  }

  // v = (3, 0, 4): n = 5, u = (0.6, 0, 0.8), and the rows of the Hessian add up to
  // (1 - 0.6 · 1.4, 1, 1 - 0.8 · 1.4) / 5.
  @Test func norms() throws {
    for (dtype, scales) in Self.scales {
      for scale in scales {
        let x = Tensor([3, 0, 4], dtype: .float64) * scale
        let (value, slopes) = try valueWithGradient(at: x.converted(to: dtype)) { $0.norm() }
        #expect(close([value.item], [5 * scale], dtype), "\(dtype) \(scale)")
        #expect(close(slopes.doubles, [0.6, 0, 0.8], dtype), "\(dtype) \(scale)")
        let curvature = try gradient(at: x.converted(to: dtype)) { x in
          try gradient(at: x) { $0.norm() }.sum()
        }
        guard 1 / scale < (dtype == .float32 ? 1e37 : 1e300), scale < 1e36 || dtype == .float64
        else { continue }
        #expect(
          close(curvature.doubles.map { $0 * scale }, [0.032, 0.2, -0.024], dtype),
          "\(dtype) \(scale): \(curvature)")
      }
    }
  }

  // Numbers of all sizes in one row, and rows of all sizes in one tensor.
  @Test func normsOfMixedSizes() throws {
    let x = Tensor([1e20, 1, 1])
    let (value, slopes) = try valueWithGradient(at: x) { $0.norm() }
    #expect(value.floats == [1e20] && slopes.floats == [1, 1e-20, 1e-20])
    let rows = Tensor([[3e20, 4e20], [3, 4], [0, 0], [3e-30, 4e-30], [.infinity, 1]])
    let norms = rows.norm(over: [-1])
    #expect(close(Array(norms.doubles.prefix(3)), [5e20, 5, 0], .float32))
    #expect(abs(norms.doubles[1] - 5) < 1e-5 && abs(norms.doubles[3] / 5e-30 - 1) < 1e-5)
    #expect(norms.doubles[4] == .infinity && rows.norm(over: [-1], keepsDimensions: true).rank == 2)
    let directions = try gradient(at: rows) { $0.norm(over: [-1]).sum() }
    #expect(
      close(directions.doubles, [0.6, 0.8, 0.6, 0.8, 0, 0, 0.6, 0.8, 1, 0], .float32))
    // The norm is beyond all numbers; its direction is not.
    let half = Double(0.5).squareRoot()
    let (large, direction) = try valueWithGradient(at: Tensor([3e38, -3e38])) { $0.norm() }
    #expect(large.item == .infinity && close(direction.doubles, [half, -half], .float32))
  }

  @Test func tangentsOfNorms() throws {
    for (dtype, scales) in Self.scales {
      for scale in scales {
        let tape = Tape()
        let x = tape.variable((Tensor([3, 0, 4], dtype: .float64) * scale).converted(to: dtype))
        let direction = Tensor([1, 1, 2], dtype: dtype)
        // u · t = 0.6 + 1.6.
        let tangent = try tape.tangent(of: x.norm(), along: [(x, direction)])
        #expect(close(tangent.doubles, [2.2], dtype))
      }
    }
  }

  @Test func lengthsAndAngles() throws {
    for (dtype, scales) in Self.scales {
      for scale in scales {
        let (a, b) = (Tensor([3, 3], dtype: .float64), Tensor([4, 4], dtype: .float64))
        let xs = [a, b].map { ($0 * scale).converted(to: dtype) }
        let lengths = try gradient(at: xs) { hypot($0[0], $0[1]).sum() }
        #expect(close(lengths[0].doubles + lengths[1].doubles, [0.6, 0.6, 0.8, 0.8], dtype))
        guard scale > 1e-30, scale < 1e30 else { continue }
        // ∂/∂a atan2(a, b) = b / (a² + b²) = 4/25 / s,  ∂/∂b = -3/25 / s.
        let angles = try gradient(at: xs) { atan2($0[0], $0[1]).sum() }
        #expect(
          close(
            (angles[0].doubles + angles[1].doubles).map { $0 * scale },
            [0.16, 0.16, -0.12, -0.12], dtype))
      }
    }
    let halves = [Double(0.5).squareRoot(), Double(0.5).squareRoot()]
    let largest = Double.greatestFiniteMagnitude
    let (value, slopes) = valueWithGradient(at: largest, largest) { hypot($0, $1) }
    #expect(value == .infinity && close([slopes.0, slopes.1], halves, .float64))
  }

  // asinh and acosh grow as log 2x: slope 1/x, though x² is out of range.
  @Test func inverseHyperbolicFunctionsFarOut() throws {
    for (dtype, large) in [(DType.float32, 1e25), (.float64, 1e250)] {
      let x = Tensor([large, 2 * large], dtype: dtype)
      for slopes in [
        try gradient(at: x) { asinh($0).sum() }, try gradient(at: x) { acosh($0).sum() },
      ] {
        #expect(close(slopes.doubles.map { $0 * large }, [1, 0.5], dtype))
      }
    }
    #expect(abs(gradient(at: 1e250) { asinh($0) } * 1e250 - 1) < 1e-14)
  }

  // Without ε the normalization does not depend on the scale: y(s x) = y(x), the gradient falls as
  // 1/s and the second derivative as 1/s².
  @Test func layerNormalization() throws {
    let x = [1.0, 2, 4, -3, 0.5], weights = [1.0, -2, 3, 0.5, 1]
    for (dtype, scales) in [
      (DType.float32, [1e-15, 1e-12, 1e-8, 1e8, 1e12, 1e15]),
      (.float64, [1e-140, 1e-100, 1e100, 1e140]),
    ] {
      let weights = Tensor(weights, dtype: dtype)
      func loss(_ x: Tensor) -> Tensor {
        (layerNorm(
          x, gain: .ones([5], dtype: dtype), bias: .zeros([5], dtype: dtype), epsilon: 0)
          * weights).sum()
      }
      func derivatives(_ scale: Double) throws -> (value: Double, first: [Double], second: [Double])
      {
        let x = (Tensor(x, dtype: .float64) * scale).converted(to: dtype)
        let (value, first) = try valueWithGradient(at: x, of: loss)
        let second = try gradient(at: x) { x in
          (try gradient(at: x, of: loss) * weights).sum()
        }
        return (value.item, first.doubles, second.doubles)
      }
      let plain = try derivatives(1)
      for scale in scales {
        let scaled = try derivatives(scale)
        #expect(close([scaled.value], [plain.value], dtype), "\(dtype) \(scale)")
        #expect(close(scaled.first.map { $0 * scale }, plain.first, dtype), "\(dtype) \(scale)")
        #expect(
          close(scaled.second.map { $0 * scale * scale }, plain.second, dtype),
          "\(dtype) \(scale)")
      }
      // Rows whose squares are out of range, and whose sum is.
      let far: [Double] =
        dtype == .float32 ? [1e25, 1e30, 5e37, 1e-25] : [1e200, 1e300, 2e307, 1e-200]
      for scale in far {
        let y = layerNorm(
          (Tensor(x, dtype: .float64) * scale).converted(to: dtype),
          gain: .ones([5], dtype: dtype), bias: .zeros([5], dtype: dtype), epsilon: 0)
        #expect(close([(y * weights).sum().item], [plain.value], dtype), "\(dtype) \(scale)")
      }
    }
  }

  // An argument that has grown too large for a number: of a function without a bound the slope is
  // then not known, and of one with a bound it is 0. Behind `where` both are 0.
  @Test func overflowIsNoSilentZero() throws {
    #expect(slope(1000) { x in log(1 + exp(x)) }.isNaN)
    #expect(slope(-1000) { x in -log(1 + exp(-x)) }.isNaN)
    #expect(slope(1000) { x in sqrt(exp(x)) }.isNaN && slope(1000) { x in log2(exp(x)) }.isNaN)
    #expect(slope(-1000) { x in 1 / (1 + exp(-x)) } == 0 && slope(1000) { x in tanh(exp(x)) } == 0)
    for dtype in [DType.float32, .float64] {
      let x = Tensor([1000, 0], dtype: dtype)
      let slopes = try AdjointDifferentiation.gradient(at: x) { log(1 + exp($0)).sum() }.doubles
      #expect(slopes[0].isNaN && slopes[1] == 0.5)
      #expect(
        try AdjointDifferentiation.gradient(at: x) { log(exp($0).sum()) }.doubles
          .allSatisfy { $0.isNaN })
      #expect(
        try AdjointDifferentiation.gradient(at: x) { x in
          `where`(x .< 100, log(1 + exp(x)), x).sum()
        }.doubles == [1, 0.5])
    }
  }
}
