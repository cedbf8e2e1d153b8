// The instructions that every processor of the architecture has: SSE2 on x86-64, NEON on 64-bit
// ARM. The loops are in AdjointKernelCore.

import AdjointKernelCore
import AdjointKernels

/// The marker of the baseline; see `InstructionSet`.
enum Baseline: LoopSet {
  static var name: String { "baseline" }
  #if arch(arm64)
    @inline(__always) static var fusesMultiplyAdd: Bool { true }
    @inline(__always) static var roundsInOneInstruction: Bool { true }
  #else
    @inline(__always) static var fusesMultiplyAdd: Bool { false }
    @inline(__always) static var roundsInOneInstruction: Bool { false }
  #endif
  typealias Vector32 = SIMD4<Float>
  typealias Vector64 = SIMD2<Double>
  #if arch(arm64)
    // 32 registers: 24 accumulators, two vectors of b, elements of a.
    typealias Tile32 = TwelveRows<WideRow<Single>>
    typealias Tile64 = TwelveRows<WideRow<Twofold>>
  #else
    // 16 registers: 12 accumulators, two vectors of b, an element of a and its product, which needs
    // a register of its own without a fused instruction.
    typealias Tile32 = SixRows<WideRow<Single>>
    typealias Tile64 = SixRows<WideRow<Twofold>>
  #endif
}

/// The loops for any processor of this architecture, found by the linker; see `Kernels`.
@_silgen_name("adjoint_kernels_baseline")
public func linkedBaseline() -> any KernelSet.Type { Baseline.self }
