// What this file knows: gradients as vectors. A missing derivative stays missing where it can: none
// plus something is that something, none times a number is none.

import AdjointDifferentiation
import AdjointSupport

extension Gradient {
  /// The sum; a derivative missing in one of the two is taken from the other.
  public static func + (a: Gradient, b: Gradient) -> Gradient {
    a.combined(b, "+") {
      $0 + $1
    } onlyFirst: {
      $0
    } onlySecond: {
      $0
    }
  }

  /// The difference; a missing derivative counts as none at all.
  public static func - (a: Gradient, b: Gradient) -> Gradient {
    a.combined(b, "-") {
      $0 - $1
    } onlyFirst: {
      $0
    } onlySecond: {
      -$0
    }
  }

  /// The opposite.
  public static prefix func - (a: Gradient) -> Gradient { a.map { -$0 } }

  /// The multiple.
  public static func * (a: Gradient, factor: Double) -> Gradient { a.map { $0 * factor } }

  /// The multiple.
  public static func * (factor: Double, a: Gradient) -> Gradient { a.map { $0 * factor } }

  /// The fraction.
  public static func / (a: Gradient, divisor: Double) -> Gradient { a.map { $0 / divisor } }

  /// Adds another gradient.
  public static func += (a: inout Gradient, b: Gradient) { a = a + b }

  /// Subtracts another gradient.
  public static func -= (a: inout Gradient, b: Gradient) { a = a - b }

  /// The multiple, as a method.
  public func scaled(by factor: Double) -> Gradient { self * factor }

  /// The gradient with every derivative passed through a function.
  public func map<E: Error>(_ transform: (Tensor) throws(E) -> Tensor) throws(E) -> Gradient {
    var result = self
    for place in leaves.indices {
      if let leaf = leaves[place] { result.leaves[place] = try transform(leaf) }
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
      if let a, let b { sum += sumOfProducts(a, b) }
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
    // What is known is added up first, then what has been put off. The other way round each number that
    // is known would have the sum so far computed, and with it gradients whose values nobody needs.
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
    for case let leaf? in leaves { sum += sumOfSquares(leaf) }
    return sum.squareRoot()
  }

  /// The largest absolute value; NaN if any is NaN.
  public var maximumMagnitude: Double {
    var largest = 0.0
    for case let leaf? in leaves {
      let magnitude = AdjointNetworks.maximumMagnitude(leaf)
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
    onlyFirst: (Tensor) -> Tensor, onlySecond: (Tensor) -> Tensor
  ) -> Gradient {
    requireSameStructure(other, operation)
    var result = self
    for place in leaves.indices {
      switch (leaves[place], other.leaves[place]) {
      case (let a?, let b?): result.leaves[place] = both(a, b)
      case (let a?, nil): result.leaves[place] = onlyFirst(a)
      case (nil, let b?): result.leaves[place] = onlySecond(b)
      case (nil, nil): break
      }
    }
    return result
  }

  private func requireSameStructure(_ other: Gradient, _ operation: String) {
    require(
      layouts.count == other.layouts.count
        && zip(layouts, other.layouts).allSatisfy { $0.hasType(of: $1) },
      "`\(operation)` of gradients of two models of type \(M.self) whose parameters differ in number, "
        + "shape or element type")
  }
}
