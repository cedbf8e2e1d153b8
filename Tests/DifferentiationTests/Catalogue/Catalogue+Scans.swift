// The rows of running results along an axis.

import AdjointDifferentiation

extension Catalogue {
  private static let shares = "equal extreme elements share the adjoint equally"

  static let scans: [Row] =
    along("cumulativeSum") { $0.cumulativeSum(along: $1) }
    + along("cumulativeProduct") { $0.cumulativeProduct(along: $1) }
    + along("cumulativeMaximum", kinks: shares) { $0.cumulativeMaximum(along: $1) }
    + along("cumulativeMinimum", kinks: shares) { $0.cumulativeMinimum(along: $1) }
    + along("logCumulativeSumExp", kinks: "NaN where all elements so far are -∞") {
      $0.logCumulativeSumExp(along: $1)
    }
    + [
      // A polynomial, so zeros are smooth points; a rule that divides by an element fails here.
      tensors(
        "cumulativeProduct of elements with zeros", ["Tensor.cumulativeProduct(along: Int)"], [[4]],
        [[2, 0, 3, -1], [0, 0, 3, -1], [0, 2, 0, 2]]
      ) { $0[0].cumulativeProduct(along: 0) },
      // Each element is one product more than the one before: second derivatives of many links.
      tensors(
        "cumulativeProduct, squared", ["Tensor.cumulativeProduct(along: Int)"], [[5]],
        [[0.5, -1.5, 2, 0, 1.25]]
      ) { $0[0].cumulativeProduct(along: 0).squared() },
      tensors(
        "cumulativeMaximum, squared", ["Tensor.cumulativeMaximum(along: Int)"], [[5]],
        [[0.5, -1.5, 2, 0, 2.5]], kinks: shares
      ) { $0[0].cumulativeMaximum(along: 0).squared() },
    ]

  /// A running result along the first, the middle and the last axis, of a view, of one element.
  private static func along(
    _ name: String, kinks: String = "none", _ f: @escaping @Sendable (Tensor, Int) -> Tensor
  ) -> [Row] {
    let key = "Tensor.\(name)(along: Int)"
    return [
      tensors("\(name) along the last axis", [key], [[2, 4]], kinks: kinks) { f($0[0], -1) },
      tensors("\(name) along 0", [key], [[3, 2]], kinks: kinks) { f($0[0], 0) },
      tensors("\(name) along the middle axis", [key], [[2, 3, 2]], kinks: kinks) { f($0[0], 1) },
      tensors("\(name) of a transposed view", [key], [[2, 3]], kinks: kinks) {
        f($0[0].transposed(), 0)
      },
      tensors("\(name) of one element", [key], [[1]], kinks: kinks) { f($0[0], 0) },
    ]
  }
}
