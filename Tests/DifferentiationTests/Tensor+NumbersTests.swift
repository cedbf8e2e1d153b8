// The law: a program on tensors of one element has the values and the derivatives of the same program on
// larger tensors, element by element, whichever kind of record it lies in.

import AdjointArrays
import AdjointElementary
import Testing

@testable import AdjointDifferentiation

@Suite struct TensorNumbersTests {
  /// Programs in which numbers meet numbers, literals, constants and each other again.
  static let programs: [(name: String, f: @Sendable (Tensor) -> Tensor)] = [
    ("literals", { x in 2 * x - x / 3 + 0.1 - 1 / x }),
    ("functions", { x in exp(-x) * sin(x) + tanh(x).squared() - sqrt(x) }),
    ("constants", { x in x * Tensor([1.1], dtype: x.dtype) + pow(x, 1.3) }),
    (
      "fan-out",
      { x in
        let y = x * x
        return y * y - y * x
      }
    ),
    ("chosen", { x in `where`(x .> 0.5, x * x, -x) + max(x, 0.4) }),
    ("steps", { x in floor(x) * x + abs(x - 1) }),
  ]

  @Test(arguments: ["literals", "functions", "constants", "fan-out", "chosen", "steps"])
  func valuesAreThoseOfLargerTensors(name: String) throws {
    let f = Self.programs.first { $0.name == name }!.f
    for dtype in [DType.float32, .float64] {
      // Bit for bit, forward: both take the kernels or what is proved to equal them.
      let pair = f(Tensor([0.7, 0.7], dtype: dtype))
      let (value, slope) = try valueWithGradient(at: Tensor([0.7], dtype: dtype)) { f($0) }
      #expect(value.doubles[0] == pair.doubles[0])
      #expect(value.dtype == dtype && value.shape == [1] && slope.shape == [1])
      #expect(slope.dtype == dtype)
      // The adjoints of numbers are accumulated in `Double`: a few roundings of the element type.
      let slopes = try gradient(at: Tensor([0.7, 0.7], dtype: dtype)) { f($0).sum() }
      let ulp = dtype == .float32 ? Double(Float.ulpOfOne) : Double.ulpOfOne
      #expect(abs(slope.item - slopes.doubles[0]) <= 16 * ulp * max(1, abs(slope.item)))
    }
  }

  @Test(arguments: ["literals", "functions", "constants", "fan-out", "steps"])
  func secondDerivativesAreThoseOfLargerTensors(name: String) throws {
    let f = Self.programs.first { $0.name == name }!.f
    let x = Tensor([0.7], dtype: .float64)
    let second = try gradient(at: x) { x in try gradient(at: x) { f($0) } }
    let both = try gradient(at: Tensor([0.7, 0.7], dtype: .float64)) { x in
      try gradient(at: x) { f($0).sum() }.sum()
    }
    #expect(abs(second.item - both.doubles[0]) <= 1e-13 * max(1, abs(second.item)))
  }

  /// The same shape, type and elements.
  private func isSame(_ a: Tensor, _ b: Tensor) -> Bool {
    a.type == b.type && a.doubles == b.doubles
  }

  @Test func numbersAreRecordsOfTheScalarTape() {
    let tape = Tape()
    let x = tape.variable(Tensor([0.5]), "x")
    let y = x * 3 + x
    // The variable; its element for each of its two uses; the two operations.
    #expect(tape.nodes.map(\.operation) == ["variable", "element 0", "*", "element 0", "+"])
    #expect(tape.nodes[2].operands == [.node(1), .constant(3)])
    #expect(Scalar(y).isRecorded && tape.count == 5)
  }

  // z = (a · w) summed, a = s², s = x₀ + x₁:  dz/dx_i = 2 s Σ w,  dz/dw = s².
  @Test func numbersPassBetweenTheAlgebras() throws {
    let (x, w) = (Tensor([1, 2]), Tensor([[1, 2], [3, 4]]))
    let (dx, dw) = try gradient(at: x, w) { x, w in
      let s = x.sum()
      return ((s * s) * w).sum()
    }
    #expect(isSame(dx, Tensor([60, 60])))
    #expect(isSame(dw, Tensor([[9, 9], [9, 9]])))
    // The same once more as an inner derivative: d/dx Σ_i dz/dx_i = 2 · 2 Σ w for both elements.
    let second = try gradient(at: x) { x in
      try gradient(at: x) { x in
        let s = x.sum()
        return ((s * s) * w).sum()
      }.sum()
    }
    #expect(isSame(second, Tensor([40, 40])))
  }

  @Test func adjointsOfNumbersAreTensors() throws {
    let tape = Tape()
    let x = tape.variable(Tensor([[2.0]], dtype: .float64))
    let y = x * x
    let z = y * 3
    let adjoints = try tape.gradients(of: z)
    // dz/dy = 3,  dz/dx = 6 x
    #expect(isSame(adjoints[y], Tensor([[3]], dtype: .float64)))
    #expect(isSame(adjoints[x], Tensor([[12]], dtype: .float64)))
    #expect(!adjoints.reached(x * 1))
    #expect(try tape.gradients(of: z, seed: Tensor([[0.5]], dtype: .float64))[x].item == 6)
    #expect(try tape.tangent(of: z, along: [(x, Tensor([[1]], dtype: .float64))]).item == 12)
    #expect(try tape.tangent(of: z, along: [(y, Tensor([[1]], dtype: .float64))]).shape == [1, 1])
    // Edge by edge, the steps add up to the same.
    var last: [Int: Double] = [:]
    for step in try tape.reverseSteps(of: z) {
      if case .tensor(_, let sum) = step.sum, let sum { last[step.operand] = sum.item() }
    }
    #expect(last[Int(x.index)] == 12)
  }

  @Test func shapesThatDifferFollowTheGeneralRules() throws {
    let x = Tensor([2])
    let (value, slope) = try valueWithGradient(at: x) { x in x * Tensor([[3]]) }
    #expect(isSame(value, Tensor([[6]])) && isSame(slope, Tensor([3])))
    let (rank, back) = try valueWithGradient(at: Tensor(2)) { x in x * Tensor([[3]]) }
    #expect(isSame(rank, Tensor([[6]])) && isSame(back, Tensor(3)))
  }

  @Test func recordingCanBePaused() throws {
    let tape = Tape()
    let x = tape.variable(Tensor([2]))
    let count = tape.count
    let y = tape.withoutRecording { x * x + 1 }
    #expect(isSame(y, Tensor([5])) && !y.isRecorded && tape.count == count)
  }
}
