// The operations that move elements, choose them, and pass between tensors and scalars.

import AdjointArrays
import AdjointDifferentiation
import AdjointElementary

extension Operation {
  /// An operation on one tensor of at least some rank, with an axis as its first argument.
  private static func alongAxis(
    _ text: String,
    _ further: @escaping @Sendable (inout Chooser, Int) -> [Argument] = { _, _ in [] },
    _ apply: @escaping @Sendable (Tensor, Int, [Argument]) -> Tensor
  ) -> Operation {
    .tensors(
      text,
      choose: { chooser in
        guard let x = chooser.tensor(), let axis = chooser.axis(of: x) else { return nil }
        return ([x], [.integer(axis)] + further(&chooser, chooser.length(of: x, along: axis)))
      }
    ) { apply($0[0], $1[0].integer, $1) }
  }

  /// An operation on one tensor with a property.
  static func one(
    _ text: String, _ fit: Fit = .any,
    _ arguments: @escaping @Sendable (inout Chooser, [Int]) -> [Argument] = { _, _ in [] },
    decides: @escaping @Sendable ([Value], [Argument]) -> [Double] = { _, _ in [] },
    _ apply: @escaping @Sendable (Tensor, [Argument]) -> Tensor
  ) -> Operation {
    .tensors(
      text, decides: decides,
      choose: { chooser in
        guard let x = chooser.tensor(where: fit.test) else { return nil }
        return ([x], arguments(&chooser, chooser.shape(x)))
      }
    ) { apply($0[0], $1) }
  }

  static let shaping: [Operation] = [
    one("$0.reshaped(to: #0)") { chooser, shape in
      let count = shape.reduce(1, *)
      let rows = (1...max(count, 1)).filter { count % $0 == 0 }
      let first = chooser.pick(rows)
      return [.integers(chooser.bool() ? [first, count / first] : [count / first, 1, -1])]
    } _: {
      $0.reshaped(to: $1[0].integers)
    },
    one("$0.flattened()") { x, _ in x.flattened() },
    one("$0.transposed()", .hasTwoAxes) { x, _ in x.transposed() },
    one("$0.transposed(#0)", .hasTwoAxes) { chooser, shape in
      [.integers(Array(shape.indices).shuffled(using: &chooser.draws))]
    } _: {
      $0.transposed($1[0].integers)
    },
    one("$0.broadcast(to: #0)", .canGrow) { chooser, shape in
      [.integers([chooser.int(1...3)] + shape.map { $0 == 1 ? chooser.int(1...3) : $0 })]
    } _: {
      $0.broadcast(to: $1[0].integers)
    },
    one("$0.expanded(at: #0)", .canGrow) { chooser, shape in
      [.integer(chooser.int(-shape.count - 1...shape.count))]
    } _: {
      $0.expanded(at: $1[0].integer)
    },
    one("$0.squeezed(at: #0)", Fit { $0.contains(1) }) { chooser, shape in
      [.integer(chooser.pick(shape.indices.filter { shape[$0] == 1 }))]
    } _: {
      $0.squeezed(at: $1[0].integer)
    },
    alongAxis("$0.reversed(along: #0)") { x, axis, _ in x.reversed(along: axis) },
    alongAxis("$0.cumulativeSum(along: #0)") { x, axis, _ in x.cumulativeSum(along: axis) },
    one("$0.padded(before: #0, after: #1, value: #2)") { chooser, shape in
      [
        .integers(shape.map { _ in chooser.int(0...2) }),
        .integers(shape.map { _ in chooser.int(0...1) }), .number(chooser.number()),
      ]
    } _: {
      $0.padded(before: $1[0].integers, after: $1[1].integers, value: $1[2].number)
    },
    alongAxis("$0.split(into: #1, along: #0)[#2]") { chooser, length in
      let count = chooser.pick((1...max(length, 1)).filter { length % $0 == 0 })
      return [.integer(count), .integer(chooser.int(0...count - 1))]
    } _: {
      $0.split(into: $2[1].integer, along: $1)[$2[2].integer]
    },
    .tensors(
      "Tensor.concatenated([$0, $1, $0], along: #0)",
      choose: { chooser in
        guard let a = chooser.tensor(), let axis = chooser.axis(of: a) else { return nil }
        let shape = chooser.shape(a), place = axis < 0 ? axis + shape.count : axis
        let other = chooser.tensor {
          $0.count == shape.count
            && zip($0, shape).enumerated().allSatisfy { i, lengths in
              i == place || lengths.0 == lengths.1
            }
        }
        return other.map { ([a, $0], [.integer(axis)]) }
      }
    ) { Tensor.concatenated([$0[0], $0[1], $0[0]], along: $1[0].integer) },
    .tensors(
      "Tensor.stacked([$0, $1], along: #0)",
      choose: { chooser in
        guard let a = chooser.tensor(where: { $0.count < 3 }) else { return nil }
        let shape = chooser.shape(a)
        let axis = chooser.int(-shape.count - 1...shape.count)
        return chooser.tensor { $0 == shape }.map { ([a, $0], [.integer(axis)]) }
      }
    ) { Tensor.stacked([$0[0], $0[1]], along: $1[0].integer) },
  ]

  // MARK: Choosing

  /// Positions along an axis, with repetitions.
  private static func positions(_ chooser: inout Chooser, _ length: Int, _ count: Int) -> Argument {
    .integers((0..<count).map { _ in chooser.int(0...length - 1) })
  }

  static let choosing: [Operation] =
    [
      one("$0[#0]", .hasAxes) { chooser, shape in
        [.integer(chooser.int(0...shape[0] - 1))]
      } _: {
        $0[$1[0].integer]
      },
      one("$0[.ellipsis, #0..<#1]", .hasAxes) { chooser, shape in
        let from = chooser.int(0...shape[shape.count - 1] - 1)
        return [.integer(from), .integer(chooser.int(from + 1...shape[shape.count - 1]))]
      } _: {
        $0[.ellipsis, $1[0].integer..<$1[1].integer]
      },
      one("$0[.every(#0), .newAxis]", Fit { !$0.isEmpty && $0.count < 3 }) { chooser, _ in
        [.integer(chooser.pick([-2, -1, 2]))]
      } _: {
        $0[.every($1[0].integer), .newAxis]
      },
      alongAxis("$0.gathered(Tensor(indices: #1), along: #0)") { chooser, length in
        [positions(&chooser, length, chooser.int(1...4))]
      } _: {
        $0.gathered(Tensor(indices: $2[1].integers), along: $1)
      },
      one(
        "$0.gatheredElements(Tensor(indices: #0).reshaped(to: #1), along: -1)",
        .isMatrix
      ) { chooser, shape in
        let count = chooser.int(1...3)
        return [positions(&chooser, shape[1], shape[0] * count), .integers([shape[0], count])]
      } _: {
        $0.gatheredElements(Tensor(indices: $1[0].integers).reshaped(to: $1[1].integers), along: -1)
      },
      one("$0.scatterAdded(Tensor(indices: #0), into: #1)", .hasAxes) {
        chooser, shape in
        [positions(&chooser, 3, shape[0]), .integers([3] + shape.dropFirst())]
      } _: {
        $0.scatterAdded(Tensor(indices: $1[0].integers), into: $1[1].integers)
      },
      one("$0.sorted(along: #0, descending: #1)", .hasAxes) { chooser, shape in
        [.integer(chooser.int(0...shape.count - 1)), .flags([chooser.bool()])]
      } decides: {
        $0[0].tensor.argsorted(along: $1[0].integer).doubles
      } _: {
        $0.sorted(along: $1[0].integer, descending: $1[1].flags[0])
      },
      one("$0.top(#0).values", .hasAxes) { chooser, shape in
        [.integer(chooser.int(1...shape[shape.count - 1]))]
      } decides: { values, _ in
        values[0].tensor.argsorted(along: -1).doubles
      } _: {
        $0.top($1[0].integer).values
      },
      .tensors(
        "`where`($0 .> $1, $0, $2)",
        decides: { values, _ in (values[0].tensor .> values[1].tensor).doubles },
        choose: { chooser in
          guard let pair = chooser.pair() else { return nil }
          let shape = chooser.shape(pair[0])
          return chooser.tensor { $0 == shape }.map { (pair + [$0], []) }
        }
      ) { xs, _ in `where`(xs[0] .> xs[1], xs[0], xs[2]) },
      .tensors(
        "`where`(Tensor(mask: #0, shape: #1), $0, $1)",
        choose: { chooser in
          guard let pair = chooser.pair() else { return nil }
          let shapes = pair.map(chooser.shape)
          let shape = shapes[0].count > shapes[1].count ? shapes[0] : shapes[1]
          // Doubled, so that the list never looks like one flag.
          let count = shape.reduce(2, *)
          return (
            pair,
            [.flags((0..<count).map { _ in chooser.bool() }), .integers([2] + shape)]
          )
        }
      ) { `where`(Tensor(mask: $1[0].flags, shape: $1[1].integers), $0[0], $0[1]) },
      // A Swift branch: only what was taken is on the tape.
      .tensors(
        "$0.sum().item > #0 ? $1 : $2 * $2",
        decides: { [$0[0].tensor.sum().item > $1[0].number ? 1 : 0] },
        choose: { chooser in
          guard let condition = chooser.tensor(), let a = chooser.tensor() else { return nil }
          let shape = chooser.shape(a)
          let number = chooser.number()
          return chooser.tensor { $0 == shape }.map { ([condition, a, $0], [.number(number)]) }
        }
      ) { $0[0].sum().item > $1[0].number ? $0[1] : $0[2] * $0[2] },
    ] + between

  // MARK: Between tensors and scalars

  private static let between: [Operation] = [
    Operation(
      text: "Scalar($0)",
      choose: { $0.tensor(where: { $0.reduce(1, *) == 1 }).map { ([$0], []) } }
    ) { values, _ in .scalar(Scalar(values[0].tensor)) },
    Operation(
      text: "Scalar($0.sum())", choose: { $0.tensor().map { ([$0], []) } }
    ) { values, _ in .scalar(Scalar(values[0].tensor.sum())) },
    Operation(
      text: "$0.scalars()[#0]",
      choose: { chooser in
        guard let x = chooser.tensor() else { return nil }
        return ([x], [.integer(chooser.int(0...chooser.shape(x).reduce(1, *) - 1))])
      }
    ) { .scalar($0[0].tensor.scalars()[$1[0].integer]) },
    Operation(
      text: "Tensor($0, dtype: #0)",
      choose: { chooser in
        chooser.isScalar ? nil : chooser.scalar().map { ([$0], [.dtype(chooser.dtype)]) }
      }
    ) { .tensor(Tensor($0[0].scalar, dtype: $1[0].dtype)) },
    Operation(
      text: "Tensor([$0, $1, $0], dtype: #0)",
      choose: { chooser in
        guard !chooser.isScalar, let a = chooser.scalar(), let b = chooser.scalar() else {
          return nil
        }
        return ([a, b], [.dtype(chooser.dtype)])
      }
    ) { .tensor(Tensor([$0[0].scalar, $0[1].scalar, $0[0].scalar], dtype: $1[0].dtype)) },
  ]
}
