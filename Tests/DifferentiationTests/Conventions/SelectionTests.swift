// Selections skip: what was not chosen receives exactly zero, however large the adjoint of what
// was, in first and in second order.
//
// f(s(x)) = √s(x) has the slope 1/(2√s) · ∂s/∂x, which at s = 0 is ∞ for the chosen element. For
// the others ∂s/∂x is no factor of zero: a change of them changes nothing at all.

import AdjointArrays
import AdjointDifferentiation
import AdjointElementary
import Testing

private let inf = Double.infinity

/// Something that picks elements, at a point where the picked ones are zero.
struct Selection: Sendable, CustomTestStringConvertible {
  var testDescription: String
  var shape: [Int]
  var x: [Double]
  /// Which elements of `x` are picked.
  var picked: [Bool]
  var pick: @Sendable (Tensor) -> Tensor

  init(
    _ description: String, _ x: [Double], shape: [Int]? = nil, picked: [Bool],
    _ pick: @escaping @Sendable (Tensor) -> Tensor
  ) {
    (testDescription, self.x, self.picked, self.pick) = (description, x, picked, pick)
    self.shape = shape ?? [x.count]
  }
}

@Suite struct SelectionTests {
  static let selections: [Selection] = [
    .init("maximum", [0, -1], picked: [true, false]) { $0.maximum() },
    .init("minimum", [2, 0, 1], picked: [false, true, false]) { $0.minimum() },
    .init("maximum of rows", [0, -1, -3, 0], shape: [2, 2], picked: [true, false, false, true]) {
      $0.maximum(over: 1)
    },
    .init("minimum, kept axis", [0, 1, 3, 0], shape: [2, 2], picked: [true, false, false, true]) {
      $0.minimum(over: 0, keepsDimensions: true)
    },
    .init("pooling", [0, -1, -2, 0], shape: [1, 4, 1], picked: [true, false, false, true]) {
      maxPool1D($0, window: 2)
    },
    .init("sorting", [3, 0, 1], picked: [false, true, false]) { $0.sorted()[0] },
    .init("the largest", [-1, 0, -2], picked: [false, true, false]) { $0.top(1).values },
    .init("gather", [5, 0], picked: [false, true]) { $0.gathered(Tensor(indices: [1])) },
    .init("gather elements", [5, 0], picked: [false, true]) {
      $0.gatheredElements(Tensor(indices: [1]), along: 0)
    },
    .init("slice", [5, 0, 7], picked: [false, true, false]) { $0[1..<2] },
    .init("element", [5, 0, 7], picked: [false, true, false]) { $0[1] },
    .init("split", [5, 0, 7], picked: [false, true, false]) { $0.split(into: 3)[1] },
    .init("where", [5, 0], picked: [false, true]) {
      `where`(Tensor(mask: [false, true]), $0, 0)
    },
    .init("larger of two", [-1, 0], picked: [false, true]) {
      max($0, Tensor([0, -1], dtype: $0.dtype))
    },
    .init("smaller of two", [1, 0], picked: [false, true]) {
      min($0, Tensor([0, 1], dtype: $0.dtype))
    },
    .init("relu", [-1, -2], picked: [false, false]) { relu($0) },
    .init("clamped", [-1, -0.5], picked: [false, false]) { $0.clamped(to: 0...1) },
  ]

  @Test(arguments: selections, [DType.float32, .float64])
  func whatWasNotChosenReceivesNothing(_ selection: Selection, _ dtype: DType) throws {
    let x = Tensor(selection.x, shape: selection.shape, dtype: dtype)
    let first = try gradient(at: x) { x in sqrt(selection.pick(x)).sum() }
    #expect(first.doubles == selection.picked.map { $0 ? inf : 0 })
    // d²/dx² s^(3/2) = ¾ s^(-1/2), ∞ at 0.
    let second = try gradient(at: x) { x in
      try gradient(at: x) { x in pow(selection.pick(x), 1.5).sum() }.sum()
    }
    #expect(second.doubles == selection.picked.map { $0 ? inf : 0 })
  }
}
