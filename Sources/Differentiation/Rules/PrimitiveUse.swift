// One use of a primitive as its rules see it: what they may read, and the one door through which
// their contributions leave. What becomes of a contribution is for the walk to know.

import AdjointArrays
import AdjointElementary
import AdjointSupport

/// One use of a primitive, handed to its rules.
public struct PrimitiveUse: ~Copyable {
  let application: UnsafePointer<Tape.TensorNode.Application>
  let header: UnsafeMutablePointer<TapeHeader>
  /// True when the rule must be recorded, because an outer derivative is active.
  public let isRecorded: Bool
  /// Where contributions go; none in a forward walk.
  ///
  /// It outlives the use, so it is not counted.
  private let adjoints: Unmanaged<TensorAdjoints>?

  /// - Parameter application: what the tape keeps of the use, at an address that stays while the
  ///   rule runs.
  init(
    _ application: UnsafePointer<Tape.TensorNode.Application>,
    on header: UnsafeMutablePointer<TapeHeader>, isRecorded: Bool,
    givingTo adjoints: TensorAdjoints?
  ) {
    self.application = application
    self.header = header
    self.isRecorded = isRecorded
    self.adjoints = adjoints.map(Unmanaged.passUnretained)
  }

  // MARK: What a rule reads

  /// The operand, if the primitive declared that its rules read it.
  public subscript(_ position: Int) -> Tensor {
    guard let value = value(position) else {
      stop(
        "the rules of `\(primitiveName)`: operand \(position) was not kept. "
          + "Let the primitive's `reads` contain .operands.")
    }
    return tensor(value, index(position))
  }

  /// The result, if the primitive declared that its rules read it.
  public var result: Tensor {
    guard let value = resultValue else {
      stop(
        "the rules of `\(primitiveName)`: the result was not kept. "
          + "Let the primitive's `reads` contain .result.")
    }
    return tensor(value, application.pointee.index)
  }

  /// The number of operands.
  public var count: Int { operands.pointee.count }

  /// The shape of an operand.
  public func shape(_ position: Int) -> Shape { fields(position).pointee.shape }

  /// The element type of an operand.
  public func dtype(_ position: Int) -> DType { fields(position).pointee.dtype }

  /// The type of the result.
  public var resultType: TensorType {
    let fields = application.pointee.layout.fields
    return TensorType(fields.pointee.shape, fields.pointee.dtype)
  }

  /// The value of an operand, if it was kept.
  func value(_ position: Int) -> NDArray? { Tape.Operand.value(operand(position)) }

  /// The value of the result, if it was kept.
  var resultValue: NDArray? { application.pointee.result }

  /// The tape that this use is recorded on.
  var tape: Tape? { header.pointee.owner?.takeUnretainedValue() }

  /// The operands where they lie: the first property of the application.
  @inline(__always)
  private var operands: UnsafePointer<Tape.OperandList> {
    UnsafeRawPointer(application).assumingMemoryBound(to: Tape.OperandList.self)
  }

  @inline(__always)
  private func operand(_ position: Int) -> UnsafePointer<Tape.Operand> {
    Tape.OperandList.address(of: position, in: operands)
  }

  @inline(__always)
  private func index(_ position: Int) -> Int32 {
    operand(position).pointee.index
  }

  @inline(__always)
  private func fields(_ position: Int) -> UnsafePointer<LayoutFields> {
    operand(position).pointee.fields
  }

  private func tensor(_ value: NDArray, _ index: Int32) -> Tensor {
    guard isRecorded, index >= 0 else { return Tensor(value) }
    return Tensor(value, at: index, of: header, generation: header.pointee.generation)
  }

  // MARK: What a rule gives

  /// True when the walk asks for the adjoint of this operand.
  ///
  /// Only a rule that computes several contributions together has to know; others just give.
  public func isAsked(_ position: Int) -> Bool {
    let index = index(position)
    return adjoints?._withUnsafeGuaranteedRef { $0.asks(for: index) } ?? false
  }

  /// Gives an operand a contribution to its adjoint, computed only if the walk asks for it.
  ///
  /// The contribution has the element type of the operand, and its shape or one that the shape was
  /// stretched to: it is then summed over the stretched axes. Anything else is a mistake in the
  /// rule, which the differential operator throws as a ``TensorError``.
  public func give(_ position: Int, _ contribution: () -> Tensor) {
    guard isAsked(position), let adjoints else { return }
    let given = contribution()
    let operand = fields(position)
    let isFitting =
      given.array.fields.hasShape(of: operand) && given.dtype == operand.pointee.dtype
      && !given.isLiteral
    guard let fitting = isFitting ? given : fitted(given, position) else { return }
    let (own, receiver) = (application.pointee.index, index(position))
    adjoints._withUnsafeGuaranteedRef {
      $0.answers.insert(position)
      $0.add(fitting, from: own, to: receiver)
    }
  }

  /// Gives an operand an adjoint for a part of it; the rest of it receives nothing.
  func give(_ position: Int, part: Tensor, through writing: some PartWriting) {
    guard isAsked(position), let adjoints else { return }
    let (own, receiver) = (application.pointee.index, index(position))
    adjoints._withUnsafeGuaranteedRef {
      $0.answers.insert(position)
      $0.add(part, through: writing, from: own, to: receiver)
    }
  }

  /// Says that the derivative with respect to an operand is zero everywhere.
  ///
  /// Every operand is given something or nothing; one that a rule forgets is a mistake in the rule,
  /// so that no derivative is lost in silence.
  public func giveNothing(_ position: Int) {
    adjoints?._withUnsafeGuaranteedRef { $0.answers.insert(position) }
  }

  /// Gives one element of the adjoint to an operand that is a number.
  func give(_ position: Int, number contribution: () -> Scalar) {
    guard isAsked(position), let adjoints else { return }
    let given = contribution()
    let (own, receiver) = (application.pointee.index, index(position))
    adjoints._withUnsafeGuaranteedRef {
      $0.answers.insert(position)
      $0.add(given, from: own, to: receiver)
    }
  }

  /// Asks a rule for what the operands receive from the adjoint of the result.
  func ask(_ primitive: any Primitive, _ adjoint: Tensor) {
    guard let adjoints else { return }
    adjoints._withUnsafeGuaranteedRef { $0.answers = Answers() }
    primitive.pullback(adjoint, at: self)
    let answers = adjoints._withUnsafeGuaranteedRef { $0.answers }
    for position in 0..<count where !answers.contains(position) && isAsked(position) {
      note(
        problem: "it gave operand \(position) nothing, and did not say that this is meant",
        remedy:
          "A pullback calls use.give(\(position)) { … }, or use.giveNothing(\(position)) where "
          + "the derivative is zero.")
    }
  }

  /// The operands for which a rule has answered; beyond 64 they are taken to be.
  struct Answers {
    private var bits: UInt64 = 0
    mutating func insert(_ position: Int) { bits |= 1 << UInt64(position) }
    func contains(_ position: Int) -> Bool { position >= 64 || bits >> UInt64(position) & 1 == 1 }
  }

  private func fitted(_ given: Tensor, _ position: Int) -> Tensor? {
    let type = TensorType(shape(position), dtype(position))
    let given = given.isLiteral ? given.literal(as: type.dtype) : given
    guard given.dtype == type.dtype, type.shape.isBroadcastable(to: given.shape) else {
      giveNothing(position)
      note(
        problem: "it gave operand \(position) an adjoint of type \(given.type)",
        remedy: "An adjoint has the shape and the element type of what it belongs to, \(type).")
      return nil
    }
    return given.summed(to: type.shape)
  }

  private func note(problem: String, remedy: String) {
    tape?.note(
      TensorError(
        .rule, operation: "the pullback of `\(primitiveName)`",
        operands: (0..<count).map { TensorType(shape($0), dtype($0)).description },
        problem: problem, remedy: remedy))
  }

  private var primitiveName: String {
    let record = header.pointee.records[Int(application.pointee.index)]
    return tape?.tensors[Int(record.first)].primitive.name ?? "a primitive"
  }
}
