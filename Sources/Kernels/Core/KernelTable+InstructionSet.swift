// What this file knows: how the generic loops become the table of one instruction set.

import AdjointElementary

extension KernelTable {
  /// The table of an instruction set, with the register tiles that suit its matrix products.
  ///
  /// Inlined into the module of that set, so that the loops are compiled with its flags.
  @inlinable @inline(__always)
  public init<Instructions: InstructionSet, Tile32: Tile, Tile64: Tile>(
    _: Instructions.Type, tile32: Tile32.Type, tile64: Tile64.Type
  )
  where
    Tile32.Element == Float32Lanes<Instructions>, Tile64.Element == Float64Lanes<Instructions>
  {
    typealias Single = Tile32.Element
    typealias Twofold = Tile64.Element
    self.init(
      name: Instructions.name,
      elementwise: { function, role, element, count, operands, destination in
        let operands = Operands(operands, function: function, role: role)
        switch element {
        case .float32:
          AdjointKernelCore.elementwise(Single.self, function, role, count, operands, destination)
        case .float64:
          AdjointKernelCore.elementwise(Twofold.self, function, role, count, operands, destination)
        }
      },
      reduce: { kind, element, rows, count, source, destination in
        switch element {
        case .float32: AdjointKernelCore.reduce(Single.self, kind, rows, count, source, destination)
        case .float64:
          AdjointKernelCore.reduce(Twofold.self, kind, rows, count, source, destination)
        }
      },
      reduceColumns: { kind, element, groups, count, columns, source, sourceRow, destination in
        switch element {
        case .float32:
          AdjointKernelCore.reduceColumns(
            Single.self, kind, groups, count, columns, source, sourceRow, destination)
        case .float64:
          AdjointKernelCore.reduceColumns(
            Twofold.self, kind, groups, count, columns, source, sourceRow, destination)
        }
      },
      accumulate: { kind, element, count, source, destination in
        switch element {
        case .float32: AdjointKernelCore.accumulate(Single.self, kind, count, source, destination)
        case .float64: AdjointKernelCore.accumulate(Twofold.self, kind, count, source, destination)
        }
      },
      multiply: {
        element, m, n, k, a, aRow, aColumn, b, bRow, bColumn, c, cRow, accumulates, epilogue in
        switch element {
        case .float32:
          AdjointKernelCore.multiply(
            Tile32.self, m, n, k, a, aRow, aColumn, b, bRow, bColumn, c, cRow,
            accumulates, epilogue)
        case .float64:
          AdjointKernelCore.multiply(
            Tile64.self, m, n, k, a, aRow, aColumn, b, bRow, bColumn, c, cRow,
            accumulates, epilogue)
        }
      },
      scatterRows: { element, rows, columns, places, source, sourceRow, target, targetRow in
        switch element {
        case .float32:
          AdjointKernelCore.scatterRows(
            Single.self, rows, columns, places, source, sourceRow, target, targetRow)
        case .float64:
          AdjointKernelCore.scatterRows(
            Twofold.self, rows, columns, places, source, sourceRow, target, targetRow)
        }
      },
      combine: { element, count, alpha, destination, beta, source in
        let operands = Operands(destination, source)
        switch element {
        case .float32: apply(Combination<Single>(alpha, beta), count, operands, destination)
        case .float64: apply(Combination<Twofold>(alpha, beta), count, operands, destination)
        }
      },
      combineSquare: { element, count, alpha, destination, beta, source in
        let operands = Operands(destination, source)
        switch element {
        case .float32: apply(SquareCombination<Single>(alpha, beta), count, operands, destination)
        case .float64: apply(SquareCombination<Twofold>(alpha, beta), count, operands, destination)
        }
      },
      rootQuotient: { element, count, destination, alpha, numerator, beta, square, epsilon in
        let operands = Operands(numerator, square)
        switch element {
        case .float32:
          apply(RootQuotient<Single>(alpha, beta, epsilon), count, operands, destination)
        case .float64:
          apply(RootQuotient<Twofold>(alpha, beta, epsilon), count, operands, destination)
        }
      },
      gatherPatches: { element, window, part, first, count, image, patches in
        switch element {
        case .float32:
          AdjointKernelCore.gatherPatches(Single.self, window, part, first, count, image, patches)
        case .float64:
          AdjointKernelCore.gatherPatches(Twofold.self, window, part, first, count, image, patches)
        }
      },
      scatterPatches: { element, window, part, first, count, patches, image in
        switch element {
        case .float32:
          AdjointKernelCore.scatterPatches(Single.self, window, part, first, count, patches, image)
        case .float64:
          AdjointKernelCore.scatterPatches(Twofold.self, window, part, first, count, patches, image)
        }
      },
      slide: { loop, element, window, channels, channelCount, first, count, a, b, c, destination in
        let operands = Operands(a, b, c)
        switch element {
        case .float32:
          AdjointKernelCore.slide(
            Single.self, loop, window, channels, channelCount, first, count, operands, destination)
        case .float64:
          AdjointKernelCore.slide(
            Twofold.self, loop, window, channels, channelCount, first, count, operands, destination)
        }
      },
      adam: { element, count, factors, gradient, first, second, parameter in
        let addresses = AdamAddresses(gradient, first, second, parameter)
        switch element {
        case .float32: AdjointKernelCore.adam(Single.self, count, factors, addresses)
        case .float64: AdjointKernelCore.adam(Twofold.self, count, factors, addresses)
        }
      },
      softmax: { element, rows, count, x, y, isLogarithm in
        switch element {
        case .float32: AdjointKernelCore.softmax(Single.self, rows, count, x, y, isLogarithm)
        case .float64: AdjointKernelCore.softmax(Twofold.self, rows, count, x, y, isLogarithm)
        }
      },
      softmaxPullback: { element, rows, count, y, seed, result in
        switch element {
        case .float32: AdjointKernelCore.softmaxPullback(Single.self, rows, count, y, seed, result)
        case .float64: AdjointKernelCore.softmaxPullback(Twofold.self, rows, count, y, seed, result)
        }
      },
      crossEntropy: { element, rows, count, x, labels, losses in
        switch element {
        case .float32: AdjointKernelCore.crossEntropy(Single.self, rows, count, x, labels, losses)
        case .float64: AdjointKernelCore.crossEntropy(Twofold.self, rows, count, x, labels, losses)
        }
      },
      crossEntropyPullback: { element, rows, count, x, labels, seeds, result in
        switch element {
        case .float32:
          AdjointKernelCore.crossEntropyPullback(Single.self, rows, count, x, labels, seeds, result)
        case .float64:
          AdjointKernelCore.crossEntropyPullback(
            Twofold.self, rows, count, x, labels, seeds, result)
        }
      },
      layerNorm: { element, rows, count, epsilon, x, gain, bias, y in
        switch element {
        case .float32:
          AdjointKernelCore.layerNorm(Single.self, rows, count, epsilon, x, gain, bias, y)
        case .float64:
          AdjointKernelCore.layerNorm(Twofold.self, rows, count, epsilon, x, gain, bias, y)
        }
      },
      layerNormPullback: {
        element, rows, count, epsilon, x, gain, seed, result, gainResult, biasResult in
        switch element {
        case .float32:
          AdjointKernelCore.layerNormPullback(
            Single.self, rows, count, epsilon, x, gain, seed, result, gainResult, biasResult)
        case .float64:
          AdjointKernelCore.layerNormPullback(
            Twofold.self, rows, count, epsilon, x, gain, seed, result, gainResult, biasResult)
        }
      },
      transpose: { element, rows, columns, source, sourceRow, target, targetRow in
        switch element {
        case .float32:
          AdjointKernelCore.transpose(
            Single.self, rows, columns, source, sourceRow, target, targetRow)
        case .float64:
          AdjointKernelCore.transpose(
            Twofold.self, rows, columns, source, sourceRow, target, targetRow)
        }
      })
  }
}
