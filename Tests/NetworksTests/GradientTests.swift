// Gradients as values: access, unreached parameters, vector-space laws.

import Adjoint
import Testing

private struct Pair: Model {
  var a: Tensor
  var b: Tensor
  @Untrained var count: Tensor
}

struct GradientTests {
  private let model = Pair(
    a: Tensor([1, 2], dtype: .float64), b: Tensor([3], dtype: .float64), count: Tensor(indices: [1])
  )

  private func gradient(_ a: Double, _ b: Double?) -> Gradient<Pair> {
    Gradient(
      leaves: [
        Tensor([a, -a], dtype: .float64), b.map { Tensor([$0], dtype: .float64) },
      ], like: model)
  }

  @Test func membersAreTypedAndNamed() {
    let g = gradient(1, nil)
    #expect(g.a.doubles == [1, -1])
    #expect(g["a"]?.doubles == [1, -1])
    // The loss did not use b: by name there is no derivative, as a property of the model it is
    // zero.
    #expect(g["b"] == nil)
    #expect(g.b.doubles == [0])
    #expect(g["c"] == nil)
    #expect(g.count.dtype == .int32)
    #expect(g.model.a.doubles == [1, -1])
  }

  @Test func theVectorSpaceLawsHold() {
    let (f, g) = (gradient(1, 2), gradient(5, nil))
    #expect((f + g).leaves.map { $0?.doubles } == [[6, -6], [2]])
    #expect((g - f).leaves.map { $0?.doubles } == [[4, -4], [-2]])
    #expect((-g).leaves.map { $0?.doubles } == [[-5, 5], nil])
    #expect((2 * g).leaves.map { $0?.doubles } == (g * 2).leaves.map { $0?.doubles })
    #expect((0.5 * g).a.doubles == (g / 2).a.doubles)
    var sum = Gradient.zero(like: model)
    sum += f
    sum += g
    sum -= g
    #expect(sum.leaves.map { $0?.doubles } == f.leaves.map { $0?.doubles })
    #expect(f.map { $0.squared() }.a.doubles == [1, 1])
  }

  @Test func normsAndProductsAreThoseOfAllNumbers() {
    let (f, g) = (gradient(1, 2), gradient(3, 4))
    // (1, -1, 2) · (3, -3, 4) = 3 + 3 + 8
    #expect(f.dot(g) == 14)
    #expect(f.innerProduct(g).item == 14)
    #expect(abs(f.norm - 6.0.squareRoot()) < 1e-15)
    #expect(g.maximumMagnitude == 4)
    #expect(g.isFinite)
    let broken = gradient(.nan, 1)
    #expect(!broken.isFinite)
    #expect(broken.maximumMagnitude.isNaN)
    #expect(gradient(1, .infinity).maximumMagnitude == .infinity)
  }

  @Test func normsOfSinglesAreAccumulatedInDouble() {
    struct Single: Model { var w: Tensor }
    // 30,003 numbers whose squares would overflow in float32.
    let model = Single(w: .zeros([30_003]))
    let gradient = Gradient(leaves: [Tensor.full([30_003], 1e25)], like: model)
    let number = Double(Float(1e25))
    #expect(abs(gradient.norm / (30_003.0.squareRoot() * number) - 1) < 1e-14)
    #expect(gradient.maximumMagnitude == number)
  }

  /// 3² + 4² = 5², far beyond where the squares of numbers end.
  @Test func normsAreRightOverTheWholeRange() {
    struct Wide: Model { var w: Tensor }
    for scale in [1e-300, 1e-170, 1, 1e170, 1e300] {
      let w = Tensor([3 * scale, -4 * scale], dtype: .float64)
      let gradient = Gradient(leaves: [w], like: Wide(w: w))
      #expect(abs(gradient.norm / (5 * scale) - 1) < 1e-14)
    }
  }

  @Test func unreachedParametersAreNamed() throws {
    let g = try Adjoint.gradient(at: model) { ($0.a * $0.a).sum() }
    #expect(g.unreached == ["b"])
    #expect(
      g.description == """
        name  shape  norm
        a     [2]    4.472136
        b     [1]    unreached: the loss never used b. Check that the layer is called, or freeze it.
        all          4.472136
        """)
    var caught: ModelError?
    do throws(ModelError) { try g.requireAllReached() } catch { caught = error }
    #expect(
      caught?.description
        == "Pair: unreached: the loss never used b. Check that the layer is called, or freeze it.")
    try Adjoint.gradient(at: model) { ($0.a.sum() * $0.b).sum() }.requireAllReached()
  }

  @Test func hessianTimesVectorIsTheGradientOfAnInnerProduct() throws {
    // f = a₀² a₁ + b³; H = [[2 a₁, 2 a₀, 0], [2 a₀, 0, 0], [0, 0, 6 b]] at (1, 2, 3), times
    // (1, -1, 2).
    let direction = gradient(1, 2)
    let product = try Adjoint.gradient(at: model) { model in
      try Adjoint.gradient(at: model) { model in
        (model.a[0].squared() * model.a[1] + pow(model.b, 3)).sum()
      }.innerProduct(direction)
    }
    expectClose(product.a.doubles, [4 * 1 + 2 * -1, 2])
    expectClose(product.b.doubles, [36])
  }
}
