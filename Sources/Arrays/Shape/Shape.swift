// A shape: a short list of sizes whose product is a sensible number. It has never heard of
// elements, memory or arithmetic on arrays.

import AdjointSupport

/// What is wrong with a combination of shapes, and what to do about it.
public struct ShapeError: AdjointError, Equatable {
  /// What does not fit, with the shapes in question.
  public var problem: String
  /// What the caller can do.
  public var remedy: String

  /// Creates an error from its two parts.
  public init(problem: String, remedy: String) {
    self.problem = problem
    self.remedy = remedy
  }
}

/// The sizes of an array along its axes, outermost first.
///
/// At most eight axes, kept in place without a heap allocation. Every value of this type is usable:
/// no size is negative, and the number of elements (with empty axes counted as one) stays so small
/// that bytes can be counted in an `Int`. Shapes that come from files or users go through
/// ``init(validating:)``, which throws; the literal and ``init(_:)`` trap.
public struct Shape: Hashable, Sendable {
  var extents: AxisVector

  /// The largest number of axes.
  public static let maximumRank = 8

  /// The largest number of elements: their bytes, at eight each, still fit an `Int`.
  static let maximumElementCount = Int.max / 8

  /// The shape of a single number: no axes, one element.
  public static var scalar: Shape { Shape(unchecked: AxisVector()) }

  /// A shape whose sizes the caller has already checked.
  @inline(__always)
  init(unchecked extents: AxisVector) { self.extents = extents }

  /// Creates a shape from sizes; traps if they do not make one.
  ///
  /// Sizes that come from outside the program belong to ``init(validating:)``.
  public init(_ dimensions: some Sequence<Int>) {
    do {
      try self.init(validating: Array(dimensions))
    } catch {
      stop("Shape: \(error.description)")
    }
  }

  /// Creates a shape from sizes that may be wrong.
  ///
  /// - Throws: ``ShapeError`` for a negative size, more than eight axes, or a product that does not
  ///   fit (empty axes counted as one, so that no intermediate product can overflow either).
  public init(validating dimensions: [Int]) throws(ShapeError) {
    guard dimensions.count <= Shape.maximumRank else {
      throw ShapeError(
        problem: "\(dimensions) has \(dimensions.count) axes",
        remedy: "An array has at most \(Shape.maximumRank) axes; merge some by reshaping.")
    }
    var product = 1
    for (axis, size) in dimensions.enumerated() {
      guard size >= 0 else {
        throw ShapeError(
          problem: "\(dimensions) has the negative size \(size) on axis \(axis)",
          remedy: "Sizes are zero or more.")
      }
      let (next, overflows) = product.multipliedReportingOverflow(by: Swift.max(size, 1))
      guard !overflows, next <= Shape.maximumElementCount else {
        throw ShapeError(
          problem: "\(dimensions) has more elements than memory has addresses",
          remedy: "Use smaller sizes.")
      }
      product = next
    }
    extents = AxisVector(dimensions)
  }

  /// True for the same sizes in the same order.
  @inline(__always)
  public static func == (a: Shape, b: Shape) -> Bool { a.extents == b.extents }

  /// The number of axes.
  @inline(__always)
  public var rank: Int { extents.count }

  /// The product of the sizes; 1 for a scalar.
  @inline(__always)
  public var elementCount: Int {
    var product = 1
    for axis in 0..<extents.count { product &*= extents[axis] }
    return product
  }

  /// The sizes as an array.
  public var dimensions: [Int] { extents.values }

  /// The strides, counted in elements, of a dense row-major array of this shape.
  var denseStrides: AxisVector {
    var strides = extents
    var step = 1
    var axis = extents.count - 1
    while axis >= 0 {
      strides[axis] = step
      step &*= Swift.max(extents[axis], 1)
      axis -= 1
    }
    return strides
  }

  /// The product of the sizes of a range of axes.
  func elementCount(of axes: Range<Int>) -> Int {
    var product = 1
    for axis in axes { product &*= extents[axis] }
    return product
  }
}

extension Shape: RandomAccessCollection {
  /// 0.
  public var startIndex: Int { 0 }
  /// The rank.
  public var endIndex: Int { extents.count }
  /// The size along an axis, counted from the outermost; an axis that does not exist traps.
  @inline(__always)
  public subscript(axis: Int) -> Int {
    if _slowPath(UInt(bitPattern: axis) >= UInt(bitPattern: extents.count)) { failOnAxis(axis) }
    return extents[axis]
  }

  @inline(never)
  private func failOnAxis(_ axis: Int) -> Never {
    stop(
      "Shape: \(self) has no axis \(axis). "
        + (rank == 0 ? "A scalar has no axes." : "Its axes are 0 to \(rank - 1)."))
  }
}

extension Shape: ExpressibleByArrayLiteral, CustomStringConvertible {
  /// Creates a shape from a literal such as `[2, 3]`; traps if the sizes do not make one.
  public init(arrayLiteral dimensions: Int...) { self.init(dimensions) }

  /// The sizes, such as `[2, 3]`.
  public var description: String {
    "[" + dimensions.map { String($0) }.joined(separator: ", ") + "]"
  }
}

extension Shape: Codable {
  /// Reads a list of sizes; a list that makes no shape is a decoding error.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let dimensions = try container.decode([Int].self)
    do {
      try self.init(validating: dimensions)
    } catch {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: error.description)
    }
  }

  /// Writes the list of sizes.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(dimensions)
  }
}
