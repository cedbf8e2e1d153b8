// Loops that do nothing but compute, or nothing but move memory. What they reach is what a kernel
// could reach at most.
//
// They are written with the lanes of the kernels and obey the same rule: the marker of the
// instruction set is part of every signature, or the code is always inlined.

import AdjointElementary
import AdjointKernelCore
import AdjointKernels

/// The loops of one instruction set.
public struct LimitLoops: Sendable {
  /// One of `baseline`, `x86-64-v3`, `x86-64-v4`.
  public let name: String
  /// Runs so many rounds of independent multiply-adds; the result is near 1.
  public let multiplyAdds: @Sendable (_ element: KernelElement, _ rounds: Int) -> Double
  /// Additions and multiplications in one round.
  public let operationsPerRound: @Sendable (_ element: KernelElement) -> Int
  /// `target ← source`, for a number of `float32` elements that is a multiple of 64.
  public let copy:
    @Sendable (_ count: Int, _ source: UnsafeRawPointer, _ target: UnsafeMutableRawPointer) -> Void
  /// `target ← a + ½ b`, for a number of `float32` elements that is a multiple of 64.
  public let triad:
    @Sendable (
      _ count: Int, _ a: UnsafeRawPointer, _ b: UnsafeRawPointer, _ target: UnsafeMutableRawPointer
    ) -> Void

  /// The loops compiled for an instruction set; inlined into the module with its flags.
  @inlinable @inline(__always)
  public init<Instructions: InstructionSet>(_: Instructions.Type) {
    name = Instructions.name
    multiplyAdds = { element, rounds in
      switch element {
      case .float32: chains(Float32Lanes<Instructions>.self, rounds)
      case .float64: chains(Float64Lanes<Instructions>.self, rounds)
      }
    }
    operationsPerRound = { element in
      switch element {
      case .float32: 2 * chainCount * Float32Lanes<Instructions>.width
      case .float64: 2 * chainCount * Float64Lanes<Instructions>.width
      }
    }
    copy = { count, source, target in
      copyLoop(Float32Lanes<Instructions>.self, count, source, target)
    }
    triad = { count, a, b, target in
      triadLoop(Float32Lanes<Instructions>.self, count, a, b, target)
    }
  }
}

/// Two multiply-adds start in each cycle and take four or five: ten chains would keep the units
/// busy, and twelve with their two constants still fit into sixteen registers.
@inlinable @inline(__always)
var chainCount: Int { 12 }

/// `x ← x p + q` in twelve registers; the fixed point is 1 for `p + q = 1`.
@inlinable @inline(__always)
func chains<L: Lanes>(_: L.Type, _ rounds: Int) -> Double {
  let p = L(nearest: 0.75)
  let q = L(nearest: 0.25)
  var a = L(nearest: 1)
  var b = L(nearest: 2)
  var c = L(nearest: 3)
  var d = L(nearest: 4)
  var e = L(nearest: 5)
  var f = L(nearest: 6)
  var g = L(nearest: 7)
  var h = L(nearest: 8)
  var i = L(nearest: 9)
  var j = L(nearest: 10)
  var k = L(nearest: 11)
  var l = L(nearest: 12)
  var round = 0
  while round < rounds {
    a = L.multiplyAdd(a, p, q)
    b = L.multiplyAdd(b, p, q)
    c = L.multiplyAdd(c, p, q)
    d = L.multiplyAdd(d, p, q)
    e = L.multiplyAdd(e, p, q)
    f = L.multiplyAdd(f, p, q)
    g = L.multiplyAdd(g, p, q)
    h = L.multiplyAdd(h, p, q)
    i = L.multiplyAdd(i, p, q)
    j = L.multiplyAdd(j, p, q)
    k = L.multiplyAdd(k, p, q)
    l = L.multiplyAdd(l, p, q)
    round &+= 1
  }
  a = a + b + c + d
  e = e + f + g + h
  i = i + j + k + l
  let sum = a + e + i
  var result = 0.0
  withUnsafePointer(to: sum) { lanes in
    let lanes = UnsafeRawPointer(lanes).assumingMemoryBound(to: L.Scalar.self)
    for lane in 0..<L.width { result += Double(lanes[lane]) }
  }
  return result / Double(chainCount * L.width)
}

@inlinable @inline(__always)
func copyLoop<L: Lanes>(
  _: L.Type, _ count: Int, _ source: UnsafeRawPointer, _ target: UnsafeMutableRawPointer
) {
  var offset = 0
  let end = count &* L.size
  while offset < end {
    // Four at a time, so that the loop counter is not what is measured.
    let a = L.load(source + offset)
    let b = L.load(source + (offset &+ L.stride))
    let c = L.load(source + (offset &+ 2 &* L.stride))
    let d = L.load(source + (offset &+ 3 &* L.stride))
    a.store(target + offset)
    b.store(target + (offset &+ L.stride))
    c.store(target + (offset &+ 2 &* L.stride))
    d.store(target + (offset &+ 3 &* L.stride))
    offset &+= 4 &* L.stride
  }
}

@inlinable @inline(__always)
func triadLoop<L: Lanes>(
  _: L.Type, _ count: Int, _ a: UnsafeRawPointer, _ b: UnsafeRawPointer,
  _ target: UnsafeMutableRawPointer
) {
  let half = L(nearest: 0.5)
  var offset = 0
  let end = count &* L.size
  while offset < end {
    let first = L.multiplyAdd(L.load(b + offset), half, L.load(a + offset))
    let next = offset &+ L.stride
    let second = L.multiplyAdd(L.load(b + next), half, L.load(a + next))
    first.store(target + offset)
    second.store(target + next)
    offset &+= 2 &* L.stride
  }
}
