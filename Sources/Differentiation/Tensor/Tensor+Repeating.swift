// Ways of laying elements out again: repeated, rotated, cut into unequal parts, mirrored at a
// border. Each is made of slices, gathers and broadcasting, so an element that appears several
// times receives the sum of the adjoints.

import AdjointArrays

/// What lies beyond the edge of a tensor that is padded with its own elements.
public enum PaddingMode: String, Sendable, Hashable, CaseIterable {
  /// The elements mirrored at the outermost one, which is not repeated: `3 2 | 1 2 3 | 2 1`.
  case reflect
  /// The outermost element over and over: `1 1 | 1 2 3 | 3 3`.
  case replicate
  /// The elements from the other end: `2 3 | 1 2 3 | 1 2`.
  case circular
}

extension Tensor {
  /// The whole tensor laid out several times along each axis.
  ///
  /// Axis `i` becomes `counts[i]` times as long. A negative count, and a list that does not have
  /// one count for each axis, are refused as a ``TensorError``.
  ///
  /// ```swift
  /// Tensor([[1, 2]]).tiled([2, 2])  // [[1, 2, 1, 2], [1, 2, 1, 2]]
  /// ```
  public func tiled(_ counts: [Int]) -> Tensor {
    refusing("tiled(_:)") { x throws(ShapeError) in
      guard counts.count == x.rank, counts.allSatisfy({ $0 >= 0 }) else {
        throw ShapeError(
          problem: "the counts \(counts) do not fit shape \(x.shape)",
          remedy: "Give one count, zero or more, for each of the \(x.rank) axes.")
      }
      // A new axis before each one, along which broadcasting repeats it.
      let pairs = zip(counts, x.shape)
      let stretched = try Shape(validating: pairs.flatMap { [$0, $1] })
      return x.reshaped(to: Shape(x.shape.flatMap { [1, $0] })).broadcast(to: stretched)
        .reshaped(to: Shape(pairs.map { $0 * $1 }))
    }
  }

  /// Each element of an axis several times, one after the other.
  ///
  /// The axis becomes `count` times as long. A negative count, and an axis that does not exist, are
  /// refused as a ``TensorError``.
  ///
  /// ```swift
  /// Tensor([1, 2]).repeated(3, along: 0)  // [1, 1, 1, 2, 2, 2]
  /// ```
  public func repeated(_ count: Int, along axis: Int) -> Tensor {
    refusing("repeated(_:along:)") { x throws(ShapeError) in
      let axis = try x.shape.axis(axis)
      guard count >= 0 else { throw refusedCount(count) }
      var lengths = x.shape.dimensions
      lengths.insert(count, at: axis + 1)
      let stretched = try Shape(validating: lengths)
      lengths.remove(at: axis + 1)
      lengths[axis] *= count
      return x.expanded(at: axis + 1).broadcast(to: stretched).reshaped(to: Shape(lengths))
    }
  }

  /// Each element of an axis as often as its count says.
  ///
  /// The axis becomes as long as the sum of the counts. A negative count, a list that does not have
  /// one count for each element, and an axis that does not exist, are refused as a ``TensorError``.
  ///
  /// ```swift
  /// Tensor([1, 2, 3]).repeated([2, 0, 1], along: 0)  // [1, 1, 3]
  /// ```
  public func repeated(_ counts: [Int], along axis: Int) -> Tensor {
    refusing("repeated(_:along:)") { x throws(ShapeError) in
      let axis = try x.shape.axis(axis)
      guard counts.count == x.shape[axis] else {
        throw ShapeError(
          problem: "\(counts.count) counts are given for axis \(axis) of shape \(x.shape)",
          remedy: "Give one count for each element, or one number for all.")
      }
      for count in counts where count < 0 { throw refusedCount(count) }
      let positions = counts.enumerated().flatMap { [Int](repeating: $0, count: $1) }
      return x.gathered(Tensor(indices: positions), along: axis)
    }
  }

  /// The elements of an axis moved on by a number of positions; those that leave at one end come in
  /// at the other.
  ///
  /// `y[(i + count) mod n] = x[i]`; a negative count moves toward the front. The shape stays; an
  /// axis that does not exist is refused as a ``TensorError``.
  ///
  /// ```swift
  /// Tensor([1, 2, 3]).rolled(by: 1, along: 0)  // [3, 1, 2]
  /// ```
  public func rolled(by count: Int, along axis: Int) -> Tensor {
    refusing("rolled(by:along:)") { x throws(ShapeError) in
      let axis = try x.shape.axis(axis), length = x.shape[axis]
      let shift = length > 0 ? modulo(count, length) : 0
      if shift == 0 { return x }
      return Tensor.concatenated(
        [
          x.slice(along: axis, from: length - shift, count: shift),
          x.slice(along: axis, from: 0, count: length - shift),
        ], along: axis)
    }
  }

  /// A border made of the tensor's own elements.
  ///
  /// Each axis becomes as much longer as the two widths say. Refused as a ``TensorError`` are a
  /// negative width, lists that do not have one width for each axis, a border on an axis without
  /// elements, and a reflected border as wide as its axis or wider, which would have to be mirrored
  /// a second time.
  ///
  /// ```swift
  /// let x = Tensor([1, 2, 3])
  /// x.padded(before: [2], after: [1], mode: .reflect)    // [3, 2, 1, 2, 3, 2]
  /// x.padded(before: [2], after: [1], mode: .replicate)  // [1, 1, 1, 2, 3, 3]
  /// x.padded(before: [2], after: [1], mode: .circular)   // [2, 3, 1, 2, 3, 1]
  /// ```
  ///
  /// - Parameters:
  ///   - before: the width before the first element, for each axis.
  ///   - after: the width after the last element, for each axis.
  ///   - mode: which elements stand there.
  public func padded(before: [Int], after: [Int], mode: PaddingMode) -> Tensor {
    let x = settled
    let result = try? x.shape.padded(before: before, after: after)
    do throws(ShapeError) {
      _ = try Pad(before: before, after: after, value: 0).resultType(of: [x.type])
      var y = x
      for axis in 0..<x.rank where before[axis] + after[axis] > 0 {
        let length = x.shape[axis], widest = Swift.max(before[axis], after[axis])
        guard length > (mode == .reflect ? widest : 0) else {
          throw ShapeError(
            problem: "axis \(axis) of shape \(x.shape) is too short to "
              + "\(mode == .reflect ? "reflect" : "fill") a border of width \(widest)",
            remedy: mode == .reflect
              ? "A reflected border is narrower than its axis." : "Pad with a value instead.")
        }
        let positions = (-before[axis]..<length + after[axis]).map { mode.source($0, length) }
        y = y.gathered(Tensor(indices: positions), along: axis)
      }
      return y
    } catch {
      return Tensor.failing(
        .shape, "padded(before:after:mode:)", [x], error,
        placeholder: TensorType(result ?? x.shape, x.dtype))
    }
  }

  /// The parts of an axis, of the given lengths, one after the other.
  ///
  /// Lengths that are negative or do not add up to that of the axis, and an axis that does not
  /// exist, are refused as a ``TensorError``; there are as many parts even then.
  ///
  /// ```swift
  /// Tensor([1, 2, 3]).split(sizes: [2, 1])  // [1, 2] and [3]
  /// ```
  public func split(sizes: [Int], along axis: Int = 0) -> [Tensor] {
    let x = settled
    do throws(ShapeError) {
      let axis = try x.shape.axis(axis)
      guard sizes.allSatisfy((0...x.shape[axis]).contains), sizes.reduce(0, +) == x.shape[axis]
      else {
        throw ShapeError(
          problem: "the sizes \(sizes) do not fill axis \(axis) of shape \(x.shape)",
          remedy: "Give lengths, zero or more, whose sum is \(x.shape[axis]).")
      }
      var start = 0
      return sizes.map { size in
        defer { start += size }
        return x.slice(along: axis, from: start, count: size)
      }
    } catch {
      // Code after the split takes its parts by number, in a closure that runs on to its end.
      return sizes.map { size in
        var lengths = x.shape.dimensions
        if let axis = try? x.shape.axis(axis) { lengths[axis] = Swift.max(size, 0) }
        let shape = (try? Shape(validating: lengths)) ?? x.shape
        return Tensor.failing(
          .shape, "split(sizes:)", [x], error, placeholder: TensorType(shape, x.dtype))
      }
    }
  }

  /// What the body makes of this tensor, or a placeholder of its type if it refuses.
  private func refusing(
    _ operation: String, _ body: (Tensor) throws(ShapeError) -> Tensor
  ) -> Tensor {
    let x = settled
    do throws(ShapeError) {
      return try body(x)
    } catch {
      return Tensor.failing(.shape, operation, [x], error)
    }
  }
}

extension PaddingMode {
  /// The position of the element that stands at a position, which may be outside of the axis.
  fileprivate func source(_ position: Int, _ length: Int) -> Int {
    switch self {
    case .reflect:
      position < 0 ? -position : position < length ? position : 2 * (length - 1) - position
    case .replicate: Swift.min(Swift.max(position, 0), length - 1)
    case .circular: modulo(position, length)
    }
  }
}

/// The remainder that is not negative.
private func modulo(_ position: Int, _ length: Int) -> Int {
  let rest = position % length
  return rest < 0 ? rest + length : rest
}

private func refusedCount(_ count: Int) -> ShapeError {
  ShapeError(problem: "an element cannot be repeated \(count) times", remedy: "Give 0 or more.")
}
