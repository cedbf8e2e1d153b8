// The cost of one recorded tensor operation when there is nothing to compute.

import Adjoint

func makeOverheadBenchmarks() -> [Benchmark] {
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
        },
        // 1.0001^1000
        check: { isNear($0, 1.1051653926) }
      )
    }
  ]
}
