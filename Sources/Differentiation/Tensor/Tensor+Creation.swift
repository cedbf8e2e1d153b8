// How tensors are made: from Swift values, from one number, from a random number generator. Reading
// them back is in Tensor+Reading.swift.

import AdjointArrays
import AdjointSupport

extension Tensor {
  /// A tensor of rank 1, or of the given shape filled row by row.
  ///
  /// Traps when the count does not fit the shape, and at a value that is not one of the element
  /// type, such as 2.5 for `int32`.
  public init(_ values: [Double], shape: Shape? = nil, dtype: DType = .float32) {
    if !dtype.isFloatingPoint {
      for value in values { dtype.requireHolds(value, "Tensor") }
    }
    self.init(Tensor.filled(values, shape).converted(to: dtype))
  }

  /// A tensor of the given shape filled row by row.
  ///
  /// Traps when the count does not fit the shape.
  @_disfavoredOverload
  public init(_ values: [Double], shape: [Int], dtype: DType = .float32) {
    self.init(values, shape: Shape(shape), dtype: dtype)
  }

  /// A `float32` tensor of rank 1, or of the given shape filled row by row.
  ///
  /// Traps when the count does not fit the shape.
  @_disfavoredOverload
  public init(_ values: [Float], shape: Shape? = nil) {
    self.init(Tensor.filled(values, shape))
  }

  /// A `float32` tensor of the given shape filled row by row.
  ///
  /// Traps when the count does not fit the shape.
  @_disfavoredOverload
  public init(_ values: [Float], shape: [Int]) { self.init(values, shape: Shape(shape)) }

  private static func filled<T: ArrayElement>(_ values: [T], _ shape: Shape?) -> NDArray {
    let shape = shape ?? [values.count]
    require(
      shape.elementCount == values.count,
      "Tensor: \(values.count) values do not fill shape \(shape). "
        + "Pass \(shape.elementCount) values, or a shape of \(values.count) elements.")
    return NDArray(values, shape: shape)
  }

  /// A matrix from its rows; rows of different lengths trap.
  public init(_ rows: [[Double]], dtype: DType = .float32) {
    self.init(
      rows.flatMap { $0 }, shape: [rows.count, Tensor.columns(of: rows)], dtype: dtype)
  }

  /// The length of rows that are equally long.
  private static func columns<Number>(of rows: [[Number]]) -> Int {
    let columns = rows.first?.count ?? 0
    for (position, row) in rows.enumerated() {
      require(
        row.count == columns,
        "Tensor: the rows have different lengths, \(columns) values in row 0 and \(row.count) in "
          + "row \(position). Give all rows one length.")
    }
    return columns
  }

  /// A tensor of rank 3 from its matrices; matrices of different shapes trap.
  public init(_ matrices: [[[Double]]], dtype: DType = .float32) {
    let parts = matrices.map { Tensor($0, dtype: dtype) }
    for (position, part) in parts.enumerated() {
      require(
        part.shape == parts[0].shape,
        "Tensor: the matrices have different shapes, \(parts[0].shape) at 0 and \(part.shape) at "
          + "\(position). Give all matrices one shape.")
    }
    self = parts.isEmpty ? .zeros([0, 0, 0], dtype: dtype) : Tensor.stacked(parts, along: 0)
  }

  /// An `int32` tensor of rank 1, or of the given shape filled row by row, such as labels or
  /// indices.
  ///
  /// Traps when the count does not fit the shape, or a number is beyond `int32`.
  public init(indices: [Int], shape: Shape? = nil) {
    for index in indices {
      require(
        Int32(exactly: index) != nil,
        "Tensor(indices:): \(index) is not a number of int32. "
          + "Pass whole numbers within ±2147483647.")
    }
    self.init(Tensor.filled(indices.map { Int32($0) }, shape))
  }

  /// An `int32` tensor of the given shape filled row by row.
  ///
  /// Traps as the form above.
  @_disfavoredOverload
  public init(indices: [Int], shape: [Int]) { self.init(indices: indices, shape: Shape(shape)) }

  /// An `int32` matrix from its rows; rows of different lengths trap.
  @_disfavoredOverload
  public init(indices rows: [[Int]]) {
    self.init(indices: rows.flatMap { $0 }, shape: [rows.count, Tensor.columns(of: rows)])
  }

  /// A `bool` tensor of rank 1, or of the given shape filled row by row.
  ///
  /// Traps when the count does not fit the shape.
  public init(mask: [Bool], shape: Shape? = nil) { self.init(Tensor.filled(mask, shape)) }

  /// A `bool` tensor of the given shape filled row by row.
  ///
  /// Traps when the count does not fit the shape.
  @_disfavoredOverload
  public init(mask: [Bool], shape: [Int]) { self.init(mask: mask, shape: Shape(shape)) }

  /// A tensor of rank 0; a value that is not one of the element type traps.
  public init(_ value: Double, dtype: DType = .float32) {
    dtype.requireHolds(value, "Tensor")
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

  /// A tensor of the given shape with 0 everywhere.
  public static func zeros(_ shape: Shape, dtype: DType = .float32) -> Tensor {
    full(shape, 0, dtype: dtype)
  }

  /// A tensor of the given shape with 0 everywhere.
  @_disfavoredOverload
  public static func zeros(_ shape: [Int], dtype: DType = .float32) -> Tensor {
    zeros(Shape(shape), dtype: dtype)
  }

  /// A tensor of the given shape with 1 everywhere.
  public static func ones(_ shape: Shape, dtype: DType = .float32) -> Tensor {
    full(shape, 1, dtype: dtype)
  }

  /// A tensor of the given shape with 1 everywhere.
  @_disfavoredOverload
  public static func ones(_ shape: [Int], dtype: DType = .float32) -> Tensor {
    ones(Shape(shape), dtype: dtype)
  }

  /// A tensor of the given shape with one number everywhere; one that is not of the element type
  /// traps.
  public static func full(_ shape: Shape, _ value: Double, dtype: DType = .float32) -> Tensor {
    dtype.requireHolds(value, "full")
    return Tensor(.init(repeating: value, shape: shape, dtype: dtype))
  }

  /// A tensor of the given shape with one number everywhere.
  @_disfavoredOverload
  public static func full(_ shape: [Int], _ value: Double, dtype: DType = .float32) -> Tensor {
    full(Shape(shape), value, dtype: dtype)
  }

  /// 0 everywhere, with the shape and element type of another tensor.
  public static func zeros(like other: Tensor) -> Tensor {
    zeros(other.shape, dtype: other.dtype)
  }

  /// 1 everywhere, with the shape and element type of another tensor.
  public static func ones(like other: Tensor) -> Tensor { ones(other.shape, dtype: other.dtype) }

  /// 0, 1, 2, … below `count`, in one axis.
  public static func range(_ count: Int, dtype: DType = .float32) -> Tensor {
    Tensor(.range(count, dtype: dtype))
  }

  /// `count` numbers from `start` to `end`, both included.
  public static func linearlySpaced(
    from start: Double, to end: Double, count: Int, dtype: DType = .float32
  ) -> Tensor {
    require(
      count >= 0,
      "linearlySpaced: the count is \(count), which is negative. Ask for 0 numbers or more.")
    let step = count > 1 ? (end - start) / Double(count - 1) : 0
    return Tensor(
      (0..<count).map { $0 == count - 1 && count > 1 ? end : start + step * Double($0) },
      dtype: dtype)
  }

  /// The identity matrix of shape `[count, count]`.
  public static func identity(_ count: Int, dtype: DType = .float32) -> Tensor {
    require(
      count >= 0, "identity: the count is \(count), which is negative. Ask for 0 rows or more.")
    let row = Tensor.range(count, dtype: .int32)
    return (row.expanded(at: 1) .== row).converted(to: dtype)
  }

  /// Numbers drawn evenly from a range: at least its lower bound, below its upper bound.
  public static func uniform(
    _ range: Range<Double> = 0..<1, shape: Shape, dtype: DType = .float32,
    using generator: inout some RandomNumberGenerator
  ) -> Tensor {
    Tensor(.uniform(range, shape: shape, dtype: dtype, using: &generator))
  }

  /// Numbers drawn evenly from a range: at least its lower bound, below its upper bound.
  @_disfavoredOverload
  public static func uniform(
    _ range: Range<Double> = 0..<1, shape: [Int], dtype: DType = .float32,
    using generator: inout some RandomNumberGenerator
  ) -> Tensor { uniform(range, shape: Shape(shape), dtype: dtype, using: &generator) }

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

  /// Numbers drawn from a normal distribution.
  @_disfavoredOverload
  public static func normal(
    mean: Double = 0, standardDeviation: Double = 1, shape: [Int], dtype: DType = .float32,
    using generator: inout some RandomNumberGenerator
  ) -> Tensor {
    normal(
      mean: mean, standardDeviation: standardDeviation, shape: Shape(shape), dtype: dtype,
      using: &generator)
  }

  /// Truth values, true with the given probability.
  public static func bernoulli(
    probability: Double, shape: Shape, using generator: inout some RandomNumberGenerator
  ) -> Tensor {
    Tensor(.bernoulli(probability: probability, shape: shape, using: &generator))
  }

  /// Truth values, true with the given probability.
  @_disfavoredOverload
  public static func bernoulli(
    probability: Double, shape: [Int], using generator: inout some RandomNumberGenerator
  ) -> Tensor { bernoulli(probability: probability, shape: Shape(shape), using: &generator) }

  /// The numbers 0 ..< count in random order, as `int32`.
  public static func permutation(
    _ count: Int, using generator: inout some RandomNumberGenerator
  ) -> Tensor { Tensor(.permutation(count, using: &generator)) }
}
