// What the operators owe beside the derivative: no work for a value that nobody asked for.

import AdjointElementary
import Testing

@testable import AdjointArrays
@testable import AdjointDifferentiation

@Suite struct DifferentialOperatorsTests {
  /// A value that has been put off is computed if it is returned, and only then.
  @Test func gradientsLeaveAloneAValueThatNobodyWants() throws {
    let x = Tensor((0..<(1 << 17)).map { Double($0 % 97) / 97 })
    func isWaiting(_ value: Tensor?) -> Bool { value?.array.storage.expression?.pending != nil }
    var value: Tensor?
    func f(_ x: Tensor, _ y: Tensor) -> Tensor {
      let result = (x * y).sum()
      value = result
      // Another suite may have set the threshold so that nothing is put off; there is nothing to see then.
      return result
    }
    let one = try gradient(at: x) { f($0, x) }
    #expect(isWaiting(value) || !(value?.array.isDeferred ?? true))
    let two = try gradient(at: x, x) { f($0, $1) }
    #expect(isWaiting(value) || !(value?.array.isDeferred ?? true))
    _ = try valueWithGradient(at: x, x) { f($0, $1) }
    #expect(!isWaiting(value))
    for slope in [one, two.0, two.1] { #expect(slope.floats == x.floats) }
  }
}
