// Where schedules begin, turn and end.

import Adjoint
import Foundation
import Testing

@Suite struct ScheduleTests {
  @Test func constantIsTheSameAtAllTimes() {
    let schedule: Optimizer.Schedule = 0.25
    #expect([-1, 0, 1, 1_000_000].map(schedule.value) == [0.25, 0.25, 0.25, 0.25])
    #expect(Optimizer.Schedule.constant(2) == 2)
  }

  @Test func stepFallsAtMultiplesOfThePeriod() {
    let schedule: Optimizer.Schedule = .step(from: 8, multipliedBy: 0.5, every: 10)
    #expect([0, 9, 10, 19, 20, 30].map(schedule.value) == [8, 8, 4, 4, 2, 1])
  }

  /// The logarithm of an exponential is a straight line: equal steps, equal factors.
  @Test func exponentialHasEqualFactors() {
    let schedule: Optimizer.Schedule = .exponential(from: 3, multipliedBy: 0.5, per: 4)
    #expect(schedule.value(at: 0) == 3)
    #expect(schedule.value(at: 4) == 1.5)
    #expect(schedule.value(at: 8) == 0.75)
    for step in 0..<12 {
      let factor = schedule.value(at: step + 1) / schedule.value(at: step)
      #expect(abs(factor - 0.8408964152537145) < 1e-15)  // 0.5^(1/4)
    }
  }

  @Test func linearEndsWhereItShouldAndStays() {
    let schedule: Optimizer.Schedule = .linear(from: 1, to: 3, over: 4)
    #expect((0...6).map(schedule.value) == [1, 1.5, 2, 2.5, 3, 3, 3])
  }

  /// (1 + cos 0)/2 = 1, (1 + cos π/3)/2 = 3/4, (1 + cos π/2)/2 = 1/2, (1 + cos π)/2 = 0.
  @Test func cosineIsHalfAWave() {
    let schedule: Optimizer.Schedule = .cosine(from: 3, over: 6, to: 1)
    let expected: [Double] = [3, 0, 2.5, 2, 1.5, 0, 1, 1]
    for (step, value) in expected.enumerated() where value != 0 {
      #expect(abs(schedule.value(at: step) - value) < 1e-15, "step \(step)")
    }
    #expect(schedule.value(at: 0) == 3)
    #expect(schedule.value(at: 6) == 1)
    #expect(schedule.value(at: 1_000_000) == 1)
  }

  @Test func warmUpClimbsToTheFirstValueOfWhatFollows() {
    let schedule: Optimizer.Schedule = .warmUp(over: 100, then: .cosine(from: 1e-3, over: 900))
    #expect(schedule.value(at: 0) == 0)
    #expect(schedule.value(at: 50) == 0.0005)
    #expect(schedule.value(at: 100) == 0.001)
    #expect(abs(schedule.value(at: 550) - 0.0005) < 1e-18)
    #expect(schedule.value(at: 1000) == 0)
  }

  @Test func joinedSchedulesEachStartFromTheirOwnZero() {
    let ramp: Optimizer.Schedule = .linear(from: 10, to: 13, over: 3)
    let schedule = ramp.lasting(2, then: ramp.lasting(1, then: 5))
    #expect((0..<5).map(schedule.value) == [10, 11, 10, 5, 5])
    #expect(ramp.lasting(0, then: 5).value(at: 0) == 5)
  }

  @Test func survivesCoding() throws {
    let schedules: [Optimizer.Schedule] = [
      0.1, .step(from: 1, multipliedBy: 0.1, every: 3), .exponential(from: 1, multipliedBy: 0.9),
      .warmUp(over: 5, then: .cosine(from: 1, over: 7, to: 0.1)),
    ]
    let decoded = try JSONDecoder().decode(
      [Optimizer.Schedule].self, from: JSONEncoder().encode(schedules))
    #expect(decoded == schedules)
  }

  /// Numbers that the constructors refuse can still come from a file, which is told as an error.
  @Test func damagedSchedulesAreRefused() throws {
    for schedule in [
      Optimizer.Schedule.step(from: 1, multipliedBy: 0.5, every: 7),
      .exponential(from: 1, multipliedBy: 0.5, per: 7), .linear(from: 1, to: 2, over: 7),
      .cosine(from: 1, over: 7), .warmUp(over: 7, then: 1),
    ] {
      let text = String(decoding: try JSONEncoder().encode(schedule), as: UTF8.self)
      for length in ["0", "-7"] {
        let damaged = text.replacingOccurrences(of: ":7", with: ":\(length)")
        #expect(damaged != text)
        #expect(throws: DecodingError.self) {
          _ = try JSONDecoder().decode(Optimizer.Schedule.self, from: Data(damaged.utf8))
        }
      }
    }
  }
}
