// Operations that move numbers rather than compute with them: sums of short rows, rows picked by
// index, permutations of axes, matrix times vector. Their measure is bytes per second, each operand
// read once and each result written once.

import Adjoint

func makeMemoryBenchmarks() -> [Benchmark] {
  [
    sums([1_000_000, 8], over: 1), sums([500_000, 10], over: 1), sums([200_000, 32], over: 1),
    sums([4096, 8, 128], over: 1), sums([100_000, 8, 2], over: 1), sums([256, 16, 1024], over: 1),
    sums([2048, 2048], over: 0), sums([20_000, 40, 2], over: 1),
    gather(rows: 100_000, width: 1), gather(rows: 100_000, width: 8),
    gather(rows: 100_000, width: 10),
    gather(rows: 100_000, width: 16), gather(rows: 100_000, width: 64),
    scatter(rows: 100_000, width: 1), scatter(rows: 100_000, width: 8),
    scatter(rows: 100_000, width: 10), scatter(rows: 100_000, width: 16),
    permutation([32, 32, 32, 32], by: [3, 2, 1, 0]),
    permutation([20, 30, 40, 50], by: [3, 2, 1, 0]),
    permutation([64, 256, 16, 8], by: [0, 2, 1, 3]),
    permutation([32, 64, 56, 56], by: [0, 2, 3, 1]),
    permutation([8, 3, 256, 256], by: [0, 2, 3, 1]),
    permutation([8, 256, 256, 3], by: [0, 3, 1, 2]),
    vectorProduct(1, 2048, 2048), vectorProduct(2048, 2048, 1), vectorProduct(1, 512, 256),
    vectorProduct(256, 512, 1),
  ]
}

/// A benchmark of an operation whose result is an array; `bytes` are those of operands and result.
private func movement(
  _ title: String, bytes: Int, make: @escaping () -> (step: () -> Tensor, check: (Tensor) -> Bool)
) -> Benchmark {
  Benchmark(
    title: title, work: Work(amount: Double(bytes), unit: .bytes, limit: "limit-copy-ram")
  ) {
    let (step, check) = make()
    let isRight = check(step())
    return (
      step: {
        blackHole(step())
        return 0
      }, check: { _ in isRight }
    )
  }
}

private func text(_ sizes: [Int]) -> String { sizes.map(String.init).joined(separator: "x") }

/// Whole numbers between -8 and 8, whose sums of a few thousand are exact in `Float`.
private func wholeNumbers(_ count: Int) -> [Float] {
  Recipe.indices(stream: 18, count: count, below: 17).map { Float($0 - 8) }
}

private func sums(_ sizes: [Int], over axis: Int) -> Benchmark {
  let count = sizes.reduce(1, *)
  return movement("row-sums-\(text(sizes))", bytes: 4 * (count + count / sizes[axis])) {
    let values = wholeNumbers(count)
    let x = Tensor(values, shape: sizes)
    let inner = sizes[(axis + 1)...].reduce(1, *)
    var expected = [Float](repeating: 0, count: count / sizes[axis])
    for (place, value) in values.enumerated() {
      expected[place / (inner * sizes[axis]) * inner + place % inner] += value
    }
    return (
      step: { x.sum(over: axis) }, check: { $0.floats == expected }
    )
  }
}

private func gather(rows: Int, width: Int) -> Benchmark {
  movement("gather-\(rows)x\(width)", bytes: rows * (8 * width + 4)) {
    let values = wholeNumbers(rows * width)
    let places = Recipe.indices(stream: 19, count: rows, below: rows)
    let x = Tensor(values, shape: [rows, width])
    let indices = Tensor(indices: places)
    return (
      step: { x.gathered(indices, along: 0) },
      check: { result in
        result.floats
          == places.flatMap { values[($0 * width)..<(($0 + 1) * width)] }
      }
    )
  }
}

private func scatter(rows: Int, width: Int) -> Benchmark {
  // A sum is read and written; beside that all sums are set to zero.
  movement("scatter-\(rows)x\(width)", bytes: rows * (16 * width + 4)) {
    let values = wholeNumbers(rows * width)
    let places = Recipe.indices(stream: 19, count: rows, below: rows)
    let updates = Tensor(values, shape: [rows, width])
    let indices = Tensor(indices: places)
    var expected = [Float](repeating: 0, count: rows * width)
    for (row, place) in places.enumerated() {
      for column in 0..<width { expected[place * width + column] += values[row * width + column] }
    }
    return (
      step: { updates.scatterAdded(indices, into: [rows, width]) },
      check: { $0.floats == expected }
    )
  }
}

private func permutation(_ sizes: [Int], by axes: [Int]) -> Benchmark {
  let count = sizes.reduce(1, *)
  return movement(
    "permutation-\(text(sizes))-\(axes.map(String.init).joined())", bytes: 8 * count
  ) {
    let x = Tensor(indices: Array(0..<count)).reshaped(to: sizes)
    let strides = sizes.indices.map { sizes[($0 + 1)...].reduce(1, *) }
    return (
      // A permutation is a view; to lay its elements out flat is the copy.
      step: { x.transposed(axes).reshaped(to: [count]) },
      check: { result in
        let found = result.doubles
        return found.indices.allSatisfy { place in
          var (rest, source) = (place, 0)
          for axis in axes.reversed() {
            source += rest % sizes[axis] * strides[axis]
            rest /= sizes[axis]
          }
          return Int(found[place]) == source
        }
      }
    )
  }
}

private func vectorProduct(_ m: Int, _ k: Int, _ n: Int) -> Benchmark {
  movement("vector-product-\(m)x\(k)x\(n)", bytes: 4 * (m * k + k * n + m * n)) {
    let (left, right) = (wholeNumbers(m * k), wholeNumbers(k * n))
    let a = Tensor(left, shape: [m, k])
    let b = Tensor(right, shape: [k, n])
    return (
      step: { matmul(a, b) },
      check: { result in
        result.floats.enumerated().allSatisfy { place, value in
          let (row, column) = (place / n, place % n)
          var sum: Float = 0
          for i in 0..<k { sum += left[row * k + i] * right[i * n + column] }
          return sum == value
        }
      }
    )
  }
}
