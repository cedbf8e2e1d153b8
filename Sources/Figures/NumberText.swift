// What this file knows: how numbers are written for people, the same on every platform and without
// Foundation. It has never heard of what the numbers mean.

/// Numbers as text, for reports and terminals.
package enum NumberText {
  /// `value` with a fixed number of decimals, such as `97.78`.
  ///
  /// Ties go away from zero; a result of zero has no sign. Numbers beyond 2^53 / 10^decimals are
  /// given in their shortest form, as are infinities and NaN.
  package static func fixed(_ value: Double, decimals: Int) -> String {
    var unit = 1.0
    for _ in 0..<decimals { unit *= 10 }
    let scaled = (value * unit).rounded()
    guard scaled.magnitude < 9_007_199_254_740_992 else { return "\(value)" }
    let digits = String(UInt64(scaled.magnitude))
    let padded = String(repeating: "0", count: max(0, decimals + 1 - digits.count)) + digits
    let sign = scaled < 0 ? "-" : ""
    guard decimals > 0 else { return sign + padded }
    return "\(sign)\(padded.dropLast(decimals)).\(padded.suffix(decimals))"
  }

  /// `value` with at most `decimals` decimals and no needless zeros, such as `12.5`: for coordinates.
  package static func trimmed(_ value: Double, decimals: Int = 2) -> String {
    var text = fixed(value, decimals: decimals)
    guard decimals > 0, text.contains("."), !text.contains("e") else { return text }
    while text.last == "0" { text.removeLast() }
    if text.last == "." { text.removeLast() }
    return text
  }

  /// A fraction as a percentage with two decimals, such as `97.78 %`.
  package static func percent(_ fraction: Double, decimals: Int = 2) -> String {
    fixed(fraction * 100, decimals: decimals) + " %"
  }

  /// `value` with three significant digits where that is readable, otherwise its shortest form.
  package static func short(_ value: Double) -> String {
    switch value.magnitude {
    case 0: "0"
    case 100..<1e15: fixed(value, decimals: 0)
    case 10..<100: fixed(value, decimals: 1)
    case 1..<10: fixed(value, decimals: 2)
    case 0.1..<1: fixed(value, decimals: 3)
    case 0.001..<0.1: fixed(value, decimals: 4)
    default: "\(value)"
    }
  }

  /// A whole number with thin groups, such as `60,000`.
  package static func grouped(_ value: Int) -> String {
    var result = ""
    let digits = Array(String(value.magnitude))
    for (position, digit) in digits.enumerated() {
      if position > 0, (digits.count - position) % 3 == 0 { result.append(",") }
      result.append(digit)
    }
    return value < 0 ? "-" + result : result
  }

  /// Whole seconds as `m:ss` or `h:mm:ss`.
  package static func clock(_ duration: Duration) -> String {
    let seconds = max(0, duration.components.seconds)
    func twoDigits(_ value: Int64) -> String { value < 10 ? "0\(value)" : "\(value)" }
    let (hours, minutes) = (seconds / 3600, seconds / 60 % 60)
    let rest = twoDigits(seconds % 60)
    return hours > 0 ? "\(hours):\(twoDigits(minutes)):\(rest)" : "\(minutes):\(rest)"
  }
}
