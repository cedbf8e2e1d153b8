// Numbers that change with the number of the step. They have never heard of what they scale.

import AdjointSupport

extension Optimizer {
  /// A number for every step: a learning rate that changes as training goes on.
  ///
  /// Steps count from 0: `value(at: 0)` is what the first update uses. A literal is a constant.
  ///
  /// ```swift
  /// let rate: Optimizer.Schedule = .warmUp(over: 100, then: .cosine(from: 1e-3, over: 900))
  /// rate.value(at: 50)      // 0.0005
  /// rate.value(at: 100)     // 0.001
  /// rate.value(at: 1000)    // 0.0
  /// ```
  public struct Schedule: Sendable, Codable, Equatable {
    private indirect enum Curve: Sendable, Codable, Equatable {
      case constant(Double)
      case stairs(from: Double, factor: Double, every: Int)
      case exponential(from: Double, factor: Double, per: Int)
      case linear(from: Double, to: Double, over: Int)
      case cosine(from: Double, to: Double, over: Int)
      case joined(Curve, steps: Int, Curve)

      // Total, whatever a decoder may have filled in: no length is divided by unless it is
      // positive.
      func value(at step: Int) -> Double {
        switch self {
        case .constant(let value): value
        case .stairs(let start, let factor, let every):
          start * power(factor, step / max(1, every))
        case .exponential(let start, let factor, let per):
          start * pow(factor, Double(step) / Double(max(1, per)))
        case .linear(let start, let end, let length):
          step >= length ? end : start + (end - start) * (Double(step) / Double(length))
        case .cosine(let start, let end, let length):
          step >= length
            ? end
            : end + (start - end) * (1 + cos(.pi * (Double(step) / Double(length)))) / 2
        case .joined(let first, let steps, let rest):
          step < steps ? first.value(at: step) : rest.value(at: step - max(0, steps))
        }
      }
    }

    private let curve: Curve

    private init(_ curve: Curve) { self.curve = curve }

    /// The value for a step, counted from 0; a negative step counts as 0.
    public func value(at step: Int) -> Double { curve.value(at: max(0, step)) }

    // MARK: Making one

    /// The same value at all times.
    public static func constant(_ value: Double) -> Schedule { Schedule(.constant(value)) }

    /// `from · factorᵏ`, where `k` is the number of whole periods of `every` steps gone by.
    ///
    /// - Precondition: `every` is positive.
    public static func step(
      from start: Double, multipliedBy factor: Double, every: Int
    ) -> Schedule {
      require(every > 0, "a schedule cannot change every \(every) steps; use 1 or more")
      return Schedule(.stairs(from: start, factor: factor, every: every))
    }

    /// `from · factor^(step / per)`, a little at every step.
    ///
    /// - Precondition: `per` is positive.
    public static func exponential(
      from start: Double, multipliedBy factor: Double, per steps: Int = 1
    ) -> Schedule {
      require(steps > 0, "a schedule cannot decay per \(steps) steps; use 1 or more")
      return Schedule(.exponential(from: start, factor: factor, per: steps))
    }

    /// A straight line, then the end value.
    ///
    /// - Precondition: `over` is positive.
    public static func linear(
      from start: Double, to end: Double = 0, over steps: Int
    ) -> Schedule {
      require(steps > 0, "a schedule cannot run over \(steps) steps; use 1 or more")
      return Schedule(.linear(from: start, to: end, over: steps))
    }

    /// Half a wave, `to + (from − to) (1 + cos(π step / over)) / 2`, then the end value.
    ///
    /// Loshchilov and Hutter 2017, "SGDR: Stochastic gradient descent with warm restarts".
    ///
    /// - Precondition: `over` is positive.
    public static func cosine(
      from start: Double, over steps: Int, to end: Double = 0
    ) -> Schedule {
      require(steps > 0, "a schedule cannot run over \(steps) steps; use 1 or more")
      return Schedule(.cosine(from: start, to: end, over: steps))
    }

    /// A straight line up to the first value of another schedule, which then begins.
    ///
    /// With the usual start of 0 the first update changes nothing.
    ///
    /// - Precondition: `over` is positive.
    public static func warmUp(
      from start: Double = 0, over steps: Int, then next: Schedule
    ) -> Schedule {
      linear(from: start, to: next.value(at: 0), over: steps).lasting(steps, then: next)
    }

    /// This schedule for a number of steps, then another one from its own step 0.
    ///
    /// - Precondition: `steps` is not negative.
    public func lasting(_ steps: Int, then next: Schedule) -> Schedule {
      require(steps >= 0, "a schedule cannot last \(steps) steps")
      return Schedule(.joined(curve, steps: steps, next.curve))
    }
  }
}

extension Optimizer.Schedule: ExpressibleByFloatLiteral, ExpressibleByIntegerLiteral {
  /// A constant.
  public init(floatLiteral value: Double) { self = .constant(value) }
  /// A constant.
  public init(integerLiteral value: Int) { self = .constant(Double(value)) }
}
