// What a reverse walk returns. It has never heard of how a walk goes.

import AdjointArrays

/// The adjoints that a reverse walk computed: how much the result changes with each record.
///
/// ```swift
/// let adjoints = tape.gradients(of: loss)
/// print(adjoints[w])
/// ```
public struct Adjoints {
  enum Numbers {
    case plain([Double])
    case recorded([Scalar])
    /// The result depends on no variable of the tape.
    case empty
  }

  /// The number of slots before that of the first record: a walk reads the slot below the one it is
  /// at.
  static var spare: Int { 1 }

  let header: UnsafeMutablePointer<TapeHeader>
  let generation: UInt32
  /// Where on the tape the walk ended.
  let start: Tape.Mark
  /// One slot a record, after the spare one.
  var numbers = Numbers.empty
  /// One adjoint a tensor.
  var tensors: [Tensor?] = []
  /// True when an outer derivative is active and the walk passed records that depend on it.
  var dependsOnOuter = false

  /// No adjoints yet.
  init(of tape: Tape, since start: Tape.Mark) {
    header = tape.header
    generation = tape.header.pointee.generation
    self.start = start
  }

  /// The derivative of the result with respect to a scalar on the tape; zero if it was not reached.
  public subscript(_ x: Scalar) -> Double { scalar(x).value.number }

  /// The derivative of the result with respect to a tensor on the tape; zeros if it was not
  /// reached.
  public subscript(_ x: Tensor) -> Tensor { tensor(x) ?? Tensor.zeros(like: x) }

  /// The derivatives of the result with respect to many scalars.
  public subscript(_ xs: [Scalar]) -> [Double] { xs.map { self[$0] } }

  /// True when an adjoint arrived: the result was computed from `x`.
  ///
  /// A plain zero is not passed on, so what lies only behind a zero factor counts as not reached.
  public func reached(_ x: Scalar) -> Bool { !scalar(x).isNone }

  /// True when an adjoint arrived: the result was computed from `x`.
  public func reached(_ x: Tensor) -> Bool { tensor(x) != nil }

  /// The adjoint as a number that an outer derivative can see, or none.
  func scalar(_ x: Scalar) -> Scalar {
    covers(x.index, x.header, x.generation) ? number(at: Int(x.index)) : .none
  }

  /// The adjoint of a tensor, or nil if none arrived.
  package func tensor(_ x: Tensor) -> Tensor? {
    guard covers(x.index, x.header, x.generation) else { return nil }
    let record = header.pointee.records[Int(x.index)]
    if record.code == .tensor { return tensor(ofNode: Int(record.first)) }
    let adjoint = number(at: Int(x.index))
    return adjoint.isNone ? nil : Tensor.joined([adjoint], shape: x.shape, dtype: x.dtype)
  }

  /// What has arrived at a record, as it is printed; nil if nothing has.
  func value(at index: Int) -> TapeValue? {
    guard index >= start.records else { return nil }
    let record = header.pointee.records[index]
    if record.code == .tensor {
      return tensor(ofNode: Int(record.first)).map { .tensor($0.type, $0.array) }
    }
    let adjoint = number(at: index)
    return adjoint.isNone ? nil : .number(adjoint.value)
  }

  /// Computes what the walk has put off, and the result that it started from, in as few passes as
  /// can be.
  ///
  /// No other code has these tensors yet, so nothing waits for anything else meanwhile.
  func compute(with result: Tensor?) {
    guard
      result?.array.isDeferred ?? false
        || tensors.contains(where: { $0?.array.isDeferred ?? false })
    else { return }
    NDArray.compute((result.map { [$0.array] } ?? []) + tensors.compactMap { $0?.array })
  }

  private func number(at index: Int) -> Scalar {
    let slot = index - start.records + Adjoints.spare
    return switch numbers {
    case .plain(let values): slot < values.count ? Scalar(values[slot]) : .none
    case .recorded(let values): slot < values.count ? values[slot] : .none
    case .empty: .none
    }
  }

  private func tensor(ofNode node: Int) -> Tensor? {
    let position = node - start.tensors
    return position < tensors.count ? tensors[position] : nil
  }

  /// True for a record of the walk; false for a constant and for a record before.
  private func covers(
    _ index: Int32, _ itsHeader: UnsafeMutablePointer<TapeHeader>?, _ itsGeneration: UInt32
  ) -> Bool {
    guard index >= 0 else { return false }
    guard
      itsHeader == header, itsGeneration == generation, header.pointee.generation == generation
    else {
      fatalError(
        """
        these adjoints belong to another tape, or to one that was reset or released; ask the tape \
        that the variable was made on
        """)
    }
    return Int(index) >= start.records
  }
}
