// The primitives that go along an axis and keep its length: running sums, linear recurrences,
// running extremes. The rules of each are made of the others, so all are closed under
// differentiation.

import AdjointArrays
import AdjointElementary

/// The running sum along an axis; its transpose runs the other way.
struct CumulativeSum: LinearPrimitive {
  let axis: Int
  let isReversed: Bool

  var name: String { "cumulative sum along \(axis)\(isReversed ? ", from the end" : "")" }

  func resultType(of operands: [TensorType]) throws(ShapeError) -> TensorType {
    TensorType(operands[0].shape, operands[0].dtype == .bool ? .int32 : operands[0].dtype)
  }

  func evaluate(_ operands: [NDArray]) throws(ShapeError) -> NDArray {
    try operands[0].cumulativeSum(along: axis, reversed: isReversed)
  }

  func transposed(_ adjoint: Tensor, at use: borrowing PrimitiveUse) -> Tensor {
    Tensor.applying(CumulativeSum(axis: axis, isReversed: !isReversed), adjoint)
  }
}

/// The running sum within runs of an axis; its transpose runs the other way.
struct CumulativeSumOfRuns: LinearPrimitive {
  /// True where an element goes on with the run of the one before it.
  let continues: NDArray
  let axis: Int
  let isReversed: Bool

  var name: String { "cumulative sum of runs along \(axis)\(isReversed ? ", from the end" : "")" }

  func resultType(of operands: [TensorType]) throws(ShapeError) -> TensorType { operands[0] }

  func evaluate(_ operands: [NDArray]) -> NDArray {
    operands[0].linearRecurrence(continues, along: axis, reversed: isReversed)
  }

  func transposed(_ adjoint: Tensor, at use: borrowing PrimitiveUse) -> Tensor {
    Tensor.applying(reversed, adjoint)
  }

  /// The sum that runs the other way.
  var reversed: CumulativeSumOfRuns {
    CumulativeSumOfRuns(continues: continues, axis: axis, isReversed: !isReversed)
  }
}

/// `s[k] = c[k] s[k - 1] + b[k]` along an axis, of the operands `c` and `b`, from `s[0] = b[0]` on;
/// or, reversed, `s[k] = b[k] + c[k + 1] s[k + 1]`.
///
/// The adjoint of `b` is the recurrence the other way, and that of `c[k]` the product of what lies
/// on the two sides of its step. Nothing is divided, so zeros among the coefficients are no
/// exception.
struct LinearRecurrence: Primitive {
  let axis: Int
  let isReversed: Bool
  /// True for a recurrence of adjoints or tangents, in which zero times anything is zero.
  let zeroWins: Bool

  var name: String { "linear recurrence along \(axis)\(isReversed ? ", from the end" : "")" }
  var reads: Reads { [.operands, .result] }

  func resultType(of operands: [TensorType]) throws(ShapeError) -> TensorType { operands[1] }

  func evaluate(_ operands: [NDArray]) -> NDArray {
    operands[1].linearRecurrence(
      operands[0], along: axis, reversed: isReversed, zeroWins: zeroWins)
  }

  func pullback(_ adjoint: Tensor, at use: borrowing PrimitiveUse) {
    let received = Tensor.applying(
      LinearRecurrence(axis: axis, isReversed: !isReversed, zeroWins: true), use[0], adjoint)
    use.give(1) { received }
    use.give(0) {
      Tensor._scaled(received.rows(to, axis), use.result.rows(from, axis))
        .restored(axis, to: use.shape(0), missing: .earlier)
    }
  }

  func pushforward(_ tangents: PrimitiveTangents, at use: borrowing PrimitiveUse) -> Tensor {
    let own = tangents[1]
    let carried = tangents[0].map { tangent in
      Tensor._scaled(tangent.rows(.later, axis), use.result.rows(from, axis))
        .restored(axis, to: use.shape(0), missing: isReversed ? .later : .earlier)
    }
    let step = own.map { own in carried.map { own + $0 } ?? own } ?? carried
    return Tensor.applying(
      LinearRecurrence(axis: axis, isReversed: isReversed, zeroWins: true), use[0],
      step ?? .zeros(use.resultType.shape, dtype: use.resultType.dtype))
  }

  /// The elements that a step begins at, and those that it leads to.
  private var from: Side { isReversed ? .later : .earlier }
  private var to: Side { isReversed ? .earlier : .later }
}

/// The largest, or smallest, element so far along an axis.
///
/// As in ``Extremum`` equal elements share: an element of the result belongs to the elements up to
/// it that are equal to it, in equal parts. Equal results are neighbors, so what an element
/// receives is a running sum within their run, and elements that are not extreme are skipped.
struct CumulativeExtremum: Primitive {
  let kind: ReductionKind
  let axis: Int

  var name: String { "cumulative \(kind) along \(axis)" }
  var reads: Reads { [.operands, .result] }

  func resultType(of operands: [TensorType]) throws(ShapeError) -> TensorType {
    guard operands[0].dtype != .bool else {
      throw ShapeError(
        problem: "the cumulative \(kind) of truth values is undefined",
        remedy: "Convert them first, as in x.converted(to: .int32).")
    }
    return operands[0]
  }

  func evaluate(_ operands: [NDArray]) -> NDArray {
    operands[0].cumulativeExtreme(along: axis, wantsLargest: kind == .maximum)
  }

  func pullback(_ adjoint: Tensor, at use: borrowing PrimitiveUse) {
    use.give(0) {
      let runs = Runs(use, axis)
      let received = Tensor.applying(
        runs.forward.reversed, Elementary.Scaled.at(adjoint, runs.share))
      return `where`(runs.isExtreme, received, 0)
    }
  }

  func pushforward(_ tangents: PrimitiveTangents, at use: borrowing PrimitiveUse) -> Tensor {
    let runs = Runs(use, axis)
    return tangents.sum { _, tangent in
      let sum = Tensor.applying(runs.forward, `where`(runs.isExtreme, tangent, 0))
      return Elementary.Scaled.at(sum, runs.share)
    }
  }

  /// Where the result stays the same, and which elements it is then the extreme of.
  ///
  /// Piecewise constant, so it enters a second derivative as a constant.
  private struct Runs {
    let forward: CumulativeSumOfRuns
    /// True for an element that is the extreme of those up to it.
    let isExtreme: Tensor
    /// For each element of the result, 1 over the number of elements that share it; NaN if it is.
    let share: Tensor

    init(_ use: borrowing PrimitiveUse, _ axis: Int) {
      let x = use[0].detached(), result = use.result.detached()
      let before = result.rows(.earlier, axis)
      // A result that is NaN stays NaN: its run goes on, and is that of the elements that are NaN.
      let goesOn = (result.rows(.later, axis) .== before) .|| (before .!= before)
      forward = CumulativeSumOfRuns(
        continues: goesOn.restored(axis, to: x.shape, missing: .earlier).array, axis: axis,
        isReversed: false)
      isExtreme = (x .== result) .|| (x .!= x)
      let number = Tensor.applying(forward, isExtreme.converted(to: x.dtype))
      share = `where`(result .== result, 1 / number, Tensor(literal: .nan))
    }
  }
}

/// The elements of an axis that have one after them, or one before them.
private enum Side { case earlier, later }

extension Tensor {
  /// All elements of an axis but the last, or all but the first.
  fileprivate func rows(_ side: Side, _ axis: Int) -> Tensor {
    let count = Swift.max(shape[axis] - 1, 0)
    return slice(
      along: axis, from: side == .later ? shape[axis] - count : 0, count: count)
  }

  /// With zeros in the place of what ``rows(_:_:)`` has left out, first or last.
  fileprivate func restored(_ axis: Int, to shape: Shape, missing side: Side) -> Tensor {
    let none = [Int](repeating: 0, count: rank)
    var missing = none
    missing[axis] = shape[axis] - self.shape[axis]
    return side == .earlier
      ? padded(before: missing, after: none) : padded(before: none, after: missing)
  }
}
