// Which loops the layers above may ask for, and their exact contracts. Every instruction set
// conforms; `Kernels` picks one at run time.
//
// Kernels know pointers, counts and strides. They have never heard of shapes, tensors or tapes, and
// they check nothing: the caller has checked.

import AdjointElementary

/// The element type of a kernel call.
public enum KernelElement: UInt8, Sendable {
  case float32, float64
}

/// Which line of the elementary table a loop evaluates.
public enum ElementwiseRole: UInt8, Sendable {
  /// `y = f(x)` or `y = f(a, b)`. Operands: `x`, or `a, b`.
  case value
  /// `seed · ∂f/∂(first operand)`. Operands: `seed, x, y` for one operand, `seed, a, b, y` for two.
  case chainFirst
  /// `seed · ∂f/∂b`. Operands: `seed, a, b, y`.
  case chainSecond
}

/// How several numbers become one.
public enum ReductionKind: UInt8, Sendable {
  case sum, product, minimum, maximum
}

/// What happens to a matrix product before it is handed over: `f(x) = x + bias`, then perhaps
/// `relu`.
@frozen public struct Epilogue {
  /// One element for each column of the product, contiguous.
  public var bias: UnsafeRawPointer?
  /// True if negative results become zero.
  public var rectifies: Bool

  /// An epilogue; without arguments it changes nothing.
  @inlinable @inline(__always)
  public init(bias: UnsafeRawPointer? = nil, rectifies: Bool = false) {
    self.bias = bias
    self.rectifies = rectifies
  }
}

/// The numbers of one step of Adam; see `KernelSet.adam`.
public struct AdamFactors: Sendable {
  /// The decays of the two moments.
  public var beta1, beta2: Double
  /// What corrects the moments for their start at zero: `1 / (1 - β₁ᵗ)` and `1 / (1 - β₂ᵗ)`.
  public var correction1, correction2: Double
  /// Added to the root.
  public var epsilon: Double
  /// The factor of the parameter in the update, or nil if there is no such term.
  public var weightDecay: Double?
  /// The learning rate.
  public var rate: Double

  /// All numbers, in `Double`: those near one would lose most of their digits in float32.
  public init(
    beta1: Double, beta2: Double, correction1: Double, correction2: Double, epsilon: Double,
    weightDecay: Double?, rate: Double
  ) {
    self.beta1 = beta1
    self.beta2 = beta2
    self.correction1 = correction1
    self.correction2 = correction2
    self.epsilon = epsilon
    self.weightDecay = weightDecay
    self.rate = rate
  }
}

/// The loops of one instruction set.
public protocol KernelSet: Sendable {
  /// One of `baseline`, `x86-64-v3`, `x86-64-v4`.
  static var name: String { get }

  /// Evaluates one line of the elementary table over dense, equally long operands.
  ///
  /// `operands` points to as many addresses as the role says. Each operand is dense (stride one);
  /// any of them may be the destination itself, none may overlap it partly. An operand that the
  /// rule does not read (see `Reads`) may be any readable address of `count` elements.
  static func elementwise(
    _ function: Elementary.Opcode, _ role: ElementwiseRole, _ element: KernelElement,
    _ count: Int, _ operands: UnsafePointer<UnsafeRawPointer>,
    _ destination: UnsafeMutableRawPointer
  )

  /// Reduces each of `rows` dense rows of `count` elements to one, in an order fixed by `count`
  /// alone.
  ///
  /// Up to 16 elements are combined one after the other. Longer sums are pairwise (error grows with
  /// log2 of the count). Minimum and maximum give NaN if any element is NaN. `count` is at least 1.
  static func reduce(
    _ kind: ReductionKind, _ element: KernelElement, _ rows: Int, _ count: Int,
    _ source: UnsafeRawPointer, _ destination: UnsafeMutableRawPointer
  )

  /// Reduces each of `groups` blocks of `count` rows of `columns` elements to one row, the rows of
  /// a block one after the other.
  ///
  /// Rows of the source lie `sourceRow` bytes apart, and blocks `count` rows; the results are
  /// dense. `count` is at least 1.
  static func reduceColumns(
    _ kind: ReductionKind, _ element: KernelElement, _ groups: Int, _ count: Int, _ columns: Int,
    _ source: UnsafeRawPointer, _ sourceRow: Int, _ destination: UnsafeMutableRawPointer
  )

  /// `destination ← destination ∘ source`, elementwise, for the operation of a reduction.
  static func accumulate(
    _ kind: ReductionKind, _ element: KernelElement, _ count: Int, _ source: UnsafeRawPointer,
    _ destination: UnsafeMutableRawPointer
  )

  /// `c ← f(a b)` or `c ← f(c + a b)`, for matrices with any strides (counted in elements) and the
  /// epilogue `f`.
  ///
  /// `a` is `m × k` and `b` is `k × n`; a transpose is a swap of its two strides. `c` has row
  /// stride `cRow` and column stride 1. The order of every sum depends on `k` alone, so that
  /// splitting `m` or `n` over threads gives the same bits.
  static func multiply(
    _ element: KernelElement, _ m: Int, _ n: Int, _ k: Int,
    _ a: UnsafeRawPointer, _ aRow: Int, _ aColumn: Int,
    _ b: UnsafeRawPointer, _ bRow: Int, _ bColumn: Int,
    _ c: UnsafeMutableRawPointer, _ cRow: Int, _ accumulates: Bool, _ epilogue: Epilogue
  )

  /// `target[places[i]] ← target[places[i]] + source[i]` for `rows` rows of `columns` elements, one
  /// after the other; places are `Int32`.
  ///
  /// Rows lie `sourceRow` and `targetRow` bytes apart.
  static func scatterRows(
    _ element: KernelElement, _ rows: Int, _ columns: Int, _ places: UnsafeRawPointer,
    _ source: UnsafeRawPointer, _ sourceRow: Int, _ target: UnsafeMutableRawPointer,
    _ targetRow: Int
  )

  /// `destination ← α destination + β source`.
  static func combine(
    _ element: KernelElement, _ count: Int, _ alpha: Double,
    _ destination: UnsafeMutableRawPointer, _ beta: Double, _ source: UnsafeRawPointer
  )

  /// `destination ← α destination + β source²`, the running mean of squares of adaptive optimizers.
  static func combineSquare(
    _ element: KernelElement, _ count: Int, _ alpha: Double,
    _ destination: UnsafeMutableRawPointer, _ beta: Double, _ source: UnsafeRawPointer
  )

  /// `destination ← α numerator / (√(β square) + ε)`, the step of adaptive optimizers.
  static func rootQuotient(
    _ element: KernelElement, _ count: Int, _ destination: UnsafeMutableRawPointer,
    _ alpha: Double, _ numerator: UnsafeRawPointer, _ beta: Double, _ square: UnsafeRawPointer,
    _ epsilon: Double
  )

  /// Copies a part of the patch under the window, at `count` positions from `first` on, into the
  /// rows of a dense matrix (or its columns, see `PatchPart.tapsAreRows`); what lies beside the
  /// image is zero.
  ///
  /// The image's channels lie side by side: `[images, rows, columns, channels]`, dense.
  static func gatherPatches(
    _ element: KernelElement, _ window: SlidingWindow, _ part: PatchPart, _ first: Int,
    _ count: Int, _ image: UnsafeRawPointer, _ patches: UnsafeMutableRawPointer
  )

  /// Adds the elements of a dense matrix to the places that `gatherPatches` would have read them
  /// from.
  ///
  /// Calls for one image after the other add in the same order as one call for all.
  static func scatterPatches(
    _ element: KernelElement, _ window: SlidingWindow, _ part: PatchPart, _ first: Int,
    _ count: Int, _ patches: UnsafeRawPointer, _ image: UnsafeMutableRawPointer
  )

  /// Runs a loop of one channel each over `channelCount` channels, at `count` positions from
  /// `first` on.
  ///
  /// Images, positions and taps are dense but for the channels, whose pixels lie `channels`
  /// elements apart; addresses are those of the first channel that is meant. The loop says what its
  /// operands are; an image is `[images, rows, columns, channels]`, `y` is `[positions, channels]`,
  /// `f` is `[taps, channels]`. What a loop does not have may be nil. Every position sees at least
  /// one tap in the loops of maximum and mean.
  static func slide(
    _ loop: WindowLoop, _ element: KernelElement, _ window: SlidingWindow, _ channels: Int,
    _ channelCount: Int, _ first: Int, _ count: Int, _ a: UnsafeRawPointer,
    _ b: UnsafeRawPointer?, _ c: UnsafeRawPointer?, _ destination: UnsafeMutableRawPointer
  )

  /// One step of Adam over `count` elements of a parameter, in place.
  ///
  ///     m ← β₁ m + (1 − β₁) g
  ///     v ← β₂ v + (1 − β₂) g²
  ///     w ← w − η (c₁ m / (√(c₂ v) + ε) + λ w)
  ///
  /// The bits are those of `combine`, `combineSquare` and `rootQuotient` one after the other.
  static func adam(
    _ element: KernelElement, _ count: Int, _ factors: AdamFactors,
    _ gradient: UnsafeRawPointer, _ first: UnsafeMutableRawPointer,
    _ second: UnsafeMutableRawPointer, _ parameter: UnsafeMutableRawPointer
  )

  /// Softmax, or its logarithm, of `rows` dense rows of `count` elements; in place if wanted.
  ///
  ///     y ← exp(x) / Σ exp(x)     or     y ← x − log Σ exp(x)
  static func softmax(
    _ element: KernelElement, _ rows: Int, _ count: Int, _ x: UnsafeRawPointer,
    _ y: UnsafeMutableRawPointer, _ isLogarithm: Bool
  )

  /// `result ← y (seed − Σ seed y)` row by row.
  ///
  /// These are both directions of the derivative of softmax, whose matrix is symmetric. The result
  /// may be the seed.
  static func softmaxPullback(
    _ element: KernelElement, _ rows: Int, _ count: Int, _ y: UnsafeRawPointer,
    _ seed: UnsafeRawPointer, _ result: UnsafeMutableRawPointer
  )

  /// `log Σ exp(x) − x[label]` of each row; labels are `Int32`, from 0 below `count`.
  static func crossEntropy(
    _ element: KernelElement, _ rows: Int, _ count: Int, _ x: UnsafeRawPointer,
    _ labels: UnsafeRawPointer, _ losses: UnsafeMutableRawPointer
  )

  /// `result ← seed (softmax(x) − e[label])` row by row, with one seed for each row and `e` the
  /// unit vectors.
  static func crossEntropyPullback(
    _ element: KernelElement, _ rows: Int, _ count: Int, _ x: UnsafeRawPointer,
    _ labels: UnsafeRawPointer, _ seeds: UnsafeRawPointer, _ result: UnsafeMutableRawPointer
  )

  /// `y ← γ (x − μ) / √(σ² + ε) + β` for `rows` dense rows of `count` elements, with the mean `μ`
  /// and the variance `σ²` of each row, and one element of `γ` and `β` for each column; in place if
  /// wanted.
  static func layerNorm(
    _ element: KernelElement, _ rows: Int, _ count: Int, _ epsilon: Double,
    _ x: UnsafeRawPointer, _ gain: UnsafeRawPointer, _ bias: UnsafeRawPointer,
    _ y: UnsafeMutableRawPointer
  )

  /// The adjoints of `x`, `γ` and `β` for `layerNorm`. With `x̂ = (x − μ) / √(σ² + ε)` and `s` the
  /// seed, row by row and in the order of the rows:
  ///
  ///     result     ← (s γ − mean(s γ) − x̂ mean(s γ x̂)) / √(σ² + ε)
  ///     gainResult ← Σ s x̂
  ///     biasResult ← Σ s
  ///
  /// `rows` is at least 1. Without a result only the sums are computed.
  static func layerNormPullback(
    _ element: KernelElement, _ rows: Int, _ count: Int, _ epsilon: Double,
    _ x: UnsafeRawPointer, _ gain: UnsafeRawPointer, _ seed: UnsafeRawPointer,
    _ result: UnsafeMutableRawPointer?, _ gainResult: UnsafeMutableRawPointer,
    _ biasResult: UnsafeMutableRawPointer
  )

  /// `target[j, i] ← source[i, j]` for a matrix of `rows` by `columns`, whose rows are dense and a
  /// given number of bytes apart, as are those of the target.
  ///
  /// Only the size of the element counts; no bit pattern is changed. The matrices do not overlap.
  static func transpose(
    _ element: KernelElement, _ rows: Int, _ columns: Int, _ source: UnsafeRawPointer,
    _ sourceRow: Int, _ target: UnsafeMutableRawPointer, _ targetRow: Int
  )
}
