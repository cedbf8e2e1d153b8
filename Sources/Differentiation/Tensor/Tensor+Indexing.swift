// What this file knows: how parts of a tensor are named: `x[0]`, `x[1..<3]`, `x[.all, 0]`,
// `x[.newAxis, .ellipsis]`, gathering by index, comparing, choosing, sorting.

import AdjointArrays
import AdjointElementary

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
  public var indexItem: IndexItem { .range(from: lowerBound, to: upperBound + 1, step: 1) }
}
extension PartialRangeFrom<Int>: TensorIndex {
  public var indexItem: IndexItem { .range(from: lowerBound, to: nil, step: 1) }
}
extension PartialRangeUpTo<Int>: TensorIndex {
  public var indexItem: IndexItem { .range(from: nil, to: upperBound, step: 1) }
}
extension PartialRangeThrough<Int>: TensorIndex {
  public var indexItem: IndexItem { .range(from: nil, to: upperBound + 1, step: 1) }
}

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
  /// ```swift
  /// x[0]                    // the first row
  /// x[1..<3]                // rows 1 and 2
  /// x[.all, 0]              // the first column
  /// x[.newAxis, .ellipsis]  // one axis more, in front
  /// ```
  public subscript(_ items: any TensorIndex...) -> Tensor { sliced(items.map(\.indexItem)) }

  func sliced(_ items: [IndexItem]) -> Tensor { Tensor.applying(Slice(items: items), self) }

  /// `count` elements of one axis.
  func slice(along axis: Int, from start: Int, count: Int) -> Tensor {
    if start == 0, count == shape[axis] { return self }
    var items = [IndexItem](repeating: .all, count: rank)
    items[axis] = .range(from: start, to: start + count, step: 1)
    return sliced(items)
  }

  /// Slices of an axis picked by number, such as rows of an embedding table.
  ///
  /// The result has the shape of `indices` in the place of the axis. A position picked several times
  /// gets the sum of the adjoints.
  public func gathered(_ indices: Tensor, along axis: Int = 0) -> Tensor {
    let own = shape
    return attempting("gather") { () throws(ShapeError) in
      Gather(indices: indices.settled.array, axis: try own.axis(axis))
    }
  }

  /// One element per position along an axis: `y[i, j] = x[i, indices[i, j]]` for the last of two axes.
  public func gatheredElements(_ indices: Tensor, along axis: Int) -> Tensor {
    let own = shape
    return attempting("gatherElements") { () throws(ShapeError) in
      GatherAlong(indices: indices.settled.array, axis: try own.axis(axis))
    }
  }

  /// Zeros of the given shape with this tensor's slices added in by number: the transpose of
  /// ``gathered(_:along:)``.
  public func scatterAdded(_ indices: Tensor, into target: Shape, along axis: Int = 0) -> Tensor {
    attempting("scatterAdd") { () throws(ShapeError) in
      ScatterAdd(indices: indices.settled.array, axis: try target.axis(axis), shape: target)
    }
  }

  // MARK: Order

  /// The elements of an axis in order; NaN comes last.
  ///
  /// The derivative follows the elements.
  public func sorted(along axis: Int = -1, descending: Bool = false) -> Tensor {
    let order = argsorted(along: axis, descending: descending)
    return order.shape == shape ? gatheredElements(order, along: axis) : order
  }

  /// The positions that would sort an axis, as `int32`; equal elements keep their order.
  public func argsorted(along axis: Int = -1, descending: Bool = false) -> Tensor {
    do throws(ShapeError) {
      return Tensor(
        settled.array.argsort(along: try shape.axis(axis), descending: descending))
    } catch {
      return Tensor.failing(.shape, "argsort", [self], error)
    }
  }

  /// The `count` largest elements of the last axis, in descending order, and their positions.
  public func top(_ count: Int) -> (values: Tensor, indices: Tensor) {
    guard rank > 0, count >= 0, count <= shape[rank - 1] else {
      let failure = Tensor.failing(
        .shape, "top", [self],
        ShapeError(
          problem: "cannot take the \(count) largest elements of shape \(shape)",
          remedy: "Ask for at most as many as the last axis has."))
      return (failure, failure)
    }
    let order = argsorted(along: -1, descending: true)
      .slice(along: rank - 1, from: 0, count: count)
    return (gatheredElements(order, along: -1), order)
  }

  /// One for the label and zero for the other classes, along a new last axis.
  public func oneHot(classes: Int, dtype: DType = .float32) -> Tensor {
    let columns = Tensor.range(classes, dtype: .int32)
    return (expanded(at: rank) .== columns).converted(to: dtype)
  }

  // MARK: Comparing and choosing

  /// True where the element is neither infinite nor NaN.
  public func isFinite() -> Tensor {
    let x = settled.detached()
    return (x - x) .== 0
  }

  static func comparing(
    _ comparison: NDArray.Comparison, _ operation: String, _ a: Tensor, _ b: Tensor
  ) -> Tensor {
    let (a, b) = adopted(a, b)
    do throws(ShapeError) {
      guard a.dtype == b.dtype else {
        throw ShapeError(
          problem: "comparing \(a.dtype) with \(b.dtype)",
          remedy: "Convert one operand, as in x.converted(to: .\(a.dtype)).")
      }
      _ = try a.shape.broadcast(with: b.shape)
    } catch {
      return failing(
        a.dtype == b.dtype ? .shape : .dtype, operation, [a, b], error,
        placeholder: TensorType(a.shape, .bool))
    }
    return Tensor(NDArray.compare(comparison, a.array, b.array))
  }
}

infix operator .&& : LogicalConjunctionPrecedence
infix operator .|| : LogicalDisjunctionPrecedence

extension Tensor {
  /// Elementwise comparison; the result is a tensor of truth values.
  public static func .== (a: Tensor, b: Tensor) -> Tensor { comparing(.equal, ".==", a, b) }
  /// Elementwise comparison; the result is a tensor of truth values.
  public static func .!= (a: Tensor, b: Tensor) -> Tensor { comparing(.notEqual, ".!=", a, b) }
  /// Elementwise comparison; the result is a tensor of truth values.
  public static func .< (a: Tensor, b: Tensor) -> Tensor { comparing(.less, ".<", a, b) }
  /// Elementwise comparison; the result is a tensor of truth values.
  public static func .<= (a: Tensor, b: Tensor) -> Tensor { comparing(.lessOrEqual, ".<=", a, b) }
  /// Elementwise comparison; the result is a tensor of truth values.
  public static func .> (a: Tensor, b: Tensor) -> Tensor { comparing(.greater, ".>", a, b) }
  /// Elementwise comparison; the result is a tensor of truth values.
  public static func .>= (a: Tensor, b: Tensor) -> Tensor {
    comparing(.greaterOrEqual, ".>=", a, b)
  }

  /// Elementwise comparison with a number; the result is a tensor of truth values.
  @_disfavoredOverload
  public static func .== (a: Tensor, b: Double) -> Tensor { a .== Tensor(literal: b) }
  /// Elementwise comparison with a number; the result is a tensor of truth values.
  @_disfavoredOverload
  public static func .!= (a: Tensor, b: Double) -> Tensor { a .!= Tensor(literal: b) }
  /// Elementwise comparison with a number; the result is a tensor of truth values.
  @_disfavoredOverload
  public static func .< (a: Tensor, b: Double) -> Tensor { a .< Tensor(literal: b) }
  /// Elementwise comparison with a number; the result is a tensor of truth values.
  @_disfavoredOverload
  public static func .<= (a: Tensor, b: Double) -> Tensor { a .<= Tensor(literal: b) }
  /// Elementwise comparison with a number; the result is a tensor of truth values.
  @_disfavoredOverload
  public static func .> (a: Tensor, b: Double) -> Tensor { a .> Tensor(literal: b) }
  /// Elementwise comparison with a number; the result is a tensor of truth values.
  @_disfavoredOverload
  public static func .>= (a: Tensor, b: Double) -> Tensor { a .>= Tensor(literal: b) }

  /// True where both are.
  public static func .&& (a: Tensor, b: Tensor) -> Tensor {
    combining(".&&", a, b, NDArray.logicalAnd)
  }
  /// True where at least one is.
  public static func .|| (a: Tensor, b: Tensor) -> Tensor {
    combining(".||", a, b, NDArray.logicalOr)
  }
  /// True where the operand is false.
  public static prefix func ! (a: Tensor) -> Tensor {
    guard a.dtype == .bool else { return combining("!", a, a, NDArray.logicalAnd) }
    return Tensor(NDArray.logicalNot(a.array))
  }

  private static func combining(
    _ operation: String, _ a: Tensor, _ b: Tensor, _ body: (NDArray, NDArray) -> NDArray
  ) -> Tensor {
    do throws(ShapeError) {
      guard a.dtype == .bool, b.dtype == .bool else {
        throw ShapeError(
          problem: "`\(operation)` takes truth values, not \(a.dtype) and \(b.dtype)",
          remedy: "Compare first, as in (x .> 0) \(operation) (x .< 1).")
      }
      _ = try a.shape.broadcast(with: b.shape)
      return Tensor(body(a.array, b.array))
    } catch {
      return failing(.dtype, operation, [a, b], error, placeholder: TensorType(a.shape, .bool))
    }
  }
}

/// `a` where the mask is true, else `b`, with broadcasting.
///
/// The branch not chosen gets an adjoint of exactly zero, even where its derivative is infinite.
public func `where`(_ mask: Tensor, _ a: Tensor, _ b: Tensor) -> Tensor {
  guard mask.dtype == .bool else {
    return Tensor.failing(
      .dtype, "where", [mask, a, b],
      ShapeError(
        problem: "the mask has element type \(mask.dtype)",
        remedy: "Make it by comparing, as in `where`(x .> 0, x, 0)."),
      placeholder: a.type)
  }
  let (a, b) = Tensor.adopted(a, b)
  return Tensor.applying(Select(mask: mask.array), a, b)
}
