// What this file knows: the x86-64-v4 level (AVX-512). The loops are in AdjointKernelCore; this module
// is compiled with the flags of the level.

import AdjointKernelCore

#if ADJOINT_WIDE
  /// The marker of x86-64-v4; see `InstructionSet`.
  enum X86V4: InstructionSet {
    static var name: String { "x86-64-v4" }
    @inline(__always) static var fusesMultiplyAdd: Bool { true }
    @inline(__always) static var roundsInOneInstruction: Bool { true }
    typealias Vector32 = SIMD16<Float>
    typealias Vector64 = SIMD8<Double>
  }

  /// The loops for processors with AVX-512; even asking for them takes such a processor.
  public var x86V4Kernels: KernelTable? {
    // 32 registers: 24 accumulators, two vectors of b; elements of a come with the instruction.
    KernelTable(
      X86V4.self, tile32: TwelveRows<WideRow<Float32Lanes<X86V4>>>.self,
      tile64: TwelveRows<WideRow<Float64Lanes<X86V4>>>.self)
  }
#else
  /// None: the manifest has not set the flags of this level.
  public var x86V4Kernels: KernelTable? { nil }
#endif
