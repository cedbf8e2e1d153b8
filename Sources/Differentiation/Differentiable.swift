// What this file knows: how a value of any type becomes variables of a tape, and how its adjoint is
// read off afterwards. Models conform in the room above.

/// A value that derivatives can be taken with respect to: numbers, tensors, models, and arrays and
/// dictionaries of them.
public protocol Differentiable {
  /// The type of its derivative.
  associatedtype Adjoint

  /// The same value made of variables of the level's tape.
  func recorded(in level: Level) -> Self

  /// The derivative of the result with respect to this value, which ``recorded(in:)`` made.
  func adjoint(in adjoints: Adjoints) -> Adjoint

  /// The tape this value is recorded on already, if it is.
  var recordingTape: Tape? { get }
}

extension Scalar: Differentiable {
  /// The derivative of a number with respect to a number is a number.
  public typealias Adjoint = Scalar
  public func recorded(in level: Level) -> Scalar { level.input(self) }
  public func adjoint(in adjoints: Adjoints) -> Scalar {
    let adjoint = adjoints.scalar(self)
    return adjoint.isNone ? 0 : adjoint
  }
  public var recordingTape: Tape? { Tape.of(self) }
}

extension Tensor: Differentiable {
  /// The derivative of a number with respect to a tensor is a tensor of its shape.
  public typealias Adjoint = Tensor
  public func recorded(in level: Level) -> Tensor { level.input(self) }
  public func adjoint(in adjoints: Adjoints) -> Tensor { adjoints[self] }
  public var recordingTape: Tape? { tape }
}

extension Array: Differentiable where Element: Differentiable {
  /// One derivative for each element.
  public typealias Adjoint = [Element.Adjoint]
  public func recorded(in level: Level) -> [Element] { map { $0.recorded(in: level) } }
  public func adjoint(in adjoints: Adjoints) -> [Element.Adjoint] {
    map { $0.adjoint(in: adjoints) }
  }
  public var recordingTape: Tape? { lazy.compactMap(\.recordingTape).first }
}

extension Dictionary: Differentiable where Value: Differentiable {
  /// One derivative for each value.
  public typealias Adjoint = [Key: Value.Adjoint]
  public func recorded(in level: Level) -> [Key: Value] { mapValues { $0.recorded(in: level) } }
  public func adjoint(in adjoints: Adjoints) -> [Key: Value.Adjoint] {
    mapValues { $0.adjoint(in: adjoints) }
  }
  public var recordingTape: Tape? { values.lazy.compactMap(\.recordingTape).first }
}
