// The elementary functions at special values, in first and second order, against FunctionReferences
// and PairReferences.

import AdjointArrays
import AdjointDifferentiation
import AdjointElementary
import Testing

/// The smallest positive number.
private let tiny = Double.leastNonzeroMagnitude

enum SpecialValues {
  /// ±0, ±∞, NaN, subnormal and smallest normal numbers of both types, the largest ones, edges of
  /// domains and their neighbors, whole numbers and halves, where exponentials overflow.
  static let numbers: [Double] = {
    let positive: [Double] = [
      0, tiny, 2.2250738585072014e-308, 1e-300, 1e-45, 1e-40, 1.1754943508222875e-38, 1e-30,
      1e-20, 1e-8, 0x1p-24, 0.25, 0.5, 0.75, 1 - 0x1p-53, 1 - 0x1p-24, 1, 1 + 0x1p-52,
      1 + 0x1p-23, 1.25, 1.5, 2, 2.5, 3, 10, 20.5, 88, 100, 1000, 1e10, 1e20, 3e38, 1e200, 1e300,
      .greatestFiniteMagnitude, .infinity,
    ]
    return positive + positive.map { -$0 } + [.nan]
  }()

  /// A smaller set, for pairs.
  static let few: [Double] = [
    0, -0.0, tiny, 1e-40, 1e-20, -1e-20, 0.5, 1, -1, 2, -2.5, 3, 100, 1e20, -1e20, 1e300,
    .infinity, -.infinity, .nan,
  ]

  /// What a type can hold of the numbers, as that type rounds them.
  static func numbers(of dtype: DType, _ list: [Double] = numbers) -> [Double] {
    dtype == .float32 ? list.map { Double(Float($0)) } : list
  }
}

/// How far a result of a type may be from the expectation.
struct Closeness {
  var dtype: DType
  /// In units of the last place.
  var units: Double
  /// In units of the last place of 1, whatever the size.
  var unitsOfOne = 0.0
  /// Whether a subnormal result may be 0, where something on the way to it has left the range.
  var losesSubnormals = false

  private var epsilon: Double {
    dtype == .float32 ? Double(Float.ulpOfOne) : Double.ulpOfOne
  }
  private var smallest: Double {
    dtype == .float32 ? Double(Float.leastNormalMagnitude) : Double.leastNormalMagnitude
  }

  /// Whether the one is the other but for rounding: the same infinity, both NaN, or near.
  func holds(_ found: Double, _ expected: Double) -> Bool {
    // Beyond the range of the type the expectation is infinite.
    let expected = dtype == .float32 ? Double(Float(expected)) : expected
    if expected.isNaN { return found.isNaN }
    if found == expected { return true }
    // The largest numbers may round up to infinity, and the other way round.
    let largest =
      dtype == .float32 ? Double(Float.greatestFiniteMagnitude) : .greatestFiniteMagnitude
    let (a, b) = (
      min(max(found, -largest), largest), min(max(expected, -largest), largest)
    )
    if found.isInfinite != expected.isInfinite, abs(a) < largest || abs(b) < largest {
      return abs(a - b) <= 64 * epsilon * largest
    }
    let ofNothing = losesSubnormals ? smallest : 16 * smallest * epsilon
    return abs(a - b) <= units * epsilon * abs(b) + unitsOfOne * epsilon + ofNothing
  }
}

@Suite struct SpecialFunctionTests {
  static let unary = Catalogue.elementaryEntries.filter { $0.samples.count == 1 }
  static let pairs: [ElementaryEntry] =
    Catalogue.elementaryEntries.filter { $0.samples.count == 2 } + [
      operation("+", { $0 + $1 }, { $0 + $1 }), operation("-", { $0 - $1 }, { $0 - $1 }),
      operation("*", { $0 * $1 }, { $0 * $1 }), operation("/", { $0 / $1 }, { $0 / $1 }),
    ]

  private static func operation(
    _ name: String, _ scalar: @escaping @Sendable (Scalar, Scalar) -> Scalar,
    _ tensor: @escaping @Sendable (Tensor, Tensor) -> Tensor
  ) -> ElementaryEntry {
    ElementaryEntry(
      name: name, declaration: name, scalar: { scalar($0[0], $0[1]) },
      tensor: { tensor($0[0], $0[1]) }, samples: [[], []])
  }

  @Test func everyFunctionHasAReference() {
    #expect(Set(Self.unary.map(\.name)) == Set(FunctionReference.table.keys))
    #expect(Set(Self.pairs.map(\.name)) == Set(PairReference.table.keys))
    #expect(SpecialValues.numbers.count >= 40)
  }

  /// Values, first and second derivatives of a function of one number.
  private func derivatives(
    _ entry: ElementaryEntry, _ x: [Double], _ dtype: DType?
  ) throws -> [[Double]] {
    guard let dtype else {
      return [
        x.map { entry.scalar([Scalar($0)]).value },
        x.map { x in gradient(at: [x], of: entry.scalar)[0] },
        x.map { x in gradient(at: [x]) { xs in gradient(at: xs, of: entry.scalar)[0] }[0] },
      ]
    }
    let x = Tensor(x, dtype: dtype)
    let f = { (x: Tensor) -> Tensor in entry.tensor([x]).sum() }
    return [
      entry.tensor([x]).doubles, try gradient(at: x, of: f).doubles,
      try gradient(at: x) { (x: Tensor) throws -> Tensor in try gradient(at: x, of: f).sum() }
        .doubles,
    ]
  }

  @Test(arguments: unary, [DType.float64, .float32, nil])
  func functionsOfOneNumber(entry: ElementaryEntry, dtype: DType?) throws {
    let reference = try #require(FunctionReference.table[entry.name])
    let numbers = SpecialValues.numbers(of: dtype ?? .float64)
    let found = try derivatives(entry, numbers, dtype)
    var mistakes: [String] = []
    func check(_ order: Int, _ place: Int, _ expected: Double, _ units: Double) {
      let one = order == 0 ? 4 * reference.roundingOfValue : 64 * reference.roundingOfOne
      let closeness = Closeness(
        dtype: dtype ?? .float64, units: units, unitsOfOne: one, losesSubnormals: order > 0)
      let x = numbers[place]
      let y = found[order][place]
      if closeness.holds(y, expected) { return }
      // At -0 an infinite slope has the sign that a reciprocal has there.
      if x == 0, expected.isInfinite, y == -expected { return }
      mistakes.append("\(["f", "f'", "f''"][order])(\(x)) = \(y), right is \(expected)")
    }
    for (place, x) in numbers.enumerated() {
      let isDefined = reference.isDefined(x)
      check(0, place, isDefined ? reference.value(x) : .nan, 16)
      guard isDefined, !reference.isSilent(x) else { continue }
      let isHidden = reference.hidesOverflow && x.isInfinite
      check(1, place, isHidden ? .nan : reference.slope(x), 256)
      if !reference.isEdge(x) { check(2, place, reference.curvature(x), 1024) }
    }
    #expect(mistakes == [], "\(entry.name) of \(dtype.map { "\($0)" } ?? "scalars")")
  }

  @Test(arguments: pairs, [DType.float64, .float32, nil])
  func functionsOfTwoNumbers(entry: ElementaryEntry, dtype: DType?) throws {
    let reference = try #require(PairReference.table[entry.name])
    let numbers = SpecialValues.numbers(of: dtype ?? .float64, SpecialValues.few)
    let a = numbers.flatMap { a in numbers.map { _ in a } }
    let b = numbers.flatMap { _ in numbers }
    let found = try derivatives(entry, a, b, dtype)
    var mistakes: [String] = []
    for place in a.indices {
      let (a, b) = (a[place], b[place])
      let slopes = reference.slopes(a, b)
      let curvatures = reference.curvatures(a, b)
      let expected = [
        reference.value(a, b), slopes?.0, slopes?.1, curvatures?.0, curvatures?.1, curvatures?.1,
        curvatures?.2,
      ]
      // Second derivatives subtract: they are as good as the largest of what they are made of.
      let closeness = Closeness(dtype: dtype ?? .float64, units: 512, unitsOfOne: 4)
      for (order, expected) in expected.enumerated() {
        guard let expected, !closeness.holds(found[order][place], expected) else { continue }
        let what = ["f", "∂a", "∂b", "∂a∂a", "∂a∂b", "∂b∂a", "∂b∂b"][order]
        mistakes.append("\(what)(\(a), \(b)) = \(found[order][place]), right is \(expected)")
      }
    }
    #expect(mistakes == [], "\(entry.name) of \(dtype.map { "\($0)" } ?? "scalars")")
  }

  private func derivatives(
    _ entry: ElementaryEntry, _ a: [Double], _ b: [Double], _ dtype: DType?
  ) throws -> [[Double]] {
    guard let dtype else {
      let rows = zip(a, b).map { a, b in
        let first = gradient(at: [a, b], of: entry.scalar)
        let second = (0..<2).map { i in
          gradient(at: [a, b]) { xs in gradient(at: xs, of: entry.scalar)[i] }
        }
        return [entry.scalar([Scalar(a), Scalar(b)]).value] + first + second.flatMap { $0 }
      }
      return (0..<7).map { column in rows.map { $0[column] } }
    }
    let point = [Tensor(a, dtype: dtype), Tensor(b, dtype: dtype)]
    let f = { (x: [Tensor]) -> Tensor in entry.tensor(x).sum() }
    let first = try gradient(at: point, of: f)
    let second = try (0..<2).map { i in
      try gradient(at: point) { (x: [Tensor]) throws -> Tensor in
        try gradient(at: x, of: f)[i].sum()
      }
    }
    return ([entry.tensor(point)] + first + second.flatMap { $0 }).map(\.doubles)
  }
}
