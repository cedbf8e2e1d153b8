// What this file knows: the cost of recording scalar operations and walking them back, with the
// inputs created and the gradient returned inside the timed step.

import Adjoint

func makeScalarBenchmarks() -> [Benchmark] {
  [
    // x ← sin(x) a + exp(-x²) / (1 + x²), y = Σ x: nine operations a step.
    Benchmark(title: "scalar-chain", operations: 9_000_000, bytesPerOperation: 24) {
      (
        step: {
          gradient(at: 0.5) { start in
            var x = start
            var total = Scalar(0)
            for _ in 0..<1_000_000 {
              let square = x * x
              x = sin(x) * 0.9 + exp(-square) / (1 + square)
              total += x
            }
            return total
          }
        }, check: { $0.isFinite && $0 != 0 }
      )
    },
    // 1.0001 x + 0.0001: nothing but arithmetic.
    Benchmark(title: "scalar-arithmetic", operations: 2_000_000, bytesPerOperation: 24) {
      (
        step: {
          gradient(at: 0.5) { start in
            var x = start
            for _ in 0..<1_000_000 { x = x * 1.000001 + 0.0001 }
            return x
          }
        }, check: { abs($0 - 2.718281828) < 1e-5 }
      )
    },
    Benchmark(
      title: "scalar-rosenbrock", operations: 8 * 999_999, bytesPerOperation: 24
    ) {
      let point = (0..<1_000_000).map { Double($0 % 7) * 0.1 }
      return (
        step: {
          let slope: [Double] = gradient(at: point) { x in
            var total = Scalar(0)
            for i in 0..<(x.count - 1) {
              let a = 1 - x[i]
              let b = x[i + 1] - x[i] * x[i]
              total += a * a + 100 * (b * b)
            }
            return total
          }
          return slope[10]
        },
        // ∂/∂x_i = -2 (1 - x_i) - 400 x_i (x_{i+1} - x_i²) + 200 (x_i - x_{i-1}²), i = 10
        check: { abs($0 - (-2 * 0.7 - 400 * 0.3 * (0.4 - 0.09) + 200 * (0.3 - 0.04))) < 1e-9 }
      )
    },
    Benchmark(title: "scalar-product", operations: 1_000_000, bytesPerOperation: 24) {
      let point = (0..<1_000_000).map { 1 + 1e-7 * Double($0 % 3) }
      return (
        step: {
          let slope: [Double] = gradient(at: point) { x in
            var product = Scalar(1)
            for factor in x { product *= factor }
            return product
          }
          return slope[0]
        }, check: { abs($0 - 1.1051709) < 1e-3 }
      )
    },
  ]
}
