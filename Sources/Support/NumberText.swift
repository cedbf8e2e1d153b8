// Numbers written for people, the same on every platform and in every language of the system, which
// Foundation's formatters are not. It has never heard of what the numbers mean.

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

  /// `value` with at most `decimals` decimals and no needless zeros, such as `12.5`: for
  /// coordinates.
  package static func trimmed(_ value: Double, decimals: Int = 2) -> String {
    var text = fixed(value, decimals: decimals)
    guard decimals > 0, text.contains("."), !text.contains("e") else { return text }
    while text.last == "0" { text.removeLast() }
    if text.last == "." { text.removeLast() }
    return text
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

  /// `value` in at most `digits` significant digits, such as `0.7310585786`.
  package static func significant(_ value: Double, digits: Int = 10) -> String {
    guard value.isFinite, value != 0 else { return value == 0 ? "0" : "\(value)" }
    var magnitude = value.magnitude
    // The largest and smallest numbers keep all their digits: scaling would overflow.
    guard magnitude > 1e-200, magnitude < 1e200 else { return "\(value)" }
    var decimals = digits - 1
    while magnitude < 1 { (magnitude, decimals) = (magnitude * 10, decimals + 1) }
    while magnitude >= 10 { (magnitude, decimals) = (magnitude / 10, decimals - 1) }
    // Powers of ten are exact, their reciprocals are not: multiplying by 1e-3 and dividing again
    // would turn 1234567890000 into 1234567889999.9995.
    var unit = 1.0
    for _ in 0..<decimals.magnitude { unit *= 10 }
    let rounded =
      decimals < 0 ? (value / unit).rounded() * unit : (value * unit).rounded() / unit
    let text = "\(rounded)"
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  }
}
