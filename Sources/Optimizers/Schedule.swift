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
    fileprivate indirect enum Curve: Sendable, Codable, Equatable {
      case constant(Double)
      case stairs(from: Double, factor: Double, every: Int)
      case exponential(from: Double, factor: Double, per: Int)
      case linear(from: Double, to: Double, over: Int)
      case cosine(from: Double, to: Double, over: Int)
      case joined(Curve, steps: Int, Curve)

      func value(at step: Int) -> Double {
        switch self {
        case .constant(let value): value
        case .stairs(let start, let factor, let every):
          start * power(factor, step / every)
        case .exponential(let start, let factor, let per):
          start * pow(factor, Double(step) / Double(per))
        case .linear(let start, let end, let length):
          step >= length ? end : start + (end - start) * (Double(step) / Double(length))
        case .cosine(let start, let end, let length):
          step >= length
            ? end
            : end + (start - end) * (1 + cos(.pi * (Double(step) / Double(length)))) / 2
        case .joined(let first, let steps, let rest):
          step < steps ? first.value(at: step) : rest.value(at: step - steps)
        }
      }

      /// What is wrong with the numbers of the curve, and what to do about it; nil if nothing is.
      var mistake: (problem: String, remedy: String)? {
        switch self {
        case .constant(let value): Curve.mistake(in: [value])
        case .stairs(let start, let factor, let steps),
          .exponential(let start, let factor, let steps):
          factor < 0
            ? ("its factor is \(factor), which is negative", "Use a factor of 0 or more.")
            : Curve.mistake(in: [start, factor], over: steps)
        case .linear(let start, let end, let steps), .cosine(let start, let end, let steps):
          Curve.mistake(in: [start, end], over: steps)
        case .joined(let first, let steps, let rest):
          steps < 0
            ? ("it lasts \(steps) steps", "Use 0 steps or more.") : first.mistake ?? rest.mistake
        }
      }

      private static func mistake(
        in numbers: [Double], over steps: Int = 1
      ) -> (problem: String, remedy: String)? {
        if let number = numbers.first(where: { !$0.isFinite }) {
          return ("it contains the number \(number)", "Use finite numbers.")
        }
        return steps > 0 ? nil : ("it runs over \(steps) steps", "Use 1 step or more.")
      }

      /// The smallest number among those that the curve runs between.
      var lowest: Double {
        switch self {
        case .constant(let value): value
        // With a factor of 0 or more the sign is that of the start.
        case .stairs(let start, _, _), .exponential(let start, _, _): min(start, 0)
        case .linear(let start, let end, _), .cosine(let start, let end, _): min(start, end)
        case .joined(let first, _, let rest): min(first.lowest, rest.lowest)
        }
      }
    }

    fileprivate let curve: Curve

    private init(_ curve: Curve, _ name: String) {
      if let (problem, remedy) = curve.mistake { stop("Schedule.\(name): \(problem). \(remedy)") }
      self.curve = curve
    }

    /// The smallest of the numbers that the schedule runs between.
    var lowest: Double { curve.lowest }

    /// The value for a step, counted from 0; a negative step counts as 0.
    public func value(at step: Int) -> Double { curve.value(at: max(0, step)) }

    // MARK: Making one

    /// The same value at all times.
    ///
    /// - Precondition: the value is finite.
    public static func constant(_ value: Double) -> Schedule {
      Schedule(.constant(value), "constant")
    }

    /// `from · factorᵏ`, where `k` is the number of whole periods of `every` steps gone by.
    ///
    /// - Precondition: `every` is positive, `from` is finite, and the factor finite and not
    ///   negative.
    public static func step(
      from start: Double, multipliedBy factor: Double, every: Int
    ) -> Schedule {
      Schedule(.stairs(from: start, factor: factor, every: every), "step")
    }

    /// `from · factor^(step / per)`, a little at every step.
    ///
    /// - Precondition: `per` is positive, `from` is finite, and the factor finite and not negative.
    public static func exponential(
      from start: Double, multipliedBy factor: Double, per steps: Int = 1
    ) -> Schedule {
      Schedule(.exponential(from: start, factor: factor, per: steps), "exponential")
    }

    /// A straight line, then the end value.
    ///
    /// - Precondition: `over` is positive, and both numbers are finite.
    public static func linear(
      from start: Double, to end: Double = 0, over steps: Int
    ) -> Schedule {
      Schedule(.linear(from: start, to: end, over: steps), "linear")
    }

    /// Half a wave, `to + (from − to) (1 + cos(π step / over)) / 2`, then the end value.
    ///
    /// Loshchilov and Hutter 2017, "SGDR: Stochastic gradient descent with warm restarts".
    ///
    /// - Precondition: `over` is positive, and both numbers are finite.
    public static func cosine(
      from start: Double, over steps: Int, to end: Double = 0
    ) -> Schedule {
      Schedule(.cosine(from: start, to: end, over: steps), "cosine")
    }

    /// A straight line up to the first value of another schedule, which then begins.
    ///
    /// With the usual start of 0 the first update changes nothing.
    ///
    /// - Precondition: `over` is positive, and both numbers are finite.
    public static func warmUp(
      from start: Double = 0, over steps: Int, then next: Schedule
    ) -> Schedule {
      Schedule(.linear(from: start, to: next.value(at: 0), over: steps), "warmUp")
        .lasting(steps, then: next)
    }

    /// This schedule for a number of steps, then another one from its own step 0.
    ///
    /// - Precondition: `steps` is not negative.
    public func lasting(_ steps: Int, then next: Schedule) -> Schedule {
      Schedule(.joined(curve, steps: steps, next.curve), "lasting")
    }
  }
}

extension Optimizer.Schedule {
  private enum CodingKeys: String, CodingKey { case curve }

  /// Reads a schedule; one with impossible numbers is a decoding error.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    curve = try container.decode(Curve.self, forKey: .curve)
    if let (problem, remedy) = curve.mistake {
      throw DecodingError.dataCorruptedError(
        forKey: .curve, in: container,
        debugDescription: "a schedule cannot be read: \(problem). \(remedy)")
    }
  }
}

extension Optimizer.Schedule: ExpressibleByFloatLiteral, ExpressibleByIntegerLiteral {
  /// A constant.
  public init(floatLiteral value: Double) { self = .constant(value) }
  /// A constant.
  public init(integerLiteral value: Int) { self = .constant(Double(value)) }
}
