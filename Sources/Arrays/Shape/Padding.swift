// How a caller says where a window stands: numbers for each axis, and what lies beside the image.
// Whether they fit a shape is settled in Shape+Convolution.swift.

/// A whole number for each axis along which a window slides: rows, then columns.
///
/// A single number stands for all axes, so `2` and `[2, 2]` are the same stride of an image.
///
/// ```swift
/// let both: PerAxis = 2
/// let rowsOnly: PerAxis = [2, 1]
/// ```
public struct PerAxis: Hashable, Sendable, Codable, CustomStringConvertible {
  /// One number, or one for each axis.
  public var values: [Int]

  /// The same number for every axis.
  public init(_ value: Int) { values = [value] }

  /// A number for each axis.
  public init(_ values: [Int]) { self.values = values }

  /// Such as `2` or `[2, 1]`.
  public var description: String { values.count == 1 ? "\(values[0])" : "\(values)" }
}

extension PerAxis: ExpressibleByIntegerLiteral, ExpressibleByArrayLiteral {
  public init(integerLiteral value: Int) { self.init(value) }
  public init(arrayLiteral values: Int...) { self.init(values) }
}

/// What a window may see beyond the edge of an image.
///
/// ```swift
/// let none: Padding = .valid
/// let sameSize: Padding = .same
/// let oneAllRound: Padding = 1
/// let rowsOnly: Padding = [1, 0]
/// let afterOnly: Padding = .explicit(before: 0, after: 1)
/// ```
///
/// In a convolution there are zeros beyond the edge. In a maximum there is nothing; what a mean
/// makes of it is said there.
public enum Padding: Hashable, Sendable, Codable {
  /// Nothing: the window stays on the image.
  case valid
  /// So much that there are ⌈size / stride⌉ positions along each axis; an odd one comes after.
  case same
  /// So many places before the first element and after the last one of each axis.
  case explicit(before: PerAxis, after: PerAxis)
}

extension Padding: ExpressibleByIntegerLiteral, ExpressibleByArrayLiteral {
  public init(integerLiteral value: Int) {
    self = .explicit(before: PerAxis(value), after: PerAxis(value))
  }
  public init(arrayLiteral values: Int...) {
    self = .explicit(before: PerAxis(values), after: PerAxis(values))
  }
}
