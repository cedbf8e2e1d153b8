// The numbers of the worked example, computed from its formulas, and that the page says no others.

import Adjoint
import Testing

@Suite struct WorkedExampleTests {
  /// One sigmoid neuron: y = σ(w x), E = ½ (t - y)² with x = 2, w = 0.5, t = 1.
  private static let numbers: [Double] = {
    let (x, w, t) = (2.0, 0.5, 1.0)
    let y = sigmoid(w * x)
    let error = 0.5 * (t - y) * (t - y)
    let slope = -(t - y) * y * (1 - y) * x
    let next = w - 0.5 * slope
    let better = 0.5 * (t - sigmoid(next * x)) * (t - sigmoid(next * x))
    return [y, error, -(t - y), t - y, y * (1 - y), slope, next, better]
  }()

  /// dE/dw = -(t - y) y (1 - y) x = -0.1057541856, and with the rate 0.5 the next w = 0.5528770928.
  @Test func numbersOfTheFormulas() {
    let expected = [
      0.7310585786, 0.0361647441, -0.2689414214, 0.2689414214, 0.1966119332, -0.1057541856,
      0.5528770928, 0.0309167151,
    ]
    for (number, expected) in zip(Self.numbers, expected) {
      #expect(abs(number - expected) <= 5e-11)
    }
  }

  /// Every number with more than four digits in the prose of the section is one of these.
  @Test func everyNumberInTheProseIsAsserted() throws {
    let prose = try Page("docs/getting-started.md").prose.map(\.text)
    let start = try #require(prose.firstIndex(of: "## One neuron, by hand"))
    let rest = prose[(start + 1)...]
    let section = rest[..<(rest.firstIndex { $0.hasPrefix("## ") } ?? rest.endIndex)]
    var found = 0
    for line in section {
      for match in line.matches(of: /-?[0-9]+\.([0-9]{4,})/) {
        let number = try #require(Double(match.0))
        var tolerance = 0.5
        for _ in match.1 { tolerance /= 10 }
        found += 1
        #expect(
          Self.numbers.contains { abs($0 - number) <= tolerance * 1.0001 },
          "\(match.0) is not a number of the worked example")
      }
    }
    #expect(found >= 8)
  }

  /// The tape finds the number that was found by hand.
  @Test func tapeAgrees() {
    let slope = gradient(at: 0.5) { w in 0.5 * (1 - sigmoid(w * 2)).squared() }
    #expect(abs(slope - Self.numbers[5]) <= 2 * slope.ulp)
  }
}
