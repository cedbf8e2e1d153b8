// Reductions that look along one axis element by element: where the largest element is, and running
// sums.

extension NDArray {
  /// The position of the largest element along the axis, which disappears; `int32`.
  ///
  /// The first of several equal elements wins, and the first NaN wins over everything.
  ///
  /// - Precondition: the axis is not empty (unless there is nothing to answer).
  package func argmax(over axis: Int) -> NDArray { extreme(over: axis, wantsLargest: true) }

  /// The position of the smallest element along the axis, which disappears; `int32`.
  ///
  /// The first of several equal elements wins, and the first NaN wins over everything.
  ///
  /// - Precondition: the axis is not empty (unless there is nothing to answer).
  package func argmin(over axis: Int) -> NDArray { extreme(over: axis, wantsLargest: false) }

  private func extreme(over axis: Int, wantsLargest: Bool) -> NDArray {
    precondition(axis >= 0 && axis < rank, "\(shape) has no axis \(axis)")
    let target = shape.removing([axis], keepsDimensions: false)
    precondition(
      shape[axis] > 0 || target.elementCount == 0,
      "an empty axis has no largest or smallest element: axis \(axis) of \(shape)")
    let result = NDArray(uninitialized: target, dtype: .int32)
    let dense = contiguous()
    let lines = AxisLines(shape, axis)
    let (source, destination) = (dense.address, result.storage.bytes)
    switch dtype {
    case .float32: lines.extreme(source, destination, wantsLargest, Float.self)
    case .float64: lines.extreme(source, destination, wantsLargest, Double.self)
    case .int32: lines.extreme(source, destination, wantsLargest, Int32.self)
    case .bool: lines.extreme(source, destination, wantsLargest, UInt8.self)
    }
    withExtendedLifetime(dense) {}
    return result
  }

  /// The running sum along an axis, or, if reversed, the sum of the element and all after it.
  ///
  /// `float32` sums are carried in double precision and rounded once per element. The reversed sum
  /// is the transpose of the plain one.
  ///
  /// - Throws: ``ShapeError`` for a sum of whole numbers that `int32` does not hold.
  package func cumulativeSum(
    along axis: Int, reversed: Bool = false
  ) throws(ShapeError) -> NDArray {
    precondition(axis >= 0 && axis < rank, "\(shape) has no axis \(axis)")
    if dtype == .bool {
      return try converted(to: .int32).cumulativeSum(along: axis, reversed: reversed)
    }
    let result = NDArray(uninitialized: shape, dtype: dtype)
    let dense = contiguous()
    let lines = AxisLines(shape, axis)
    let (source, destination) = (dense.address, result.storage.bytes)
    let first = FirstMistake()
    switch dtype {
    case .float32: lines.scan(source, destination, reversed, first, Float.self)
    case .float64: lines.scan(source, destination, reversed, first, Double.self)
    case .int32, .bool: lines.scan(source, destination, reversed, first, Int32.self)
    }
    withExtendedLifetime(dense) {}
    try first.check()
    return result
  }
}

/// The lines of a dense array along one axis: `outer · inner` of them, `count` elements each.
struct AxisLines {
  let outer: Int
  let count: Int
  let inner: Int

  init(_ shape: Shape, _ axis: Int) {
    outer = shape.elementCount(of: 0..<axis)
    count = shape[axis]
    inner = shape.elementCount(of: (axis + 1)..<shape.rank)
  }

  /// Calls the body with the number of each line and the position of its first element; in pieces
  /// for threads of about `1 << 16` elements.
  func forEach(_ body: (_ line: Int, _ start: Int) -> Void) {
    let lines = outer * inner
    let perPiece = max(1, (1 << 16) / max(1, count))
    parallelFor(pieces: ceilingQuotient(lines, perPiece)) { piece in
      for line in (piece * perPiece)..<min(lines, (piece + 1) * perPiece) {
        let (group, column) = line.quotientAndRemainder(dividingBy: inner)
        body(line, group &* count &* inner &+ column)
      }
    }
  }

  /// The columns that are walked side by side, so that a row is read as one run.
  private static let columns = 256

  /// Calls the body with each group and range of columns; in pieces for threads.
  func forEachStrip(_ body: (_ group: Int, _ columns: Range<Int>) -> Void) {
    let strips = ceilingQuotient(inner, AxisLines.columns)
    let perPiece = max(1, (1 << 16) / max(1, count * min(inner, AxisLines.columns)))
    let total = outer * strips
    parallelFor(pieces: ceilingQuotient(total, perPiece)) { piece in
      for index in (piece * perPiece)..<min(total, (piece + 1) * perPiece) {
        let (group, strip) = index.quotientAndRemainder(dividingBy: strips)
        let first = strip * AxisLines.columns
        body(group, first..<min(inner, first + AxisLines.columns))
      }
    }
  }

  // Integers equal themselves, so one test of NaN serves all types. It is written out rather than
  // passed in, since a closure captured by the body of a parallel loop is called for every element.

  @inline(__always)
  fileprivate func extreme<T: Comparable & BitwiseCopyable>(
    _ source: UnsafeRawPointer, _ destination: UnsafeMutableRawPointer, _ wantsLargest: Bool,
    _ type: T.Type
  ) {
    if inner == 1 {
      return forEach { line, start in
        var winner = source.element(start, as: T.self)
        var place = 0
        for position in 1..<max(1, count) {
          if winner != winner { break }
          let candidate = source.element(start &+ position, as: T.self)
          let wins = wantsLargest ? candidate > winner : candidate < winner
          if wins || candidate != candidate {
            winner = candidate
            place = position
          }
        }
        destination.element(line, Int32(truncatingIfNeeded: place))
      }
    }
    forEachStrip { group, columns in
      withUnsafeTemporaryAllocation(of: T.self, capacity: columns.count) { winners in
        let places = destination + (group &* inner &+ columns.lowerBound) &* 4
        for row in 0..<count {
          let line = (group &* count &+ row) &* inner &+ columns.lowerBound
          for j in 0..<columns.count {
            let candidate = source.element(line &+ j, as: T.self)
            if row > 0 {
              let winner = winners[j]
              let wins = wantsLargest ? candidate > winner : candidate < winner
              guard wins || candidate != candidate, winner == winner else { continue }
            }
            winners[j] = candidate
            places.element(j, Int32(truncatingIfNeeded: row))
          }
        }
      }
    }
  }

  @inline(__always)
  fileprivate func scan<T: Summable>(
    _ source: UnsafeRawPointer, _ destination: UnsafeMutableRawPointer, _ reversed: Bool,
    _ first: FirstMistake, _ type: T.Type
  ) {
    if inner == 1 {
      return forEach { _, start in
        var sum = T.zeroSum
        for step in 0..<count {
          let place = start &+ (reversed ? count &- 1 &- step : step)
          sum = T.add(sum, source.element(place, as: T.self))
          destination.element(place, T.round(sum, first))
        }
      }
    }
    forEachStrip { group, columns in
      withUnsafeTemporaryAllocation(of: T.Sum.self, capacity: columns.count) { sums in
        for j in 0..<columns.count { sums[j] = T.zeroSum }
        for step in 0..<count {
          let row = reversed ? count &- 1 &- step : step
          let line = (group &* count &+ row) &* inner &+ columns.lowerBound
          for j in 0..<columns.count {
            sums[j] = T.add(sums[j], source.element(line &+ j, as: T.self))
            destination.element(line &+ j, T.round(sums[j], first))
          }
        }
      }
    }
  }
}

/// A number that knows in which type its running sums are carried.
private protocol Summable: BitwiseCopyable {
  associatedtype Sum: BitwiseCopyable
  static var zeroSum: Sum { get }
  static func add(_ sum: Sum, _ number: Self) -> Sum
  /// The sum in this type; one that it does not hold is noted.
  static func round(_ sum: Sum, _ first: FirstMistake) -> Self
}

extension Float: Summable {
  fileprivate static var zeroSum: Double { 0 }
  fileprivate static func add(_ sum: Double, _ number: Float) -> Double { sum + Double(number) }
  fileprivate static func round(_ sum: Double, _ first: FirstMistake) -> Float { Float(sum) }
}

extension Double: Summable {
  fileprivate static var zeroSum: Double { 0 }
  fileprivate static func add(_ sum: Double, _ number: Double) -> Double { sum + number }
  fileprivate static func round(_ sum: Double, _ first: FirstMistake) -> Double { sum }
}

extension Int32: Summable {
  fileprivate static var zeroSum: Int64 { 0 }
  fileprivate static func add(_ sum: Int64, _ number: Int32) -> Int64 { sum &+ Int64(number) }
  fileprivate static func round(_ sum: Int64, _ first: FirstMistake) -> Int32 {
    Int32(sum, of: "running sum", first)
  }
}
