// The laws of rows added to rows picked by index.

import AdjointKernelCore
import AdjointKernels
import Testing

@Suite struct LinesTests {
  // Rows of every width add up in order of the rows, places repeat, and what lies between rows
  // stays.
  @Test(arguments: setNames)
  func rowsAreAddedInOrder(name: String) {
    func check<S: Element>(_: S.Type) {
      var generator = Generator(state: 19)
      for columns in Array(1...20) + [31, 32, 33, 64, 100] {
        for gap in [0, 2] {
          let (rows, targets, width) = (30, 7, columns + gap)
          let places = (0..<rows).map { _ in Int32.random(in: 0..<Int32(targets), using: &generator)
          }
          let source = (0..<(rows * width)).map { _ in
            S(Double.random(in: -1...1, using: &generator))
          }
          var expected = (0..<(targets * width)).map { S($0) }
          var found = expected
          for (row, place) in places.enumerated() {
            for column in 0..<columns {
              expected[Int(place) * width + column] += source[row * width + column]
            }
          }
          let size = MemoryLayout<S>.size
          places.withUnsafeBytes { places in
            source.withUnsafeBytes { source in
              found.withUnsafeMutableBytes { found in
                guard let places = places.baseAddress, let source = source.baseAddress,
                  let found = found.baseAddress
                else { return }
                kernelSet(name).scatterRows(
                  S.kernelElement, rows, columns, places, source, width * size, found, width * size)
              }
            }
          }
          #expect(found == expected, "\(name) \(S.self) \(columns) + \(gap)")
        }
      }
    }
    check(Float.self)
    check(Double.self)
  }
}
