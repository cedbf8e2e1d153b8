// Results that are carried along an axis from element to element: linear recurrences and running
// extremes. Running sums, which are also of whole numbers, are in NDArray+Scans.swift.

extension NDArray {
  /// The recurrence `s[k] = c[k] · s[k - 1] + self[k]` along an axis, which begins with
  /// `s[0] = self[0]`; or, reversed, `s[k] = self[k] + c[k + 1] · s[k + 1]`, which is its
  /// transpose.
  ///
  /// So a coefficient belongs to the step from the element before, in both directions, and the
  /// first one is not read. Numbers are carried in double precision and rounded once per element.
  ///
  /// - Parameters:
  ///   - coefficients: of this array's shape, and of its type or truth values. A truth value goes
  ///     on with the sum or begins a new one, whatever the old one was.
  ///   - zeroWins: whether a zero stays zero even if the coefficient is infinite or NaN. Adjoints
  ///     and tangents are carried that way.
  /// - Precondition: the elements are of a floating-point type.
  package func linearRecurrence(
    _ coefficients: NDArray, along axis: Int, reversed: Bool = false, zeroWins: Bool = false
  ) -> NDArray {
    precondition(axis >= 0 && axis < rank, "\(shape) has no axis \(axis)")
    precondition(coefficients.shape == shape, "\(coefficients.shape) does not fit \(shape)")
    precondition(coefficients.dtype == .bool || coefficients.dtype == dtype)
    let result = NDArray(uninitialized: shape, dtype: dtype)
    let (dense, factors) = (contiguous(), coefficients.contiguous())
    let run = Recurrence(
      lines: AxisLines(shape, axis), source: dense.address, coefficients: factors.address,
      destination: result.storage.bytes, reversed: reversed, zeroWins: zeroWins)
    switch (dtype, coefficients.dtype) {
    case (.float32, .bool): run.carry(Float.self, UInt8.self)
    case (.float64, .bool): run.carry(Double.self, UInt8.self)
    case (.float32, _): run.carry(Float.self, Float.self)
    case (.float64, _): run.carry(Double.self, Double.self)
    case (.int32, _), (.bool, _): preconditionFailure("recurrences are of floating-point numbers")
    }
    withExtendedLifetime((dense, factors)) {}
    return result
  }

  /// The largest, or smallest, of the elements so far along an axis; NaN from the first NaN on.
  package func cumulativeExtreme(along axis: Int, wantsLargest: Bool) -> NDArray {
    precondition(axis >= 0 && axis < rank, "\(shape) has no axis \(axis)")
    let result = NDArray(uninitialized: shape, dtype: dtype)
    let dense = contiguous()
    let lines = AxisLines(shape, axis)
    let (source, destination) = (dense.address, result.storage.bytes)
    switch dtype {
    case .float32: lines.extremes(source, destination, wantsLargest, Float.self)
    case .float64: lines.extremes(source, destination, wantsLargest, Double.self)
    case .int32: lines.extremes(source, destination, wantsLargest, Int32.self)
    case .bool: preconditionFailure("truth values have no order")
    }
    withExtendedLifetime(dense) {}
    return result
  }
}

/// One recurrence over the lines of dense arrays of one shape.
private struct Recurrence {
  let lines: AxisLines
  let source: UnsafeRawPointer
  let coefficients: UnsafeRawPointer
  let destination: UnsafeMutableRawPointer
  let reversed: Bool
  let zeroWins: Bool

  @inline(__always)
  func carry<T: BinaryFloatingPoint & BitwiseCopyable, C: Coefficient>(
    _ type: T.Type, _ coefficient: C.Type
  ) {
    let (count, inner) = (lines.count, lines.inner)
    // The coefficient of a step back is that of the row which was passed before.
    let link = reversed ? inner : 0
    lines.forEachStrip { group, columns in
      withUnsafeTemporaryAllocation(of: Double.self, capacity: columns.count) { sums in
        for step in 0..<count {
          let row = reversed ? count &- 1 &- step : step
          let line = (group &* count &+ row) &* inner &+ columns.lowerBound
          for j in 0..<columns.count {
            let place = line &+ j
            var sum = Double(source.element(place, as: T.self))
            if step > 0 {
              let coefficient = coefficients.element(place &+ link, as: C.self)
              sum += coefficient.carrying(sums[j], zeroWins)
            }
            sums[j] = sum
            destination.element(place, T(sum))
          }
        }
      }
    }
  }
}

/// A number or a truth value that says what becomes of the number carried so far.
private protocol Coefficient: BitwiseCopyable {
  func carrying(_ sum: Double, _ zeroWins: Bool) -> Double
}

extension Float: Coefficient {
  fileprivate func carrying(_ sum: Double, _ zeroWins: Bool) -> Double {
    zeroWins && sum == 0 ? 0 : Double(self) * sum
  }
}

extension Double: Coefficient {
  fileprivate func carrying(_ sum: Double, _ zeroWins: Bool) -> Double {
    zeroWins && sum == 0 ? 0 : self * sum
  }
}

extension UInt8: Coefficient {
  fileprivate func carrying(_ sum: Double, _ zeroWins: Bool) -> Double { self == 0 ? -0.0 : sum }
}

extension AxisLines {
  @inline(__always)
  fileprivate func extremes<T: Comparable & BitwiseCopyable>(
    _ source: UnsafeRawPointer, _ destination: UnsafeMutableRawPointer, _ wantsLargest: Bool,
    _ type: T.Type
  ) {
    forEachStrip { group, columns in
      for row in 0..<count {
        let line = (group &* count &+ row) &* inner &+ columns.lowerBound
        for place in line..<(line &+ columns.count) {
          let candidate = source.element(place, as: T.self)
          guard row > 0 else {
            destination.element(place, candidate)
            continue
          }
          let winner = UnsafeRawPointer(destination).element(place &- inner, as: T.self)
          // A NaN differs from itself and is never replaced.
          let wins = wantsLargest ? candidate > winner : candidate < winner
          destination.element(place, wins || candidate != candidate ? candidate : winner)
        }
      }
    }
  }
}
