// What makes the type checker look into the closure of a differential operator last. It has never
// heard of tapes or of derivatives.
//
// The compiler solves the body of a closure of one expression together with the call around it.
// With a differential operator that is a call of a function with many forms, so the operators in
// the body are tried while the types of its arguments are still open: two arguments and five terms
// take longer than the compiler is willing to wait. A body that a result builder has its hands in
// is solved by itself, statement by statement, after everything else about the call is known.
// Writing the types into the closure has the same effect, but it would be a rule that every user
// has to know. Forms that are concretely of tensors, beside the generic ones, help in part of the
// cases: those without a variable of type `Double` and without a model among the arguments.
//
// The builder changes nothing about the body. A closure that says `return` is solved as any other.

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
