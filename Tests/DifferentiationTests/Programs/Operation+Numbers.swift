// The functions of one and two numbers, on scalars and on tensors, and arithmetic in all mixed
// forms.

import AdjointArrays
import AdjointDifferentiation
import AdjointElementary

/// Where a function of one number is drawn, and what to write before it if the operand is not there.
struct Domain: Sendable {
  var range: ClosedRange<Double>
  /// As the text of an operation: a function whose values are always in the range.
  var remedy: Operation.Remedy

  static let everywhere = Domain(range: -40...40, remedy: .small)
  static let positive = Domain(range: 0.3...40, remedy: .positive)
  static let aboveOne = Domain(range: 1.2...40, remedy: .positive)
  static let small = Domain(range: -3.5...3.5, remedy: .small)
  static let inside = Domain(range: -0.85...0.85, remedy: .inside)

  static let ofFunctions: [String: Domain] = [
    "exp": small, "expMinusOne": small, "exp2": small, "sinh": small, "cosh": small,
    "log": positive, "log1p": positive, "sqrt": positive, "rsqrt": positive, "log2": positive,
    "log10": positive, "cbrt": positive, "acosh": aboveOne, "tan": inside, "asin": inside,
    "acos": inside, "atanh": inside, "erfInverse": inside, "logGamma": positive,
    "digamma": positive, "trigamma": positive,
  ]

  /// Of the operands of a function of two numbers.
  static let ofPairs: [String: [Domain]] = [
    "pow": [Domain(range: 0.3...6, remedy: .positive), small], "atan2": [everywhere, positive],
    "hypot": [positive, everywhere], "xLogY": [everywhere, positive],
    "remainder": [everywhere, Domain(range: 0.5...40, remedy: .positive)],
    "/": [everywhere, positive],
  ]

  func contains(_ value: Value) -> Bool { value.numbers.allSatisfy(range.contains) }
}

extension Operation {
  /// Functions that lead into a domain.
  enum Remedy: Sendable {
    case positive, small, inside

    var operation: Operation {
      switch self {
      case .positive:
        .unary("softplus($0) + 1.25", { softplus($0) + 1.25 }, { softplus($0) + 1.25 })
      case .small: .unary("3.0 * tanh($0)", { 3.0 * tanh($0) }, { 3.0 * tanh($0) })
      case .inside: .unary("0.8 * sin($0)", { 0.8 * sin($0) }, { 0.8 * sin($0) })
      }
    }
  }

  /// A function of one number in both forms.
  static func unary(
    _ text: String, domain: Domain = .everywhere,
    decides: (@Sendable (Double) -> Double)? = nil,
    _ scalar: @escaping @Sendable (Scalar) -> Scalar,
    _ tensor: @escaping @Sendable (Tensor) -> Tensor
  ) -> Operation {
    Operation(
      text: text,
      choose: { chooser in
        let only = chooser.isScalar
        return chooser.register { $0.isScalar || !only }.map { ([$0], []) }
      },
      accepts: { domain.contains($0[0]) },
      decides: { values, _ in decides.map { values[0].numbers.map($0) } ?? [] }
    ) { values, _ in
      switch values[0] {
      case .scalar(let x): .scalar(scalar(x))
      case .tensor(let x): .tensor(tensor(x))
      }
    }
  }

  /// Where a function of one number has its kinks and steps.
  private static let steps: [String: @Sendable (Double) -> Double] = [
    "abs": { $0 < 0 ? 0 : 1 }, "relu": { $0 < 0 ? 0 : 1 }, "sign": { $0 < 0 ? 0 : 1 },
    "floor": { $0.rounded(.down) }, "ceil": { $0.rounded(.down) },
    "round": { ($0 + 0.5).rounded(.down) }, "clamped": { $0 < -0.75 ? 0 : $0 > 1.25 ? 2 : 1 },
  ]

  private static let spellings = [
    "log1p": "log(onePlus: $0)", "trigamma": "polygamma(1, $0)",
    "clamped": "1 * $0.clamped(to: -0.75...1.25)",
  ]

  /// The elementary functions of the catalogue, and what else is a function of one number.
  static let numbers: [Operation] =
    Catalogue.elementaryEntries.map { entry in
      if entry.samples.count == 1 {
        return unary(
          spellings[entry.name] ?? "\(entry.name)($0)",
          domain: Domain.ofFunctions[entry.name] ?? .everywhere, decides: steps[entry.name],
          { entry.scalar([$0]) }, { entry.tensor([$0]) })
      }
      return binary(
        "\(entry.name)($0, $1)", entry.name, { entry.scalar([$0, $1]) },
        { entry.tensor([$0, $1]) })
    } + [
      unary("$0.squared()", { $0.squared() }, { $0.squared() }),
      unary("-$0", { -$0 }, { -$0 }),
      unary("pow($0, 3.0)", { pow($0, 3.0) }, { pow($0, 3.0) }),
      unary("pow($0, -1.5)", domain: .positive, { pow($0, -1.5) }, { pow($0, -1.5) }),
      unary(
        "withCustomDerivative(at: $0) { x in (value: sin(x), pullback: { s in s * cos(x) }) }",
        { withCustomDerivative(at: $0) { x in (value: sin(x), pullback: { $0 * cos(x) }) } },
        { withCustomDerivative(at: $0) { x in (value: sin(x), pullback: { $0 * cos(x) }) } }),
    ]

  // MARK: Two operands

  /// A function of two numbers in both forms.
  private static func binary(
    _ text: String, _ name: String, _ scalar: @escaping @Sendable (Scalar, Scalar) -> Scalar,
    _ tensor: @escaping @Sendable (Tensor, Tensor) -> Tensor
  ) -> Operation {
    let domains = Domain.ofPairs[name] ?? [.everywhere, .everywhere]
    return Operation(
      text: text,
      choose: { chooser in
        if !chooser.isScalar, let pair = chooser.pair() { return (pair, []) }
        guard let a = chooser.scalar(), let b = chooser.scalar() else { return nil }
        return ([a, b], [])
      },
      accepts: { zip(domains, $0).allSatisfy { $0.contains($1) } },
      decides: { values, _ in
        let (a, b) = (values[0].tensor, values[1].tensor)
        switch name {
        case "min", "max": return (a .< b).doubles
        case "remainder": return floor(a / b).doubles
        default: return []
        }
      }
    ) { values, _ in
      if case .scalar(let a) = values[0], case .scalar(let b) = values[1] {
        return .scalar(scalar(a, b))
      }
      return .tensor(tensor(values[0].tensor, values[1].tensor))
    }
  }

  static let arithmetic: [Operation] =
    operators("+", { $0 + $1 }, { $0 + $1 }, { $0 + $1 }, { $0 + $1 })
    + operators("-", { $0 - $1 }, { $0 - $1 }, { $0 - $1 }, { $0 - $1 })
    + operators("*", { $0 * $1 }, { $0 * $1 }, { $0 * $1 }, { $0 * $1 })
    + operators("/", { $0 / $1 }, { $0 / $1 }, { $0 / $1 }, { $0 / $1 })
    + [
      constants("$0 + #0", { $0 + $1 }, { $0 + $1 }),
      constants("#0 - $0", { $1 - $0 }, { $1 - $0 }),
      constants("$0 * #0", { $0 * $1 }, { $0 * $1 }),
      constants("#0 * $0", { $1 * $0 }, { $1 * $0 }),
      constants("$0 / #0", { $0 / $1 }, { $0 / $1 }),
      constants("#0 / $0", domain: .positive, { $1 / $0 }, { $1 / $0 }),
      Operation(
        text: "(0..<3).reduce($0) { y, _ in sin(y) * $1 }",
        choose: { chooser in
          chooser.scalar().flatMap { a in chooser.scalar().map { ([a, $0], []) } }
        }
      ) { values, _ in
        .scalar((0..<3).reduce(values[0].scalar) { y, _ in sin(y) * values[1].scalar })
      },
    ]

  /// An operator between two of a kind, and between a tensor and a scalar on either side.
  private static func operators(
    _ symbol: String, _ scalar: @escaping @Sendable (Scalar, Scalar) -> Scalar,
    _ tensor: @escaping @Sendable (Tensor, Tensor) -> Tensor,
    _ left: @escaping @Sendable (Scalar, Tensor) -> Tensor,
    _ right: @escaping @Sendable (Tensor, Scalar) -> Tensor
  ) -> [Operation] {
    let divisor = Domain.ofPairs[symbol]?[1] ?? .everywhere
    let mixed = Operation(
      text: "$0 \(symbol) $1",
      choose: { chooser in
        guard !chooser.isScalar, let a = chooser.tensor(), let b = chooser.scalar() else {
          return nil
        }
        return (chooser.bool() ? [a, b] : [b, a], [])
      },
      accepts: { divisor.contains($0[1]) }
    ) { values, _ in
      switch (values[0], values[1]) {
      case (.scalar(let a), .tensor(let b)): .tensor(left(a, b))
      case (.tensor(let a), .scalar(let b)): .tensor(right(a, b))
      default: fatalError("not a tensor and a scalar")
      }
    }
    return [binary("$0 \(symbol) $1", symbol, scalar, tensor), mixed]
  }

  /// An operator with a number.
  private static func constants(
    _ text: String, domain: Domain = .everywhere,
    _ scalar: @escaping @Sendable (Scalar, Double) -> Scalar,
    _ tensor: @escaping @Sendable (Tensor, Double) -> Tensor
  ) -> Operation {
    Operation(
      text: text,
      choose: { chooser in
        let only = chooser.isScalar
        let number = chooser.number()
        return chooser.register { $0.isScalar || !only }.map { ([$0], [.number(number)]) }
      },
      accepts: { domain.contains($0[0]) }
    ) { values, arguments in
      switch values[0] {
      case .scalar(let x): .scalar(scalar(x, arguments[0].number))
      case .tensor(let x): .tensor(tensor(x, arguments[0].number))
      }
    }
  }
}
