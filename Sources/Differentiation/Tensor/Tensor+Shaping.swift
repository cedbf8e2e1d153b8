// What this file knows: the methods by which users move elements around. Each checks its arguments,
// then applies one primitive.

import AdjointArrays

extension Tensor {
  /// Applies what `make` returns, or tells the mistake that it throws.
  func attempting<P: Primitive>(
    _ operation: String, _ make: () throws(ShapeError) -> P
  ) -> Tensor {
    do throws(ShapeError) {
      return Tensor.applying(try make(), self)
    } catch {
      return Tensor.failing(.shape, operation, [self], error)
    }
  }

  func reshaped(_ shape: Shape) -> Tensor {
    if shape == self.shape { return self }
    return isRecorded
      ? Tensor.applying(Reshape(shape: shape), self) : Tensor(settled.array.reshaped(to: shape))
  }

  /// The same elements, row by row, in another shape.
  ///
  /// One length may be -1 and is then inferred.
  public func reshaped(to shape: [Int]) -> Tensor {
    let own = self.shape
    return attempting("reshape") { () throws(ShapeError) in
      Reshape(shape: try own.reshaped(to: shape))
    }
  }

  /// All elements in one axis, row by row.
  public func flattened() -> Tensor { reshaped([elementCount]) }

  /// The axes in another order: axis `i` of the result is axis `permutation[i]` of this tensor.
  public func transposed(_ permutation: [Int]) -> Tensor {
    let own = shape
    return attempting("transpose") { () throws(ShapeError) in
      var axes: [Int] = []
      for axis in permutation { axes.append(try own.axis(axis)) }
      return Transpose(permutation: axes)
    }
  }

  /// The last two axes exchanged: the transpose of each matrix.
  public func transposed() -> Tensor {
    guard rank >= 2 else {
      return Tensor.failing(
        .shape, "transpose", [self],
        ShapeError(
          problem: "a tensor of rank \(rank) has no two axes to exchange",
          remedy: "Make it a matrix first, as in x.expanded(at: 0)."))
    }
    if !isRecorded { return Tensor(array.swappingLastTwoAxes()) }
    var permutation = Array(0..<rank)
    permutation.swapAt(rank - 1, rank - 2)
    return Tensor.applying(Transpose(permutation: permutation), self)
  }

  /// Elements repeated along new leading axes and along axes of length 1.
  public func broadcast(to shape: Shape) -> Tensor {
    shape == self.shape ? self : Tensor.applying(Broadcast(shape: shape), self)
  }

  /// A new axis of length 1 at the given place.
  public func expanded(at axis: Int) -> Tensor {
    let own = shape
    return attempting("expand") { () throws(ShapeError) in
      let place = axis < 0 ? axis + own.rank + 1 : axis
      guard place >= 0, place <= own.rank else {
        throw ShapeError(
          problem: "there is no place \(axis) for a new axis in shape \(own)",
          remedy: "Places run from 0 to \(own.rank), or from -1 backward.")
      }
      var lengths = own.dimensions
      lengths.insert(1, at: place)
      return Reshape(shape: try Shape(validating: lengths))
    }
  }

  /// Without the given axis, whose length must be 1.
  public func squeezed(at axis: Int) -> Tensor {
    let own = shape
    return attempting("squeeze") { () throws(ShapeError) in
      let axis = try own.axis(axis)
      guard own[axis] == 1 else {
        throw ShapeError(
          problem: "axis \(axis) of shape \(own) has length \(own[axis]), not 1",
          remedy: "Only axes of length 1 can be left out; pick one element with x[...] otherwise.")
      }
      var lengths = own.dimensions
      lengths.remove(at: axis)
      return Reshape(shape: try Shape(validating: lengths))
    }
  }

  /// The elements of one axis in reverse order.
  public func reversed(along axis: Int) -> Tensor {
    let own = shape
    return attempting("reverse") { () throws(ShapeError) in Reverse(axis: try own.axis(axis)) }
  }

  /// Sums the axes that broadcasting to this shape would have repeated: its transpose.
  func summed(to target: Shape) -> Tensor {
    if target == shape { return self }
    let extra = rank - target.rank
    let axes = (0..<rank).filter { $0 < extra || (target[$0 - extra] == 1 && shape[$0] != 1) }
    return sum(over: axes, keepsDimensions: true).reshaped(target)
  }

  /// Brings back, with length 1, the axes that a reduction of `shape` removed.
  func restored(_ axes: [Int], of shape: Shape) -> Tensor {
    guard rank != shape.rank else { return self }
    var lengths = shape.dimensions
    for axis in axes { lengths[axis] = 1 }
    return reshaped(Shape(lengths))
  }

  /// The same numbers in another element type.
  ///
  /// Between floating-point types the derivative passes.
  public func converted(to dtype: DType) -> Tensor {
    if isLiteral { return literal(as: dtype) }
    return dtype == self.dtype ? self : Tensor.applying(Convert(dtype: dtype), self)
  }

  /// Tensors one after the other along an existing axis.
  public static func concatenated(_ parts: [Tensor], along axis: Int = 0) -> Tensor {
    guard let first = parts.first else {
      return failing(
        .shape, "concatenate", [],
        ShapeError(problem: "there are no tensors to join", remedy: "Give at least one."))
    }
    do throws(ShapeError) {
      return applying(Concatenate(axis: try first.shape.axis(axis)), to: parts)
    } catch {
      return failing(.shape, "concatenate", parts, error)
    }
  }

  /// Tensors of one shape side by side along a new axis.
  public static func stacked(_ parts: [Tensor], along axis: Int = 0) -> Tensor {
    if let first = parts.first, let odd = parts.first(where: { $0.shape != first.shape }) {
      return failing(
        .shape, "stack", [first, odd],
        ShapeError(
          problem: "the parts have shapes \(first.shape) and \(odd.shape)",
          remedy: "Stacked tensors have one shape; to join along an existing axis use concatenated."
        ))
    }
    let place = axis < 0 ? axis + (parts.first?.rank ?? 0) + 1 : axis
    return concatenated(parts.map { $0.expanded(at: place) }, along: place)
  }

  /// The parts of an axis, `count` equal ones.
  public func split(into count: Int, along axis: Int = 0) -> [Tensor] {
    let own = shape
    do throws(ShapeError) {
      let axis = try own.axis(axis)
      guard count > 0, own[axis] % count == 0 else {
        throw ShapeError(
          problem: "axis \(axis) of shape \(own) cannot be split into \(count) equal parts",
          remedy: "Choose a divisor of \(own[axis]).")
      }
      let length = own[axis] / count
      return (0..<count).map { slice(along: axis, from: $0 * length, count: length) }
    } catch {
      return [Tensor.failing(.shape, "split", [self], error)]
    }
  }

  /// A border of one value round the tensor.
  ///
  /// - Parameters:
  ///   - before: the width before the first element, for each axis.
  ///   - after: the width after the last element, for each axis.
  public func padded(before: [Int], after: [Int], value: Double = 0) -> Tensor {
    Tensor.applying(Pad(before: before, after: after, value: value), self)
  }
}
