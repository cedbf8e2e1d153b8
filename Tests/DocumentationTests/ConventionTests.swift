// Holds the tables of docs/design/conventions.md against what the library does, on scalars and on
// tensors of both floating-point types.

import Adjoint
import Testing

@Suite struct ConventionTests {
  /// A row of a table: function, operands, value, derivatives.
  struct Row: CustomTestStringConvertible {
    var function: String
    var operands: [Double]
    var value: Double
    var slopes: [Double]

    var testDescription: String { "\(function) at \(operands)" }

    init(_ cells: [String]) throws {
      function = String(cells[0].dropFirst().dropLast())
      operands = try Row.numbers(cells[1])
      value = try #require(Row.numbers(cells[2]).first)
      slopes = try Row.numbers(cells[3])
    }

    private static func numbers(_ cell: String) throws -> [Double] {
      try cell.split(separator: ",").map { try #require(Double($0.drop { $0 == " " })) }
    }
  }

  struct Function: Sendable {
    var scalar: @Sendable ([Scalar]) -> Scalar
    var tensor: @Sendable ([Tensor]) -> Tensor

    init(
      _ scalar: @escaping @Sendable ([Scalar]) -> Scalar,
      _ tensor: @escaping @Sendable ([Tensor]) -> Tensor
    ) {
      self.scalar = scalar
      self.tensor = tensor
    }
  }

  private static let functions: [String: Function] = [
    "abs": Function({ abs($0[0]) }, { abs($0[0]) }),
    "sign": Function({ sign($0[0]) }, { sign($0[0]) }),
    "floor": Function({ floor($0[0]) }, { floor($0[0]) }),
    "ceil": Function({ ceil($0[0]) }, { ceil($0[0]) }),
    "round": Function({ round($0[0]) }, { round($0[0]) }),
    "relu": Function({ relu($0[0]) }, { relu($0[0]) }),
    "sqrt": Function({ sqrt($0[0]) }, { sqrt($0[0]) }),
    "rsqrt": Function({ rsqrt($0[0]) }, { rsqrt($0[0]) }),
    "log": Function({ log($0[0]) }, { log($0[0]) }),
    "log(onePlus:)": Function({ log(onePlus: $0[0]) }, { log(onePlus: $0[0]) }),
    "asin": Function({ asin($0[0]) }, { asin($0[0]) }),
    "acos": Function({ acos($0[0]) }, { acos($0[0]) }),
    "acosh": Function({ acosh($0[0]) }, { acosh($0[0]) }),
    "atanh": Function({ atanh($0[0]) }, { atanh($0[0]) }),
    "exp": Function({ exp($0[0]) }, { exp($0[0]) }),
    "sigmoid": Function({ sigmoid($0[0]) }, { sigmoid($0[0]) }),
    "tanh": Function({ tanh($0[0]) }, { tanh($0[0]) }),
    "erf": Function({ erf($0[0]) }, { erf($0[0]) }),
    "softplus": Function({ softplus($0[0]) }, { softplus($0[0]) }),
    "leakyRelu": Function({ leakyRelu($0[0]) }, { leakyRelu($0[0]) }),
    "elu": Function({ elu($0[0]) }, { elu($0[0]) }),
    "hardTanh": Function({ hardTanh($0[0]) }, { hardTanh($0[0]) }),
    "softsign": Function({ softsign($0[0]) }, { softsign($0[0]) }),
    "logSigmoid": Function({ logSigmoid($0[0]) }, { logSigmoid($0[0]) }),
    "exp2": Function({ exp2($0[0]) }, { exp2($0[0]) }),
    "log2": Function({ log2($0[0]) }, { log2($0[0]) }),
    "log10": Function({ log10($0[0]) }, { log10($0[0]) }),
    "cbrt": Function({ cbrt($0[0]) }, { cbrt($0[0]) }),
    "erfc": Function({ erfc($0[0]) }, { erfc($0[0]) }),
    "erfInverse": Function({ erfInverse($0[0]) }, { erfInverse($0[0]) }),
    "logGamma": Function({ logGamma($0[0]) }, { logGamma($0[0]) }),
    "digamma": Function({ digamma($0[0]) }, { digamma($0[0]) }),
    "polygamma(1, x)": Function({ polygamma(1, $0[0]) }, { polygamma(1, $0[0]) }),
    "clamped(to: -1...1)": Function(
      { $0[0].clamped(to: -1...1) }, { $0[0].clamped(to: -1...1) }),
    "logAddExp": Function({ logAddExp($0[0], $0[1]) }, { logAddExp($0[0], $0[1]) }),
    "xLogY": Function({ xLogY($0[0], $0[1]) }, { xLogY($0[0], $0[1]) }),
    "hypot": Function({ hypot($0[0], $0[1]) }, { hypot($0[0], $0[1]) }),
    "remainder": Function({ remainder($0[0], $0[1]) }, { remainder($0[0], $0[1]) }),
    "/": Function({ $0[0] / $0[1] }, { $0[0] / $0[1] }),
    "pow": Function({ pow($0[0], $0[1]) }, { pow($0[0], $0[1]) }),
    "atan2": Function({ atan2($0[0], $0[1]) }, { atan2($0[0], $0[1]) }),
    "min": Function({ min($0[0], $0[1]) }, { min($0[0], $0[1]) }),
    "max": Function({ max($0[0], $0[1]) }, { max($0[0], $0[1]) }),
  ]

  static let rows: [Row] = {
    do {
      return try Page("docs/design/conventions.md").prose.compactMap { _, line in
        let cells = line.split(separator: "|", omittingEmptySubsequences: false).dropFirst()
          .map { cell in
            String(cell.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
          }
        guard cells.count == 6, cells[0].hasPrefix("`") else { return nil }
        return try Row(cells)
      }
    } catch {
      return []
    }
  }()

  @Test func theTablesAreRead() { #expect(Self.rows.count >= 50) }

  @Test(arguments: rows)
  func scalars(_ row: Row) throws {
    let f = try #require(Self.functions[row.function]).scalar
    let (value, slopes) = valueWithGradient(at: row.operands, of: f)
    expect(value, row.value, 1e-10)
    #expect(slopes.count == row.slopes.count)
    for (slope, said) in zip(slopes, row.slopes) { expect(slope, said, 1e-10) }
    // A zero adjoint wins.
    #expect(gradient(at: row.operands) { xs in 0 * f(xs) } == row.operands.map { _ in 0 })
  }

  /// The same walk in recorded numbers, as an outer derivative asks for it.
  @Test(arguments: rows)
  func nestedScalars(_ row: Row) throws {
    let f = try #require(Self.functions[row.function]).scalar
    var slopes: [Double] = []
    _ = gradient(at: row.operands) { outer in
      let inner = gradient(at: outer, of: f)
      slopes = inner.map(\.value)
      return inner[0]
    }
    for (slope, said) in zip(slopes, row.slopes) { expect(slope, said, 1e-10) }
  }

  @Test(arguments: rows, [DType.float32, .float64])
  func tensors(_ row: Row, _ dtype: DType) throws {
    let f = try #require(Self.functions[row.function]).tensor
    let tolerance = dtype == .float32 ? 2e-7 : 1e-10
    // Five equal elements: some in a full vector, some in what is left over.
    let xs = row.operands.map { Tensor.full([5], $0, dtype: dtype) }
    let (value, slopes) = try valueWithGradient(at: xs) { xs in f(xs).sum() }
    for element in f(xs).doubles { expect(element, row.value, tolerance) }
    expect(value.item, 5 * row.value, tolerance)
    for (slope, said) in zip(slopes, row.slopes) {
      for element in slope.doubles { expect(element, said, tolerance) }
    }
    for slope in try gradient(at: xs, of: { xs in (0 * f(xs)).sum() }) {
      #expect(slope.doubles.allSatisfy { $0 == 0 })
    }
  }

  private func expect(
    _ found: Double, _ said: Double, _ tolerance: Double,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let agrees =
      found == said || (found.isNaN && said.isNaN)
      || abs(found - said) <= tolerance * max(1, abs(said))
    #expect(agrees, "\(found), said to be \(said)", sourceLocation: sourceLocation)
  }
}
