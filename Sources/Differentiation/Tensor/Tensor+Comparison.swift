// Elementwise comparisons, logic, and choosing by truth values. Truth values have no derivative, so
// everything here but the branches of `where` ends a derivative's way.

import AdjointArrays

extension Tensor {
  /// True where the element is neither infinite nor NaN; the shape stays.
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
        placeholder: TensorType(a.shape.expectedMeeting(b.shape), .bool))
    }
    return Tensor(NDArray.compare(comparison, a.array, b.array))
  }
}

infix operator .&& : LogicalConjunctionPrecedence
infix operator .|| : LogicalDisjunctionPrecedence

// Operands of different element types, and shapes that do not broadcast, are refused as a
// ``TensorError``; the result has the shape in which the operands meet.

extension Tensor {
  /// `a == b`, element by element, as truth values.
  public static func .== (a: Tensor, b: Tensor) -> Tensor { comparing(.equal, ".==", a, b) }
  /// `a != b`, element by element, as truth values.
  public static func .!= (a: Tensor, b: Tensor) -> Tensor { comparing(.notEqual, ".!=", a, b) }
  /// `a < b`, element by element, as truth values.
  public static func .< (a: Tensor, b: Tensor) -> Tensor { comparing(.less, ".<", a, b) }
  /// `a <= b`, element by element, as truth values.
  public static func .<= (a: Tensor, b: Tensor) -> Tensor { comparing(.lessOrEqual, ".<=", a, b) }
  /// `a > b`, element by element, as truth values.
  public static func .> (a: Tensor, b: Tensor) -> Tensor { comparing(.greater, ".>", a, b) }
  /// `a >= b`, element by element, as truth values.
  public static func .>= (a: Tensor, b: Tensor) -> Tensor {
    comparing(.greaterOrEqual, ".>=", a, b)
  }

  /// True where both are; operands that are not truth values are refused as a ``TensorError``.
  public static func .&& (a: Tensor, b: Tensor) -> Tensor {
    combining(".&&", a, b, NDArray.logicalAnd)
  }
  /// True where at least one is; operands that are not truth values are refused as a
  /// ``TensorError``.
  public static func .|| (a: Tensor, b: Tensor) -> Tensor {
    combining(".||", a, b, NDArray.logicalOr)
  }
  /// True where the operand is false; one that is not of truth values is refused as a
  /// ``TensorError``.
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
      return failing(
        a.dtype == .bool && b.dtype == .bool ? .shape : .dtype, operation, [a, b], error,
        placeholder: TensorType(a.shape.expectedMeeting(b.shape), .bool))
    }
  }
}

/// `a` where the mask is true, else `b`; the result has the shape in which all three meet.
///
/// The branch not chosen gets an adjoint of exactly zero, even where its derivative is infinite. A
/// mask that is not of truth values, branches of different element types and shapes that do not
/// broadcast are refused as a ``TensorError``.
public func `where`(_ mask: Tensor, _ a: Tensor, _ b: Tensor) -> Tensor {
  guard mask.dtype == .bool else {
    return Tensor.failing(
      .dtype, "where", [mask, a, b],
      ShapeError(
        problem: "the mask has element type \(mask.dtype)",
        remedy: "Make it by comparing, as in `where`(x .> 0, x, 0)."),
      placeholder: TensorType(mask.shape.expectedMeeting(a.shape, b.shape), a.dtype))
  }
  let (a, b) = Tensor.adopted(a, b)
  return Tensor.applying(
    Select(mask: mask.array), to: [a, b], as: "where",
    giving: mask.shape.expectedMeeting(a.shape, b.shape))
}
