// What makes the type checker look into the closure of a differential operator last. It has never
// heard of tapes or of derivatives.
//
// The compiler solves the body of a closure of one expression together with the call around it,
// while the types of its arguments are still open: two arguments and five terms take longer than it
// is willing to wait. A body that a result builder has its hands in is solved by itself, after
// everything else about the call is known. Writing the types into the closure has the same effect,
// but it would be a rule that every user has to know. Forms that are concretely of tensors, beside
// the generic ones, help only where there is no variable of type `Double` and no model.
//
// Forms that are generic over their argument have the builder. Those for numbers are concrete and
// do without: inside a builder the compiler tries functions before operators, which is slow for
// `asin(sqrt(sin(x) * sin(x)))`. A closure that says `return` is solved without the builder.

import AdjointElementary

/// The body of a closure that is given to a differential operator: one expression, or branches that
/// end in one.
///
/// It lets the compiler find the types of the arguments before it looks at the formula. Nothing has
/// to be written for it, and it costs nothing when the program runs.
@resultBuilder
public enum ClosureBody<Result> {
  // The only form: a second one would have to be told from this one in every formula.
  @inlinable @inline(__always)
  public static func buildExpression(_ result: Result) -> Result { result }
  @inlinable @inline(__always)
  public static func buildBlock(_ result: Result) -> Result { result }
  @inlinable @inline(__always)
  public static func buildEither(first result: Result) -> Result { result }
  @inlinable @inline(__always)
  public static func buildEither(second result: Result) -> Result { result }

  @available(*, unavailable, message: "the closure ends without a result")
  public static func buildBlock() -> Result { fatalError() }

  @available(
    *, unavailable, message: "a closure of several statements says `return` before its result"
  )
  public static func buildBlock(_ first: Any, _ second: Any, _ others: Any...) -> Result {
    fatalError()
  }
}

extension ClosureBody where Result == Tensor {
  // Of a closure that only throws.
  @available(*, deprecated, message: "the closure ends without a result")
  public static func buildBlock() -> Result {
    preconditionFailure("a closure that only throws has ended")
  }
}

// MARK: Arrays of arguments

/// A number that derivatives can be taken with respect to, as an element of an array of arguments:
/// `Double`, `Float`, `Int`, or a recorded ``Scalar``.
///
/// It ties the type of the argument to that of the closure. Without the tie the compiler looks into
/// the closure of `gradient(at: 3.0)` for an array of arguments too, at length, before it sees that
/// 3.0 is no array.
public protocol DifferentiableNumber {
  /// What the number is inside the closure, a ``Scalar``.
  associatedtype Variable
  static func _variables(_ variables: [Scalar]) -> [Variable]
}

extension DifferentiableNumber {
  public static func _variables(_ variables: [Scalar]) -> [Scalar] { variables }
}

extension Double: DifferentiableNumber {}
extension Float: DifferentiableNumber {}
extension Int: DifferentiableNumber {}

/// A recorded number as an argument; ``Scalar`` is the only one.
public protocol ScalarOperand: DifferentiableNumber {
  static func _scalars(_ scalars: [Self]) -> [Scalar]
}

extension Scalar: ScalarOperand {
  public static func _scalars(_ scalars: [Scalar]) -> [Scalar] { scalars }
}
