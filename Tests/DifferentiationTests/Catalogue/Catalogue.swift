// What a row of the operation catalogue says. The rows are in the files beside
// it; CatalogueCoverageTests holds them to the sources, LawTests to the laws.

import AdjointArrays
import AdjointDifferentiation
import Testing

/// One public differentiable operation, with everything needed to test it.
struct Row: Sendable, CustomTestStringConvertible {
  enum Body: Sendable {
    case scalars(@Sendable ([Scalar]) -> Scalar)
    case tensors(@Sendable ([Tensor]) -> Tensor)
  }

  var name: String
  /// The declarations this row stands for, as CatalogueCoverageTests writes them.
  var covers: [String]
  var body: Body
  /// The operands; empty shapes for scalars.
  var operands: [Operand]
  /// Smooth points: all operands' elements, one after the other.
  var points: [[Double]]
  /// Where the operation is defined, if not everywhere.
  var domain: String
  /// The convention where it has no derivative.
  ///
  /// KinkTests asserts each.
  var kinks: String
  /// How far, relative to the larger of 1 and the float64 result, float32 may be off.
  ///
  /// One `ε` is 1.2e-7; the smooth points have condition numbers below 100 and sums below 100
  /// terms, so 1e-4 is generous for most, and stated in the row where it is not enough.
  var singleTolerance = 1e-4

  var testDescription: String { name }

  /// The row at one of its points, in float64 unless the operation itself fixes the element type.
  func subject(at position: Int, dtype: DType? = nil) -> Subject {
    let point = points[position]
    let label = "\(name) at \(point)"
    switch body {
    case .scalars(let f): return Subject(label, at: point, scalars: f)
    case .tensors(let f):
      let operands = operands.map { Operand(shape: $0.shape, dtype: dtype ?? $0.dtype) }
      return Subject(label, operands, at: point, f)
    }
  }

  var subjects: [Subject] { points.indices.map { subject(at: $0) } }
}

enum Catalogue {
  static let rows: [Row] =
    elementary + operators + shaping + rearranging + indexing + reductions + statistics + scans
    + products + windows + conversions

  /// A row of tensor operands of one element type.
  static func tensors(
    _ name: String, _ covers: [String], _ shapes: [[Int]], _ points: [[Double]]? = nil,
    dtype: DType = .float64, domain: String = "everywhere", kinks: String = "none",
    singleTolerance: Double = 1e-4, _ f: @escaping @Sendable ([Tensor]) -> Tensor
  ) -> Row {
    let operands = shapes.map { Operand(shape: $0, dtype: dtype) }
    let count = operands.reduce(0) { $0 + $1.count }
    return Row(
      name: name, covers: covers, body: .tensors(f), operands: operands,
      points: points ?? [spread(count), spread(count, seed: 2)], domain: domain, kinks: kinks,
      singleTolerance: singleTolerance)
  }

  /// A row of scalar operands.
  static func scalars(
    _ name: String, _ covers: [String], _ points: [[Double]], domain: String = "everywhere",
    kinks: String = "none", _ f: @escaping @Sendable ([Scalar]) -> Scalar
  ) -> Row {
    Row(
      name: name, covers: covers, body: .scalars(f),
      operands: points[0].map { _ in Operand(shape: []) }, points: points, domain: domain,
      kinks: kinks)
  }

  /// Multiples of 1/8 that differ from each other and from zero by 1/8 or more, in mixed order:
  /// no ties, no kinks within reach of a difference, and each exact in float32.
  static func spread(_ count: Int, seed: UInt64 = 1) -> [Double] {
    var draws = Draws(seed)
    var numbers: [Double] = []
    for position in 0..<count {
      let magnitude = Double(position / 2 + 1) / 8
      numbers.append(position % 2 == 0 ? magnitude : -magnitude - 0.0625)
    }
    return numbers.shuffled(using: &draws)
  }
}
