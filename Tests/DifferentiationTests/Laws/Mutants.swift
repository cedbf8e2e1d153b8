// Wrong derivatives of every kind that people have really written, each with
// the laws that must report it.

import AdjointArrays
import AdjointDifferentiation
import AdjointElementary

enum Mutants {
  static let all: [Specimen] = scalars + elementwise + shapes + linear + composed + subtle

  private static let scalars: [Specimen] = [
    .scalars("sign: sin' = -cos", at: [0.7], { sin($0[0]) }, { [-$0 * cos($1[0])] }),
    .scalars("factor: (x²)' = 4x", at: [1.5], { $0[0] * $0[0] }, { [4 * $0 * $1[0]] }),
    .scalars("zero derivative", at: [0.7], { exp($0[0]) }, { _, _ in [0] }),
    .scalars("NaN derivative", at: [0.7], { exp($0[0]) }, { [$0 * Scalar(.nan) * $1[0]] }),
    .scalars(
      "dropped term: (ab)' without b's", at: [1.5, -2], { $0[0] * $0[1] }, { [$0 * $1[1], 0] }),
    .scalars(
      "swapped operands: (ab)' = (a, b)", at: [1.5, -2], { $0[0] * $0[1] },
      { [$0 * $1[0], $0 * $1[1]] }),
    .scalars(
      "missing square: ∂(a/b)/∂b = -a/b", at: [1.5, 2], { $0[0] / $0[1] },
      { [$0 / $1[1], -$0 * $1[0] / $1[1]] }),
    .scalars(
      "overwritten accumulation: of x in x² + sin x only the last use counts", at: [0.7],
      { $0[0] * $0[0] + sin($0[0]) }, { [$0 * cos($1[0])] }),
    .scalars(
      "a kink where there is none: log sigmoid by a clamped formula, slope 0 at 0", at: [0],
      { -softplus(-$0[0]) }, { [$0 * max(-$1[0], 0) * sigmoid(-$1[0])] }),
    .scalars(
      "rounded coefficient: erf' with 1.1284", at: [0.5], { erf($0[0]) },
      { [$0 * 1.1284 * exp(-$1[0] * $1[0])] }),
  ]

  private static let elementwise: [Specimen] = [
    .custom("reads the operand instead of the result: exp' = x", [[3]], { exp($0[0]) }) {
      [$0 * $1[0]]
    },
    .custom("missing square: tanh' = 1 - y", [[3]], { tanh($0[0]) }) { [$0 * (1 - tanh($1[0]))] },
    .custom(
      "missing sum over a broadcast axis: one row instead of the sum", [[2, 3], [3]],
      { $0[0] + $0[1] }
    ) { s, _ in [s, s[0]] },
    .custom(
      "missing sum over a single axis: one column instead of the sum", [[2, 1], [2, 3]],
      { $0[0] * $0[1] }
    ) { s, xs in [(s * xs[1])[.all, 0..<1], s * xs[0]] },
    .custom(
      "mean instead of sum over a broadcast axis", [[2, 3], [3]], { $0[0] + $0[1] }
    ) { s, _ in [s, s.mean(over: 0)] },
    .custom("inverted mask of where", [[4], [4]], { `where`(mask, $0[0], $0[1]) }) { s, _ in
      [`where`(mask, 0, s), `where`(mask, s, 0)]
    },
    .custom("max gives both operands the adjoint", [[3], [3]], { max($0[0], $0[1]) }) { s, _ in
      [s, s]
    },
  ]

  private static let mask = Tensor(mask: [true, false, false, true])

  private static let shapes: [Specimen] = [
    .custom("off-by-one axis: sum over 0 restored along 1", [[3, 3]], { $0[0].sum(over: 0) }) {
      s, _ in [s.expanded(at: 1).broadcast(to: [3, 3])]
    },
    .custom(
      "permutation instead of its inverse", [[2, 2, 2]], { $0[0].transposed([1, 2, 0]) }
    ) { s, _ in [s.transposed([1, 2, 0])] },
    .custom("reshape read column by column", [[2, 3]], { $0[0].flattened() }) { s, _ in
      [s.reshaped(to: [3, 2]).transposed()]
    },
    .custom("reverse not reversed back", [[3]], { $0[0].reversed(along: 0) }) { s, _ in [s] },
    .custom("slice written at the start", [[4]], { $0[0][1..<3] }) { s, _ in
      [s.padded(before: [0], after: [2])]
    },
    .custom("border cut off one too far", [[3]], { $0[0].padded(before: [1], after: [1]) }) {
      s, _ in [s[2..<5]]
    },
    .custom("parts swapped in concatenation", [[2], [2]], { Tensor.concatenated($0) }) { s, _ in
      [s[2..<4], s[0..<2]]
    },
    .custom("cumulative sum not turned round", [[4]], { $0[0].cumulativeSum(along: 0) }) { s, _ in
      [s.cumulativeSum(along: 0)]
    },
    .custom(
      "overwritten accumulation: a row gathered twice gets the last adjoint only", [[3]],
      { $0[0].gathered(Tensor(indices: [1, 0, 1])) }
    ) { s, _ in [Tensor.concatenated([s[1..<2], s[2..<3], .zeros([1], dtype: .float64)])] },
    .custom(
      "gather with shifted positions", [[3]],
      { $0[0].scatterAdded(Tensor(indices: [0, 1, 1]), into: [3]) }
    ) { s, _ in [s.gathered(Tensor(indices: [1, 1, 2]))] },
  ]

  private static let linear: [Specimen] = [
    .custom("untransposed operand: Ā = Ȳ B", [[2, 2], [2, 2]], { matmul($0[0], $0[1]) }) { s, xs in
      [matmul(s, xs[1]), matmul(xs[0].transposed(), s)]
    },
    .custom(
      "exchanged factors: B̄ = Ȳ Aᵀ", [[2, 2], [2, 2]], { matmul($0[0], $0[1]) }
    ) { s, xs in [matmul(s, xs[1].transposed()), matmul(s, xs[0].transposed())] },
    .custom(
      "missing sum over the batch", [[2, 2, 2], [2, 2]], { matmul($0[0], $0[1]) }
    ) { s, xs in
      [matmul(s, xs[1].transposed()), matmul(xs[0][0].transposed(), s[0])]
    },
  ]

  private static let composed: [Specimen] = [
    .custom("softmax pullback along the wrong axis", [[2, 2]], { softmax($0[0]) }) { s, xs in
      let y = softmax(xs[0])
      return [y * (s - (s * y).sum(over: 0, keepsDimensions: true))]
    },
    .custom("dropped term: logSoftmax' without the sum", [[2, 3]], { logSoftmax($0[0]) }) { s, _ in
      [s]
    },
    .custom("logSumExp with equal shares", [[4]], { $0[0].logSumExp() }) { s, _ in
      [(s / 4).broadcast(to: [4])]
    },
    .custom("factor: variance with n - 1 below", [[4]], { $0[0].variance() }) { s, xs in
      [s * 2 / 3 * (xs[0] - xs[0].mean())]
    },
    .custom("maximum gives all elements the adjoint", [[4]], { $0[0].maximum() }) { s, _ in
      [s.broadcast(to: [4])]
    },
    .custom(
      "product by division", [[3]], at: [2, 0, -1.5], { $0[0].product() }
    ) { s, xs in [s * xs[0].product() / xs[0]] },
  ]

  /// Right at first sight: each of these passes the plain comparison with differences.
  private static let subtle: [Specimen] = [
    .tensors("wrong only forward: tangent of sin lacks cos", breaks: [.adjointIdentity], [[3]]) {
      Planted(
        value: { sin($0[0]) }, reverse: { [$0 * cos($1[0])] }, forward: { t, _ in t[0] })($0)
    },
    .tensors(
      "wrong only forward: the second operand's tangent is dropped", breaks: [.adjointIdentity],
      [[3], [3]]
    ) {
      Planted(
        value: { $0[0] * $0[1] }, reverse: { [$0 * $1[1], $0 * $1[0]] },
        forward: { t, xs in t[0] * xs[1] })($0)
    },
    .tensors(
      "wrong only in second order: the slope is detached", breaks: [.secondOrder], [[3]]
    ) {
      Planted(
        value: { exp($0[0]) }, reverse: { [$0 * exp($1[0].detached())] },
        forward: { t, xs in t[0] * exp(xs[0]) })($0)
    },
    .tensors(
      "wrong only in second order, and lopsided: one slope is detached",
      breaks: [.secondOrder, .symmetry], [[2], [2]]
    ) {
      Planted(
        value: { $0[0] * $0[1] }, reverse: { [$0 * $1[1].detached(), $0 * $1[0]] },
        forward: { t, xs in t[0] * xs[1] + t[1] * xs[0] })($0)
    },
    .tensors("recording changes the last bit of the value", breaks: [.recording], [[3]]) { xs in
      xs[0].isRecorded ? xs[0] * (1 + 2 * Double.ulpOfOne) : xs[0] * 1
    },
    .tensors(
      "not linear: the adjoint is squared, which unit seeds do not show",
      breaks: [.linearity, .adjointIdentity], [[3]]
    ) {
      Planted(
        value: { $0[0] * 2 }, reverse: { s, _ in [2 * s * s] }, forward: { t, _ in t[0] * 2 })($0)
    },
    .tensors(
      "not linear: negative adjoints are cut off", breaks: [.linearity, .adjointIdentity], [[4]]
    ) {
      Planted(
        value: { $0[0] * 2 }, reverse: { s, _ in [2 * relu(s)] }, forward: { t, _ in t[0] * 2 })($0)
    },
  ]
}
