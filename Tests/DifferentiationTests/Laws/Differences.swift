// Derivatives by differences of values, as precisely as double precision
// allows. It has never heard of tapes: that is what makes it an oracle.

/// Central differences with Richardson extrapolation (Ridders' table).
///
/// `D(h) = (f(h) - f(-h)) / 2h = f'(0) + c₂h² + c₄h⁴ + …`; combining `D(h)` and `D(h/2)` removes
/// one power after another. Rounding grows as `ε/h`, truncation falls as `h²ᵏ`; the entry of the
/// table with the smallest difference to its neighbors is taken, for each component of its own.
enum Differences {
  /// The largest step.
  ///
  /// Every smooth point of the catalogue keeps at least this distance, and in practice ten times as
  /// much, from the nearest kink or singularity.
  static let step = 1.0 / 32
  /// Steps 2⁻⁵ … 2⁻¹²: below that rounding is 2¹²ε ≈ 1e-12 and grows.
  static let levels = 8
  /// Stop halving once the estimate of the error is this small; the laws ask for 1e-7.
  static let goodEnough = 1e-11

  /// The derivative at 0 of a curve.
  static func derivative(
    step: Double = step, levels: Int = levels, of curve: (Double) throws -> [Double]
  ) rethrows -> [Double] {
    var previous: [[Double]] = []
    var best: [Double] = []
    var error: [Double] = []
    var h = step
    for level in 0..<levels {
      let ahead = try curve(h), behind = try curve(-h)
      var row = [zip(ahead, behind).map { ($0 - $1) / (2 * h) }]
      if level == 0 {
        best = row[0].map { _ in .nan }
        error = row[0].map { _ in .infinity }
      }
      var factor = 1.0
      for order in 0..<level {
        factor *= 4
        let finer = row[order], coarser = previous[order]
        let next = zip(finer, coarser).map { (factor * $0 - $1) / (factor - 1) }
        for i in next.indices {
          let spread = max(abs(next[i] - finer[i]), abs(next[i] - coarser[i]))
          if spread < error[i] { (error[i], best[i]) = (spread, next[i]) }
        }
        row.append(next)
      }
      previous = row
      h /= 2
      let settled = zip(error, best).allSatisfy { $0 <= goodEnough * max(1, abs($1)) }
      if level >= 2, settled { break }
    }
    return best
  }

  /// Column `j` of the Jacobian: the derivative along the `j`-th coordinate.
  static func column(
    _ j: Int, at x: [Double], step: Double = step, levels: Int = levels,
    of f: ([Double]) throws -> [Double]
  ) rethrows -> [Double] {
    try derivative(step: step, levels: levels) { h in
      var moved = x
      moved[j] += h
      return try f(moved)
    }
  }
}
