// One number against another, with the difference in the message. A function with a `Double`
// parameter rather than the macro on the whole formula: the type checker then knows at once which
// form of `gradient` is meant.

import Testing

func expect(
  _ value: Double, equals expected: Double, within tolerance: Double = 0,
  sourceLocation: SourceLocation = #_sourceLocation
) {
  let difference = abs(value - expected)
  #expect(
    difference <= tolerance, "\(value) instead of \(expected)", sourceLocation: sourceLocation)
}
