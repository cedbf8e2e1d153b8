// The rows of operations in which several elements become one.

import AdjointDifferentiation
import AdjointElementary

extension Catalogue {
  static let reductions: [Row] =
    both("sum") {
      $0.sum(over: $1, keepsDimensions: $2)
    } single: {
      $0.sum(over: $1, keepsDimensions: $2)
    }
    + both("mean") {
      $0.mean(over: $1, keepsDimensions: $2)
    } single: {
      $0.mean(over: $1, keepsDimensions: $2)
    }
    + both("maximum", kinks: shares) {
      $0.maximum(over: $1, keepsDimensions: $2)
    } single: {
      $0.maximum(over: $1, keepsDimensions: $2)
    }
    + both("minimum", kinks: shares) {
      $0.minimum(over: $1, keepsDimensions: $2)
    } single: {
      $0.minimum(over: $1, keepsDimensions: $2)
    }
    + both("product") {
      $0.product(over: $1, keepsDimensions: $2)
    } single: {
      $0.product(over: $1, keepsDimensions: $2)
    }
    + both("logSumExp", kinks: "NaN where all elements are -∞ (0/0), as softmax itself is there") {
      $0.logSumExp(over: $1, keepsDimensions: $2)
    } single: {
      $0.logSumExp(over: $1, keepsDimensions: $2)
    }
    + special

  private static let shares = "equal extreme elements share the adjoint equally"

  /// A reduction over all axes, over two, over none, over one; with and without the axes kept.
  private static func both(
    _ name: String, kinks: String = "none",
    _ several: @escaping @Sendable (Tensor, [Int]?, Bool) -> Tensor,
    single: @escaping @Sendable (Tensor, Int, Bool) -> Tensor
  ) -> [Row] {
    let severalKey = "Tensor.\(name)(over: [Int]?, keepsDimensions: Bool)"
    let singleKey = "Tensor.\(name)(over: Int, keepsDimensions: Bool)"
    return [
      tensors("\(name) over all", [severalKey], [[2, 3]], kinks: kinks) {
        several($0[0], nil, false)
      },
      tensors("\(name) over two of three axes, kept", [severalKey], [[2, 2, 3]], kinks: kinks) {
        several($0[0], [2, 0], true)
      },
      tensors("\(name) over two of three axes", [severalKey], [[2, 3, 2]], kinks: kinks) {
        several($0[0], [0, -2], false)
      },
      tensors("\(name) over no axes", [severalKey], [[3]], kinks: kinks) {
        several($0[0], [], false)
      },
      tensors("\(name) of rank 0", [severalKey], [[]], kinks: kinks) { several($0[0], nil, false) },
      tensors("\(name) over axis 0", [singleKey], [[3, 2]], kinks: kinks) {
        single($0[0], 0, false)
      },
      tensors("\(name) over the last axis, kept", [singleKey], [[2, 3]], kinks: kinks) {
        single($0[0], -1, true)
      },
      tensors("\(name) of a transposed view", [singleKey], [[2, 3]], kinks: kinks) {
        single($0[0].transposed(), 0, false)
      },
    ]
  }

  private static let varianceKey =
    "Tensor.variance(over: [Int]?, correction: Int, keepsDimensions: Bool)"
  private static let productKey = "Tensor.product(over: [Int]?, keepsDimensions: Bool)"
  private static let normKey = "Tensor.norm(over: [Int]?, keepsDimensions: Bool)"

  private static let special: [Row] = [
    tensors("variance over all", [varianceKey], [[2, 3]]) { $0[0].variance() },
    tensors("variance over two axes, kept", [varianceKey], [[2, 2, 2]]) {
      $0[0].variance(over: [0, 2], keepsDimensions: true)
    },
    tensors(
      "variance over one axis, unbiased",
      ["Tensor.variance(over: Int, correction: Int, keepsDimensions: Bool)"], [[3, 2]]
    ) { $0[0].variance(over: 0, correction: 1) },
    // A polynomial, so zeros are smooth points; a rule that divides by an element fails here.
    tensors(
      "product of elements with zeros", [productKey], [[4]],
      [[2, 0, 3, -1], [0, 0, 3, -1], [0, 0, 0, 2]]
    ) { $0[0].product() },
    tensors("product of five", [productKey], [[5]]) { $0[0].product() },
    tensors("norm over all", [normKey], [[2, 3]], kinks: "slope 0 at 0") { $0[0].norm() },
    tensors("norm over one axis, kept", [normKey], [[2, 3]], kinks: "slope 0 at 0") {
      $0[0].norm(over: [1], keepsDimensions: true)
    },
    tensors(
      "norm over the last axis", ["Tensor.norm(over: Int, keepsDimensions: Bool)"], [[2, 3]],
      kinks: "slope 0 at 0"
    ) { $0[0].norm(over: -1) },
  ]
}
