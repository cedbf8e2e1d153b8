// The published equations, written out once more as plain arithmetic in Double.

import Adjoint
import Testing

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#endif

/// A published method, and the same method the long way round.
struct PublishedMethod: CustomTestStringConvertible, Sendable {
  let testDescription: String
  let chain: TransformChain
  /// One step for one weight: (t counted from 1, gradient, weight, two state numbers).
  let step: @Sendable (Int, Double, inout Double, inout Double, inout Double) -> Void

  static let all: [PublishedMethod] = [
    PublishedMethod(
      testDescription: "gradient descent", chain: .gradientDescent(learningRate: 0.1)
    ) { _, g, w, _, _ in w -= 0.1 * g },
    PublishedMethod(
      testDescription: "momentum", chain: .sgd(learningRate: 0.1, momentum: 0.9)
    ) { _, g, w, v, _ in
      v = 0.9 * v + g
      w -= 0.1 * v
    },
    PublishedMethod(
      testDescription: "Nesterov momentum with weight decay",
      chain: .sgd(learningRate: 0.05, momentum: 0.8, nesterov: true, weightDecay: 0.02)
    ) { _, g, w, v, _ in
      let g = g + 0.02 * w
      v = 0.8 * v + g
      w -= 0.05 * (g + 0.8 * v)
    },
    PublishedMethod(
      testDescription: "RMSProp", chain: .rmsProp(learningRate: 0.01, decay: 0.9)
    ) { _, g, w, v, _ in
      v = 0.9 * v + 0.1 * g * g
      w -= 0.01 * g / (v.squareRoot() + 1e-8)
    },
    PublishedMethod(
      testDescription: "RMSProp with momentum",
      chain: .rmsProp(learningRate: 0.01, decay: 0.99, epsilon: 1e-4, momentum: 0.5)
    ) { _, g, w, v, b in
      v = 0.99 * v + 0.01 * g * g
      b = 0.5 * b + g / (v.squareRoot() + 1e-4)
      w -= 0.01 * b
    },
    PublishedMethod(
      testDescription: "Adam",
      chain: .adam(learningRate: 0.02, beta1: 0.8, beta2: 0.95, epsilon: 1e-6)
    ) { t, g, w, m, v in
      m = 0.8 * m + 0.2 * g
      v = 0.95 * v + 0.05 * g * g
      let mHat = m / (1 - pow(0.8, Double(t)))
      let vHat = v / (1 - pow(0.95, Double(t)))
      w -= 0.02 * mHat / (vHat.squareRoot() + 1e-6)
    },
    PublishedMethod(
      testDescription: "Adam with its usual constants on a cosine",
      chain: TransformChain(.adam(), .scale(by: .cosine(from: 0.01, over: 10)))
    ) { t, g, w, m, v in
      m = 0.9 * m + 0.1 * g
      v = 0.999 * v + 0.001 * g * g
      let mHat = m / (1 - pow(0.9, Double(t)))
      let vHat = v / (1 - pow(0.999, Double(t)))
      let rate = 0.005 * (1 + cos(Double.pi * Double(min(t - 1, 10)) / 10))
      w -= rate * mHat / (vHat.squareRoot() + 1e-8)
    },
    PublishedMethod(
      testDescription: "AdamW", chain: .adamW(learningRate: 0.01, weightDecay: 0.1)
    ) { t, g, w, m, v in
      m = 0.9 * m + 0.1 * g
      v = 0.999 * v + 0.001 * g * g
      let mHat = m / (1 - pow(0.9, Double(t)))
      let vHat = v / (1 - pow(0.999, Double(t)))
      w -= 0.01 * (mHat / (vHat.squareRoot() + 1e-8) + 0.1 * w)
    },
  ]
}

@Suite struct PublishedOptimizersTests {
  /// Twenty steps along gradients that have nothing to do with each other, over sizes below, at and
  /// across the ends of stretches and vectors.
  @Test(arguments: PublishedMethod.all, [(DType.float64, 1e-12), (.float32, 1e-6)])
  func followsItsPublishedEquation(
    _ method: PublishedMethod, _ precision: (dtype: DType, tolerance: Double)
  ) throws {
    for count in [1, 3, 17, 1024, 1027] {
      let start = Vector(numbers(count, seed: 1), dtype: precision.dtype)
      var model = start
      var optimizer = Optimizer(for: model, method.chain)
      var expected = start.w.doubles
      var first = [Double](repeating: 0, count: count)
      var second = first
      for t in 1...20 {
        let gradient = model.gradient(numbers(count, seed: UInt64(100 + t)))
        // What the optimizer sees is rounded to the element type.
        let g = gradient.leaves[0]?.doubles ?? []
        for i in 0..<count { method.step(t, g[i], &expected[i], &first[i], &second[i]) }
        try optimizer.update(&model, along: gradient)
      }
      #expect(distance(model.w.doubles, expected) <= precision.tolerance, "\(count) elements")
      #expect(distance(start.w.doubles, expected) > 1e-3, "the method has moved the weights")
    }
  }

  /// At t = 1 the corrections undo the averaging: m̂ = g and v̂ = g², so `u = g / (|g| + ε)`.
  @Test func firstStepOfAdamIsTheSignOfTheGradient() throws {
    var model = Vector([0, 0, 0, 0], dtype: .float32)
    var optimizer = Optimizer(for: model, .adam(learningRate: 0.01))
    try optimizer.update(&model, along: model.gradient([1e-3, -5, 1e6, 0]))
    #expect(distance(model.w.doubles, [-0.01, 0.01, -0.01, 0]) < 1e-6)
  }

  /// Descent alone is one loop; with two reversals of the sign, which are exact, the same step goes
  /// stretch by stretch.
  @Test(arguments: [DType.float32, .float64])
  func descentHasTheSameBitsStretchByStretch(_ dtype: DType) throws {
    let numbers = (0..<3000).map { sin(Double($0)) }
    var (loop, stretches) = (Vector(numbers, dtype: dtype), Vector(numbers, dtype: dtype))
    var direct = Optimizer(for: loop, .gradientDescent(learningRate: 0.3))
    var chained = Optimizer(for: stretches, .ascend, .ascend, .gradientDescent(learningRate: 0.3))
    for step in 1...3 {
      let gradient = numbers.map { cos(Double(step) * $0) }
      try direct.update(&loop, along: loop.gradient(gradient))
      try chained.update(&stretches, along: stretches.gradient(gradient))
    }
    #expect(loop.w.doubles == stretches.w.doubles && loop.w.doubles != numbers)
  }

  /// For E = w²/2 the gradient is w, so each step multiplies w by 1 − η: after 50 steps from w = 1
  /// `|w| = |1 − η|⁵⁰`, that is 0.9⁵⁰ = 0.0052 for η = 0.1 and for η = 1.9, and 1.1⁵⁰ = 117.4 for
  /// 2.1.
  @Test(arguments: [(0.1, 0.0052), (1.9, 0.0052), (2.1, 117.4)])
  func parabolaShrinksOscillatesOrDivergesByTheRate(_ rate: Double, _ magnitude: Double) throws {
    var model = Vector([1])
    var optimizer = Optimizer(for: model, .gradientDescent(learningRate: .constant(rate)))
    var signs: Set<Bool> = []
    for _ in 0..<50 {
      let gradient = try gradient(at: model) { model in 0.5 * (model.w * model.w).sum() }
      try optimizer.update(&model, along: gradient)
      signs.insert(model.w.doubles[0] < 0)
    }
    let w = model.w.doubles[0]
    #expect(abs(w - pow(1 - rate, 50)) <= 1e-12 * magnitude)
    #expect(abs(abs(w) - magnitude) < 0.05 * (magnitude > 1 ? 1 : 1e-2 / 5))
    // Beyond a rate of 1 every step jumps over the minimum.
    #expect(signs.count == (rate > 1 ? 2 : 1))
  }
}

/// Every published method with a rate fit for problems of size one.
private let trained: [(name: String, chain: TransformChain)] = [
  ("gradient descent", .gradientDescent(learningRate: 0.3)),
  ("momentum", .sgd(learningRate: 0.02, momentum: 0.9)),
  ("Nesterov", .sgd(learningRate: 0.02, momentum: 0.9, nesterov: true)),
  ("RMSProp", .rmsProp(learningRate: .cosine(from: 0.05, over: 300))),
  ("Adam", .adam(learningRate: .cosine(from: 0.1, over: 300))),
  ("AdamW", .adamW(learningRate: .cosine(from: 0.1, over: 300), weightDecay: 1e-6)),
]

@Suite struct ConvergenceTests {
  /// E = Σ cᵢ (wᵢ − bᵢ)² / 2 with curvatures from 0.5 to 5 has its only minimum at b.
  @Test(arguments: trained.indices)
  func findsTheMinimumOfAQuadratic(_ index: Int) throws {
    let curvature = Tensor([0.5, 1, 2, 5], dtype: .float64)
    let minimum = Tensor([1, -2, 0.5, 3], dtype: .float64)
    var model = Vector([0, 0, 0, 0])
    var optimizer = Optimizer(for: model, trained[index].chain)
    for _ in 0..<300 {
      let gradient = try gradient(at: model) { model in
        0.5 * (curvature * (model.w - minimum).squared()).sum()
      }
      try optimizer.update(&model, along: gradient)
    }
    #expect(distance(model.w.doubles, minimum.doubles) < 1e-3, "\(trained[index].name)")
  }

  /// The mean of `log(1 + exp(−y x·w))` over points whose labels follow a plane with some noise: at
  /// the minimum the gradient vanishes, and the loss is convex, so that is enough.
  @Test(arguments: trained.indices)
  func findsTheMinimumOfALogisticRegression(_ index: Int) throws {
    let (count, features) = (60, 3)
    let x = Tensor(numbers(count * features, seed: 5), shape: [count, features], dtype: .float64)
    let noise = numbers(count, seed: 6)
    let plane = Tensor([1, -1, 0.5], shape: [features, 1], dtype: .float64)
    let scores = matmul(x, plane).doubles
    let y = Tensor(
      zip(scores, noise).map { $0 + $1 > 0 ? 1 : -1 }, shape: [count, 1], dtype: .float64)
    var model = Vector([0, 0, 0])
    var optimizer = Optimizer(for: model, trained[index].chain)
    func loss(_ model: Vector) -> Tensor {
      softplus(-(y * matmul(x, model.w.reshaped(to: [features, 1])))).mean()
    }
    let before = loss(model).item
    for _ in 0..<300 {
      let gradient = try gradient(at: model) { loss($0) }
      try optimizer.update(&model, along: gradient)
    }
    let (value, rest) = try valueWithGradient(at: model) { loss($0) }
    #expect(value.item < 0.8 * before, "\(trained[index].name)")
    #expect(rest.norm < 5e-3, "\(trained[index].name)")
  }
}
