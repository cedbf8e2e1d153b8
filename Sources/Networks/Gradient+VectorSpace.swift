// Gradients as vectors. A missing derivative stays missing where it can: none plus a tensor is that
// tensor, none times a number is none.

import AdjointArrays
import AdjointDifferentiation
import AdjointElementary
import AdjointSupport

extension Gradient {
  /// The sum; a derivative missing in one of the two is taken from the other.
  public static func + (a: Gradient, b: Gradient) -> Gradient {
    a.combined(b, "+", +, onlySecond: { $0 })
  }

  /// The difference; a derivative missing in one of the two counts as zero.
  public static func - (a: Gradient, b: Gradient) -> Gradient {
    a.combined(b, "-", -, onlySecond: { -$0 })
  }

  /// Every derivative with the opposite sign.
  public static prefix func - (a: Gradient) -> Gradient { a.map { -$0 } }

  /// Every derivative times a factor.
  public static func * (a: Gradient, factor: Double) -> Gradient { a.map { $0 * factor } }

  /// Every derivative times a factor.
  public static func * (factor: Double, a: Gradient) -> Gradient { a.map { $0 * factor } }

  /// Every derivative divided by a number.
  public static func / (a: Gradient, divisor: Double) -> Gradient { a.map { $0 / divisor } }

  /// Adds another gradient.
  public static func += (a: inout Gradient, b: Gradient) { a = a + b }

  /// Subtracts another gradient.
  public static func -= (a: inout Gradient, b: Gradient) { a = a - b }

  /// The gradient with every derivative passed through a function.
  public func map<E: Error>(_ transform: (Tensor) throws(E) -> Tensor) throws(E) -> Gradient {
    var result = self
    for index in leaves.indices {
      if let leaf = leaves[index] { result.leaves[index] = try transform(leaf) }
    }
    return result
  }

  // MARK: Inner product and norms

  /// The inner product `Σ a_i b_i` over all parameters, accumulated in `float64`.
  ///
  /// It is a plain number; inside a differentiated function use ``innerProduct(_:)``.
  public func dot(_ other: Gradient) -> Double {
    requireSameStructure(other, "dot")
    var sum = 0.0
    for (a, b) in zip(leaves, other.leaves) {
      if let a, let b { sum += a.inDouble(times: b) }
    }
    return sum
  }

  /// The inner product as a tensor, through which an outer derivative passes.
  ///
  /// ```swift
  /// // The product of the Hessian with a vector is the gradient of an inner product.
  /// let product = try gradient(at: model) { model in
  ///   try gradient(at: model, of: loss).innerProduct(direction)
  /// }
  /// ```
  public func innerProduct(_ other: Gradient) -> Tensor {
    requireSameStructure(other, "innerProduct")
    // What is known is added up first, then what has been put off. The other way round each number
    // that is known would have the sum so far computed, and with it gradients whose values are not
    // needed.
    var known: [Tensor] = []
    var putOff: [Tensor] = []
    for case (let a?, let b?) in zip(leaves, other.leaves) {
      let term = (a * b).sum()
      if term.ndArray.isDeferred { putOff.append(term) } else { known.append(term) }
    }
    let terms = known + putOff
    return terms.dropFirst().reduce(terms.first) { sum, term in sum.map { $0 + term } }
      ?? .zeros(.scalar, dtype: layouts.first?.dtype ?? .float32)
  }

  /// The Euclidean norm `√(Σ g_i²)` over all parameters, accumulated in `float64`.
  public var norm: Double {
    var sum = 0.0
    for case let leaf? in leaves { sum += leaf.inDouble(times: leaf) }
    if sum > 0x1p-900 && sum < .infinity { return sum.squareRoot() }
    // The squares have left the range of numbers.
    var squares = SumOfSquares()
    for case let leaf? in leaves { squares.add(leaf.ndArray.sumOfSquares()) }
    return squares.root
  }

  /// The largest absolute value; NaN if any is NaN.
  public var maximumMagnitude: Double {
    var largest = 0.0
    for case let leaf? in leaves {
      guard leaf.elementCount > 0 else { continue }
      let magnitude = abs(leaf.detached()).maximum().item
      if magnitude.isNaN { return .nan }
      largest = max(largest, magnitude)
    }
    return largest
  }

  /// True if no number is infinite or NaN.
  public var isFinite: Bool {
    leaves.allSatisfy { leaf in leaf.map { $0.ndArray.isFinite() } ?? true }
  }

  // MARK: Helpers

  private func combined(
    _ other: Gradient, _ operation: String, _ both: (Tensor, Tensor) -> Tensor,
    onlySecond: (Tensor) -> Tensor
  ) -> Gradient {
    requireSameStructure(other, operation)
    var result = self
    for index in leaves.indices {
      switch (leaves[index], other.leaves[index]) {
      case (let a?, let b?): result.leaves[index] = both(a, b)
      case (nil, let b?): result.leaves[index] = onlySecond(b)
      case (_, nil): break
      }
    }
    return result
  }

  private func requireSameStructure(_ other: Gradient, _ operation: String) {
    require(
      layouts.count == other.layouts.count
        && zip(layouts, other.layouts).allSatisfy { $0.hasType(of: $1) },
      "\(operation): the gradients are those of two models of type \(M.self) whose parameters "
        + "differ in number, shape or element type. Take both of the same model.")
  }
}

extension Tensor {
  /// The inner product with a tensor of the same shape, accumulated in `float64` and not recorded.
  func inDouble(times other: Tensor) -> Double {
    let (a, b) = (detached(), other.detached())
    return (a.converted(to: .float64) * b.converted(to: .float64)).sum().item
  }
}
