// The rows of operations with a window that slides: convolution and pooling.

import AdjointArrays
import AdjointDifferentiation

extension Catalogue {
  static let windows: [Row] = convolutions + transposedConvolutions + pools

  private static let conv2DKey =
    "conv2D(_: Tensor, _: Tensor, stride: PerAxis, padding: Padding, dilation: PerAxis, groups: Int)"
  private static let conv1DKey =
    "conv1D(_: Tensor, _: Tensor, stride: Int, padding: Padding, dilation: Int, groups: Int)"
  private static let transposed2DKey =
    "convTransposed2D(_: Tensor, _: Tensor, stride: PerAxis, padding: Padding, "
    + "outputPadding: PerAxis, dilation: PerAxis, groups: Int)"
  private static let transposed1DKey =
    "convTransposed1D(_: Tensor, _: Tensor, stride: Int, padding: Padding, outputPadding: Int, "
    + "dilation: Int, groups: Int)"

  private static let convolutions: [Row] = [
    tensors("conv2D", [conv2DKey], [[1, 3, 3, 2], [2, 2, 2, 2]]) { conv2D($0[0], $0[1]) },
    tensors("conv2D of one tap", [conv2DKey], [[2, 2, 1, 2], [1, 1, 2, 3]]) {
      conv2D($0[0], $0[1])
    },
    tensors("conv2D, strided, padded on one side", [conv2DKey], [[1, 3, 4, 1], [2, 3, 1, 2]]) {
      conv2D($0[0], $0[1], stride: [2, 1], padding: .explicit(before: [0, 1], after: 1))
    },
    tensors("conv2D, dilated, same size", [conv2DKey], [[1, 3, 2, 1], [2, 2, 1, 2]]) {
      conv2D($0[0], $0[1], padding: .same, dilation: 2)
    },
    tensors("conv2D in groups", [conv2DKey], [[1, 2, 3, 4], [2, 1, 2, 2]]) {
      conv2D($0[0], $0[1], groups: 2)
    },
    tensors("conv2D, depthwise", [conv2DKey], [[1, 3, 2, 3], [2, 2, 1, 3]]) {
      conv2D($0[0], $0[1], padding: 1, groups: 3)
    },
    tensors("conv2D of an image with itself", [conv2DKey], [[2, 2, 1, 2]]) {
      conv2D($0[0], $0[0].reshaped(to: [2, 1, 2, 2]), padding: 1)
    },
    tensors("conv1D", [conv1DKey], [[2, 4, 2], [2, 2, 2]]) { conv1D($0[0], $0[1]) },
    tensors("conv1D, strided, dilated, in groups", [conv1DKey], [[1, 5, 2], [2, 1, 2]]) {
      conv1D($0[0], $0[1], stride: 2, padding: 1, dilation: 2, groups: 2)
    },
  ]

  private static let transposedConvolutions: [Row] = [
    tensors("convTransposed2D", [transposed2DKey], [[1, 2, 2, 2], [2, 2, 1, 2]]) {
      convTransposed2D($0[0], $0[1])
    },
    tensors(
      "convTransposed2D, strided, cut off and extended", [transposed2DKey],
      [[1, 2, 2, 1], [3, 2, 2, 1]]
    ) {
      convTransposed2D($0[0], $0[1], stride: 2, padding: [1, 0], outputPadding: [1, 0])
    },
    tensors(
      "convTransposed2D in groups, dilated", [transposed2DKey], [[1, 1, 2, 4], [2, 1, 1, 4]]
    ) {
      convTransposed2D($0[0], $0[1], dilation: 2, groups: 2)
    },
    tensors("convTransposed1D", [transposed1DKey], [[2, 2, 2], [3, 1, 2]]) {
      convTransposed1D($0[0], $0[1], stride: 2, padding: .same)
    },
  ]

  private static let shares = "equal largest elements of a window share the adjoint equally"

  private static let maxPool2DKey =
    "maxPool2D(_: Tensor, window: PerAxis, stride: PerAxis?, padding: Padding)"
  private static let maxPool1DKey =
    "maxPool1D(_: Tensor, window: Int, stride: Int?, padding: Padding)"
  private static let averagePool2DKey =
    "averagePool2D(_: Tensor, window: PerAxis, stride: PerAxis?, padding: Padding, "
    + "countsPadding: Bool)"
  private static let averagePool1DKey =
    "averagePool1D(_: Tensor, window: Int, stride: Int?, padding: Padding, countsPadding: Bool)"

  private static let pools: [Row] = [
    tensors("maxPool2D", [maxPool2DKey], [[1, 4, 2, 2]], kinks: shares) {
      maxPool2D($0[0], window: 2)
    },
    tensors("maxPool2D, overlapping and padded", [maxPool2DKey], [[1, 3, 4, 1]], kinks: shares) {
      maxPool2D($0[0], window: [2, 3], stride: 1, padding: 1)
    },
    tensors("square of maxPool2D", [maxPool2DKey], [[1, 3, 3, 1]], kinks: shares) {
      maxPool2D($0[0], window: 2, stride: 1).squared()
    },
    tensors("maxPool1D", [maxPool1DKey], [[2, 5, 2]], kinks: shares) {
      maxPool1D($0[0], window: 3, stride: 2)
    },
    tensors("averagePool2D", [averagePool2DKey], [[1, 4, 2, 2]]) {
      averagePool2D($0[0], window: 2)
    },
    tensors("averagePool2D, overlapping and padded", [averagePool2DKey], [[1, 3, 4, 1]]) {
      averagePool2D($0[0], window: [2, 3], stride: 1, padding: 1)
    },
    tensors("averagePool2D, padding counted", [averagePool2DKey], [[1, 3, 3, 1]]) {
      averagePool2D($0[0], window: 2, padding: 1, countsPadding: true).squared()
    },
    tensors("averagePool1D", [averagePool1DKey], [[2, 5, 2]]) {
      averagePool1D($0[0], window: 3, stride: 2)
    },
    tensors("globalAveragePool2D", ["globalAveragePool2D(_: Tensor)"], [[2, 2, 3, 2]]) {
      globalAveragePool2D($0[0])
    },
  ]
}
