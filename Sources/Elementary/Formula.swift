// How an expression of the table is written down, so that a derivative rule can be read as a
// formula instead of being run.

import AdjointSupport

/// An algebra whose numbers are formulas: computing with them writes the computation down.
///
/// ```swift
/// let x = Formula("x")
/// print(sin(x) * x)                              // sin(x) * x
/// print(Elementary.Opcode.tanh.derivative(of: x))  // 1 - tanh(x) * tanh(x)
/// ```
///
/// Products with one and sums with zero are left out; nothing else is simplified.
public struct Formula: RecordedAlgebra, Sendable, Hashable, CustomStringConvertible {
  /// A comparison is a formula too.
  public typealias Mask = Formula

  /// The text.
  public let description: String
  /// How tightly the outermost operation binds: 1 for sums, 2 for products, 3 for the rest.
  private let binding: Int

  /// A variable.
  public init(_ name: String) { self.init(name, binding: 3) }

  private init(_ text: String, binding: Int) {
    description = text
    self.binding = binding
  }

  public init(floatLiteral value: Double) {
    let text = "\(value)"
    self.init(
      text.hasSuffix(".0") ? String(text.dropLast(2)) : text, binding: value < 0 ? 1 : 3)
  }
  public init(integerLiteral value: Int) { self.init(floatLiteral: Double(value)) }

  private static let never = Formula("false")

  private func text(inside outer: Int) -> String {
    binding < outer ? "(\(description))" : description
  }

  public static func + (a: Formula, b: Formula) -> Formula {
    if a == 0 { return b }
    if b == 0 { return a }
    return Formula("\(a.text(inside: 1)) + \(b.text(inside: 1))", binding: 1)
  }
  public static func - (a: Formula, b: Formula) -> Formula {
    if b == 0 { return a }
    if a == 0 { return -b }
    return Formula("\(a.text(inside: 1)) - \(b.text(inside: 2))", binding: 1)
  }
  public static func * (a: Formula, b: Formula) -> Formula {
    if a == 1 { return b }
    if b == 1 { return a }
    return Formula("\(a.text(inside: 2)) * \(b.text(inside: 2))", binding: 2)
  }
  public static func / (a: Formula, b: Formula) -> Formula {
    if b == 1 { return a }
    return Formula("\(a.text(inside: 2)) / \(b.text(inside: 3))", binding: 2)
  }
  public static prefix func - (a: Formula) -> Formula {
    Formula("-\(a.text(inside: 2))", binding: 1)
  }

  public static func _isLess(_ a: Formula, _ b: Formula) -> Formula {
    Formula("\(a.text(inside: 1)) < \(b.text(inside: 1))", binding: 0)
  }
  public static func _isEqual(_ a: Formula, _ b: Formula) -> Formula {
    // On paper no number is infinite.
    if b == Formula(floatLiteral: .infinity) { return never }
    return Formula("\(a.text(inside: 1)) == \(b.text(inside: 1))", binding: 0)
  }
  public static func _select(_ mask: Formula, _ a: Formula, _ b: Formula) -> Formula {
    if mask == never { return b }
    return Formula("(\(mask) ? \(a) : \(b))", binding: 3)
  }

  public static func _apply<F: UnaryFunction>(_ function: F.Type, _ x: Formula) -> Formula {
    F.opcode == .negate ? -x : Formula("\(F.name)(\(x))", binding: 3)
  }

  public static func _apply<F: BinaryFunction>(
    _ function: F.Type, _ a: Formula, _ b: Formula
  ) -> Formula {
    switch F.opcode {
    case .add: a + b
    case .subtract: a - b
    // On paper a zero times an infinite factor does not occur.
    case .multiply, .scaled, .absorbed: a * b
    case .divide: a / b
    default: Formula("\(F.name)(\(a), \(b))", binding: 3)
    }
  }
}

extension Elementary.Opcode {
  /// The derivative with respect to `x` as a formula, for functions of one operand.
  public func derivative(of x: Formula) -> Formula {
    require(arity == 1, "derivative(of:): `\(name)` takes two operands. Use derivatives(of:_:).")
    return unary(DerivativeFormula(x: x))
  }

  /// The two partial derivatives as formulas, for functions of two operands.
  public func derivatives(of a: Formula, _ b: Formula) -> (first: Formula, second: Formula) {
    require(arity == 2, "derivatives(of:_:): `\(name)` takes one operand. Use derivative(of:).")
    return binary(DerivativeFormulas(a: a, b: b))
  }
}

private struct DerivativeFormula: UnaryVisitor {
  let x: Formula
  func visit<F: UnaryFunction>(_ function: F.Type) -> Formula {
    F.chain(1, x: x, y: F.at(x))
  }
}

private struct DerivativeFormulas: BinaryVisitor {
  let a: Formula, b: Formula
  func visit<F: BinaryFunction>(_ function: F.Type) -> (first: Formula, second: Formula) {
    let y = F.at(a, b)
    return (F.chainFirst(1, a, b, y: y), F.chainSecond(1, a, b, y: y))
  }
}
