// The moments that the initializers promise.

import Adjoint
import Testing

struct InitializerTests {
  // 60 · 40 · 25 = 60,000 numbers. The standard error of a mean is √(variance / n), that of a
  // variance at most √(2 / n) times itself (normal; less for uniform): 0.6 %. Five of these: 3 %.
  private static let shape: Shape = [25, 60, 40]

  private static let variances: [(Initializer, Double)] = [
    (.glorotUniform, 2 / 2500), (.glorotNormal, 2 / 2500),
    (.heUniform, 2 / 1500), (.heNormal, 2 / 1500),
    (.leCunUniform, 1 / 1500), (.leCunNormal, 1 / 1500),
    (.uniform(-2..<2), 16 / 12), (.normal(standardDeviation: 3), 9),
    // A normal distribution cut off at two deviations has 0.87962566² of the variance.
    (.truncatedNormal(standardDeviation: 2), 4 * 0.7737413),
  ]

  @Test(arguments: variances)
  func varianceIsAsPublished(initializer: Initializer, variance: Double) {
    var generator = seeded()
    let drawn = initializer(shape: Self.shape, dtype: .float64, using: &generator)
    let count = Double(drawn.elementCount)
    #expect(abs(drawn.mean().item) < 5 * (variance / count).squareRoot())
    #expect(abs(drawn.variance().item / variance - 1) < 0.03)
  }

  @Test func uniformOnesStayWithinTheirLimit() {
    var generator = seeded()
    // √(6 / (inputs + outputs))
    let limit = (6.0 / 100).squareRoot()
    let drawn = Initializer.glorotUniform(shape: [60, 40], using: &generator)
    #expect(abs(drawn).maximum().item <= limit)
    #expect(abs(drawn).maximum().item > 0.99 * limit)
  }

  @Test(arguments: [[8, 8], [12, 5], [5, 12], [2, 3, 4], [7]])
  func orthogonalVectorsHaveUnitLengthAndRightAngles(shape: [Int]) {
    var generator = seeded()
    let gain = 1.5
    let drawn = Initializer.orthogonal(gain: gain)(
      shape: Shape(shape), dtype: .float64, using: &generator)
    let columns = shape[shape.count - 1]
    let matrix = drawn.reshaped(to: [drawn.elementCount / columns, columns])
    let isTall = matrix.shape[0] >= columns
    let products =
      isTall ? matmul(matrix.transposed(), matrix) : matmul(matrix, matrix.transposed())
    let rest = products - gain * gain * Tensor.identity(products.shape[0], dtype: .float64)
    #expect(abs(rest).maximum().item < 1e-14)
  }

  /// A convolution of groups is several small ones, and each weight has the variance of its own:
  /// fans are counted in one group, taps times channels.
  @Test(arguments: [1, 4, 256])
  func fansAreThoseOfOneGroup(groups: Int) {
    let (inputs, outputs) = (256 / groups, 512 / groups)
    let initializers: [(Initializer, (Double, Double) -> Double)] = [
      (.glorotUniform, { 2 / ($0 + $1) }), (.glorotNormal, { 2 / ($0 + $1) }),
      (.heUniform, { i, _ in 2 / i }), (.heNormal, { i, _ in 2 / i }),
      (.leCunUniform, { i, _ in 1 / i }), (.leCunNormal, { i, _ in 1 / i }),
      // The shorter vectors have the length 1, spread over as many numbers as the longer side has:
      // columns are the outputs of one group, without taps, and rows all the rest.
      (.orthogonal, { i, o in 1 / max(i, o / 9) }),
    ]
    var generator = seeded()
    for (initializer, variance) in initializers {
      let convolution = Conv2D(
        inputs: 256, outputs: 512, window: 3, groups: groups, initializer: initializer,
        dtype: .float64, using: &generator)
      let transposed = ConvTransposed2D(
        inputs: 256, outputs: 512, window: 3, groups: groups, initializer: initializer,
        dtype: .float64, using: &generator)
      let sequence = Conv1D(
        inputs: 256, outputs: 512, window: 9, groups: groups, initializer: initializer,
        dtype: .float64, using: &generator)
      #expect(convolution.weight.shape == [3, 3, inputs, 512])
      #expect(transposed.weight.shape == [3, 3, outputs, 256])
      #expect(sequence.weight.shape == [9, inputs, 512])
      let (fanIn, fanOut) = (9 * Double(inputs), 9 * Double(outputs))
      let expected = variance(fanIn, fanOut)
      for weight in [convolution.weight, transposed.weight, sequence.weight] {
        // At least 4608 numbers: a deviation of √(2/n) = 2 %, and five of these.
        #expect(abs(weight.variance().item / expected - 1) < 0.1, "\(groups) groups")
      }
    }
  }

  /// With 9 taps, and one input and one output in each group, 2 / (9 + 9).
  @Test func depthwiseWeightsAreLarge() {
    var generator = seeded()
    let layer = Conv2D(inputs: 256, outputs: 256, window: 3, groups: 256, using: &generator)
    #expect(abs(layer.weight.variance().item - 1 / 9) < 0.01)
  }

  /// What a layer makes of numbers of variance 1 has variance 1 again, in groups or not.
  @Test(arguments: [1, 2, 8])
  func variancePassesThroughGroups(groups: Int) {
    var generator = seeded()
    let layer = Conv2D(
      inputs: 32, outputs: 32, window: 3, groups: groups, initializer: .leCunNormal,
      using: &generator)
    let x = Tensor.normal(shape: [4, 20, 20, 32], using: &generator)
    #expect(abs(layer(x).variance().item - 1) < 0.1)
  }

  @Test func rotationsPointNowhereInParticular() {
    // The mean of the 5,000 numbers of 50 random rotations: its deviation is 1/√10 / √5000.
    var generator = seeded()
    var sum = 0.0
    for _ in 0..<50 {
      sum += Initializer.orthogonal(shape: [10, 10], dtype: .float64, using: &generator).sum().item
    }
    #expect(abs(sum / 5000) < 5 * (0.1 / 5000).squareRoot())
  }

  @Test func theSameSeedGivesTheSameWeights() {
    for initializer in [Initializer.heNormal, .orthogonal] {
      var (a, b) = (seeded(3), seeded(3))
      #expect(
        initializer(shape: [4, 5], using: &a).floats
          == initializer(shape: [4, 5], using: &b).floats)
    }
  }

  @Test func constantsAndEmptyShapes() {
    var generator = seeded()
    #expect(Initializer.zeros(shape: [2], using: &generator).floats == [0, 0])
    #expect(Initializer.ones(shape: [2], using: &generator).floats == [1, 1])
    #expect(Initializer.constant(3)(shape: [], using: &generator).item == 3)
    for initializer in [Initializer.orthogonal, .heNormal, .glorotUniform] {
      #expect(initializer(shape: [0, 3], using: &generator).elementCount == 0)
      #expect(initializer(shape: [], using: &generator).elementCount == 1)
    }
  }
}
