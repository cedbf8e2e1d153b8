// Lines of any number of contiguous elements, moved, added and finished in whole vectors and one
// partial one. It has never heard of matrices.

import AdjointElementary
import AdjointKernels

/// Copies fewer bytes than a vector of 64 has, in at most two moves that may overlap.
@export(implementation) @inline(__always)
func movePartial(
  _ source: UnsafeRawPointer, _ target: UnsafeMutableRawPointer, byteCount: Int
) {
  if byteCount >= 32 {
    movePair(SIMD32<UInt8>.self, source, target, byteCount &- 32)
  } else if byteCount >= 16 {
    movePair(SIMD16<UInt8>.self, source, target, byteCount &- 16)
  } else if byteCount >= 8 {
    movePair(UInt64.self, source, target, byteCount &- 8)
  } else if byteCount >= 4 {
    movePair(UInt32.self, source, target, byteCount &- 4)
  }
}

/// Moves a line, or adds it to the line that is there.
@export(implementation) @inline(__always)
func moveLine<Element: Lanes>(
  _: Element.Type, _ count: Int, _ source: UnsafeRawPointer, _ target: UnsafeMutableRawPointer,
  adding: Bool
) {
  let byteCount = count &* Element.size
  if count < Element.width {
    if adding {
      let line = Element.load(source, count: count)
      (Element.load(target, count: count) + line).store(target, count: count)
    } else {
      movePartial(source, target, byteCount: byteCount)
    }
    return
  }
  @inline(__always)
  func moved(_ offset: Int) -> Element {
    let line = Element.load(source + offset)
    return adding ? Element.load(target + offset) + line : line
  }
  // The last vector may cover some elements twice, so it is read before any are written.
  let last = byteCount &- Element.stride
  let end = moved(last)
  var i = 0
  while i < last {
    moved(i).store(target + i)
    i &+= Element.stride
  }
  end.store(target + last)
}

/// See `KernelSet.scatterRows`.
@export(implementation) @inline(never)
public func scatterRows<Element: Lanes>(
  _: Element.Type, _ rows: Int, _ columns: Int, _ places: UnsafeRawPointer,
  _ source: UnsafeRawPointer, _ sourceRow: Int, _ target: UnsafeMutableRawPointer, _ targetRow: Int
) {
  for row in 0..<rows {
    let place = Int(places.loadUnaligned(fromByteOffset: row &* 4, as: Int32.self))
    moveLine(
      Element.self, columns, source + row &* sourceRow, target + place &* targetRow, adding: true)
  }
}

/// Adds the bias to a line and rectifies it, as the epilogue says.
@export(implementation) @inline(__always)
func finishLine<Element: Lanes>(
  _: Element.Type, _ count: Int, _ line: UnsafeMutableRawPointer, _ bias: UnsafeRawPointer?,
  _ rectifies: Bool
) {
  let whole = count / Element.width &* Element.stride
  var i = 0
  while i < whole {
    var x = Element.load(line + i)
    if let bias { x = x + Element.load(bias + i) }
    if rectifies { x = Elementary.Relu.value(x) }
    x.store(line + i)
    i &+= Element.stride
  }
  let rest = count % Element.width
  if rest > 0 {
    var x = Element.load(line + i, count: rest)
    if let bias { x = x + Element.load(bias + i, count: rest) }
    if rectifies { x = Elementary.Relu.value(x) }
    x.store(line + i, count: rest)
  }
}

// MARK: - The answers to `KernelSet`

extension LoopSet {
  @export(implementation) @inline(__always)
  public static func scatterRows(
    _ element: KernelElement, _ rows: Int, _ columns: Int, _ places: UnsafeRawPointer,
    _ source: UnsafeRawPointer, _ sourceRow: Int, _ target: UnsafeMutableRawPointer,
    _ targetRow: Int
  ) {
    switch element {
    case .float32:
      AdjointKernelCore.scatterRows(
        Single.self, rows, columns, places, source, sourceRow, target, targetRow)
    case .float64:
      AdjointKernelCore.scatterRows(
        Twofold.self, rows, columns, places, source, sourceRow, target, targetRow)
    }
  }
}
