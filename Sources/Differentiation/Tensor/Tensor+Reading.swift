// How tensors are read back: as arrays of Swift's numbers, as one number, as scalars on the same
// tape, as text.

import AdjointArrays

extension Tensor {
  /// The elements row by row, converted to `T`.
  public func values<T: ArrayElement>(as type: T.Type) -> [T] { settled.array.values(as: type) }

  /// The elements row by row as `Float`.
  public var floats: [Float] { settled.array.values(as: Float.self) }

  /// The elements row by row as `Double`.
  public var doubles: [Double] {
    (isLiteral ? literal(as: .float64) : self).array.values(as: Double.self)
  }

  /// The only element, as a number without history.
  ///
  /// A tensor that does not have exactly one element is refused as a ``TensorError``: inside a
  /// differentiated closure the result is then NaN, elsewhere the program stops.
  public var item: Double {
    guard elementCount == 1 else {
      return Tensor.failing(
        .shape, "item", [self],
        ShapeError(
          problem: "the tensor has \(elementCount) elements",
          remedy: "Use x.values(as:) or x.doubles, or reduce it first, as in x.mean()."),
        placeholder: TensorType(.scalar, .float64)
      ).array.item()
    }
    return isLiteral ? literal(as: .float64).array.item() : array.item()
  }
}

extension Scalar {
  /// The only element of a tensor, on the same tape; see ``Tensor/item`` for more or none.
  public init(_ tensor: Tensor) {
    guard tensor.elementCount == 1 else {
      self.init(tensor.item)  // Notes the mistake.
      return
    }
    self = tensor.element(atFlat: 0)
  }
}

extension Tensor {
  /// The elements row by row as scalars on the same tape.
  public func scalars() -> [Scalar] { (0..<elementCount).map { element(atFlat: $0) } }

  func element(atFlat position: Int) -> Scalar {
    guard !isLiteral else { return Scalar(item) }
    let value = array.item(at: position)
    guard let tape else { return Scalar(value) }
    if tape.header.pointee.records[Int(index)].code != .tensor {
      return Scalar(value, at: Int(index), of: tape.header)
    }
    // A flat position may be larger than any index; among the constants it keeps all its digits.
    return tape.header.append(.element, value, UInt64(index), constant: Double(position))
  }
}

extension Tensor: CustomStringConvertible {
  /// The elements in nested brackets, one row a line; long axes are shortened.
  public var description: String {
    if rank == 0 { return text(0) }
    return rows(axis: 0, start: 0, count: elementCount)
  }

  private func text(_ position: Int) -> String {
    switch dtype {
    case .float32: "\(settled.array.values(as: Float.self)[position])"
    case .float64: "\(array.item(at: position))"
    case .int32: "\(Int(array.item(at: position)))"
    case .bool: array.item(at: position) != 0 ? "true" : "false"
    }
  }

  private func rows(axis: Int, start: Int, count: Int) -> String {
    let length = shape[axis]
    guard length > 0 else { return "[]" }
    let inner = count / length
    let isLast = axis == rank - 1
    let shown = length <= 20 ? Array(0..<length) : Array(0..<6) + [-1] + Array(length - 3..<length)
    let parts = shown.map { position in
      if position < 0 { return "…" }
      return isLast
        ? text(start + position)
        : rows(axis: axis + 1, start: start + position * inner, count: inner)
    }
    let separator = isLast ? ", " : ",\n" + String(repeating: " ", count: axis + 1)
    return "[" + parts.joined(separator: separator) + "]"
  }
}

extension Tensor: CustomReflectable {
  /// No parts: `dump` and a debugger show the ``description`` and not how elements are stored.
  public var customMirror: Mirror { Mirror(self, children: EmptyCollection<Mirror.Child>()) }
}
