// Maximum and mean under a window, and the linear maps that their derivatives are, each beside its
// transpose.

import AdjointKernels

extension NDArray {
  /// The largest element under the window at each position, NaN if any is NaN.
  ///
  /// - Precondition: the image has the shape of the geometry and a floating-point type; so have the
  ///   operands of the functions below.
  package static func maximumPool(_ x: NDArray, _ geometry: PoolingGeometry) -> NDArray {
    geometry.toPositions(.maximum, [x])
  }

  /// At each position, the mean of the elements of `t` where `x` equals `largest`, its maximum
  /// there; zero where there are none.
  package static func meanOfLargest(
    _ t: NDArray, _ x: NDArray, _ largest: NDArray, _ geometry: PoolingGeometry
  ) -> NDArray {
    geometry.toPositions(.meanOfExtreme, [x, largest, t])
  }

  /// Elements of `y` in equal shares to where `x` equals `largest`: the transpose of
  /// ``meanOfLargest(_:_:_:_:)``.
  package static func sharedAmongLargest(
    _ y: NDArray, _ x: NDArray, _ largest: NDArray, _ geometry: PoolingGeometry
  ) -> NDArray {
    geometry.toImage(.shareAmongExtreme, [x, largest, y])
  }

  /// The mean under the window at each position: of what is on the image, or over all taps, with
  /// zeros beyond the edge.
  package static func averagePool(
    _ x: NDArray, _ geometry: PoolingGeometry, countingPadding: Bool
  ) -> NDArray {
    geometry.toPositions(countingPadding ? .meanOfAll : .meanOfInside, [x])
  }

  /// Elements of `y` in equal shares to the pixels under the window: the transpose of
  /// ``averagePool(_:_:countingPadding:)``.
  package static func sharedAmongPixels(
    _ y: NDArray, _ geometry: PoolingGeometry, countingPadding: Bool
  ) -> NDArray {
    geometry.toImage(countingPadding ? .shareAmongAll : .shareAmongInside, [y])
  }
}

extension PoolingGeometry {
  fileprivate func toPositions(_ loop: WindowLoop, _ operands: [NDArray]) -> NDArray {
    let y = NDArray(uninitialized: outputShape, dtype: operands[0].dtype)
    ChannelLoops(self).overPositions(loops(loop, operands, y))
    return y
  }

  fileprivate func toImage(_ loop: WindowLoop, _ operands: [NDArray]) -> NDArray {
    let x = NDArray.zeros(imageShape, dtype: operands[0].dtype)
    ChannelLoops(self).overImages(loops(loop, operands, x))
    return x
  }

  /// The call of the kernel for a piece; it keeps the operands alive.
  private func loops(_ loop: WindowLoop, _ operands: [NDArray], _ result: NDArray)
    -> (Range<Int>, Int, Int) -> Void
  {
    for operand in operands {
      precondition(
        (operand.shape == imageShape || operand.shape == outputShape)
          && operand.dtype == operands[0].dtype && operand.dtype.isFloatingPoint,
        "pooling \(imageShape) to \(outputShape) was given \(operand.dtype) \(operand.shape)")
    }
    let operands = operands.map { $0.contiguous() }
    let element: KernelElement = result.dtype == .float32 ? .float32 : .float64
    let size = result.dtype.byteCount
    return { channels, first, count in
      let offset = channels.lowerBound * size
      func address(_ position: Int) -> UnsafeRawPointer? {
        position < operands.count ? operands[position].address + offset : nil
      }
      Kernels.active.slide(
        loop, element, window, self.channels, channels.count, first, count,
        operands[0].address + offset, address(1), address(2), result.mutableAddress + offset)
      withExtendedLifetime(operands) {}
    }
  }
}
