// Which names a filter chooses.

import Adjoint
import Foundation
import Testing

@Suite struct ParameterFilterTests {
  private let names = ["encoder.weight", "encoder.bias", "head.weight", "head.bias", "scale"]

  @Test(arguments: [
    (Optimizer.ParameterFilter.all, [0, 1, 2, 3, 4]), (.none, []), (.prefix("encoder."), [0, 1]),
    (.suffix("bias"), [1, 3]), (.named("scale", "absent"), [4]),
    (!.suffix("bias"), [0, 2, 4]), (.prefix("head.") && .suffix("weight"), [2]),
    (.named("scale") || .prefix("head."), [2, 3, 4]),
  ])
  func choosesByName(_ filter: Optimizer.ParameterFilter, _ expected: [Int]) throws {
    #expect(names.indices.filter { filter.matches(names[$0]) } == expected)
    let decoded = try JSONDecoder().decode(
      Optimizer.ParameterFilter.self, from: JSONEncoder().encode(filter))
    #expect(decoded == filter)
  }
}
