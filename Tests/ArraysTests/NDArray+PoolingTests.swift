// Maximum and mean under a window by their definitions, and that the derivatives are transposed.

import Testing

@testable import AdjointArrays

private struct Case: CustomTestStringConvertible, Sendable {
  var image: Shape
  var window: PerAxis
  var stride: PerAxis
  var padding: Padding = .valid

  var testDescription: String { "\(image) window \(window) stride \(stride) \(padding)" }

  func geometry() throws -> PoolingGeometry {
    try image.pooling(window: window, stride: stride, padding: padding)
  }
}

private let cases: [Case] =
  [1, 3, 4, 8, 16, 21].flatMap { channels in
    [
      Case(image: [2, 6, 8, channels], window: 2, stride: 2),
      Case(image: [2, 6, 7, channels], window: 3, stride: 2),
      Case(image: [2, 6, 7, channels], window: [3, 2], stride: 1, padding: 1),
      Case(image: [1, 5, 5, channels], window: 3, stride: 2, padding: .same),
      Case(image: [2, 5, 6, channels], window: [5, 6], stride: 1),
      Case(image: [3, 9, channels], window: 3, stride: 2, padding: .explicit(before: 2, after: 1)),
      Case(image: [0, 5, 5, channels], window: 2, stride: 2),
    ]
  } + [Case(image: [1, 70, 90, 33], window: 3, stride: 1, padding: 1)]

/// The pixels under the window, for each position, counted without channels.
private func windows(_ g: PoolingGeometry) -> [[Int]] {
  let (rows, columns) = (g.window.rows, g.window.columns)
  var windows: [[Int]] = []
  for image in 0..<g.images {
    for i in 0..<rows.positions {
      for j in 0..<columns.positions {
        var pixels: [Int] = []
        for row in (0..<rows.taps).map({ i * rows.stride + $0 - rows.before }) {
          for column in (0..<columns.taps).map({ j * columns.stride + $0 - columns.before }) {
            guard row >= 0, row < rows.size, column >= 0, column < columns.size else { continue }
            pixels.append((image * rows.size + row) * columns.size + column)
          }
        }
        windows.append(pixels)
      }
    }
  }
  return windows
}

@Suite struct NDArrayPoolingTests {
  /// `f` of the elements under each window, channel by channel.
  private func reduced(
    _ x: [Double], _ g: PoolingGeometry, _ f: ([Double]) -> Double
  ) -> [Double] {
    windows(g).flatMap { pixels in
      (0..<g.channels).map { channel in f(pixels.map { x[$0 * g.channels + channel] }) }
    }
  }

  @Test(arguments: cases, [DType.float32, .float64])
  fileprivate func theDefinition(_ test: Case, _ dtype: DType) throws {
    let g = try test.geometry()
    let x = NDArray.wholeNumbers(g.imageShape, dtype, seed: 1)
    let xs = x.numbers
    let largest = NDArray.maximumPool(x, g)
    #expect(largest.numbers == reduced(xs, g) { $0.max() ?? .nan })

    let t = NDArray.wholeNumbers(g.imageShape, dtype, seed: 2)
    let most = largest.numbers, ts = t.numbers
    var means: [Double] = []
    for pixels in windows(g) {
      for channel in 0..<g.channels {
        let places = pixels.map { $0 * g.channels + channel }
        let extreme = places.filter { xs[$0] == most[means.count] }.map { ts[$0] }
        means.append(extreme.reduce(0, +) / Double(extreme.count))
      }
    }
    expectClose(NDArray.meanOfLargest(t, x, largest, g).numbers, means, dtype)

    let all = Double(g.window.taps)
    expectClose(
      NDArray.averagePool(x, g, countingPadding: false).numbers,
      reduced(xs, g) { $0.reduce(0, +) / Double($0.count) }, dtype)
    expectClose(
      NDArray.averagePool(x, g, countingPadding: true).numbers,
      reduced(xs, g) { $0.reduce(0, +) / all }, dtype)
  }

  // Of each pair of maps one is the transpose of the other.
  @Test(arguments: cases)
  fileprivate func derivativesAreTransposed(_ test: Case) throws {
    let g = try test.geometry()
    var generator = RandomGenerator(seed: 5)
    // With ties: few different numbers.
    let x = NDArray.wholeNumbers(g.imageShape, seed: 1)
    let largest = NDArray.maximumPool(x, g)
    let t = NDArray.normal(shape: g.imageShape, dtype: .float64, using: &generator)
    let y = NDArray.normal(shape: g.outputShape, dtype: .float64, using: &generator)
    let pairs = [
      (
        NDArray.meanOfLargest(t, x, largest, g), NDArray.sharedAmongLargest(y, x, largest, g)
      ),
      (
        NDArray.averagePool(t, g, countingPadding: false),
        NDArray.sharedAmongPixels(y, g, countingPadding: false)
      ),
      (
        NDArray.averagePool(t, g, countingPadding: true),
        NDArray.sharedAmongPixels(y, g, countingPadding: true)
      ),
    ]
    for (forward, backward) in pairs {
      let (a, b) = (innerProduct(forward, y), innerProduct(t, backward))
      #expect(abs(a - b) <= 1e-12 * max(1, Double(t.elementCount)))
    }
  }

  // NaN is larger than everything: it shows in the maximum and in its share of the adjoint.
  @Test(arguments: [DType.float32, .float64])
  func notANumber(_ dtype: DType) throws {
    let g = try ([1, 4, 5] as Shape).pooling(window: 2, stride: 2, padding: .valid)
    let x = NDArray.tabulated([1, 1, 4, 5], dtype) { $0[2] == 1 ? .nan : Double($0[2]) }
    let largest = NDArray.maximumPool(x, g)
    #expect(largest.numbers.prefix(5).allSatisfy { $0.isNaN })
    #expect(largest.numbers.suffix(5) == [3, 3, 3, 3, 3])
    let shares = NDArray.sharedAmongLargest(.ones([1, 1, 2, 5], dtype: dtype), x, largest, g)
    #expect((shares.numbers[0..<5] + shares.numbers[10..<15]).allSatisfy { $0 == 0 })
    #expect(shares.numbers[5..<10].allSatisfy { $0.isNaN })
    #expect(shares.numbers.suffix(5) == [1, 1, 1, 1, 1])
  }

  private func expectClose(_ a: [Double], _ b: [Double], _ dtype: DType) {
    #expect(a.count == b.count)
    let tolerance = dtype == .float32 ? 1e-6 : 1e-14
    #expect(zip(a, b).allSatisfy { abs($0 - $1) <= tolerance * max(1, abs($1)) })
  }
}
