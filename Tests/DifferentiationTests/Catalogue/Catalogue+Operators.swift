// The rows of the operators and their mixed forms, with every kind of
// broadcasting, and of functions that bring their own derivative.

import AdjointDifferentiation
import AdjointElementary

extension Catalogue {
  static let operators: [Row] = scalarOperators + tensorOperators + mixedOperators + custom

  /// Operands of which the second is away from zero, for quotients.
  private static let pairs: [[Double]] = [[1.5, -0.75], [-2.25, 3], [0.5, 1.25]]

  private static let scalarOperators: [Row] = [
    scalars("a + b of scalars", ["Scalar.+(Scalar, Scalar)"], pairs) { $0[0] + $0[1] },
    scalars("a - b of scalars", ["Scalar.-(Scalar, Scalar)"], pairs) { $0[0] - $0[1] },
    scalars("a * b of scalars", ["Scalar.*(Scalar, Scalar)"], pairs) { $0[0] * $0[1] },
    scalars("a / b of scalars", ["Scalar./(Scalar, Scalar)"], pairs, domain: "b ≠ 0") {
      $0[0] / $0[1]
    },
    scalars("-a of scalars", ["Scalar.prefix -(Scalar)"], [[1.5], [-2]]) { -$0[0] },
    scalars("+a of scalars", ["Scalar.prefix +(Scalar)"], [[1.5], [-2]]) { +($0[0] * 3) },
    scalars(
      "scalars with numbers, either side",
      ["+", "-", "*", "/"].flatMap {
        ["Scalar.\($0)(Scalar, Double)", "Scalar.\($0)(Double, Scalar)"]
      },
      pairs, domain: "x ≠ 0"
    ) { xs in
      // 1.1 has no exact Float, so it becomes a record; 2.5 has one and stays in the operation.
      let short = 2.5, long = 1.1
      let left = (short + xs[0]) * (long - xs[0]) + (long * xs[0]) / (short + xs[1] * xs[1])
      let right = (xs[0] + long) * (xs[0] - short) + (xs[1] * short) / long
      return left * right + long / xs[1] + short / (xs[1] * long)
    },
    scalars(
      "assignment operators on scalars",
      ["+=", "-=", "*=", "/="].map { "Scalar.\($0)(inout Scalar, Scalar)" },
      pairs, domain: "b ≠ 0"
    ) { xs in
      var a = xs[0]
      a += xs[1]
      a *= xs[0]
      a -= xs[1]
      a /= xs[1]
      return a
    },
    scalars("squared of a scalar", ["Scalar.squared()"], [[1.5], [-0.25]]) { $0[0].squared() },
    scalars(
      "pow of a scalar, constant exponents", ["pow(_: Scalar, _: Scalar)"], [[0.75], [2.5]],
      domain: "x > 0 unless the exponent is whole"
    ) { xs in pow(xs[0], 3) + pow(xs[0], -1.5) + pow(-xs[0], 2) + pow(xs[0], 0) },
  ]

  private static func broadcasts(
    _ symbol: String, _ f: @escaping @Sendable (Tensor, Tensor) -> Tensor
  ) -> [Row] {
    // Same shape; a row; a column against a row; rank 0 on either side; lengths of 1 in the middle.
    let shapes: [[[Int]]] = [
      [[2, 3], [2, 3]], [[2, 3], [3]], [[2, 1], [1, 3]], [[], [4]], [[4], []],
      [[2, 1, 2], [2, 1]],
    ]
    return shapes.map {
      tensors("\($0[0]) \(symbol) \($0[1])", ["Tensor.\(symbol)(Tensor, Tensor)"], $0) {
        f($0[0], $0[1])
      }
    }
  }

  private static let tensorOperators: [Row] =
    broadcasts("+") { $0 + $1 } + broadcasts("-") { $0 - $1 } + broadcasts("*") { $0 * $1 }
    // Shifted so that no difference gets near division by zero.
    + broadcasts("/") { $0 / ($1 * $1 + 1) }
    + [
      tensors(
        "a / b of tensors", ["Tensor./(Tensor, Tensor)"], [[3], [3]],
        [[1, -2, 0.5, 1.5, -0.75, 2]],
        domain: "b ≠ 0"
      ) { $0[0] / $0[1] },
      tensors("-a of tensors", ["Tensor.prefix -(Tensor)"], [[2, 2]]) { -$0[0] },
      tensors("+a of tensors", ["Tensor.prefix +(Tensor)"], [[2, 2]]) { +$0[0] },
      tensors(
        "assignment operators on tensors",
        ["+=", "-=", "*=", "/="].map { "Tensor.\($0)(inout Tensor, Tensor)" },
        [[2, 2], [2]], [[1, -2, 0.5, 1.5, -0.75, 2]], domain: "b ≠ 0"
      ) { xs in
        var a = xs[0]
        a += xs[1]
        a *= xs[0]
        a -= xs[1]
        a /= xs[1]
        return a
      },
      tensors("squared of a tensor", ["Tensor.squared()"], [[2, 3]]) { $0[0].squared() },
      tensors(
        "pow of a tensor, constant exponents", ["pow(_: Tensor, _: Tensor)"], [[3]],
        [[0.5, 1.25, 3]], domain: "x > 0 unless the exponent is whole"
      ) { xs in pow(xs[0], 3) + pow(xs[0], -1.5) + pow(-xs[0], 2) + pow(xs[0], 0) },
      tensors("min with broadcasting", ["min(_: Tensor, _: Tensor)"], [[2, 3], [3]]) {
        min($0[0], $0[1])
      },
      tensors("max with broadcasting", ["max(_: Tensor, _: Tensor)"], [[2, 1], [3]]) {
        max($0[0], $0[1])
      },
      tensors(
        "pow with broadcasting", ["pow(_: Tensor, _: Tensor)"], [[2, 1], [3]],
        [[0.5, 2, -1, 1.5, 3]]
      ) { pow($0[0], $0[1]) },
      tensors(
        "atan2 with broadcasting", ["atan2(_: Tensor, _: Tensor)"], [[2, 1], [3]],
        [[0.5, 2, -1, 1.5, 3]]
      ) { atan2($0[0], $0[1]) },
      tensors("an operand that is a transposed view", [], [[2, 3], [3, 2]]) {
        $0[0].transposed() * $0[1]
      },
      tensors("an operand that is a broadcast view", [], [[1, 3], [2, 3]]) {
        $0[0].broadcast(to: [2, 3]) * $0[1]
      },
    ]

  private static let mixedOperators: [Row] = [
    tensors(
      "tensors with numbers, either side",
      ["+", "-", "*", "/"].flatMap {
        ["Tensor.\($0)(Tensor, Double)", "Tensor.\($0)(Double, Tensor)"]
      },
      [[3]], [[1, -2, 0.5]], domain: "x ≠ 0"
    ) { xs in
      let k = 2.5, x = xs[0]
      return (k + x) * (x - k) + (k - x) * (x + k) + (k * x) / k + k / x + x * k
    },
    tensors(
      "tensors with scalars, either side",
      ["+", "-", "*", "/"].flatMap {
        ["TensorOperand.\($0)(Self, Scalar)", "TensorOperand.\($0)(Scalar, Self)"]
      },
      [[3], []], [[1, -2, 0.5, 1.75]], domain: "x ≠ 0, s ≠ 0"
    ) { xs in
      let s = Scalar(xs[1]), x = xs[0]
      return (s + x) * (x - s) + (s - x) * (x + s) + (s * x) / s + s / x + x * s
    },
  ]

  private static let custom: [Row] = [
    scalars(
      "a scalar function with its own derivative",
      [
        "withCustomDerivative(at: Scalar, named: String, _: (Scalar) -> (value: Scalar, pullback: (Scalar) -> Scalar))"
      ],
      [[0.75], [-1.5]]
    ) { xs in
      withCustomDerivative(at: xs[0]) { x in
        let e = exp(x)
        return (e * x, { adjoint in adjoint * (e * x + e) })
      }
    },
    scalars(
      "a function of scalars with its own derivative",
      [
        "withCustomDerivative(at: [Scalar], named: String, _: ([Scalar]) -> (value: Scalar, pullback: (Scalar) -> [Scalar]))"
      ],
      pairs
    ) { xs in
      withCustomDerivative(at: xs) { xs in
        (xs[0] * xs[0] * xs[1], { [2 * $0 * xs[0] * xs[1], $0 * xs[0] * xs[0]] })
      }
    },
    tensors(
      "a tensor function with its own derivative",
      [
        "withCustomDerivative(at: Tensor, named: String, _: (Tensor) -> (value: Tensor, pullback: (Tensor) -> Tensor))"
      ],
      [[3]]
    ) { xs in
      withCustomDerivative(at: xs[0]) { x in
        let y = tanh(x)
        return (y, { adjoint in adjoint * (1 - y * y) })
      }
    },
    tensors(
      "a function of tensors with its own derivative",
      [
        "withCustomDerivative(at: [Tensor], named: String, _: ([Tensor]) -> (value: Tensor, pullback: (Tensor) -> [Tensor]))"
      ],
      [[2, 3], [3, 2]]
    ) { xs in
      withCustomDerivative(at: xs) { xs in
        (
          matmul(xs[0], xs[1]),
          { [matmul($0, xs[1].transposed()), matmul(xs[0].transposed(), $0)] }
        )
      }
    },
  ]
}
