// Every loss against its published formula in Double, its derivatives against
// differences, and its behavior at the ends of the number range.

import Adjoint
import Foundation
import Testing

private let predictions = [0.3, -1.2, 2.5, 0.9, -0.1, 1.1]
private let targets = [0.1, 0.4, -0.7, 0.8, -0.2, 3.1]
private let probabilities = [0.2, 0.7, 0.1, 0.5, 0.3, 0.2]
private let distribution = [0.1, 0.6, 0.3, 0.25, 0.25, 0.5]
private let labels = [1, 2]

private func tensor(_ values: [Double]) -> Tensor {
  Tensor(values, shape: [2, 3], dtype: .float64)
}

private func log(_ x: Double) -> Double { Foundation.log(x) }
private func sigma(_ x: Double) -> Double { 1 / (1 + Foundation.exp(-x)) }
private func softmax(_ z: [Double]) -> [Double] {
  let powers = z.map { Foundation.exp($0) }
  let sum = powers.reduce(0, +)
  return powers.map { $0 / sum }
}
private func rows(_ values: [Double]) -> [[Double]] {
  [Array(values[0..<3]), Array(values[3..<6])]
}

private struct Row: Sendable {
  var name: String
  var argument: [Double]
  var formula: [Double]
  var loss: @Sendable (Tensor, LossReduction) -> Tensor
}

private let table: [Row] = [
  Row(
    name: "half squared", argument: predictions,
    formula: zip(predictions, targets).map { 0.5 * ($0 - $1) * ($0 - $1) },
    loss: { halfSquaredError($0, tensor(targets), reduction: $1) }),
  Row(
    name: "mean squared", argument: predictions,
    formula: zip(predictions, targets).map { ($0 - $1) * ($0 - $1) },
    loss: { meanSquaredError($0, tensor(targets), reduction: $1) }),
  Row(
    name: "mean absolute", argument: predictions,
    formula: zip(predictions, targets).map { Swift.abs($0 - $1) },
    loss: { meanAbsoluteError($0, tensor(targets), reduction: $1) }),
  Row(
    name: "huber", argument: predictions,
    formula: zip(predictions, targets).map {
      let r = Swift.abs($0 - $1)
      return r <= 0.7 ? 0.5 * r * r : 0.7 * (r - 0.5 * 0.7)
    }, loss: { huber($0, tensor(targets), delta: 0.7, reduction: $1) }),
  Row(
    name: "binary, probabilities", argument: probabilities,
    formula: zip(probabilities, distribution).map { -($1 * log($0) + (1 - $1) * log(1 - $0)) },
    loss: { binaryCrossEntropy(probabilities: $0, targets: tensor(distribution), reduction: $1) }),
  Row(
    name: "binary, logits", argument: predictions,
    formula: zip(predictions, distribution).map {
      -($1 * log(sigma($0)) + (1 - $1) * log(1 - sigma($0)))
    }, loss: { binaryCrossEntropy(logits: $0, targets: tensor(distribution), reduction: $1) }),
  Row(
    name: "categorical, probabilities, labels", argument: probabilities,
    formula: zip(rows(probabilities), labels).map { -log($0[$1]) },
    loss: { categoricalCrossEntropy(probabilities: $0, labels: labels, reduction: $1) }),
  Row(
    name: "categorical, probabilities, targets", argument: probabilities,
    formula: zip(rows(probabilities), rows(distribution)).map { p, t in
      -zip(p, t).reduce(0) { $0 + $1.1 * log($1.0) }
    },
    loss: {
      categoricalCrossEntropy(probabilities: $0, targets: tensor(distribution), reduction: $1)
    }),
  Row(
    name: "categorical, logits, labels", argument: predictions,
    formula: zip(rows(predictions), labels).map { -log(softmax($0)[$1]) },
    loss: { softmaxCrossEntropy(logits: $0, labels: Tensor(indices: labels), reduction: $1) }),
  Row(
    name: "categorical, logits, targets", argument: predictions,
    formula: zip(rows(predictions), rows(distribution)).map { z, t in
      -zip(softmax(z), t).reduce(0) { $0 + $1.1 * log($1.0) }
    }, loss: { softmaxCrossEntropy(logits: $0, targets: tensor(distribution), reduction: $1) }),
]

struct LossesTests {
  @Test(arguments: table.indices)
  func valuesFollowTheFormula(row: Int) {
    let row = table[row]
    let x = tensor(row.argument)
    let sum = row.formula.reduce(0, +)
    expectClose(row.loss(x, .none).doubles, row.formula, tolerance: 1e-14)
    expectClose([row.loss(x, .sum).item], [sum], tolerance: 1e-14)
    expectClose([row.loss(x, .mean).item], [sum / Double(row.formula.count)], tolerance: 1e-14)
  }

  @Test(arguments: table.indices)
  func derivativesAreThoseOfTheValues(row: Int) throws {
    let row = table[row]
    for reduction in [LossReduction.mean, .sum] {
      try expectDerivative(at: tensor(row.argument)) { row.loss($0, reduction) }
    }
    // The second derivative: differences of the first.
    try expectDerivative(at: tensor(row.argument), tolerance: 1e-6) { x in
      let weights = tensor([1, 2, 3, -1, -2, -3])
      do {
        return (try gradient(at: x) { row.loss($0, .sum) } * weights).sum()
      } catch {
        return x * .nan
      }
    }
  }

  @Test(arguments: [DType.float32, .float64])
  func extremeLogitsAreHarmless(dtype: DType) throws {
    let logits = Tensor([[1e4, -1e4, 0], [-1e4, 1e4, 1e4]], dtype: dtype)
    func check(_ expected: [Double], _ loss: @escaping (Tensor) -> Tensor) throws {
      expectClose(loss(logits).doubles, expected, tolerance: 1e-6)
      let derivative = try gradient(at: logits) { loss($0).sum() }
      #expect(derivative.doubles.allSatisfy { $0.isFinite && Swift.abs($0) <= 1 })
      let second = try sumOfSecondDerivatives(at: logits) { loss($0).sum() }
      #expect(second.allSatisfy { $0.isFinite && Swift.abs($0) <= 1 })
    }
    // Row 0: the label has all the probability, or none: 0 and 20000. Row 1: half of it: log 2.
    try check([0, log(2.0)]) { softmaxCrossEntropy(logits: $0, labels: [0, 1], reduction: .none) }
    try check([20_000, 20_000 + log(2.0)]) {
      softmaxCrossEntropy(logits: $0, labels: [1, 0], reduction: .none)
    }
    let t = Tensor([[1, 0, 0], [0, 0.5, 0.5]], dtype: dtype)
    try check([0, log(2.0)]) { softmaxCrossEntropy(logits: $0, targets: t, reduction: .none) }
    try check([0, 0, log(2.0), 0, 5000, 5000]) {
      binaryCrossEntropy(logits: $0, targets: t, reduction: .none)
    }
  }

  @Test func smallLossesKeepTheirDigits() {
    // log(1 + exp(-20)) = 2.0611536…e-9; softplus(20) - 20 would be 0 in float32.
    let loss = binaryCrossEntropy(logits: Tensor([20]), targets: Tensor([1]))
    #expect(Swift.abs(loss.item / 2.061153618190204e-9 - 1) < 1e-6)
  }

  @Test(arguments: [(DType.float32, 23.0), (.float64, 52.0)])
  func probabilitiesZeroAndOneAreClipped(dtype: DType, digits: Double) throws {
    // -log ε with ε = 2⁻²³ or 2⁻⁵²; and the derivative ∓1/ε there, the second one 1/ε².
    let worst = digits * log(2.0)
    let epsilon = Foundation.pow(2, -digits)
    let p = Tensor([0, 1, 0, 1], dtype: dtype)
    let t = Tensor([1, 0, 0, 1], dtype: dtype)
    let values = binaryCrossEntropy(probabilities: p, targets: t, reduction: .none).doubles
    expectClose(values, [worst, worst, epsilon, epsilon], tolerance: 1e-6)
    let derivative = try gradient(at: p) {
      binaryCrossEntropy(probabilities: $0, targets: t, reduction: .sum)
    }
    expectClose(derivative.doubles, [-1 / epsilon, 1 / epsilon, 1, -1], tolerance: 1e-6)
    let q = Tensor([[0, 1]], dtype: dtype)
    expectClose(
      [categoricalCrossEntropy(probabilities: q, labels: [0]).item], [worst], tolerance: 1e-6)
    let slope = try gradient(at: q) { categoricalCrossEntropy(probabilities: $0, labels: [0]) }
    expectClose(slope.doubles, [-1 / epsilon, 0], tolerance: 1e-6)
  }

  @Test func huberIsSquaredNearZeroAndAbsoluteFarAway() throws {
    // At zero error the second derivative is that of ½ r², at δ and beyond the slope is δ.
    let zero = Tensor([0], dtype: .float64)
    let second = try sumOfSecondDerivatives(at: zero) { huber($0, zero).sum() }
    #expect(second == [1])
    let far = Tensor([-1e30, -1, 1, 1e30])
    let derivative = try gradient(at: far) { huber($0, .zeros([4]), reduction: .sum) }
    #expect(derivative.floats == [-1, -1, 1, 1])
    #expect(huber(far, .zeros([4])).item.isFinite)
  }

  @Test func oneNeuronOfTheFirstPage() throws {
    // y = σ(w x), E = ½ (y - t)² with x = 2, w = 0.5, t = 1: dE/dw = (y - t) y (1 - y) x.
    let (loss, slope) = try valueWithGradient(at: Tensor([0.5], dtype: .float64)) { w in
      halfSquaredError(sigmoid(w * 2), Tensor([1], dtype: .float64))
    }
    #expect(Swift.abs(loss.item - 0.0361647441) < 1e-10)
    #expect(Swift.abs(slope.doubles[0] + 0.1057541856) < 1e-10)
  }

  @Test func leadingAxesAndEmptyBatches() {
    let logits = Tensor.zeros([2, 3, 4])
    let loss = softmaxCrossEntropy(
      logits: logits, labels: Tensor(indices: [0, 1, 2, 3, 0, 1]).reshaped(to: [2, 3]),
      reduction: .none)
    #expect(loss.shape == [2, 3])
    #expect(
      softmaxCrossEntropy(logits: logits, labels: [0, 1, 2, 3, 0, 1], reduction: .none).shape == [
        2, 3,
      ])
    #expect(softmaxCrossEntropy(logits: .zeros([0, 4]), labels: [], reduction: .sum).item == 0)
    #expect(softmaxCrossEntropy(logits: .zeros([0, 4]), labels: []).item.isNaN)
  }
}

struct LossMistakesTests {
  private func text(_ loss: (Tensor) -> Tensor) -> String? {
    mistake { _ = try gradient(at: Tensor.full([4, 3], 0.25), of: loss) }?.description
  }

  @Test func nothingIsBroadcast() {
    let error = mistake {
      _ = try gradient(at: Tensor.ones([4, 1])) { meanSquaredError($0, Tensor.ones([4])) }
    }
    #expect(
      error?.description
        == "meanSquaredError: the predictions have shape [4, 1] and the targets [4], and a loss "
        + "does not broadcast (operands: float32 [4, 1], float32 [4]). Reshape one of them, as in "
        + "targets.reshaped(to: [4, 1]).")
    #expect(
      text { binaryCrossEntropy(logits: $0, targets: .ones([3])) }
        == "binaryCrossEntropy: the logits have shape [4, 3] and the targets [3], and a loss does "
        + "not broadcast (operands: float32 [4, 3], float32 [3]). Give both one shape.")
  }

  @Test func elementTypesAreNotPromoted() {
    #expect(
      text { halfSquaredError($0, .ones([4, 3], dtype: .float64)) }
        == "halfSquaredError: the predictions are float32 and the targets float64 (operands: "
        + "float32 [4, 3], float64 [4, 3]). Convert the targets, as in targets.converted(to: "
        + ".float32).")
  }

  @Test func labelsAreChecked() {
    #expect(
      text { softmaxCrossEntropy(logits: $0, labels: [0, 1, 2, 3]) }
        == "softmaxCrossEntropy: label 3 at position 3 is not one of the 3 classes (operands: "
        + "float32 [4, 3]). Labels count from 0 to 2.")
    #expect(
      text { softmaxCrossEntropy(logits: $0, labels: [0, Int.max, 2, -1]) }?
        .contains("label \(Int.max) at position 1") == true)
    #expect(
      text { softmaxCrossEntropy(logits: $0, labels: Tensor(indices: [0, -1, 2, 0])) }?
        .contains("label -1 at position 1") == true)
    #expect(
      text { softmaxCrossEntropy(logits: $0, labels: [0, 1, 2]) }
        == "softmaxCrossEntropy: the logits have shape [4, 3], so the labels must have shape [4], "
        + "not [3] (operands: float32 [4, 3], int32 [3]). Give one label for each row of logits.")
    #expect(
      text { softmaxCrossEntropy(logits: $0, labels: .ones([4])) }
        == "softmaxCrossEntropy: the labels are float32 (operands: float32 [4, 3], float32 [4]). "
        + "Labels are int32 class numbers: make them with Tensor(indices:) or .converted(to: "
        + ".int32).")
    #expect(
      text { categoricalCrossEntropy(probabilities: $0, labels: .ones([4, 3])) }?
        .hasSuffix("a distribution is passed as targets.") == true)
  }

  @Test func logitsPassedAsProbabilitiesAreNoticed() {
    #expect(
      text { binaryCrossEntropy(probabilities: $0 * 10, targets: .ones([4, 3])) }
        == "binaryCrossEntropy: a probability is 2.5, outside of 0...1 (operands: float32 [4, 3]). "
        + "If these are logits, pass them as such: binaryCrossEntropy(logits:targets:).")
  }

  // An infinite logit is a certainty. If it is right the loss is 0 and nothing is left to learn; if
  // it is wrong the loss is ∞ and its derivative, the probability less the target, still a number.
  @Test(arguments: [DType.float32, .float64])
  func infiniteLogitsAreCertain(_ dtype: DType) throws {
    typealias Case = (logits: [Double], targets: [Double], loss: Double, slopes: [Double])
    let inf = Double.infinity
    let cases: [Case] = [
      ([-inf, 0], [0, 1], 0, [0, 0]), ([-inf, 0], [1, 0], inf, [-1, 1]),
      ([inf, 0], [1, 0], 0, [0, 0]), ([inf, 0], [0, 1], inf, [1, -1]),
      ([-inf, 0, 0], [0, 0.5, 0.5], log(2), [0, 0, 0]),
      ([inf, inf, 0], [0.5, 0.5, 0], log(2), [0, 0, 0]),
      ([-inf, 1, -inf], [0, 1, 0], 0, [0, 0, 0]),
    ]
    for (logits, targets, loss, slopes) in cases {
      let z = Tensor([logits], dtype: dtype)
      let t = Tensor([targets], dtype: dtype)
      let (value, slope) = try valueWithGradient(at: z) {
        softmaxCrossEntropy(logits: $0, targets: t)
      }
      #expect(abs(value.item - loss) < 1e-6 || value.item == loss, "\(logits) \(targets)")
      #expect(slope.doubles == slopes, "\(logits) \(targets)")
      guard let label = targets.firstIndex(of: 1) else { continue }
      let (own, ownSlope) = try valueWithGradient(at: z) {
        softmaxCrossEntropy(logits: $0, labels: [label])
      }
      #expect(own.item == loss && ownSlope.doubles == slopes, "\(logits) \(label)")
      let curvature = try gradient(at: z) { z in
        (try gradient(at: z) { softmaxCrossEntropy(logits: $0, targets: t) } * t).sum()
      }
      #expect(curvature.doubles.allSatisfy { $0 == 0 }, "\(logits) \(targets)")
    }
    for (logit, target, loss, slope) in [
      (-inf, 0.0, 0.0, 0.0), (inf, 1, 0, 0), (-inf, 1, inf, -1), (inf, 0, inf, 1),
      (inf, 0.5, inf, 0.5),
    ] {
      for count in [1, 3] {
        let z = Tensor.full([count], logit, dtype: dtype)
        let (value, slopes) = try valueWithGradient(at: z) {
          binaryCrossEntropy(
            logits: $0, targets: .full([count], target, dtype: dtype), reduction: .sum)
        }
        #expect(value.item == Double(count) * loss, "\(logit) \(target)")
        #expect(slopes.doubles.allSatisfy { $0 == slope }, "\(logit) \(target): \(slopes)")
      }
    }
  }

  @Test func accuracyIsTheShareOfHits() {
    let logits = Tensor([[1, 2, 0], [5, 1, 1], [0, 0, 1], [9, 8, 7]])
    #expect(accuracy(logits: logits, labels: [1, 0, 2, 2]) == 0.75)
    #expect(accuracy(logits: logits, labels: Tensor(indices: [0, 1, 0, 1])) == 0)
    #expect(accuracy(logits: .zeros([0, 3]), labels: []).isNaN)
    #expect(
      text {
        _ = accuracy(logits: $0, labels: [1])
        return $0.sum()
      } == "accuracy: the logits have shape [4, 3] and the labels [1] (operands: float32 [4, 3], "
        + "int32 [1]). Give one label for each row of logits.")
  }
}
