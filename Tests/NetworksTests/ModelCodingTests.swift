// Models are `Codable` for encoders other than the traversal's, too.

import Adjoint
import Foundation
import Testing

struct ModelCodingTests {
  @Test func jsonIsARoundTrip() throws {
    var model = Everything()
    model.first = Tensor([1.5, -.infinity, .infinity, .nan, 1e-30])
    model.byName["b"] = Tensor([0.1, 1e300], dtype: .float64)
    model.runningMean = Tensor(indices: [3, -4])
    let data = try JSONEncoder().encode(model)
    let copy = try JSONDecoder().decode(Everything.self, from: data)
    #expect(copy.state.map(\.name) == model.state.map(\.name))
    for (a, b) in zip(copy.state, model.state) {
      #expect(a.value.type == b.value.type)
      #expect(a.value.doubles.map(\.bitPattern) == b.value.doubles.map(\.bitPattern))
    }
    #expect(copy.options == model.options)
    #expect(copy.mode == model.mode)
  }
}
