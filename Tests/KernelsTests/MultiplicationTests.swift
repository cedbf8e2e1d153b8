// What a matrix product is, and what must not change its bits.

import AdjointKernelCore
import AdjointKernels
import Testing

/// A matrix with strides, in an array with gaps.
private struct Matrix<S: Element> {
  var elements: [S]
  var rows, columns: Int
  var strides: (row: Int, column: Int)

  /// Small whole numbers: products and sums of them are exact, in any order.
  init(
    _ rows: Int, _ columns: Int, layout: Int, wholeNumbers: Bool = true,
    _ generator: inout Generator
  ) {
    self.rows = rows
    self.columns = columns
    strides =
      switch layout {
      case 0: (columns, 1)
      case 1: (1, rows)
      case 2: (columns + 3, 1)
      case 3: (1, rows + 2)
      default: (2 * columns + 1, 2)
      }
    let count = max(1, rows * strides.row + columns * strides.column)
    elements = (0..<count).map { _ in
      wholeNumbers
        ? S(Int.random(in: -8...8, using: &generator))
        : S(Double.random(in: -1...1, using: &generator))
    }
  }

  subscript(i: Int, j: Int) -> S { elements[i * strides.row + j * strides.column] }

  /// The elements of the product with another matrix, by three loops.
  func times(_ other: Matrix) -> [S] {
    var sums = [S](repeating: 0, count: rows * other.columns)
    elements.withUnsafeBufferPointer { a in
      other.elements.withUnsafeBufferPointer { b in
        for i in 0..<rows {
          for j in 0..<other.columns {
            var (sum, atA, atB) = (S(0), i * strides.row, j * other.strides.column)
            for _ in 0..<columns {
              sum += a[atA] * b[atB]
              atA += strides.column
              atB += other.strides.row
            }
            sums[i * other.columns + j] = sum
          }
        }
      }
    }
    return sums
  }
}

@Suite struct MultiplicationTests {
  static let shapes = [
    (1, 1, 1), (1, 5, 3), (5, 1, 3), (3, 4, 0), (0, 4, 3), (4, 0, 3), (4, 4, 4), (12, 32, 7),
    (13, 33, 9), (2, 64, 17), (3, 7, 40), (12, 16, 8), (11, 31, 5), (25, 65, 13), (6, 48, 10),
    (30, 10, 21), (1, 70, 33), (70, 1, 33), (40, 3, 12), (50, 20, 400), (5, 6, 1000), (17, 40, 390),
    // Every number of rows that can be left over, also where the product is computed turned.
    (7, 32, 20), (8, 16, 20), (9, 10, 20), (10, 100, 5), (100, 10, 37), (90, 11, 3), (64, 31, 16),
    (33, 15, 50), (23, 64, 17), (22, 48, 2),
    // Panels and tiles that cover columns and rows again, of all widths.
    (16, 17, 9), (18, 30, 4), (29, 47, 6), (19, 49, 30), (31, 63, 11), (28, 18, 39),
    // Rows a power of two apart; single rows longer than a chunk and sums longer than a block.
    (30, 264, 512), (1, 1100, 40), (1100, 1, 40), (1, 40, 800), (40, 1, 800), (3, 33, 512),
  ]

  // Against three loops, for all layouts of both operands, with and without accumulation; the gaps
  // between the rows of the result stay as they were.
  @Test(arguments: setNames)
  func agreesWithTheDefinition(name: String) {
    func check<S: Element>(_: S.Type) {
      var generator = Generator(state: 9)
      for (m, n, k) in Self.shapes {
        // The definition is slow: of a product of millions of terms two layouts will do.
        for layout in 0..<(m * n * k > 1_000_000 ? 2 : 5) {
          let a = Matrix<S>(m, k, layout: layout, &generator)
          let b = Matrix<S>(k, n, layout: (layout * 3 + m) % 5, &generator)
          let sums = a.times(b)
          let row = n + layout
          for accumulates in [false, true] {
            let before = (0..<max(1, m * row)).map { _ in
              S(Int.random(in: -8...8, using: &generator))
            }
            var c = before
            kernelSet(name).product(
              m, n, k, a.elements, a.strides, b.elements, b.strides, into: &c, row: row,
              accumulates: accumulates)
            var expected = before
            for i in 0..<m {
              for j in 0..<n {
                expected[i * row + j] = sums[i * n + j] + (accumulates ? before[i * row + j] : 0)
              }
            }
            if c != expected {
              Issue.record(
                "\(name) \(S.self): \(m) × \(k) × \(n), layout \(layout), \(accumulates)")
            }
          }
        }
      }
    }
    check(Float.self)
    check(Double.self)
  }

  // The epilogue is the sum with the bias and `relu` one after the other, bit for bit, wherever a
  // tile, a block or a turn of the product ends; and NaN stays NaN.
  @Test(arguments: setNames)
  func epilogueIsWhatItStandsFor(name: String) {
    func check<S: Element>(_: S.Type) {
      var generator = Generator(state: 12)
      for (m, n, k) in [
        (13, 33, 9), (1, 70, 33), (70, 1, 33), (60, 10, 40), (10, 70, 0), (30, 70, 500),
        (500, 20, 8), (12, 32, 4), (5, 1030, 3),
      ] {
        for layout in [0, 1] {
          let a = Matrix<S>(m, k, layout: layout, wholeNumbers: false, &generator)
          let b = Matrix<S>(k, n, layout: 1 - layout, wholeNumbers: false, &generator)
          var bias = (0..<n).map { _ in S(Double.random(in: -1...1, using: &generator)) }
          bias[n / 2] = .nan
          let row = n + layout
          let before = (0..<m * row).map { _ in S(Double.random(in: -1...1, using: &generator)) }
          for accumulates in [false, true] {
            func product(_ bias: [S]?, _ rectifies: Bool) -> [S] {
              var c = before
              kernelSet(name).product(
                m, n, k, a.elements, a.strides, b.elements, b.strides, into: &c, row: row,
                accumulates: accumulates, bias: bias, rectifies: rectifies)
              return c
            }
            let plain = product(nil, false)
            for (adds, rectifies) in [(true, false), (false, true), (true, true)] {
              var expected = plain
              for i in 0..<m {
                for j in 0..<n {
                  let x = plain[i * row + j] + (adds ? bias[j] : 0)
                  expected[i * row + j] = rectifies && x <= 0 ? 0 : x
                }
              }
              #expect(
                product(adds ? bias : nil, rectifies).map(bitPattern) == expected.map(bitPattern),
                "\(name) \(S.self): \(m) × \(k) × \(n), bias \(adds), relu \(rectifies)")
            }
          }
        }
      }
    }
    check(Float.self)
    check(Double.self)
  }

  // Threads split rows or columns. Wherever they cut, every element keeps its bits: also where the
  // cut turns a full tile into an edge, or leaves a single row or column.
  @Test(arguments: setNames, [true, false])
  func anySplitGivesTheSameBits(name: String, accumulates: Bool) {
    func check<S: Element>(_: S.Type) {
      var generator = Generator(state: 10)
      for (m, n, k) in [(29, 70, 50), (14, 40, 800), (70, 5, 300), (4, 100, 33), (90, 12, 70)] {
        for layout in [0, 1] {
          let a = Matrix<S>(m, k, layout: layout, wholeNumbers: false, &generator)
          let b = Matrix<S>(k, n, layout: 1 - layout, wholeNumbers: false, &generator)
          let before = (0..<m * n).map { _ in S(Double.random(in: -1...1, using: &generator)) }
          var whole = before
          kernelSet(name).product(
            m, n, k, a.elements, a.strides, b.elements, b.strides, into: &whole, row: n,
            accumulates: accumulates)
          for cut in Set([1, 2, m / 2, m - 1]) {
            var parts = before
            for (from, to) in [(0, cut), (cut, m)] {
              var c = Array(parts[(from * n)...])
              kernelSet(name).product(
                to - from, n, k, Array(a.elements[(from * a.strides.row)...]), a.strides,
                b.elements,
                b.strides, into: &c, row: n, accumulates: accumulates)
              parts.replaceSubrange((from * n)..., with: c)
            }
            #expect(parts.map(bitPattern) == whole.map(bitPattern), "\(name) row \(cut) of \(m)")
          }
          for cut in Set([1, 2, n / 2, n - 1]) {
            var parts = before
            for (from, to) in [(0, cut), (cut, n)] {
              var c = Array(parts[from...])
              kernelSet(name).product(
                m, to - from, k, a.elements, a.strides,
                Array(b.elements[(from * b.strides.column)...]), b.strides, into: &c, row: n,
                accumulates: accumulates)
              parts.replaceSubrange(from..., with: c)
            }
            #expect(parts.map(bitPattern) == whole.map(bitPattern), "\(name) column \(cut) of \(n)")
          }
        }
      }
    }
    check(Float.self)
    check(Double.self)
  }

  // Layout is not value: the same numbers in another layout give the same bits.
  @Test(arguments: setNames)
  func layoutDoesNotChangeBits(name: String) {
    var generator = Generator(state: 11)
    let (m, n, k) = (37, 45, 111)
    let a = Matrix<Float>(m, k, layout: 0, wholeNumbers: false, &generator)
    let b = Matrix<Float>(k, n, layout: 0, wholeNumbers: false, &generator)
    let aTurned = (0..<k).flatMap { p in (0..<m).map { a[$0, p] } }
    let bTurned = (0..<n).flatMap { j in (0..<k).map { b[$0, j] } }
    func product(_ turnsA: Bool, _ turnsB: Bool) -> [Int] {
      var c = [Float](repeating: 0, count: m * n)
      kernelSet(name).product(
        m, n, k, turnsA ? aTurned : a.elements, turnsA ? (1, m) : (k, 1),
        turnsB ? bTurned : b.elements, turnsB ? (1, k) : (n, 1), into: &c, row: n,
        accumulates: false)
      return c.map(bitPattern)
    }
    let plain = product(false, false)
    #expect(product(true, false) == plain)
    #expect(product(false, true) == plain)
    #expect(product(true, true) == plain)
  }

  // Larger than every block, so that blocks of all three loops meet: one thread per column of
  // blocks is enough to see a wrong offset. Ones times ones make each element the length of the
  // sum.
  @Test(arguments: setNames, [390, 20])
  func blocksMeet(name: String, k: Int) {
    let (m, n) = (490, 1030)
    var c = [Float](repeating: -7, count: m * n)
    let a = (0..<m * k).map { Float($0 / k % 5) }
    let b = (0..<k * n).map { Float($0 % n % 3) }
    kernelSet(name).product(m, n, k, a, (k, 1), b, (n, 1), into: &c, row: n, accumulates: false)
    let isRight = c.indices.allSatisfy { c[$0] == Float(k * ($0 / n % 5) * ($0 % n % 3)) }
    #expect(isRight)
  }

  // Several threads at once each need a workspace of their own.
  @Test func productsMayOverlapInTime() async {
    let a = (0..<64 * 64).map { Float($0 % 13) }
    var expected = [Float](repeating: 0, count: 64 * 64)
    Kernels.active.product(
      64, 64, 64, a, (64, 1), a, (1, 64), into: &expected, row: 64, accumulates: false)
    let first = expected
    let all = await withTaskGroup(of: Bool.self) { group in
      for _ in 0..<16 {
        group.addTask {
          (0..<8).allSatisfy { _ in
            var c = [Float](repeating: 0, count: 64 * 64)
            Kernels.active.product(
              64, 64, 64, a, (64, 1), a, (1, 64), into: &c, row: 64, accumulates: false)
            return c == first
          }
        }
      }
      return await group.reduce(true) { $0 && $1 }
    }
    #expect(all)
  }
}
