// What this file knows: how a block of a strided matrix is laid out for the tile loop.
//
// A panel is `width` neighbouring rows of `a` (or columns of `b`), stored so that the elements of one
// step of the summation lie side by side. Rows and columns differ only in which stride is which, so one
// function serves both matrices and all transposes.

import AdjointElementary

/// Packs a panel of `width` lines, of which `valid` exist, over `k` steps; the others become zero.
///
/// Strides in bytes: `line` between the lines of the panel, `step` along the summation. Where either is
/// the size of an element, small blocks are moved or transposed in registers.
@inlinable @inline(__always)
func packPanel<Element: Lanes>(
  _: Element.Type, _ width: Int, _ valid: Int, _ k: Int, _ source: UnsafeRawPointer, _ line: Int,
  _ step: Int, _ target: UnsafeMutableRawPointer
) {
  // Said twice, so that the loops of the usual case have constant bounds.
  if valid == width {
    packLines(Element.self, width, width, k, source, line, step, target)
  } else {
    packLines(Element.self, width, valid, k, source, line, step, target)
    for p in 0..<k {
      var r = valid
      while r < width {
        (target + (p &* width &+ r) &* Element.size).storeBytes(of: 0, as: Element.Scalar.self)
        r &+= 1
      }
    }
  }
}

@inlinable @inline(__always)
func packLines<Element: Lanes>(
  _: Element.Type, _ width: Int, _ valid: Int, _ k: Int, _ source: UnsafeRawPointer, _ line: Int,
  _ step: Int, _ target: UnsafeMutableRawPointer
) {
  let size = Element.size
  let row = width &* size
  let side = Element.blockSide
  if line == size && valid % Element.width == 0 {
    for p in 0..<k {
      let from = source + p &* step
      let to = target + p &* row
      var r = 0
      while r < valid {
        Element.load(from + r &* size).store(to + r &* size)
        r &+= Element.width
      }
    }
  } else if line == size {
    let whole = valid / side &* side
    for p in 0..<k {
      let from = source + p &* step
      let to = target + p &* row
      var r = 0
      while r < whole {
        Element.moveLine(from + r &* size, to + r &* size, adding: false)
        r &+= side
      }
      while r < valid {
        moveElement(Element.self, from + r &* size, to + r &* size)
        r &+= 1
      }
    }
  } else {
    let wholeLines = step == size ? valid / side &* side : 0
    let wholeSteps = k / side &* side
    var p = 0
    while p < wholeSteps {
      var r = 0
      while r < wholeLines {
        Element.transposeBlock(
          source + (r &* line &+ p &* step), line, target + (p &* row &+ r &* size), row)
        r &+= side
      }
      p &+= side
    }
    for p in 0..<k {
      var r = p < wholeSteps ? wholeLines : 0
      while r < valid {
        moveElement(
          Element.self, source + (r &* line &+ p &* step), target + (p &* row &+ r &* size))
        r &+= 1
      }
    }
  }
}

@inlinable @inline(__always)
func moveElement<Element: Lanes>(
  _: Element.Type, _ source: UnsafeRawPointer, _ target: UnsafeMutableRawPointer
) {
  target.storeBytes(
    of: source.loadUnaligned(as: Element.Scalar.self), as: Element.Scalar.self)
}
