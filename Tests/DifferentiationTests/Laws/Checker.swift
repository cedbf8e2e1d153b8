// The laws that every derivative obeys, one generic check each. A check reports
// what it finds; the tests decide whether a report is welcome (MutationTests) or not (LawTests).

/// A law of differentiation that a subject can break.
enum Law: String, CaseIterable, Sendable {
  /// The Jacobian of the reverse walk is that of central differences.
  case firstOrder
  /// `⟨s, J u⟩ = ⟨Jᵀ s, u⟩` between the forward and the reverse walk.
  case adjointIdentity
  /// The derivative of the reverse walk, by nesting, is that of central differences of the walk.
  case secondOrder
  /// `∂²f/∂xᵢ∂xⱼ = ∂²f/∂xⱼ∂xᵢ`.
  case symmetry
  /// Recording changes no bit of the value.
  case recording
  /// `Jᵀ(αs + βt) = α Jᵀs + β Jᵀt`, and the pullback can be called again with the same result.
  case linearity
}

struct Violation: CustomStringConvertible {
  var law: Law
  var problem: String
  var description: String { "\(law): \(problem)" }
}

enum Checker {
  /// The figure for smooth points in float64.
  ///
  /// Ridders' table is good to about 1e-11, so a wrong rule has four digits to hide in at most.
  static let firstOrderTolerance = 1e-7
  /// One digit less: the differenced derivative carries the rounding of a walk.
  static let secondOrderTolerance = 1e-6
  /// Both sides are sums of at most some hundred products of rounded numbers: 1e-12 is 4500 ε.
  static let identityTolerance = 1e-12
  /// The two mixed derivatives come from different rules, each exact to some ε times the largest
  /// intermediate result; 1e-10 of the largest entry leaves room for cancellation.
  static let symmetryTolerance = 1e-10

  /// Everything that is wrong with a subject; empty for a right one.
  static func violations(
    of subject: Subject, _ laws: [Law] = Law.allCases, seed: UInt64 = 1
  ) throws -> [Violation] {
    var draws = Draws(seed)
    var found: [Violation] = []
    for law in laws {
      let problem =
        switch law {
        case .firstOrder: try firstOrder(subject)
        case .adjointIdentity: try adjointIdentity(subject, &draws)
        case .secondOrder: try secondOrder(subject, &draws)
        case .symmetry: try symmetry(subject, &draws)
        case .recording: try recording(subject)
        case .linearity: try linearity(subject, &draws)
        }
      if let problem { found.append(Violation(law: law, problem: problem)) }
    }
    return found
  }

  /// The full Jacobian: rows from the reverse walk, columns from differences.
  private static func firstOrder(_ subject: Subject) throws -> String? {
    let (value, pullback) = try subject.linearized(subject.point)
    let rows = try value.indices.map { try pullback(unit($0, of: value.count)) }
    for j in subject.point.indices {
      let expected = try Differences.column(
        j, at: subject.point, step: subject.step, of: subject.value)
      for i in value.indices {
        let error = relativeError(rows[i][j], expected[i])
        if error > firstOrderTolerance {
          return "∂y[\(i)]/∂x[\(j)] is \(rows[i][j]), by differences \(expected[i])"
        }
      }
    }
    return nil
  }

  private static func adjointIdentity(_ subject: Subject, _ draws: inout Draws) throws -> String? {
    let (value, pullback) = try subject.linearized(subject.point)
    for _ in 0..<4 {
      let seed = draws.weights(value.count), direction = draws.weights(subject.point.count)
      let tangent = try subject.pushforward(subject.point, direction)
      let adjoint = try pullback(seed)
      let forward = inner(seed, tangent), backward = inner(adjoint, direction)
      let scale = max(
        1, inner(seed.map(abs), tangent.map(abs)) + inner(adjoint.map(abs), direction.map(abs)))
      let isRight = abs(forward - backward) <= identityTolerance * scale
      if !isRight { return "⟨s, J u⟩ is \(forward) but ⟨Jᵀ s, u⟩ is \(backward)" }
    }
    return nil
  }

  /// The Hessian of `⟨s, f⟩` by nesting, row by row.
  private static func hessian(_ subject: Subject, _ seed: [Double]) throws -> [[Double]] {
    let n = subject.point.count
    return try (0..<n).map { try subject.secondPullback(subject.point, seed, unit($0, of: n)) }
  }

  private static func secondOrder(_ subject: Subject, _ draws: inout Draws) throws -> String? {
    let seed = draws.weights(try subject.value(subject.point).count)
    let nested = try hessian(subject, seed)
    for j in subject.point.indices {
      let expected = try Differences.column(j, at: subject.point, step: subject.step, levels: 5) {
        try subject.linearized($0).pullback(seed)
      }
      for i in subject.point.indices {
        let error = relativeError(nested[i][j], expected[i])
        if error > secondOrderTolerance {
          return "∂²/∂x[\(i)]∂x[\(j)] is \(nested[i][j]), by differences \(expected[i])"
        }
      }
    }
    return nil
  }

  private static func symmetry(_ subject: Subject, _ draws: inout Draws) throws -> String? {
    let seed = draws.weights(try subject.value(subject.point).count)
    let nested = try hessian(subject, seed)
    let scale = nested.reduce(1) { $1.reduce($0) { max($0, abs($1)) } }
    for i in nested.indices {
      for j in 0..<i {
        let isRight = abs(nested[i][j] - nested[j][i]) <= symmetryTolerance * scale
        if !isRight { return "[\(i), \(j)] is \(nested[i][j]), [\(j), \(i)] is \(nested[j][i])" }
      }
    }
    return nil
  }

  private static func recording(_ subject: Subject) throws -> String? {
    let plain = try subject.value(subject.point)
    let recorded = try subject.linearized(subject.point).value
    return plain.map(\.bitPattern) == recorded.map(\.bitPattern)
      ? nil : "the value is \(plain) without a tape and \(recorded) on one"
  }

  private static func linearity(_ subject: Subject, _ draws: inout Draws) throws -> String? {
    let (value, pullback) = try subject.linearized(subject.point)
    let s = draws.weights(value.count), t = draws.weights(value.count)
    // Powers of two, so that αs + βt is exact.
    let (alpha, beta) = (2.0, -0.25)
    let both = try pullback(zip(s, t).map { alpha * $0 + beta * $1 })
    let first = try pullback(s), second = try pullback(t)
    for i in both.indices {
      let expected = alpha * first[i] + beta * second[i]
      let scale = max(1, abs(alpha * first[i]) + abs(beta * second[i]))
      let isRight = abs(both[i] - expected) <= identityTolerance * scale
      if !isRight { return "Jᵀ(αs + βt)[\(i)] is \(both[i]), αJᵀs + βJᵀt is \(expected)" }
    }
    return try pullback(s) == first ? nil : "the second call of the pullback differs from the first"
  }
}
