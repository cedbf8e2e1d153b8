// The methods by which users move elements around. Each checks its arguments, then applies one
// primitive; what that primitive's rules are, it has never heard of.

import AdjointArrays

extension Tensor {
  /// Applies what `make` returns, or tells the mistake that it throws.
  ///
  /// - Parameter result: the shape that the result would have had, as far as it is known; the
  ///   placeholder takes it, so that code after a refused operation meets no second surprise.
  func attempting<P: Primitive>(
    _ operation: @autoclosure () -> String, giving result: @autoclosure () -> Shape? = nil,
    _ make: () throws(ShapeError) -> P
  ) -> Tensor {
    let x = settled
    var type: TensorType?
    do throws(ShapeError) {
      let primitive = try make()
      type = try primitive.resultType(of: [x.type])
      return Tensor.recording(primitive, x, value: try primitive.evaluate([x.array]))
    } catch {
      return Tensor.failing(
        .shape, operation(), [x], error,
        placeholder: type ?? TensorType(result() ?? x.shape, x.dtype))
    }
  }

  /// The same elements, row by row, in another shape.
  ///
  /// One length may be -1 and is then inferred.
  ///
  /// - Returns: a tensor of shape `shape`; another number of elements is refused as a
  ///   ``TensorError``.
  public func reshaped(to shape: [Int]) -> Tensor {
    let own = self.shape
    return attempting("reshaped(to:)", giving: own.expectedReshape(shape)) {
      () throws(ShapeError) in
      Reshape(shape: try own.reshaped(to: shape))
    }
  }

  /// The same elements, row by row, in another shape.
  ///
  /// - Returns: a tensor of shape `shape`; another number of elements is refused as a
  ///   ``TensorError``.
  @_disfavoredOverload
  public func reshaped(to shape: Shape) -> Tensor {
    if shape == self.shape { return self }
    guard shape.elementCount == elementCount else { return reshaped(to: shape.dimensions) }
    return isRecorded
      ? Tensor.applying(Reshape(shape: shape), self) : Tensor(settled.array.reshaped(to: shape))
  }

  /// All elements in one axis, row by row: shape `[elementCount]`.
  public func flattened() -> Tensor { reshaped(to: Shape([elementCount])) }

  /// The axes in another order: axis `i` of the result is axis `permutation[i]` of this tensor.
  ///
  /// A list that does not name every axis once is refused as a ``TensorError``.
  public func transposed(_ permutation: [Int]) -> Tensor {
    let own = shape
    return attempting("transposed", giving: own.expectedPermutation(permutation)) {
      () throws(ShapeError) in
      var axes: [Int] = []
      for axis in permutation { axes.append(try own.axis(axis)) }
      return Transpose(permutation: axes)
    }
  }

  /// The last two axes exchanged: the transpose of each matrix, `[…, m, n]` to `[…, n, m]`.
  ///
  /// A tensor of rank 0 or 1 is refused as a ``TensorError``.
  public func transposed() -> Tensor {
    guard rank >= 2 else {
      return Tensor.failing(
        .shape, "transposed", [self],
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
  ///
  /// - Returns: a tensor of shape `shape`; a shape that changes any other length is refused as a
  ///   ``TensorError``.
  public func broadcast(to shape: Shape) -> Tensor {
    shape == self.shape
      ? self
      : attempting("broadcast(to:)", giving: shape) { () throws(ShapeError) in
        Broadcast(shape: shape)
      }
  }

  /// Elements repeated along new leading axes and along axes of length 1.
  @_disfavoredOverload
  public func broadcast(to shape: [Int]) -> Tensor { broadcast(to: Shape(shape)) }

  /// A new axis of length 1 at the given position of the result; -1 is the last.
  ///
  /// A position outside of the result is refused as a ``TensorError``.
  public func expanded(at axis: Int) -> Tensor {
    let own = shape
    return attempting("expanded(at:)", giving: own.expectedExpansion(at: axis)) {
      () throws(ShapeError) in
      Reshape(shape: try own.expanded(at: axis))
    }
  }

  /// Without the given axis; one whose length is not 1 is refused as a ``TensorError``.
  public func squeezed(at axis: Int) -> Tensor {
    let own = shape
    return attempting("squeezed(at:)", giving: own.expectedSqueeze(at: axis)) {
      () throws(ShapeError) in
      Reshape(shape: try own.squeezed(axis))
    }
  }

  /// The elements of one axis in reverse order.
  ///
  /// The shape stays; an axis that does not exist is refused as a ``TensorError``.
  public func reversed(along axis: Int) -> Tensor {
    let own = shape
    return attempting("reversed(along:)") { () throws(ShapeError) in
      Reverse(axis: try own.axis(axis))
    }
  }

  /// Sums the axes that broadcasting to this shape would have repeated: its transpose.
  func summed(to target: Shape) -> Tensor {
    if target == shape { return self }
    let extra = rank - target.rank
    let axes = (0..<rank).filter { $0 < extra || (target[$0 - extra] == 1 && shape[$0] != 1) }
    return sum(over: axes, keepsDimensions: true).reshaped(to: target)
  }

  /// Brings back, with length 1, the axes that a reduction of `shape` removed.
  func restored(_ axes: [Int], of shape: Shape) -> Tensor {
    guard rank != shape.rank else { return self }
    var lengths = shape.dimensions
    for axis in axes { lengths[axis] = 1 }
    return reshaped(to: Shape(lengths))
  }

  /// The same numbers in another element type.
  ///
  /// The shape stays. Between floating-point types the derivative passes. As for Swift's own
  /// numbers, a fraction is cut off on the way to `int32`, and a number beyond its range, an
  /// infinity and NaN are refused as a ``TensorError``; `float32` rounds. To `bool`, zero is false
  /// and all else true.
  public func converted(to dtype: DType) -> Tensor {
    if isLiteral, dtype.isFloatingPoint { return literal(as: dtype) }
    return dtype == self.dtype
      ? self
      : Tensor.applying(
        Convert(dtype: dtype), to: [self], as: "converted(to: .\(dtype))", giving: shape)
  }

  /// Tensors one after the other along an existing axis, whose lengths add up.
  ///
  /// No parts, different element types and lengths that differ on another axis are refused as a
  /// ``TensorError``.
  public static func concatenated(_ parts: [Tensor], along axis: Int = 0) -> Tensor {
    guard let first = parts.first else {
      return failing(
        .shape, "concatenated", [],
        ShapeError(problem: "there are no tensors to join", remedy: "Give at least one."))
    }
    do throws(ShapeError) {
      // That scalars have no axis is told by the primitive, with what to do instead.
      let position = first.rank == 0 ? 0 : try first.shape.axis(axis)
      return applying(
        Concatenate(axis: position), to: parts, as: "concatenated",
        giving: .expectedConcatenation(parts.map(\.shape), along: axis))
    } catch {
      return failing(
        .shape, "concatenated", parts, error,
        placeholder: TensorType(
          .expectedConcatenation(parts.map(\.shape), along: axis), first.dtype))
    }
  }

  /// Tensors of one shape side by side along a new axis, as long as there are parts.
  ///
  /// No parts, different shapes and different element types are refused as a ``TensorError``.
  public static func stacked(_ parts: [Tensor], along axis: Int = 0) -> Tensor {
    if let first = parts.first, let odd = parts.first(where: { $0.shape != first.shape }) {
      return failing(
        .shape, "stacked", [first, odd],
        ShapeError(
          problem: "the parts have shapes \(first.shape) and \(odd.shape)",
          remedy: "Stacked tensors have one shape; to join along an existing axis use concatenated."
        ),
        placeholder: TensorType(
          first.shape.inserting(parts.count, at: axis) ?? first.shape, first.dtype))
    }
    let position = axis < 0 ? axis + (parts.first?.rank ?? 0) + 1 : axis
    return concatenated(parts.map { $0.expanded(at: position) }, along: position)
  }

  /// The parts of an axis, `count` equal ones, each of the length of the axis divided by `count`.
  ///
  /// A count that does not divide the length is refused as a ``TensorError``; there are `count`
  /// parts even then.
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
      // Code after the split takes its parts by number, in a closure that runs on to its end.
      var lengths = own.dimensions
      if let axis = try? own.axis(axis), count > 0 { lengths[axis] /= count }
      let part = Tensor.failing(
        .shape, "split(into:)", [self], error, placeholder: TensorType(Shape(lengths), dtype))
      return [Tensor](repeating: part, count: Swift.max(count, 0))
    }
  }

  /// A border of one value round the tensor.
  ///
  /// Each axis becomes as much longer as the two widths say. A negative width, and lists that do
  /// not have one width for each axis, are refused as a ``TensorError``.
  ///
  /// - Parameters:
  ///   - before: the width before the first element, for each axis.
  ///   - after: the width after the last element, for each axis.
  public func padded(before: [Int], after: [Int], value: Double = 0) -> Tensor {
    attempting("padded(before:after:)", giving: try? shape.padded(before: before, after: after)) {
      () throws(ShapeError) in Pad(before: before, after: after, value: value)
    }
  }
}

extension Shape {
  /// This shape with a new axis at the given position of the result, or nil if there is none.
  fileprivate func inserting(_ length: Int, at position: Int) -> Shape? {
    var lengths = dimensions
    let position = position < 0 ? position + rank + 1 : position
    guard position >= 0, position <= rank else { return nil }
    lengths.insert(length, at: position)
    return try? Shape(validating: lengths)
  }
}
