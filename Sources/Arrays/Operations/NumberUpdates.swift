// Updates in place of neighboring floating-point numbers, each one loop over the widest vectors
// that the processor has. They work on addresses, because an optimizer takes many arrays a few
// elements at a time; they have never heard of optimizers.

import AdjointKernels

/// The numbers of one step of Adam.
package typealias AdamFactors = AdjointKernels.AdamFactors

/// Loops that change `count` neighboring numbers of a floating-point type.
package enum NumberUpdates {
  /// `target ← α target + β source`.
  package static func combine(
    _ dtype: DType, _ count: Int, _ alpha: Double, _ target: UnsafeMutableRawPointer,
    _ beta: Double, _ source: UnsafeRawPointer
  ) { Kernels.active.combine(dtype.updatedElement, count, alpha, target, beta, source) }

  /// `target ← α target + β source²`.
  package static func combineSquare(
    _ dtype: DType, _ count: Int, _ alpha: Double, _ target: UnsafeMutableRawPointer,
    _ beta: Double, _ source: UnsafeRawPointer
  ) { Kernels.active.combineSquare(dtype.updatedElement, count, alpha, target, beta, source) }

  /// `target ← α numerator / (√(β square) + ε)`.
  package static func assignRootQuotient(
    _ dtype: DType, _ count: Int, _ target: UnsafeMutableRawPointer, _ alpha: Double,
    _ numerator: UnsafeRawPointer, _ beta: Double, _ square: UnsafeRawPointer, _ epsilon: Double
  ) {
    Kernels.active.rootQuotient(
      dtype.updatedElement, count, target, alpha, numerator, beta, square, epsilon)
  }

  /// One step of Adam in one pass, with the bits of the loops above one after the other.
  ///
  ///     m ← β₁ m + (1 − β₁) g
  ///     v ← β₂ v + (1 − β₂) g²
  ///     w ← w − η (c₁ m / (√(c₂ v) + ε) + λ w)
  package static func adam(
    _ dtype: DType, _ count: Int, _ factors: AdamFactors, gradient: UnsafeRawPointer,
    first: UnsafeMutableRawPointer, second: UnsafeMutableRawPointer,
    parameter: UnsafeMutableRawPointer
  ) {
    Kernels.active.adam(dtype.updatedElement, count, factors, gradient, first, second, parameter)
  }
}

extension DType {
  /// The element type of the loops: `float32`, unless it is `float64`.
  fileprivate var updatedElement: KernelElement { self == .float64 ? .float64 : .float32 }
}
