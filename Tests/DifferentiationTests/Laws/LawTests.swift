// Tests that every row of the catalogue obeys every law. One test a law, one case a
// row; the laws themselves are in Checker.

import AdjointArrays
import AdjointDifferentiation
import Testing

@Suite struct LawTests {
  @Test(arguments: Catalogue.rows)
  func reverseWalkIsTheTransposedDerivative(row: Row) throws {
    for subject in row.subjects {
      for violation in try Checker.violations(of: subject, [.firstOrder]) {
        Issue.record("\(subject.name): \(violation)")
      }
    }
  }

  @Test(arguments: Catalogue.rows)
  func forwardAndReverseWalkAreTransposed(row: Row) throws {
    for (position, subject) in row.subjects.enumerated() {
      for seed: UInt64 in [1, 2] {
        let found = try Checker.violations(
          of: subject, [.adjointIdentity], seed: seed + UInt64(2 * position))
        for violation in found { Issue.record("\(subject.name): \(violation)") }
      }
    }
  }

  @Test(arguments: Catalogue.rows)
  func nestedWalkIsTheSecondDerivative(row: Row) throws {
    for subject in row.subjects {
      for violation in try Checker.violations(of: subject, [.secondOrder, .symmetry]) {
        Issue.record("\(subject.name): \(violation)")
      }
    }
  }

  @Test(arguments: Catalogue.rows)
  func recordingChangesNothingAndPullbacksAreLinear(row: Row) throws {
    for subject in row.subjects {
      for violation in try Checker.violations(of: subject, [.recording, .linearity]) {
        Issue.record("\(subject.name): \(violation)")
      }
    }
  }

  // The same numbers in both element types: the points and seeds are exact in float32, so all
  // difference is rounding, bounded by the row's `singleTolerance` relative to the result.
  @Test(arguments: Catalogue.rows.filter { $0.isTensorRow })
  func singleAndDoublePrecisionAgree(row: Row) throws {
    for position in row.points.indices {
      let single = try row.subject(at: position, dtype: .float32)
        .linearized(row.points[position])
      let double = try row.subject(at: position, dtype: .float64)
        .linearized(row.points[position])
      var draws = Draws(3)
      let seed = draws.weights(double.value.count)
      expectClose(single.value, double.value, row.singleTolerance, "\(row.name): value")
      expectClose(
        try single.pullback(seed), try double.pullback(seed), row.singleTolerance,
        "\(row.name): adjoint")
    }
  }

  private func expectClose(
    _ single: [Double], _ double: [Double], _ tolerance: Double, _ what: String
  ) {
    // Sums over a row's elements cancel; the largest entry is what rounding is relative to.
    let scale = double.reduce(1) { max($0, abs($1)) }
    let worst = zip(single, double).map { abs($0 - $1) }.max() ?? 0
    #expect(single.count == double.count && worst <= tolerance * scale, "\(what) off by \(worst)")
  }
}

extension Row {
  var isTensorRow: Bool {
    if case .tensors = body { return true }
    return false
  }
}
