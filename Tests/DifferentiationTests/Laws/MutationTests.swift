// Tests that the checker can fail. Every planted wrong derivative is reported, by
// the law that it breaks, and no right one is, however hard.

import Testing

@Suite struct MutationTests {
  @Test(arguments: Mutants.all)
  func everyMutantIsReported(mutant: Specimen) throws {
    let found = try Checker.violations(of: mutant.subject)
    let broken = Set(found.map(\.law))
    #expect(mutant.breaks.isSubset(of: broken), "\(mutant.name): only \(broken) reported it")
  }

  // What makes the subtle ones subtle: the comparison that most checkers stop at does not see them.
  @Test(arguments: Mutants.all.filter { !$0.breaks.contains(.firstOrder) })
  func subtleMutantsPassTheFirstOrderLaw(mutant: Specimen) throws {
    #expect(try Checker.violations(of: mutant.subject, [.firstOrder]).isEmpty)
  }

  @Test(arguments: HardSpecimens.all)
  func noRightDerivativeIsReported(specimen: Specimen) throws {
    let found = try Checker.violations(of: specimen.subject)
    #expect(found.isEmpty, "\(specimen.name): \(found)")
  }

  // Every law earns its place, and the counts cannot shrink unnoticed.
  @Test func mutantsAreManyAndEveryLawCatchesOne() {
    #expect(Mutants.all.count >= 40)
    #expect(HardSpecimens.all.count >= 25)
    #expect(Mutants.all.allSatisfy { !$0.breaks.isEmpty })
    #expect(Mutants.all.reduce(into: Set<Law>()) { $0.formUnion($1.breaks) } == Set(Law.allCases))
  }
}
