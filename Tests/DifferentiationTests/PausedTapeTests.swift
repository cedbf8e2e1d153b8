// While recording is paused the variables of a tape are constants, and a derivative taken meanwhile is
// what it would be outside.

import AdjointArrays
import AdjointDifferentiation
import AdjointElementary
import Testing

@Suite struct PausedTapeTests {
  /// d/dx (x · c) = c, where c = D(y ↦ y³)(x) = 3 x² = 12 at 2 is held constant.
  @Test func aDerivativeOfNumbers() {
    expect(
      gradient(at: 2.0) { x in x * withoutRecording { gradient(at: x) { y in y * y * y } } },
      equals: 12)
    expect(
      gradient(at: 2.0) { x in
        x * Scalar(withoutRecording { gradient(at: x.value) { y in y * y * y } })
      }, equals: 12)
    // Twice: D²(y ↦ y³)(2) = 6 y = 12.
    expect(
      gradient(at: 2.0) { x in
        x * withoutRecording { gradient(at: x) { y in gradient(at: y) { z in z * z * z } } }
      }, equals: 12)
  }

  /// The outer variables inside are constants, on either side of an operation and in any number:
  /// D(y ↦ x y + y x + max(x, y))(5) = 2 x + 1 = 5 at x = 2; d/dx (x · 5) = 5.
  @Test func outerVariablesInside() {
    let slope = gradient(at: 2.0) { x in
      x
        * withoutRecording {
          gradient(at: Scalar(5)) { y in x * y + y * x + max(x, y) + x * x }
        }
    }
    expect(slope, equals: 5)
  }

  @Test func aDerivativeOfTensors() throws {
    let x = Tensor([2, 3])
    // x · 3x² with the second factor constant.
    let slopes = try gradient(at: x) { x in
      try (x * withoutRecording { try gradient(at: x) { y in (y * y * y).sum() } }).sum()
    }
    #expect(slopes.floats == [12, 27])
    // The outer variable as one of two, three and many operands, as a view and as a number.
    let mixed = try gradient(at: x) { x in
      try
        (x
        * withoutRecording {
          try gradient(at: Tensor([1, 1])) { y in
            (x * y).sum() + (y * x).sum() + `where`(x .> 0, x, y).sum()
              + Tensor.concatenated([x, y, x, y]).sum() + matmul(x, y) + x[0] * y[1]
          }
        }).sum()
    }
    // d/dy: x + x + 0 + 2 + x + (0, x₀) = 3 x + 2 + (0, 2)
    #expect(mixed.floats == [8, 13])
  }

  /// A pullback made while the tape is paused works then and afterwards.
  @Test func aPullbackKept() throws {
    var kept: ((Tensor) throws -> Tensor)?
    let slopes = try gradient(at: Tensor([2, 3])) { x in
      let (value, pullback) = try withoutRecording {
        try valueWithPullback(at: x) { y in x * y * y }
      }
      kept = pullback
      return try (x * value).sum() + (x * pullback(Tensor([1, 1]))).sum()
    }
    // x · x³ with x³ constant, and x · (2 x²) with 2 x² constant.
    #expect(slopes.floats == [8 + 8, 27 + 18])
    let pullback = try #require(kept)
    let later = try pullback(Tensor([1, 0]))
    #expect(later.floats == [8, 0])
  }

  /// In the value and in the pullback of a custom derivative.
  ///
  /// f(x) = x², told by way of D(y ↦ y³ / 3)(x) = x²; f' = D(y ↦ y²)(x) = 2 x.
  @Test func insideACustomDerivative() throws {
    let f = { (x: Scalar) in
      withCustomDerivative(at: x) { x in
        (
          value: gradient(at: x) { y in y * y * y / 3 },
          pullback: { seed in seed * gradient(at: x) { y in y * y } }
        )
      }
    }
    expect(valueWithGradient(at: 3.0, of: f).value, equals: 9)
    expect(gradient(at: 3.0, of: f), equals: 6)
    expect(gradient(at: 3.0) { x in gradient(at: x, of: f) }, equals: 2)
    let slopes = try gradient(at: Tensor([1, 2])) { x in
      withCustomDerivative(at: x) { x in
        (
          value: (try? gradient(at: x) { y in (y * y).sum() }) ?? .zeros([2]),
          pullback: { seed in
            seed * ((try? gradient(at: x) { y in (y * y).sum() }) ?? .zeros([2]))
          }
        )
      }.sum()
    }
    #expect(slopes.floats == [2, 4])
  }

  /// On a tape of one's own.
  @Test func onATapeOfOnesOwn() {
    let tape = Tape()
    let x = tape.variable(2)
    let inner = tape.withoutRecording { gradient(at: x) { y in x * y * y } }
    expect(inner.value, equals: 8)
    #expect(!inner.isRecorded)
    #expect(tape.count == 1)
  }
}
