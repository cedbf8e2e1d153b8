// Mistakes that a differentiated call throws: shapes, element types, indices and numbers that an
// operation has no result for. Each says what is wrong word for word.

import Adjoint
import Testing

/// A use of a tensor of shape [2, 6] in a differentiated closure, and what is wrong with it.
struct Refusal: CustomTestStringConvertible, Sendable {
  var problem: String
  var make: @Sendable (Tensor) throws -> Void

  var testDescription: String { problem }

  init(_ problem: String, _ make: @escaping @Sendable (Tensor) throws -> Void) {
    self.problem = problem
    self.make = make
  }

  static let all = shapes + positions + rearrangements + types + windows + others

  /// Texts for what only the library itself could get wrong: its own rules pass operands of the
  /// shapes that a primitive was made for, and its own functions have looked at some things before.
  static let internals = [
    "a part of shape ", " was given ", "an affine map of ", " do not fit indices of ",
    " elements do not fill shape ", "there is nothing to concatenate",
    " is neither a batch of images nor one of sequences",
  ]

  static let shapes = [
    Refusal("[2, 6] and [5] do not broadcast: axis -1 has 6 against 5") {
      _ = $0 + Tensor.ones([5])
    },
    Refusal("[2, 6] has 12 elements and [5] has 5") { _ = $0.reshaped(to: [5]) },
    Refusal("12 elements of [2, 6] do not divide into [5, -1]") { _ = $0.reshaped(to: [5, -1]) },
    Refusal("[-1, -1] leaves 2 sizes open") { _ = $0.reshaped(to: [-1, -1]) },
    Refusal("shape [2, 6] cannot be broadcast to [3, 6]") { _ = $0.broadcast(to: [3, 6]) },
    Refusal("[2, 6] has no axis 2") { _ = $0.sum(over: 2) },
    Refusal("axis 1 of [2, 6] is named twice in [1, -1]") { _ = $0.sum(over: [1, -1]) },
    Refusal("[0] does not permute the 2 axes of [2, 6]") { _ = $0.transposed([0]) },
    Refusal("[2, 6] cannot take a new axis at 4") { _ = $0.expanded(at: 4) },
    Refusal("axis 0 of [2, 6] has size 2 and cannot be dropped") { _ = $0.squeezed(at: 0) },
    Refusal("a tensor of rank 1 has no two axes to exchange") { _ = $0[0].transposed() },
    Refusal("padding [1], [1] does not name the 2 axes of [2, 6]") {
      _ = $0.padded(before: [1], after: [1])
    },
    Refusal("padding [0, 0], [0, -1] of [2, 6] is negative on axis 1") {
      _ = $0.padded(before: [0, 0], after: [0, -1])
    },
    Refusal("padding [9223372036854775807, 0], [0, 0] of [2, 6] overflows on axis 0") {
      _ = $0.padded(before: [.max, 0], after: [0, 0])
    },
    Refusal("[1, 1, 1, 1, 1, 1, 1, 1, 1] has 9 axes") {
      _ = $0[0, 0].reshaped(to: [1, 1, 1, 1, 1, 1, 1, 1, 1])
    },
    Refusal("[-2, -6] has the negative size -2 on axis 0") { _ = $0.reshaped(to: [-2, -6]) },
    Refusal("[4294967296, 4294967296] has more elements than memory has addresses") {
      _ = $0.reshaped(to: [1 << 32, 1 << 32])
    },
    Refusal("the matrix product of [] and [2, 6] has a scalar operand") {
      _ = matmul($0.sum(), $0)
    },
    Refusal(
      "the matrix product of [2, 6] and [2, 6] does not fit: 6 columns on the left meet 2 rows on "
        + "the right"
    ) { _ = matmul($0, $0) },
    Refusal(
      "the batch axes of the matrix product of [2, 1, 6] and [3, 6, 1] do not broadcast"
    ) { _ = matmul($0.expanded(at: 1), Tensor.ones([3, 6, 1])) },
    Refusal("there are no tensors to join") { _ in _ = Tensor.concatenated([]) },
    Refusal("scalars cannot be concatenated") { _ = Tensor.concatenated([$0.sum()]) },
    Refusal("[2, 5] at position 1 cannot follow [2, 6] along axis 0") {
      _ = Tensor.concatenated([$0, $0[.all, 0..<5]])
    },
    Refusal("the sizes along axis 0 add up to more than an Int holds") { _ in
      // Stretched, so that they take no memory.
      let long = Tensor(1).broadcast(to: [1 << 59])
      _ = Tensor.concatenated([Tensor](repeating: long, count: 16))
    },
    Refusal("the parts have shapes [2, 6] and [6]") { _ = Tensor.stacked([$0, $0[0]]) },
    Refusal("axis 1 of shape [2, 6] cannot be split into 4 equal parts") {
      _ = $0.split(into: 4, along: 1)
    },
    Refusal("the equation has 1 operands, the call 2") { _ = einsum("ij->i", $0, $0) },
    Refusal("`-` without `>`") { _ = einsum("ij-i", $0) },
    Refusal("`ijk` names 3 axes of a tensor of shape [2, 6]") { _ = einsum("ijk->i", $0) },
    Refusal("`1` is not a letter") { _ = einsum("1j->j", $0) },
    Refusal("`i` is 2 in one place and 6 in another") { _ = einsum("ii->i", $0) },
    Refusal("the result `ii` repeats a letter or names one no operand has") {
      _ = einsum("ij->ii", $0)
    },
    Refusal("float32 [] has no rows of numbers to normalize") {
      _ = layerNorm($0.sum(), gain: .ones([1]), bias: .ones([1]))
    },
    Refusal("float32 [2, 6] with a gain float32 [2] and a bias float32 [6]") {
      _ = layerNorm($0, gain: .ones([2]), bias: .ones([6]))
    },
  ]

  static let positions = [
    Refusal("the subscript names 3 axes and [2, 6] has 2") { _ = $0[0, 0, 0] },
    Refusal("the subscript has 2 ellipses") { _ = $0[.ellipsis, .ellipsis] },
    Refusal("position 2 is outside axis 0 of [2, 6]") { _ = $0[2] },
    Refusal("the step 0 on axis 0 of [2, 6] leads nowhere") { _ = $0[.every(0)] },
    Refusal("the bound 9223372036854775807 is outside axis 1 of [2, 6]") {
      _ = $0[.all, 0...(.max)]
    },
    Refusal("the range 5..<2 on axis 1 of [2, 6] runs backward") {
      _ = $0[.all, IndexItem.range(from: 5, to: 2, step: 1)]
    },
    Refusal("index 2 at position 1 is outside 0..<2") { _ = $0.gathered(Tensor(indices: [0, 2])) },
    Refusal("indices have element type float32") { _ = $0.gathered(Tensor([0, 1])) },
    Refusal("indices of shape [2] do not fit shape [2, 6]") {
      _ = $0.gatheredElements(Tensor(indices: [0, 1]), along: 0)
    },
    Refusal("updates of shape [2, 6] do not fit [3, 6]") {
      _ = $0.scatterAdded(Tensor(indices: [0, 1, 0]), into: [2, 6])
    },
    Refusal("the updates are truth values, which do not add up") {
      _ = ($0 .> 0).scatterAdded(Tensor(indices: [0, 1]), into: [2, 6])
    },
    Refusal("cannot take the 7 largest elements of shape [2, 6]") { _ = $0.top(7) },
    Refusal("the maximum over an axis without elements is undefined (shape [0, 6])") {
      _ = $0[0..<0].maximum(over: 0)
    },
    Refusal("axis 0 of shape [0, 6] has no elements") { _ = $0[0..<0].argmax(over: 0) },
    Refusal("there are -1 classes") { _ in _ = Tensor(indices: [0]).oneHot(classes: -1) },
    Refusal("the variance of 6 elements with a correction of 7") {
      _ = $0.variance(over: 1, correction: 7)
    },
  ]

  static let rearrangements = [
    Refusal("a tensor of rank 1 is no matrix") { _ = $0[0].diagonal() },
    Refusal("a tensor of rank 0 has no axis to lay along a diagonal") {
      _ = $0.sum().diagonalMatrix()
    },
    Refusal("the counts [2] do not fit shape [2, 6]") { _ = $0.tiled([2]) },
    Refusal("an element cannot be repeated -1 times") { _ = $0.repeated(-1, along: 0) },
    Refusal("1 counts are given for axis 0 of shape [2, 6]") { _ = $0.repeated([1], along: 0) },
    Refusal("axis 0 of shape [2, 6] is too short to reflect a border of width 2") {
      _ = $0.padded(before: [2, 0], after: [0, 0], mode: .reflect)
    },
    Refusal("the sizes [1] do not fill axis 0 of shape [2, 6]") { _ = $0.split(sizes: [1]) },
    Refusal("the elements are float32 and the new ones float64") {
      _ = $0.replacing(at: 0, with: .ones([6], dtype: .float64))
    },
    Refusal("a tensor of shape [5] does not fill a slice of shape [6]") {
      _ = $0.replacing(at: 0, with: .ones([5]))
    },
    Refusal("the standardDeviation of 6 elements with a correction of 7") {
      _ = $0.standardDeviation(over: 1, correction: 7)
    },
    Refusal("the median over an axis without elements is undefined (shape [0, 6])") {
      _ = $0[0..<0].median(over: 0)
    },
    Refusal("there is no norm of order 0.5") { _ = $0.norm(order: 0.5) },
    Refusal("the cumulative maximum of truth values is undefined") {
      _ = ($0 .> 0).cumulativeMaximum(along: 0)
    },
  ]

  static let types = [
    Refusal("float32 meets float64, and element types are never mixed silently") {
      _ = $0 * Tensor.ones([6], dtype: .float64)
    },
    Refusal("it is not defined for int32 elements") { _ in _ = exp(Tensor(indices: [1])) },
    Refusal("it is not defined for bool elements") { _ = ($0 .> 0) / ($0 .> 0) },
    Refusal("`mean` of int32 elements") { _ in _ = Tensor(indices: [1]).mean() },
    Refusal("the maximum of truth values is undefined") { _ = ($0 .> 0).maximum() },
    Refusal("the two choices have element types float32 and float64") {
      _ = `where`($0 .> 0, $0, $0.converted(to: .float64))
    },
    Refusal("the mask has element type float32") { _ = `where`($0, $0, $0) },
    Refusal("comparing float32 with int32") { _ = $0[0, 0..<1] .< Tensor(indices: [1]) },
    Refusal("`.&&` takes truth values, not float32 and float32") { _ = $0 .&& $0 },
    Refusal("matmul of float32 and float64") {
      _ = matmul($0, Tensor.ones([6, 1], dtype: .float64))
    },
    Refusal("the parts have element types float32 and float64") {
      _ = Tensor.concatenated([$0, $0.converted(to: .float64)])
    },
    Refusal("the border 0.5 is not a number of int32") { _ in
      _ = Tensor(indices: [1]).padded(before: [1], after: [1], value: 0.5)
    },
    Refusal("inf is not a number of int32") { _ = ($0 / 0).converted(to: .int32) },
    Refusal("negate(-2147483648) does not fit into int32, which ends at ±2147483647") { _ in
      _ = -Tensor(indices: [-2_147_483_648])
    },
    Refusal("1 / 0 is not a whole number") { _ in _ = Tensor(indices: [1]) / 0 },
    Refusal("int32 tensors have no derivatives") { _ in
      _ = try gradient(at: Tensor(indices: [1])) { $0.sum() }
    },
    Refusal("the tensor has 12 elements") { _ = $0.item },
  ]

  static let windows = [
    Refusal("the argument has shape [2, 6], of rank 2") { _ = conv2D($0, .ones([1, 1, 1, 1])) },
    Refusal("the filter [1, 1, 2, 1] takes 2 channels, but [1, 2, 6, 1] has 1") {
      _ = conv2D(image($0), .ones([1, 1, 2, 1]))
    },
    Refusal("the filter [1, 1, 1, 2] takes 2 channels, but [1, 2, 6, 1] has 1") {
      _ = convTransposed2D(image($0), .ones([1, 1, 1, 2]))
    },
    Refusal("axis 1 of [1, 2147483648, 1, 1] is longer than 1073741824") { _ in
      _ = maxPool2D(Tensor(1).broadcast(to: [1, 1 << 31, 1, 1]), window: 1)
    },
    Refusal("there are 0 groups") {
      _ = convTransposed2D(image($0), .ones([1, 1, 1, 1]), groups: 0)
    },
    Refusal("1 channels and 1 outputs do not fall into 2 groups") {
      _ = conv2D(image($0), .ones([1, 1, 1, 1]), groups: 2)
    },
    Refusal("an output padding of 1 is not less than the stride 1") {
      _ = convTransposed2D(image($0), .ones([1, 1, 1, 1]), outputPadding: 1)
    },
    Refusal("2 rows with this padding would give -2") {
      _ = convTransposed2D(image($0), .ones([1, 1, 1, 1]), padding: 2)
    },
    Refusal("a window of 2 rows fits into a padding of 2, where it would see nothing") {
      _ = maxPool2D(image($0), window: 2, padding: 2)
    },
    Refusal("a filter of shape [1, 1, 1] has 3 axes, but [1, 2, 6, 1] takes one of 4") {
      _ = conv2D(image($0), .ones([1, 1, 1]))
    },
    Refusal("axis 0 of the filter [0, 1, 1, 1] has length 0") {
      _ = conv2D(image($0), .ones([0, 1, 1, 1]))
    },
    Refusal("a window of 3 does not fit 2 rows with a padding of 0 and 0") {
      _ = conv2D(image($0), .ones([3, 1, 1, 1]))
    },
    Refusal("a stride of [1, 1, 1] has 3 numbers for 2 axes") {
      _ = conv2D(image($0), .ones([1, 1, 1, 1]), stride: [1, 1, 1])
    },
    Refusal("a stride of 0 is not possible") {
      _ = conv2D(image($0), .ones([1, 1, 1, 1]), stride: 0)
    },
    Refusal("a convolution of float32 and float64") {
      _ = conv2D(image($0), .ones([1, 1, 1, 1], dtype: .float64))
    },
    Refusal("pooling of int32 elements") { _ in
      _ = maxPool2D(.ones([1, 2, 2, 1], dtype: .int32), window: 2)
    },
    Refusal("an image of shape [1, 0, 6, 1] has no elements to pool") {
      _ = maxPool2D(image($0)[.all, 0..<0], window: 2, padding: 1)
    },
  ]

  static let others = [
    Refusal("the operands are recorded on two different tapes") { x in
      let tape = Tape()
      _ = x * tape.variable(Tensor.ones([6]))
      withExtendedLifetime(tape) {}
    },
    Refusal("the operand is recorded on another tape") { _ in
      let (tape, other) = (Tape(), Tape())
      let x = other.variable(Tensor([1, 2]))
      _ = try tape.reverseSteps(of: (x * x).sum())
    },
    Refusal("the function returned 12 numbers and a gradient is that of one") {
      _ = try gradient(at: $0) { x in x }
    },
    Refusal("the seed is of type float32 [2], but it is for a tensor of type float32 []") {
      _ = try valueWithPullback(at: $0.detached()) { x in x.sum() }.pullback(.ones([2]))
    },
    Refusal("it gave operand 0 an adjoint of type float32 [5]") { x in
      _ = try gradient(at: x) { x in
        withCustomDerivative(at: x) { x in (x.sum(), { _ in .ones([5]) }) }
      }
    },
    Refusal("it gave operand 0 nothing, and did not say that this is meant") { x in
      _ = try gradient(at: x) { x in Tensor.applying(Silent(), to: [x]).sum() }
    },
    Refusal("the layer takes 5 inputs, but the last axis of the argument has length 6") {
      _ = Linear(weight: .ones([5, 1]))($0)
    },
    Refusal("the bias has shape [2] and the weight [6, 1]") {
      _ = Linear(weight: .ones([6, 1]), bias: .ones([2]))($0)
    },
    Refusal("the weight has rank 1") { _ = Linear(weight: .ones([6]))($0) },
    Refusal("a single number has no axis of examples") { _ = Flatten()($0.sum()) },
    Refusal("the bias has shape [2] and the result [1, 2, 6, 1]") {
      _ = Conv2D(weight: .ones([1, 1, 1, 1]), bias: .ones([2]))(image($0))
    },
    Refusal("it is called without a random number generator inside a differentiated call") {
      _ = Dropout(0.5)($0)
    },
  ]

  // MARK: Parts

  private static func image(_ x: Tensor) -> Tensor { x.reshaped(to: [1, 2, 6, 1]) }

  /// A primitive whose rule gives nothing.
  private struct Silent: Primitive {
    var name: String { "silent" }
    var reads: Reads { [] }
    func resultType(of operands: [TensorType]) throws(ShapeError) -> TensorType { operands[0] }
    func evaluate(_ operands: [NDArray]) -> NDArray { operands[0] }
    func pullback(_ adjoint: Tensor, at use: borrowing PrimitiveUse) {}
    func pushforward(_ tangents: PrimitiveTangents, at use: borrowing PrimitiveUse) -> Tensor {
      tangents.sum { _, tangent in tangent }
    }
  }
}
