// How a value of any type becomes variables of a tape, and how its derivative is read off
// afterwards. Models conform in the room above; this file has never heard of them.

/// A value that derivatives can be taken with respect to: numbers, tensors, models, and arrays and
/// dictionaries of them.
///
/// To differentiate with respect to a type of your own, conform it to `Model`. What this protocol
/// requires is between the differential operators and the library's own types; it is no API.
public protocol Differentiable {
  /// The type of its derivative.
  associatedtype Adjoint

  // An operator asks for the parts once and hands them to the other three questions, because taking
  // a small model apart may take longer than computing with it.

  /// What taking the value apart yields; the value itself, unless it consists of several.
  associatedtype _Parts = Self

  /// The value taken apart, for one call of a differential operator.
  var _parts: _Parts { get }

  /// The tape that a part is being recorded on already, if one is.
  static func _recordingTape(of parts: _Parts) -> Tape?

  /// The value of the same parts as variables of the level's tape, and these variables.
  ///
  /// - Throws: `TensorError`, noted on the tape, if the parts cannot be made variables.
  static func _variables(
    for parts: _Parts, in level: Level
  ) throws(TensorError) -> (value: Self, parts: _Parts)

  /// The derivative with respect to the value of these parts, which ``_variables(for:in:)``
  /// returned.
  static func _adjoint(of parts: _Parts, in adjoints: Adjoints) -> Adjoint
}

extension Differentiable where _Parts == Self {
  /// The value itself.
  public var _parts: Self { self }

  /// The tape that the value is recorded on already, if it is.
  var recordingTape: Tape? { Self._recordingTape(of: self) }
}

extension Level {
  /// Notes that an argument cannot be made a variable, and returns what is to be thrown: the first
  /// mistake on the tape.
  package func refusal(_ mistake: TensorError) -> TensorError {
    tape.note(mistake)
    return tape.failure ?? mistake
  }
}

// MARK: - Conformances

extension Scalar: Differentiable {
  /// The derivative of a number with respect to a number is a number.
  public typealias Adjoint = Scalar
  public static func _recordingTape(of parts: Scalar) -> Tape? { parts.recordingTape }
  public static func _variables(for parts: Scalar, in level: Level) -> (
    value: Scalar, parts: Scalar
  ) {
    let input = level.input(parts)
    return (input, input)
  }
  public static func _adjoint(of parts: Scalar, in adjoints: Adjoints) -> Scalar {
    let adjoint = adjoints.scalar(parts)
    return adjoint.isNone ? 0 : adjoint
  }
}

extension Tensor: Differentiable {
  /// The derivative of a number with respect to a tensor is a tensor of its shape.
  public typealias Adjoint = Tensor
  public static func _recordingTape(of parts: Tensor) -> Tape? {
    parts.recordingHeader?.pointee.owner?.takeUnretainedValue()
  }
  public static func _variables(for parts: Tensor, in level: Level) -> (
    value: Tensor, parts: Tensor
  ) {
    let input = level.input(parts)
    return (input, input)
  }
  public static func _adjoint(of parts: Tensor, in adjoints: Adjoints) -> Tensor {
    adjoints[parts]
  }
}

extension Array: Differentiable where Element: Differentiable {
  /// One derivative for each element.
  public typealias Adjoint = [Element.Adjoint]
  public typealias _Parts = [Element._Parts]
  public var _parts: [Element._Parts] { map(\._parts) }
  public static func _recordingTape(of parts: [Element._Parts]) -> Tape? {
    parts.lazy.compactMap { Element._recordingTape(of: $0) }.first
  }
  public static func _variables(
    for parts: [Element._Parts], in level: Level
  ) throws(TensorError) -> (value: [Element], parts: [Element._Parts]) {
    var recorded: (value: [Element], parts: [Element._Parts]) = ([], [])
    for part in parts {
      let (value, inputs) = try Element._variables(for: part, in: level)
      recorded.value.append(value)
      recorded.parts.append(inputs)
    }
    return recorded
  }
  public static func _adjoint(
    of parts: [Element._Parts], in adjoints: Adjoints
  ) -> [Element.Adjoint] { parts.map { Element._adjoint(of: $0, in: adjoints) } }
}

extension Dictionary: Differentiable where Value: Differentiable {
  /// One derivative for each value.
  public typealias Adjoint = [Key: Value.Adjoint]
  public typealias _Parts = [Key: Value._Parts]
  public var _parts: [Key: Value._Parts] { mapValues(\._parts) }
  public static func _recordingTape(of parts: [Key: Value._Parts]) -> Tape? {
    parts.values.lazy.compactMap { Value._recordingTape(of: $0) }.first
  }
  public static func _variables(
    for parts: [Key: Value._Parts], in level: Level
  ) throws(TensorError) -> (value: [Key: Value], parts: [Key: Value._Parts]) {
    var recorded: (value: [Key: Value], parts: [Key: Value._Parts]) = ([:], [:])
    for (key, part) in parts {
      let (value, inputs) = try Value._variables(for: part, in: level)
      recorded.value[key] = value
      recorded.parts[key] = inputs
    }
    return recorded
  }
  public static func _adjoint(
    of parts: [Key: Value._Parts], in adjoints: Adjoints
  ) -> [Key: Value.Adjoint] { parts.mapValues { Value._adjoint(of: $0, in: adjoints) } }
}
