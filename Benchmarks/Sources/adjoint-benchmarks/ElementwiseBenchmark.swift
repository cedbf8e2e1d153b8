// The cost of elementwise operations on an array that no cache holds, in time and in memory.

import Adjoint

func makeElementwiseBenchmarks() -> [Benchmark] {
  let count = 1 << 22
  let bytes = count * MemoryLayout<Float>.size
  return [
    // Value and gradient of Σ tanh(1.5 x + 0.25) sigmoid(x) - x², over 2^22 elements.
    Benchmark(
      title: "elementwise",
      // Read the argument, write the gradient: no order of computation moves less.
      work: Work(amount: Double(2 * bytes), unit: .bytes, limit: "limit-triad-ram"),
      memory: MemoryBounds(inputs: bytes, least: 2 * bytes)
    ) {
      let points = Recipe.values(stream: 16, count: count, bound: 2)
      let x = Tensor(points)
      let expected = points.reduce(0) { $0 + sample(Double($1)).value }
      let places = stride(from: 0, to: count, by: 65_537)
      return (
        step: {
          let (value, gradient) = try valueWithGradient(at: x) { x in
            (tanh(x * 1.5 + 0.25) * sigmoid(x) - x * x).sum()
          }
          // A wrong derivative at the sampled places becomes a wrong value, at no cost to speak of.
          let isRight = gradient.withUnsafeBytes { slopes in
            places.allSatisfy { place in
              let found = slopes.load(fromByteOffset: 4 * place, as: Float.self)
              return abs(Double(found) - sample(Double(points[place])).slope) < 1e-5
            }
          }
          return isRight ? value.item : .nan
        }, check: { isNear($0, expected) }
      )
    }
  ]
}

/// The function and its derivative at one point, with `tanh(u) = 2 sigmoid(2u) - 1`.
private func sample(_ x: Double) -> (value: Double, slope: Double) {
  let s = sigmoid(x)
  let t = 2 * sigmoid(3 * x + 0.5) - 1
  return (t * s - x * x, 1.5 * (1 - t * t) * s + t * s * (1 - s) - 2 * x)
}
