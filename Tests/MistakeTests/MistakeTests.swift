// Every mistake of the tables is made in a process of its own, and what it says is read: in
// optimized code too, since the library is always optimized, and a release build leaves nothing in.

import Adjoint
import Testing

@Suite struct MistakeTests {
  @Test(arguments: Mistake.all)
  func itStopsWithItsText(_ mistake: Mistake) async throws {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      [name = mistake.name as String] in
      try Mistake.named(name)?.make()
    }
    let words = String(decoding: try #require(result).standardErrorContent, as: UTF8.self)
    let marked = try #require(words.firstRange(of: "Fatal error: "), "\(words)")
    let said = words[marked.upperBound...].prefix { $0 != "\n" }
    #expect(said == mistake.text)
  }

  /// What is wrong, and where; then what to do, as a sentence.
  @Test(arguments: Mistake.all)
  func itSaysWhatWhereAndWhatToDo(_ mistake: Mistake) {
    #expect(mistake.text.contains(/^.+[:,] .+[.] [A-Z].+[.]$/))
  }

  @Test func namesAreUnique() {
    #expect(Set(Mistake.all.map(\.name)).count == Mistake.all.count)
  }
}

@Suite struct RefusalTests {
  @Test(arguments: Refusal.all)
  func itIsThrownByTheDifferentiatedCall(_ refusal: Refusal) {
    let error = #expect(throws: (any Error).self) {
      _ = try gradient(at: Tensor.ones([2, 6])) { x in
        try refusal.make(x)
        return x.sum()
      }
    }
    let said = error as? any AdjointError
    #expect(said?.problem == refusal.problem)
    #expect(said?.remedy.contains(/^[A-Z`].+[.]$/) == true)
  }
}
