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
