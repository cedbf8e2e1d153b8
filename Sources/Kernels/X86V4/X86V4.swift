// The level x86-64-v4 (AVX-512). The loops are in AdjointKernelCore; this module is compiled with
// the flags of the level.

import AdjointKernelCore
import AdjointKernels

#if ADJOINT_WIDE
  /// The marker of x86-64-v4; see `InstructionSet`.
  enum X86V4: LoopSet {
    static var name: String { "x86-64-v4" }
    @inline(__always) static var fusesMultiplyAdd: Bool { true }
    @inline(__always) static var roundsInOneInstruction: Bool { true }
    typealias Vector32 = SIMD16<Float>
    typealias Vector64 = SIMD8<Double>
    // 32 registers: 24 accumulators, two vectors of b; elements of a come with the instruction.
    typealias Tile32 = TwelveRows<WideRow<Single>>
    typealias Tile64 = TwelveRows<WideRow<Twofold>>
  }

  /// The loops for processors with AVX-512, found by the linker (see `Kernels`); even asking for
  /// them takes such a processor.
  @_silgen_name("adjoint_kernels_x86_64_v4")
  public func linkedX86V4() -> (any KernelSet.Type)? { X86V4.self }
#else
  /// None: the manifest has not set the flags of this level.
  @_silgen_name("adjoint_kernels_x86_64_v4")
  public func linkedX86V4() -> (any KernelSet.Type)? { nil }
#endif
