// Reading a tensor part by part: the parts of its adjoint add up to what reading it at once gives,
// and take time in proportion to their size, not to that of the tensor for each.

import AdjointArrays
import AdjointDifferentiation
import AdjointElementary
import Testing

@Suite struct PartsTests {
  private static let ways: [(String, @Sendable (Tensor) -> [Tensor])] = [
    ("numbers", { x in (0..<x.shape[0]).map { x[$0] } }),
    ("ranges", { x in (0..<x.shape[0]).map { x[$0..<$0 + 1] } }),
    ("split", { x in x.split(into: x.shape[0]) }),
    ("columns", { x in (0..<x.shape[1]).map { x[.all, $0] } }),
    ("overlapping", { x in (0..<x.shape[0] - 1).map { x[$0...($0 + 1)] } }),
    ("gathered", { x in (0..<x.shape[0]).map { x.gathered(Tensor(indices: [$0, $0])) } }),
    (
      "elements",
      { x in
        (0..<x.shape[1]).map { column in
          x.gatheredElements(
            Tensor.full([x.shape[0], 1], Double(column), dtype: .int32), along: 1)
        }
      }
    ),
    ("and the whole", { x in [x[0], x, x[1], x[0]] }),
  ]

  // Σ over parts of Σ p³: first derivative 3 c x², second 6 c x in the direction of ones, where c
  // counts how often an element is read.
  @Test(arguments: ways.indices) func partsAddUp(_ way: Int) throws {
    let read = Self.ways[way].1
    func cubes(_ x: Tensor) -> Tensor {
      read(x).reduce(Tensor(0, dtype: .float64)) { $0 + ($1 * $1 * $1).sum() }
    }
    let x = Tensor((0..<12).map { Double($0) - 4.5 }, shape: [4, 3], dtype: .float64)
    let counts = try gradient(at: x) { x in
      read(x).reduce(Tensor(0, dtype: .float64)) { $0 + $1.sum() }
    }
    #expect(counts.doubles.allSatisfy { $0 >= 1 } || Self.ways[way].0 == "and the whole")
    let first = try gradient(at: x, of: cubes)
    #expect(first.doubles == (3 * counts * x * x).doubles)
    let second = try gradient(at: x) { x in try gradient(at: x, of: cubes).sum() }
    #expect(second.doubles == (6 * counts * x).doubles)
    let third = try gradient(at: x) { x in
      try gradient(at: x) { x in try gradient(at: x, of: cubes).sum() }.sum()
    }
    #expect(third.doubles == (6 * counts).doubles)

    let tape = Tape()
    let variable = tape.variable(x)
    let result = cubes(variable)
    let tangent = try tape.tangent(of: result, along: [(variable, .ones(like: x))])
    #expect(tangent.item == first.doubles.reduce(0, +))
    // An observer sees every part by itself.
    let steps = try tape.reverseSteps(of: result)
    #expect(steps.count > read(x).count)
  }

  // Eight times as many rows are read in eight times the time; each a tensor of the full size, they
  // would take 64 times as long. The least of several runs, since a machine may be busy.
  @Test func timeIsProportionalToTheNumberOfParts() throws {
    func duration(_ rows: Int, _ differentiate: (Tensor) throws -> Tensor) rethrows -> Duration {
      let x = Tensor.ones([rows, 50])
      return try (0..<4).map { _ in
        try ContinuousClock().measure { _ = try differentiate(x) }
      }.min() ?? .zero
    }
    func squares(_ x: Tensor) -> Tensor {
      var sum: Tensor = 0
      for row in 0..<x.shape[0] { sum = sum + (x[row] * x[row]).sum() }
      return sum
    }
    let first = { (x: Tensor) in try gradient(at: x, of: squares) }
    let second = { (x: Tensor) in
      try gradient(at: x) { x in try gradient(at: x, of: squares).sum() }
    }
    for differentiate in [first, second] {
      _ = try duration(500, differentiate)
      let (small, large) = (try duration(500, differentiate), try duration(4000, differentiate))
      // Eight times the rows: eight times as long, or 64.
      #expect(large < small * 28, "\(small) for 500 rows, \(large) for 4000")
    }
  }
}
