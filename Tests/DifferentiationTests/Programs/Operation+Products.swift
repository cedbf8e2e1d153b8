// The operations in which many elements become one: reductions, products, windows; and every row of
// the catalogue, led to a point where it is smooth.

import AdjointArrays
import AdjointDifferentiation
import AdjointElementary

extension Operation {
  static let reducing: [Operation] =
    [
      reduction("sum", { $0.sum(over: $1, keepsDimensions: $2) }),
      reduction("mean", { $0.mean(over: $1, keepsDimensions: $2) }),
      reduction("variance", { $0.variance(over: $1, keepsDimensions: $2) }),
      reduction("product", { $0.product(over: $1, keepsDimensions: $2) }),
      reduction("logSumExp", { $0.logSumExp(over: $1, keepsDimensions: $2) }),
      reduction(
        "norm", domain: { $0.numbers.allSatisfy { abs($0) > 0.1 } },
        { $0.norm(over: $1, keepsDimensions: $2) }),
      reduction(
        "maximum", decides: { ($0 .== $0.maximum(over: $1, keepsDimensions: true)).doubles },
        { $0.maximum(over: $1, keepsDimensions: $2) }),
      reduction(
        "minimum", decides: { ($0 .== $0.minimum(over: $1, keepsDimensions: true)).doubles },
        { $0.minimum(over: $1, keepsDimensions: $2) }),
      one("softmax($0, along: #0)", .hasAxes) { chooser, shape in
        [.integer(chooser.int(0...shape.count - 1))]
      } _: {
        softmax($0, along: $1[0].integer)
      },
      one("logSoftmax($0, along: #0)", .hasAxes) { chooser, shape in
        [.integer(chooser.int(-shape.count...(-1)))]
      } _: {
        logSoftmax($0, along: $1[0].integer)
      },
      .tensors(
        "layerNorm($0, gain: $1, bias: $2, epsilon: 0.1)",
        choose: { chooser in
          guard let x = chooser.tensor(where: { !$0.isEmpty }) else { return nil }
          let row = [chooser.length(of: x, along: -1)]
          guard let gain = chooser.tensor(where: { $0 == row }),
            let bias = chooser.tensor(where: { $0 == row })
          else { return nil }
          return ([x, gain, bias], [])
        }
      ) { xs, _ in layerNorm(xs[0], gain: xs[1], bias: xs[2], epsilon: 0.1) },
    ]

  private static func reduction(
    _ name: String, domain: @escaping @Sendable (Value) -> Bool = { _ in true },
    decides: @escaping @Sendable (Tensor, [Int]) -> [Double] = { _, _ in [] },
    _ apply: @escaping @Sendable (Tensor, [Int], Bool) -> Tensor
  ) -> Operation {
    .tensors(
      "$0.\(name)(over: #0, keepsDimensions: #1)", accepts: { domain($0[0]) },
      decides: { decides($0[0].tensor, $1[0].integers) },
      choose: { chooser in
        guard let x = chooser.tensor() else { return nil }
        let axes = chooser.shape(x).indices.filter { _ in chooser.bool() }
        return ([x], [.integers(axes.shuffled(using: &chooser.draws)), .flags([chooser.bool()])])
      }
    ) { apply($0[0], $1[0].integers, $1[1].flags[0]) }
  }

  // MARK: Products

  private static let equations = [
    "ij,jk->ik", "ij,kj->ki", "ij,ij->i", "ij,ij->", "i,j->ij", "i,ij->j", "ij->ji", "ij->",
    "ii->i",
    "bij,bj->bi", "ij,k->jk", "i,i",
  ]

  /// Whether letters stand for the same length wherever they occur.
  private static func isConsistent(_ terms: [String], _ shapes: [[Int]]) -> Bool {
    var lengths: [Character: Int] = [:]
    return zip(terms, shapes).allSatisfy { term, shape in
      term.count == shape.count
        && zip(term, shape).allSatisfy { letter, length in
          defer { lengths[letter] = length }
          return lengths[letter].map { $0 == length } ?? true
        }
    }
  }

  private static func einsum(ofTwo: Bool) -> Operation {
    .tensors(
      ofTwo ? "einsum(\"#0\", $0, $1)" : "einsum(\"#0\", $0)",
      choose: { chooser in
        let equation = chooser.pick(equations.filter { $0.contains(",") == ofTwo })
        let terms = equation.prefix { $0 != "-" }.split(separator: ",").map(String.init)
        guard let a = chooser.tensor(where: { isConsistent(terms, [$0]) }) else { return nil }
        guard ofTwo else { return ([a], [.text(equation)]) }
        let shape = chooser.shape(a)
        return chooser.tensor { isConsistent(terms, [shape, $0]) }
          .map { ([a, $0], [.text(equation)]) }
      }
    ) { AdjointDifferentiation.einsum($1[0].text, $0) }
  }

  static let multiplying: [Operation] =
    [
      .tensors(
        "matmul($0, $1)",
        choose: { chooser in
          guard let a = chooser.tensor(where: { !$0.isEmpty }) else { return nil }
          let shape = chooser.shape(a), length = shape[shape.count - 1]
          let b = chooser.tensor {
            !$0.isEmpty && $0[max($0.count - 2, 0)] == length
              && broadcasts($0.dropLast(2), shape.dropLast(2))
          }
          return b.map { ([a, $0], []) }
        }
      ) { xs, _ in matmul(xs[0], xs[1]) },
      one("matmul($0, $0.transposed())", .hasTwoAxes) { x, _ in
        matmul(x, x.transposed())
      },
      einsum(ofTwo: true), einsum(ofTwo: false),
    ] + windows + rows

  private static func broadcasts(_ a: ArraySlice<Int>, _ b: ArraySlice<Int>) -> Bool {
    zip(a.reversed(), b.reversed()).allSatisfy { $0 == $1 || $0 == 1 || $1 == 1 }
  }

  // MARK: Windows

  private static let windows: [Operation] = [
    .tensors(
      "conv1D($0.reshaped(to: [1, -1, 1]), $1.reshaped(to: [-1, 1, 1]), stride: #0, padding: #1)",
      choose: { chooser in
        guard let x = chooser.tensor() else { return nil }
        let count = chooser.shape(x).reduce(1, *)
        let filter = chooser.tensor { $0.reduce(1, *) <= count }
        let arguments = [Argument.integer(chooser.int(1...2)), .integer(chooser.int(0...1))]
        return filter.map { ([x, $0], arguments) }
      }
    ) {
      conv1D(
        $0[0].reshaped(to: [1, -1, 1]), $0[1].reshaped(to: [-1, 1, 1]), stride: $1[0].integer,
        padding: Padding(integerLiteral: $1[1].integer))
    },
    .tensors(
      "convTransposed2D($0.expanded(at: 0).expanded(at: -1), "
        + "$1.expanded(at: -1).expanded(at: -1), stride: #0)",
      choose: { chooser in
        guard let x = chooser.tensor(where: { $0.count == 2 }),
          let filter = chooser.tensor(where: { $0.count == 2 })
        else { return nil }
        return ([x, filter], [.integer(chooser.int(1...2))])
      }
    ) {
      convTransposed2D(
        $0[0].expanded(at: 0).expanded(at: -1), $0[1].expanded(at: -1).expanded(at: -1),
        stride: PerAxis($1[0].integer))
    },
    one(
      "maxPool1D($0.reshaped(to: [1, -1, 1]), window: 2, stride: #0)",
      .isLong
    ) { chooser, _ in
      [.integer(chooser.int(1...2))]
    } decides: { values, _ in
      values[0].tensor.flattened().argsorted().doubles
    } _: {
      maxPool1D($0.reshaped(to: [1, -1, 1]), window: 2, stride: $1[0].integer)
    },
    one(
      "averagePool2D($0.expanded(at: 0).expanded(at: -1), window: 2, stride: 1, padding: 1, "
        + "countsPadding: #0)", .isMatrix
    ) { chooser, _ in
      [.flags([chooser.bool()])]
    } _: {
      averagePool2D(
        $0.expanded(at: 0).expanded(at: -1), window: 2, stride: 1, padding: 1,
        countsPadding: $1[0].flags[0])
    },
  ]

  // MARK: Rows of the catalogue

  /// The rows on tensors, so that an operation that is added to the catalogue is in random programs
  /// without further ado.
  ///
  /// Each is asked for within a hundredth of one of its points, where it is defined and smooth.
  private static let rows: [Operation] = [
    Operation(
      text: "catalogued(\"#0\", near: #1, [$0, $1])",
      choose: { chooser in
        guard let a = chooser.tensor(), let b = chooser.tensor() else { return nil }
        let row = chooser.pick(Catalogue.tensorRows)
        return ([a, b], [.text(row.name), .integer(chooser.int(0...row.points.count - 1))])
      }
    ) {
      .tensor(catalogued($1[0].text, near: $1[1].integer, $0.map(\.tensor)))
    }
  ]
}

extension Catalogue {
  /// The rows whose operation takes tensors of the usual element type.
  static let tensorRows: [Row] = rows.filter {
    $0.isTensorRow && $0.operands.allSatisfy { $0.dtype == .float64 }
  }
}

/// A row of the catalogue at one of its points, moved by as much as the elements of some tensors
/// say: each at most by a hundredth, repeated as often as it takes.
func catalogued(_ name: String, near point: Int, _ xs: [Tensor]) -> Tensor {
  guard let row = Catalogue.tensorRows.first(where: { $0.name == name }),
    case .tensors(let f) = row.body
  else { fatalError("no row \(name)") }
  let point = row.points[point]
  let movements = 0.01 * sin(Tensor.concatenated(xs.map { $0.flattened() }))
  let moved =
    Tensor(point, dtype: xs[0].dtype)
    + movements.gathered(Tensor(indices: point.indices.map { $0 % movements.elementCount }))
  var start = 0
  return f(
    row.operands.map { operand in
      defer { start += operand.count }
      return moved[start..<start + operand.count].reshaped(to: operand.shape)
    })
}
