// What the functions of two numbers are, with their first and second derivatives, written in the
// system's own functions on `Double`; nothing of the library is imported here.

import Foundation

private let inf = Double.infinity
private let nan = Double.nan

/// A function of two numbers as it should be; nil is no claim.
struct PairReference: Sendable {
  typealias Number = @Sendable (Double, Double) -> Double
  typealias Slopes = @Sendable (Double, Double) -> (Double, Double)?
  typealias Curvatures = @Sendable (Double, Double) -> (Double, Double, Double)?

  var value: Number
  var slopes: Slopes
  /// `∂²/∂a²`, `∂²/∂a∂b`, `∂²/∂b²`.
  var curvatures: Curvatures

  static let table: [String: PairReference] = [
    "+": .init(value: { $0 + $1 }, slopes: { _, _ in (1, 1) }, curvatures: { _, _ in (0, 0, 0) }),
    "-": .init(value: { $0 - $1 }, slopes: { _, _ in (1, -1) }, curvatures: { _, _ in (0, 0, 0) }),
    "*": .init(value: { $0 * $1 }, slopes: { ($1, $0) }, curvatures: { _, _ in (0, 1, 0) }),
    "/": .init(
      value: { $0 / $1 },
      slopes: { a, b in (1 / b, a == 0 && b != 0 && !b.isNaN ? 0 : -(a / b) / b) },
      curvatures: { a, b in
        isOrdinary(a, b) && b != 0 ? (0, -1 / b / b, 2 * a / b / b / b) : nil
      }),
    "min": extremum { $0 < $1 }, "max": extremum { $0 > $1 },
    "pow": .init(value: { pow($0, $1) }, slopes: powerSlopes, curvatures: powerCurvatures),
    "atan2": .init(
      value: { atan2($0, $1) },
      slopes: { a, b in
        let h = hypot(a, b)
        if a.isNaN || b.isNaN || h == 0 { return (nan, nan) }
        return h == inf ? (0, 0) : (b / h / h, -a / h / h)
      },
      curvatures: { a, b in
        let h = hypot(a, b)
        guard isOrdinary(a, b), h > 0 else { return nil }
        let (sine, cosine) = (a / h, b / h)
        return (
          -2 * sine * cosine / h / h, (sine - cosine) * (sine + cosine) / h / h,
          2 * sine * cosine / h / h
        )
      }),
    "logAddExp": .init(
      value: { a, b in
        a == b ? a + log(2.0) : max(a, b) + log1p(exp(-abs(a - b)))
      },
      slopes: { a, b in a.isNaN || b.isNaN ? (nan, nan) : (share(a, b), share(b, a)) },
      curvatures: { a, b in
        let p = share(a, b) * share(b, a)
        return isOrdinary(a, b) ? (p, -p, p) : nil
      }),
    "xLogY": .init(
      value: { x, y in x == 0 && !y.isNaN ? 0 : x * log(y) },
      slopes: { x, y in
        // Where nothing is the factor, a logarithm that is not defined has no slope.
        if x == 0 { return y.isNaN ? nil : (log(y), 0) }
        return y.magnitude < 1e-30 || y == inf ? nil : (log(y), x / y)
      },
      curvatures: { x, y in
        isOrdinary(x, y) && y > 0 ? (0, 1 / y, x == 0 ? 0 : -x / y / y) : nil
      }),
    "hypot": .init(
      value: { hypot($0, $1) },
      slopes: { a, b in
        let h = hypot(a, b)
        if h == 0 { return (0, 0) }
        if a.isInfinite, b.isFinite { return (a > 0 ? 1 : -1, 0) }
        if b.isInfinite, a.isFinite { return (0, b > 0 ? 1 : -1) }
        return h.isFinite ? (a / h, b / h) : nil
      },
      curvatures: { a, b in
        let h = hypot(a, b)
        guard isOrdinary(a, b) else { return nil }
        if h == 0 { return (0, 0, 0) }
        return (b / h * (b / h) / h, -(a / h) * (b / h) / h, a / h * (a / h) / h)
      }),
    "remainder": .init(
      value: { a, b in
        let rest = fmod(a, b)
        return rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest
      },
      slopes: { a, b in
        isOrdinary(a, b) && b != 0 && abs(a / b) < 1e6 ? (1, -(a / b).rounded(.down)) : nil
      },
      curvatures: { a, b in
        isOrdinary(a, b) && b != 0 && abs(a / b) < 1e6 ? (0, 0, 0) : nil
      }),
  ]

  private static func extremum(
    _ isChosen: @escaping @Sendable (Double, Double) -> Bool
  ) -> PairReference {
    .init(
      value: { a, b in a.isNaN || b.isNaN ? nan : isChosen(a, b) ? a : b },
      slopes: { a, b in
        if a.isNaN || b.isNaN { return nil }
        return a == b ? (0.5, 0.5) : isChosen(a, b) ? (1, 0) : (0, 1)
      },
      curvatures: { a, b in a.isNaN || b.isNaN ? nil : (0, 0, 0) })
  }

  /// Finite, and neither so large nor so small that the products of a second derivative leave the
  /// range of float32.
  private static func isOrdinary(_ a: Double, _ b: Double) -> Bool {
    isOrdinary(a) && isOrdinary(b)
  }

  private static func isOrdinary(_ x: Double) -> Bool {
    let size: Double = abs(x)
    return size == 0 || (size > 1e-6 && size < 1e6)
  }

  /// `exp(a) / (exp(a) + exp(b))`; equal numbers have equal shares.
  private static func share(_ a: Double, _ b: Double) -> Double {
    a == b ? 0.5 : 1 / (1 + exp(b - a))
  }

  private static func powerSlopes(_ a: Double, _ b: Double) -> (Double, Double)? {
    // In the slope b a^(b-1) the power alone may leave the range of numbers.
    guard a.isFinite, b.isFinite, a == 0 || abs(a) > 1e-30 else { return nil }
    let inBase = b == 0 ? 0 : b * pow(a, b - 1)
    if a == 0 { return b > 0 ? (inBase, 0) : b == 0 ? (0, -inf) : nil }
    // A power that has underflowed to zero wins over the logarithm, defined or not.
    let isGone = abs(pow(a, b)) < 1e-30
    return isGone ? nil : (inBase, a < 0 ? nan : pow(a, b) * log(a))
  }

  private static func powerCurvatures(_ a: Double, _ b: Double) -> (Double, Double, Double)? {
    guard isOrdinary(a, b), a > 0 else { return nil }
    let y = pow(a, b)
    let l = log(a)
    return (b * (b - 1) * y / a / a, y / a * (1 + b * l), y * l * l)
  }
}
