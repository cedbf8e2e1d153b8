// The rows of what describes a sample: standard deviations, medians, norms of any order.

import AdjointDifferentiation

extension Catalogue {
  private static let deviationKey =
    "Tensor.standardDeviation(over: [Int]?, correction: Int, keepsDimensions: Bool)"
  private static let medianKey = "Tensor.median(over: [Int]?, keepsDimensions: Bool)"
  private static let normKey = "Tensor.norm(order: Double, over: [Int]?, keepsDimensions: Bool)"
  private static let middle = "of equal elements those that the sorted order puts in the middle"
  private static let none = "slope 0 at 0"

  static let statistics: [Row] = [
    tensors("standardDeviation over all", [deviationKey], [[2, 3]], kinks: none) {
      $0[0].standardDeviation()
    },
    tensors("standardDeviation over two axes, kept", [deviationKey], [[2, 2, 2]], kinks: none) {
      $0[0].standardDeviation(over: [0, 2], keepsDimensions: true)
    },
    tensors(
      "standardDeviation over one axis, unbiased",
      ["Tensor.standardDeviation(over: Int, correction: Int, keepsDimensions: Bool)"], [[3, 2]],
      kinks: none
    ) { $0[0].standardDeviation(over: 0, correction: 1) },
    tensors("median of an odd number", [medianKey], [[5]], kinks: middle) { $0[0].median() },
    tensors("median of an even number", [medianKey], [[2, 3]], kinks: middle) { $0[0].median() },
    tensors("median over two axes, kept", [medianKey], [[2, 2, 3]], kinks: middle) {
      $0[0].median(over: [0, -1], keepsDimensions: true)
    },
    tensors(
      "median over axis 0", ["Tensor.median(over: Int, keepsDimensions: Bool)"], [[3, 2]],
      kinks: middle
    ) { $0[0].median(over: 0) },
    tensors("median over no axes, squared", [medianKey], [[3]], kinks: middle) {
      $0[0].median(over: []).squared()
    },
    tensors("norm of order 1", [normKey], [[2, 3]], kinks: none) { $0[0].norm(order: 1) },
    tensors("norm of order 2, kept", [normKey], [[2, 3]], kinks: none) {
      $0[0].norm(order: 2, over: [1], keepsDimensions: true)
    },
    tensors("norm of order 3 over two axes", [normKey], [[2, 2, 2]], kinks: none) {
      $0[0].norm(order: 3, over: [0, 2])
    },
    tensors("norm of order 1.5, kept", [normKey], [[2, 3]], kinks: none) {
      $0[0].norm(order: 1.5, over: [0], keepsDimensions: true)
    },
    tensors(
      "norm of order ∞ over axis 1",
      ["Tensor.norm(order: Double, over: Int, keepsDimensions: Bool)"], [[2, 3]],
      kinks: "equal largest magnitudes share"
    ) { $0[0].norm(order: .infinity, over: 1) },
  ]
}
