// The shape that a refused operation would have had, as far as its arguments tell: its placeholder
// takes it, so that the code behind, which runs on to its end, meets no second mistake. It has
// never heard of what was wrong; whatever fits no axis is passed over.

import AdjointArrays

extension Shape {
  /// The shape from its lengths; a scalar if they are too much for a shape.
  private static func expected(_ lengths: [Int]) -> Shape {
    (try? Shape(validating: lengths.map { Swift.max($0, 0) })) ?? .scalar
  }

  private func position(_ axis: Int) -> Int? {
    let position = axis < 0 ? axis + rank : axis
    return (0..<rank).contains(position) ? position : nil
  }

  /// Where operands meet; of lengths that do not, the larger.
  func expectedMeeting(_ others: Shape...) -> Shape {
    others.reduce(self) { shape, other in
      let rank = Swift.max(shape.rank, other.rank)
      let (a, b) = (shape.padded(to: rank), other.padded(to: rank))
      return .expected(zip(a, b).map { $0 == 1 ? $1 : $1 == 1 ? $0 : Swift.max($0, $1) })
    }
  }

  private func padded(to rank: Int) -> [Int] {
    Array(repeating: 1, count: rank - self.rank) + dimensions
  }

  /// A slice: ranges have the length that they say, within reason.
  func expectedSlice(_ items: [IndexItem]) -> Shape {
    let named = items.count { $0 != .newAxis && $0 != .ellipsis }
    let implied = Swift.max(rank - named, 0)
    var rest = dimensions[...]
    var lengths: [Int] = []
    for item in items.contains(.ellipsis) ? items : items + [.ellipsis] {
      switch item {
      case .newAxis: lengths.append(1)
      case .ellipsis: lengths += (0..<implied).compactMap { _ in rest.popFirst() }
      case .all: lengths.append(rest.popFirst() ?? 1)
      case .index: _ = rest.popFirst()
      case .range(let from, let to, let step):
        let size = rest.popFirst() ?? 1
        let limit = -(1 << 16)...(1 << 16)
        func end(_ bound: Int?, _ missing: Int) -> Int {
          Swift.min(Swift.max(bound ?? missing, limit.lowerBound), limit.upperBound)
        }
        let count = step < 0 ? end(from, size - 1) - end(to, -1) : end(to, size) - end(from, 0)
        let stride = Swift.max(1, step == Int.min ? Int.max : abs(step))
        lengths.append(count <= 0 ? 0 : (count - 1) / stride + 1)
      }
    }
    return .expected(lengths)
  }

  /// A reduction: for an axis that does not exist the last one is taken.
  func expectedReduction(over axes: [Int], keepsDimensions: Bool) -> Shape {
    var positions = Set(axes.compactMap(position))
    let missing = Swift.min(axes.count, rank) - positions.count
    let rest = (0..<rank).reversed().filter { !positions.contains($0) }
    positions.formUnion(rest.prefix(Swift.max(missing, 0)))
    return .expected(
      (0..<rank).compactMap { axis in
        positions.contains(axis) ? (keepsDimensions ? 1 : nil) : self[axis]
      })
  }

  /// The axes in another order.
  func expectedPermutation(_ permutation: [Int]) -> Shape {
    .expected(permutation.map { axis in position(axis).map { self[$0] } ?? 1 })
  }

  /// Other lengths; an open one has what is left.
  func expectedReshape(_ lengths: [Int]) -> Shape {
    let known = lengths.filter { $0 >= 0 }.reduce(1) { $0.multipliedReportingOverflow(by: $1).0 }
    let rest = known > 0 ? Swift.max(1, elementCount / known) : 1
    return .expected(lengths.map { $0 == -1 ? rest : $0 })
  }

  /// One axis more, of length 1.
  func expectedExpansion(at axis: Int) -> Shape {
    var lengths = dimensions
    let position = axis < 0 ? axis + rank + 1 : axis
    lengths.insert(1, at: Swift.min(Swift.max(position, 0), rank))
    return .expected(lengths)
  }

  /// One axis less.
  func expectedSqueeze(at axis: Int) -> Shape {
    expectedReduction(over: [axis], keepsDimensions: false)
  }

  /// Shapes one after the other.
  static func expectedConcatenation(_ shapes: [Shape], along axis: Int) -> Shape {
    guard let first = shapes.first, let position = first.position(axis) else {
      return shapes.first ?? .scalar
    }
    var lengths = first.dimensions
    lengths[position] = shapes.reduce(0) { sum, shape in
      // Lengths whose sum is out of range are themselves what is refused.
      sum &+ (position < shape.rank ? shape[position] : 0)
    }
    return .expected(lengths)
  }

  /// A product of matrices, or of batches of them.
  func expectedProduct(_ other: Shape) -> Shape {
    let batch = Shape.expected(Array(dropLast(2)))
      .expectedMeeting(.expected(Array(other.dropLast(2))))
    return .expected(
      Array(batch) + (rank < 2 ? [] : [self[rank - 2]]) + other.suffix(other.rank < 2 ? 0 : 1))
  }

  /// An affine map of rows or a convolution: the last axis counts the outputs.
  func expectedOutputs(_ count: Int?) -> Shape {
    .expected(Array(dropLast()) + [count ?? 1])
  }

  /// The result of an equation in Einstein's notation.
  static func expectedEinsum(_ equation: String, _ shapes: [Shape]) -> Shape {
    let sides = equation.filter { $0 != " " && $0 != ">" }.split(
      separator: "-", omittingEmptySubsequences: false)
    let inputs = sides[0].split(separator: ",", omittingEmptySubsequences: false)
    var lengths: [Character: Int] = [:]
    for (letters, shape) in zip(inputs, shapes) {
      for (letter, length) in zip(letters, shape) where lengths[letter] == nil {
        lengths[letter] = length
      }
    }
    let all = inputs.joined()
    let output =
      sides.count > 1
      ? Array(sides[1]) : Set(all).filter { letter in all.count { $0 == letter } == 1 }.sorted()
    return .expected(output.map { lengths[$0] ?? 1 })
  }
}
