// The level x86-64-v3 (AVX2 and FMA). The loops are in AdjointKernelCore; this module is compiled
// with the flags of the level.

import AdjointKernelCore
import AdjointKernels

#if ADJOINT_WIDE
  /// The marker of x86-64-v3; see `InstructionSet`.
  enum X86V3: LoopSet {
    static var name: String { "x86-64-v3" }
    @inline(__always) static var fusesMultiplyAdd: Bool { true }
    @inline(__always) static var roundsInOneInstruction: Bool { true }
    typealias Vector32 = SIMD8<Float>
    typealias Vector64 = SIMD4<Double>
    // 16 registers: 12 accumulators, two vectors of b, one element of a.
    typealias Tile32 = SixRows<WideRow<Single>>
    typealias Tile64 = SixRows<WideRow<Twofold>>
  }

  /// The loops for processors with AVX2 and FMA, found by the linker (see `Kernels`); even asking
  /// for them takes such a processor.
  @_silgen_name("adjoint_kernels_x86_64_v3")
  public func linkedX86V3() -> (any KernelSet.Type)? { X86V3.self }
#else
  /// None: the manifest has not set the flags of this level.
  @_silgen_name("adjoint_kernels_x86_64_v3")
  public func linkedX86V3() -> (any KernelSet.Type)? { nil }
#endif
