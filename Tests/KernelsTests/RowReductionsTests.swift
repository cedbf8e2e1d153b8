// The laws of many rows, or columns, reduced at a time.

import AdjointKernelCore
import AdjointKernels
import Testing

@Suite struct RowReductionsTests {
  private static let kinds: [ReductionKind] = [.sum, .product, .minimum, .maximum]

  /// Numbers that round when they are added or multiplied, with infinities, NaN and zeros of both
  /// signs here and there.
  private func numbers<S: Element>(_ count: Int, _: S.Type) -> [S] {
    var generator = Generator(state: 17)
    return (0..<count).map { place in
      let x = S(Double.random(in: -2...2, using: &generator))
      return switch place % 97 {
      case 13: S.nan
      case 29: S.infinity
      case 31: -S.infinity
      case 37...40: -S.zero
      case 41: S.zero
      default: x
      }
    }
  }

  /// One step of a reduction as the contract has it.
  private func step<S: Element>(_ kind: ReductionKind, _ a: S, _ b: S) -> S {
    switch kind {
    case .sum: a + b
    case .product: a * b
    case .minimum: a.isNaN || b.isNaN ? .nan : b < a ? b : a
    case .maximum: a.isNaN || b.isNaN ? .nan : a < b ? b : a
    }
  }

  // A short row is combined from the left to the right, in every set alike: bit by bit the plain
  // loop.
  @Test(arguments: setNames)
  func shortRowsAreCombinedInOrder(name: String) {
    func check<S: Element>(_: S.Type) {
      for count in 1...16 {
        for rows in [1, 2, 3, 7, 15, 16, 17, 31, 32, 40, 67] {
          let x = numbers(rows * count, S.self)
          for kind in Self.kinds {
            let expected = (0..<rows).map { row in
              x[(row * count + 1)..<((row + 1) * count)].reduce(x[row * count]) {
                step(kind, $0, $1)
              }
            }
            let found = kernelSet(name).reducedRows(kind, x, rows: rows)
            #expect(
              found.map(bitPattern) == expected.map(bitPattern),
              "\(name) \(S.self) \(kind) \(rows) × \(count)")
          }
        }
      }
    }
    check(Float.self)
    check(Double.self)
  }

  // A row has the same bits alone and among others.
  @Test(arguments: setNames)
  func aRowDoesNotSeeItsNeighbors(name: String) {
    func check<S: Element>(_: S.Type) {
      for count in [17, 18, 31, 32, 33, 64, 65, 100, 1024, 1025, 2500] {
        for rows in [1, 2, 4, 9, 16, 19, 33] {
          let x = numbers(rows * count, S.self)
          for kind in Self.kinds {
            let alone = (0..<rows).map { row in
              kernelSet(name).reduced(kind, Array(x[(row * count)..<((row + 1) * count)]))
            }
            #expect(
              kernelSet(name).reducedRows(kind, x, rows: rows).map(bitPattern)
                == alone.map(bitPattern), "\(name) \(S.self) \(kind) \(rows) × \(count)")
          }
        }
      }
    }
    check(Float.self)
    check(Double.self)
  }

  // Σ -0 = -0: the neutral element changes nothing, not even the sign of a zero.
  @Test(arguments: setNames)
  func sumsOfNegativeZerosAreNegativeZeros(name: String) {
    for count in [1, 2, 15, 16, 17, 33, 1000, 3000] {
      let sum = kernelSet(name).reduced(.sum, [Float](repeating: -0.0, count: count))
      #expect(sum == 0 && sum.sign == .minus, "\(name) \(count)")
    }
  }

  // Each column is combined from above to below; rows of the source may lie further apart than they
  // are long, and what lies between is not looked at.
  @Test(arguments: setNames)
  func columnsAreCombinedInOrder(name: String) {
    func check<S: Element>(_: S.Type) {
      for columns in [1, 2, 3, 5, 8, 15, 16, 17, 31, 64, 65, 79, 130] {
        for (groups, count) in [(1, 1), (1, 5), (3, 1), (4, 2), (5, 16), (2, 40)] {
          for gap in [0, 3] {
            let width = columns + gap
            let x = numbers(groups * count * width, S.self)
            for kind in Self.kinds {
              var expected: [S] = []
              for group in 0..<groups {
                for column in 0..<columns {
                  let line = (0..<count).map { x[(group * count + $0) * width + column] }
                  expected.append(line.dropFirst().reduce(line[0]) { step(kind, $0, $1) })
                }
              }
              let found = kernelSet(name).withResult(of: groups * columns, x) {
                kernelSet(name).reduceColumns(
                  kind, S.kernelElement, groups, count, columns, $0,
                  width * MemoryLayout<S>.size, $1)
              }
              #expect(
                found.map(bitPattern) == expected.map(bitPattern),
                "\(name) \(S.self) \(kind) \(groups) × \(count) × \(columns)")
            }
          }
        }
      }
    }
    check(Float.self)
    check(Double.self)
  }
}
