// Convolution by its definition, a sum over every tap and channel, and what must not change its
// bits or its memory.

import Testing

@testable import AdjointArrays

/// The sum `Σ x f y` that defines a convolution, pair by pair: every output with the pixel and the
/// element of the filter that meet in it.
private func forEachProduct(
  _ g: ConvolutionGeometry, _ body: (_ x: Int, _ f: Int, _ y: Int) -> Void
) {
  let (rows, columns) = (g.window.rows, g.window.columns)
  let (inputs, outputs) = (g.inputs / g.groups, g.outputs / g.groups)
  for image in 0..<g.images {
    for i in 0..<rows.positions {
      for j in 0..<columns.positions {
        for a in 0..<rows.taps {
          for b in 0..<columns.taps {
            let row = i * rows.stride + a * rows.dilation - rows.before
            let column = j * columns.stride + b * columns.dilation - columns.before
            guard row >= 0, row < rows.size, column >= 0, column < columns.size else { continue }
            let pixel = (image * rows.size + row) * columns.size + column
            let position = (image * rows.positions + i) * columns.positions + j
            for o in 0..<g.outputs {
              let group = o / outputs
              for c in 0..<inputs {
                body(
                  pixel * g.inputs + group * inputs + c,
                  ((a * columns.taps + b) * inputs + c) * g.outputs + o, position * g.outputs + o)
              }
            }
          }
        }
      }
    }
  }
}

/// A convolution to be tested.
private struct Case: CustomTestStringConvertible, Sendable {
  var image: Shape
  var filter: Shape
  var stride: PerAxis = 1
  var padding: Padding = .valid
  var dilation: PerAxis = 1
  var groups = 1

  var testDescription: String {
    "\(image) \(filter) stride \(stride) \(padding) dilation \(dilation) groups \(groups)"
  }

  func geometry() throws -> ConvolutionGeometry {
    try image.convolution(
      filter, stride: stride, padding: padding, dilation: dilation, groups: groups)
  }
}

private let small: [Case] = {
  var cases: [Case] = []
  for (channels, outputs, groups) in [
    (1, 1, 1), (1, 16, 1), (3, 5, 1), (4, 6, 2), (5, 5, 5), (3, 6, 3), (18, 18, 18),
  ] {
    for stride in [1, 2, [3, 1]] as [PerAxis] {
      for padding in [.valid, .same, 2, .explicit(before: [1, 0], after: [0, 3])] as [Padding] {
        for dilation in [1, [1, 2]] as [PerAxis] {
          cases.append(
            Case(
              image: [2, 6, 7, channels], filter: [3, 2, channels / groups, outputs],
              stride: stride, padding: padding, dilation: dilation, groups: groups))
        }
      }
    }
  }
  return cases + [
    // One tap: a product of matrices, and what only looks like one.
    Case(image: [2, 3, 4, 5], filter: [1, 1, 5, 6]),
    Case(image: [2, 3, 4, 5], filter: [1, 1, 5, 6], stride: 2),
    Case(image: [2, 3, 4, 5], filter: [1, 1, 5, 6], padding: 1),
    Case(image: [2, 3, 4, 6], filter: [1, 1, 2, 6], groups: 3),
    // The window is the image, or is larger than the image without its padding.
    Case(image: [3, 4, 5, 2], filter: [4, 5, 2, 3]),
    Case(image: [1, 2, 2, 2], filter: [5, 5, 2, 3], padding: 2),
    // Whole positions see nothing but padding.
    Case(image: [1, 2, 3, 2], filter: [2, 2, 2, 3], stride: 3, padding: 4),
    Case(image: [0, 5, 5, 2], filter: [3, 3, 2, 4]),
    // Sequences.
    Case(image: [2, 9, 3], filter: [4, 3, 5], stride: 2, padding: 1, dilation: 2),
    Case(image: [2, 9, 4], filter: [3, 1, 4], padding: .same, groups: 4),
  ]
}()

/// Large enough for several blocks of positions, parts of a patch, sections, strips of channels.
private let large: [Case] = [
  Case(image: [3, 40, 41, 1], filter: [5, 5, 1, 16]),
  Case(image: [1, 30, 31, 40], filter: [3, 3, 40, 8], padding: 1),
  Case(image: [2, 9, 8, 500], filter: [2, 1, 500, 6], stride: [1, 2]),
  Case(image: [1, 12, 13, 96], filter: [3, 3, 48, 10], padding: .same, groups: 2),
  Case(image: [2, 30, 31, 40], filter: [3, 3, 1, 40], padding: .same, groups: 40),
]

@Suite struct NDArrayConvolutionTests {
  // Whole numbers: every sum is exact, so the order does not matter.
  private func check(_ test: Case, _ dtype: DType) throws {
    let g = try test.geometry()
    let x = NDArray.wholeNumbers(g.imageShape, dtype, seed: 1)
    let f = NDArray.wholeNumbers(g.filterShape, dtype, seed: 2)
    let y = NDArray.wholeNumbers(g.outputShape, dtype, seed: 3)
    let (xs, fs, ys) = (x.numbers, f.numbers, y.numbers)
    var output = [Double](repeating: 0, count: ys.count)
    var image = [Double](repeating: 0, count: xs.count)
    var filter = [Double](repeating: 0, count: fs.count)
    forEachProduct(g) { i, j, k in
      output[k] += xs[i] * fs[j]
      image[i] += fs[j] * ys[k]
      filter[j] += xs[i] * ys[k]
    }
    #expect(NDArray.convolution(x, f, g).numbers == output)
    #expect(NDArray.convolutionImage(y, f, g).numbers == image)
    #expect(NDArray.convolutionFilter(x, y, g).numbers == filter)
  }

  @Test(arguments: small, [DType.float32, .float64])
  fileprivate func theDefinition(_ test: Case, _ dtype: DType) throws { try check(test, dtype) }

  @Test(arguments: large)
  fileprivate func manyBlocks(_ test: Case) throws { try check(test, .float32) }

  @Test func operandsInAnyLayout() throws {
    let test = Case(image: [2, 5, 4, 3], filter: [3, 2, 3, 4], padding: 1)
    let g = try test.geometry()
    let x = NDArray.wholeNumbers(g.imageShape, seed: 1)
    let f = NDArray.wholeNumbers(g.filterShape, seed: 2)
    let y = NDArray.wholeNumbers(g.outputShape, seed: 3)
    for (x2, (f2, y2)) in zip(x.layouts, zip(f.layouts, y.layouts)) {
      #expect(same(.convolution(x2, f2, g), .convolution(x, f, g)))
      #expect(same(.convolutionImage(y2, f2, g), .convolutionImage(y, f, g)))
      #expect(same(.convolutionFilter(x2, y2, g), .convolutionFilter(x, y, g)))
    }
  }

  // ⟨conv(x, f), y⟩ = ⟨x, convᵀ(y, f)⟩ = ⟨f, conv'(x, y)⟩: three ways to add up the same products.
  @Test(arguments: small + large)
  fileprivate func derivativesAreTransposed(_ test: Case) throws {
    let g = try test.geometry()
    var generator = RandomGenerator(seed: 5)
    let x = NDArray.normal(shape: g.imageShape, dtype: .float64, using: &generator)
    let f = NDArray.normal(shape: g.filterShape, dtype: .float64, using: &generator)
    let y = NDArray.normal(shape: g.outputShape, dtype: .float64, using: &generator)
    let expected = innerProduct(.convolution(x, f, g), y)
    let scale = max(
      1, innerProduct(.convolution(.unary(.abs, x), .unary(.abs, f), g), .unary(.abs, y)))
    #expect(abs(innerProduct(x, .convolutionImage(y, f, g)) - expected) <= 1e-12 * scale)
    #expect(abs(innerProduct(f, .convolutionFilter(x, y, g)) - expected) <= 1e-12 * scale)
  }

  // A copy of all patches would take 100 MB for the larger image. Other tests allocate at the same
  // time, so the least of several peaks is taken; the bound is their slack, not that of the
  // workspace.
  @Test(arguments: [128, 256])
  func memoryDoesNotGrowWithTheImage(_ side: Int) throws {
    let g = try Case(image: [1, side, side, 8], filter: [7, 7, 8, 8], padding: .same).geometry()
    let x = NDArray.ones(g.imageShape)
    let f = NDArray.ones(g.filterShape)
    let operations: [@Sendable () -> NDArray] = [
      { .convolution(x, f, g) }, { .convolutionImage(x, f, g) }, { .convolutionFilter(x, x, g) },
    ]
    for operation in operations {
      let added = (0..<5).map { _ in
        MemoryReport.resetPeak()
        let before = MemoryReport.current.live
        let result = operation()
        return MemoryReport.current.peak - before - result.byteCount
      }
      let bound = 512 << 10 * Parallelism.limit + 8 << 20
      #expect((added.min() ?? .max) < bound)
    }
  }
}
