// That threads change the time and nothing else.

import Synchronization
import Testing

@testable import AdjointArrays

/// Keeps a processor busy.
private func spend(_ duration: Duration) {
  let end = ContinuousClock.now.advanced(by: duration)
  while ContinuousClock.now < end {}
}

// Serialized: the limit is one setting of the whole process. Other suites may run at the same time;
// their results do not depend on it, which is the law tested here.
@Suite(.serialized) struct ParallelTests {
  @Test func everyPieceRunsOnce() {
    let before = Parallelism.limit
    defer { Parallelism.limit = before }
    for limit in [1, 2, 8] {
      Parallelism.limit = limit
      for pieces in [0, 1, 2, 7, 1000] {
        let runs = Mutex([Int](repeating: 0, count: pieces))
        parallelFor(pieces: pieces) { piece in runs.withLock { $0[piece] += 1 } }
        #expect(runs.withLock { $0.allSatisfy { $0 == 1 } })
      }
    }
  }

  // A piece may be parallel itself, and callers may meet; each call has done all of its own pieces
  // when it returns.
  @Test func callsMayNestAndMeet() async {
    let before = Parallelism.limit
    defer { Parallelism.limit = before }
    Parallelism.limit = 4
    let sums = await withTaskGroup(of: Int.self) { group in
      for _ in 0..<8 {
        group.addTask {
          let sum = Atomic<Int>(0)
          for _ in 0..<200 {
            parallelFor(pieces: 5) { outer in
              parallelFor(pieces: 3) { inner in
                sum.add(outer * 3 + inner, ordering: .relaxed)
              }
            }
          }
          return sum.load(ordering: .relaxed)
        }
      }
      return await group.reduce(into: []) { $0.append($1) }
    }
    #expect(sums == [Int](repeating: 200 * 14 * 15 / 2, count: 8))
  }

  // Helpers sleep after a while without work; what comes then is done all the same, short or long.
  @Test func workAfterAPauseIsDone() async throws {
    let before = Parallelism.limit
    defer { Parallelism.limit = before }
    Parallelism.limit = 3
    for round in 0..<20 {
      let runs = Mutex([Int](repeating: 0, count: 9))
      parallelFor(pieces: 9) { piece in
        if round % 2 == 0 { spend(.microseconds(100)) }
        runs.withLock { $0[piece] += 1 }
      }
      #expect(runs.withLock { $0 } == [Int](repeating: 1, count: 9))
      try await Task.sleep(for: .milliseconds(2))
    }
  }

  @Test func limitsAreAtLeastOne() {
    let before = Parallelism.limit
    defer { Parallelism.limit = before }
    Parallelism.limit = -3
    #expect(Parallelism.limit == 1)
    #expect(Parallelism.available >= 1)
  }

  @Test func bitsDoNotDependOnTheNumberOfThreads() throws {
    let before = Parallelism.limit
    defer { Parallelism.limit = before }
    var results: [[NDArray]] = []
    for limit in [1, 2, 8] {
      Parallelism.limit = limit
      var generator = RandomGenerator(seed: 8)
      let x = NDArray.normal(shape: [300, 700], dtype: .float32, using: &generator)
      let bias = NDArray.normal(shape: [700], dtype: .float32, using: &generator)
      let w = NDArray.normal(shape: [700, 130], dtype: .float32, using: &generator)
      let order = NDArray.permutation(300, using: &generator)
      let convolutions = try slidingWindows(using: &generator)
      try results.append(
        [
          x, .unary(.tanh, x), .binary(.add, x, bias),
          .binary(.multiply, x.reversed(along: 1), bias),
          x.reduced(.sum, over: [0]), x.reduced(.sum, over: [1]), x.reduced(.sum, over: [0, 1]),
          x.reduced(.product, over: [0]), .matmul(x, w),
          .matmul(x, w, bias: nil, rectifying: true),
          .matmul(w.swappingLastTwoAxes(), x.swappingLastTwoAxes()),
          x.swappingLastTwoAxes().contiguous(),
          x.gathered(order, along: 0), .scatterAdd(into: [400, 700], x, order, along: 0),
          x.cumulativeSum(along: 0), x.argsort(along: 1), x.argmax(over: 0),
          .bernoulli(probability: 0.5, shape: [100, 900], using: &generator),
        ] + convolutions)
    }
    for other in results.dropFirst() {
      for (position, pair) in zip(results[0], other).enumerated() {
        #expect(identical(pair.0, pair.1), "result \(position)")
      }
    }
  }

  /// A convolution with its derivatives, dense, grouped and depthwise, and pooling with its own.
  private func slidingWindows(
    using generator: inout RandomGenerator
  ) throws -> [NDArray] {
    let image: Shape = [3, 33, 31, 24]
    let x = NDArray.normal(shape: image, dtype: .float32, using: &generator)
    var results: [NDArray] = []
    for (channels, outputs, groups) in [(24, 20, 1), (12, 30, 2), (1, 24, 24)] {
      let f = NDArray.normal(
        shape: [5, 5, channels, outputs], dtype: .float32, using: &generator)
      let g = try image.convolution(
        f.shape, stride: [1, 2], padding: 2, dilation: 1, groups: groups)
      let y = NDArray.convolution(x, f, g)
      results += [y, .convolutionImage(y, f, g), .convolutionFilter(x, y, g)]
    }
    let g = try image.pooling(window: 3, stride: 2, padding: 1)
    let largest = NDArray.maximumPool(x, g)
    let mean = NDArray.averagePool(x, g, countingPadding: true)
    return results + [
      largest, mean, .meanOfLargest(x, x, largest, g), .sharedAmongLargest(mean, x, largest, g),
      .sharedAmongPixels(mean, g, countingPadding: true),
    ]
  }
}
