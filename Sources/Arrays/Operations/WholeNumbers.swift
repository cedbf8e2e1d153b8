// Sums and products of whole numbers, in which none is lost: what int32 does not hold is an error,
// and only the result counts, not what is added up on the way.

import AdjointSupport
import Synchronization

/// The first of the mistakes that the pieces of a loop meet, on whichever thread.
final class FirstMistake: Sendable {
  private let mistake = Mutex<ShapeError?>(nil)

  func note(_ make: @autoclosure () -> ShapeError) {
    mistake.withLock { if $0 == nil { $0 = make() } }
  }

  func check() throws(ShapeError) {
    if let noted = mistake.withLock({ $0 }) { throw noted }
  }
}

/// Stops the program where a caller has no way to tell a mistake.
func orStop<R>(_ operation: String, _ body: () throws(ShapeError) -> R) -> R {
  do throws(ShapeError) {
    return try body()
  } catch {
    stop("\(operation): \(error.description)")
  }
}

extension ShapeError {
  /// The refusal of a result that int32 does not hold.
  package static func beyondInt32(_ result: String) -> ShapeError {
    ShapeError(
      problem: "\(result) does not fit into int32, which ends at ±2147483647",
      remedy: "Convert to .float64 first, which holds whole numbers up to 2^53.")
  }
}

extension Int32 {
  /// A sum or product of the given name that was carried in 64 bits.
  @inline(__always)
  init(_ wide: Int64, of name: String, _ first: FirstMistake) {
    self = Int32(truncatingIfNeeded: wide)
    if Int64(self) != wide { first.note(.beyondInt32("the \(name)")) }
  }
}

// MARK: - Reductions

extension NDArray {
  /// Reduces whole numbers over axes, as ``reduced(_:over:keepsDimensions:)`` does.
  ///
  /// Truth values count in `int32`.
  ///
  /// - Throws: ``ShapeError`` for a sum or a product that `int32` does not hold.
  /// - Precondition: as there; the elements are whole numbers or truth values.
  package func reducedWhole(
    _ kind: ReductionKind, over axes: [Int], keepsDimensions: Bool = false
  ) throws(ShapeError) -> NDArray {
    guard kind == .sum || kind == .product else {
      return reduced(kind, over: axes, keepsDimensions: keepsDimensions)
    }
    let target = shape.removing(axes, keepsDimensions: keepsDimensions)
    // What becomes one number lies in one row.
    let kept = (0..<rank).filter { !axes.contains($0) }
    let source = converted(to: .int32).transposed(kept + axes).contiguous()
    let result = NDArray(uninitialized: target, dtype: .int32)
    let (rows, count) = (target.elementCount, axes.reduce(1) { $0 * shape[$1] })
    let (from, to) = (source.address, result.storage.bytes)
    let first = FirstMistake()
    let perPiece = max(1, (1 << 16) / max(1, count))
    parallelFor(pieces: ceilingQuotient(rows, perPiece)) { piece in
      for row in (piece * perPiece)..<min(rows, (piece + 1) * perPiece) {
        let numbers = from + row &* count &* 4
        if kind == .sum {
          // No row is long enough for 64 bits to overflow.
          var sum: Int64 = 0
          for i in 0..<count { sum &+= Int64(numbers.element(i, as: Int32.self)) }
          to.element(row, Int32(sum, of: "sum of \(count) numbers", first))
        } else {
          let product = wholeProduct(numbers, count)
          to.element(row, Int32(product, of: "product of \(count) numbers", first))
        }
      }
    }
    withExtendedLifetime(source) {}
    try first.check()
    return result
  }
}

/// The product of some numbers, or one too large for `Int32` in place of all that are.
private func wholeProduct(_ numbers: UnsafeRawPointer, _ count: Int) -> Int64 {
  let limit: Int64 = 1 << 31 + 1
  var product: Int64 = 1
  for i in 0..<count {
    // Whole factors other than zero never make a product smaller, so one beyond the limit may stay
    // there until a zero comes.
    product &*= Int64(numbers.element(i, as: Int32.self))
    product = min(max(product, -limit), limit)
  }
  return product
}

// MARK: - Additions by index

extension NDArray {
  /// Zeros of a shape to which whole numbers have been added, each by the position that it is
  /// given.
  ///
  /// - Parameter body: calls its argument with positions and numbers, in row-major order of the
  ///   result.
  static func wholeSums(
    into shape: Shape, _ body: (_ add: (_ position: Int, _ number: Int32) -> Void) -> Void
  ) throws(ShapeError) -> NDArray {
    var sums = [Int64](repeating: 0, count: shape.elementCount)
    body { position, number in sums[position] += Int64(number) }
    let first = FirstMistake()
    let result = NDArray(uninitialized: shape, dtype: .int32)
    for (position, sum) in sums.enumerated() {
      result.storage.bytes.element(position, Int32(sum, of: "sum at one index", first))
    }
    try first.check()
    return result
  }
}

// MARK: - Numbers as elements of a type

extension DType {
  /// True for a number that is one of this type as it is: whole numbers and truth values are not
  /// made by rounding.
  package func holds(_ number: Double) -> Bool {
    switch self {
    case .float32, .float64: true
    case .int32: Int32(exactly: number) != nil
    case .bool: number == 0 || number == 1
    }
  }

  /// Stops unless a number is one of this type as it is.
  package func requireHolds(_ number: Double, _ operation: String) {
    require(
      holds(number),
      "\(operation): \(number) is not a number of \(self). "
        + (self == .bool
          ? "Pass 0 or 1, or compare first."
          : "Pass whole numbers within ±2147483647, or ask for a floating-point type."))
  }
}
