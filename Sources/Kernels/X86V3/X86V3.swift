// What this file knows: the x86-64-v3 level (AVX2 and FMA). The loops are in AdjointKernelCore; this
// module is compiled with the flags of the level.

import AdjointKernelCore

#if ADJOINT_WIDE
  /// The marker of x86-64-v3; see `InstructionSet`.
  enum X86V3: InstructionSet {
    static var name: String { "x86-64-v3" }
    @inline(__always) static var fusesMultiplyAdd: Bool { true }
    @inline(__always) static var roundsInOneInstruction: Bool { true }
    typealias Vector32 = SIMD8<Float>
    typealias Vector64 = SIMD4<Double>
  }

  /// The loops for processors with AVX2 and FMA; even asking for them takes such a processor.
  public var x86V3Kernels: KernelTable? {
    // 16 registers: 12 accumulators, two vectors of b, one element of a.
    KernelTable(
      X86V3.self, tile32: SixRows<WideRow<Float32Lanes<X86V3>>>.self,
      tile64: SixRows<WideRow<Float64Lanes<X86V3>>>.self)
  }
#else
  /// None: the manifest has not set the flags of this level.
  public var x86V3Kernels: KernelTable? { nil }
#endif
