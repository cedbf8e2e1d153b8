// The normalization of rows to mean 0 and variance 1, cut into pieces for threads, and the order in
// which the adjoints of gain and bias are summed over the rows.

import AdjointKernels

extension NDArray {
  /// `γ (x − μ) / √(σ² + ε) + β` over the last axis, whose mean is `μ` and whose variance is `σ²`.
  ///
  /// - Precondition: floating-point elements; a gain `γ` and a bias `β` of the same type, with one
  ///   element for each of the last axis.
  package func layerNorm(_ gain: NDArray, _ bias: NDArray, epsilon: Double) -> NDArray {
    precondition(isColumn(gain) && isColumn(bias), "one gain and one bias for each column")
    let result = NDArray(uninitialized: shape, dtype: dtype)
    if shape.elementCount == 0 { return result }
    let (dense, denseGain, denseBias) = (contiguous(), gain.contiguous(), bias.contiguous())
    let (x, gain, bias) = (dense.address, denseGain.address, denseBias.address)
    let (y, element) = (result.storage.bytes, rowElement)
    overRows { rows, count, offset in
      Kernels.active.layerNorm(element, rows, count, epsilon, x + offset, gain, bias, y + offset)
    }
    withExtendedLifetime((dense, denseGain, denseBias)) {}
    return result
  }

  /// The adjoints of this array, of the gain and of the bias for ``layerNorm(_:_:epsilon:)``, from
  /// the adjoint of the result.
  ///
  /// The adjoints of gain and bias are sums over the rows: over blocks of rows first, of a length
  /// that follows from that of a row, and then over the blocks as in any reduction. So threads do
  /// not matter.
  ///
  /// - Precondition: as there, and a seed of this array's shape and type.
  package func layerNormPullback(
    _ gain: NDArray, _ seed: NDArray, epsilon: Double, needsOperand: Bool
  ) -> (operand: NDArray?, gain: NDArray, bias: NDArray) {
    precondition(isColumn(gain), "one gain for each column")
    precondition(seed.shape == shape && seed.dtype == dtype, "a seed of another type")
    let count = shape[rank - 1]
    let result = needsOperand ? NDArray(uninitialized: shape, dtype: dtype) : nil
    if shape.elementCount == 0 {
      let none = NDArray.zeros([count], dtype: dtype)
      return (result, none, none)
    }
    let rows = shape.elementCount / count
    // Few rows, because they are added one after the other; enough that the sums, which are written
    // once for each block, are a small part of what is read.
    let rowsPerBlock = min(32, max(8, (1 << 16) / count))
    let blocks = ceilingQuotient(rows, rowsPerBlock)
    let blocksPerPiece = max(1, (1 << 14) / (count &* rowsPerBlock))
    let size = dtype.byteCount
    let (dense, denseGain, denseSeed) = (contiguous(), gain.contiguous(), seed.contiguous())
    let (x, gain, seed) = (dense.address, denseGain.address, denseSeed.address)
    let (target, element) = (result?.storage.bytes, rowElement)
    let partial = Scratch(byteCount: 2 &* blocks &* count &* size)
    let gainSums = partial.bytes
    let biasSums = gainSums + blocks &* count &* size
    parallelFor(pieces: ceilingQuotient(blocks, blocksPerPiece)) { piece in
      let first = piece &* blocksPerPiece
      for block in first..<min(blocks, first &+ blocksPerPiece) {
        let firstRow = block &* rowsPerBlock
        let offset = firstRow &* count &* size
        let place = block &* count &* size
        Kernels.active.layerNormPullback(
          element, min(rowsPerBlock, rows &- firstRow), count, epsilon, x + offset, gain,
          seed + offset, target.map { $0 + offset }, gainSums + place, biasSums + place)
      }
    }
    func total(_ sums: UnsafeMutableRawPointer) -> NDArray {
      let total = NDArray(uninitialized: [count], dtype: dtype)
      ReductionDriver(kind: .sum, dtype: dtype).run(
        outer: 1, count: blocks, inner: count, from: sums, to: total.storage.bytes)
      return total
    }
    let totals = (total(gainSums), total(biasSums))
    withExtendedLifetime((dense, denseGain, denseSeed, partial)) {}
    return (result, totals.0, totals.1)
  }

  private func isColumn(_ array: NDArray) -> Bool {
    dtype.isFloatingPoint && rank > 0 && array.dtype == dtype && array.rank == 1
      && array.shape[0] == shape[rank - 1]
  }
}
