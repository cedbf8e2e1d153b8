// Laws about how operands are used: not at all, or twice.

import AdjointDifferentiation
import Testing

@Suite struct OperandTests {
  // f(x) as a function of (x, z): ∂f/∂z is zero, exactly, and ∂f/∂x keeps every bit.
  @Test(arguments: Catalogue.rows)
  func anUnusedOperandGetsZeros(row: Row) throws {
    let point = row.points[0]
    let alone = row.subject(at: 0)
    let widened: Subject
    switch row.body {
    case .scalars(let f):
      widened = Subject(row.name, at: point + [0.5], scalars: { f(Array($0.dropLast())) })
    case .tensors(let f):
      widened = Subject(row.name, row.operands + [Operand(shape: [])], at: point + [0.5]) {
        f(Array($0.dropLast()))
      }
    }
    let (value, pullback) = try alone.linearized(point)
    var draws = Draws(4)
    let seed = draws.weights(value.count)
    let expected = try pullback(seed)
    let found = try widened.linearized(widened.point).pullback(seed)
    #expect(found.last == 0 && found.last?.sign == .plus)
    #expect(Array(found.dropLast()).map(\.bitPattern) == expected.map(\.bitPattern))
  }

  // g(x) = f(x, x):  g'(x) = ∂₁f(x, x) + ∂₂f(x, x). Two operands of one shape that are one variable
  // are where an accumulation is overwritten instead of added to.
  @Test(arguments: Catalogue.rows.filter { $0.takesTwoAlike })
  func theSameOperandTwiceGetsTheSum(row: Row) throws {
    let count = row.operands[0].count
    // The first operand's elements are in the domain of both for every such row but for pow, where
    // they are positive, and quotients, where they are not zero.
    let x = Array(row.points[0].prefix(count))
    let two: Subject
    let one: Subject
    switch row.body {
    case .scalars(let f):
      two = Subject(row.name, at: x + x, scalars: f)
      one = Subject(row.name, at: x, scalars: { f([$0[0], $0[0]]) })
    case .tensors(let f):
      two = Subject(row.name, row.operands, at: x + x, f)
      one = Subject(row.name, [row.operands[0]], at: x) { f([$0[0], $0[0]]) }
    }
    let (value, pullback) = try two.linearized(two.point)
    var draws = Draws(5)
    let seed = draws.weights(value.count)
    let parts = try pullback(seed)
    let found = try one.linearized(x).pullback(seed)
    for i in 0..<count {
      // One rounding of a sum of two; the order of accumulation may differ.
      let sum = parts[i] + parts[count + i]
      let isRight = relativeError(found[i], sum) <= Checker.identityTolerance
      #expect(isRight, "\(found[i]) instead of \(parts[i]) + \(parts[count + i])")
    }
  }
}

extension Row {
  var takesTwoAlike: Bool {
    operands.count == 2 && operands[0].shape == operands[1].shape
  }
}
