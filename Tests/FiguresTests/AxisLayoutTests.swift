// Ticks are round, in order, and enclose the values, whatever these are.

import Testing

@testable import AdjointFigures

@Suite struct AxisLayoutTests {
  @Test func ticksAreRound() {
    let labels = { (values: [Double], whole: Bool) in
      AxisLayout(covering: values, scale: .linear, count: 5, wholeNumbers: whole).ticks.map(\.label)
    }
    #expect(labels([0, 97], false) == ["0", "20", "40", "60", "80", "100"])
    #expect(labels([0.92, 1], false) == ["0.92", "0.94", "0.96", "0.98", "1.00"])
    #expect(labels([-0.3, 0.2], false) == ["-0.3", "-0.2", "-0.1", "0", "0.1", "0.2"])
    #expect(labels([1, 3], true) == ["1", "2", "3"])
    #expect(labels([1], true) == ["0", "1", "2"])
    #expect(
      labels([], false) == ["0", "0.2", "0.4", "0.6", "0.8", "1.0"])
    #expect(labels([0, 3e8], false) == ["0", "1e8", "2e8", "3e8"])
  }

  @Test func decadesOnALogarithmicAxis() {
    let axis = AxisLayout(covering: [0.003, 0.8], scale: .logarithmic, count: 6)
    #expect(axis.ticks.map(\.label) == ["0.001", "0.01", "0.1", "1"])
    #expect(axis.position(of: 0.001) == 0)
    #expect(abs((axis.position(of: 0.1) ?? 0) - 2.0 / 3) < 1e-12)
    #expect(axis.position(of: 0) == nil)
    let narrow = AxisLayout(covering: [1.5, 8], scale: .logarithmic, count: 6)
    #expect(narrow.ticks.map(\.label) == ["1", "2", "5", "10"])
  }

  static let strange: [[Double]] = [
    [], [0], [-0.0, 0], [5], [1e300, -1e300], [1e300], [.infinity, -.infinity], [.nan], [.nan, 2],
    [.leastNonzeroMagnitude, 0], [1, 1.0000000000000002], [1e-300, 1e300], [1e15, 1e15 + 1],
    [-1e-12, 1e-12],
    [1.7976931348623157e308], [1e6, 1e6 + 1e-3],
  ]

  @Test(arguments: strange) func noValuesAreTooStrange(_ values: [Double]) {
    for scale in [AxisScale.linear, .logarithmic] {
      for count in [1, 6] {
        for wholeNumbers in [false, true] {
          let axis = AxisLayout(
            covering: values, scale: scale, count: count, wholeNumbers: wholeNumbers)
          #expect((2...100).contains(axis.ticks.count))
          #expect(zip(axis.ticks, axis.ticks.dropFirst()).allSatisfy { $0.value < $1.value })
          for tick in axis.ticks { #expect(axis.range.contains(tick.value)) }
          for value in values where AxisLayout.canShow(value, on: scale) {
            let position = axis.position(of: value) ?? -1
            #expect((-1e-6...1.000001).contains(position), "\(value) lies at \(position)")
          }
        }
      }
    }
  }
}
