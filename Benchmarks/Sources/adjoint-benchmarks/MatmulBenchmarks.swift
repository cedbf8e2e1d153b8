// The speed of matrix products, square ones and the flat ones of small networks.

import Adjoint

func makeMatmulBenchmarks() -> [Benchmark] {
  let squares = [16, 32, 64, 128, 256, 512, 1024, 2048].map { ($0, $0, $0) }
  let flat = [(128, 784, 512), (128, 256, 10), (32, 192, 512), (32, 16, 16), (128, 512, 256)]
  let twofold = [(64, 64, 64), (256, 256, 256), (1024, 1024, 1024), (128, 784, 512)]
  return (squares + flat).map { product($0, dtype: .float32) }
    + twofold.map { product($0, dtype: .float64) }
}

/// The product of a `m × k` by a `k × n` matrix, with a result of its own.
private func product(_ sides: (m: Int, k: Int, n: Int), dtype: DType) -> Benchmark {
  let (m, k, n) = sides
  let isTwofold = dtype == .float64
  let operations = 2 * m * k * n
  return Benchmark(
    title: "matmul-\(isTwofold ? "f64-" : "")\(m)x\(k)x\(n)", operations: operations,
    work: Work(
      amount: Double(operations), unit: .operations,
      limit: isTwofold ? "limit-fma-f64" : "limit-fma-f32")
  ) {
    let left = Recipe.values(stream: 16, count: m * k, bound: 1)
    let right = Recipe.values(stream: 17, count: k * n, bound: 1)
    let a = Tensor(left, shape: [m, k]).converted(to: dtype)
    let b = Tensor(right, shape: [k, n]).converted(to: dtype)
    // Elements of all columns and rows, but not all elements: in Double one by one they would take
    // longer than everything that is measured.
    let found = matmul(a, b).doubles
    let tolerance = Double(k).squareRoot() * (isTwofold ? 1e-14 : 1e-5)
    let isRight = stride(from: 0, to: m * n, by: max(1, m * n / 4096) | 1).allSatisfy { place in
      let (row, column) = (place / n, place % n)
      var sum = 0.0
      for i in 0..<k { sum += Double(left[row * k + i]) * Double(right[i * n + column]) }
      return abs(found[place] - sum) <= tolerance
    }
    return (
      step: {
        blackHole(matmul(a, b))
        return found[0]
      }, check: { _ in isRight }
    )
  }
}
