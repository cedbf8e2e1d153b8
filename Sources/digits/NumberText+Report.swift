// The forms of numbers that only this program writes.

import AdjointSupport

extension NumberText {
  /// A fraction as a percentage with two decimals, such as `97.78 %`.
  static func percent(_ fraction: Double) -> String {
    fixed(fraction * 100, decimals: 2) + " %"
  }

  /// A whole number in groups of three digits, such as `60,000`.
  static func grouped(_ value: Int) -> String {
    var result = ""
    let digits = Array(String(value.magnitude))
    for (position, digit) in digits.enumerated() {
      if position > 0, (digits.count - position) % 3 == 0 { result.append(",") }
      result.append(digit)
    }
    return value < 0 ? "-" + result : result
  }

  /// Whole seconds as `m:ss` or `h:mm:ss`.
  static func clock(_ duration: Duration) -> String {
    let seconds = max(0, duration.components.seconds)
    func twoDigits(_ value: Int64) -> String { value < 10 ? "0\(value)" : "\(value)" }
    let (hours, minutes) = (seconds / 3600, seconds / 60 % 60)
    let rest = twoDigits(seconds % 60)
    return hours > 0 ? "\(hours):\(twoDigits(minutes)):\(rest)" : "\(minutes):\(rest)"
  }
}
