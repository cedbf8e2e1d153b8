// What a reverse walk returns. It has never heard of how a walk goes.

import AdjointArrays
import AdjointSupport

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

  /// The record that the walk began at.
  private let top: Int
  /// Which records the result was computed from, once that has been asked.
  private let ancestry = Ancestry()

  private final class Ancestry { var marks: [Bool]? }

  /// No adjoints yet.
  init(of tape: Tape, through top: Int, since start: Tape.Mark) {
    self.top = top
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

  /// True when the result was computed from `x`, be the derivative zero.
  public func reached(_ x: Scalar) -> Bool {
    !scalar(x).isNone || covers(x.index, x.header, x.generation) && isAncestor(Int(x.index))
  }

  /// True when the result was computed from `x`, be the derivative zero.
  public func reached(_ x: Tensor) -> Bool { tensor(x) != nil }

  /// The adjoint as a number that an outer derivative can see, or none.
  func scalar(_ x: Scalar) -> Scalar {
    covers(x.index, x.header, x.generation) ? number(at: Int(x.index)) : .none
  }

  /// The adjoint of a tensor, or nil if the result was not computed from it.
  package func tensor(_ x: Tensor) -> Tensor? {
    guard covers(x.index, x.header, x.generation) else { return nil }
    let record = header.pointee.records[Int(x.index)]
    if record.code == .tensor, let adjoint = tensor(ofNode: Int(record.first)) { return adjoint }
    let adjoint = record.code == .tensor ? .none : number(at: Int(x.index))
    if !adjoint.isNone { return Tensor.joined([adjoint], shape: x.shape, dtype: x.dtype) }
    return isAncestor(Int(x.index)) ? .zeros(like: x) : nil
  }

  /// True for a record that the result was computed from.
  ///
  /// Where nothing has arrived this tells apart what was forgotten and what has the derivative
  /// zero: no rule runs for a zero, a rounded number passes nothing on, and a sum of negative zeros
  /// looks like an empty slot.
  func isAncestor(_ index: Int) -> Bool {
    guard index >= start.records, index <= top else { return false }
    if ancestry.marks == nil {
      ancestry.marks = header.pointee.owner?.takeUnretainedValue().ancestry(of: top, since: start)
    }
    return ancestry.marks?[index - start.records] ?? false
  }

  /// True if an adjoint has arrived at a record.
  func hasArrived(at index: Int) -> Bool {
    let record = header.pointee.records[index]
    guard record.code == .tensor else { return !number(at: index).isNone }
    let position = Int(record.first) - start.tensors
    return position < tensors.count && tensors[position] != nil
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

  /// Stops if these are the adjoints of another tape, or of what this one held before a reset.
  func requireTape(_ tape: UnsafeMutablePointer<TapeHeader>, _ itsGeneration: UInt32) {
    if tape == header, itsGeneration == generation, header.pointee.generation == generation {
      return
    }
    stop(
      """
      adjoints[x]: these adjoints belong to another tape, or to one that was reset or released. \
      Ask the tape that the variable was made on.
      """)
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
    guard index >= 0, let itsHeader else { return false }
    requireTape(itsHeader, itsGeneration)
    return Int(index) >= start.records
  }
}
