// The teaching door: a tape that can be named, printed, stepped and walked more than once.

import AdjointArrays
import AdjointDifferentiation
import AdjointElementary
import Testing

@Suite struct TapeTests {
  /// One sigmoid neuron: y = σ(w x), E = ½ (t - y)² with x = 2, w = 0.5, t = 1.
  ///
  /// σ(1) = 0.7310585786, E = ½ · 0.2689414214² = 0.0361647441,
  /// dE/dw = -(t - y) y (1 - y) x = -0.2689414214 · 0.1966119332 · 2 = -0.1057541856.
  @Test func workedExample() {
    let tape = Tape()
    let w = tape.variable(0.5, "w"), x = tape.variable(2, "x")
    let y = sigmoid(w * x)
    let loss = 0.5 * (1 - y).squared()
    let adjoints = tape.gradients(of: loss)
    #expect(abs(loss.value - 0.0361647441) < 5e-11)
    #expect(abs(adjoints[w] - -0.1057541856) < 5e-11)
    #expect(abs(adjoints[x] - -0.0264385464) < 5e-11)
    let t = 1.0, byHand = -(t - y.value) * y.value * (1 - y.value) * x.value
    #expect(abs(adjoints[w] - byHand) <= 2 * byHand.ulp)
    // w ← w - ½ dE/dw
    #expect(abs(w.value - 0.5 * adjoints[w] - 0.5528770928) < 5e-11)
  }

  @Test func printedTapeIsTheWengertList() {
    let tape = Tape()
    let w = tape.variable(0.5, "w"), x = tape.variable(2, "x")
    let loss = 0.5 * (1 - sigmoid(w * x)).squared()
    let adjoints = tape.gradients(of: loss)
    #expect(
      tape.described(with: adjoints) == """
        index  operation    value          adjoint         partials
        v0     w            0.5            -0.1057541856
        v1     x            2              -0.02643854639
        v2     w * x        1              -0.05287709278  2, 0.5
        v3     sigmoid(v2)  0.7310585786   -0.2689414214   0.1966119332
        v4     1 - v3       0.2689414214   0.2689414214    1, -1
        v5     square(v4)   0.07232948813  0.5             0.5378828427
        v6     0.5 * v5     0.03616474406  1               0.07232948813, 0.5
        """)
  }

  /// a = 1, b = a + a, c = b + b: dc/da = 4.
  ///
  /// Overwriting instead of adding would give 1.
  @Test func fanOutAccumulatesOneEdgeAtATime() {
    let tape = Tape()
    let a = tape.variable(1, "a")
    let b = a + a
    let c = b + b
    let steps = Array(tape.reverseSteps(of: c))
    #expect(steps.count == 4)
    #expect(steps.map(\.part.number) == [1, 2, 1, 2])
    #expect(steps.allSatisfy { $0.part.count == 2 })
    #expect(steps.map(\.sum.description) == ["1", "2", "2", "4"])
    #expect(
      steps[3].description
        == "adjoint[a] += adjoint[v1] * dv1/da = 2 * 1 = 2 (contribution 2 of 2)")
    #expect(tape.gradients(of: c)[a] == 4)
  }

  @Test func walkingTwiceGivesTheSame() {
    let tape = Tape()
    let x = tape.variable(0.7)
    let y = exp(sin(x)) / (1 + x * x)
    let first = tape.gradients(of: y)[x]
    #expect(tape.gradients(of: y)[x] == first)
    #expect(tape.gradients(of: y, seed: 2)[x] == 2 * first)
    #expect(tape.count == tape.nodes.count)
  }

  @Test func anAdjointThatNeverArrivedIsNoneAndNotZero() {
    let tape = Tape()
    let x = tape.variable(2), y = tape.variable(3)
    let unused = y * y
    let z = x * 0
    let adjoints = tape.gradients(of: z)
    #expect(adjoints.reached(x) && adjoints[x] == 0)
    #expect(!adjoints.reached(y) && adjoints[y] == 0)
    #expect(!adjoints.reached(unused))
    #expect(tape.described(with: adjoints).contains("v1     variable   3      -"))
  }

  /// A constant that a Float cannot hold is a record of its own, and no digit is lost.
  @Test func constantsKeepAllDigits() {
    let third = 1.0 / 3
    let tape = Tape()
    let x = tape.variable(1.7)
    #expect(tape.gradients(of: x * third)[x] == third)
    #expect(tape.gradients(of: third / x)[x] == -(third / 1.7 * (1 / 1.7)))
    #expect(tape.gradients(of: x * 2)[x] == 2)
    #expect(tape.gradients(of: x * Double.infinity)[x] == .infinity)
  }

  @Test func scalarsAndTensorsShareOneTape() throws {
    // y = Σ (a t_i)² with t = (1, 2, 3), a = t_0: dy/dt_0 = 2 a² t_0 + 2 a Σ t² = 2 + 28 = 30.
    let tape = Tape()
    let t = tape.variable(Tensor([1, 2, 3], dtype: .float64), "t")
    let a = Scalar(t[0])
    let y = (a * t).squared().sum()
    let adjoints = try tape.gradients(of: y)
    #expect(adjoints[t].doubles == [30, 4, 6])
    #expect(adjoints[a] == 28)
    #expect(tape.description.contains("t"))
    // Through n scalars and back: d/dt Σ t_i² = 2 t.
    let total = t.scalars().reduce(Scalar(0)) { $0 + $1 * $1 }
    #expect(tape.gradients(of: total)[t].doubles == [2, 4, 6])
    let joined = Tensor(t.scalars().map { $0 * 2 }, dtype: .float64)
    #expect(try tape.gradients(of: joined.sum())[t].doubles == [2, 2, 2])
  }

  @Test func tensorStepsReachTheSameAdjoints() throws {
    let tape = Tape()
    let w = tape.variable(Tensor([[1, 2], [3, 4]], dtype: .float64), "w")
    let x = tape.variable(Tensor([[0.5, -1]], dtype: .float64), "x")
    let y = tanh(matmul(x, w)).sum()
    let adjoints = try tape.gradients(of: y)
    var last: [Int: String] = [:]
    for step in try tape.reverseSteps(of: y) { last[step.operand] = step.sum.description }
    #expect(last[0] == TapeValue.tensor(adjoints[w].type, adjoints[w].ndArray).description)
    #expect(last[1] == TapeValue.tensor(adjoints[x].type, adjoints[x].ndArray).description)
  }

  @Test func withoutRecordingAndDetachedAreConstants() {
    expect(gradient(at: 3.0) { x in x * x.detached() }, equals: 3)
    expect(gradient(at: 3.0) { x in withoutRecording { x * x } + x }, equals: 1)
    let tape = Tape()
    let x = tape.variable(3)
    let y = tape.withoutRecording { x * x }
    #expect(y.value == 9 && !y.isRecorded)
    #expect((x * y).isRecorded)
  }

  @Test func tapesOfDifferentTasksRunInParallel() async {
    let sums = await withTaskGroup(of: Double.self) { group in
      for task in 0..<8 {
        group.addTask {
          (0..<200).reduce(0.0) { total, step in
            total + gradient(at: Double(task * 200 + step)) { x in x * x }
          }
        }
      }
      return await group.reduce(0, +)
    }
    // Σ 2 i for i in 0..<1600
    #expect(sums == 1600 * 1599)
  }

  /// Headers are pooled, so the kept tensor has the header of the second call's variable.
  @Test(arguments: [false, true])
  func aTensorKeptFromAnEarlierCallIsStale(_ comesFirst: Bool) async throws {
    let result = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) { [comesFirst = comesFirst as Bool] in
      var kept = Tensor(0)
      _ = try gradient(at: Tensor([1, 2])) { x in
        kept = x * 2
        return kept.sum()
      }
      _ = try gradient(at: Tensor([1, 2])) { x in (comesFirst ? kept * x : x * kept).sum() }
    }
    let words = String(decoding: try #require(result).standardErrorContent, as: UTF8.self)
    #expect(words.contains("stale variable: this tensor (float32 [2])"))
  }
}
