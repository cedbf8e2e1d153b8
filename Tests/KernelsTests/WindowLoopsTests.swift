// What each loop under a window computes for one channel, and that a channel does not depend on its
// neighbors.

import AdjointKernelCore
import AdjointKernels
import Testing

@Suite struct WindowLoopsTests {
  static let windows = [
    SlidingWindow(
      rows: WindowAxis(size: 5, taps: 2, stride: 2, dilation: 1, before: 0, positions: 2),
      columns: WindowAxis(size: 6, taps: 2, stride: 2, dilation: 1, before: 0, positions: 3)),
    SlidingWindow(
      rows: WindowAxis(size: 4, taps: 3, stride: 1, dilation: 1, before: 1, positions: 4),
      columns: WindowAxis(size: 5, taps: 3, stride: 2, dilation: 1, before: 2, positions: 4)),
    SlidingWindow(
      rows: WindowAxis(size: 6, taps: 2, stride: 1, dilation: 3, before: 2, positions: 6),
      columns: WindowAxis(size: 4, taps: 3, stride: 1, dilation: 2, before: 3, positions: 6)),
  ]
  static let images = 2

  /// One channel of each operand, and the result for it by the definition.
  struct Channel<S: Element> {
    var image, taps, positions, tangents: [S]

    /// Pixels and taps under the window at a position.
    static func inside(_ window: SlidingWindow, _ position: Int) -> [(pixel: Int, tap: Int)] {
      let (image, rest) = position.quotientAndRemainder(dividingBy: window.positions)
      let (i, j) = rest.quotientAndRemainder(dividingBy: window.columns.positions)
      var found: [(pixel: Int, tap: Int)] = []
      for a in 0..<window.rows.taps {
        for b in 0..<window.columns.taps {
          let row = i * window.rows.stride + a * window.rows.dilation - window.rows.before
          let column =
            j * window.columns.stride + b * window.columns.dilation - window.columns.before
          guard row >= 0, row < window.rows.size, column >= 0, column < window.columns.size
          else { continue }
          found.append(
            (
              image * window.pixels + row * window.columns.size + column,
              a * window.columns.taps + b
            ))
        }
      }
      return found
    }

    func result(_ loop: WindowLoop, _ window: SlidingWindow, _ before: [S]) -> [S] {
      var result = before
      for position in 0..<(WindowLoopsTests.images * window.positions) {
        let under = Channel.inside(window, position)
        let largest = positions[position]
        let extreme = under.filter { image[$0.pixel] == largest }
        switch loop {
        case .filter:
          result[position] = under.reduce(0) { $0 + image[$1.pixel] * taps[$1.tap] }
        case .filterToImage:
          for place in under { result[place.pixel] += taps[place.tap] * positions[position] }
        case .filterToTaps:
          for place in under { result[place.tap] += image[place.pixel] * positions[position] }
        case .maximum: result[position] = under.reduce(-.infinity) { max($0, image[$1.pixel]) }
        case .meanOfExtreme:
          let sum = extreme.reduce(0) { $0 + tangents[$1.pixel] }
          result[position] = sum / S(max(1, extreme.count))
        case .shareAmongExtreme:
          for place in extreme { result[place.pixel] += taps[position] / S(extreme.count) }
        case .meanOfInside, .meanOfAll:
          let sum = under.reduce(0) { $0 + image[$1.pixel] }
          result[position] = sum / S(loop == .meanOfAll ? window.taps : under.count)
        case .shareAmongInside, .shareAmongAll:
          let count = loop == .shareAmongAll ? window.taps : under.count
          for place in under { result[place.pixel] += positions[position] / S(count) }
        }
      }
      return result
    }
  }

  // Small whole numbers: sums and products are exact, fused or not, and a quotient is rounded once
  // on either side. Shares are added in the order of positions on either side.
  @Test(arguments: setNames, WindowLoop.allCases)
  func agreesWithTheDefinition(name: String, loop: WindowLoop) {
    func check<S: Element>(_: S.Type) {
      var generator = Generator(state: 4)
      for window in Self.windows {
        for (channels, meant) in [(1, 0..<1), (3, 0..<3), (16, 0..<16), (37, 0..<37), (24, 8..<21)]
        {
          let pixels = Self.images * window.pixels
          let positions = Self.images * window.positions
          func numbers(_ count: Int) -> [[S]] {
            (0..<channels).map { _ in
              (0..<count).map { _ in S(Int.random(in: -3...3, using: &generator)) }
            }
          }
          let image = numbers(pixels), seeds = numbers(positions), tangents = numbers(pixels)
          let filters = numbers(window.taps)
          // Where a maximum is asked for it is that of the image, at some positions.
          let needsMaximum = loop == .meanOfExtreme || loop == .shareAmongExtreme
          let columns = (0..<channels).map { channel -> Channel<S> in
            let most = (0..<positions).map { position in
              Channel<S>.inside(window, position).reduce(-.infinity) {
                max($0, image[channel][$1.pixel])
              }
            }
            return Channel(
              image: image[channel],
              taps: loop == .shareAmongExtreme ? seeds[channel] : filters[channel],
              positions: needsMaximum ? most : seeds[channel], tangents: tangents[channel])
          }
          func interleaved(_ arrays: [[S]]) -> [S] {
            (arrays.first?.indices ?? 0..<0).flatMap { place in arrays.map { $0[place] } }
          }
          let x = interleaved(columns.map(\.image)), f = interleaved(columns.map(\.taps))
          let y = interleaved(columns.map(\.positions)), t = interleaved(columns.map(\.tangents))
          let (a, b, c, count): ([S], [S]?, [S]?, Int) =
            switch loop {
            case .filter: (x, f, nil, positions)
            case .filterToImage: (f, y, nil, pixels)
            case .filterToTaps: (x, y, nil, window.taps)
            case .maximum, .meanOfInside, .meanOfAll: (x, nil, nil, positions)
            case .meanOfExtreme: (x, y, t, positions)
            case .shareAmongExtreme: (x, y, f, pixels)
            case .shareAmongInside, .shareAmongAll: (y, nil, nil, pixels)
            }
          let before = numbers(count)
          var result = interleaved(before)
          let offset = meant.lowerBound * MemoryLayout<S>.size
          result.withUnsafeMutableBytes { result in
            a.withUnsafeBytes { a in
              (b ?? nothing(S.self)).withUnsafeBytes { b in
                (c ?? nothing(S.self)).withUnsafeBytes { c in
                  for first in stride(from: 0, to: positions, by: 7) {
                    kernelSet(name).slide(
                      loop, S.kernelElement, window, channels, meant.count, first,
                      min(7, positions - first), a.baseAddress! + offset,
                      b.count > 0 ? b.baseAddress! + offset : nil,
                      c.count > 0 ? c.baseAddress! + offset : nil, result.baseAddress! + offset)
                  }
                }
              }
            }
          }
          let expected = interleaved(
            (0..<channels).map { channel in
              meant.contains(channel)
                ? columns[channel].result(loop, window, before[channel]) : before[channel]
            })
          #expect(result == expected, "\(window) \(channels) \(meant)")
        }
      }
    }
    check(Float.self)
    check(Double.self)
  }

  /// No operand.
  private func nothing<S>(_: S.Type) -> [S] { [] }
}
