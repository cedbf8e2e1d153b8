// How a mistake with tensors is told, and where. It has never heard of any particular mistake.
//
// Inside a differentiated closure operators cannot throw, so the first mistake is noted on the
// tape, the result becomes NaN, and the call that opened the tape throws the note. Outside, the
// same text traps. Later mistakes on a tape that has a note are consequences and are not noted.

import AdjointArrays
import AdjointSupport

/// A mistake in the use of tensors: what happened, to which operands, and what to do.
public struct TensorError: AdjointError, Equatable {
  /// What kind of mistake, for programs that react to it.
  public enum Kind: Sendable, Equatable {
    /// Shapes that do not fit.
    case shape
    /// Element types that do not fit.
    case dtype
    /// A gradient was asked of something that is not one number.
    case nonScalarLoss
    /// A gradient was asked with respect to something without derivatives.
    case notDifferentiable
    /// A variable of another tape, or of a tape that is gone.
    case foreignVariable
    /// A layer that is random in training and was given no random number generator.
    case generator
    /// A derivative rule that gives its operands something else than their adjoints.
    case rule
    /// A result that no argument of the differentiated function went into.
    case unreached
  }

  /// What kind of mistake.
  public var kind: Kind
  /// The operation, such as `matmul`.
  public var operation: String
  /// The operands: names where known, with types, such as `hidden.weight: float32 [64, 32]`.
  public var operands: [String]
  /// What is wrong.
  public var problem: String
  /// What to do about it.
  public var remedy: String
  /// The layer whose parameter took part, such as `blocks.0.query`, if any did.
  public var layer: String?

  /// The file and the line of the call that differentiates, such as `App/Training.swift:42`.
  public var location: String?

  /// Creates an error.
  public init(
    _ kind: Kind, operation: String, operands: [String] = [], problem: String, remedy: String,
    layer: String? = nil
  ) {
    self.kind = kind
    self.operation = operation
    self.operands = operands
    self.problem = problem
    self.remedy = remedy
    self.layer = layer
  }

  /// Operation, layer, problem, operands, place.
  public var account: String {
    var text = operation
    if let layer { text += " in layer `\(layer)`" }
    text += ": \(problem)"
    if !operands.isEmpty { text += " (operands: \(operands.joined(separator: ", ")))" }
    if let location { text += ", differentiated at \(location)" }
    return text
  }
}

/// Where a differentiating call stands in a program.
struct CallSite {
  let file: StaticString
  let line: UInt

  /// Runs a body; a mistake that it throws tells this place, unless it tells a place inside.
  func throwing<R, E: Error>(_ body: () throws(E) -> R) throws(E) -> R {
    do throws(E) {
      return try body()
    } catch {
      guard var mistake = error as? TensorError, mistake.location == nil else { throw error }
      mistake.location = "\(file):\(line)"
      throw mistake as? E ?? error
    }
  }
}

extension Tensor {
  /// Notes a mistake on the tape at hand and returns NaNs in its stead, or traps if there is none.
  ///
  /// The way in which layers and losses refuse arguments: the differential operator that opened the
  /// tape throws the mistake as a ``TensorError``.
  ///
  /// - Parameters:
  ///   - placeholder: the type of the returned tensor; that of the first operand if not given.
  public static func failing(
    _ kind: TensorError.Kind, _ operation: String, _ operands: [Tensor], _ mistake: ShapeError,
    placeholder: TensorType? = nil
  ) -> Tensor {
    // The operator at work throws it, whichever tape the operands are on.
    let tape = CurrentTape.value ?? operands.lazy.compactMap(\.tape).first
    // Each asks its own tape: the index of a foreign variable means nothing on this one.
    let names = operands.map { $0.tape?.name(of: $0) }
    let error = TensorError(
      kind, operation: operation,
      operands: zip(operands, names).map { operand, name in
        (name.map { "\($0): " } ?? "") + operand.type.description
      },
      problem: mistake.problem, remedy: mistake.remedy,
      layer: names.lazy.compactMap { $0 }.compactMap(layerPath).first)
    let type =
      placeholder ?? operands.first?.type ?? TensorType(.scalar, .float32)
    return failing(error, on: tape, placeholder: type)
  }

  static func failing(_ error: TensorError, on tape: Tape?, placeholder: TensorType) -> Tensor {
    guard let tape else { stop(error.description) }
    tape.note(error)
    let value = placeholder.dtype.isFloatingPoint ? Double.nan : 0
    // One number, stretched: a refused shape may be one that no memory would hold.
    return Tensor(NDArray(scalar: value, dtype: placeholder.dtype).broadcast(to: placeholder.shape))
  }

  private static func layerPath(_ name: String) -> String? {
    name.lastIndex(of: ".").map { String(name[..<$0]) }
  }
}
