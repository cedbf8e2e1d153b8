// Softmax and cross-entropy over the last axis, cut into pieces for threads. How a row is computed
// is the kernels' business; how these functions are differentiated, the tape's.

import AdjointKernels

extension NDArray {
  /// `exp(x) / Σ exp(x)` over the last axis, or the logarithm of that.
  ///
  /// - Precondition: floating-point elements, and a last axis that has some.
  package func softmax(isLogarithm: Bool) -> NDArray {
    let result = NDArray(uninitialized: shape, dtype: dtype)
    let dense = contiguous()
    let (source, destination, element) = (dense.address, result.storage.bytes, rowElement)
    overRows { rows, count, offset in
      Kernels.active.softmax(
        element, rows, count, source + offset, destination + offset, isLogarithm)
    }
    withExtendedLifetime(dense) {}
    return result
  }

  /// `y (seed − Σ seed y)` over the last axis, where `y`, this array, is a softmax.
  ///
  /// - Precondition: a seed of the same shape and type.
  package func softmaxPullback(_ seed: NDArray) -> NDArray {
    precondition(seed.shape == shape && seed.dtype == dtype, "a seed of another type")
    let result = NDArray(uninitialized: shape, dtype: dtype)
    let (dense, denseSeed) = (contiguous(), seed.contiguous())
    let (y, seed) = (dense.address, denseSeed.address)
    let (destination, element) = (result.storage.bytes, rowElement)
    overRows { rows, count, offset in
      Kernels.active.softmaxPullback(
        element, rows, count, y + offset, seed + offset, destination + offset)
    }
    withExtendedLifetime((dense, denseSeed)) {}
    return result
  }

  /// `log Σ exp(x) − x[label]` for each row of the last axis.
  ///
  /// - Precondition: one `int32` label for each row, inside the last axis.
  package func crossEntropy(_ labels: NDArray) -> NDArray {
    let result = NDArray(uninitialized: labels.shape, dtype: dtype)
    let (dense, denseLabels) = (contiguous(), checked(labels))
    let (source, destination, element) = (dense.address, result.storage.bytes, rowElement)
    let places = denseLabels.address
    overRows { rows, count, offset in
      let first = offset / (count &* dtype.byteCount)
      Kernels.active.crossEntropy(
        element, rows, count, source + offset, places + first &* 4,
        destination + first &* dtype.byteCount)
    }
    withExtendedLifetime((dense, denseLabels)) {}
    return result
  }

  /// `seed (softmax(x) − e[label])` for each row of the last axis, with one seed for each row.
  ///
  /// - Precondition: one `int32` label for each row, inside the last axis; seeds of this array's
  ///   type and the labels' shape.
  package func crossEntropyPullback(_ labels: NDArray, _ seeds: NDArray) -> NDArray {
    precondition(seeds.shape == labels.shape && seeds.dtype == dtype, "seeds of another type")
    let result = NDArray(uninitialized: shape, dtype: dtype)
    let (dense, denseSeeds, denseLabels) = (contiguous(), seeds.contiguous(), checked(labels))
    let (source, seeds, places) = (dense.address, denseSeeds.address, denseLabels.address)
    let (destination, element) = (result.storage.bytes, rowElement)
    overRows { rows, count, offset in
      let first = offset / (count &* dtype.byteCount)
      Kernels.active.crossEntropyPullback(
        element, rows, count, source + offset, places + first &* 4,
        seeds + first &* dtype.byteCount, destination + offset)
    }
    withExtendedLifetime((dense, denseSeeds, denseLabels)) {}
    return result
  }

  private func checked(_ labels: NDArray) -> NDArray {
    precondition(
      labels.dtype == .int32 && Array(labels.shape) == Array(shape.dropLast())
        && labels.firstIndex(outside: 0..<shape[rank - 1]) == nil,
      "one label for each row, inside of the last axis")
    return labels.contiguous()
  }

  var rowElement: KernelElement { dtype == .float64 ? .float64 : .float32 }

  /// Calls the body for some rows at a time: their number, their length, and the offset of the
  /// first in bytes.
  func overRows(_ body: (_ rows: Int, _ count: Int, _ offset: Int) -> Void) {
    let count = shape[rank - 1]
    precondition(dtype.isFloatingPoint && count > 0, "rows of numbers, at least one in each")
    let rows = shape.elementCount / count
    // An exponential takes some tenths of a nanosecond: a piece some microseconds.
    let rowsPerPiece = max(1, (1 << 14) / count)
    parallelFor(pieces: ceilingQuotient(rows, rowsPerPiece)) { piece in
      let first = piece &* rowsPerPiece
      body(min(rowsPerPiece, rows &- first), count, first &* count &* dtype.byteCount)
    }
  }
}
