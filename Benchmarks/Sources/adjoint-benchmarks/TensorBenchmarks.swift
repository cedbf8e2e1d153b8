// What this file knows: the cost of tensor operations, small and large, forward and backward.

import Adjoint

func makeTensorBenchmarks() -> [Benchmark] {
  [
    // A chain of 1000 steps x ← 1.0001 x + 0.0001 on one element: 2000 operations.
    Benchmark(title: "overhead-tensor", operations: 2000) {
      let start = Tensor([0.5])
      return (
        step: {
          try gradient(at: start) { start in
            var x = start
            for _ in 0..<1000 { x = x * 1.0001 + 0.0001 }
            return x
          }.item
        }, check: { abs($0 - 1.10516) < 1e-3 }
      )
    },
    Benchmark(title: "elementwise") {
      let x = Tensor.linearlySpaced(from: -1, to: 1, count: 1 << 22)
      return (
        step: {
          try valueWithGradient(at: x) { x in
            (tanh(x * 0.7 + 0.1) * sigmoid(x) - x * x).sum()
          }.value.item
        }, check: { $0.isFinite }
      )
    },
  ]
}
