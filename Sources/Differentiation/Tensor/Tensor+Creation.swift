// What this file knows: how tensors are made from Swift values and read back into them.

import AdjointArrays

extension Tensor {
  /// A tensor of rank 1, or of the given shape filled row by row.
  ///
  /// Traps when the count does not fit the shape.
  public init(_ values: [Double], shape: [Int]? = nil, dtype: DType = .float32) {
    let shape = Shape(shape ?? [values.count])
    precondition(
      shape.elementCount == values.count,
      "\(values.count) values do not fill shape \(shape); it takes \(shape.elementCount)")
    self.init(NDArray(values, shape: shape).converted(to: dtype))
  }

  /// A `float32` tensor of rank 1, or of the given shape filled row by row.
  @_disfavoredOverload
  public init(_ values: [Float], shape: [Int]? = nil) {
    let shape = Shape(shape ?? [values.count])
    precondition(
      shape.elementCount == values.count,
      "\(values.count) values do not fill shape \(shape); it takes \(shape.elementCount)")
    self.init(NDArray(values, shape: shape))
  }

  /// A matrix from its rows.
  public init(_ rows: [[Double]], dtype: DType = .float32) {
    let columns = rows.first?.count ?? 0
    for (position, row) in rows.enumerated() {
      precondition(
        row.count == columns,
        "the rows have different lengths: row 0 has \(columns) values, row \(position) has "
          + "\(row.count)")
    }
    self.init(rows.flatMap { $0 }, shape: [rows.count, columns], dtype: dtype)
  }

  /// A tensor of rank 3 from its matrices.
  public init(_ matrices: [[[Double]]], dtype: DType = .float32) {
    let parts = matrices.map { Tensor($0, dtype: dtype) }
    for (position, part) in parts.enumerated() {
      precondition(
        part.shape == parts[0].shape,
        "the matrices have different shapes: 0 has \(parts[0].shape), \(position) has \(part.shape)"
      )
    }
    self = parts.isEmpty ? .zeros([0, 0, 0], dtype: dtype) : Tensor.stacked(parts, along: 0)
  }

  /// An `int32` tensor of rank 1, such as labels or indices.
  public init(indices: [Int]) {
    self.init(NDArray(indices.map { Int32($0) }, shape: [indices.count]))
  }

  /// A `bool` tensor of rank 1, or of the given shape.
  public init(mask: [Bool], shape: [Int]? = nil) {
    self.init(NDArray(mask, shape: Shape(shape ?? [mask.count])))
  }

  /// A tensor of rank 0.
  public init(_ value: Double, dtype: DType = .float32) {
    self.init(NDArray(scalar: value, dtype: dtype))
  }

  /// A tensor of rank 0 with the value of a scalar, on the same tape.
  @_disfavoredOverload
  public init(_ scalar: Scalar, dtype: DType = .float32) {
    self = Tensor.joined([scalar], shape: .scalar, dtype: dtype)
  }

  /// A tensor of rank 1 made of scalars, on the same tape.
  @_disfavoredOverload
  public init(_ scalars: [Scalar], dtype: DType = .float32) {
    self = Tensor.joined(scalars, shape: [scalars.count], dtype: dtype)
  }

  /// Zeros.
  public static func zeros(_ shape: Shape, dtype: DType = .float32) -> Tensor {
    Tensor(.init(repeating: 0, shape: shape, dtype: dtype))
  }

  /// Ones.
  public static func ones(_ shape: Shape, dtype: DType = .float32) -> Tensor {
    Tensor(.init(repeating: 1, shape: shape, dtype: dtype))
  }

  /// One number everywhere.
  public static func full(_ shape: Shape, _ value: Double, dtype: DType = .float32) -> Tensor {
    Tensor(.init(repeating: value, shape: shape, dtype: dtype))
  }

  /// Zeros with the shape and element type of another tensor.
  public static func zeros(like other: Tensor) -> Tensor {
    zeros(other.shape, dtype: other.dtype)
  }

  /// Ones with the shape and element type of another tensor.
  public static func ones(like other: Tensor) -> Tensor { ones(other.shape, dtype: other.dtype) }

  /// 0, 1, 2, … below `count`.
  public static func range(_ count: Int, dtype: DType = .float32) -> Tensor {
    Tensor(.iota(count, dtype: dtype))
  }

  /// `count` numbers from `start` to `end`, both included.
  public static func linearlySpaced(
    from start: Double, to end: Double, count: Int, dtype: DType = .float32
  ) -> Tensor {
    let step = count > 1 ? (end - start) / Double(count - 1) : 0
    return Tensor(
      (0..<count).map { $0 == count - 1 && count > 1 ? end : start + step * Double($0) },
      dtype: dtype)
  }

  /// The identity matrix.
  public static func identity(_ count: Int, dtype: DType = .float32) -> Tensor {
    let row = Tensor.range(count, dtype: .int32)
    return (row.expanded(at: 1) .== row).converted(to: dtype)
  }

  /// Numbers drawn evenly from a range.
  public static func uniform(
    _ range: Range<Double> = 0..<1, shape: Shape, dtype: DType = .float32,
    using generator: inout some RandomNumberGenerator
  ) -> Tensor {
    Tensor(.uniform(range, shape: shape, dtype: dtype, using: &generator))
  }

  /// Numbers drawn from a normal distribution.
  public static func normal(
    mean: Double = 0, standardDeviation: Double = 1, shape: Shape, dtype: DType = .float32,
    using generator: inout some RandomNumberGenerator
  ) -> Tensor {
    Tensor(
      .normal(
        mean: mean, standardDeviation: standardDeviation, shape: shape, dtype: dtype,
        using: &generator))
  }

  /// Truth values, true with the given probability.
  public static func bernoulli(
    probability: Double, shape: Shape, using generator: inout some RandomNumberGenerator
  ) -> Tensor {
    Tensor(.bernoulli(probability: probability, shape: shape, using: &generator))
  }

  /// The numbers 0 ..< count in random order, as `int32`.
  public static func permutation(
    _ count: Int, using generator: inout some RandomNumberGenerator
  ) -> Tensor { Tensor(.permutation(count, using: &generator)) }

  // MARK: Reading

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
  /// More than one element is a mistake: noted inside a differentiated closure (the result is then
  /// NaN), a trap elsewhere.
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
  /// The only element of a tensor, on the same tape.
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
