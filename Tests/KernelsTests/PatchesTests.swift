// That patches are read from where a window stands, and added back to the same places.

import AdjointKernelCore
import AdjointKernels
import Testing

@Suite struct PatchesTests {
  struct Case: Sendable {
    var window: SlidingWindow
    var part: PatchPart
    var images = 2

    /// For each element of each patch, the element of the image under it, if there is one.
    var places: [Int?] {
      let (rows, columns) = (window.rows, window.columns)
      var places: [Int?] = []
      for image in 0..<images {
        for position in 0..<window.positions {
          let (i, j) = position.quotientAndRemainder(dividingBy: columns.positions)
          for tap in part.firstTap..<part.firstTap + part.tapCount {
            let (a, b) = tap.quotientAndRemainder(dividingBy: columns.taps)
            let row = i * rows.stride + a * rows.dilation - rows.before
            let column = j * columns.stride + b * columns.dilation - columns.before
            let isInside =
              row >= 0 && row < rows.size && column >= 0 && column < columns.size
            for channel in part.firstChannel..<part.firstChannel + part.channelCount {
              let pixel = (image * rows.size + row) * columns.size + column
              places.append(isInside ? pixel * part.channels + channel : nil)
            }
          }
        }
      }
      return places
    }
  }

  static let cases: [Case] = {
    func axis(_ size: Int, _ taps: Int, _ stride: Int, _ dilation: Int, _ before: Int, _ after: Int)
      -> WindowAxis
    {
      let room = size + before + after - dilation * (taps - 1) - 1
      return WindowAxis(
        size: size, taps: taps, stride: stride, dilation: dilation, before: before,
        positions: room / stride + 1)
    }
    let windows = [
      SlidingWindow(rows: axis(5, 3, 1, 1, 0, 0), columns: axis(6, 2, 1, 1, 0, 0)),
      SlidingWindow(rows: axis(5, 3, 2, 1, 1, 1), columns: axis(6, 3, 2, 1, 2, 2)),
      SlidingWindow(rows: axis(7, 2, 1, 3, 2, 0), columns: axis(6, 3, 3, 2, 4, 5)),
      SlidingWindow(rows: axis(1, 1, 1, 1, 0, 0), columns: axis(9, 5, 2, 1, 9, 9)),
      SlidingWindow(rows: axis(2, 5, 1, 1, 3, 2), columns: axis(3, 2, 4, 3, 1, 6)),
    ]
    var cases: [Case] = []
    for window in windows {
      for channels in [1, 2, 5, 19, 40] {
        let taps = window.taps
        for (firstTap, tapCount) in [(0, taps), (taps / 2, taps - taps / 2), (taps - 1, 1)] {
          for (first, count) in [(0, channels), (channels / 2, (channels + 1) / 2)] {
            cases.append(
              Case(
                window: window,
                part: PatchPart(
                  channels: channels, firstChannel: first, channelCount: count,
                  firstTap: firstTap, tapCount: tapCount)))
          }
        }
      }
    }
    // The same elements, tap by tap.
    return cases
      + cases.filter { $0.part.channels == 1 }.map { test in
        var test = test
        test.part.tapsAreRows = true
        return test
      }
  }()

  /// The places in the matrix of `count` positions for the elements of their patches, in order.
  static func matrixPlaces(_ part: PatchPart, _ count: Int) -> [Int] {
    (0..<count * part.count).map { index in
      let (position, element) = index.quotientAndRemainder(dividingBy: part.count)
      return part.tapsAreRows ? element * count + position : index
    }
  }

  // Cut into blocks of positions at every place of a row; the matrix around a block is not touched.
  @Test(arguments: setNames)
  func patchesAreGathered(name: String) {
    func check<S: Element>(_: S.Type) {
      for test in Self.cases {
        let places = test.places
        let image = (0..<(test.images * test.window.pixels * test.part.channels)).map { S($0 + 1) }
        let all = test.images * test.window.positions
        for block in [1, 4, all] {
          var patches = [S](repeating: -1, count: places.count + 1)
          for first in stride(from: 0, to: all, by: block) {
            let count = min(block, all - first)
            image.withUnsafeBytes { image in
              patches.withUnsafeMutableBytes { patches in
                kernelSet(name).gatherPatches(
                  S.kernelElement, test.window, test.part, first, count, image.baseAddress!,
                  patches.baseAddress! + first * test.part.count * MemoryLayout<S>.size)
              }
            }
          }
          var expected = [S](repeating: -1, count: places.count + 1)
          for first in stride(from: 0, to: all, by: block) {
            let offset = first * test.part.count
            for (index, place) in Self.matrixPlaces(test.part, min(block, all - first)).enumerated()
            {
              expected[offset + place] = places[offset + index].map { S($0 + 1) } ?? 0
            }
          }
          #expect(patches == expected, "\(test)")
        }
      }
    }
    check(Float.self)
    check(Double.self)
  }

  @Test(arguments: setNames)
  func patchesAreAddedBack(name: String) {
    func check<S: Element>(_: S.Type) {
      for test in Self.cases {
        let places = test.places
        let patches = places.indices.map { S($0 % 97 + 1) }
        var image = [S](
          repeating: 5, count: test.images * test.window.pixels * test.part.channels)
        var expected = image
        let all = test.images * test.window.positions
        for (index, place) in Self.matrixPlaces(test.part, all).enumerated() {
          if let pixel = places[index] { expected[pixel] += patches[place] }
        }
        patches.withUnsafeBytes { patches in
          image.withUnsafeMutableBytes { image in
            kernelSet(name).scatterPatches(
              S.kernelElement, test.window, test.part, 0, all, patches.baseAddress!,
              image.baseAddress!)
          }
        }
        #expect(image == expected, "\(test)")
      }
    }
    check(Float.self)
    check(Double.self)
  }
}
