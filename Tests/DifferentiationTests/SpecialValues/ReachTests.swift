// How far special values reach, for every row of the catalogue: to what depends on them and no
// further; and through what only moves elements, unchanged.

import AdjointArrays
import AdjointDifferentiation
import AdjointElementary
import Testing

/// The smallest positive number.
private let tiny = Double.leastNonzeroMagnitude

@Suite struct ReachTests {
  private static let specials: [Double] = [
    .nan, .infinity, -.infinity, 0, -0.0, tiny, -tiny, 1e300, -1e300, .greatestFiniteMagnitude,
  ]

  /// The bits, with one pattern for every NaN.
  private func bits(_ x: Double) -> UInt64 { x.isNaN ? 0x7FF8 << 48 : x.bitPattern }

  // MARK: Everything

  /// Rows without kinks: what depends on what does not depend on the values.
  ///
  /// Left out are products with zeros of their own: a border of zeros times NaN is NaN.
  static let smooth = Catalogue.rows.filter { row in
    let zeros = [
      "padded on one side", "same size", "with itself", "with zeros", "min ", "max ",
      "cumulativeProduct",
    ]
    return row.isTensorRow && row.kinks == "none" && !zeros.contains { row.name.contains($0) }
  }

  /// For each output and input whether the one depends on the other, somewhere.
  private func dependence(_ row: Row) throws -> [[Bool]] {
    var depends: [[Bool]] = []
    // Points of the row and one beside each, for entries of a Jacobian that vanish by chance.
    for point in row.points.flatMap({ [$0, $0.map { $0 * 1.0625 }] }) {
      let (value, pullback) = try row.subject(at: 0).linearized(point)
      for i in value.indices {
        let slopes = try pullback(unit(i, of: value.count))
        if depends.count == i { depends.append(slopes.map { _ in false }) }
        for j in slopes.indices where slopes[j] != 0 { depends[i][j] = true }
      }
    }
    return depends
  }

  // Blocks of a product are padded, rows share a vector, a sum takes several at a time: none of it
  // may show. (0 · NaN of a padded lane would.)
  @Test(arguments: smooth)
  func specialValuesReachWhatDependsOnThemOnly(row: Row) throws {
    let depends = try dependence(row)
    let subject = row.subject(at: 0)
    let expected = try subject.value(subject.point)
    for j in subject.point.indices {
      for special in [Double.nan, .infinity] {
        var point = subject.point
        point[j] = special
        let value = try subject.value(point)
        for i in value.indices where !depends[i][j] {
          #expect(bits(value[i]) == bits(expected[i]), "y[\(i)] with x[\(j)] = \(special)")
        }
      }
    }
  }

  // The other way round: an adjoint that is not a number spoils what it depends on only.
  @Test(arguments: smooth)
  func specialAdjointsReachWhatDependsOnThemOnly(row: Row) throws {
    let depends = try dependence(row)
    let (value, pullback) = try row.subject(at: 0).linearized(row.points[0])
    for i in value.indices {
      for special in [Double.nan, .infinity] {
        let slopes = try pullback(unit(i, of: value.count).map { $0 * 1 == 1 ? special : 0 })
        for j in slopes.indices where !depends[i][j] {
          #expect(slopes[j] == 0, "x[\(j)] with an adjoint \(special) of y[\(i)]")
        }
      }
    }
  }

  // MARK: What moves elements

  /// Which input element each element of the result is, nil for a constant; nil for a row that
  /// computes, or whose choice depends on the values.
  private func origins(_ row: Row) throws -> [Int?]? {
    let subject = row.subject(at: 0)
    // No two of them have the mean, the sum or the size of others.
    let labels = subject.point.indices.map { k in
      (k % 2 == 0 ? 1 : -1) * (Double(k * k * k) + 0.375)
    }
    let found = try (0..<3).map { shift in
      let point = labels.indices.map {
        labels[($0 + shift) % labels.count] * Double(shift + 1)
      }
      return try subject.value(point).map { (value: $0, origin: point.firstIndex(of: $0)) }
    }
    let moves = found[0].indices.allSatisfy { i in
      found.allSatisfy { other in
        let (value, origin) = found[0][i]
        return other[i].origin == origin && (origin != nil || other[i].value == value)
      }
    }
    return moves ? found[0].map(\.origin) : nil
  }

  // Values keep every bit; an adjoint arrives where its element came from, and nowhere else; the
  // second derivative is zero, whatever the values.
  @Test func movedElementsKeepTheirBits() throws {
    var count = 0
    for row in Catalogue.rows where row.isTensorRow {
      let subject = row.subject(at: 0, dtype: .float64)
      // A running sum begins with 0, and 0 + -0 is 0.
      guard row.kinks == "none", !row.name.hasPrefix("cumulative"),
        row.operands.allSatisfy({ $0.dtype == .float64 }),
        let origins = try origins(row), origins.contains(where: { $0 != nil }),
        !row.name.contains("float32")
      else { continue }
      count += 1
      let n = subject.point.count
      for shift in Self.specials.indices {
        let point = (0..<n).map { Self.specials[($0 + shift) % Self.specials.count] }
        let (value, pullback) = try subject.linearized(point)
        let plain = try subject.value(point)
        for (i, origin) in origins.enumerated() {
          guard let origin else { continue }
          #expect(bits(value[i]) == bits(point[origin]), "\(row.name): y[\(i)] of \(point)")
          #expect(bits(plain[i]) == bits(point[origin]), "\(row.name): y[\(i)] of \(point)")
        }
        let special = Self.specials[shift]
        for i in origins.indices {
          let slopes = try pullback(origins.indices.map { $0 == i ? special : 0 })
          let expected = (0..<n).map { $0 == origins[i] ? special : 0 }
          let isRight = zip(slopes, expected).allSatisfy { $0 == $1 || ($0.isNaN && $1.isNaN) }
          #expect(isRight, "\(row.name): \(slopes) from an adjoint \(special) of y[\(i)]")
        }
        let second = try subject.secondPullback(
          point, origins.map { _ in 2 }, (0..<n).map { _ in 1 })
        #expect(second.allSatisfy { $0 == 0 }, "\(row.name): \(second), the second derivative")
      }
    }
    // The rows on shapes, indices and joining; fewer would be a silent loss.
    #expect(count >= 40)
  }

  // MARK: What is masked

  /// A branch that was not taken contributes zeros in both orders, wherever its functions are
  /// evaluated: every composition of two, at every special value.
  @Test(arguments: Catalogue.elementaryEntries.filter { $0.samples.count == 1 })
  func compositionsNotTakenContributeNothing(outer: ElementaryEntry) throws {
    for dtype in [DType.float64, .float32] {
      let x = Tensor(SpecialValues.numbers(of: dtype), dtype: dtype)
      let never = Tensor(mask: x.doubles.map { _ in false })
      for inner in SpecialFunctionTests.unary {
        let f = { (x: Tensor) -> Tensor in
          `where`(never, outer.tensor([inner.tensor([x])]), 0).sum() + x.detached().sum()
        }
        let first = try gradient(at: x, of: f).doubles
        #expect(first.allSatisfy { $0 == 0 }, "\(outer.name) of \(inner.name)")
        let second = try gradient(at: x) { (x: Tensor) throws -> Tensor in
          try gradient(at: x, of: f).sum()
        }.doubles
        #expect(second.allSatisfy { $0 == 0 }, "\(outer.name) of \(inner.name), second order")
      }
    }
  }

  // MARK: Layouts

  // The same numbers, dense or seen through a view: not a bit differs, nor one of the derivative.
  @Test(arguments: SpecialFunctionTests.unary, [DType.float64, .float32])
  func layoutsDoNotMatter(entry: ElementaryEntry, dtype: DType) throws {
    let numbers = SpecialValues.numbers(of: dtype)
    let count = numbers.count
    let dense = Tensor(numbers, dtype: dtype)
    let views: [(String, Tensor, (Tensor) -> Tensor)] = [
      ("every second", Tensor(numbers.flatMap { [$0, 0.5] }, dtype: dtype), { $0[.every(2)] }),
      ("reversed", Tensor(numbers.reversed(), dtype: dtype), { $0.reversed(along: 0) }),
      (
        "a column", Tensor(numbers.flatMap { [0.5, $0, 0.25] }, shape: [count, 3], dtype: dtype),
        { $0[.all, 1] }
      ),
      (
        "transposed", Tensor(numbers, shape: [count, 1], dtype: dtype),
        { $0.transposed().flattened() }
      ),
    ]
    let f = { (x: Tensor) -> Tensor in entry.tensor([x]) }
    let value = f(dense).doubles.map(bits)
    let slopes = try gradient(at: dense) { (x: Tensor) -> Tensor in f(x).sum() }.doubles.map(bits)
    for (name, whole, view) in views {
      #expect(f(view(whole)).doubles.map(bits) == value, "\(entry.name), \(name)")
      let found = view(
        try gradient(at: whole) { (x: Tensor) -> Tensor in f(view(x)).sum() })
      #expect(found.doubles.map(bits) == slopes, "derivative of \(entry.name), \(name)")
    }
    // One at a time, and none.
    for place in stride(from: 0, to: count, by: 5) {
      let one = Tensor([numbers[place]], dtype: dtype)
      #expect(f(one).doubles.map(bits) == [value[place]], "\(entry.name) of \(numbers[place])")
    }
    #expect(f(Tensor.zeros([0, 2], dtype: dtype)).shape == [0, 2])
  }
}
