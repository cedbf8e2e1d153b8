// Normalized rows of arrays in every layout, against elementwise operations in double precision,
// and that threads do not show.

import Testing

@testable import AdjointArrays

@Suite struct NDArrayLayerNormTests {
  private func random(_ shape: Shape, _ seed: UInt64) -> NDArray {
    var generator = RandomGenerator(seed: seed)
    return .uniform(-1..<1, shape: shape, dtype: .float64, using: &generator)
  }

  // Rows that fill many blocks and pieces, and rows that do not fill one.
  @Test func rowsFollowTheirFormulas() {
    for shape in [[5], [3, 4], [2, 3, 7], [700, 64], [70, 3000], [3, 1]] as [Shape] {
      let count = shape[shape.rank - 1]
      let rows = shape.elementCount / count
      let (x, seed) = (random(shape, 1), random(shape, 2))
      let (gain, bias) = (random([count], 3), random([count], 4))
      let (a, s, g, b) = (x.numbers, seed.numbers, gain.numbers, bias.numbers)
      var y: [Double] = []
      var operand: [Double] = []
      var (gainSum, biasSum) = (
        [Double](repeating: 0, count: count), [Double](repeating: 0, count: count)
      )
      for row in 0..<rows {
        let places = (row * count)..<((row + 1) * count)
        func mean(_ f: (Int) -> Double) -> Double {
          places.reduce(0) { $0 + f($1) } / Double(count)
        }
        let center = mean { a[$0] }
        let scale = 1 / (mean { (a[$0] - center) * (a[$0] - center) } + 0.5).squareRoot()
        let normal = { (place: Int) in (a[place] - center) * scale }
        let inner = { (place: Int) in s[place] * g[place - row * count] }
        let (shift, slope) = (mean(inner), mean { inner($0) * normal($0) })
        for (i, place) in places.enumerated() {
          y.append(normal(place) * g[i] + b[i])
          operand.append(scale * (inner(place) - shift - normal(place) * slope))
          gainSum[i] += s[place] * normal(place)
          biasSum[i] += s[place]
        }
      }
      func near(_ p: NDArray, _ q: [Double], _ tolerance: Double = 1e-13) -> Bool {
        zip(p.numbers, q).allSatisfy { abs($0 - $1) <= tolerance }
          && p.shape.elementCount == q.count
      }
      for layout in x.layouts {
        #expect(near(layout.layerNorm(gain, bias, epsilon: 0.5), y), "\(shape)")
        let adjoints = layout.layerNormPullback(gain, seed, epsilon: 0.5, needsOperand: true)
        #expect(adjoints.operand.map { near($0, operand) } ?? false, "\(shape)")
        #expect(near(adjoints.gain, gainSum) && near(adjoints.bias, biasSum), "\(shape)")
        let sums = layout.layerNormPullback(gain, seed, epsilon: 0.5, needsOperand: false)
        #expect(sums.operand == nil && sums.gain.numbers == adjoints.gain.numbers)
      }
    }
  }

  @Test func arraysWithoutElementsHaveNothingToNormalize() {
    let column = NDArray.zeros([4], dtype: .float32)
    let none = NDArray.zeros([0, 4], dtype: .float32)
    #expect(none.layerNorm(column, column, epsilon: 1).shape == [0, 4])
    let adjoints = none.layerNormPullback(column, none, epsilon: 1, needsOperand: true)
    #expect(adjoints.gain.numbers == [0, 0, 0, 0] && adjoints.bias.numbers == [0, 0, 0, 0])
    let short = NDArray.zeros([0], dtype: .float32)
    let empty = NDArray.zeros([3, 0], dtype: .float32)
    #expect(empty.layerNorm(short, short, epsilon: 1).shape == [3, 0])
  }

  @Test func threadsDoNotChangeTheBits() {
    let x = random([3000, 48], 5).converted(to: .float32)
    let gain = random([48], 6).converted(to: .float32)
    func sums() -> [Double] {
      let adjoints = x.layerNormPullback(gain, x, epsilon: 1e-5, needsOperand: true)
      return adjoints.gain.numbers + adjoints.bias.numbers + (adjoints.operand?.numbers ?? [])
    }
    let limit = Parallelism.limit
    defer { Parallelism.limit = limit }
    Parallelism.limit = 1
    let alone = sums()
    Parallelism.limit = 4
    #expect(sums() == alone)
  }
}
