// What this file knows: how a value of any type becomes variables of a tape, and how its adjoint is
// read off afterwards. Models conform in the room above.

/// A value that derivatives can be taken with respect to: numbers, tensors, models, and arrays and
/// dictionaries of them.
public protocol Differentiable {
  /// The type of its derivative.
  associatedtype Adjoint
  /// What taking the value apart yields; `Void` where a value need not be taken apart.
  associatedtype Parts = Void

  /// The same value made of variables of the level's tape.
  func recorded(in level: Level) -> Self

  /// The derivative of the result with respect to this value, which ``recorded(in:)`` made.
  func adjoint(in adjoints: Adjoints) -> Adjoint

  /// The tape this value is recorded on already, if it is.
  var recordingTape: Tape? { get }

  // A differential operator asks for the parts once and hands them to the three questions above, since
  // it may take longer to take a small model apart than to compute with it.

  /// The value taken apart, for one call of a differential operator.
  var parts: Parts { get }

  /// The same as ``recorded(in:)``, from the parts.
  func recorded(in level: Level, _ parts: Parts) -> Self

  /// The same as ``adjoint(in:)``, from the parts that were recorded.
  func adjoint(in adjoints: Adjoints, _ parts: Parts) -> Adjoint

  /// The same as ``recordingTape``, from the parts.
  func recordingTape(_ parts: Parts) -> Tape?
}

extension Differentiable where Parts == Void {
  /// Nothing: the value is asked itself.
  public var parts: Void { () }
  public func recorded(in level: Level, _ parts: Void) -> Self { recorded(in: level) }
  public func adjoint(in adjoints: Adjoints, _ parts: Void) -> Adjoint { adjoint(in: adjoints) }
  public func recordingTape(_ parts: Void) -> Tape? { recordingTape }
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
