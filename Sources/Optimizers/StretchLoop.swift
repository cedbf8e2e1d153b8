// The loop that takes one parameter through a segment of the chain, stretch by stretch and, at the
// end of the chain, on several threads. It has never heard of models, nor of any particular
// transform.

import AdjointArrays

/// The addresses of one parameter on its way through a segment of the chain.
struct StretchLoop {
  let dtype: DType
  let count: Int
  /// The states.
  let rows: UnsafeMutableRawPointer
  /// The bytes from one row to the next.
  let rowStride: Int
  let parameter: UnsafeMutableRawPointer
  /// Where the update comes from.
  let source: UnsafeRawPointer
  /// Where the update waits for the next segment; nil at the end of the chain.
  let destination: UnsafeMutableRawPointer?

  /// The elements that one thread takes at a time, a whole number of stretches.
  private static let pieceLength = 16 * Optimizer.Stretch.capacity

  /// Takes all elements through the transforms of a path, and returns the sum of the squares of
  /// what waits.
  func run(
    _ transforms: [any GradientTransform], _ path: [ParameterUpdater.PathStep]
  ) -> SumOfSquares {
    // The squares are added up in the order of the stretches, so one thread does it.
    if let destination { return run(0..<count, transforms, path, waitingAt: destination) }
    let pieces = (count + StretchLoop.pieceLength - 1) / StretchLoop.pieceLength
    parallelFor(pieces: pieces) { piece in
      let start = piece &* StretchLoop.pieceLength
      let range = start..<min(count, start &+ StretchLoop.pieceLength)
      if path.count == 1, makeStep(range, transforms[path[0].stage], path[0]) { return }
      _ = run(range, transforms, path, waitingAt: nil)
    }
    return SumOfSquares()
  }

  /// Lets a transform that is all there is make the step, if it can.
  private func makeStep(
    _ range: Range<Int>, _ transform: any GradientTransform, _ step: ParameterUpdater.PathStep
  ) -> Bool {
    let offset = range.lowerBound &* dtype.byteCount
    return transform.makeStep(
      on: Optimizer.WholeStep(
        count: range.count, dtype: dtype, gradientAddress: source + offset,
        parameterAddress: parameter + offset, states: states(of: step, at: offset)))
  }

  /// Takes some elements through the transforms, stretch by stretch.
  private func run(
    _ range: Range<Int>, _ transforms: [any GradientTransform],
    _ path: [ParameterUpdater.PathStep], waitingAt destination: UnsafeMutableRawPointer?
  ) -> SumOfSquares {
    var squares = SumOfSquares()
    // Room for the update, and for its squares if they are added up.
    let size = min(Optimizer.Stretch.capacity, range.count) * 8
    withScratchBytes(destination == nil ? size : size + SumOfSquares.scratchByteCount) { scratch in
      var start = range.lowerBound
      while start < range.upperBound {
        let length = min(Optimizer.Stretch.capacity, range.upperBound &- start)
        let offset = start &* dtype.byteCount
        scratch.copyMemory(from: source + offset, byteCount: length &* dtype.byteCount)
        for step in path {
          transforms[step.stage].apply(
            to: Optimizer.Stretch(
              count: length, dtype: dtype, updateAddress: scratch,
              parameterAddress: UnsafeRawPointer(parameter + offset),
              states: states(of: step, at: offset)))
        }
        if let destination {
          (destination + offset).copyMemory(from: scratch, byteCount: length &* dtype.byteCount)
          squares.add(scratch, count: length, dtype, scratch: scratch + size)
        } else {
          // Here is the sign.
          NumberUpdates.combine(dtype, length, 1, parameter + offset, -1, UnsafeRawPointer(scratch))
        }
        start &+= length
      }
    }
    return squares
  }

  private func states(
    of step: ParameterUpdater.PathStep, at offset: Int
  ) -> Optimizer.States {
    Optimizer.States(
      address: rows + (step.firstRow &* rowStride &+ offset), count: step.rowCount,
      stride: rowStride)
  }
}
