// Derivatives of derivatives, and the cases in which careless systems confuse two perturbations.

import AdjointArrays
import AdjointDifferentiation
import AdjointElementary
import Testing

@Suite struct NestingTests {
  /// D(x ↦ x · D(y ↦ x + y)(1))(1) = D(x ↦ x · 1)(1) = 1; a confused system answers 2.
  @Test func perturbationsAreNotConfused() {
    expect(gradient(at: 1.0) { x in x * gradient(at: Scalar(1)) { y in x + y } }, equals: 1)
  }

  /// D(x ↦ x · D(y ↦ x y)(2))(1) = D(x ↦ x²)(1) = 2.
  @Test func innerDerivativeDependsOnTheOuterVariable() {
    expect(gradient(at: 1.0) { x in x * gradient(at: Scalar(2)) { y in x * y } }, equals: 2)
  }

  /// D(x ↦ D(y ↦ x³ y²)(x))(2) = D(x ↦ 2 x⁴)(2) = 8 x³ = 64.
  @Test func theSameValueAsInnerPointAndOuterVariable() {
    expect(gradient(at: 2.0) { x in gradient(at: x) { y in x * x * x * y * y } }, equals: 64)
  }

  /// A curried function whose inner closure is kept and called later (the ForwardDiff tag problem):
  /// f(x) = y ↦ x y; D(x ↦ D(f(x))(3))(5) = D(x ↦ x)(5) = 1.
  @Test func closuresThatOutliveTheirLevel() {
    let curried: (Scalar) -> (Scalar) -> Scalar = { x in { y in x * y } }
    expect(gradient(at: 5.0) { x in gradient(at: Scalar(3)) { y in curried(x)(y) } }, equals: 1)
  }

  /// The n-th derivatives of sin, exp and x⁶ at 0.5, to depth 5.
  @Test func depthFive() {
    func derivative(_ depth: Int, _ f: @escaping (Scalar) -> Scalar, _ x: Scalar) -> Scalar {
      depth == 0 ? f(x) : gradient(at: x) { derivative(depth - 1, f, $0) }
    }
    let x = 0.5, s = Double._sin(x), c = Double._cos(x)
    for (depth, expected) in [s, c, -s, -c, s, c].enumerated() {
      #expect(abs(derivative(depth, { sin($0) }, Scalar(x)).value - expected) < 1e-14)
    }
    for depth in 0...5 {
      let value = derivative(depth, { exp($0) }, Scalar(x)).value
      #expect(abs(value - Double._exp(x)) < 1e-13)
    }
    // 6, 30, 120, 360, 720 times the falling powers of x
    let factors = [1.0, 6, 30, 120, 360, 720]
    for depth in 0...5 {
      var power = factors[depth]
      for _ in 0..<(6 - depth) { power *= x }
      #expect(abs(derivative(depth, { pow($0, 6) }, Scalar(x)).value - power) < 1e-12 * power)
    }
  }

  /// Seed neuron: d²E/dw² = 0.2523666564 with E(w) = ½ (1 - σ(2 w))² at w = 0.5.
  @Test func secondDerivativeOfTheWorkedExample() {
    let second = gradient(at: 0.5) { w in
      gradient(at: w) { w in 0.5 * (1 - sigmoid(2 * w)).squared() }
    }
    #expect(abs(second - 0.2523666564) < 5e-11)
  }

  /// H v for f(X) = Σ exp(X) X: the derivative of exp(x)(x + 1) along v is exp(x)(x + 2) v.
  @Test func hessianVectorProductOfTensors() throws {
    let x = Tensor([0.3, -1, 2], dtype: .float64), v = Tensor([1, 0.5, -2], dtype: .float64)
    let product = try gradient(at: x) { x in
      (try gradient(at: x) { x in (exp(x) * x).sum() } * v).sum()
    }
    for (position, value) in product.doubles.enumerated() {
      let x = x.doubles[position], v = v.doubles[position]
      #expect(abs(value - Double._exp(x) * (x + 2) * v) < 1e-13)
    }
  }

  /// An inner derivative that touches nothing of the outer function is plain numbers.
  @Test func independentInnerDerivativeMayReturnNumbers() {
    let result = gradient(at: 3.0) { x in
      let slope: Double = gradient(at: 2.0) { y in y * y }
      return x * slope
    }
    #expect(result == 4)
  }

  /// Mixed: scalar inside tensor inside scalar.
  ///
  /// f(a) = Σ_i D_t(Σ (a t)²)_i = Σ 2 a² t_i with t = (1, 2): 6 a², f'(a) = 12 a.
  @Test func scalarsAndTensorsNestInEachOther() throws {
    let slope = try gradient(at: Scalar(1.5)) { a in
      Scalar(
        try gradient(at: Tensor([1, 2], dtype: .float64)) { t in (a * t).squared().sum() }.sum())
    }
    #expect(slope.value == 18)
  }

  @Test func explicitTapeCountsAsOuterDerivative() {
    // g(x) = D(y ↦ x y²)(x) = 2 x², g'(3) = 12.
    let tape = Tape()
    let x = tape.variable(3, "x")
    let g = gradient(at: x) { y in x * y * y }
    #expect(g.value == 18)
    #expect(tape.gradients(of: g)[x] == 12)
  }

  // On the way to the outer result a gradient is taken at a constant: its walk is over, what its
  // rules read is gone, and a forward walk over the tape passes it by. The product of five numbers
  // joins tensors that are numbers.
  // c = Σ ∂(z₀ z₁ z₂ z₃ z₄) = 5 at ones, g(x) = D(y ↦ c y²)(x) = 10 x.
  @Test func forwardWalksPassByGradientsAtConstants() throws {
    let tape = Tape()
    let x = tape.variable(Tensor([3], dtype: .float64))
    let g = try gradient(at: x) { (y: Tensor) throws -> Tensor in
      let c = try gradient(at: Tensor.ones([5], dtype: .float64)) { (z: Tensor) -> Tensor in
        z.product()
      }
      return (c.sum() * y * y).sum()
    }
    #expect(g.doubles == [30])
    let direction = Tensor([1], dtype: .float64)
    #expect(try tape.tangent(of: g, along: [(x, direction)]).doubles == [10])
  }

  @Test func customDerivativeIsUsedAndNests() {
    // A deliberately odd derivative (7 x instead of 2 x) shows which one is used, to second order.
    func odd(_ x: Scalar) -> Scalar {
      withCustomDerivative(at: x) { x in (value: x * x, pullback: { $0 * 7 * x }) }
    }
    expect(gradient(at: 3.0) { odd($0) }, equals: 21)
    expect(gradient(at: 3.0) { x in gradient(at: x) { odd($0) } }, equals: 7)
  }

  @Test func customDerivativeWithIntermediateResultNests() {
    // y = exp(x) with the pullback written in y: all derivatives are exp(x).
    func myExp(_ x: Scalar) -> Scalar {
      withCustomDerivative(at: x) { x in
        let y = exp(x)
        return (value: y, pullback: { $0 * y })
      }
    }
    let e = Double._exp(0.5)
    expect(gradient(at: 0.5) { myExp($0) }, equals: e, within: 1e-15)
    expect(gradient(at: 0.5) { x in gradient(at: x) { myExp($0) } }, equals: e, within: 1e-15)
  }

  @Test func customTensorDerivative() throws {
    // Straight-through rounding: the value of round, the derivative of the identity.
    let x = Tensor([0.2, 1.7, -2.4], dtype: .float64)
    func straightThrough(_ x: Tensor) -> Tensor {
      withCustomDerivative(at: x, named: "straightThrough") { x in
        (value: round(x), pullback: { $0 })
      }
    }
    let (value, slope) = try valueWithGradient(at: x) { (straightThrough($0) * $0).sum() }
    // Σ r x: derivative r + x
    // 0 · 0.2 + 2 · 1.7 + 2 · 2.4
    #expect(abs(value.item - 8.2) < 1e-14)
    #expect(slope.doubles == [0.2, 3.7, -4.4])
  }
}
