// How parts of a tensor are named and picked: `x[0]`, `x[1..<3]`, `x[.all, 0]`,
// `x[.newAxis, .ellipsis]`, gathering by index, sorting. Comparing and choosing by truth values is
// in Tensor+Comparison.swift.

import AdjointArrays

/// Something that may stand between the brackets of `x[...]`.
///
/// Whole numbers, ranges, and `.all`, `.newAxis`, `.ellipsis`.
public protocol TensorIndex: Sendable {
  /// What it means for one axis, or for several.
  var indexItem: IndexItem { get }
}

extension IndexItem: TensorIndex {
  public var indexItem: IndexItem { self }
}
extension Int: TensorIndex {
  public var indexItem: IndexItem { .index(self) }
}
extension Range<Int>: TensorIndex {
  public var indexItem: IndexItem { .range(from: lowerBound, to: upperBound, step: 1) }
}
extension ClosedRange<Int>: TensorIndex {
  public var indexItem: IndexItem { .range(from: lowerBound, to: end(after: upperBound), step: 1) }
}
extension PartialRangeFrom<Int>: TensorIndex {
  public var indexItem: IndexItem { .range(from: lowerBound, to: nil, step: 1) }
}
extension PartialRangeUpTo<Int>: TensorIndex {
  public var indexItem: IndexItem { .range(from: nil, to: upperBound, step: 1) }
}
extension PartialRangeThrough<Int>: TensorIndex {
  public var indexItem: IndexItem { .range(from: nil, to: end(after: upperBound), step: 1) }
}

/// The bound after the last position; beyond the largest number there is none, and no axis.
private func end(after last: Int) -> Int { last == .max ? last : last + 1 }

/// The ways of naming axes that are not numbers or ranges: `.all`, `.newAxis`, `.ellipsis`.
public struct AxisSelection: TensorIndex {
  public let indexItem: IndexItem
}

extension TensorIndex where Self == AxisSelection {
  /// The whole axis.
  public static var all: AxisSelection { AxisSelection(indexItem: .all) }
  /// A new axis of length 1.
  public static var newAxis: AxisSelection { AxisSelection(indexItem: .newAxis) }
  /// As many whole axes as are not named otherwise.
  public static var ellipsis: AxisSelection { AxisSelection(indexItem: .ellipsis) }
  /// Every `step`-th element of the axis.
  public static func every(_ step: Int) -> AxisSelection {
    AxisSelection(indexItem: .range(from: nil, to: nil, step: step))
  }
}

extension Tensor {
  /// A part of the tensor: one item per axis from the first on; axes not named are taken whole.
  ///
  /// A number takes its axis away, a range shortens it, `.newAxis` adds one. A position outside of
  /// its axis and more items than there are axes are refused as a ``TensorError``.
  ///
  /// ```swift
  /// x[0]                    // the first row
  /// x[1..<3]                // rows 1 and 2
  /// x[.all, 0]              // the first column
  /// x[.newAxis, .ellipsis]  // one axis more, in front
  /// ```
  ///
  /// Assigning to a part makes a new value of the variable, as `x += 1` does: copies keep the old
  /// elements, and so does what was computed from them. It is recorded as
  /// ``replacing(at:with:)-(TensorIndex...,_)`` and has the same derivative.
  ///
  /// ```swift
  /// x[0] = y[1]             // a row
  /// x[.all, 0] = 5          // a number for each element of the first column
  /// ```
  ///
  /// - Complexity: to read, none; no element is copied. To assign, that of the part if nothing else
  ///   holds the elements, and otherwise that of a copy of the tensor. Many parts of equal shape
  ///   are put together faster by ``stacked(_:along:)``.
  public subscript(_ items: any TensorIndex...) -> Tensor {
    get { sliced(items.map(\.indexItem)) }
    set { replace(items.map(\.indexItem), with: newValue) }
  }

  /// A part of the tensor, named by a list whose length is known at run time.
  ///
  /// The same as the items one by one: `x[at: [0, 1..<3]]` is `x[0, 1..<3]`.
  ///
  /// ```swift
  /// let corner = x[at: Array(repeating: 0..<2, count: x.rank)]
  /// ```
  public subscript(at items: [any TensorIndex]) -> Tensor {
    get { sliced(items.map(\.indexItem)) }
    set { replace(items.map(\.indexItem), with: newValue) }
  }

  /// This tensor with another one in the place of a part, which is named as in `x[0, 1..<3]`.
  ///
  /// The new elements have the shape of the part, or one that is broadcast to it. They get the
  /// adjoints of their places; the old ones have no influence any more and get exact zeros. A part
  /// that does not exist, a shape that does not fit it, and another element type are refused as a
  /// ``TensorError``.
  ///
  /// ```swift
  /// Tensor([1, 2, 3]).replacing(at: 1, with: 5)  // [1.0, 5.0, 3.0]
  /// ```
  ///
  /// - Complexity: that of a copy.
  public func replacing(at items: any TensorIndex..., with part: Tensor) -> Tensor {
    replacing(items.map(\.indexItem), with: part)
  }

  /// This tensor with another one in the place of a part, named by a list whose length is known at
  /// run time.
  ///
  /// The same as ``replacing(at:with:)`` with the items one by one.
  public func replacing(at items: [any TensorIndex], with part: Tensor) -> Tensor {
    replacing(items.map(\.indexItem), with: part)
  }

  func sliced(_ items: [IndexItem]) -> Tensor {
    attempting(
      "x[\(items.map(\.description).joined(separator: ", "))]", giving: shape.expectedSlice(items)
    ) { Slice(items: items) }
  }

  func replacing(_ items: [IndexItem], with part: Tensor) -> Tensor {
    var result = self
    result.replace(items, with: part)
    return result
  }

  private mutating func replace(_ items: [IndexItem], with part: Tensor) {
    var (whole, part) = Tensor.adopted(self, part)
    let primitive = Replace(items: items)
    do throws(ShapeError) {
      _ = try primitive.resultType(of: [whole.type, part.type])
    } catch {
      self = Tensor.failing(.shape, "replacing(at:with:)", [whole, part], error)
      return
    }
    // Let go of by this variable, elements that nothing else holds are written in place.
    self = 0
    whole.array.replace(items, with: part.array)
    self = Tensor.recording(primitive, whole, part, value: whole.array)
  }

  /// `count` elements of one axis.
  func slice(along axis: Int, from start: Int, count: Int) -> Tensor {
    if start == 0, count == shape[axis] { return self }
    var items = [IndexItem](repeating: .all, count: rank)
    items[axis] = .range(from: start, to: start + count, step: 1)
    return sliced(items)
  }

  /// Slices of an axis picked by number, such as rows of an embedding table.
  ///
  /// In the shape of the result the lengths of `indices` replace that of the axis. A position
  /// picked several times gets the sum of the adjoints. An index outside of the axis, indices that
  /// are not `int32` and an axis that does not exist are refused as a ``TensorError``.
  public func gathered(_ indices: Tensor, along axis: Int = 0) -> Tensor {
    let own = shape
    let result = try? own.gathered(indices.shape, along: axis)
    return attempting("gathered(_:along:)", giving: result) { () throws(ShapeError) in
      Gather(indices: indices.settled.array, axis: try own.axis(axis))
    }
  }

  /// One element per position along an axis: `y[i, j] = x[i, indices[i, j]]` for the last of two
  /// axes.
  ///
  /// The result has the shape of `indices`, which has the rank of this tensor and its lengths on
  /// every other axis. Anything else, and an index outside of the axis, is refused as a
  /// ``TensorError``.
  public func gatheredElements(_ indices: Tensor, along axis: Int) -> Tensor {
    let own = shape
    return attempting("gatheredElements(_:along:)", giving: indices.shape) {
      () throws(ShapeError) in
      GatherAlong(indices: indices.settled.array, axis: try own.axis(axis))
    }
  }

  /// Zeros of the given shape with this tensor's slices added in by number: the transpose of
  /// ``gathered(_:along:)``.
  ///
  /// - Returns: a tensor of shape `target`. An index outside of the axis, and a shape of this
  ///   tensor that is not the one which gathering from `target` would give, is refused as a
  ///   ``TensorError``.
  public func scatterAdded(_ indices: Tensor, into target: Shape, along axis: Int = 0) -> Tensor {
    attempting("scatterAdded(_:into:along:)", giving: target) { () throws(ShapeError) in
      ScatterAdd(indices: indices.settled.array, axis: try target.axis(axis), shape: target)
    }
  }

  /// Zeros of the given shape with this tensor's slices added in by number: the transpose of
  /// ``gathered(_:along:)``.
  @_disfavoredOverload
  public func scatterAdded(_ indices: Tensor, into target: [Int], along axis: Int = 0) -> Tensor {
    scatterAdded(indices, into: Shape(target), along: axis)
  }

  /// Zeros of the given shape with this tensor's elements added in, one position each along an
  /// axis: the transpose of ``gatheredElements(_:along:)``.
  ///
  /// `y[i, indices[i, j]] += x[i, j]` for the last of two axes; elements with one position add up.
  ///
  /// - Returns: a tensor of shape `target`. Indices of another shape than this tensor's, a target
  ///   with another length on any axis but the given one, and an index outside of that axis, are
  ///   refused as a ``TensorError``.
  public func scatterAddedElements(_ indices: Tensor, into target: Shape, along axis: Int) -> Tensor
  {
    attempting("scatterAddedElements(_:into:along:)", giving: target) {
      () throws(ShapeError) in
      ScatterAddAlong(indices: indices.settled.array, axis: try target.axis(axis), shape: target)
    }
  }

  /// Zeros of the given shape with this tensor's elements added in, one position each along an
  /// axis: the transpose of ``gatheredElements(_:along:)``.
  @_disfavoredOverload
  public func scatterAddedElements(_ indices: Tensor, into target: [Int], along axis: Int) -> Tensor
  { scatterAddedElements(indices, into: Shape(target), along: axis) }

  // MARK: Order

  /// The elements of an axis in order; NaN comes last.
  ///
  /// The shape stays, and the derivative follows the elements. An axis that does not exist is
  /// refused as a ``TensorError``.
  public func sorted(along axis: Int = -1, descending: Bool = false) -> Tensor {
    gatheredElements(argsorted(along: axis, descending: descending), along: axis)
  }

  /// The positions that would sort an axis, as `int32`; equal elements keep their order.
  ///
  /// The shape stays. An axis that does not exist is refused as a ``TensorError``.
  public func argsorted(along axis: Int = -1, descending: Bool = false) -> Tensor {
    do throws(ShapeError) {
      return Tensor(
        settled.array.argsort(along: try shape.axis(axis), descending: descending))
    } catch {
      return Tensor.failing(
        .shape, "argsorted(along:)", [self], error, placeholder: TensorType(shape, .int32))
    }
  }

  /// The `count` largest elements of the last axis, in descending order, and their positions.
  ///
  /// Both have this tensor's shape with a last axis of length `count`; the positions are `int32`. A
  /// count beyond the length of the axis is refused as a ``TensorError``.
  public func top(_ count: Int) -> (values: Tensor, indices: Tensor) {
    guard rank > 0, count >= 0, count <= shape[rank - 1] else {
      let result = Shape(shape.dropLast() + [Swift.max(count, 0)])
      func refused(_ dtype: DType) -> Tensor {
        Tensor.failing(
          .shape, "top(_:)", [self],
          ShapeError(
            problem: "cannot take the \(count) largest elements of shape \(shape)",
            remedy: "Ask for at most as many as the last axis has."),
          placeholder: TensorType(result, dtype))
      }
      return (refused(dtype), refused(.int32))
    }
    let order = argsorted(along: -1, descending: true)
      .slice(along: rank - 1, from: 0, count: count)
    return (gatheredElements(order, along: -1), order)
  }

  /// One for the label and zero for the other classes, along a new last axis of length `classes`.
  ///
  /// Labels that are not `int32` numbers from 0 below `classes` are refused as a ``TensorError``.
  public func oneHot(classes: Int, dtype: DType = .float32) -> Tensor {
    do throws(ShapeError) {
      guard classes >= 0 else {
        throw ShapeError(
          problem: "there are \(classes) classes", remedy: "Ask for 0 classes or more.")
      }
      try requireIndices(settled.array, within: classes)
      let columns = Tensor.range(classes, dtype: .int32)
      return (settled.expanded(at: rank) .== columns).converted(to: dtype)
    } catch {
      let result = try? Shape(validating: shape.dimensions + [Swift.max(classes, 0)])
      return Tensor.failing(
        .shape, "oneHot", [self], error, placeholder: TensorType(result ?? shape, dtype))
    }
  }
}
