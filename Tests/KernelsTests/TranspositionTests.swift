// A transpose against its definition, bit by bit.

import AdjointKernelCore
import AdjointKernels
import Testing

@Suite struct TranspositionTests {
  // Blocks of 2, 4, 8 or 16, tiles of 128, edges beside both; rows of the matrices lie apart by
  // more than their length. Every bit pattern is kept, that of a signaling NaN too.
  @Test(arguments: setNames)
  func elementsSwapTheirIndices(name: String) {
    func check<S: FixedWidthInteger & UnsignedInteger>(_: S.Type, _ element: KernelElement) {
      var generator = Generator(state: 13)
      let size = MemoryLayout<S>.size
      for (rows, columns) in [
        (1, 1), (1, 40), (40, 1), (16, 16), (17, 15), (3, 33), (64, 8), (127, 130), (128, 128),
        (140, 261), (261, 140),
      ] {
        let (sourceRow, targetRow) = (columns + 3, rows + 5)
        let source = (0..<(rows * sourceRow)).map { _ in S.random(in: 0...S.max, using: &generator)
        }
        var target = [S](repeating: 42, count: columns * targetRow)
        source.withUnsafeBytes { from in
          target.withUnsafeMutableBytes { to in
            guard let from = from.baseAddress, let to = to.baseAddress else { return }
            kernelSet(name).transpose(
              element, rows, columns, from, sourceRow * size, to, targetRow * size)
          }
        }
        var expected = [S](repeating: 42, count: columns * targetRow)
        for row in 0..<rows {
          for column in 0..<columns {
            expected[column * targetRow + row] = source[row * sourceRow + column]
          }
        }
        #expect(target == expected, "\(name) \(S.self) \(rows) × \(columns)")
      }
    }
    check(UInt32.self, .float32)
    check(UInt64.self, .float64)
  }
}
