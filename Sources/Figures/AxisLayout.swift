// Where the ticks of an axis belong, and where on it a value lies. It has never heard of pixels or
// markup.

import AdjointSupport

/// How the values of an axis are spread.
public enum AxisScale: String, Sendable, Codable {
  /// Equal differences are equally long.
  case linear
  /// Equal ratios are equally long; values at or below zero cannot be shown.
  case logarithmic
}

/// An axis with round numbers at both ends and some between.
struct AxisLayout: Sendable {
  struct Tick: Sendable, Equatable {
    var value: Double
    var label: String
  }

  let scale: AxisScale
  let range: ClosedRange<Double>
  let ticks: [Tick]

  /// The largest magnitude that is drawn: beyond it, differences of values would overflow.
  static let largest = 1e300

  /// Whether an axis of this scale can show `value`.
  static func canShow(_ value: Double, on scale: AxisScale) -> Bool {
    guard value.magnitude <= largest else { return false }  // also false for NaN
    return scale == .linear || value >= 1e-300
  }

  /// An axis that covers those of `values` it can show, with about `count` ticks.
  init(covering values: [Double], scale: AxisScale, count: Int, wholeNumbers: Bool = false) {
    let shown = values.filter { AxisLayout.canShow($0, on: scale) }
    let lowest = shown.min() ?? (scale == .linear ? 0 : 1)
    let highest = shown.max() ?? (scale == .linear ? 1 : 10)
    self.scale = scale
    switch scale {
    case .linear:
      (range, ticks) = AxisLayout.linear(lowest, highest, count, wholeNumbers)
    case .logarithmic:
      (range, ticks) = AxisLayout.logarithmic(lowest, highest, count)
    }
  }

  /// Where `value` lies, from 0 at the lower end to 1 at the upper, or nil if it cannot be shown.
  func position(of value: Double) -> Double? {
    guard AxisLayout.canShow(value, on: scale) else { return nil }
    let (low, high) = (range.lowerBound, range.upperBound)
    switch scale {
    case .linear: return (value - low) / (high - low)
    case .logarithmic: return (log(value) - log(low)) / (log(high) - log(low))
    }
  }

  // MARK: Choosing the ticks

  private static func linear(
    _ lowest: Double, _ highest: Double, _ count: Int, _ wholeNumbers: Bool
  ) -> (ClosedRange<Double>, [Tick]) {
    var (low, high) = (lowest, highest)
    if high - low <= max(1e-290, 1e-12 * max(low.magnitude, high.magnitude)) {
      // One value only, as far as arithmetic can tell: give it room on both sides.
      let room = max(low.magnitude / 10, wholeNumbers ? 1 : 1e-6)
      (low, high) = (low - room, high + room)
      if lowest.magnitude < 1e-290 { (low, high) = (0, 1) }
    }
    var step = roundStep(atLeast: (high - low) / Double(max(1, count)))
    if wholeNumbers { step = max(1, step.rounded(.up)) }
    let first = (low / step).rounded(.down)
    let last = (high / step).rounded(.up)
    // Rounding may ask for a few more steps than planned, never for many.
    let intervals = min(max(1, Int(last - first)), 4 * max(1, count))
    let ticks = (0...intervals).map { index in
      let value = (first + Double(index)) * step
      return Tick(value: value, label: label(value, step: step))
    }
    return (ticks[0].value...ticks[intervals].value, ticks)
  }

  /// The smallest of 1, 2, 5 times a power of ten that is at least `minimum`.
  private static func roundStep(atLeast minimum: Double) -> Double {
    let unit = power(floor(log10(minimum)))
    for factor in [1.0, 2, 5, 10] where factor * unit >= minimum * (1 - 1e-9) {
      return factor * unit
    }
    return 10 * unit
  }

  private static func logarithmic(
    _ lowest: Double, _ highest: Double, _ count: Int
  ) -> (ClosedRange<Double>, [Tick]) {
    let low = Int(floor(log10(lowest) + 1e-9))
    let high = max(low + 1, Int((log10(highest) - 1e-9).rounded(.up)))
    let every = max(1, (high - low + count - 1) / max(1, count))
    // Few decades: the 2 and the 5 between them help; many: not even all decades fit.
    let factors: [Double] = high - low <= 2 ? [1, 2, 5] : [1]
    var ticks: [Tick] = []
    for exponent in stride(from: low, through: high, by: every) {
      for factor in factors where exponent < high || factor == 1 {
        let value = factor * power(Double(exponent))
        ticks.append(Tick(value: value, label: label(value, step: value)))
      }
    }
    return (power(Double(low))...power(Double(high)), ticks)
  }

  // Exact where it matters: 10^-2 must be 0.01 to the last bit, or labels become
  // 0.010000000000000002.
  private static func power(_ exponent: Double) -> Double {
    exponent >= 0 ? pow(10, exponent) : 1 / pow(10, -exponent)
  }

  private static func label(_ value: Double, step: Double) -> String {
    if value == 0 { return "0" }
    if value.magnitude >= 1e6 || step < 1e-5 {
      // The multiple of the step may end in ...0001: three digits after the point are enough.
      let exponent = floor(log10(value.magnitude) + 1e-9)
      return NumberText.trimmed(value / power(exponent), decimals: 3) + "e\(Int(exponent))"
    }
    return NumberText.fixed(value, decimals: max(0, -Int(floor(log10(step) + 1e-9))))
  }
}
