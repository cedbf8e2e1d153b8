// The sizes that windows lead to, and what is said when a window does not fit.

import Testing

@testable import AdjointArrays

@Suite struct ShapeConvolutionTests {
  private func output(
    _ image: Shape, _ filter: Shape, stride: PerAxis = 1, padding: Padding = .valid,
    dilation: PerAxis = 1, groups: Int = 1
  ) throws -> Shape {
    try image.convolution(
      filter, stride: stride, padding: padding, dilation: dilation, groups: groups
    ).outputShape
  }

  // ⌊(size + before + after - dilation (taps - 1) - 1) / stride⌋ + 1
  @Test func sizesFollowTheFormula() throws {
    #expect(try output([64, 28, 28, 1], [5, 5, 1, 16]) == [64, 24, 24, 16])
    #expect(try output([1, 7, 9, 2], [3, 2, 2, 4], stride: [2, 3]) == [1, 3, 3, 4])
    #expect(try output([1, 7, 7, 2], [3, 3, 2, 4], dilation: 3) == [1, 1, 1, 4])
    #expect(try output([1, 7, 7, 2], [3, 3, 2, 4], padding: [1, 0]) == [1, 7, 5, 4])
    #expect(
      try output([1, 7, 7, 2], [3, 3, 2, 4], padding: .explicit(before: 0, after: [1, 2]))
        == [1, 6, 7, 4])
    #expect(try output([5, 10, 4], [3, 2, 8], stride: 2, groups: 2) == [5, 1, 4, 8])
  }

  // ⌈size / stride⌉, whatever the window; the odd place of the padding comes after.
  @Test func sameKeepsTheSize() throws {
    for size in 1...9 {
      for taps in 1...5 {
        for stride in 1...3 {
          let g = try Shape([1, size, size, 1]).convolution(
            Shape([taps, taps, 1, 1]), stride: PerAxis(stride), padding: .same, dilation: 2,
            groups: 1)
          #expect(g.window.rows.positions == (size + stride - 1) / stride)
        }
      }
    }
    let g = try ([1, 4, 4, 1] as Shape).convolution(
      [2, 2, 1, 1], stride: 1, padding: .same, dilation: 1, groups: 1)
    #expect(g.window.columns.before == 0)
  }

  // The transposed convolution leads from each output shape back to an image that gives that
  // output; `extra` reaches every one of them.
  @Test func transposedShapesLeadBack() throws {
    for size in 4...9 {
      for stride in 1...3 {
        for padding in [0, 1] {
          let filter: Shape = [3, 3, 2, 5]
          let g = try Shape([1, size, size, 2]).convolution(
            filter, stride: PerAxis(stride), padding: .explicit(before: PerAxis(padding), after: 1),
            dilation: 1, groups: 1)
          let found = try (0..<stride).map { extra in
            try g.outputShape.transposedConvolution(
              filter, stride: PerAxis(stride),
              padding: .explicit(before: PerAxis(padding), after: 1), extra: PerAxis(extra),
              dilation: 1, groups: 1)
          }
          #expect(found.allSatisfy { $0.outputShape == g.outputShape })
          #expect(found.contains { $0.imageShape == g.imageShape })
        }
      }
    }
    let doubled = try ([1, 5, 5, 3] as Shape).transposedConvolution(
      [3, 3, 2, 3], stride: 2, padding: .same, extra: 0, dilation: 1, groups: 1)
    #expect(doubled.imageShape == [1, 10, 10, 2])
  }

  private func text(_ body: () throws -> Void) -> String {
    do {
      try body()
      return "accepted"
    } catch {
      return "\(error)"
    }
  }

  @Test func whatDoesNotFitIsRefused() {
    func refusal(
      _ image: Shape, _ filter: Shape, stride: PerAxis = 1, padding: Padding = .valid,
      dilation: PerAxis = 1, groups: Int = 1
    ) -> String {
      text {
        _ = try output(
          image, filter, stride: stride, padding: padding, dilation: dilation, groups: groups)
      }
    }
    #expect(
      refusal([1, 4, 4, 1], [3, 5, 1, 1])
        == "a window of 5 does not fit 4 columns with a padding of 0 and 0. "
        + "Use a smaller window, more padding, or a larger image.")
    #expect(
      refusal([1, 4, 1], [3, 1, 1], padding: 0, dilation: 2)
        == "a window of 5 (3 with dilation 2) does not fit 4 positions with a padding of 0 and 0. "
        + "Use a smaller window, more padding, or a larger image.")
    #expect(
      refusal([1, 4, 4, 3], [3, 3, 1, 8])
        == "the filter [3, 3, 1, 8] takes 1 channels, but [1, 4, 4, 3] has 3. "
        + "A filter is [rows, columns, channels / groups, outputs], and images have their channels "
        + "last.")
    #expect(
      refusal([1, 4, 4, 6], [3, 3, 2, 8], groups: 3)
        == "6 channels and 8 outputs do not fall into 3 groups. "
        + "The number of groups divides both.")
    #expect(refusal([4, 4], [3, 3, 1, 1]).hasPrefix("[4, 4] is neither a batch of images nor"))
    #expect(refusal([1, 4, 4, 1], [3, 1, 1]).hasPrefix("a filter of shape [3, 1, 1] has 3 axes"))
    #expect(refusal([1, 4, 4, 1], [0, 3, 1, 1]).hasPrefix("axis 0 of the filter"))
    #expect(
      refusal([1, 4, 4, 1], [3, 3, 1, 1], stride: 0).hasPrefix("a stride of 0 is not possible"))
    #expect(
      refusal([1, 4, 4, 1], [3, 3, 1, 1], stride: [1, 1, 1])
        .hasPrefix("a stride of [1, 1, 1] has 3 numbers for 2 axes"))
    #expect(refusal([1, 4, 4, 1], [3, 3, 1, 1], padding: -1).hasPrefix("a padding of -1"))
    #expect(
      refusal([1, 4, 4, 1], [3, 3, 1, 1], padding: Padding(integerLiteral: .max))
        .hasPrefix("a padding of 9223372036854775807 is not possible"))
    #expect(refusal([1, 4, 4, 1], [3, 3, 1, 1], groups: 0).contains("into 0 groups"))
    #expect(
      refusal([1, 1 << 29, 1 << 29, 1], [1, 1, 1, 1 << 29]).contains("more elements than memory"))
  }

  @Test func transposedConvolutionsAreRefused() {
    func refusal(_ image: Shape, padding: Padding = .valid, extra: PerAxis = 0) -> String {
      text {
        _ = try image.transposedConvolution(
          [3, 3, 2, 4], stride: 2, padding: padding, extra: extra, dilation: 1, groups: 1)
      }
    }
    #expect(refusal([1, 5, 5, 4]) == "accepted")
    #expect(refusal([1, 5, 5, 3]).hasPrefix("the filter [3, 3, 2, 4] takes 4 channels, but"))
    #expect(
      refusal([1, 5, 5, 4], extra: 2).hasPrefix(
        "an output padding of 2 is not less than the stride 2"))
    #expect(refusal([1, 1, 5, 4], padding: 3).hasPrefix("1 rows with this padding would give -3"))
  }

  @Test func poolsAreRefused() {
    func refusal(_ image: Shape, _ window: PerAxis, padding: Padding = .valid) -> String {
      text { _ = try image.pooling(window: window, stride: 1, padding: padding) }
    }
    #expect(refusal([1, 4, 4, 1], 2, padding: 1) == "accepted")
    #expect(
      refusal([1, 4, 4, 1], [3, 2], padding: 2).hasPrefix(
        "a window of 2 columns fits into a padding of 2, where it would see nothing"))
    #expect(refusal([1, 4, 4, 1], 5).hasPrefix("a window of 5 does not fit 4 rows"))
    #expect(refusal([1, 0, 4, 1], 1, padding: 0).hasPrefix("a window of 1 does not fit 0 rows"))
    #expect(refusal([1, 0, 4, 1], 2, padding: 1).contains("has no elements to pool"))
  }
}
