// Wrong derivatives that widely used systems have really shipped, as far as they
// concern this room, so that this one never does.

import AdjointArrays
import AdjointDifferentiation
import AdjointElementary
import Testing

@Suite struct RegressionTests {
  private func close(_ a: Double, _ b: Double, _ ulps: Double = 8) -> Bool {
    abs(a - b) <= ulps * Double.ulpOfOne * max(1, abs(b))
  }

  // 1. `where` and the branch not taken: pytorch #23395, jax #347. WhereSafetyTests has the rest.
  @Test func maskedSquareRoot() throws {
    let x = Tensor([-1, 0, 4], dtype: .float64)
    let slopes = try gradient(at: x) { `where`($0 .> 0, sqrt($0), 0).sum() }
    #expect(slopes.doubles == [0, 0, 0.25])
  }

  // 1. On scalars a branch not taken is not computed at all, so nothing needs masking.
  @Test func branchesNotTakenAreNotRecorded() {
    #expect(slope(-1.0) { x in x > 0 ? sqrt(x) : 0 } == 0)
    #expect(slope(4.0) { x in x > 0 ? sqrt(x) : 0 } == 0.25)
  }

  // 2. Norm and square root at 0: pytorch #2421, jax #3058.
  @Test func distancesAtZero() throws {
    let x = Tensor([1, 2], dtype: .float64)
    let slopes = try gradient(at: x) { ($0 - x).norm() }
    #expect(slopes.doubles == [0, 0])
    // The bare square root of a square has slope ∞ · 0 there, which is honest: use norm or abs.
    #expect(slope(0.0) { x in sqrt(x * x) }.isNaN)
    #expect(slope(0.0) { x in abs(x) } == 0)
  }

  // 3. The Hessian of x^y at y = 0: jax #12033 had 23.0 in one place and 0.0435 in the other.
  @Test func hessianOfPowerIsSymmetric() {
    let mixed = gradient(at: 0.0) { y in gradient(at: Scalar(23)) { x in pow(x, y) } }
    let other = gradient(at: 23.0) { x in gradient(at: Scalar(0)) { y in pow(x, y) } }
    #expect(mixed == 1.0 / 23 && other == 1.0 / 23)
  }

  // 4. log sigmoid is smooth; by the stable formula min(x, 0) - log(1 + exp(-|x|)) its slope at 0
  // came out 0 (jax #2140). Here: as -softplus(-x), and by the formula itself, whose two kinks
  // cancel.
  @Test func logSigmoidAtZero() throws {
    #expect(slope(0.0) { x in -softplus(-x) } == 0.5)
    #expect(slope(0.0) { x in min(x, 0) - log(onePlus: exp(-abs(x))) } == 0.5)
    #expect(slope(0.0) { x in log(sigmoid(x)) } == 0.5)
    let slopes = try gradient(at: Tensor([0, 0])) { ($0 - softplus($0)).sum() }
    #expect(slopes.floats == [0.5, 0.5])
    // Second order: -σ(1 - σ) = -1/4, and softplus'' = 1/4.
    #expect(curvature(0.0) { y in softplus(y) } == 0.25)
  }

  // 5. Products by division: tensorflow #3862 and #119430.
  @Test func productOfZeros() throws {
    let slopes = try gradient(at: Tensor([[0, 2], [0, 0]], dtype: .float64)) {
      $0.product(over: 1).sum()
    }
    #expect(slopes.doubles == [2, 0, 0, 0])
  }

  // 6. Derivatives of derivatives: of a selection (pytorch #1712), of a cross entropy (#59477), of
  // softsign (#80926).
  @Test func secondDerivativesOfSelectionAndLosses() throws {
    let x = Tensor([1, 3, 2], dtype: .float64)
    // Σ over the picked squares: the second derivative is 2 where picked.
    let picked = try gradient(at: x) { x in
      try gradient(at: x) { $0[1..<3].squared().sum() }.sum()
    }
    #expect(picked.doubles == [0, 2, 2])
    // BCE on logits, softplus(z) - t z: first σ(z) - t, second σ(1 - σ).
    let z = 0.7, s = sigmoid(0.7)
    let loss = { (z: Scalar) in softplus(z) - 0.3 * z }
    #expect(close(slope(z, loss), s - 0.3))
    #expect(close(slope(z) { z in gradient(at: z, of: loss) }, s * (1 - s)))
    // Softsign x / (1 + |x|): second derivative -2 sign(x) / (1 + |x|)³.
    let softsign = { (x: Scalar) in x / (1 + abs(x)) }
    #expect(close(curvature(1.0, softsign), -0.25))
    #expect(close(curvature(-1.0, softsign), 0.25))
  }

  // 12. Accumulation overwritten instead of added to: every use counts, of scalars, tensors,
  // elements and across the two.
  @Test func everyUseCounts() throws {
    #expect(slope(3.0) { x in x * x + x + x } == 8)
    let x = Tensor([1, 2], dtype: .float64)
    let slopes = try gradient(at: x) { x in
      let s = x.scalars()
      return (x * x).sum() + Tensor(s[0] * s[1] + s[0] + s[0], dtype: .float64) + x[0] + x.sum()
    }
    // 2x₀ + x₁ + 2 + 1 + 1 and 2x₁ + x₀ + 1
    #expect(slopes.doubles == [8, 6])
    // A walk leaves the tape as it was: the second one does not add to the first.
    let tape = Tape()
    let w = tape.variable(3)
    let y = w * w
    #expect(tape.gradients(of: y)[w] == 6 && tape.gradients(of: y)[w] == 6)
  }

  // 15. Cross entropy on saturated predictions: keras #9664, candle #2561. From logits it is exact.
  @Test func crossEntropyOfSaturatedLogits() throws {
    #expect(slope(1000.0) { z in softplus(z) } == 1)
    #expect(slope(-1000.0) { z in softplus(z) } == 0)
    let (loss, slopes) = try valueWithGradient(at: Tensor([1000, 0], dtype: .float64)) {
      -logSoftmax($0)[1]
    }
    #expect(loss.item == 1000)
    #expect(slopes.doubles == [1, -1])
  }

  // 16. Activity taken away too keenly: a branch that returns a constant (Enzyme #101), x log y at
  // x = 0 (Enzyme.jl #1601).
  @Test func activityThroughConstantBranches() {
    let f = { (x: Scalar) -> Scalar in
      var y = x
      for step in 0..<3 { y = step == 1 ? 0 * y + 2 : y * x }
      return y
    }
    // x² → 0·x² + 2 → 2x
    #expect(slope(5.0, f) == 2)
    #expect(slope(5.0) { _ in 3 } == 0)
    // ∂(x log y)/∂x = log y also at x = 0; ∂/∂y = x/y = 0.
    let (dx, dy) = gradient(at: 0.0, 2.0) { x, y in x * log(y) }
    #expect(close(dx, 0.6931471805599453) && dy == 0)
    // A factor that is zero now is not zero for ever: second derivative of x³ at 0 along x is 6x.
    #expect(curvature(0.0) { y in y * y } == 2)
  }

  // 17. concerns parsers, of which this room has none; its like here are counts that must not be
  // taken on trust: shapes that overflow are refused, not wrapped.
  @Test func shapesThatOverflowAreRefused() {
    #expect(throws: TensorError.self) {
      try gradient(at: Tensor([1])) { $0.broadcast(to: [2]).reshaped(to: [Int.max, 2]).sum() }
    }
  }

  // A custom rule inside a derivative, on a tape that the user opened: the outer walk must see what
  // the rule captured. (eˣ)' by a rule that returns seed · e, differentiated once more, is e again.
  @Test func customRulesCanBeDifferentiatedOnAnyTape() throws {
    let ruled = { (x: Scalar) in
      withCustomDerivative(at: x) { x in
        let e = exp(x)
        return (e, { $0 * e })
      }
    }
    let expected = exp(0.7 as Scalar).value
    #expect(curvature(0.7, ruled) == expected)
    let tape = Tape()
    let x = tape.variable(0.7)
    #expect(tape.gradients(of: gradient(at: x, of: ruled))[x] == expected)
    #expect(tape.gradients(of: gradient(at: x) { y in gradient(at: y, of: ruled) })[x] == expected)
  }

  // A foreign variable's place on its own tape may lie beyond the end of this one, so naming it
  // must ask its own tape: the message, not a trap.
  @Test func foreignVariablesAreNamed() throws {
    let own = Tape(), other = Tape()
    let x = own.variable(Tensor([1, 2]), "x")
    for _ in 0..<9 { _ = other.variable(Tensor([0, 0])) }
    let y = x * other.variable(Tensor([3, 4]), "far")
    let error = try #require(throws: TensorError.self) { try own.gradients(of: y.sum()) }
    #expect(error.kind == .foreignVariable)
    #expect(error.operands == ["x: float32 [2]", "far: float32 [2]"])
  }

  // Carrying a tangent through a custom rule leaves the tape as it was.
  @Test func tangentsThroughCustomRulesLeaveNoTrace() throws {
    let tape = Tape()
    let x = tape.variable(Tensor([0.5, 2], dtype: .float64))
    let y = withCustomDerivative(at: x) { x in (x * x, { 2 * x * $0 }) }
    let before = tape.count
    let direction = Tensor([1, 10], dtype: .float64)
    for _ in 0..<2 {
      #expect(try tape.tangent(of: y, along: [(x, direction)]).doubles == [1, 40])
    }
    #expect(tape.count == before)
    #expect(try tape.gradients(of: (y * direction).sum())[x].doubles == [1, 40])
  }
}
