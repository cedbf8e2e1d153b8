// Programs of which a page says that they stop the process do so, with the words on the page.

import Adjoint
import Testing

@Suite struct TrapTests {
  @Test func keptVariable() async throws {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      ModelSnippets.keptVariable()
    }
    try expectLastWords(result, of: BlockID(page: "docs/getting-started.md", number: 29))
  }

  @Test func plainNumbersInside() async throws {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      ModelSnippets.plainNumbersInside()
    }
    try expectLastWords(result, of: BlockID(page: "docs/getting-started.md", number: 31))
  }

  /// No page has a block that stops the process and is not among those above.
  @Test func allBlocksThatTrapAreTested() throws {
    let traps = try Repository.pages.flatMap { try Page($0).blocks.filter(\.traps).map(\.id) }
    #expect(
      Set(traps) == [
        BlockID(page: "docs/getting-started.md", number: 29),
        BlockID(page: "docs/getting-started.md", number: 31),
      ])
  }

  private func expectLastWords(_ result: ExitTest.Result?, of id: BlockID) throws {
    let words = String(decoding: try #require(result).standardErrorContent, as: UTF8.self)
    let block = try #require(try Page(id.page).blocks.first { $0.id == id })
    let said = try #require(block.output)
    #expect(words.contains("Fatal error: \(said)\n"), "\(id)")
  }
}
