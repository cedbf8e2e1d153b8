// Right derivatives that a careless checker would call wrong: stiff functions,
// large and small scales, canceled singularities, kinks near but not within reach, broadcasting.

import AdjointArrays
import AdjointDifferentiation
import AdjointElementary

enum HardSpecimens {
  static let all: [Specimen] = scalars + scales + tensors + structured

  private static func scalar(
    _ name: String, at point: [Double], step: Double = Differences.step,
    _ f: @escaping @Sendable ([Scalar]) -> Scalar
  ) -> Specimen { Specimen(name, Subject(name, at: point, step: step, scalars: f)) }

  private static let scalars: [Specimen] = [
    scalar("Rosenbrock's valley", at: [-1.2, 1]) { x in
      let a = 1 - x[0], b = x[1] - x[0] * x[0]
      return a * a + 100 * (b * b)
    },
    scalar("fast oscillation", at: [0.3]) { sin(40 * $0[0]) },
    scalar("steep sigmoid", at: [0.01]) { sigmoid(100 * $0[0]) },
    scalar("x to the power x", at: [1.25]) { pow($0[0], $0[0]) },
    scalar("a loop of thirty steps", at: [0.4]) { x in
      var y = x[0]
      for _ in 0..<30 { y = sin(y) + 0.1 * y * x[0] }
      return y
    },
    scalar("a branch, its kink 0.04 away", at: [0.54]) { x in
      x[0] > 0.5 ? x[0] * x[0] : -x[0]
    },
    scalar("relu, its kink 0.04 away", at: [0.04]) { relu($0[0]) * exp($0[0]) },
    scalar("log sigmoid at 0, smooth though made of a maximum", at: [0]) { -softplus(-$0[0]) },
    scalar("a removable singularity seen from nearby", at: [0.25]) { sin($0[0]) / $0[0] },
    scalar("a derivative as a function", at: [0.7]) { x in
      gradient(at: x[0]) { y in sin(y * y) } * x[0]
    },
    scalar("Lagrange's multiplier: a derivative in another variable", at: [0.7, -0.3]) { x in
      gradient(at: x[1]) { y in exp(x[0] * y) * y } + x[0] * x[1]
    },
  ]

  private static let scales: [Specimen] = [
    scalar("large arguments", at: [1024.5]) { log($0[0]) * sqrt($0[0]) },
    scalar("saturation", at: [18]) { tanh($0[0]) + sigmoid(-$0[0]) },
    scalar("log1p and expMinusOne where the plain forms lose all digits", at: [0.0009765625]) {
      log(onePlus: $0[0]) * expMinusOne($0[0])
    },
    .tensors("softmax of large logits", [[3]], at: [1000, 1001, 998.5]) { softmax($0[0]) },
    .tensors("logSumExp of very negative numbers", [[3]], at: [-1000, -1001, -999.5]) {
      $0[0].logSumExp()
    },
  ]

  private static let tensors: [Specimen] = [
    .tensors("three operands, all broadcast", [[2, 1], [3], []]) { $0[0] * $0[1] + $0[2] * $0[0] },
    .tensors("one operand against its own transpose", [[2, 2]]) {
      ($0[0] * $0[0].transposed()).sum(over: 0)
    },
    .tensors("two hidden layers", [[2, 3], [3, 2], [2], [2, 1]]) { xs in
      sigmoid(matmul(tanh(matmul(xs[0], xs[1]) + xs[2]), xs[3]))
    },
    .tensors("layer normalization", [[2, 4]]) { xs in
      let x = xs[0]
      let centered = x - x.mean(over: -1, keepsDimensions: true)
      return centered * rsqrt(x.variance(over: -1, keepsDimensions: true) + 0.001)
    },
    .tensors("attention", [[3, 2], [3, 2], [3, 2]]) { xs in
      matmul(softmax(matmul(xs[0], xs[1].transposed()) / Double(2).squareRoot()), xs[2])
    },
    .tensors("a sorted difference", [[5]]) { xs in
      let s = xs[0].sorted()
      return s[1...] - s[..<4]
    },
    .tensors("product with one zero", [[3]], at: [0, 2, -3]) { $0[0].product() },
  ]

  private static let structured: [Specimen] = [
    .tensors("a masked branch outside its domain", [[4]], at: [-1, 0.75, -0.5, 2]) { xs in
      `where`(xs[0] .> 0, sqrt(xs[0]), 0)
    },
    .tensors("a chain of products in index notation", [[2], [2, 2], [2, 2]]) {
      einsum("i,ij,jk->k", $0[0], $0[1], $0[2])
    },
    .tensors("rows gathered, some twice, some never", [[4, 2]]) { xs in
      xs[0].gathered(Tensor(indices: [3, 3, 0])) * xs[0][0..<3]
    },
    .custom(
      "a custom derivative that uses an intermediate result", breaks: [], [[3]],
      { softplus($0[0]) }
    ) { s, xs in
      let e = exp(-xs[0])
      return [s / (1 + e)]
    },
    .tensors("right both ways: a planted primitive", [[2, 2], [2, 2]]) {
      Planted(
        value: { matmul($0[0], $0[1]) },
        reverse: { [matmul($0, $1[1].transposed()), matmul($1[0].transposed(), $0)] },
        forward: { t, xs in matmul(t[0], xs[1]) + matmul(xs[0], t[1]) })($0)
    },
  ]
}
