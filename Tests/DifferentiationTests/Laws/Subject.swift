// A function under test as the laws see it: flat numbers in, flat numbers out, with its transposed
// derivative, its derivative, and the derivative of its derivative. Whether it is made of scalars
// or of tensors is settled here; the laws have never heard of either.

import AdjointArrays
import AdjointDifferentiation

/// A function at a point, with everything that a law may ask of it.
struct Subject: Sendable {
  /// The value and the transposed derivative: `pullback(s) = Jᵀ s`.
  typealias Linearized = (value: [Double], pullback: ([Double]) throws -> [Double])

  var name: String
  var point: [Double]
  /// `f(x)` without a tape.
  var value: @Sendable (_ x: [Double]) throws -> [Double]
  /// `f(x)` on a tape, and the reverse walk.
  var linearized: @Sendable (_ x: [Double]) throws -> Linearized
  /// `J(x) u`, by the forward walk.
  var pushforward: @Sendable (_ x: [Double], _ direction: [Double]) throws -> [Double]
  /// `∇ₓ ⟨u, J(x)ᵀ s⟩`, by a reverse walk inside a differentiated function.
  var secondPullback:
    @Sendable (_ x: [Double], _ seed: [Double], _ direction: [Double]) throws -> [Double]
  /// Where the checker starts its search for a step.
  var step = Differences.step
}

/// What a tensor operand looks like.
struct Operand: Sendable {
  var shape: [Int]
  var dtype = DType.float64
  var count: Int { shape.reduce(1, *) }
}

extension Subject {
  /// A function of tensors.
  init(
    _ name: String, _ operands: [Operand], at point: [Double], step: Double = Differences.step,
    _ f: @escaping @Sendable ([Tensor]) -> Tensor
  ) {
    @Sendable func tensors(_ x: [Double]) -> [Tensor] {
      var start = 0
      return operands.map { operand in
        defer { start += operand.count }
        return Tensor(
          Array(x[start..<start + operand.count]), shape: operand.shape, dtype: operand.dtype)
      }
    }
    @Sendable func flat(_ tensors: [Tensor]) -> [Double] { tensors.flatMap(\.doubles) }

    self.name = name
    self.point = point
    self.step = step
    value = { x in f(tensors(x)).doubles }
    linearized = { x in
      let (value, pullback) = try valueWithPullback(at: tensors(x)) { xs in f(xs) }
      return (
        value.doubles,
        { seed in
          flat(
            try pullback(
              Tensor(seed, shape: value.shape.dimensions, dtype: value.dtype)))
        }
      )
    }
    pushforward = { x, direction in
      let tape = Tape()
      let variables = tensors(x).map { tape.variable($0) }
      let y = f(variables)
      return try tape.tangent(
        of: y, along: Array(zip(variables, tensors(direction)))
      ).doubles
    }
    secondPullback = { x, seed, direction in
      let directions = tensors(direction)
      let result = try gradient(at: tensors(x)) { xs in
        let first = try gradient(at: xs) { xs in
          let y = f(xs)
          return (y * Tensor(seed, shape: y.shape.dimensions, dtype: y.dtype)).sum()
        }
        return zip(first, directions).map { ($0 * $1).sum() }.sum()
      }
      return flat(result)
    }
  }

  /// A function of scalars.
  init(
    _ name: String, at point: [Double], step: Double = Differences.step,
    scalars f: @escaping @Sendable ([Scalar]) -> Scalar
  ) {
    self.name = name
    self.point = point
    self.step = step
    value = { x in [f(x.map { Scalar($0) }).value] }
    linearized = { x in
      let (value, pullback) = valueWithPullback(at: x) { xs in [f(xs)] }
      return (value, { seed in pullback(seed) })
    }
    pushforward = { x, direction in
      let tape = Tape()
      let variables = tape.variables(x)
      let y = f(variables)
      return [tape.tangent(of: y, along: Array(zip(variables, direction)))]
    }
    secondPullback = { x, seed, direction in
      gradient(at: x) { xs in
        let first = gradient(at: xs) { xs in f(xs) * seed[0] }
        return zip(first, direction).reduce(Scalar(0)) { sum, pair in sum + pair.0 * pair.1 }
      }
    }
  }
}

extension [Tensor] {
  /// The sum of tensors of rank 0 in one element type.
  func sum() -> Tensor { dropFirst().reduce(first ?? Tensor(0, dtype: .float64)) { $0 + $1 } }
}

/// A small generator for test data: xorshift, so that every run has the same numbers.
struct Draws: RandomNumberGenerator {
  private var state: UInt64
  init(_ seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }
  mutating func next() -> UInt64 {
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return state
  }

  /// Numbers of either sign that `Float` holds exactly, none of them near zero.
  mutating func weights(_ count: Int) -> [Double] {
    (0..<count).map { _ in
      Double(Int.random(in: 4...16, using: &self)) / 8 * (Bool.random(using: &self) ? 1 : -1)
    }
  }
}

/// The relative error that benchmarks of differentiation tools use: absolute below 1, relative
/// above.
///
/// Infinite unless both numbers are finite.
func relativeError(_ a: Double, _ b: Double) -> Double {
  guard a.isFinite, b.isFinite else { return .infinity }
  return abs(a - b) / max(1, abs(a) + abs(b))
}

/// The largest relative error of two vectors.
func relativeError(_ a: [Double], _ b: [Double]) -> Double {
  guard a.count == b.count else { return .infinity }
  return zip(a, b).reduce(0) { max($0, relativeError($1.0, $1.1)) }
}

func inner(_ a: [Double], _ b: [Double]) -> Double {
  zip(a, b).reduce(0) { $0 + $1.0 * $1.1 }
}

/// The `position`-th unit vector.
func unit(_ position: Int, of count: Int) -> [Double] {
  (0..<count).map { $0 == position ? 1 : 0 }
}

// Derivatives of functions of one number under names of their own: inside a macro the compiler
// otherwise weighs every form of `gradient` against every reading of a literal.

func slope(_ x: Double, _ f: (Scalar) -> Scalar) -> Double { gradient(at: x, of: f) }

func curvature(_ x: Double, _ f: (Scalar) -> Scalar) -> Double {
  gradient(at: x) { x in gradient(at: x, of: f) }
}
