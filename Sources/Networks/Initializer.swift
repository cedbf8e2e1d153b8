// The distributions that weights are drawn from before training.
//
// The scaled ones are made to keep numbers at their size from layer to layer. A sum of n products
// has n times the variance of one, so the variance of a weight is a constant over the number of
// inputs (fan-in), or of outputs (fan-out) for the way back, or over the mean of both.

import AdjointArrays
import AdjointDifferentiation
import AdjointElementary
import AdjointSupport

/// Where the first values of a tensor come from.
///
/// ```swift
/// let weight = Initializer.heNormal(shape: [64, 32], using: &generator)
/// let layer = Linear(inputs: 64, outputs: 32, initializer: .heNormal, using: &generator)
/// ```
///
/// The last two axes of a shape are inputs and outputs; axes before them count positions (those of
/// a convolution's window), and multiply both fans. A vector has its length as both. Outputs that
/// fall into groups, as those of a grouped convolution do, are connected with the inputs of their
/// group alone, so the fan-out is counted in one group, and each group has a rotation of its own.
public struct Initializer: Sendable, Codable, Hashable {
  private enum Fan: String, Codable { case inputs, outputs, mean }

  private enum Rule: Codable, Hashable {
    case constant(Double)
    case uniform(from: Double, to: Double)
    case normal(mean: Double, standardDeviation: Double)
    case truncatedNormal(mean: Double, standardDeviation: Double)
    /// Uniform in ±√(3 factor / fan), which has the variance factor / fan.
    case scaledUniform(factor: Double, fan: Fan)
    /// Normal with the variance factor / fan.
    case scaledNormal(factor: Double, fan: Fan)
    case orthogonal(gain: Double)
  }

  private let rule: Rule

  // MARK: Fixed distributions

  /// 0 everywhere.
  public static let zeros = Initializer(rule: .constant(0))

  /// 1 everywhere.
  public static let ones = Initializer(rule: .constant(1))

  /// One number everywhere.
  ///
  /// - Precondition: the number is finite.
  public static func constant(_ value: Double) -> Initializer {
    require(value.isFinite, "Initializer.constant: the number is \(value). Pass a finite number.")
    return Initializer(rule: .constant(value))
  }

  /// Uniform in a range.
  ///
  /// - Precondition: the range has finite ends and is not empty.
  public static func uniform(_ range: Range<Double>) -> Initializer {
    require(
      !range.isEmpty && (range.upperBound - range.lowerBound).isFinite,
      "Initializer.uniform: there is no uniform distribution over \(range). "
        + "Pass a range of finite numbers that is not empty.")
    return Initializer(rule: .uniform(from: range.lowerBound, to: range.upperBound))
  }

  /// Normal.
  ///
  /// - Precondition: both numbers are finite, and the standard deviation is not negative.
  public static func normal(mean: Double = 0, standardDeviation: Double = 1) -> Initializer {
    requireMoments(mean, standardDeviation, "Initializer.normal")
    return Initializer(rule: .normal(mean: mean, standardDeviation: standardDeviation))
  }

  /// Normal without what lies more than two standard deviations from the mean.
  ///
  /// - Precondition: as for ``normal(mean:standardDeviation:)``.
  public static func truncatedNormal(mean: Double = 0, standardDeviation: Double = 1)
    -> Initializer
  {
    requireMoments(mean, standardDeviation, "Initializer.truncatedNormal")
    return Initializer(rule: .truncatedNormal(mean: mean, standardDeviation: standardDeviation))
  }

  // MARK: Scaled by fan-in and fan-out

  /// Uniform with the variance `2 / (inputs + outputs)`: Glorot and Bengio (2010), for `tanh`.
  public static let glorotUniform = Initializer(rule: .scaledUniform(factor: 1, fan: .mean))

  /// Normal with the variance `2 / (inputs + outputs)`: Glorot and Bengio (2010), for `tanh`.
  public static let glorotNormal = Initializer(rule: .scaledNormal(factor: 1, fan: .mean))

  /// Uniform with the variance `2 / inputs`: He and others (2015), for `relu`.
  public static let heUniform = Initializer(rule: .scaledUniform(factor: 2, fan: .inputs))

  /// Normal with the variance `2 / inputs`: He and others (2015), for `relu`.
  public static let heNormal = Initializer(rule: .scaledNormal(factor: 2, fan: .inputs))

  /// Uniform with the variance `1 / inputs`: LeCun and others (1998), for `selu`.
  public static let leCunUniform = Initializer(rule: .scaledUniform(factor: 1, fan: .inputs))

  /// Normal with the variance `1 / inputs`: LeCun and others (1998), for `selu`.
  public static let leCunNormal = Initializer(rule: .scaledNormal(factor: 1, fan: .inputs))

  /// A random rotation: columns (or rows, whichever are fewer) of length `gain`, at right angles.
  ///
  /// Saxe and others (2014). Axes before the last are taken together as rows.
  public static let orthogonal = orthogonal(gain: 1)

  /// A random rotation times a factor.
  ///
  /// - Precondition: the gain is finite.
  public static func orthogonal(gain: Double) -> Initializer {
    require(gain.isFinite, "Initializer.orthogonal: the gain is \(gain). Pass a finite number.")
    return Initializer(rule: .orthogonal(gain: gain))
  }

  // MARK: Drawing

  /// Draws a tensor.
  ///
  /// - Parameters:
  ///   - shape: positions, inputs and outputs.
  ///   - groups: the number of groups that the outputs, the last axis, fall into.
  /// - Precondition: the element type is a floating-point one, and `groups` divides the outputs.
  public func callAsFunction(
    shape: Shape, groups: Int = 1, dtype: DType = .float32,
    using generator: inout some RandomNumberGenerator
  ) -> Tensor {
    require(
      groups == 1 || groups > 0 && shape.rank > 1 && shape[shape.rank - 1] % groups == 0,
      "Initializer: the outputs, the last axis of \(shape), do not fall into \(groups) groups. "
        + "Pass a divisor of their number.")
    switch rule {
    case .constant(let value): return .full(shape, value, dtype: dtype)
    case .uniform(let low, let high):
      return .uniform(low..<high, shape: shape, dtype: dtype, using: &generator)
    case .normal(let mean, let deviation):
      return .normal(
        mean: mean, standardDeviation: deviation, shape: shape, dtype: dtype, using: &generator)
    case .truncatedNormal(let mean, let deviation):
      return Tensor(
        .truncatedNormal(
          mean: mean, standardDeviation: deviation, shape: shape, dtype: dtype, using: &generator))
    case .scaledUniform(let factor, let fan):
      let limit = (3 * factor / Initializer.count(fan, shape, groups)).squareRoot()
      return .uniform(-limit..<limit, shape: shape, dtype: dtype, using: &generator)
    case .scaledNormal(let factor, let fan):
      return .normal(
        standardDeviation: (factor / Initializer.count(fan, shape, groups)).squareRoot(),
        shape: shape,
        dtype: dtype, using: &generator)
    case .orthogonal(let gain):
      guard groups > 1 else { return orthogonalTensor(shape, gain, dtype, using: &generator) }
      let part = Shape(shape.dropLast() + [shape[shape.rank - 1] / groups])
      let parts = (0..<groups).map { _ in orthogonalTensor(part, gain, dtype, using: &generator) }
      return .concatenated(parts, along: -1)
    }
  }

  private static func count(_ fan: Fan, _ shape: Shape, _ groups: Int) -> Double {
    let inputs: Int
    let outputs: Int
    switch shape.rank {
    case 0: (inputs, outputs) = (1, 1)
    case 1: (inputs, outputs) = (shape[0], shape[0])
    default:
      let positions = shape.dropLast(2).reduce(1, *)
      inputs = positions * shape[shape.rank - 2]
      outputs = positions * shape[shape.rank - 1] / groups
    }
    // An empty tensor gets no numbers, whatever the scale.
    return switch fan {
    case .inputs: Double(max(inputs, 1))
    case .outputs: Double(max(outputs, 1))
    case .mean: max(Double(inputs + outputs) / 2, 1)
    }
  }
}

private func requireMoments(_ mean: Double, _ deviation: Double, _ initializer: String) {
  require(
    mean.isFinite && deviation >= 0 && deviation.isFinite,
    "\(initializer): the mean is \(mean) and the standard deviation \(deviation). "
      + "Pass finite numbers, and a standard deviation of 0 or more.")
}

/// The vectors of a Gaussian matrix made orthonormal one after the other (Gram and Schmidt).
///
/// The directions of the vectors are uniform, so the rotation is too. Each vector is made
/// orthogonal to the earlier ones twice: once leaves a rest that grows with the condition of the
/// matrix, twice leaves none worth mentioning (Giraud and others, 2005).
private func orthogonalTensor(
  _ shape: Shape, _ gain: Double, _ dtype: DType, using generator: inout some RandomNumberGenerator
) -> Tensor {
  let columns = shape.last ?? 1
  let rows = shape.isEmpty ? 1 : shape.dropLast().reduce(1, *)
  guard rows > 0, columns > 0 else { return .zeros(shape, dtype: dtype) }
  // The fewer vectors, each a row.
  let (count, length) = (min(rows, columns), max(rows, columns))
  let gaussian = Tensor.normal(shape: [count, length], dtype: .float64, using: &generator)
  var vectors = gaussian[0..<0]
  for row in 0..<count {
    var vector = gaussian[row..<row + 1]
    for _ in 0..<2 {
      vector = vector - matmul(matmul(vector, vectors.transposed()), vectors)
    }
    vector = vector / sqrt(vector.squared().sum())
    vectors = .concatenated([vectors, vector])
  }
  let matrix = rows >= columns ? vectors.transposed() : vectors
  return (matrix.reshaped(to: shape.dimensions) * gain).converted(to: dtype)
}
